"""What every room uses: errors, parameters, streams of random numbers, the table; nothing of another room."""
