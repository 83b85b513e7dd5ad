"""W and H: what they predict, their canonical form, how close they come; tables and loadings may enter."""
