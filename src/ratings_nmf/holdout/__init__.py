"""Cells that a fit does not see: folds, how wrong predictions are there, and what simple averages do."""
