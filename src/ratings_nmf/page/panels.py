"""What to know first, what components are made of, and recommendations, as templates show them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.table import RatingsTable, Side
from ratings_nmf.core.words import (
    FACTORS,
    MOST_POPULAR,
    aligned,
    apart,
    counted,
    empty_lines,
    fit_warnings,
    gain_warnings,
    label,
    length,
    list_warnings,
    number,
    percent,
)
from ratings_nmf.figures.arrangement import ANNOTATE, heaviest, most_relevant
from ratings_nmf.model.factors import Factors
from ratings_nmf.recommend.recommendations import Recommendations

TOP = 5
"""Rows and columns of a component that the page lists."""


def tiles(profile: dict[str, Any], fit: dict[str, Any], heldout: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the figures that stand on top, each with what it is."""
    return [
        ("smallest to largest value", f"{number(profile['minimum'])} to {number(profile['maximum'])}"),
        ("mean rating" if profile["zeros"] == "missing" else "mean value", number(profile["mean"])),
        ("component" if fit["n_components"] == 1 else "components", str(fit["n_components"])),
        *_error_figures(heldout, fit),
    ]


def notes(
    profile: dict[str, Any], fit: dict[str, Any], heldout: dict[str, Any], *, more: Sequence[str]
) -> list[tuple[str, str]]:
    """Return what a reader must know first, the worst on top, each with a grade.

    ``serious``: beyond its standard error the model is worse than averages, or its lists than the most popular items.
    ``warning``: no better, or not converged, or a table that looks wrong. ``note``: the rest, which `more` begins.
    """

    def grade(name: str) -> str:
        gain, error = heldout.get(name), heldout.get(f"{name}_se") or 0.0
        return "serious" if gain is not None and gain < -error else "warning"

    pairs = [
        *((grade("gain"), text) for text in gain_warnings(heldout)),
        *((grade("ndcg_gain"), text) for text in list_warnings(heldout)),
        *(("warning", text) for text in fit_warnings(fit, heldout)),
        *(("warning", label(text)) for text in profile.get("notes", [])),
        *(("note", text) for text in (*more, *empty_lines(profile))),
    ]
    return sorted(pairs, key=lambda pair: ("serious", "warning", "note").index(pair[0]))


def component_cards(table: RatingsTable, factors: Factors) -> list[dict[str, Any]]:
    """Describe every component that is a part of the table, levels left out: name, share of all such parts, lines.

    Of ``rows`` and ``columns``, those first that set it apart, each line has a label, its loading as text and as a
    share of the heaviest; what ``more_rows`` and ``more_columns`` count beyond them holds more than a hundredth of it.
    ``heaviest_rows`` and ``heaviest_columns`` name lines that are heavier than all of these, but common to other parts.

    >>> from ratings_nmf.model.factors import numbered
    >>> from ratings_nmf.core.table import from_dense
    >>> factors = Factors(W=np.array([[1.0], [3.0]]), H=np.array([[2.0]]), components=numbered(1))
    >>> table = from_dense(factors.reconstruction(), row_labels=("a", "b"), column_labels=("x",), zeros="observed")
    >>> (card,) = component_cards(table, factors)
    >>> card["share"], [(line["label"], line["length"]) for line in card["rows"]]
    (1.0, [('b', 1.0), ('a', 0.333)])
    """
    W, H = factors.W[:, : factors.parts], factors.H[: factors.parts]
    orders = most_relevant(W, H.sum(axis=1)), most_relevant(H.T, W.sum(axis=0))
    shares = factors.shares()[: factors.parts]
    return [
        {
            "name": factors.components[part],
            "share": share,
            **_lines("rows", table.row_labels, W[:, part], orders[0][part]),
            **_lines("columns", table.column_labels, H[part], orders[1][part]),
        }
        for part, share in enumerate((shares / (shares.sum() or 1.0)).tolist())
    ]


