"""Compare counts of components on one table: evidence, what the rules suggest, the choice and its consensus."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ratings_nmf.core.params import SurveyParameters
from ratings_nmf.core.streams import cell_hash, derived_seed
from ratings_nmf.core.table import RatingsTable, Side
from ratings_nmf.holdout.folds import fold_notes, make_folds
from ratings_nmf.solvers.factorize import check_count
from ratings_nmf.solvers.threads import thread_count
from ratings_nmf.survey import rules
from ratings_nmf.survey.completion import above_held_out
from ratings_nmf.survey.consensus import Consensus, arrange, grouped
from ratings_nmf.survey.criterion import RMSE
from ratings_nmf.survey.evidence import COLUMNS, LISTS, Line, Setting, held_out, restarted
from ratings_nmf.survey.penalty import search
from ratings_nmf.survey.spectrum import above_noise

if TYPE_CHECKING:
    from pandas import DataFrame

CELLS_ALONE = 2_000_000
"""Most cells of a table of which several fits run at a time: each needs memory of its own."""

COLUMN_LIMIT = 1000
"""Columns of a larger table are drawn by hash for the consensus, which takes columns × columns."""

ENOUGH = 100_000
"""Held-out cells that tell counts apart where fits are sampled: the first folds that hold as many are taken."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Comparison:
    """What speaks for each count of components.

    Attributes
    ----------
    evidence
        A dict for each count, by rising count, with the keys `COLUMNS` and, of a table for lists, `LISTS`.
    suggestions
        The count of each rule, by name; None where a rule has none.
    choice, parts
        The count to predict with and why; the count of parts that one can name and why.
    penalties
        The best score by the criterion that decides, and its count, under each penalty and levels tried.
    options
        What suits the table, beyond the options that were given.
    notes
        What was turned off, left out, drawn, capped or not measured.
    consensus, consensus_count
        Consensus between columns, in as many groups as components, and the count it is of: that of the parts one can
        name, or the smallest above 1. None without restarts.
    """

    evidence: list[Line]
    suggestions: dict[str, int | None]
    choice: rules.Choice
    parts: rules.Choice
    penalties: dict[str, Line]
    options: Mapping[str, Any]
    notes: list[str]
    consensus: Consensus | None
    consensus_count: int | None

    @property
    def agree(self) -> bool:
        """Whether all rules that suggest a count suggest the same."""
        return len(set(self.suggestions.values()) - {None}) == 1

    def evidence_frame(self) -> "DataFrame":
        """Return the evidence as a table with a line for each count."""
        from pandas import DataFrame

        return DataFrame(self.evidence)


