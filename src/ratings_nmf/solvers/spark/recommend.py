"""What `ratings_nmf.recommend.search` finds, for factors too many for one machine: the same lists, found by Spark.

`ALSModel.recommendForUserSubset` gives each receiver its best items, known or not, scored in single precision. Asked
for as many as the list's length and the receiver's known items together, it leaves enough when these are taken out. As
nothing is negative, such a score is within a share of (components + 3) 2⁻²³ of the true one: where the last prediction
of a list, in double precision, is above what any item not given could have, the list is right; for the other
receivers it is asked again, for twice as many. Receivers are asked for in groups, by powers of two.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ratings_nmf.core.table import Side
from ratings_nmf.files.lists import COLD
from ratings_nmf.solvers.options import SparkOptions
from ratings_nmf.solvers.spark import spark_parquet as parquet
from ratings_nmf.solvers.spark.lines import Labels, labelled, product
from ratings_nmf.solvers.spark.session import connect, scratch

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

UNDERFLOW = 2.0**-120
"""More than what products that are too small for single precision add up to."""

Line = tuple[str, int, str, float, str, float, str]


@dataclass(frozen=True, eq=False, kw_only=True)
class Question:
    """Who receives, what there is to recommend, and what is known.

    Attributes
    ----------
    receivers, items
        `position`, `label`, `factors`; of receivers also `known`, the number of their known cells.
    known
        Known cells: `receiver`, `item`, positions.
    components
        Names of the components.
    items_count, top
        Number of items; length of a full list.
    """

    receivers: "DataFrame"
    items: "DataFrame"
    known: "DataFrame"
    components: list[str]
    items_count: int
    top: int


def recommend(
    cells: Path,
    factors: tuple[Path, Path],
    labels: Labels,
    *,
    to: Side,
    top: int,
    options: SparkOptions,
    write: Callable[[Iterable[Line]], None],
) -> dict[str, Any]:
    """Recommend to each row or column, give the lines to `write` in order, and return `recommend.summary`'s figures.

    Parameters
    ----------
    cells, factors
        Parquet of the known cells; of W and H, as `spark.fit` writes them.
    labels
        Labels of rows and columns, in order.
    write
        Takes the lines of the file, with the fields of `artifacts.recommendations.HEADER`.
    """
    spark = connect(options.master)
    spark.conf.set("spark.sql.shuffle.partitions", options.blocks)
    with scratch(options.master) as folder:
        files = [(parquet.read(spark, file), texts) for file, texts in zip(factors, labels, strict=True)]
        lines = [
            _with_positions(frame, labelled(spark, texts, folder / f"labels-{side}.parquet"))
            for side, (frame, texts) in enumerate(files)
        ]
        names = ["row", "column"]
        if to == "columns":
            lines, names = lines[::-1], names[::-1]
        known = parquet.read(spark, cells).toDF("row", "column", "value").select(*names).toDF("receiver", "item")
        asked = Question(
            receivers=parquet.settled(_warmed(lines[0], known), folder / "receivers"),
            items=parquet.settled(lines[1], folder / "items"),
            known=known,
            components=files[0][0].columns[1:],
            items_count=lines[1].count(),
            top=top,
        )
        found = parquet.settled(_lists(asked, folder), folder / "lists")
        write(_lines(asked, found))
        return _summary(asked, found)


def _with_positions(loadings: "DataFrame", labels: "DataFrame") -> "DataFrame":
    from pyspark.sql import functions as sql

    parts = [f"part {number}" for number in range(1, len(loadings.columns))]
    arranged = loadings.toDF("label", *parts).select("label", sql.array(*parts).alias("factors"))
    return labels.join(arranged, "label").select("position", "label", "factors")


def _warmed(receivers: "DataFrame", known: "DataFrame") -> "DataFrame":
    """Count known cells; where there are none, put the mean receiver's factors in the place of the receiver's own."""
    from pyspark.ml.functions import array_to_vector, vector_to_array
    from pyspark.ml.stat import Summarizer
    from pyspark.sql import functions as sql

    mean = receivers.select(vector_to_array(Summarizer.mean(array_to_vector("factors"))).alias("typical"))
    counts = known.groupBy(sql.col("receiver").alias("position")).agg(sql.count("*").alias("known"))
    counted = receivers.join(counts, "position", "left").crossJoin(sql.broadcast(mean))
    factors = sql.when(sql.col("known").isNull(), sql.col("typical")).otherwise(sql.col("factors")).alias("factors")
    return counted.select("position", "label", factors, sql.coalesce("known", sql.lit(0)).alias("known"))


def _lists(asked: Question, folder: Path) -> "DataFrame":
    """Return `receiver`, `item`, `rank`, `predicted` of every list."""
    from pyspark.sql import functions as sql

    model = _model(asked)
    wanted = sql.pow(2.0, sql.ceil(sql.log2(asked.top + sql.col("known"))))
    pending = asked.receivers.select(sql.col("position").alias("receiver"), wanted.cast("long").alias("size"))
    lists: list[DataFrame] = []
    while (size := pending.agg(sql.min("size")).first()[0]) is not None:
        now = pending.where(sql.col("size") == size)
        given = model.recommendForUserSubset(now.select("receiver"), min(size, asked.items_count))
        ranked = parquet.settled(_ranked(asked, given), folder / f"round-{len(lists)}")
        later = pending.where(sql.col("size") > size)
        if size < asked.items_count:
            sure = (sql.count("*") == asked.top) & (sql.min("predicted") > sql.first("bound"))
            by_receiver = ranked.groupBy("receiver").agg(sure.alias("sure"))
            ranked = ranked.join(by_receiver.where("sure"), "receiver", "left_semi")
            again = by_receiver.where(~sql.col("sure")).select("receiver", sql.lit(2 * size).alias("size"))
            later = later.union(again)
        lists.append(ranked.drop("bound"))
        pending = parquet.settled(later, folder / f"pending-{len(lists)}")
    return reduce(lambda left, right: left.union(right), lists)


def _model(asked: Question) -> Any:
    """Return an ALSModel of factors that were read: pyspark makes one from a fit alone, Spark's own class from any."""
    from pyspark.ml.recommendation import ALSModel
    from pyspark.sql import functions as sql

    features = sql.col("factors").cast("array<float>").alias("features")
    users, items = (frame.select(sql.col("position").alias("id"), features) for frame in (asked.receivers, asked.items))
    java = users.sparkSession._jvm.org.apache.spark.ml.recommendation.ALSModel
    made = java("recommend", len(asked.components), users._jdf, items._jdf)
    return ALSModel(made.setUserCol("receiver").setItemCol("item"))


