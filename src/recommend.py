"""Recommend to each row, or to each column, what it does not know yet, and write how that spreads."""

from ratings_nmf.core import params, stage
from ratings_nmf.files import interim
from ratings_nmf.files import lists as recommendations
from ratings_nmf.files import loadings as factors
from ratings_nmf.files import reports as metrics
from ratings_nmf.recommend import search as core
from ratings_nmf.recommend.recommendations import sides


def recommend(dataset: str) -> stage.Done:
    """Recommend for one dataset."""
    asked = params.load().dataset(dataset).recommend
    table, found = interim.read(dataset, places_only=True), factors.read(dataset)
    given = core.recommend(found, table, to=asked.to, top=asked.top)
    receivers, items = sides(table, to=asked.to)
    recommendations.write(dataset, given, receivers=receivers, items=items, components=found.components)
    spread = core.Spread()
    spread.add(given)
    measured = spread.summary()
    metrics.write(dataset, "recommend", measured)
    return len(table.rows), f"lists of up to {asked.top} for {measured['receivers']:,} {asked.to}"


if __name__ == "__main__":
    stage.run(recommend)
