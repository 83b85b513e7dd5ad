"""Recommend to each row, or to each column, what it does not know yet, and write how that spreads."""

from collections.abc import Iterable, Iterator

from ratings_nmf.core import params, stage
from ratings_nmf.core.table import RatingsTable
from ratings_nmf.files import interim, lists, loadings, reports
from ratings_nmf.model import reading
from ratings_nmf.model.factors import Factors, parts_of
from ratings_nmf.recommend.recommendations import Ranking, Spread
from ratings_nmf.recommend.search import in_blocks


def recommend(dataset: str, *, block: int = interim.BLOCK) -> stage.Outcome:
    """Recommend for one dataset, of whose cells about `block` are in memory at a time."""
    parameters = params.load().dataset(dataset).recommend
    ranking = Ranking(parameters.top, parameters.by)
    spread, profile, components = Spread(), interim.read_profile(dataset), loadings.components(dataset)

    def blocks() -> Iterable[tuple[RatingsTable, Factors]]:
        return reading.beside(dataset, interim.blocks(dataset, cells=block))

    def columns() -> Iterator[lists.Columns]:
        for receivers, items, best in in_blocks(blocks, ranking, to=parameters.to):
            spread.add(best)
            yield best.to_columns(receivers=receivers, items=items, components=components)

    lists.write(dataset, columns())
    summary = spread.summary(parts=parts_of(components))
    reports.write(dataset, "recommend", summary | {"to": parameters.to})
    outcome = f"lists of up to {parameters.top} for {summary['receivers']:,} {parameters.to}"
    if profile["zeros"] == "missing":
        outcome += ", by how much they would like it; for what they will take next see docs/recommending.md"
    return profile["cells"], outcome


if __name__ == "__main__":
    stage.run(recommend)
