"""What each rule suggests, and the choice."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ratings_nmf.core.table import LEAST_CELLS, RatingsTable, free_loadings
from ratings_nmf.core.words import hundredths, number
from ratings_nmf.survey.criterion import Evidence, deciding

AGREE = 0.95
"""Median cosine of the least alike of the matched components of two restarts from which restarts agree on all parts."""

THRESHOLD = 1e-4
"""Share of ‖X‖ that the RMSE must stay below under `error_threshold`."""

LEAST_BY_THRESHOLD = 3

NOTABLY = 1.05
"""Ratio of held-out errors above which more parts than stand above the noise are taken."""

SURELY = 5.0
"""Standard errors by which held-out cells must speak against what stands above the noise of a table known in part.

Fits without a part of the cells speak against weak parts, too, which the fit to all of them has use for.
"""

CELLS_A_LINE = 8
"""Known cells for each row and column, where not all are known, below which they tell no count."""


def one_standard_error(evidence: Evidence) -> int | None:
    """Return the smallest count whose held-out score is within one standard error of the best: |cv − best| ≤ gap_se.

    The score is the RMSE or, where the evidence has it, the NDCG@10 of lists. The standard error is that of the
    difference, paired over the held-out cells, by row, or over the receivers of lists. Source: Breiman et al. 1984,
    Classification and Regression Trees; Hastie, Tibshirani & Friedman 2009, 7.10.

    >>> errors = [(1, 0.9, 0.1), (2, 0.53, 0.1), (3, 0.5, 0.0), (4, 0.6, 0.1)]
    >>> one_standard_error([{"n_components": k, "cv_rmse": cv, "cv_gap_se": se} for k, cv, se in errors])
    2
    >>> lists = [(5, 0.3, 0.02), (10, 0.38, 0.01), (20, 0.4, 0.01), (40, 0.405, 0.0)]
    >>> one_standard_error([{"n_components": k, "ndcg": ndcg, "ndcg_gap_se": se} for k, ndcg, se in lists])
    20
    """
    criterion = deciding(evidence)
    known = criterion.known(evidence)
    if not known:
        return None
    best = criterion.best_of(known)[criterion.column]
    return next(
        int(line["n_components"]) for line in known if abs(line[criterion.column] - best) <= line[criterion.gap]
    )


def agreement(evidence: Evidence) -> int | None:
    """Return the largest count above 1 on whose parts, the least alike included, restarts agree; None where none.

    Whether a count is one of them does not depend on what other counts were surveyed.

    >>> agreement([{"n_components": k, "weakest": cosine} for k, cosine in [(1, 1.0), (2, 0.9), (3, 0.99), (4, 0.6)]])
    3
    """
    known = [line for line in evidence if line["weakest"] is not None and line["n_components"] > 1]
    return max((int(line["n_components"]) for line in known if line["weakest"] >= AGREE), default=None)


def cophenetic(evidence: Evidence) -> int | None:
    """Return the last count before the cophenetic correlation falls most; None where it never falls.

    Counts without one are passed over. Source: Brunet et al. 2004.

    >>> cophenetic([{"n_components": k, "cophenetic": c} for k, c in [(1, None), (2, 1.0), (3, 0.98), (4, 0.7)]])
    3
    """
    known = [line for line in evidence if line["cophenetic"] is not None]
    falls = [before["cophenetic"] - after["cophenetic"] for before, after in pairwise(known)]
    if not falls or max(falls) <= 0:
        return None
    return int(known[falls.index(max(falls))]["n_components"])


def shuffled(evidence: Evidence) -> int | None:
    """Return the first count from which rss falls no faster, per component, than on shuffled data.

    None where it falls faster up to the last count. Source: Frigyesi & Höglund 2008.

    >>> lines = [(1, 100.0, 100.0), (2, 60.0, 90.0), (3, 55.0, 82.0)]
    >>> shuffled([{"n_components": k, "rss": rss, "shuffled_rss": mixed} for k, rss, mixed in lines])
    2
    """
    known = [line for line in evidence if line["rss"] is not None]
    for before, after in pairwise(known):
        if before["rss"] - after["rss"] <= before["shuffled_rss"] - after["shuffled_rss"]:
            return int(before["n_components"])
    return None


def error_threshold(evidence: Evidence, *, norm: float, cells: float) -> tuple[int | None, bool]:
    """Return the smallest count ≥ 3 with √(rss / cells) < 1e-4 · norm, and whether one was.

    Where none was, the largest count surveyed is returned. An in-sample rule: the error is over the cells that were
    fitted. Source: the NMF lab of BYU's applied mathematics course.

    >>> lines = [{"n_components": k, "rss": rss} for k, rss in [(2, 0.0), (3, 4.0), (4, 0.0)]]
    >>> error_threshold(lines, norm=10.0, cells=4), error_threshold(lines[:2], norm=10.0, cells=4)
    ((4, True), (3, False))
    """
    candidates = [line for line in evidence if line["rss"] is not None and line["n_components"] >= LEAST_BY_THRESHOLD]
    for line in candidates:
        if np.sqrt(line["rss"] / cells) < THRESHOLD * norm:
            return int(line["n_components"]), True
    return (int(candidates[-1]["n_components"]) if candidates else None), False


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A count, None where nothing speaks for any, and why, in one sentence."""

    n_components: int | None
    reason: str


