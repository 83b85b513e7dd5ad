"""Recommend to each row, or to each column, what it does not know yet, and write how that spreads."""

from functools import partial
from typing import Any

from ratings_nmf.core import params, stage
from ratings_nmf.files import interim
from ratings_nmf.files import lists as recommendations
from ratings_nmf.files import loadings as factors
from ratings_nmf.files import reports as metrics
from ratings_nmf.recommend import search as core
from ratings_nmf.recommend.recommendations import sides
from ratings_nmf.solvers.options import spark_options
from ratings_nmf.solvers.spark.scale import recommends_on_spark


def recommend(dataset: str) -> stage.Done:
    """Recommend for one dataset."""
    chosen = params.load().dataset(dataset)
    asked, solver, options = chosen.recommend, chosen.fit.solver, chosen.fit.options
    profile = interim.read_profile(dataset)
    if recommends_on_spark(solver, (profile["rows"], profile["columns"])):
        measured = _on_spark(dataset, asked, options, profile)
    else:
        table, found = interim.read(dataset, places_only=True), factors.read(dataset)
        given = core.recommend(found, table, to=asked.to, top=asked.top)
        receivers, items = sides(table, to=asked.to)
        recommendations.write(dataset, given, receivers=receivers, items=items, components=found.components)
        measured = core.summary(given)
    metrics.write(dataset, "recommend", measured)
    return profile["cells"], f"lists of up to {asked.top} for {measured['receivers']:,} {asked.to}"


def _on_spark(
    dataset: str, asked: params.Recommend, options: dict[str, Any], profile: dict[str, Any]
) -> dict[str, Any]:
    from ratings_nmf.solvers.spark import recommend as spark

    return spark.recommend(
        interim.cells_file(dataset),
        factors.parquet_files(dataset),
        (interim.iterate_labels(dataset, "rows"), interim.iterate_labels(dataset, "columns")),
        to=asked.to,
        top=asked.top,
        options=spark_options(options, zeros=profile["zeros"], lowest=profile["minimum"], highest=profile["maximum"]),
        write=partial(recommendations.write_lists, dataset),
    )


if __name__ == "__main__":
    stage.run(recommend)
