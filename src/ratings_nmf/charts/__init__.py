"""Figures that are not heatmaps; like those, they are returned, never saved."""
