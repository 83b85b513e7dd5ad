"""What every room uses: errors, parameters, streams of random numbers, the table; arrays and texts, no file."""
