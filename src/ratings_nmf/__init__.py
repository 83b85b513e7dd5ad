"""Non-negative matrix factorization of ratings tables: parts that people can name, predictions they can check."""
