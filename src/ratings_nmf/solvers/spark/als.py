"""Spark's ALS with factors ≥ 0 on the known cells of a table.

Minimises Σ_known (x − w·h)² + regParam (Σ_rows n |w|² + Σ_columns n |h|²), n being a line's number of known cells, by
solving exactly, in turns, for all rows with the columns fixed and the reverse (Zhou et al. 2008, ALS-WR; the
non-negative least squares by Spark's NNLS). No baselines.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet
from numpy.typing import NDArray

from ratings_nmf.core.table import RatingsTable
from ratings_nmf.files.parquet import write_columns
from ratings_nmf.solvers.options import SparkOptions
from ratings_nmf.solvers.spark import spark_parquet as parquet
from ratings_nmf.solvers.spark.session import connect, scratch

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

CHECKPOINT = 5
"""Sweeps after which factors are put on disk. Without that, what leads to them is redone from the start where an
executor is lost, and after some 30 sweeps that is too deep for Java's stack."""


def fit(
    cells: "DataFrame", *, n_components: int, options: SparkOptions, seed: int, checkpoints: Path
) -> list["DataFrame"]:
    """Return the factors of rows and those of columns that have a known cell: `id`, `features` (float32, components).

    Parameters
    ----------
    cells
        `row`, `column`, `value`: positions and values above 0.
    checkpoints
        A folder that all executors can write to.
    """
    from pyspark.ml.recommendation import ALS

    cells.sparkSession.sparkContext.setCheckpointDir(parquet.location(checkpoints))
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
    ).fit(cells)
    return [model.userFactors, model.itemFactors]


def factorize(
    table: RatingsTable, *, n_components: int, options: SparkOptions, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return W (rows, components) and H (components, columns); 0 for rows and columns without a known cell.

    Raises
    ------
    InputError
        If Spark does not start.
    """
    spark = connect(options.master)
    with scratch(options.master) as folder:
        cells = folder / "cells.parquet"
        write_columns(cells, {"row": table.rows, "column": table.columns, "value": table.values})
        solved = fit(
            parquet.read(spark, cells),
            n_components=n_components,
            options=options,
            seed=seed,
            checkpoints=folder / "checkpoints",
        )
        W, H = (_collected(factors, folder / f"side {side}", table.shape[side]) for side, factors in enumerate(solved))
    return W, np.ascontiguousarray(H.T)


def _collected(factors: "DataFrame", folder: Path, count: int) -> NDArray[np.float64]:
    factors.write.parquet(parquet.location(folder))
    found = pyarrow.parquet.read_table(folder)
    features = found.column("features").combine_chunks()
    lines = np.zeros((count, len(features.values) // len(found)))
    lines[found.column("id").to_numpy()] = features.flatten().to_numpy().reshape(len(found), -1)
    return lines
