"""What a receiver does not know yet and is predicted to value most; lines that come after the fit; factors enter."""