def compare(
    table: RatingsTable,
    plan: SurveyParameters,
    *,
    options: Mapping[str, Any],
    sampled: Mapping[str, Any] | None = None,
    seed: int,
    to: Side = "rows",
    jobs: int | None = None,
    column_limit: int = COLUMN_LIMIT,
    enough: int = ENOUGH,
) -> Comparison:
    """Compare counts of components on a table.

    Parameters
    ----------
    plan
        The counts, by rising count, and numbers of folds and of restarts, 0 of which turns a part off.
    options
        Of the native solver, which can leave out cells under both meanings of zero.
    sampled
        Options of the solver that samples, where that is to predict: held-out errors are then its own.
    to
        Whom lists are for, where they decide.
    seed, jobs
        Start of every random stream; fits at a time, None for one a processor, or for a table of more than
        `CELLS_ALONE` cells for one, which uses all processors. The result does not depend on `jobs`.

    Raises
    ------
    InputError
        If a count does not fit the table, an option the solver, or the table has too few cells for the folds.
    """
    counts = plan.components
    for count in counts:
        check_count(table.shape, count, "survey.components")
    jobs = jobs or (1 if len(table.values) > CELLS_ALONE else thread_count())
    setting = Setting(options=options, seed=seed, jobs=jobs)
    notes: list[str] = []
    errors: list[Line] = [{} for _ in counts]
    likeness: list[Line] = [{} for _ in counts]
    penalties: dict[str, Line] = {}
    best, above = setting, above_noise(table, seed=seed)
    if plan.folds:
        folds = make_folds(table, folds=plan.folds, seed=seed, purpose="cross-validation", parameter="survey.folds")
        notes += fold_notes(folds, plan.folds)
        trial, penalties = search(table, folds, counts, setting, to=to)
        errors, best = trial.lines(), trial.setting
        if trial.criterion is not RMSE:
            also = held_out(table, folds, counts, best).lines()
            errors = [line | more for line, more in zip(errors, also, strict=True)]
        if sampled is not None:
            sampling = Setting(options=sampled, seed=seed, jobs=1, solver="bayes")  # chains are side by side
            errors = held_out(table, folds.first(enough), counts, sampling).lines()
        above = above_held_out(table, folds, setting) if above is None else above
    else:
        notes.append("folds: 0: nothing was held out, so that the survey has no held-out error.")
    if plan.restarts:
        everywhere = np.arange(table.shape[1])
        hashes = cell_hash(derived_seed(seed, "survey columns"), np.zeros_like(everywhere), everywhere)
        columns = np.sort(np.argsort(hashes, kind="stable")[:column_limit])
        if len(columns) < table.shape[1]:
            notes.append(f"The consensus is between {len(columns):,} columns drawn from {table.shape[1]:,}.")
        likeness, matrices = restarted(table, counts, plan.restarts, columns, best)
        notes += _not_measured(likeness, counts)
    else:
        notes.append("restarts: 0: no fit was restarted, so that the survey has no stability, rss or consensus.")
    lines = zip(counts, errors, likeness, strict=True)
    keys = (*COLUMNS[:1], *(LISTS if table.is_for_lists else ()), *COLUMNS[1:])
    evidence = [dict.fromkeys(keys) | {"n_components": count} | error | alike for count, error, alike in lines]
    suggestions, limits = _suggested(evidence, table)
    suggestions["above_noise"] = above
    parts = rules.to_name(evidence, table=table, above_noise=above)
    consensus, consensus_count = None, None
    if plan.restarts:
        consensus_count = parts.n_components or next((count for count in counts if count > 1), counts[0])
        summary = arrange(matrices[counts.index(consensus_count)], columns, groups=consensus_count)
        places = np.searchsorted(columns, summary.columns)
        each = zip(counts, matrices, strict=True)
        groups = {count: grouped(matrix, count)[1][places] for count, matrix in each if count > 1}
        consensus = replace(summary, groups=groups)
    return Comparison(
        evidence=evidence,
        suggestions=suggestions,
        choice=rules.to_predict(evidence, table=table, above_noise=above, least=sampled is not None),
        parts=parts,
        penalties=penalties,
        options={name: value for name, value in best.options.items() if name not in options},
        notes=notes + limits,
        consensus=consensus,
        consensus_count=consensus_count,
    )


def _not_measured(likeness: Sequence[Line], counts: Sequence[int]) -> list[str]:
    """Say for which counts a score between restarts does not exist, and why."""
    reasons = {"cophenetic": "all pairs of columns are alike", "silhouette": "there is no other component"}
    notes = []
    for name, reason in reasons.items():
        unknown = [str(count) for count, line in zip(counts, likeness, strict=True) if line[name] is None]
        if unknown:
            notes.append(f"{name}: not measured for {', '.join(unknown)}: {reason}.")
    return notes


def _suggested(evidence: Sequence[Line], table: RatingsTable) -> tuple[dict[str, int | None], list[str]]:
    norm = float(np.sqrt(np.square(table.values).sum()))
    threshold, is_reached = rules.error_threshold(evidence, norm=norm, cells=table.counted)
    suggestions = {
        "agreement": rules.agreement(evidence),
        "one_standard_error": rules.one_standard_error(evidence),
        "cophenetic": rules.cophenetic(evidence),
        "shuffled": rules.shuffled(evidence),
        "error_threshold": threshold,
    }
    notes = []
    if threshold is not None:
        end = "" if is_reached else f"; no count came below it, and {threshold} is the largest surveyed (capped)"
        notes.append(f"error_threshold is in-sample: its error is over the cells that were fitted{end}.")
    elif evidence[0]["rss"] is not None:
        notes.append(f"error_threshold suggests {rules.LEAST_BY_THRESHOLD} or more; no such count was surveyed.")
    return suggestions, notes
