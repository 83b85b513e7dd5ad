"""How a text separates its fields and writes its numbers, told from its first lines."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from ratings_nmf.core.params import IngestParameters
from ratings_nmf.raw.badcells import marks_among
from ratings_nmf.raw.faults import ALIKE, MISSING, NUMBER, YEAR

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}
"""Separators that are found out; any other has to be given."""

OTHER_SEPARATORS = "|", "::", " "
STRONGER = {" ": (",", ";", "\t", "|", "::"), ",": (";", "\t", "|", "::"), "|": ("\t",)}
"""Which separators count rather than one that also stands within texts, where most lines have them before it."""

NAMES = SEPARATORS | {" ": "space"}
"""What messages call them."""

STAND_IN = "\x1f"
"""Stands in for a separator of two characters, which csv does not take."""

LONGEST_LINE = 2**24
COMMENTS = "#%!"
LOOKED_AT = 2_000
"""Records that structure is told from."""

MATRIX_MARKET = "%%MatrixMarket"

csv.field_size_limit(LONGEST_LINE)


class Dialect(NamedTuple):
    """How a text is written, whether a comma before three digits leaves a doubt of it, and its first records.

    These are without comments, and without what stands above the header.
    """

    ingest: IngestParameters
    doubt: bool
    records: list[list[str]]


def dialect_of(text: str, separators: Iterable[str] = (*SEPARATORS, *OTHER_SEPARATORS)) -> Dialect:
    """Tell how a text is written.

    The separator is the one by which most lines have as many fields as most of them, more than one, and most of the
    fields after the first are numbers or blank.
    """
    candidates = {separator: _records(text, separator) for separator in separators}
    separator = max(candidates, key=lambda one: _merit(candidates[one]))
    stronger = [mark for mark in STRONGER.get(separator, ()) if mark in candidates]
    before = [record[0] for record in candidates[separator]]
    if 2 * sum(any(mark in field for mark in stronger) for field in before) > len(before):
        separator = max(stronger, key=lambda one: _merit(candidates[one]))
    even = [one for one in candidates if one in SEPARATORS and _are_even(candidates[one])]
    separator = separator if _are_even(candidates[separator]) or len(even) != 1 else even[0]
    records = candidates[separator]
    width = width_of(records)
    may_be_first = (place for place in range(len(records)) if _may_be_first(records[place : place + 2], width))
    first = 0 if are_baskets(records) else next(may_be_first, 0)
    last = records[first][-1].strip() if first else ""
    names = [name.strip() for name in records[first - 1]] if first else []
    if first and parted_otherwise(records[first - 1], records[first], separator):
        first -= 1
    elif first and len(names) == width - 1 and (not last or _ANY_NUMBER.fullmatch(last)):
        first -= not any(map(_ANY_NUMBER.fullmatch, names))  # names of columns, as R writes them
    first -= separator == "," and 1 < len(names) < width and parts_thousands(map(",".join, records[first:]))
    first -= len(names) == width + 1 and not names[-1] and all(names[1:-1])  # with a separator at their end
    first += text.startswith(MATRIX_MARKET)  # the line of its size
    above, below = records[:first], records[first + 1 :]
    comment = next((mark for mark in COMMENTS if any(_is_comment(record, mark, width) for record in below)), None)
    marks = {record[0].lstrip()[:1] for record in above}
    if comment is None and len(marks) == 1 and marks <= {*COMMENTS} and not records[first][0].startswith(tuple(marks)):
        (comment,) = marks
    below = [record for record in below if not _is_comment(record, comment, width)]
    fields = [field.strip() for record in below if len(record) == width for field in record]
    decimal, thousands, doubt = marks_among(fields, separator)
    skip = {"lines": _line_of(text, first) if first and marks != {comment} else 0, "comment": comment}
    keys = {"separator": separator, "skip": skip, "decimal": decimal, "thousands": thousands}
    ingest = msgspec.convert({"path": "sample", "layout": "table", **keys}, IngestParameters)
    header = [record for record in records[first : first + 1] if not (comment and record[0].startswith(comment))]
    return Dialect(ingest, doubt, [*header, *below])


def reader(lines: Iterable[str], separator: str, *, strict: bool = False) -> Any:
    """Return a reader of csv; in its records `STAND_IN` stands for a separator of two characters within quotes."""
    mark = STAND_IN if len(separator) > 1 else separator
    return csv.reader((line.replace(separator, mark) for line in lines), delimiter=mark, strict=strict)


def are_baskets(records: list[list[str]]) -> bool:
    """Return whether records have as many fields as they please, and hold names alone, or whole numbers alone."""
    fields = [field.strip() for record in records for field in record]
    numbers = sum(bool(NUMBER.fullmatch(field)) for field in fields)
    return len({*map(len, records)}) > 2 and all(fields) and (numbers == 0 or all(map(str.isdigit, fields)))


def parts_thousands(lines: Iterable[str]) -> bool:
    """Return whether each line has fields that may be one number, whose thousands a comma parts."""
    return all(map(_THOUSANDS.search, lines))


def parted_otherwise(names: list[str], record: list[str], separator: str) -> str | None:
    """Return the separator that parts names into as many as the next record has, with numbers below them, or None.

    >>> parted_otherwise(["user;tea;cake"], ["ann", "1", "5"], ","), parted_otherwise(["Sales; EU"], ["ann", "1"], ",")
    (';', None)
    """
    below = [field.strip() for field in record[1:]]
    has_numbers = any(NUMBER.fullmatch(field) and not YEAR.fullmatch(field) for field in below)
    if not has_numbers or len(names) == len(record):
        return None
    for mark in (*SEPARATORS, "|", "::"):
        texts = separator.join(names).split(mark)
        whole = all(text and text == text.strip() and not _ANY_NUMBER.fullmatch(text) for text in texts)
        if mark != separator and len(texts) == len(record) and whole:
            return mark
    return None


def is_title(record: list[str]) -> bool:
    """Return whether a record titles a table: one text, among blank fields or above several columns.

    >>> is_title(["Sales 2024", "", ""]), is_title(["", "rating", "rating"]), is_title(["who", "tea", ""])
    (True, True, False)
    """
    texts = [field.strip() for field in record if field.strip()]
    above = not record[0].strip() and len({*texts}) == 1 and not NUMBER.fullmatch(texts[0])
    return len(record) > 2 and (len(texts) < 2 or above)


def is_blank(record: list[str]) -> bool:
    """Return whether a record is that of a line without a field."""
    return len(record) < 2 and not "".join(record).strip()


def width_of(records: list[list[str]]) -> int:
    """Return how many fields most records have."""
    return Counter(map(len, records)).most_common(1)[0][0] if records else 0


def splits_evenly(text: str, separator: str) -> bool:
    """Return whether a separator splits each of the first lines of a text into as many fields, more than one."""
    return _are_even(_records(text, separator))


def _are_even(records: list[list[str]]) -> bool:
    """Return whether all records have as many fields, more than one."""
    return width_of(records) > 1 and len({*map(len, records)}) == 1


def _records(text: str, separator: str) -> list[list[str]]:
    """Return the first records of a text that are not empty."""
    if len(separator) > 1 and STAND_IN in text:
        return []
    try:
        if separator == " ":
            text = re.sub("(?m)^ +| +(?=\r?$)| +(?= )", "", text)
        records = reader(io.StringIO(text, newline=""), separator)
        return list(islice((record for record in records if not is_blank(record)), LOOKED_AT))
    except csv.Error:
        return []


def _is_comment(record: list[str], mark: str | None, width: int) -> bool:
    return mark is not None and record[0].startswith(mark) and (len(record) != width or mark == "!")


def _may_be_first(records: list[list[str]], width: int) -> bool:
    """Return whether a record, given with the next, may be the header: whole, and neither a comment nor a title.

    Nor may it leave out half of the columns, or name several alike, where the next record names more, each once.
    """
    record, names = records[0], [field.strip() for field in records[-1] if field.strip()]
    texts = [field.strip() for field in record if field.strip()]
    partial = len(record) > 2 and (2 * len(texts) <= len(record) or len({*texts}) < len(texts))
    above = partial and len(texts) <= len({*names}) == len(names) and not any(map(_ANY_NUMBER.fullmatch, names))
    return len(record) == width and not _is_comment(record, "!", width) and not is_title(record) and not above


def _merit(records: list[list[str]]) -> tuple[float, int]:
    """Return how well a separator does, and how many fields it gives."""
    width = width_of(records)
    if width < 2:
        return 0.0, width
    even = [record for record in records if len(record) == width]
    fields = [field.strip(" ").translate(ALIKE) for record in even[1:] or even for field in record[1:]]
    numbers = sum(not field or bool(_ANY_NUMBER.fullmatch(field)) for field in fields)
    return round(len(even) / len(records) * (1 + numbers / len(fields)), 2), width


def _line_of(text: str, record: int) -> int:
    """Return how many lines stand before a record, the empty ones among them not counted as records."""
    full = [place for place, line in enumerate(re.split(r"\r\n|\n|\r", text)) if line.strip()]
    return full[record] if record < len(full) else 0


_THOUSANDS = re.compile(r",[0-9]{1,3}(,[0-9]{3})+(,|\r?$)", re.MULTILINE)
_ANY_NUMBER = re.compile(
    r"(?:[A-Z]{0,3}[$€£¥₹] ?)?[+-]?[0-9](?:[0-9.,' ]*[0-9.])?(?:[eE][+-]?[0-9]+)?(?: ?%| ?[a-z]{1,2})? ?|"
    rf"[+-]?[.,][0-9]+|true|false|yes|no|(?:{MISSING.pattern}) ?",
    re.IGNORECASE,
)
