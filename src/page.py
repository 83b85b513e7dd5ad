"""Put what the pipeline made of all datasets on one page that needs nothing else: reports/index.html."""

from dataclasses import replace

import msgspec

from ratings_nmf.core import params, stage, words
from ratings_nmf.figures import sources
from ratings_nmf.files import reports
from ratings_nmf.page.html import build


def page() -> stage.Outcome:
    """Build and write the page."""
    parameters = params.load()
    datasets = [
        replace(sources.read(name), parameters=msgspec.to_builtins(block))
        for name, block in parameters.datasets.items()
    ]
    text = build(datasets, seed=parameters.seed)
    reports.write_page(text)
    cells = sum(len(dataset.table.values) for dataset in datasets)
    draws = "".join(f"; {dataset.name}: {dataset.table.draw}" for dataset in datasets if dataset.table.draw)
    return cells, f"{words.counted(len(datasets), 'dataset')}, {len(text.encode()):,} bytes{draws}"


if __name__ == "__main__":
    stage.run(page)
