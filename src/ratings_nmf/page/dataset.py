"""Everything the page says and shows of one dataset."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from ratings_nmf.core import words
from ratings_nmf.core.table import RatingsTable, Side
from ratings_nmf.core.words import counted, number, percent
from ratings_nmf.figures.arrangement import ANNOTATE
from ratings_nmf.model.factors import Factors
from ratings_nmf.page import charts
from ratings_nmf.page.component_cards import component_cards, parts
from ratings_nmf.page.matrices import grouping, matrices
from ratings_nmf.page.panels import heldout_panel, recommendations_panel, survey_panel
from ratings_nmf.recommend.recommendations import Recommendations, sides


@dataclass(frozen=True, kw_only=True)
class Sources:
    """What the pipeline made of one dataset.

    Attributes
    ----------
    name, parameters
        The dataset's key and block in params.yaml.
    table, profile, factors, fit
        What went in and came out.
    evidence, survey
        Lines of survey.csv, None where a score was not measured, and survey.json.
    heldout
        heldout.json.
    recommendations, to
        The lists, and whether rows or columns receive them.
    loss_curve
        The loss after each iteration, shape (iterations,); None where the solver tells none.
    """

    name: str
    parameters: dict[str, Any]
    table: RatingsTable
    profile: dict[str, Any]
    factors: Factors
    fit: dict[str, Any]
    evidence: Sequence[dict[str, Any]]
    survey: dict[str, Any]
    heldout: dict[str, Any]
    recommendations: Recommendations
    to: Side
    loss_curve: NDArray[np.float64] | None = None


def describe(sources: Sources) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the template shows of a dataset, and what the page's script needs of it."""
    table, factors, fit = sources.table, sources.factors, sources.fit
    data = matrices(table, factors)
    survey = survey_panel(sources.evidence, sources.survey, fitted=fit["n_components"])
    receivers, items = sides(table, to=sources.to)
    recommendations = recommendations_panel(
        sources.name, sources.recommendations, receivers=receivers, items=items, components=factors.components
    )
    content = {
        "name": sources.name,
        "size": words.size(sources.profile),
        "figures": _figures(sources),
        "notes": [
            *words.drawn_rows(table.draw),
            *words.empty_lines(sources.profile),
            *words.fit_warnings(fit, sources.heldout),
            *filter(None, [survey["warning"]]),
        ],
        "count": counted(fit["n_components"], "component"),
        "grouping": grouping(table.shape, data),
        "has_correlation": "correlation" in data,
        "components": component_cards(table, factors),
        "parts": parts(factors),
        "fit": (
            f"On the cells it was fitted to, W @ H misses by {number(fit['mae'])} on average (root of the mean "
            f"square: {number(fit['rmse'])}) and explains {percent(fit['explained_variance'])} of the table's "
            "sum of squares. More components always bring these errors down, so they say how close the picture is, "
            "not how well it predicts."
        ),
        "convergence": _convergence(sources),
        "survey": survey,
        "heldout": heldout_panel(sources.heldout),
        "recommendations": recommendations,
        "parameters": yaml.safe_dump({sources.name: sources.parameters}, sort_keys=False, allow_unicode=True),
        **_small_table(table, factors),
    }
    data["survey"] = survey["scores"]
    if recommendations:
        data["recommendations"] = recommendations["lists"]
    return content, data


def _figures(sources: Sources) -> list[tuple[str, str]]:
    profile, fit, heldout = sources.profile, sources.fit, sources.heldout
    return [
        ("smallest to largest value", f"{number(profile['minimum'])} to {number(profile['maximum'])}"),
        ("mean value" if profile["zeros"] == "observed" else "mean rating", number(profile["mean"])),
        ("components", str(fit["n_components"])),
        ("of the sum of squares explained", percent(fit["explained_variance"])),
        ("error on cells not seen (RMSE)", number(heldout["rmse"]))
        if heldout.get("rmse") is not None
        else ("error on fitted cells (RMSE)", number(fit["rmse"])),
    ]


def _convergence(sources: Sources) -> dict[str, Any] | None:
    losses = sources.loss_curve
    if losses is None or not len(losses):
        return None
    states = {True: " The solver stopped when it hardly fell any more.", False: " The solver had not converged."}
    return {
        "chart": charts.convergence(losses.tolist()),
        "first": number(float(losses[0])),
        "last": number(float(losses[-1])),
        "count": len(losses),
        "state": f"What the solver minimises, after each iteration.{states.get(sources.fit['converged'], '')}",
    }


def _small_table(table: RatingsTable, factors: Factors) -> dict[str, Any]:
    """Return a table of up to `ANNOTATE` cells as texts: the value, and in brackets the prediction."""
    if table.shape[0] * table.shape[1] > ANNOTATE:
        return {"cells": None}
    pairs = zip(table.dense().tolist(), factors.reconstruction().tolist(), strict=True)
    texts = [[_cell_text(value, guess) for value, guess in zip(*line, strict=True)] for line in pairs]
    return {
        "cells": list(zip(map(words.label, table.row_labels), texts, strict=True)),
        "column_labels": [words.label(label) for label in table.column_labels],
    }


def _cell_text(value: float, guess: float) -> str:
    return f"{'–' if np.isnan(value) else number(value)} ({number(guess)})"
