"""`data/factors/<dataset>/samples*.parquet`: draws of W and H that a solver kept, read some lines at a time.

samples-W has a line for each row and draw, samples-H for each column and draw, sorted by them, samples for each draw
and component.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.files.columns import iterate_parquet, read_parquet
from ratings_nmf.files.formats import made_by
from ratings_nmf.files.loadings import folder_of

LINES = {"samples-W": "row", "samples-H": "column"}
"""Files of loadings, and what their lines are of."""

MOMENTS = {"W_prior": ("W_mean", "W_deviation"), "H_prior": ("H_mean", "H_deviation")}
"""Columns of mean and standard deviation of what loadings were drawn from where no cell is known."""

COMMON = "common_to_row", "common_to_column"
"""Columns of what a component gives all cells of a row, and of a column."""


def exist(dataset: str) -> bool:
    """Return whether the fit of a dataset kept any."""
    return (folder_of(dataset) / "samples.parquet").exists()


def lines_to_columns(
    name: str, draws: NDArray[np.floating[Any]], components: Sequence[str], *, first: int = 0
) -> Mapping[str, NDArray[Any]]:
    """Return some lines of a file, of loadings (draws, lines, components), as columns; `first` numbers their first."""
    count, lines, _ = draws.shape
    return {
        LINES[name]: np.repeat(np.arange(first, first + lines, dtype=np.int32), count),
        "draw": np.tile(np.arange(1, count + 1, dtype=np.int16), lines),
        **{component: part.T.ravel() for component, part in zip(components, np.moveaxis(draws, 2, 0), strict=True)},
    }


def draws_to_columns(
    noise: NDArray[np.float64], priors: Mapping[str, Any], common: NDArray[np.float64], *, chains: int
) -> Mapping[str, Any]:
    """Return what else draws hold: the noise (draws,), the moments of priors, each (draws, 2, components), and what
    is common to the cells of a row and of a column, (2, components).
    """
    count, _, components = priors["W_prior"].shape
    draw = np.repeat(np.arange(count), components)
    return {
        "chain": (draw // (count // chains) + 1).astype(np.int16),
        "draw": (draw + 1).astype(np.int16),
        "component": np.tile(np.arange(1, components + 1, dtype=np.int16), count),
        "noise": noise[draw],
        **{name: np.tile(each, count) for name, each in zip(COMMON, common, strict=True)},
        **{
            name: np.ascontiguousarray(moment).ravel()
            for prior, names in MOMENTS.items()
            for name, moment in zip(names, np.moveaxis(priors[prior], 1, 0), strict=True)
        },
    }


def read_draws(dataset: str) -> dict[str, Any]:
    """Return ``noise``, ``W_prior``, ``H_prior``, ``common`` and ``chains``, which `draws_to_columns` was called of.

    Raises
    ------
    InputError
        If the fit kept none.
    """
    columns = read_parquet(made_by("fit", folder_of(dataset) / "samples.parquet", dataset))
    count = int(columns["draw"][-1])
    moments = {
        prior: np.stack([columns[name].reshape(count, -1) for name in names], axis=1)
        for prior, names in MOMENTS.items()
    }
    noise, *common = (columns[name].reshape(count, -1) for name in ("noise", *COMMON))
    return {"noise": noise[:, 0], "common": np.stack(common)[:, 0], "chains": int(columns["chain"][-1]), **moments}


def iterate_lines(dataset: str, name: str, components: Sequence[str], *, draws: int) -> Iterator[NDArray[np.float32]]:
    """Give the lines that `lines_to_columns` was called of, (lines, draws, components), some at a time."""
    waiting = np.empty((0, len(components)), np.float32)
    for columns in iterate_parquet(folder_of(dataset) / f"{name}.parquet", components):
        waiting = np.concatenate([waiting, np.column_stack([*columns.values()])])
        stop = len(waiting) // draws * draws
        yield waiting[:stop].reshape(-1, draws, len(components))
        waiting = waiting[stop:]
