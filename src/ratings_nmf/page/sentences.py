"""What the page says of a dataset in plain sentences."""

from typing import Any

from ratings_nmf.page.shown import label, number, percent


def size(profile: dict[str, Any]) -> str:
    """Say how large and how full a table is.

    >>> size({"rows": 5, "columns": 1, "cells": 4})
    '5 rows × 1 column; 4 of the 5 cells (80\\xa0%) are above 0.'
    """
    cells = profile["rows"] * profile["columns"]
    return (
        f"{counted(profile['rows'], 'row')} × {counted(profile['columns'], 'column')}; {profile['cells']:,} of the "
        f"{cells:,} cells ({percent(profile['cells'] / cells)}) are above 0."
    )


def zeros(meaning: str) -> str:
    """Say what a cell that is not above 0 means."""
    if meaning == "observed":
        return "In the others 0 is a value like any other: nothing was there."
    return "The others were not rated: they are unknown, shown in grey, and the fit ignores them."


def notes(profile: dict[str, Any], fit: dict[str, Any]) -> list[str]:
    """Return what a reader should know before the results: empty lines, a fit that has not converged."""
    found = []
    for side in ("row", "column"):
        if count := profile[f"empty_{side}_count"]:
            names = ", ".join(label(name) for name in profile[f"empty_{side}s"][:5])
            state = "all zero" if profile["zeros"] == "observed" else "without any rating"
            more = f" and {count - 5:,} more" if count > 5 else ""
            found.append(f"{counted(count, side)} {state}: {names}{more}.")
    if fit["converged"] is False:
        found.append(
            f"The solver stopped after {counted(fit['n_iter'], 'iteration')} before it had converged; "
            "a larger max_iter under fit.options lets it go on."
        )
    return found


def fit(measured: dict[str, Any]) -> str:
    """Say how close W @ H comes to the cells it was fitted to."""
    return (
        f"On the cells it was fitted to, W @ H misses by {number(measured['mae'])} on average (root of the mean "
        f"square: {number(measured['rmse'])}) and explains {percent(measured['explained_variance'])} of the table's "
        "sum of squares. More components always bring these errors down, so they say how close the picture is, not "
        "how well it predicts."
    )


def parts(measured: int, baselines: float | None) -> str:
    """Say how the table is divided: ``baselines`` is the share of the levels of rows and columns, if there are."""
    if baselines is None:
        return "Parts only add up: no number in W or H is below 0."
    levels = f"{percent(baselines)} of the total are levels: what a row or a column has whatever the component."
    return f"{levels} The {counted(measured, 'component')} share the rest."


def grouping(shape: tuple[int, int], data: dict[str, Any]) -> str:
    """Say what was put into blocks, where a table is too large to show cell by cell."""
    told = [
        f"{lines:,} {name} in {len(data[name]['labels']):,} blocks" if "sizes" in data[name] else f"{lines:,} {name}"
        for name, lines in zip(("rows", "columns"), shape, strict=True)
    ]
    return (
        f"It is too large to show cell by cell: {' and '.join(told)}, ordered by the component they hold most of. "
        "A block shows the mean of its cells and the label of the line that holds most."
    )


def counted(count: int, name: str) -> str:
    """Return a count and its noun.

    >>> counted(1, "row"), counted(2000, "row")
    ('1 row', '2,000 rows')
    """
    return f"{count:,} {name}" + ("" if count == 1 else "s")
