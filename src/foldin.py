"""Solve for rows, or columns, that come later, without refitting: python src/foldin.py DATASET FILE."""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ratings_nmf import foldin, params, recommend, stage
from ratings_nmf.artifacts import factors as factor_files
from ratings_nmf.artifacts import foldin as files
from ratings_nmf.artifacts import interim, recommendations
from ratings_nmf.artifacts.formats import significant
from ratings_nmf.artifacts.raw.layouts import read_raw
from ratings_nmf.errors import InputError
from ratings_nmf.table import Side


def fold_in(
    dataset: str, file: Path, *, output: Path | None = None, side: Side | None = None, ignore_unknown: bool = False
) -> stage.Done:
    """Write W (of new columns H), predictions and recommendations of the newcomers in `file`."""
    parameters = params.load().dataset(dataset)
    trained, factors = interim.read(dataset), factor_files.read(dataset)
    if not file.exists():
        raise InputError(f"{file}: no such file")
    new = read_raw(file, parameters.ingest, zeros=trained.zeros)
    try:
        side, newcomers = foldin.align(new, trained, side=side, ignore_unknown=ignore_unknown)
    except InputError as error:
        raise InputError(f"{file}: {error}") from None
    frame = factor_files.read_frame(dataset, factors)
    method = foldin.method_of(trained, solver=parameters.fit.solver, options=parameters.fit.options)
    loadings = np.empty((newcomers.shape[0], len(factors.components)))
    for lines, some in foldin.chunks(newcomers):
        loadings[lines] = foldin.fold_in(some, factors, side=side, frame=frame, method=method)
    loadings = significant(loadings)
    extended = foldin.with_newcomers(factors, loadings, side=side)

    def listed() -> Iterator[str]:
        items = factors.H.T if side == "rows" else factors.W
        usual = recommend.typical(factors, to=side)
        for lines, some in foldin.chunks(newcomers):
            known = recommend.known_items(some, to="rows")
            found = recommend.newcomers(loadings[lines], items, known, typical=usual, top=parameters.recommend.top)
            yield from recommendations.lines(
                found, receivers=some.row_labels, items=some.column_labels, components=factors.components
            )

    files.write_factors(
        files.place(file, output, "W" if side == "rows" else "H"),
        newcomers.row_labels,
        loadings,
        side=side,
        like=factors,
    )
    files.write_predictions(files.place(file, output, "predictions"), newcomers, extended, side=side)
    files.write_recommendations(files.place(file, output, "recommendations"), listed())
    absent = len({*newcomers.column_labels} - {*(new.column_labels if side == "rows" else new.row_labels)})
    meaning = "0" if trained.zeros == "observed" else "not rated"
    kind = side[:-1] if len(loadings) == 1 else side
    return len(newcomers.values), f"{len(loadings):,} new {kind}" + (
        f"; {absent:,} lines that the file lacks count as {meaning}" if absent else ""
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", help="a dataset of params.yaml whose fit stage has run")
    parser.add_argument("file", type=stage.path, help="a table of the dataset's layout")
    parser.add_argument(
        "--output", type=stage.path, metavar="FOLDER", help="where results go; beside the file if not given"
    )
    parser.add_argument(
        "--new", dest="side", choices=["rows", "columns"], help="found out from the labels if not given"
    )
    parser.add_argument("--ignore-unknown", action="store_true", help="leave out labels that the fitted table lacks")
    given = parser.parse_args()
    stage.attempt(f"foldin {given.dataset}", lambda: fold_in(**vars(given)))
