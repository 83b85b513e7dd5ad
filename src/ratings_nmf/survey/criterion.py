"""By what counts are compared on cells that the fit did not see: errors or, of a table for lists, what these find."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ratings_nmf.core.words import number

Evidence = Sequence[dict[str, Any]]
"""A dict a count, by rising count, None where a score was not measured."""


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """What counts are compared by: where the evidence has the score, which way it is better, and how it is said.

    Attributes
    ----------
    column, gap
        Keys of a line of evidence: the score, and the standard error of how far it is from the best, paired over the
        same cells. That of the score itself is `error`.
    sign
        1 where the least is the best, −1 where the highest is.
    best, noun, unit
        Words for the best score, what it is of, and its unit.
    over
        What the score is a mean over.
    speaks
        What speaks for a count.
    """

    column: str
    gap: str
    sign: int
    best: str
    noun: str
    unit: str
    over: str
    speaks: str

    @property
    def error(self) -> str:
        """Key of the standard error."""
        return f"{self.column}_se"

    def known(self, evidence: Evidence) -> Evidence:
        """Return the lines of the counts that were measured."""
        return [line for line in evidence if line.get(self.column) is not None]

    def best_of(self, evidence: Evidence) -> dict[str, Any]:
        """Return the line of the best count, one at least being measured."""
        return min(self.known(evidence), key=lambda line: self.sign * line[self.column])

    def said(self, line: dict[str, Any]) -> str:
        """Return the score of a line with its unit.

        >>> NDCG.said({"ndcg": 0.23456})
        'NDCG@10 0.2346'
        """
        return f"{self.unit} {number(line[self.column], 4)}"


RMSE = Criterion(
    column="cv_rmse",
    gap="cv_gap_se",
    sign=1,
    best="least",
    noun="error",
    unit="RMSE",
    over="all held-out cells",
    speaks="Low held-out error",
)

NDCG = Criterion(
    column="ndcg",
    gap="ndcg_gap_se",
    sign=-1,
    best="highest",
    noun="quality of lists",
    unit="NDCG@10",
    over="lists measured",
    speaks="High quality of lists",
)


def deciding(evidence: Evidence) -> Criterion:
    """Return what counts are compared by: lists, where the evidence tells what they find, else the error."""
    return NDCG if NDCG.known(evidence) else RMSE
