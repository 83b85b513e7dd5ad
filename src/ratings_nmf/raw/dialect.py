"""How a text separates its fields and writes its numbers, told from its first lines."""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ratings_nmf.core.words import counted
from ratings_nmf.raw.faults import ALIKE, MISSING, TRUTH
from ratings_nmf.raw.header import COMMENTS, LONGEST_LINE, NAMES, OTHER_SEPARATORS, SEPARATORS, is_title, reader

LOOKED_AT = 2_000
"""Records that structure is told from."""

_PLAIN = r"[+-]?(?:[0-9]+{point}?[0-9]*|{point}[0-9]+)(?:[eE][+-]?[0-9]+)?"
_GROUPED = r"[+-]?[0-9]{{1,3}}(?:{mark}[0-9]{{3}})+(?:{point}[0-9]*)?"


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How a text is written.

    Attributes
    ----------
    separator
        Between fields; None of Parquet.
    skip
        Lines before the first record.
    comment
        The mark that begins a line of comment among the records, or None.
    decimal, thousands
        As `ingest` has them.
    doubt
        Whether a comma before three digits may be either.
    """

    separator: str | None
    skip: int = 0
    comment: str | None = None
    decimal: str = "."
    thousands: str | None = None
    doubt: bool = False

    @property
    def keys(self) -> dict[str, Any]:
        """The keys under `ingest` that say so."""
        keys: dict[str, Any] = {"separator": self.separator, "thousands": self.thousands}
        keys["decimal"] = self.decimal if self.decimal != "." or self.thousands else None
        skip = {"lines": self.skip, "comment": self.comment}
        keys["skip"] = {name: value for name, value in skip.items() if value}
        return {name: value for name, value in keys.items() if value}

    def __str__(self) -> str:
        if self.separator is None:
            return "Parquet"
        parts = [f"separator {NAMES.get(self.separator, repr(self.separator))}"]
        if "decimal" in self.keys:
            parts.append("decimal comma" if self.decimal == "," else "decimal point")
        if self.thousands:
            parts.append(f"{self.thousands!r} between thousands")
        if self.skip:
            parts.append(f"{counted(self.skip, 'line')} before the header")
        if self.comment:
            parts.append(f"comments behind {self.comment!r}")
        return ", ".join(parts)

    def is_number(self, text: str) -> bool:
        """Return whether a text is a number, written this way, a percentage, or true or false."""
        text = text.strip().translate(ALIKE)
        form = _numbers(self.decimal, self.thousands)
        return text.lower() in TRUTH or bool(form.fullmatch(text.removesuffix("%").rstrip()))

    def number(self, text: str) -> float:
        """Return the number that a text is."""
        text = text.strip().translate(ALIKE)
        if text.lower() in TRUTH:
            return TRUTH[text.lower()]
        return float(text.removesuffix("%").replace(self.thousands or "\0", "").replace(self.decimal, "."))


def dialect_of(text: str) -> tuple[Dialect, list[list[str]]]:
    """Tell how a text is written; return that and its first records, without lines before the header and comments.

    The separator is the one by which most lines have as many fields as most of them, more than one, and most of the
    fields after the first are numbers or blank.
    """
    lines = re.split(r"\r\n|\n|\r", text)
    candidates = {separator: records_of(text, separator) for separator in (*SEPARATORS, *OTHER_SEPARATORS)}
    separator = max(candidates, key=lambda one: _merit(candidates[one]))
    records = candidates[separator]
    width = width_of(records)
    first = next((place for place, record in enumerate(records) if _may_be_first(record, width)), 0)
    if first and len(records[first - 1]) == width - 1 and _ANY_NUMBER.fullmatch(records[first][-1].strip()):
        first -= not any(map(_ANY_NUMBER.fullmatch, records[first - 1]))  # names of columns, as R writes them
    first += text.startswith("%%MatrixMarket")  # the line of its size
    below = records[first + 1 :]
    comment = next((mark for mark in COMMENTS if any(_is_comment(record, mark, width) for record in below)), None)
    if comment:
        below = [record for record in below if not _is_comment(record, comment, width)]
    fields = [field.strip().translate(ALIKE) for record in below if len(record) == width for field in record]
    decimal, thousands, doubt = _marks(fields, separator)
    comments_only = comment is not None and all(_is_comment(record, comment, width) for record in records[:first])
    dialect = Dialect(
        separator=separator,
        skip=0 if comments_only else _line_of(lines, first),
        comment=comment,
        decimal=decimal,
        thousands=thousands,
        doubt=doubt,
    )
    return dialect, [*records[first : first + 1], *below]


def _is_comment(record: list[str], mark: str, width: int) -> bool:
    return record[0].startswith(mark) and (len(record) != width or mark == "!")


def _may_be_first(record: list[str], width: int) -> bool:
    """Return whether a record may be the header: whole, and neither a comment nor a title above several columns."""
    return len(record) == width and not _is_comment(record, "!", width) and not is_title(record)


def records_of(text: str, separator: str) -> list[list[str]]:
    """Return the first records of a text that are not empty."""
    csv.field_size_limit(LONGEST_LINE)
    try:
        return list(islice(filter(None, reader(io.StringIO(text, newline=""), separator)), LOOKED_AT))
    except csv.Error:
        return []


def width_of(records: list[list[str]]) -> int:
    """Return how many fields most records have."""
    return Counter(map(len, records)).most_common(1)[0][0] if records else 0


def _merit(records: list[list[str]]) -> tuple[float, int]:
    """Return how well a separator does, and how many fields it gives."""
    width = width_of(records)
    if width < 2:
        return 0.0, width
    even = [record for record in records if len(record) == width]
    fields = [field.strip(" ").translate(ALIKE) for record in even[1:] or even for field in record[1:]]
    numbers = sum(not field or bool(_ANY_NUMBER.fullmatch(field)) for field in fields)
    return round(len(even) / len(records) * (1 + numbers / len(fields)), 2), width


def _line_of(lines: list[str], record: int) -> int:
    """Return how many lines stand before a record, the empty ones among them not counted as records."""
    full = [place for place, line in enumerate(lines) if line.strip()]
    return full[record] if record < len(full) else 0


def _numbers(decimal: str, thousands: str | None) -> re.Pattern[str]:
    point = re.escape(decimal)
    forms = [_PLAIN.format(point=point)]
    if thousands:
        forms.append(_GROUPED.format(mark=re.escape(thousands), point=point))
    return re.compile("|".join(forms))


_ANY_NUMBER = re.compile(
    r"[+-]?[0-9](?:[0-9.,' ]*[0-9.])?(?:[eE][+-]?[0-9]+)?(?: ?%| ?[a-z]{1,2})? ?|[+-]?[.,][0-9]+|true|false|yes|no|"
    rf"(?:{MISSING.pattern}) ?",
    re.IGNORECASE,
)


def _marks(fields: list[str], separator: str) -> tuple[str, str | None, bool]:
    """Return the decimal mark, the mark between thousands or None, and whether a comma may be either."""
    texts = [field for field in fields if re.fullmatch(r"[+-]?[0-9.,' ]*[0-9][0-9.,' ]*", field)]
    commas = [text for text in texts if "," in text]
    points = [text for text in texts if "." in text]
    possible = "'" if separator == " " else "' "
    other = next((mark for mark in possible if any(re.search(rf"[0-9]{mark}[0-9]{{3}}", text) for text in texts)), None)
    if not commas:
        has_groups = any(re.fullmatch(r"[+-]?[0-9]{1,3}(\.[0-9]{3}){2,}", text) for text in points)
        return (",", ".", False) if has_groups else (".", other, False)
    if any(text.rfind(".") > text.rfind(",") >= 0 for text in commas) or any(text.count(",") > 1 for text in commas):
        return ".", ",", False
    if all(re.fullmatch(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}", text) for text in commas):
        return (".", ",", False) if points else (",", None, True) if separator == ";" else (".", ",", True)
    return ",", "." if any("." in text for text in commas) else other, False
