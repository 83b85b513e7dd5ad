"""Compare counts of components on one table: evidence, what the rules suggest, the choice and its consensus."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.factorize import check_count
from ratings_nmf.holdout import cell_hash, fold_notes, make_folds
from ratings_nmf.streams import derived_seed
from ratings_nmf.survey import rules
from ratings_nmf.survey.evidence import COLUMNS, Setting, held_out, restarted
from ratings_nmf.table import RatingsTable

COLUMN_LIMIT = 1000
"""Columns of a larger table are drawn by hash for the consensus, which takes columns × columns."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Survey:
    """What a survey found.

    Attributes
    ----------
    evidence
        A dict for each count, by rising count, with the keys `COLUMNS`.
    suggested
        The count of each rule, by name; None where a rule has none.
    choice
        The count to use and why.
    notes
        What was turned off, left out, drawn or capped.
    columns
        Positions of the table's columns that `consensus` is of, shape (n,).
    consensus
        Consensus between them at the choice, (n, n); None without restarts or choice.
    """

    evidence: list[dict[str, Any]]
    suggested: dict[str, int | None]
    choice: rules.Choice
    notes: list[str]
    columns: NDArray[np.intp]
    consensus: NDArray[np.float64] | None

    @property
    def agree(self) -> bool:
        """Whether all rules that suggest a count suggest the same."""
        return len(set(self.suggested.values()) - {None}) == 1


def compare(
    table: RatingsTable,
    *,
    counts: Sequence[int],
    folds: int,
    restarts: int,
    options: Mapping[str, Any],
    seed: int,
    jobs: int | None = None,
) -> Survey:
    """Compare counts of components on a table.

    Parameters
    ----------
    counts
        By rising count.
    folds, restarts
        0 turns a part off; else 2 or more.
    options
        Of the native solver, which can leave out cells under both meanings of zero.
    seed, jobs
        Start of every random stream; threads, None for one a processor. The result does not depend on `jobs`.

    Raises
    ------
    InputError
        If a count does not fit the table, an option the solver, or the table has too few cells for the folds.
    """
    for count in counts:
        check_count(table, count, "components")
    setting = Setting(options=options, seed=seed, jobs=jobs)
    evidence: list[dict[str, Any]] = [dict.fromkeys(COLUMNS) | {"n_components": count} for count in counts]
    notes: list[str] = []
    matrices: list[NDArray[np.float64]] = []
    if folds:
        spread = make_folds(table, folds=folds, seed=seed, purpose="cross-validation")
        notes += fold_notes(spread, folds)
        for line, found in zip(evidence, held_out(table, spread, counts, setting), strict=True):
            line.update(found)
    else:
        notes.append("folds: 0: nothing was held out, so that the survey has no held-out error.")
    columns = _drawn_columns(table, seed)
    if restarts:
        if len(columns) < table.shape[1]:
            notes.append(f"The consensus is between {len(columns):,} columns drawn from {table.shape[1]:,}.")
        lines, matrices = restarted(table, counts, restarts, columns, setting)
        for line, found in zip(evidence, lines, strict=True):
            line.update(found)
    else:
        notes.append("restarts: 0: no fit was restarted, so that the survey has no stability, rss or consensus.")
    suggested, capped = _suggested(evidence, table)
    choice = rules.choose(evidence)
    at = list(counts).index(choice.n_components) if choice.n_components is not None else None
    return Survey(
        evidence=evidence,
        suggested=suggested,
        choice=choice,
        notes=notes + capped,
        columns=columns,
        consensus=matrices[at] if matrices and at is not None else None,
    )


def _suggested(evidence: list[dict[str, Any]], table: RatingsTable) -> tuple[dict[str, int | None], list[str]]:
    cells = table.shape[0] * table.shape[1] if table.zeros == "observed" else len(table.values)
    norm = float(np.sqrt(np.square(table.values).sum()))
    threshold, reached = rules.error_threshold(evidence, norm=norm, cells=cells)
    suggested = {
        "one_standard_error": rules.one_standard_error(evidence),
        "cophenetic": rules.cophenetic(evidence),
        "shuffled": rules.shuffled(evidence),
        "error_threshold": threshold,
    }
    notes = []
    if threshold is not None:
        end = "" if reached else f"; no count came below it, and {threshold} is the largest surveyed (capped)"
        notes.append(f"error_threshold is in-sample: its error is over the cells that were fitted{end}.")
    elif evidence[0]["rss"] is not None:
        notes.append(f"error_threshold suggests {rules.LEAST_BY_THRESHOLD} or more; no such count was surveyed.")
    return suggested, notes


def _drawn_columns(table: RatingsTable, seed: int) -> NDArray[np.intp]:
    count = table.shape[1]
    if count <= COLUMN_LIMIT:
        return np.arange(count)
    hashes = cell_hash(derived_seed(seed, "survey columns"), np.zeros(count, dtype=np.intp), np.arange(count))
    return np.sort(np.argsort(hashes, kind="stable")[:COLUMN_LIMIT])
