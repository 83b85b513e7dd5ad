"""The user's files: described, read, refused; a path and what params.yaml says of it enter, tables of cells leave."""
