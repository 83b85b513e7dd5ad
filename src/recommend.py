"""Recommend to each row, or to each column, what it does not know yet, and write how that spreads."""

from ratings_nmf import params, stage
from ratings_nmf import recommend as core
from ratings_nmf.artifacts import factors, interim, metrics, recommendations
from ratings_nmf.recommendations import sides


def recommend(dataset: str) -> stage.Done:
    """Recommend for one dataset."""
    chosen = params.load().dataset(dataset).recommend
    table, found = interim.read(dataset), factors.read(dataset)
    given = core.recommend(found, table, to=chosen.to, top=chosen.top)
    receivers, items = sides(table, to=chosen.to)
    recommendations.write(dataset, given, receivers=receivers, items=items, components=found.components)
    measured = core.summary(given)
    metrics.write(dataset, "recommend", measured)
    return len(table.values), f"{len(given.items):,} recommendations to {measured['receivers']:,} {chosen.to}"


if __name__ == "__main__":
    stage.run(recommend)
