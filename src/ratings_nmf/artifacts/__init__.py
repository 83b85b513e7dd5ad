"""The only room that knows where artifacts lie and what their files look like.

Paths are relative to the repository root, which is every stage's working folder.
"""
