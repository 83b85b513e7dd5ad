"""What components are made of, how many, how wrong on cells not seen, and recommendations, as templates show them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.table import RatingsTable, Side
from ratings_nmf.core.words import (
    aligned,
    counted,
    empty_lines,
    fit_warnings,
    gain_warnings,
    label,
    list_warnings,
    number,
    percent,
)
from ratings_nmf.figures.arrangement import heaviest, most_relevant
from ratings_nmf.model.factors import Factors
from ratings_nmf.page import charts
from ratings_nmf.recommend.recommendations import Recommendations

SCORES = {
    "cv_rmse": ("error on held-out cells", "root of the mean square (RMSE); the lower, the better"),
    "cv_rmse_se": ("its standard error", "how far it would move with other held-out cells"),
    "cv_gap_se": ("standard error of how far it is above the least", "on the same cells; 0 at the least itself"),
    "cv_mae": ("mean error on held-out cells", "mean of the absolute differences"),
    "explained_variance": ("explained", "1 is all of the table's sum of squares"),
    "rss": ("left over", "sum of the squared differences"),
    "shuffled_rss": ("left over of a shuffled table", "the same for a table without structure"),
    "cophenetic": ("cophenetic correlation", "1: the restarts group alike"),
    "dispersion": ("dispersion", "1: the restarts agree on every pair"),
    "silhouette": ("silhouette", "1: the groups are far apart"),
    "stability": ("stability", "1: every restart finds the same components"),
    "weakest": ("least alike component", "1: every restart finds each of them again"),
    "sparsity_W": ("sparsity of W", "0: all rows alike, 1: one row holds all"),
    "sparsity_H": ("sparsity of H", "0: all columns alike, 1: one column holds all"),
}
"""Names and meanings of survey.csv's columns."""

GUESSES = {"global_mean": "the mean of all", "baselines": "row + column level"}
"""Names of the simpler guesses of heldout.json."""

TOP = 5
"""Rows and columns of a component that the page lists."""


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
    """Describe every component that is a part of the table, baselines left out: name, share of the total, lines.

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
    return [
        {
            "name": factors.components[part],
            "share": share,
            **_lines("rows", table.row_labels, W[:, part], orders[0][part]),
            **_lines("columns", table.column_labels, H[part], orders[1][part]),
        }
        for part, share in enumerate(factors.shares()[: factors.parts].tolist())
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


def survey_panel(evidence: Sequence[dict[str, Any]], survey: dict[str, Any], *, fitted: int) -> dict[str, Any]:
    """Describe the evidence for a number of components; the count that was fitted is shown first where surveyed."""
    counts = [line["n_components"] for line in evidence]
    names = [name for name in evidence[0] if name != "n_components"]
    errors = [line for line in evidence if line["cv_rmse"] is not None]
    points = "; ".join(f"{line['n_components']}: {number(line['cv_rmse'])}" for line in errors)
    choice = survey["choice"]
    return {
        "reason": f"To predict: {survey['reason']} To name: {survey['parts_reason']}",
        "chart": charts.survey(errors) if errors else None,
        "alternative": f"Error on held-out cells by number of components: {points}",
        "agreement": charts.agreement(evidence) if any(line["stability"] is not None for line in evidence) else None,
        "counts": counts,
        "first": next((count for count in (fitted, choice) if count in counts), counts[0]),
        "names": [(name, *SCORES.get(name, (name.replace("_", " "), ""))) for name in names],
        "scores": [{name: number(line[name]) for name in names} for line in evidence],
        "rules": [
            (name.replace("_", " "), "nothing" if count is None else str(count))
            for name, count in sorted(survey["rules"].items())
        ],
        "notes": [label(note) for note in survey["notes"]],
        "warnings": (
            [f"The survey suggests {choice} as the number of components; {fitted} were fitted."]
            if choice not in (None, fitted)
            else []
        ),
    }


def heldout_panel(heldout: dict[str, Any]) -> dict[str, Any]:
    """Describe the error on cells that the fit did not see, beside those of simpler guesses (`<guess>_rmse`)."""
    guesses = [
        (GUESSES.get(name := key.removesuffix("_rmse"), name.replace("_", " ")), value)
        for key, value in sorted(heldout.items())
        if key.endswith("_rmse") and value is not None
    ]
    panel = {
        "verdict": heldout["verdict"],
        "warns": heldout.get("beats_baseline") is False,
        "notes": [label(note) for note in heldout.get("notes", [])],
        "bars": [],
    }
    if heldout.get("rmse") is None:
        return panel
    bars = [("this model", heldout["rmse"]), *sorted(guesses, key=lambda bar: (bar[1], bar[0]))]
    longest = max(error for _, error in bars) or 1.0
    turns = f", in {heldout['folds']} turns," if heldout["folds"] else ""
    return {
        **panel,
        "bars": [(name, number(error), round(error / longest, 3)) for name, error in bars],
        "how": (
            f"Error (RMSE): {heldout['cells']:,} cells were hidden from the fit{turns} and then predicted. "
            "Shorter is better; grey: simpler guesses."
        ),
    }


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


def _lines(
    side: str, labels: tuple[str, ...], loadings: NDArray[np.float64], order: NDArray[np.intp]
) -> dict[str, Any]:
    top = order[:TOP].tolist()
    values = loadings[top].tolist()
    lines = [
        {"label": label(labels[line]), "text": text, "length": round(value / float(loadings.max()), 3)}
        for line, value, text in zip(top, values, aligned(values), strict=True)
    ]
    heavier = [
        line
        for line in heaviest(loadings)[:TOP].tolist()
        if line not in top and loadings[line] > max(values, default=0.0)
    ]
    names = ", ".join(label(labels[line]) for line in heavier)
    return {side: lines, f"more_{side}": len(order) - len(lines), f"heaviest_{side}": names}
