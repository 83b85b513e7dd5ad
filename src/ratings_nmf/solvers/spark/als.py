"""Spark's ALS with factors ≥ 0 on the known cells of a table.

Minimises Σ_known (x − w·h)² + regParam (Σ_rows n |w|² + Σ_columns n |h|²), n being a line's number of known cells, by
solving exactly, in turns, for all rows with the columns fixed and the reverse (Zhou et al. 2008, ALS-WR; the
non-negative least squares by Spark's NNLS). No baselines.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet
from numpy.typing import NDArray

from ratings_nmf.core.table import RatingsTable
from ratings_nmf.files.columns import write_parquet
from ratings_nmf.model.factors import Factors, numbered
from ratings_nmf.solvers.factorize import check_count
from ratings_nmf.solvers.options import SparkOptions, spark_options
from ratings_nmf.solvers.solution import Solution
from ratings_nmf.solvers.spark.session import connect, scratch

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

CHECKPOINT = 5
"""Sweeps after which factors are put on disk. Without that, what leads to them is redone from the start where an
executor is lost, and after some 30 sweeps that is too deep for Java's stack."""


def fit(cells: Path, *, n_components: int, options: SparkOptions, seed: int, folder: Path) -> list["DataFrame"]:
    """Return the factors of rows and those of columns that have a known cell: `id`, `features` (float32, components).

    Parameters
    ----------
    cells
        Parquet of `row`, `column`, `value`: positions and values above 0.
    folder
        For checkpoints; all executors can write to it.

    Raises
    ------
    InputError
        If Spark does not start.
    """
    spark = connect(options.master)
    from pyspark.ml.recommendation import ALS

    spark.conf.set("spark.sql.shuffle.partitions", options.blocks)
    spark.sparkContext.setCheckpointDir(_location(folder / "checkpoints"))
    model = ALS(
        rank=n_components,
        maxIter=options.maxIter,
        regParam=options.regParam,
        numUserBlocks=options.blocks,
        numItemBlocks=options.blocks,
        seed=seed,
        nonnegative=True,
        checkpointInterval=CHECKPOINT,
        userCol="row",
        itemCol="column",
        ratingCol="value",
    ).fit(spark.read.parquet(_location(cells)))
    return [model.userFactors, model.itemFactors]


@contextmanager
def fitted(
    cells: Path, shape: tuple[int, int], *, n_components: int, options: SparkOptions, seed: int
) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """Yield W (rows, components) and the transpose of H (columns, components) of a table of this shape.

    Both are files for as long as they are needed, so that of factors that no memory holds some rows can be taken at a
    time; 0 for rows and columns without a known cell. Parameters and errors are those of `fit`.
    """
    with scratch(options.master) as folder:
        sides = fit(cells, n_components=n_components, options=options, seed=seed, folder=folder)
        rows, columns = (
            _mapped(factors, folder / name, (count, n_components))
            for factors, name, count in zip(sides, ("rows", "columns"), shape, strict=True)
        )
        yield rows, columns


@contextmanager
def factorize_file(
    cells: Path, profile: Mapping[str, Any], *, n_components: int, options: Mapping[str, Any], seed: int
) -> Iterator[Solution]:
    """Yield the factors of cells that lie in a file, given the table's profile; W is a file, as `fitted` tells.

    Raises
    ------
    InputError
        As `ratings_nmf.solvers.factorize.factorize` does, or if Spark does not start.
    """
    shape = profile["rows"], profile["columns"]
    check_count(shape, n_components, "fit.n_components")
    found = spark_options(options, zeros=profile["zeros"], lowest=profile["minimum"], highest=profile["maximum"])
    with fitted(cells, shape, n_components=n_components, options=found, seed=seed) as (W, turned):
        factors = Factors(W=W, H=np.ascontiguousarray(turned.T, np.float64), components=numbered(n_components))
        yield Solution(factors=factors, n_iter=found.maxIter, converged=None)


def factorize(
    table: RatingsTable, *, n_components: int, options: SparkOptions, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return W (rows, components) and H (components, columns) of a table that is in memory; errors are `fit`'s."""
    with scratch(options.master) as folder:
        cells = folder / "cells.parquet"
        write_parquet(cells, {"row": table.rows, "column": table.columns, "value": table.values})
        with fitted(cells, table.shape, n_components=n_components, options=options, seed=seed) as (rows, columns):
            return np.array(rows, np.float64), np.ascontiguousarray(columns.T, np.float64)


def _mapped(factors: "DataFrame", folder: Path, shape: tuple[int, int]) -> NDArray[Any]:
    """Let Spark write factors, sorted by id, to a folder; return them as one file's lines, 0 where it has none."""
    factors.orderBy("id").write.parquet(_location(folder))
    lines = np.memmap(folder.with_suffix(".lines"), np.float32, "w+", shape=shape)
    for part in sorted(folder.glob("*.parquet")):
        with pyarrow.parquet.ParquetFile(part) as opened:
            for batch in opened.iter_batches():
                features = batch.column("features").flatten().to_numpy()
                lines[batch.column("id").to_numpy()] = features.reshape(-1, shape[1])
    return lines


def _location(path: Path) -> str:
    """Return a path of the file system that driver and executors share, as Spark takes it whatever its default is."""
    return f"file:{path.resolve()}"
