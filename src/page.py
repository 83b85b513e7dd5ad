"""Put what the pipeline made of all datasets on one page that needs nothing else: reports/index.html."""

from typing import Any

import msgspec

from ratings_nmf.core import params, stage
from ratings_nmf.files import interim, lists, loadings, reports
from ratings_nmf.model.factors import Factors
from ratings_nmf.page import html
from ratings_nmf.page.dataset import Sources
from ratings_nmf.recommend.recommendations import Recommendations, sides


def page() -> stage.Outcome:
    """Build and write the page."""
    parameters = params.load()
    datasets = [_sources(name, parameters) for name in parameters.datasets]
    text = html.build(datasets, seed=parameters.seed)
    reports.write_page(text)
    cells = sum(len(dataset.table.values) for dataset in datasets)
    draws = "".join(f"; {dataset.name}: {dataset.table.draw}" for dataset in datasets if dataset.table.draw)
    return cells, f"{len(datasets)} datasets, {len(text.encode()):,} bytes{draws}"


def _sources(name: str, parameters: params.Parameters) -> Sources:
    block = parameters.datasets[name]
    draw = interim.draw(name, most_cells=parameters.most_cells, seed=parameters.seed)
    table, to = interim.read(name, draw=draw), block.recommend.to
    factors = Factors(**loadings.read(name, draw=draw))
    receivers, items = sides(table, to=to)
    return Sources(
        name=name,
        parameters=_without_unset(msgspec.to_builtins(block)),
        table=table,
        profile=interim.read_profile(name),
        factors=factors,
        fit=reports.read(name, "fit"),
        evidence=reports.read_evidence(name),
        survey=reports.read(name, "survey"),
        heldout=reports.read(name, "heldout", stage="evaluate"),
        recommendations=Recommendations.from_columns(
            lists.read(name), receivers=receivers, items=items, components=factors.components
        ),
        to=to,
        loss_curve=loadings.read_loss_curve(name),
    )


def _without_unset(block: dict[str, Any]) -> dict[str, Any]:
    return {
        section: {key: value for key, value in keys.items() if value is not None} for section, keys in block.items()
    }


if __name__ == "__main__":
    stage.run(page)
