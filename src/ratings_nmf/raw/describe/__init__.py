"""A file of the user's looked at: a path enters; what it seems to hold, and the block that reads it, leave as texts."""
