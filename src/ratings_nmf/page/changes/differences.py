"""What differs between two snapshots, as data: parameters, metrics graded by their standard errors, and pictures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ratings_nmf.core.words import number
from ratings_nmf.page.changes.overlap import Overlap, overlap
from ratings_nmf.page.changes.parts import Part, match
from ratings_nmf.page.changes.snapshot import DatasetResults, Snapshot

LOWER, HIGHER = ("error", "rmse", "mae"), ("ndcg", "precision", "recall", "coverage", "variance")
"""Ends of the names of metrics of which less, and of which more, is better."""

ERROR = "_se"
"""End of the name of a standard error, behind that of its metric."""

SAME = 1e-9
"""What a cosine may lack to 1, by rounding, for a part to be what it was."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """A parameter, by its path, that is not the same: None where it is not given."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A metric that is not the same, with its standard errors; None where it was not measured."""

    name: str
    before: Any
    after: Any
    before_error: float | None
    after_error: float | None

    @property
    def change(self) -> float | None:
        """After − before; None of what is no number."""
        both = [self.before, self.after]
        if any(isinstance(value, bool) or not isinstance(value, (int, float)) for value in both):
            return None
        return float(self.after - self.before)

    @property
    def verdict(self) -> str:
        """Whether it is better, and by how many of the larger of its two standard errors, or within one of them.

        >>> Measure(name="rmse", before=1.0, after=0.9, before_error=0.1, after_error=0.2).verdict
        'within one standard error'
        >>> Measure(name="rmse", before=1.0, after=1.6, before_error=0.1, after_error=0.2).verdict
        'worse by 3 standard errors'
        >>> Measure(name="relative_error", before=0.2, after=0.1, before_error=None, after_error=None).verdict
        'better'
        """
        if self.change is None or not self.name.endswith((*LOWER, *HIGHER)):
            return ""
        errors = [error for error in (self.before_error, self.after_error) if error is not None]
        largest = max(errors, default=0.0)
        if errors and abs(self.change) <= largest:
            return "within one standard error"
        word = "better" if (self.change < 0) == self.name.endswith(LOWER) else "worse"
        return f"{word} by {number(abs(self.change) / largest, 2)} standard errors" if largest else word


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A figure of reports/figures that is not the same, by its name, and whether it is there before and after."""

    name: str
    before: bool
    after: bool


@dataclass(frozen=True, kw_only=True)
class DatasetChanges:
    """What differs of a dataset: nothing where all is empty.

    ``parts`` says what became of every part, unless each is what it was; ``lists`` how much of the recommendations is
    kept, unless all is.
    """

    parameters: tuple[Change, ...]
    measures: tuple[Measure, ...]
    pictures: tuple[Picture, ...]
    parts: tuple[Part, ...] = ()
    lists: Overlap | None = None


NOTHING = DatasetChanges(parameters=(), measures=(), pictures=())
ABSENT = DatasetResults(metrics={}, pictures={})


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What differs between two snapshots.

    Attributes
    ----------
    before, after
        What they are called.
    parameters
        Those of no dataset.
    datasets
        What both have, by name, where anything differs, and the figures of those that are new.
    new, gone
        Names of the datasets that only one of them has.
    missing
        What could not be compared, by the name of what lacks it.
    """

    before: str
    after: str
    parameters: tuple[Change, ...]
    datasets: Mapping[str, DatasetChanges]
    new: tuple[str, ...]
    gone: tuple[str, ...]
    missing: Mapping[str, tuple[str, ...]]


def differences(before: Snapshot, after: Snapshot) -> Changes:
    """Compare two snapshots."""
    datasets = {}
    for name, other in after.results.items():
        own, parameters = before.results.get(name, ABSENT), after.parameters["datasets"][name]
        changes = DatasetChanges(
            parameters=tuple(_parameters(before.parameters["datasets"].get(name, parameters), parameters)),
            measures=tuple(_measures(own, other)),
            pictures=tuple(_pictures(own, other)),
            parts=_parts(own, other),
            lists=_lists(own, other),
        )
        if changes != NOTHING:
            datasets[name] = changes
    old, new = ({**side.parameters, "datasets": None} for side in (before, after))
    return Changes(
        before=before.name,
        after=after.name,
        parameters=tuple(_parameters(old, new)),
        datasets=datasets,
        new=tuple(name for name in after.results if name not in before.results),
        gone=tuple(name for name in before.results if name not in after.results),
        missing={side.name: side.missing for side in (before, after) if side.missing},
    )


def _parameters(before: Any, after: Any, path: str = "") -> Iterator[Change]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            yield from _parameters(before.get(key), after.get(key), f"{path}.{key}".lstrip("."))
    elif before != after:
        yield Change(name=path, before=before, after=after)


def _measures(before: DatasetResults, after: DatasetResults) -> Iterator[Measure]:
    old, new = before.metrics, after.metrics
    for name in [*old, *(name for name in new if name not in old)]:
        if old.get(name) != new.get(name) and not name.endswith(ERROR):
            yield Measure(
                name=name,
                before=old.get(name),
                after=new.get(name),
                before_error=old.get(name + ERROR),
                after_error=new.get(name + ERROR),
            )


def _pictures(before: DatasetResults, after: DatasetResults) -> Iterator[Picture]:
    for name in sorted(before.pictures.keys() | after.pictures.keys()):
        if before.pictures.get(name) != after.pictures.get(name):
            yield Picture(name=name, before=name in before.pictures, after=name in after.pictures)


def _parts(before: DatasetResults, after: DatasetResults) -> tuple[Part, ...]:
    if before.fit is None or after.fit is None:
        return ()
    parts = match(before.fit, after.fit)
    same = all(part.before == part.after and part.cosine > 1.0 - SAME for part in parts)
    return () if same else parts


def _lists(before: DatasetResults, after: DatasetResults) -> Overlap | None:
    if before.recommendations is None or after.recommendations is None:
        return None
    common = overlap(before.recommendations, after.recommendations)
    same = common.same == common.receivers and not common.before_only and not common.after_only
    return None if same else common