def _ranked(asked: Question, given: "DataFrame") -> "DataFrame":
    """Take known items out, predict what may be on a list in double precision, keep the best, of equal ones the first.

    `bound` is what no item that was not given can exceed.
    """
    from pyspark.sql import Window
    from pyspark.sql import functions as sql

    count = len(asked.components)
    wide = 1 + (count + 3) * 2.0**-23
    bound = sql.array_min("recommendations.rating").cast("double") * wide + UNDERFLOW * count
    listed = given.select("receiver", sql.explode("recommendations").alias("one"), bound.alias("bound"))
    listed = listed.select("receiver", "one.item", sql.col("one.rating").cast("double").alias("score"), "bound")
    unknown = listed.join(asked.known, ["receiver", "item"], "left_anti")
    by_score = Window.partitionBy("receiver").orderBy(sql.desc("score"))
    last = sql.nth_value("score", asked.top).over(
        by_score.rowsBetween(Window.unboundedPreceding, Window.unboundedFollowing)
    )
    reach = sql.col("score") * wide * wide + 2 * UNDERFLOW * count
    near = unknown.withColumn("last", last).where(sql.col("last").isNull() | (reach >= sql.col("last")))
    scored = _joined(asked, near).withColumn("predicted", product(sql.col("w"), sql.col("h"), count))
    best = Window.partitionBy("receiver").orderBy(sql.desc("predicted"), "item")
    ranked = scored.select("receiver", "item", "predicted", "bound", sql.row_number().over(best).alias("rank"))
    return ranked.where(sql.col("rank") <= asked.top)


def _joined(asked: Question, places: "DataFrame") -> "DataFrame":
    receivers = asked.receivers.toDF("receiver", "for", "w", "known")
    return places.join(receivers, "receiver").join(asked.items.toDF("item", "what", "h"), "item")


def _lines(asked: Question, found: "DataFrame") -> Iterator[Line]:
    from pyspark.sql import functions as sql

    parts = sql.array(*(sql.col("w")[place] * sql.col("h")[place] for place in range(len(asked.components))))
    explained = _joined(asked, found).withColumn("parts", parts).withColumn("largest", sql.array_max("parts"))
    component = sql.array_position("parts", sql.col("largest")) - 1
    told = explained.select(
        "receiver", "for", "rank", "what", "predicted", component.alias("component"), "largest", "known"
    )
    for line in told.orderBy("receiver", "rank").toLocalIterator():
        _, receiver, rank, item, predicted, place, largest, known = line
        name, share = (asked.components[place], largest / predicted) if predicted > 0 else ("", 0.0)
        yield receiver, rank, item, predicted, name, share, "" if known else COLD


def _summary(asked: Question, found: "DataFrame") -> dict[str, Any]:
    from pyspark.sql import functions as sql

    receivers = asked.receivers.count()
    times = found.groupBy("item").count().agg(sql.count("*"), sql.max("count")).first()
    return {
        "receivers": receivers,
        "cold_receivers": asked.receivers.where("known = 0").count(),
        "short_lists": receivers - found.where(sql.col("rank") == asked.top).count(),
        "item_coverage": times[0] / asked.items_count,
        "most_recommended_share": (times[1] or 0) / receivers,
    }
