"""What the texts mean that are no plain number, over a whole file: words, percentages, marks, faults."""

import re
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.params import IngestParameters
from ratings_nmf.core.table import LARGEST, LISTED, SMALLEST
from ratings_nmf.files.columns import to_floats, to_mask
from ratings_nmf.raw.badcells import is_dressed, refuse_cells
from ratings_nmf.raw.faults import ALIKE, NUMBER, TRUTH, refuse_columns
from ratings_nmf.raw.source import Columns, Source

KINDS = NUMBER_KIND, PERCENTAGE, WORD, TEXT, NO_VALUE = range(5)
UNRATED = -1
REMARKS = {PERCENTAGE: "values are percentages: 1% is read as 1", WORD: "true or yes is read as 1, false or no as 0"}


class Cell(NamedTuple):
    """A cell that is listed where it is wrong: its place in the file, its labels and what stands there."""

    line: int
    place: int
    row: str
    column: str
    text: str


class Kinds:
    """Takes the values of a file, some lines at a time, and keeps the first cells and the number of each kind.

    Numbers, percentages, or words such as true and false: a file holds one kind, known when all of it was read.
    `columns` say which these are of the source, and `names` what they are called.
    """

    def __init__(self, source: Source, columns: Columns, ingest: IngestParameters, names: list[str]) -> None:
        self._source, self._columns, self._ingest, self._names = source, columns, ingest, names
        self._blank = NO_VALUE if ingest.zeros == "observed" else UNRATED
        self._unrated = {value for value in ingest.unrated if isinstance(value, str)}
        self._counts = np.zeros((len(KINDS), len(names)), dtype=np.int64)
        self._cells: list[list[Cell]] = [[] for _ in KINDS]
        self._texts: list[set[str]] = [set() for _ in names]
        self._lines = 0

    def take(self, numbers: Any, texts: Any, sides: list[Any]) -> NDArray[np.float64]:
        """Return values, NaN where there is none, of numbers and texts as `scan.lines` gives them.

        ``sides`` are row labels of the lines and, where each line has one of its own, column labels.
        """
        values = to_floats(numbers)
        width = len(self._names)
        count = len(values) // width
        self._counts[NUMBER_KIND] += np.count_nonzero(values.reshape(width, count) >= 0, axis=1)
        if texts.null_count < len(texts):
            at = np.flatnonzero(to_mask(texts.is_valid()))
            coded = texts.drop_null().dictionary_encode()
            codes = np.from_dlpack(coded.indices)
            meanings = [self._meaning(text) for text in coded.dictionary.to_pylist()]
            kinds, meant = (np.array(part) for part in zip(*meanings, strict=True))
            values = values.copy()
            values[at] = meant[codes]
            places, lines = np.divmod(at, count)
            for kind in KINDS:
                hits = np.flatnonzero(kinds[codes] == kind)
                self._counts[kind] += np.bincount(places[hits], minlength=width)
                first = hits[np.lexsort((places[hits], lines[hits]))][: LISTED - len(self._cells[kind])]
                self._cells[kind] += [
                    Cell(self._lines + line, place, *self._labels(sides, line, place), coded[cell].as_py())
                    for cell, line, place in zip(first, lines[first].tolist(), places[first].tolist(), strict=True)
                ]
                for place in np.unique(places[hits]) if kind in (WORD, PERCENTAGE, TEXT) else ():
                    few = np.unique(codes[hits][places[hits] == place])[:2]
                    self._texts[place] |= {coded.dictionary[code].as_py() for code in few.tolist()}
        self._lines += count
        return values

    @property
    def kind(self) -> int:
        """The kind of the values so far: that of plain numbers, if there is one."""
        return next((kind for kind in (NUMBER_KIND, PERCENTAGE, WORD) if self._counts[kind].any()), NUMBER_KIND)

    @property
    def remarks(self) -> list[str]:
        """What is to be known of how the values so far were read."""
        return [words for kind, words in REMARKS.items() if kind == self.kind]

    def refuse(self) -> None:
        """Refuse what is no value, or of another kind than others, if there is any: whole columns, or cells."""
        wrong = [kind for kind in KINDS if kind != self.kind and self._counts[kind].any()]
        if not wrong:
            return
        cells = sorted(cell for kind in wrong for cell in self._cells[kind])
        good = self._counts[self.kind]
        columns = {
            name: texts
            for name, texts, numbers in zip(self._names, self._texts, good, strict=True)
            if len(texts) > 1 and not numbers and not is_dressed(texts)
        }
        if columns and good.any():
            refuse_columns(self._source.path, columns, self._ingest)
        examples = [cell[2:] for cell in cells[:LISTED]]
        more = int(self._counts[wrong].sum()) - len(examples)
        others = {cell.row for cell in cells if cell.text.strip() != self._names[cell.place].strip()}
        headers = dict.fromkeys(cell.row for cell in cells if cell.row not in others)
        refuse_cells(
            self._source.path, examples, self._ingest,
            more=more, headers=[*headers], numbers=self.kind != WORD and bool(good.any()), at=self._at,
        )  # fmt: skip

    @property
    def _at(self) -> str:
        """Where the values are in the file's text, in the words of pandas."""
        order = self._source.order
        places = sorted(map(order.index, self._columns.values))
        first, last = places[0], places[-1]
        side = f"{first}:{'' if last == len(order) - 1 else last + 1}"
        if len(places) <= last - first:
            side = f"table.columns.drop({[place for place in range(len(order)) if place not in places]})"
        elif len(places) == 1:
            side = f"[{first}]"
        return f"{int(self._columns.header)}:, {side}"

    def _labels(self, sides: list[Any], line: int, place: int) -> tuple[str, str]:
        return sides[0][line].as_py(), sides[1][line].as_py() if len(sides) > 1 else self._names[place]

    def _meaning(self, text: str) -> tuple[int, float]:
        """Return the kind of a text and its number."""
        text = text.strip()
        if not text:
            return self._blank, np.nan
        kind, number = (UNRATED, np.nan) if text in self._unrated else number_of(text, self._ingest)
        if kind in (NUMBER_KIND, PERCENTAGE) and number in self._ingest.unrated:
            return UNRATED, np.nan
        if kind not in (TEXT, UNRATED) and not (number == 0 or SMALLEST <= number <= LARGEST):
            return NO_VALUE, np.nan
        return kind, number


def number_of(text: str, ingest: IngestParameters) -> tuple[int, float]:
    """Return the kind of a text, without white space around, and the number that it is, NaN of one too near 0.

    >>> german = IngestParameters(path="t.csv", layout="table", decimal=",", thousands=".")
    >>> number_of("-1.234,5", german), number_of("7 %", german), number_of("yes", german), number_of("1.2", german)
    ((0, -1234.5), (1, 7.0), (2, 1.0), (3, nan))
    """
    if text.lower() in TRUTH:
        return WORD, TRUTH[text.lower()]
    plain = text.removesuffix("%").rstrip()
    digits = plain.translate(ALIKE) if ingest.thousands else plain
    if (mark := ingest.thousands) and re.fullmatch(
        rf"[+-]?[0-9]{{1,3}}({re.escape(mark)}[0-9]{{3}})+([^0-9{re.escape(mark)}].*)?", digits
    ):
        digits = digits.replace(mark, "")
    if ingest.decimal == ",":
        digits = "?" if "." in digits else digits.replace(",", ".")
    if not NUMBER.fullmatch(digits):
        return TEXT, np.nan
    number = float(digits)
    underflow = number == 0 and digits.lower().partition("e")[0].strip("+-0.")
    return (NUMBER_KIND if plain == text else PERCENTAGE), np.nan if underflow else number
