"""Cells that a fit does not see, and how well it, averages and its lists do there; tables enter, no files."""
