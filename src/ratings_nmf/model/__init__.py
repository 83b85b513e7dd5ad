"""W and H: what they predict, their canonical form, what each component contributes, how close they come."""
