"""Put what the pipeline made of all datasets on one page that needs nothing else: reports/index.html."""

from typing import Any

import msgspec

from ratings_nmf.core import params, stage
from ratings_nmf.files import interim
from ratings_nmf.files import loadings as factors
from ratings_nmf.files import page_sources as page_files
from ratings_nmf.files import reports as metrics
from ratings_nmf.page import html
from ratings_nmf.page.dataset import Sources


def page() -> stage.Done:
    """Build and write the page."""
    parameters = params.load()
    datasets = [
        Sources(
            name=name,
            parameters=_without_unset(msgspec.to_builtins(block)),
            table=interim.read(name),
            profile=interim.read_profile(name),
            factors=factors.read(name),
            fit=metrics.read(name, "fit"),
            loss_curve=factors.read_loss_curve(name),
            survey=page_files.read_survey(name),
            heldout=page_files.read_heldout(name),
            recommendations=page_files.read_recommendations(name),
        )
        for name, block in parameters.datasets.items()
    ]
    text = html.build(datasets, seed=parameters.seed)
    page_files.write(text)
    cells = sum(len(dataset.table.values) for dataset in datasets)
    return cells, f"{len(datasets)} datasets, {len(text.encode()):,} bytes"


def _without_unset(block: dict[str, Any]) -> dict[str, Any]:
    return {
        section: {key: value for key, value in keys.items() if value is not None} for section, keys in block.items()
    }


if __name__ == "__main__":
    stage.run(page)
