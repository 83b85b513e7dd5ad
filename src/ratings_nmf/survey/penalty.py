"""The penalty and the levels at which counts are compared: those that suit the table, by its held-out cells."""

from collections.abc import Sequence
from dataclasses import replace

from ratings_nmf.core.table import RatingsTable
from ratings_nmf.holdout.folds import Folds
from ratings_nmf.solvers.options import NativeOptions
from ratings_nmf.survey.evidence import HeldOut, Line, Setting, held_out

PENALTIES = (0.01, 0.05, 0.25, 1.0)
"""Values of ``regularization`` that are tried beside the default, with levels and without where cells are missing."""

MOST_CELLS = 2_000_000
"""Stored cells of a table up to which they are."""


def search(
    table: RatingsTable, folds: Folds, counts: Sequence[int], setting: Setting
) -> tuple[HeldOut, dict[str, Line]]:
    """Return the held-out errors under the setting that suits the table, and the least error under each one tried.

    The one with the least error at its best count suits, unless the default's least is within one standard error of
    it, paired over the same cells. Nothing is tried where the options name a ``regularization``, above `MOST_CELLS`, or
    where cells that are not given count less than others: the error says little about lists.
    """
    default = NativeOptions(**setting.options, zeros=table.zeros)
    trials = [held_out(table, folds, counts, setting)]
    if default.regularization is None and default.weight in (0, 1) and len(table.values) <= MOST_CELLS:
        levels = [True, False] if default.has_baseline and "baseline" not in setting.options else [default.baseline]
        for baseline in levels:
            for penalty in PENALTIES:
                options = {**setting.options, "regularization": penalty, "baseline": baseline}
                trials.append(held_out(table, folds, counts, replace(setting, options=options)))
    best = min(trials, key=lambda trial: trial.rmse[trial.best])
    gap, error = (figures[trials[0].best] for figures in trials[0].beyond(best))
    return (trials[0] if gap <= error else best), dict(_least(trial, counts, table) for trial in trials)


def _least(trial: HeldOut, counts: Sequence[int], table: RatingsTable) -> tuple[str, Line]:
    """Return penalty and levels in words, and the count of the least error with it."""
    options = NativeOptions(**trial.setting.options, zeros=table.zeros)
    name = f"{options.penalty:g}{' and levels' if options.has_baseline else ''}"
    return name, {"cv_rmse": float(trial.rmse[trial.best]), "n_components": counts[trial.best]}