def to_predict(
    evidence: Evidence, *, table: RatingsTable, above_noise: int | None = None, least: bool = False
) -> Choice:
    """Say how many components predict or, of a table for lists, list best.

    These are the parts `above_noise` where they are told, else those of `one_standard_error` or, where a surplus does
    no harm, of the `least` error.

    What stands above the noise of a whole table may be lost where a part of its cells is held out; more are taken only
    where they lower the held-out error `NOTABLY`. Where cells are not known, what stands above the noise is taken
    unless it is `SURELY` worse than the least error. How far restarts agree on the parts is said, and decides nothing:
    parts that differ may predict as well.
    """
    count = one_standard_error(evidence)
    if count is None:
        reason = "Nothing was held out (folds: 0), and so nothing tells how many components predict best."
        return Choice(n_components=None, reason=reason)
    criterion = deciding(evidence)
    best = criterion.best_of(evidence)
    count = best["n_components"] if least else count
    few = None
    if table.counted < LEAST_CELLS:
        few = "with other cells held out the answer would be another"
    elif _has_short_lines(table):
        few = f"it takes about {CELLS_A_LINE} for each of the {sum(table.shape):,} rows and columns"
        few += f"; {above_noise} stand above the noise, and more may be hidden" if above_noise else ""
    if few:
        reason = f"{table.counted:,.0f} cells are too few to tell how many components predict best: {few}."
        return Choice(n_components=None, reason=reason)
    most = max((line["n_components"] for line in evidence if line["n_components"] <= (above_noise or 0)), default=0)
    by_count = {line["n_components"]: line for line in evidence}
    error, spread = (by_count[most][name] for name in (criterion.column, criterion.gap)) if most else (np.inf, 0.0)
    if table.weight:
        are_taken = most > count or error <= NOTABLY * best[criterion.column]
    else:
        are_taken = error <= best[criterion.column] + SURELY * spread
    line = by_count[most if are_taken else count]
    if are_taken and most != count:
        merit = "is how many parts stand above the noise of the table"
        if most != above_noise:
            merit = f"is the largest count surveyed of the {above_noise} parts that stand above the noise of the table"
        merit += f"; with a part of its cells held out the answer is {count}"
    elif line is best:
        merit = f"has the {criterion.best} {criterion.noun} on held-out cells ({criterion.said(best)})"
        merit += ", and no larger count was surveyed" if line is evidence[-1] else ""
    else:
        merit = (
            f"is the smallest count whose {criterion.noun} on held-out cells ({criterion.said(line)}) is within one "
            f"standard error of the difference ({number(line[criterion.gap], 2)}) of the {criterion.best} "
            f"({number(best[criterion.column], 4)}, at {best['n_components']})"
        )
    if line["weakest"] is not None and line["weakest"] < AGREE:
        merit += f"; other restarts find other parts (cosine of the least alike {hundredths(line['weakest'])})"
    return Choice(n_components=line["n_components"], reason=f"{line['n_components']} {merit}.")


def to_name(evidence: Evidence, *, table: RatingsTable, above_noise: int | None = None) -> Choice:
    """Say how many parts one can name: on how many restarts agree.

    A count whose `free_loadings` outnumber the cells that count is passed over: there a penalty makes restarts agree on
    what the cells leave open. So is one with more parts than stand `above_noise`, where that is told: restarts may find
    the same part of the noise.
    """
    if all(line["weakest"] is None for line in evidence):
        reason = "No fit was restarted (restarts: 0), and so nothing tells how many parts one can name."
        return Choice(n_components=None, reason=reason)
    if table.counted < LEAST_CELLS or _has_short_lines(table):
        reason = f"{table.counted:,.0f} cells are too few to tell how many parts one can name, even if restarts agree."
        return Choice(n_components=None, reason=reason)
    lines = [line for line in evidence if free_loadings(table.shape, line["n_components"]) <= table.counted]
    within = "" if len(lines) == len(evidence) else f" and no more free loadings than the {table.counted:,.0f} cells"
    if above_noise is not None:
        lines = [line for line in lines if line["n_components"] <= above_noise]
        within += f"; above the noise: {above_noise}"
    count = agreement(lines)
    if count is None:
        return Choice(n_components=None, reason=f"No count above 1 has parts that most restarts find again{within}.")
    weakest = next(line["weakest"] for line in evidence if line["n_components"] == count)
    reason = (
        f"{count} is the largest count whose parts most restarts find again, each of them (cosine of the least alike "
        f"{hundredths(weakest)}){f'; above the noise: {above_noise}' if above_noise is not None else ''}."
    )
    return Choice(n_components=count, reason=reason)


def _has_short_lines(table: RatingsTable) -> bool:
    return not table.weight and table.counted < CELLS_A_LINE * sum(table.shape)
