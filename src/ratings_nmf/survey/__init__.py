"""Which number of components? The evidence for each count, what each rule makes of it, and the choice."""
