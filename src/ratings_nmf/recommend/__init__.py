"""What a receiver does not know yet and is predicted to value most; rows and columns that come after the fit."""
