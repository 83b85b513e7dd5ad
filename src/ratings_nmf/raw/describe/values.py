"""What stands in the cells of a file, counted: numbers, blanks, marks; and what 0, blank and absent seem to mean."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ratings_nmf.core.params import IngestParameters
from ratings_nmf.core.table import Zeros
from ratings_nmf.core.words import counted, number, percent
from ratings_nmf.files.columns import to_floats
from ratings_nmf.raw.badcells import CODES
from ratings_nmf.raw.describe.findings import Description, Key
from ratings_nmf.raw.faults import DITTO, MISSING, TRUTH
from ratings_nmf.raw.kinds import NUMBER_KIND, TEXT, WORD, number_of
from ratings_nmf.raw.notes import far_off
from ratings_nmf.raw.scan import LIMITS, lines
from ratings_nmf.raw.source import Columns, Source

BARS = " ▁▂▃▄▅▆▇█"
FEW, MOST = 12, 25
"""How many different values a histogram shows one by one, and a scale of ratings has at most."""

TOP = 100
"""Highest value of a scale of ratings, at most."""

LIKED = 0.8
"""Share of the highest rating from which a rating says that something is liked."""


@dataclass(kw_only=True)
class Values:
    """How often each finite number stands in the cells, negative ones too, each other text, and nothing."""

    numbers: Counter[float] = field(default_factory=Counter)
    blank: int = 0
    texts: Counter[str] = field(default_factory=Counter)

    @property
    def rising(self) -> list[float]:
        """All different numbers, rising."""
        return sorted(self.numbers)

    def without(self, marks: Sequence[float | str]) -> "Values":
        """Return the same with numbers that mean "not rated" among the blanks."""
        rest = Counter({value: count for value, count in self.numbers.items() if value not in marks})
        count = self.numbers.total() - rest.total()
        return Values(numbers=rest, blank=self.blank + count, texts=self.texts)

    @property
    def marks(self) -> list[float]:
        """Numbers that seem to mean "not rated": far off all others and frequent, or alone or whole codes below 0."""
        below = [value for value in self.rising if value < 0]
        others = [value for value in self.rising if value >= 0]
        whole = all(value == round(value) for value in below)
        beyond = bool(others and below) and -below[0] > others[-1]
        alone = len(below) == 1 and bool(others) and (whole or beyond)
        if not (alone or (whole and beyond and len(below) <= CODES)):
            below = []
        sizes: Counter[float] = Counter()
        for value in {*self.numbers}.difference([0.0, *below]):
            sizes[abs(value)] += self.numbers[value]
        far = far_off(sizes, self.numbers.total()) if len(self.numbers) > 2 else []
        return [*below, *(mark for mark in far if mark in self.numbers)]

    @property
    def is_scale(self) -> bool:
        """Whether the numbers above 0 look like ratings: few, on a scale, and not the lower the more frequent."""
        above = [value for value in self.rising if value > 0]
        if not 1 < len(above) <= MOST or above[-1] > TOP or any(2 * value != round(2 * value) for value in above):
            return False
        counts = [self.numbers[value] for value in above]
        if 0 < self.numbers[0.0] <= counts[0]:
            return False  # 0 is a value like any other, and not the most frequent
        mean = sum(value * count for value, count in zip(above, counts, strict=True)) / sum(counts)
        return counts[0] < max(counts) or mean >= (above[0] + above[-1]) / 2

    @property
    def are_counts(self) -> bool:
        """Whether all numbers are whole."""
        return all(value == round(value) for value in self.numbers)

    def histogram(self) -> str:
        """Show in a line how often each value stands, or how often values of ten equal ranges do."""
        rising = self.rising
        if not rising:
            return "no number"
        if len(rising) <= FEW:
            total, most = self.numbers.total(), max(self.numbers.values())
            return "  ".join(
                f"{number(value)} {_bar(self.numbers[value], most)} {percent(self.numbers[value] / total)}"
                for value in rising
            )
        below = np.cumsum([self.numbers[value] for value in rising])
        half = number(rising[int(np.searchsorted(below, below[-1] / 2))])
        counts, _ = np.histogram(rising, bins=10, weights=[self.numbers[value] for value in rising])
        bars = "".join(_bar(count, counts.max()) for count in counts.tolist())
        return f"{number(rising[0])} {bars} {number(rising[-1])}, half of them up to {half}; {len(rising):,} different"

    @property
    def words_for_none(self) -> list[str]:
        """Texts that stand for no number, as far as all of them do, or the only one that stands among numbers."""
        alone = len(self.texts) == 1 and self.numbers and self.texts.total() > 1
        text = min(self.texts, default="")
        word = alone and not (any(map(str.isdigit, text)) or DITTO.fullmatch(text) or text.lower() in TRUTH)
        steps = len(self.texts) > 1 and not self.numbers  # of a scale, where no number stands beside
        return [*self.texts] if word or (all(map(MISSING.fullmatch, self.texts)) and not steps) else []


def count_values(source: Source, columns: Columns, ingest: IngestParameters) -> Values:
    """Count what stands in the columns of values."""
    values, texts = Values(), Counter[str]()
    for _, numbers, faults in lines(source, columns, ingest, LIMITS):
        floats = to_floats(numbers)
        other = [text.strip() for text in faults.drop_null().to_pylist() if text.strip()]
        texts.update(other)
        values.blank += int(np.isnan(floats).sum()) - len(other)
        different, times = np.unique(floats[~np.isnan(floats)], return_counts=True)
        values.numbers.update(dict(zip(different.tolist(), times.tolist(), strict=True)))
    meanings = {text: number_of(text, ingest) for text in texts}
    kinds = {NUMBER_KIND} if values.numbers else {kind for kind, _ in meanings.values()} - {TEXT}
    words = {value for kind, value in meanings.values() if kind == WORD}
    if kinds == {WORD} and len(words) == 1 and TEXT in {kind for kind, _ in meanings.values()}:
        kinds = set()  # no beside another word than yes is a word of several languages
    for text, (kind, value) in meanings.items():
        if kind == min(kinds, default=TEXT) and math.isfinite(value):
            values.numbers[value] += texts[text]
        else:
            values.texts[text] += texts[text]
    return values


def describe_values(values: Values, description: Description, *, rates: bool | None) -> bool:
    """Describe what stands in the cells, and what 0, blank and absent seem to mean; return whether these are ratings.

    `rates` says whether the name of the values says that they are, None where it says nothing.
    """
    marks, triples = values.marks, description.ingest["layout"].value == "triples"
    known = values.without(marks)
    rates = known.is_scale if rates is None else rates
    zero = known.numbers[0.0]
    above = [value for value in known.rising if value > 0]
    span = f"{number(above[0])} to {number(above[-1])}" if above else "0"
    if below := [value for value in known.rising if value < 0]:
        least = number(below[0])
        description.ask("values", f"some are below 0 (down to {least}), and parts are of 0 or more: add to all of them")
    doubt = bool(zero and (rates or triples or known.blank or len(above) <= 10)) or (triples and not rates)
    if doubt and not marks:
        what = f"0, which stands {counted(zero, 'time')}," if zero else "an absent cell"
        description.ask("ingest.zeros", f"is {what} not rated (missing), a value (observed), or not taken yet (0.2)?")
    zeros, reason = _zeros(known, span, zero=zero, triples=triples, rates=rates)
    description.say("values", known.histogram())
    if unrated := [*marks, *values.words_for_none]:
        zeros, reason = "missing", f"values of {span}, and marks for those that were not rated"
        why = "; ".join(
            [f"{number(mark)} stands {counted(values.numbers[mark], 'time')}, and values are {span}" for mark in marks]
            + [
                f"{word!r} stands {counted(values.texts[word], 'time')} and is no number"
                for word in values.words_for_none
            ]
        )
        if marks and marks[0] < 0 and len(above) == 1:
            description.ask("ingest.unrated", f"is {number(marks[0])} for not rated, or a vote against, to be 0?")
        if words := [word for word in values.words_for_none if not MISSING.fullmatch(word)]:
            description.ask("ingest.unrated", f"does {words[0]!r} mean that a cell was not rated?")
        description.ingest["unrated"] = Key(unrated, why)
        description.say("marks", why)
    description.say("zeros", f"{zeros}: {reason}")
    description.ingest["zeros"] = Key(zeros, reason)
    if rates and zeros == "missing" and above:
        liked = next(value for value in above if value >= LIKED * above[-1])
        description.say(
            "lists",
            "to rank what they take next, not what they would like: `zeros: 0.2`, "
            f"`values: {{at_least: {liked:g}}}` and the native solver; "
            "`n_components: auto` is then the count of the best lists",
        )
    return rates


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


def _bar(count: float, most: float) -> str:
    return BARS[max(1, round(count / most * 8))] if count else BARS[0]
