"""What each rule suggests, and the choice; evidence is a list of one dict a count, by rising count."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

Evidence = Sequence[dict[str, Any]]

STABLE = 0.8
"""Mean cosine between matched components of two restarts from which a count is called stable."""

THRESHOLD = 1e-4
"""Share of ‖X‖ that the RMSE must stay below under `error_threshold`."""

LEAST_BY_THRESHOLD = 3


def one_standard_error(evidence: Evidence) -> int | None:
    """Return the smallest count whose cv_rmse is within one standard error of the least: cv ≤ cv_min + se_min.

    Source: Breiman et al. 1984, Classification and Regression Trees; Hastie, Tibshirani & Friedman 2009, 7.10.

    >>> errors = [(1, 0.9, 0.1), (2, 0.53, 0.1), (3, 0.5, 0.04), (4, 0.6, 0.1)]
    >>> one_standard_error([{"n_components": k, "cv_rmse": cv, "cv_rmse_se": se} for k, cv, se in errors])
    2
    """
    known = [line for line in evidence if line["cv_rmse"] is not None]
    if not known:
        return None
    best = min(known, key=lambda line: line["cv_rmse"])
    limit = best["cv_rmse"] + best["cv_rmse_se"]
    return next(int(line["n_components"]) for line in known if line["cv_rmse"] <= limit)


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
    """The count to use, None where nothing speaks for any, and why, in one sentence."""

    n_components: int | None
    reason: str


def choose(evidence: Evidence) -> Choice:
    """Choose by `one_standard_error` among the stable counts.

    Without held-out errors the choice is `cophenetic`, then `shuffled`. Where no count is stable, or stability was
    not measured, all counts are eligible, and the reason says so.
    """
    if evidence[0]["cv_rmse"] is None:
        return _without_errors(evidence)
    tested = [line for line in evidence if line["stability"] is not None]
    stable = [line for line in tested if line["stability"] >= STABLE]
    eligible, kind = (stable, "stable ") if stable else (evidence, "")
    count = one_standard_error(eligible)
    best = min(eligible, key=lambda line: line["cv_rmse"])
    choice = next(line for line in eligible if line["n_components"] == count)
    if not tested:
        among = "stability was not measured"
    elif not stable:
        among = f"no count is stable (cosine between restarts of {STABLE:g} or more), so that all were eligible"
    else:
        among = f"restarts agree on its parts (mean cosine {choice['stability']:.2f})"
    if len(eligible) == 1:
        merit = f"is the only {kind}count"
    elif choice is best:
        merit = f"has the least held-out error ({best['cv_rmse']:.4g}) of the {kind}counts"
    else:
        merit = (
            f"is the smallest {kind}count whose held-out error ({choice['cv_rmse']:.4g}) is within one standard error "
            f"of the least ({best['cv_rmse']:.4g} ± {best['cv_rmse_se']:.3g}, at {best['n_components']})"
        )
    return Choice(n_components=count, reason=f"{count} {merit}; {among}.")


def _without_errors(evidence: Evidence) -> Choice:
    if (count := cophenetic(evidence)) is not None:
        reason = f"{count} is the last count before the cophenetic correlation falls most; nothing was held out."
    elif (count := shuffled(evidence)) is not None:
        reason = f"{count} is where the error falls no faster than on shuffled data; nothing was held out."
    else:
        reason = "Nothing was held out, and restarts, if any, point to no count: set `folds`, or choose one yourself."
    return Choice(n_components=count, reason=reason)