def parts(factors: Factors) -> str:
    """Say how the table is divided among the components."""
    if factors.parts == len(factors.components):
        return "Parts only add up: no number in W or H is below 0."
    levels = percent(float(factors.shares()[factors.parts :].sum()))
    return (
        f"{levels} of the total are levels: what a row or a column has whatever the component. "
        f"{'The component has' if factors.parts == 1 else f'The {factors.parts:,} components share'} the rest."
    )


def recommendations_panel(heldout: dict[str, Any], lists: Recommendations, *, to: Side) -> dict[str, Any] | None:
    """Describe how the lists do on held-out cells, beside those of others; None where nothing is recommended."""
    if not len(lists.receivers):
        return None
    return {
        "to": to[:-1],
        "others": {"rows": "columns", "columns": "rows"}[to],
        "counts": f"{counted(len(set(lists.receivers.tolist())), 'list')} of up to {lists.top}.",
        "warning": " ".join(list_warnings(heldout)),
        "lists": [
            (name, f"{each['ndcg']:.3f}", f"{each['recall']:.3f}", f"{100 * each['coverage']:.1f}\u00a0%")
            for name, each in sorted(heldout.get("lists", {}).items(), key=lambda pair: (-pair[1]["ndcg"], pair[0]))
        ],
    }


def small_table(table: RatingsTable, factors: Factors) -> dict[str, Any]:
    """Return a table of up to `ANNOTATE` cells as texts: the value, and in brackets the prediction."""
    if table.size > ANNOTATE:
        return {"cells": None}
    pairs = zip(table.dense().tolist(), factors.reconstruction().tolist(), strict=True)
    texts = [
        [f"{'–' if np.isnan(value) else number(value)} ({number(guess)})" for value, guess in zip(*line, strict=True)]
        for line in pairs
    ]
    return {
        "cells": list(zip(map(label, table.row_labels), texts, strict=True)),
        "column_labels": list(map(label, table.column_labels)),
    }


def _error_figures(heldout: dict[str, Any], fit: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what the parts add to averages or, for lists, to the most popular items, on cells not seen; how surely."""
    if heldout.get("for_lists"):
        own, popular = apart([heldout["lists"][name]["ndcg"] for name in (FACTORS, MOST_POPULAR)])
        gain, error = aligned([abs(heldout["ndcg_gain"]), heldout["ndcg_gain_se"] or 0.0])
        better = "more" if heldout["ndcg_gain"] >= 0 else "less"
        return [
            (f"quality of lists (NDCG@10); of the most popular: {popular}", own),
            (f"{better} than the most popular, ± its standard error", f"{gain} ± {error}"),
        ]
    if heldout.get("rmse") is None:
        return [("error on fitted cells (RMSE)", number(fit["rmse"]))]
    own, averages = apart([heldout["rmse"], min(heldout["baselines_rmse"], heldout["global_mean_rmse"])])
    figures = [(f"error on cells not seen (RMSE); of averages alone: {averages}", own)]
    if heldout.get("gain") is not None:
        gain, error = aligned([abs(heldout["gain"]), heldout["gain_se"]])
        less = "less" if heldout["gain"] >= 0 else "more"
        figures.append((f"{less} error than averages there, ± its standard error", f"{gain} ± {error}"))
    return figures


def _lines(
    side: str, labels: tuple[str, ...], loadings: NDArray[np.float64], order: NDArray[np.intp]
) -> dict[str, Any]:
    top = order[:TOP].tolist()
    values = loadings[top].tolist()
    lines = [
        {"label": label(labels[line]), "text": text, "length": length(value, float(loadings.max()))}
        for line, value, text in zip(top, values, aligned(values), strict=True)
    ]
    heavier = [
        line
        for line in heaviest(loadings)[:TOP].tolist()
        if line not in top and loadings[line] > max(values, default=0.0)
    ]
    names = ", ".join(label(labels[line]) for line in heavier)
    return {side: lines, f"more_{side}": len(order) - len(lines), f"heaviest_{side}": names}
