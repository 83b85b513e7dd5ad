"""How wrong predictions are on cells that the fit did not see, and whether simple averages do as well."""
