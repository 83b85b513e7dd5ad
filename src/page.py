"""Put what the pipeline made of all datasets on one page that needs nothing else: reports/index.html."""

import msgspec

from ratings_nmf.core import params, stage
from ratings_nmf.files import interim, loadings, reports
from ratings_nmf.model import reading
from ratings_nmf.page.html import Sources, build
from ratings_nmf.recommend import recommendations
from ratings_nmf.survey.consensus import Consensus


def page() -> stage.Outcome:
    """Build and write the page."""
    parameters = params.load()
    datasets = [_sources(name, parameters) for name in parameters.datasets]
    text = build(datasets, seed=parameters.seed)
    reports.write_page(text)
    cells = sum(len(dataset.table.values) for dataset in datasets)
    draws = "".join(f"; {dataset.name}: {dataset.table.draw}" for dataset in datasets if dataset.table.draw)
    return cells, f"{len(datasets)} datasets, {len(text.encode()):,} bytes{draws}"


def _sources(name: str, parameters: params.Parameters) -> Sources:
    block = parameters.datasets[name]
    draw = interim.draw(name, most_cells=parameters.most_cells, seed=parameters.seed)
    table, to = interim.read(name, draw=draw), block.recommend.to
    factors = reading.read(name, draw=draw)
    sections = msgspec.to_builtins(block).items()
    return Sources(
        name=name,
        parameters={
            section: {key: value for key, value in keys.items() if value is not None} for section, keys in sections
        },
        table=table,
        profile=interim.read_profile(name),
        factors=factors,
        fit=reports.read(name, "fit"),
        evidence=reports.read_evidence(name),
        survey=reports.read(name, "survey"),
        heldout=reports.read(name, "heldout", stage="evaluate"),
        recommendations=recommendations.read(name, table, to=to, components=factors.components),
        to=to,
        loss_curve=loadings.read_loss_curve(name),
        consensus=Consensus.from_numbers(*reports.read_consensus(name)),
    )


if __name__ == "__main__":
    stage.run(page)
