"""The figures of one dataset, each with a title that says what it is and how good the fit is."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ratings_nmf.core.table import RatingsTable
from ratings_nmf.figures import blocks
from ratings_nmf.figures.arrangement import arrange
from ratings_nmf.figures.captions import Caption
from ratings_nmf.figures.glyphs import drawable
from ratings_nmf.figures.heatmap import heatmap
from ratings_nmf.model.factors import Factors


def figures(
    dataset: str,
    table: RatingsTable,
    factors: Factors,
    *,
    profile: dict[str, Any],
    fit: dict[str, Any],
    warning: str = "",
) -> dict[str, Figure]:
    """Return the heatmaps of a dataset by name: input, W, H, reconstruction, residual, correlation.

    Parameters
    ----------
    dataset
        Its name, for the titles.
    table, factors
        What went in and what came out.
    profile, fit
        Contents of profile.json and fit.json, for what the captions say of the table and of the fit.
    warning
        What a reader of the factors must know, below all figures of them.
    """
    rows = arrange(table.row_labels, factors.W[:, : factors.parts], kind="rows")
    columns = arrange(table.column_labels, factors.H[: factors.parts].T, kind="columns")
    components = arrange(factors.components, np.eye(len(factors.components)), kind="components")
    given = blocks.table_means(table, rows, columns)
    rebuilt = blocks.prediction_means(factors, rows, columns)
    peak = float(np.nanmax([np.nanmax(given), np.nanmax(rebuilt)]))
    size, fitted = _table_line(profile), "\n".join(filter(None, (fit_line(fit), warning)))

    def caption(title: str, colours: str, *lines: str) -> Caption:
        return Caption(title=f"{dataset}: {title}", lines=tuple("\n".join(lines).split("\n")), colours=colours)

    return {
        "input": heatmap(
            given, (rows, columns), caption("the table", "value", size, *_empty_lines(profile)), limit=peak
        ),
        "W": heatmap(
            rows.means(factors.W),
            (rows, components),
            caption("W", "weight", "What each row holds of each component", fitted),
        ),
        "H": heatmap(
            columns.means(factors.H.T).T,
            (components, columns),
            caption("H", "weight", "What each component holds of each column", fitted),
        ),
        "reconstruction": heatmap(
            rebuilt,
            (rows, columns),
            caption("W @ H", "value", "The table as its components rebuild it", fitted),
            limit=peak,
        ),
        "residual": heatmap(
            blocks.residual_means(table, factors, rows, columns),
            (rows, columns),
            caption("residual", "difference", "The table − W @ H; red: the table has more", fitted),
            scale="difference",
        ),
        "correlation": heatmap(
            blocks.correlation_means(factors, rows),
            (rows, rows),
            caption("correlation", "correlation", "Between rows of W @ H; grey where a row is constant", fitted),
            scale="correlation",
        ),
    }


def _table_line(profile: dict[str, Any]) -> str:
    meaning = "0 is a value" if profile["zeros"] == "observed" else "grey: not rated"
    return (
        f"{profile['rows']:,} rows × {profile['columns']:,} columns, "
        f"{profile['density']:.3g} of the cells above 0; {meaning}"
    )


def _empty_lines(profile: dict[str, Any]) -> list[str]:
    lines = []
    for side in ("row", "column"):
        if count := profile[f"empty_{side}_count"]:
            labels = ", ".join(drawable(label) for label in profile[f"empty_{side}s"][:5])
            more = f" and {count - 5:,} more" if count > 5 else ""
            empty = "all zero" if profile["zeros"] == "observed" else "never rated"
            lines.append(f"{side.capitalize()}s {empty}: {labels}{more}")
    return lines


def warning_line(heldout: dict[str, Any]) -> str:
    """Say that the factors predict unseen cells no better than a baseline, where so; else nothing."""
    if heldout.get("beats_baseline", True):
        return ""
    baseline = min(heldout["baselines_rmse"], heldout["global_mean_rmse"])
    return f"Warning: on unseen cells no better than plain averages (RMSE {heldout['rmse']:.3g} against {baseline:.3g})"


def fit_line(fit: dict[str, Any]) -> str:
    """Say components, error, and a fit that has not converged, in one line."""
    components = f"{fit['n_components']} component" + ("s" if fit["n_components"] > 1 else "")
    error = f"relative error {100 * fit['relative_error']:.3g} %"
    state = "" if fit["converged"] is not False else f"; not converged after {fit['n_iter']} iterations"
    return f"{components}, {error}{state}"
