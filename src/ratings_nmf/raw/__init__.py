"""The user's files: read, checked and refused; a path and what params.yaml says of it enter, tables of cells leave."""
