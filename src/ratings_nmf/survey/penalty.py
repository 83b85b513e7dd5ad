"""The penalty and the levels that suit a table, by its held-out cells: what they are predicted at, or find in lists."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from ratings_nmf.core.table import RatingsTable, Side
from ratings_nmf.holdout.folds import NEVER, Folds
from ratings_nmf.solvers.options import NativeOptions
from ratings_nmf.survey.evidence import HeldOut, Line, Setting, held_out, held_out_of_lists

PENALTIES = (0.01, 0.05, 0.25, 1.0)
"""Values of ``regularization`` that are tried beside the default, with levels and without where cells are missing."""

PENALTIES_OF_ALL = (0.05, 0.25, 1.0, 4.0, 16.0)
"""The same where every cell counts, and the default is none."""

PENALTIES_OF_LISTS = (0.005, 0.01, 0.04, 0.08)
"""The same of a table for lists."""

MOST_CELLS = 2_000_000
"""Stored cells of a table up to which penalties are tried."""

ENOUGH = 20_000
"""Held-out cells that tell penalties apart: the first folds that hold as many are taken for them."""


def search(
    table: RatingsTable, folds: Folds, counts: Sequence[int], setting: Setting, *, to: Side, enough: int = ENOUGH
) -> tuple[HeldOut, dict[str, Line]]:
    """Return how counts do on held-out cells under the setting that suits the table, and the best under each one tried.

    The one that is best at its best count suits, unless the default's best is within one standard error of it, paired
    over the same cells. By error or, of a table for lists, whose error says little about them, by NDCG@10 of lists to
    `to`. Nothing is tried where the options name a ``regularization``, or above `MOST_CELLS`.
    """
    default = NativeOptions(**setting.options, zeros=table.zeros)
    by_lists = table.is_for_lists and bool(np.any(folds.values[folds.fold != NEVER]))
    settings, few = [setting], folds
    if default.regularization is None and len(table.values) <= MOST_CELLS:
        has_choice = default.has_baseline and "baseline" not in setting.options
        levels = [{"baseline": True}, {"baseline": False}] if has_choice else [{}]
        penalties = PENALTIES_OF_LISTS if by_lists else PENALTIES_OF_ALL if table.weight == 1 else PENALTIES
        for level, penalty in product(levels, penalties):
            settings.append(replace(setting, options={**setting.options, "regularization": penalty, **level}))
        if not by_lists:
            few = folds.first(enough)

    def trial(folds: Folds, setting: Setting) -> HeldOut:
        if by_lists:
            return held_out_of_lists(table, folds, counts, setting, to=to)
        return held_out(table, folds, counts, setting)

    trials = [trial(few, each) for each in settings]
    best = min(trials, key=lambda each: each.criterion.sign * each.scores[each.best])
    gap, error = (figures[trials[0].best] for figures in trials[0].behind(best))
    choice = trials[0] if gap <= error else best
    lines = {
        _in_words(each.setting, table): {
            each.criterion.column: float(each.scores[each.best]), "n_components": counts[each.best]
        }
        for each in trials
    }  # fmt: skip
    return (choice if few.numbers == folds.numbers else trial(folds, choice.setting)), lines


def _in_words(setting: Setting, table: RatingsTable) -> str:
    """Return penalty and levels."""
    options = NativeOptions(**setting.options, zeros=table.zeros)
    return f"{options.penalty:g}{' and levels' if options.has_baseline else ''}"
