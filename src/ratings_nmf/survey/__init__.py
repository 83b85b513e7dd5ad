"""Which number of components? Evidence for each count, what rules make of it, the choice; trials enter, no files."""
