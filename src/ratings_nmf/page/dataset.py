"""Everything the page says and shows of one dataset."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from ratings_nmf.core.table import RatingsTable
from ratings_nmf.figures.arrangement import ANNOTATE
from ratings_nmf.model.factors import Factors
from ratings_nmf.page import charts, sentences, shown
from ratings_nmf.page import panels as evidence
from ratings_nmf.page.component_cards import components
from ratings_nmf.page.matrices import matrices


@dataclass(frozen=True, kw_only=True)
class Sources:
    """What the pipeline made of one dataset. What a pipeline may lack is None, and left out of the page.

    Attributes
    ----------
    name, parameters
        The dataset's key and block in params.yaml.
    table, profile, factors, fit
        What went in and came out.
    loss_curve
        The loss after each iteration, shape (iterations,).
    survey
        Records of survey.csv, and survey.json.
    heldout
        heldout.json.
    recommendations
        Header and records of the recommendations.
    """

    name: str
    parameters: dict[str, Any]
    table: RatingsTable
    profile: dict[str, Any]
    factors: Factors
    fit: dict[str, Any]
    loss_curve: NDArray[np.float64] | None = None
    survey: tuple[list[dict[str, float | None]], dict[str, Any]] | None = None
    heldout: dict[str, Any] | None = None
    recommendations: tuple[list[str], Iterable[list[str]]] | None = None


def describe(sources: Sources) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the template shows of a dataset, and what the page's script needs of it."""
    data = matrices(sources.table, sources.factors)
    count = int(sources.fit["n_components"])
    survey = evidence.survey(*sources.survey, fitted=count) if sources.survey else None
    heldout = evidence.heldout(sources.heldout) if sources.heldout else None
    told = evidence.recommendations(*sources.recommendations, dataset=sources.name) if sources.recommendations else None
    content = {
        "name": sources.name,
        "size": sentences.size(sources.profile),
        "zeros": sentences.zeros(sources.table.zeros),
        "figures": _figures(sources),
        "notes": [
            *sentences.notes(sources.profile, sources.fit),
            *(found.warning for found in (heldout, survey) if found and found.warning),
        ],
        "count": sentences.counted(count, "component"),
        "grouping": sentences.grouping(sources.table.shape, data) if data["aggregated"] else "",
        "has_correlation": "correlation" in data,
        "components": components(sources.table, sources.factors),
        "parts": sentences.parts(count, _baseline_share(sources.factors)),
        "fit": sentences.fit(sources.fit),
        "convergence": _convergence(sources),
        "survey": survey,
        "heldout": heldout,
        "recommendations": told,
        "parameters": yaml.safe_dump({sources.name: sources.parameters}, sort_keys=False, allow_unicode=True),
        **_small_table(sources),
    }
    data["zeros"] = sources.table.zeros
    if survey:
        data["survey"] = survey.scores
    if told:
        data["recommendations"] = told.lists
    return content, data


def _figures(sources: Sources) -> list[tuple[str, str]]:
    profile, fit = sources.profile, sources.fit
    figures = [
        ("smallest to largest value", f"{shown.number(profile['minimum'])} to {shown.number(profile['maximum'])}"),
        ("mean value" if sources.table.zeros == "observed" else "mean rating", shown.number(profile["mean"])),
        ("components", str(fit["n_components"])),
        ("of the sum of squares explained", shown.percent(fit["explained_variance"])),
    ]
    if sources.heldout and sources.heldout.get("rmse") is not None:
        figures.append(("error on cells not seen (RMSE)", shown.number(sources.heldout["rmse"])))
    else:
        figures.append(("error on fitted cells (RMSE)", shown.number(fit["rmse"])))
    return figures


def _baseline_share(factors: Factors) -> float | None:
    """Return the share of the total of W @ H that baselines carry, or None in a model without."""
    if factors.parts == len(factors.components):
        return None
    return float(factors.shares()[factors.parts :].sum())


def _convergence(sources: Sources) -> dict[str, Any] | None:
    losses = sources.loss_curve
    if losses is None or not len(losses):
        return None
    converged = sources.fit["converged"]
    state = "The solver stopped when it hardly fell any more." if converged else "The solver had not converged."
    return {
        "chart": charts.convergence(losses.tolist()),
        "first": shown.number(float(losses[0])),
        "last": shown.number(float(losses[-1])),
        "count": len(losses),
        "state": f"What the solver minimises, after each iteration. {state}",
    }


def _small_table(sources: Sources) -> dict[str, Any]:
    """Return a table of up to `ANNOTATE` cells as texts: the value, and in brackets the prediction."""
    table = sources.table
    if table.shape[0] * table.shape[1] > ANNOTATE:
        return {"cells": None}
    pairs = zip(table.dense().tolist(), sources.factors.reconstruction().tolist(), strict=True)
    texts = [[_cell_text(value, guess) for value, guess in zip(*line, strict=True)] for line in pairs]
    labels = [shown.label(label) for label in table.row_labels]
    return {
        "cells": list(zip(labels, texts, strict=True)),
        "column_labels": [shown.label(label) for label in table.column_labels],
    }


def _cell_text(value: float, guess: float) -> str:
    return f"{'–' if np.isnan(value) else shown.number(value)} ({shown.number(guess)})"
