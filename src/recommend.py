"""Recommend to each row, or to each column, what it does not know yet, and write how that spreads."""

from collections.abc import Iterable, Iterator

from ratings_nmf.core import params, stage
from ratings_nmf.core.table import RatingsTable
from ratings_nmf.files import interim, loadings
from ratings_nmf.files import lists as recommendations
from ratings_nmf.files import reports as metrics
from ratings_nmf.model.factors import Factors
from ratings_nmf.recommend.recommendations import Spread
from ratings_nmf.recommend.search import in_blocks


def recommend(dataset: str, *, block: int = interim.BLOCK) -> stage.Outcome:
    """Recommend for one dataset, of whose cells about `block` are in memory at a time."""
    parameters = params.load().dataset(dataset).recommend
    spread, profile = Spread(), interim.read_profile(dataset)

    def blocks() -> Iterable[tuple[RatingsTable, Factors]]:
        tables = interim.blocks(dataset, cells=block, places_only=True)
        return ((table, Factors(**parts)) for table, parts in loadings.beside(dataset, tables))

    def lists() -> Iterator[recommendations.Columns]:
        components = loadings.components(dataset)
        for receivers, items, found in in_blocks(blocks, to=parameters.to, top=parameters.top):
            spread.add(found)
            yield found.to_columns(receivers=receivers, items=items, components=components)

    recommendations.write(dataset, lists())
    measured = spread.summary()
    metrics.write(dataset, "recommend", measured)
    return profile["cells"], f"lists of up to {parameters.top} for {measured['receivers']:,} {parameters.to}"


if __name__ == "__main__":
    stage.run(recommend)
