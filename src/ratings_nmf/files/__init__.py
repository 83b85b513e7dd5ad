"""Where artifacts lie and what their files look like: plain tables, arrays and texts in and out, nothing of the domain.

Paths are relative to the repository root, which is every stage's working folder.
"""
