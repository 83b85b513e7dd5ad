"""Pages to look at and test: planted tables of any size, with the evidence and recommendations a pipeline adds."""

from dataclasses import replace

import numpy as np

from ratings_nmf.core.table import from_dense
from ratings_nmf.core.tally import tally_of
from ratings_nmf.figures.sources import Sources
from ratings_nmf.model.factors import Factors, numbered, with_baselines
from ratings_nmf.model.metrics import fit_metrics
from ratings_nmf.recommend.search import recommend
from ratings_nmf.survey.consensus import arrange, consensus

HOSTILE = (
    "<script>window.broken=1</script>",
    '"><img src=x onerror=window.broken=1>',
    "{{7*7}}",
    "</script><script>window.broken=1</script>",
    '=HYPERLINK("http://example.org","x")',
    "\u202egnp.exe\u2028end",
    "x" * 10_000,
    "&amp;lt;",
    "<!--",
    "' onmouseover='window.broken=1",
)


def made_of(name, rows, columns, *, k=3, zeros="observed", row_labels=None, column_labels=None):
    """Return what a pipeline makes of a planted table, all of it."""
    draw = np.random.default_rng(0)
    factors = Factors(W=draw.gamma(0.5, 1, (rows, k)), H=draw.gamma(0.5, 1, (k, columns)), components=numbered(k))
    noisy = factors.reconstruction() * draw.uniform(0.7, 1.3, (rows, columns))
    cells = np.round(np.where(draw.random((rows, columns)) < 0.7, noisy, 0), 2)
    cells[0, 0] = 1.0
    table = from_dense(
        cells,
        row_labels=row_labels or tuple(f"row {row + 1}" for row in range(rows)),
        column_labels=column_labels or tuple(f"column {column + 1}" for column in range(columns)),
        zeros=zeros,
    )
    if zeros == "missing":
        factors = with_baselines(factors, draw.uniform(0, 0.2, rows), draw.uniform(0, 0.2, columns))
        factors = replace(factors, range=table.range)
    return Sources(
        name=name,
        parameters={"ingest": {"path": f"data/raw/{name}.csv", "zeros": zeros}, "fit": {"n_components": k}},
        table=table,
        profile=tally_of(table).profile(),
        factors=factors,
        fit={"n_components": k, "n_iter": 30, "converged": zeros == "observed", **fit_metrics(table, factors)},
        loss_curve=np.array([90.0, 31.0, 12.5, 6.2, 5.1, 4.9, 4.85]),
        evidence=evidence(),
        survey=survey(),
        heldout=heldout(),
        recommendations=recommend(factors, table, to="rows", top=3),
        to="rows",
        consensus=restarts(min(columns, 300)),
    )


def restarts(columns):
    draw = np.random.default_rng(5)
    return arrange(consensus([draw.integers(0, 2, columns) for _ in range(4)]), np.arange(columns), groups=2)


def evidence():
    return [
        {
            "n_components": count, "cv_rmse": error, "cv_rmse_se": 0.12, "cv_mae": 0.8 * error,
            "cv_gap_se": 0.1, "weakest": 0.9, "explained_variance": 1 - 0.3 / count, "rss": 30.0 / count**2,
            "cophenetic": None if count == 1 else 1 - 0.01 * count, "dispersion": 0.9, "silhouette": 0.8,
            "stability": 0.95, "sparsity_W": 0.4, "sparsity_H": 0.5, "shuffled_rss": 40.0 / count,
        }
        for count, error in [(1, 1.52), (2, 1.1), (3, 0.98), (4, 1.31)]
    ]  # fmt: skip


def survey():
    reason = "2 components: the fewest whose error on held-out cells is within one standard error of the least."
    rules = {"one_standard_error": 2, "agreement": 3, "cophenetic": None}
    return {
        "rules": rules,
        "agree": False,
        "choice": 2,
        "reason": reason,
        "parts": 3,
        "parts_reason": "3 parts.",
        "notes": ["The table is small."],
    }


def heldout():
    return {
        "n_components": 3, "cells": 30, "folds": 5, "rmse": 0.98, "rmse_se": 0.1, "mae": 0.7, "mae_se": 0.1,
        "global_mean_rmse": 1.7, "baselines_rmse": 1.21, "beats_baseline": True,
        "lists": {
            name: {"ndcg": ndcg, "recall": 0.9 * ndcg, "coverage": 0.4}
            for name, ndcg in (("factors", 0.41), ("most popular", 0.45), ("EASE", 0.5))
        },
        "ndcg_gain": -0.04, "ndcg_gain_se": 0.01,
        "verdict": "On cells it had not seen, the model errs by 0.98, less than row and column levels alone (1.21).",
    }  # fmt: skip
