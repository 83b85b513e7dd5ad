"""What stands in the cells of a file, counted: numbers, blanks, marks; and what these seem to mean."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ratings_nmf.core.params import IngestParameters
from ratings_nmf.core.words import counted, number, percent
from ratings_nmf.files.columns import to_floats
from ratings_nmf.raw.dialect import Dialect
from ratings_nmf.raw.faults import MISSING
from ratings_nmf.raw.notes import far_off
from ratings_nmf.raw.scan import LIMITS, lines
from ratings_nmf.raw.source import Source
from ratings_nmf.raw.splitting import Columns

BARS = " ▁▂▃▄▅▆▇█"
FEW, MOST = 12, 25
"""How many different values a histogram shows one by one, and a scale of ratings has at most."""

CODES = 4
"""Different numbers below 0 that may all be marks, at most."""

TOP = 100
"""Highest value of a scale of ratings, at most."""


@dataclass(kw_only=True)
class Values:
    """What stands in the cells, and how often.

    Attributes
    ----------
    numbers
        Finite numbers, negative ones too.
    blank
        Cells that are blank.
    texts
        Whatever else stands there.
    """

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
        gone = self.numbers.total() - rest.total()
        return Values(numbers=rest, blank=self.blank + gone, texts=self.texts)

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
        counts, _ = np.histogram(rising, bins=10, weights=[self.numbers[value] for value in rising])
        bars = "".join(_bar(count, counts.max()) for count in counts.tolist())
        half = number(_quantile(self.numbers, 0.5))
        return f"{number(rising[0])} {bars} {number(rising[-1])}, half of them up to {half}; {len(rising):,} different"

    def others(self) -> str:
        """Say which texts stand where numbers were expected."""
        commonest = ", ".join(f"{text!r} {counted(times, 'time')}" for text, times in self.texts.most_common(5))
        return commonest + (f" and {len(self.texts) - 5:,} more" if len(self.texts) > 5 else "")

    @property
    def words_for_none(self) -> list[str]:
        """Texts that stand for no number, as far as all of them do."""
        return [*self.texts] if all(MISSING.fullmatch(text) for text in self.texts) else []


def count_values(source: Source, columns: Columns, ingest: IngestParameters, dialect: Dialect) -> Values:
    """Count what stands in the columns of values.

    Raises
    ------
    InputError
        If lines cannot be split, as `scan.lines` does.
    """
    values = Values()
    for _, numbers, faults in lines(source, columns, ingest, zeros=None, limits=LIMITS):
        floats = to_floats(numbers)
        texts = [text for text in faults.drop_null().to_pylist() if text.strip()]
        values.blank += int(np.isnan(floats).sum()) - len(texts)
        different, times = np.unique(floats[~np.isnan(floats)], return_counts=True)
        values.numbers.update(dict(zip(different.tolist(), times.tolist(), strict=True)))
        for text, count in Counter(map(str.strip, texts)).items():
            if dialect.is_number(text):
                values.numbers[dialect.number(text)] += count
            else:
                values.texts[text] += count
    return values


def _bar(count: float, most: float) -> str:
    return BARS[max(1, round(count / most * 8))] if count else BARS[0]


def _quantile(numbers: Counter[float], share: float) -> float:
    rising = sorted(numbers)
    below = np.cumsum([numbers[value] for value in rising])
    return rising[int(np.searchsorted(below, share * below[-1]))]
