"""Raw tables as people keep them: CSV with any usual separator, gzipped or not, and Parquet."""
