"""The user's files: read, checked and refused; CSV with any usual separator, gzipped or not, and Parquet."""
