"""A file of the user's looked at: a path enters; what it seems to hold, and the block that reads it, leave as texts.

No stage imports this room, so that other words or guesses here run nothing anew.
"""
