"""Figures beside those of `heatmap`; like those, they are returned, never saved."""
