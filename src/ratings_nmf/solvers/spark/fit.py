"""Factorize cells that are too many for one machine: Spark reads, solves, measures and writes, and collects nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import mul, truediv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.model.frame import Frame
from ratings_nmf.model.metrics import hoyer_of_norms, measures
from ratings_nmf.solvers.options import SparkOptions
from ratings_nmf.solvers.spark import als
from ratings_nmf.solvers.spark import spark_parquet as parquet
from ratings_nmf.solvers.spark.lines import Labels, labelled, product
from ratings_nmf.solvers.spark.session import connect, scratch

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@dataclass(frozen=True, eq=False, kw_only=True)
class Lines:
    """The rows, or the columns, of a table with their factors.

    Attributes
    ----------
    frame
        `position`, `label` and `factors` (components, float64) of each; 0 for one without a known cell.
    count
        How many there are.
    peaks, sums, norms
        Maximum, sum and root of the sum of squares of each component, shape (components,).
    """

    frame: "DataFrame"
    count: int
    peaks: NDArray[np.float64]
    sums: NDArray[np.float64]
    norms: NDArray[np.float64]


def fit(
    cells: Path, labels: Labels, folder: Path, *, names: Sequence[str], form: str, options: SparkOptions, seed: int
) -> tuple[Frame, NDArray[np.float64], dict[str, Any]]:
    """Fit factors and write W.parquet, H.parquet and reconstruction.parquet, folders of part files, to a folder.

    Parameters
    ----------
    cells
        Parquet of `row`, `column` and `value`, known cells alone.
    labels
        Labels of rows and columns, in order.
    names
        Names of the components, as many as are to be found.
    form
        ``raw``, or ``canonical`` as `ratings_nmf.model.factors.canonical` makes it.

    Returns
    -------
    Frame, array, dict
        How the written components relate to those that Spark left; what `Factors.shares` and `fit_metrics` return,
        sums over cells and lines being taken in the order in which Spark takes them.
    """
    spark = connect(options.master)
    spark.conf.set("spark.sql.shuffle.partitions", options.blocks)
    known = parquet.read(spark, cells)
    with scratch(options.master) as temporary:
        checkpoints = temporary / "checkpoints"
        solved = als.fit(known, n_components=len(names), options=options, seed=seed, checkpoints=checkpoints)
        rows, columns = (
            _lines(factors, labelled(spark, texts, temporary / f"{side}.parquet"), temporary / side)
            for side, factors, texts in zip(("rows", "columns"), solved, labels, strict=True)
        )
        order, scale = (
            _canonical(rows, columns) if form == "canonical" else (np.arange(len(names)), np.ones(len(names)))
        )
        W, H = _written(rows, order, scale, mul), _written(columns, order, scale, truediv)
        for side, name, lines in (("row", "W", W), ("column", "H", H)):
            parts = (lines["factors"][place].alias(part) for place, part in enumerate(names))
            parquet.write(
                lines.orderBy("position").select(lines["label"].alias(side), *parts), folder / f"{name}.parquet"
            )
        reconstruction = folder / "reconstruction.parquet"
        parquet.write(_reconstruction(known, W, H, len(names)), reconstruction)
        measured = _measured(parquet.read(spark, reconstruction), rows, columns)
    totals = (rows.sums * columns.sums)[order]
    return Frame(position=order, scale=scale[order]), totals / totals.sum(), measured


def _lines(factors: "DataFrame", labels: "DataFrame", folder: Path) -> Lines:
    """Give each line its factors, or zeros, and put them on disk, so that no lost executor makes them differ later."""
    from pyspark.ml.functions import array_to_vector
    from pyspark.ml.stat import Summarizer
    from pyspark.sql import functions as sql

    rank = len(factors.first()["features"])
    own = sql.coalesce(sql.col("features").cast("array<double>"), sql.array_repeat(sql.lit(0.0), rank))
    joined = labels.join(factors, labels["position"] == factors["id"], "left")
    frame = parquet.settled(joined.select("position", "label", own.alias("factors")), folder)
    summary = Summarizer.metrics("count", "max", "sum", "normL2").summary(array_to_vector("factors"))
    found = frame.select(summary.alias("of")).first()["of"]
    return Lines(
        frame=frame,
        count=found["count"],
        peaks=found["max"].toArray(),
        sums=found["sum"].toArray(),
        norms=found["normL2"].toArray(),
    )


def _canonical(rows: Lines, columns: Lines) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return what `ratings_nmf.model.factors.canonical_order` returns."""
    return np.argsort(-(rows.sums * columns.sums), kind="stable"), np.where(columns.peaks > 0, columns.peaks, 1.0)


def _written(
    lines: Lines, order: NDArray[np.intp], scale: NDArray[np.float64], apply: Callable[[Any, float], Any]
) -> "DataFrame":
    from pyspark.sql import functions as sql

    scaled = sql.array(*(apply(sql.col("factors")[int(place)], float(scale[place])) for place in order))
    return lines.frame.select("position", "label", scaled.alias("factors"))


def _reconstruction(known: "DataFrame", W: "DataFrame", H: "DataFrame", n_components: int) -> "DataFrame":
    from pyspark.sql import functions as sql

    of_rows, of_columns = (
        lines.select(lines["position"].alias(side), lines["factors"].alias(name))
        for lines, side, name in ((W, "row", "w"), (H, "column", "h"))
    )
    predicted = product(sql.col("w"), sql.col("h"), n_components).alias("predicted")
    joined = known.join(of_rows, "row").join(of_columns, "column")
    return joined.select("row", "column", "value", predicted).orderBy("row", "column")


def _measured(cells: "DataFrame", rows: Lines, columns: Lines) -> dict[str, Any]:
    from pyspark.sql import functions as sql

    residual = sql.col("value") - sql.col("predicted")
    sums = cells.select(
        sql.sum(residual * residual).alias("squares"),
        sql.sum(sql.abs(residual)).alias("distances"),
        sql.sum(sql.col("value") * sql.col("value")).alias("total"),
        sql.count("*").alias("count"),
    ).first()
    sparsity = tuple(hoyer_of_norms(lines.sums, lines.norms, size=lines.count) for lines in (rows, columns))
    return measures(**sums.asDict(), sparsity=sparsity)
