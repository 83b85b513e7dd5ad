"""What 0, blank and absent seem to mean in a file, and why."""

from dataclasses import dataclass, field

from ratings_nmf.core.table import Zeros
from ratings_nmf.core.words import counted, number
from ratings_nmf.raw.values import Values


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """What cells without a value mean.

    Attributes
    ----------
    zeros, reason
        What 0, blank and absent mean, and why.
    rates
        Whether the values are ratings, as far as can be told.
    unrated, unrated_reason
        Values that mean "not rated", and why.
    questions
        Keys that only the owner can settle, and between what.
    """

    zeros: Zeros
    reason: str
    rates: bool
    unrated: list[float | str] = field(default_factory=list)
    unrated_reason: str = ""
    questions: list[tuple[str, str]] = field(default_factory=list)


def meaning_of(values: Values, *, triples: bool, rates: bool) -> Meaning:
    """Tell what cells without a value mean from what the others hold.

    Parameters
    ----------
    values
        What stands in the cells.
    triples
        Whether a cell stands on each line, so that others are absent.
    rates
        Whether the name of the values says that they are ratings.
    """
    marks = values.marks
    known = values.without(marks)
    rates = rates or known.is_scale
    zero = known.numbers[0.0]
    above = [value for value in known.rising if value > 0]
    span = f"{number(above[0])} to {number(above[-1])}" if above else "0"
    questions: list[tuple[str, str]] = []
    below = [value for value in known.rising if value < 0]
    if below:
        least = number(below[0])
        questions.append(
            ("values", f"some are below 0 (down to {least}), and parts are of 0 or more: add to all of them")
        )
    zeros, reason = _zeros(known, span, zero=zero, triples=triples, rates=rates)
    doubt = bool(zero and (rates or triples or known.blank or len(above) <= 10)) or (triples and not rates)
    no_numbers = [*map(str, values.words_for_none)]
    if doubt and not marks:
        what = f"0, which stands {counted(zero, 'time')}," if zero else "an absent cell"
        questions.append(
            ("ingest.zeros", f"is {what} not rated (missing), a value (observed), or not taken yet (0.2)?")
        )
    return Meaning(
        zeros="missing" if marks or no_numbers else zeros,
        reason=f"values of {span}, and marks for those that were not rated" if marks or no_numbers else reason,
        rates=rates,
        unrated=[*marks, *no_numbers],
        unrated_reason="; ".join(
            [f"{number(mark)} stands {counted(values.numbers[mark], 'time')}, and values are {span}" for mark in marks]
            + [f"{word!r} stands {counted(values.texts[word], 'time')} and is no number" for word in no_numbers]
        ),
        questions=questions,
    )


def _zeros(values: Values, span: str, *, zero: int, triples: bool, rates: bool) -> tuple[Zeros, str]:
    blank = values.blank
    if triples and rates:
        beside = f"; 0 stands {counted(zero, 'time')}: known, it seems, and not rated" if zero else ""
        return "missing", f"ratings of {span}; a cell without a line was not rated{beside}"
    if triples and values.are_counts:
        return "observed", f"counts of {span}; a cell without a line is 0 times"
    if triples:
        return "missing", f"measurements of {span}; a cell without a line was not taken"
    if blank and not zero:
        return "missing", f"{counted(blank, 'cell')} blank and none is 0: blank was not rated"
    if blank:
        return "missing", f"{counted(blank, 'cell')} blank, {counted(zero, 'cell')} 0: left out, both"
    if not zero:
        return "observed", "no cell is 0, blank or absent"
    if rates:
        return "missing", f"ratings of {span}, and 0 is none of them: {counted(zero, 'cell')} not rated"
    return "observed", f"{'counts' if values.are_counts else 'amounts'} of {span}: 0 is a value, and no cell is blank"
