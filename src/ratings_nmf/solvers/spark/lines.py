"""Rows and columns as Spark has them: labels by position, and what two lines predict."""

from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import islice
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet

from ratings_nmf.solvers.spark import spark_parquet as parquet

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

BATCH = 100_000

Labels = tuple[Iterator[str], Iterator[str]]
"""Labels of the rows, and of the columns, in order."""


def labelled(spark: "SparkSession", texts: Iterable[str], file: Path) -> "DataFrame":
    """Return labels by position (`position`, `label`), by way of a file; at most `BATCH` of them are in memory."""
    schema = pa.schema([("position", pa.int32()), ("label", pa.string())])
    numbered = enumerate(texts)
    with pyarrow.parquet.ParquetWriter(file, schema) as writer:
        while some := list(islice(numbered, BATCH)):
            writer.write_batch(pa.record_batch([list(part) for part in zip(*some, strict=True)], schema=schema))
    return parquet.read(spark, file)


def product(w: "Column", h: "Column", n_components: int) -> "Column":
    """Return w·h of two arrays, summed component by component in double precision, with `Factors.predict`'s bits."""
    return reduce(add, (w[place] * h[place] for place in range(n_components)))
