"""Spark MLlib's alternating least squares (ALS): a session, the fit, and the Parquet that it reads and writes.

Nothing here is imported unless `solver: spark` asks for it, and pyspark only by `session.connect` and what comes after.
Positions of rows and columns are Spark's user and item ids. Executors need Spark alone: no Python runs on them.

With the same seed, options, versions and processors, fits on one machine have given the same bytes. Spark does not
promise it: what is fetched from several executors is summed in the order in which it comes, an executor that is lost is
made up for in another order, other numbers of blocks start from other random factors, and BLAS differs with processors
and installed libraries. Factors are single precision: expect differences from the seventh digit on.
"""
