"""Compare counts of components on one table: evidence, what the rules suggest, the choice and its consensus."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from joblib import cpu_count
from numpy.typing import NDArray

from ratings_nmf.core.streams import cell_hash, derived_seed
from ratings_nmf.core.table import RatingsTable
from ratings_nmf.holdout.folds import fold_notes, make_folds
from ratings_nmf.solvers.factorize import check_count
from ratings_nmf.survey import rules
from ratings_nmf.survey.consensus import Shown, arrange
from ratings_nmf.survey.evidence import COLUMNS, Setting, held_out, restarted

CELLS_ALONE = 2_000_000
"""Most cells of a table of which several fits run at a time: each needs memory of its own."""

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
    consensus, consensus_count
        Consensus between them, (n, n), and the count it is of: the choice, or where one component leaves nothing to
        tell, the count by `cophenetic`, or the smallest above 1. None without restarts.
    """

    evidence: list[dict[str, Any]]
    suggested: dict[str, int | None]
    choice: rules.Choice
    notes: list[str]
    columns: NDArray[np.intp]
    consensus: NDArray[np.float64] | None
    consensus_count: int | None

    @property
    def agree(self) -> bool:
        """Whether all rules that suggest a count suggest the same."""
        return len(set(self.suggested.values()) - {None}) == 1

    def shown(self, table: RatingsTable) -> Shown | None:
        """Return the consensus as it is kept, with the table's labels; as many groups as components."""
        if self.consensus is None:
            return None
        labels = [table.column_labels[column] for column in self.columns]
        return arrange(self.consensus, labels, groups=self.consensus_count or 1)


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
        Start of every random stream; fits at a time, None for one a processor, or for a table of more than
        `CELLS_ALONE` cells for one, which uses all processors. The result does not depend on `jobs`.

    Raises
    ------
    InputError
        If a count does not fit the table, an option the solver, or the table has too few cells for the folds.
    """
    for count in counts:
        check_count(table.shape, count, "survey.components")
    jobs = jobs or (1 if len(table.values) > CELLS_ALONE else cpu_count())
    setting = Setting(options=options, seed=seed, jobs=jobs)
    evidence: list[dict[str, Any]] = [dict.fromkeys(COLUMNS) | {"n_components": count} for count in counts]
    notes: list[str] = []
    matrices: list[NDArray[np.float64]] = []
    if folds:
        spread = make_folds(table, folds=folds, seed=seed, purpose="cross-validation", parameter="survey.folds")
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
    told = _count_to_tell(choice.n_components, suggested["cophenetic"], counts) if matrices else None
    return Survey(
        evidence=evidence,
        suggested=suggested,
        choice=choice,
        notes=notes + capped,
        columns=columns,
        consensus=None if told is None else matrices[list(counts).index(told)],
        consensus_count=told,
    )


def _count_to_tell(choice: int | None, by_cophenetic: int | None, counts: Sequence[int]) -> int:
    """Return the count whose consensus is kept: that of one component says nothing.

    >>> _count_to_tell(4, 2, [1, 2, 4]), _count_to_tell(1, 4, [1, 2, 4]), _count_to_tell(1, None, [1, 2, 4])
    (4, 4, 2)
    """
    if choice is not None and choice > 1:
        return choice
    return by_cophenetic or next((count for count in counts if count > 1), counts[0])


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
