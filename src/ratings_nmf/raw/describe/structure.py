"""What each column of a file holds, and so which layout it has, told from its first records."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ratings_nmf.core.params import IngestParameters
from ratings_nmf.raw.badcells import is_otherwise, marks_of
from ratings_nmf.raw.faults import MISSING, NUMBER, YEAR
from ratings_nmf.raw.kinds import TEXT, number_of
from ratings_nmf.raw.names import are_rising, role

MOST, FEW, REPEATS = 0.95, 12, 0.75
"""Share of a column's texts that have to be of a kind; distinct values of what looks like ratings, about; and share of
different texts that a key of triples has at most."""

_TIME = re.compile(r"\d{4}[-/.]\d\d?[-/.]\d\d?.*|\d{1,2}[./]\d{1,2}[./]\d{2,4}.*|([6-9]\d{8}|1\d{9})(\d{3})?")
_DECIMALS = re.compile(r"[0-9][.,]0*[1-9]")
_FLAG = re.compile(r"^\((?=[0-9.,]+\)$)|(?<=[0-9.])( [a-z]{1,3}| ?\*+| ?\[\w\]|\))$")
_TIME_NAME = re.compile(r"time|date|year", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, eq=False)
class Column:
    """A column: its position from 0, its name, empty without a header, and its first fields, no white space around.

    ``number`` is the share of numbers among those that are neither blank nor a mark for "none"; 0 where there are none.
    """

    place: int
    name: str
    texts: Sequence[str]
    number: float

    @property
    def kind(self) -> str | None:
        """The role that the name tells: row, column, value."""
        return role(self.name)

    @property
    def distinct(self) -> int:
        """How many different texts it has."""
        return len({*self.texts})

    @property
    def is_dressed(self) -> bool:
        """Whether it holds numbers with something around: units, durations, what each means; and no times."""
        return are_dressed(self.texts)

    @property
    def is_unique(self) -> bool:
        """Whether no text stands twice."""
        return self.distinct == len(self.texts)

    @property
    def is_blank(self) -> bool:
        """Whether all fields are, or marks for "none"."""
        return all(not text or MISSING.fullmatch(text) for text in self.texts)

    @property
    def is_measure(self) -> bool:
        """Whether it holds numbers with decimals, or percentages, which are no labels."""
        return self.number >= MOST and any(_DECIMALS.search(text) or text.endswith("%") for text in self.texts)

    @property
    def is_time(self) -> bool:
        """Whether it holds dates or seconds since 1970."""
        known = [text for text in self.texts if text]
        return len(known) > 0 and sum(bool(_TIME.fullmatch(text)) for text in known) >= MOST * len(known)

    @property
    def holds_no_values(self) -> bool:
        """Whether it is blank and without a name, or holds times, or words."""
        if self.is_blank:
            return not self.name
        return len(self.texts) > 0 and (self.is_time or (self.number < 0.1 and not self.is_dressed))

    @property
    def counts_lines(self) -> bool:
        """Whether it counts the lines, from 0 or 1."""
        return len(self.texts) > 2 and any(
            all(text == str(line) for line, text in enumerate(self.texts, start)) for start in (0, 1)
        )

    def __str__(self) -> str:
        return self.name or f"column {self.place + 1}"


@dataclass(frozen=True, kw_only=True)
class Structure:
    """Whether the first record of a file is a header, its columns, and which of them hold what.

    ``cell`` are those of row label, column label and value of ``layout: triples``, None of ``layout: table``; ``label``
    is that of a table's row labels, None where none can be, and ``skip`` those that hold neither these nor numbers.
    """

    header: bool
    columns: list[Column]
    cell: tuple[Column, Column, Column] | None
    label: Column | None
    skip: list[Column]

    @property
    def lacks_values(self) -> bool:
        """Whether each line holds labels alone, those of rows several times."""
        others = [column for column in self.columns if column.kind not in ("row", "column") and not column.is_time]
        alone = all(column.number < 0.5 for column in others) or len(self.columns) == 2
        return self.cell is None and alone and (len(self.keys) == 2 or not self.columns[0].is_unique)

    @property
    def keys(self) -> list[Column]:
        """The columns whose names tell that they hold row label and column label."""
        roles = {column.kind: column for column in reversed(self.columns)}
        return [roles[kind] for kind in ("row", "column") if kind in roles]


def structure_of(records: list[list[str]], ingest: IngestParameters, *, header: bool | None = None) -> Structure:
    """Tell how a file is to be read from its first records; `header` where it is known to have one."""
    width = len(records[0])
    below = [record for record in records[1:] if len(record) == width]
    if header is None:
        header = _has_header(records[0], below, ingest)
    names = [name.strip() for name in records[0]] if header else [""] * width
    data = below if header else [records[0], *below]
    sides = [[record[place].strip() for record in data] for place in range(width)]
    columns = [
        Column(place=place, name=names[place], texts=texts, number=_number_share(texts, ingest))
        for place, texts in enumerate(sides)
    ]
    if not any(one.number >= 0.5 and one.kind not in ("row", "column") for one in columns[1:]):
        columns = [replace(one, number=1.0) if one.place and one.is_dressed else one for one in columns]
    cell = _cell(columns)
    if cell is not None and _is_triples(columns, cell):
        return Structure(header=header, columns=columns, cell=cell, label=None, skip=[])
    label = _label(columns) if header else None
    others = [column for column in columns if column is not label]
    before = [column for column in others if label is not None and column.place < label.place]
    dated = [column for column in others if _TIME.fullmatch(column.name) or YEAR.fullmatch(column.name)]
    beside = dated[:1] if 2 * len(dated) > len(others) else []  # others tell of the row, as a place or an id does
    skip = [
        column
        for column in others
        if (column.holds_no_values or any(column.place < one.place for one in beside)) and column not in before
    ]
    for fewer in ([column for column in skip if column.is_time], []):
        skip = fewer if len(skip) + len(before) == len(others) else skip
    return Structure(header=header, columns=columns, cell=None, label=label, skip=[*skip, *before])


def are_dressed(texts: Sequence[str]) -> bool:
    """Return whether texts are numbers with something around, and no times; blank ones and marks for "none" apart."""
    known = [text for text in texts if text and not MISSING.fullmatch(text)]
    return bool(known) and all(is_otherwise(text) and not _TIME.fullmatch(text) for text in known)


def _number_share(texts: list[str], ingest: IngestParameters) -> float:
    known = [text for text in texts if text and not MISSING.fullmatch(text)]
    return sum(is_number(text, ingest) for text in known) / len(known) if known else 0.0


def is_number(text: str, ingest: IngestParameters) -> bool:
    """Return whether a text is a number, or one with a flag or unit behind it."""
    text = _FLAG.sub("", text.strip())
    return marks_of(text) is not None or number_of(text, ingest)[0] != TEXT


def _has_header(first: list[str], below: list[list[str]], ingest: IngestParameters) -> bool:
    """Tell whether a first record names columns: some field is no number where those below it are, or all are new."""
    if not below:
        return True
    sides = [[record[place].strip() for record in below] for place in range(len(first))]
    are_new = all(field.strip() not in texts for field, texts in zip(first[1:], sides[1:], strict=True))
    if are_new and sum(2 * len({*texts}) <= len(texts) for texts in sides[1:]) > 1:
        return not all(is_number(field, ingest) for field in first[1:])
    for field, texts in zip(map(str.strip, first), sides, strict=True):
        other = field and texts.count(field) < 2 and not is_number(field, ingest) and not MISSING.fullmatch(field)
        if other and (_number_share(texts, ingest) >= 0.5 or (are_dressed(texts) and not are_dressed([field]))):
            return True
    if any(role(field) for field in first):
        return True
    leading = next((place for place, field in enumerate(first) if is_number(field, ingest)), 0)
    labels = [field.strip() for field in first[leading:] if field.strip()]
    # numbers as labels, such as years or ids: behind blanks or names, each once
    return (
        leading > 0
        and (len(labels) > 2 or all(YEAR.fullmatch(label) for label in labels))
        and len({*labels}) == len(labels)
        and (not first[0].strip() or not any(first[0] == record[0] for record in below))
        and (all(label.isdigit() for label in labels) or (all(map(NUMBER.fullmatch, labels)) and are_rising(labels)))
    )


def _cell(columns: list[Column]) -> tuple[Column, Column, Column] | None:
    """Return the columns that hold row label, column label and value, if a cell stands on each line."""
    roles: dict[str, Column] = {}
    for one in sorted(columns, key=lambda one: one.kind == "value" and one.number < MOST):
        if one.kind and not (one.counts_lines and one.kind != "value" and len(columns) > 3):
            roles.setdefault(one.kind, one)
    rest = [
        one
        for one in columns
        if one not in roles.values()
        and not one.is_time
        and not (_TIME_NAME.search(one.name) and not one.is_dressed)
        and not (one.counts_lines and (not one.name or len(columns) > 3))
        and not one.is_blank
    ]
    candidates = [one for one in rest if one.distinct > 1 or len(one.texts) < 3]
    rest = candidates if len(candidates) > 2 - len({"row", "column"} & {*roles}) or len(rest) > 3 else rest
    keys = 2 - len({"row", "column"} & {*roles})
    if len(rest) == keys and any(one.is_time for one in columns):
        keys -= 1  # a time is one of them
    value = roles.get("value") or _value(rest, keys=keys)
    if value is None or (value.number < MOST and len(roles) < 3):
        return None
    rest = [one for one in rest if one is not value and not one.is_measure]
    rest.sort(key=lambda one: one.is_unique and len(one.texts) > 2)
    rest[:2] = sorted(rest[:2], key=lambda one: one.place)
    row = roles.get("row") or (rest.pop(0) if rest else None)
    column: Column | None = roles.get("column") or (rest.pop(0) if rest else None)
    others = [other for other in columns if other not in (row, column, value)]
    times = [other for other in others if other.is_time or _TIME_NAME.search(other.name)]
    if row and "column" not in roles and (column is None or not _are_cells(row, column)):
        column = next((time for time in times if _are_cells(row, time)), column)
    return None if row is None or column is None else (row, column, value)


def _are_cells(row: Column, column: Column) -> bool:
    """Return whether two columns name a cell on each line, or on nearly each."""
    return len({*zip(row.texts, column.texts, strict=True)}) >= MOST * len(row.texts) and not row.is_unique


def _value(columns: list[Column], *, keys: int) -> Column | None:
    """Return the column of values where no name tells it: the first number behind the keys, or one of few values."""
    numbers = [column for column in columns if column.number >= MOST]
    behind = [column for column in columns[keys:] if column.number >= MOST]
    if not behind:
        return numbers[-1] if numbers and len(columns) > keys else None
    first = behind[0]
    few = min(numbers, key=lambda column: column.distinct)
    return few if few.distinct <= FEW and first.distinct > 5 * few.distinct else first


def _is_triples(columns: list[Column], cell: tuple[Column, Column, Column]) -> bool:
    row, column, value = cell
    if row.name and len({row.name, column.name, value.name}) < 3:
        return False
    if sum(part.kind is not None for part in cell) >= 2:
        return True
    nothing_but_numbers = all(other.number >= MOST and not other.is_time for other in columns)
    if len(columns) > FEW or (len(columns) > 4 and nothing_but_numbers):
        return False
    first, *others = [column for column in columns if column.name or not column.counts_lines]
    nearly = first.number < 0.5 and len(others) > 2 and first.distinct > REPEATS * len(first.texts)
    labels_once = (first.is_unique or nearly) and all(
        one.number >= 0.5 or one.is_blank or one.is_dressed for one in others
    )
    words = next((other for other in columns[:4] if other.number < 0.5 and other.is_unique and not other.is_time), None)
    if words and sum(other.number >= MOST and not other.is_time for other in columns[words.place + 1 :]) > 1:
        labels_once = True  # a line for each of these
    pairs = {*zip(row.texts, column.texts, strict=True)}
    edges = len(columns) == 3 and row.number < 0.5 and column.number < 0.5
    repeats = edges or min(row.distinct, column.distinct) <= REPEATS * len(row.texts)
    return repeats and not labels_once and len(pairs) >= 0.9 * len(row.texts)


def _label(columns: list[Column]) -> Column | None:
    """Return the column of a table's row labels: the first whose texts stand once and are words, or the first."""
    numbers = max((column.place for column in columns if column.number), default=len(columns))
    leading = [
        column
        for column in columns[: min(4, numbers)]
        if column.number < 0.5 and not column.is_blank and not column.is_time
    ]
    for column in leading:
        if column.is_unique:
            return column
    first = columns[0]
    return leading[0] if leading and leading[0] is first else first if first.is_unique or first.number < MOST else None
