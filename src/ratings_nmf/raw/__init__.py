"""The user's files: read, checked, refused; a path and what params.yaml says of it enter, tables of cells leave.

What is said to refuse a file raises `InputError`, with all that is wrong in one line.
"""
