"""The user's file as it is read: of which kind, how its lines are split, and what the first of them holds."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pyarrow.parquet

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.params import IngestParameters, SkipParameters
from ratings_nmf.raw.dialect import (
    LONGEST_LINE,
    MATRIX_MARKET,
    NAMES,
    OTHER_SEPARATORS,
    SEPARATORS,
    STAND_IN,
    Dialect,
    dialect_of,
    is_blank,
    reader,
    width_of,
)
from ratings_nmf.raw.faults import CONTROL, NUMBER, command, copied, edit, keys, look, quoted, refusal, skipping, tidy
from ratings_nmf.raw.unpacking import PARQUET, SAMPLE, beginning, in_words, plain


@dataclass(frozen=True, kw_only=True)
class Source:
    """A file as the user named it, what to read of it, the same or a plain copy, and the fields of its first line.

    Of Parquet, whose ``separator`` is None, ``index`` are the positions of what is the index of a DataFrame.
    """

    path: Path
    file: Path
    names: list[str]
    separator: str | None
    index: tuple[int, ...] = ()

    @property
    def order(self) -> list[int]:
        """All columns, those of the index first."""
        return [*self.index, *(place for place in range(len(self.names)) if place not in self.index)]


class Columns(NamedTuple):
    """Which columns of a file to read, by position from 0, and whether its first line is no data."""

    labels: list[int]
    values: list[int]
    header: bool


@contextmanager
def opened(path: Path, source: IngestParameters, sample: Path | None = None) -> Iterator[Source]:
    """Look into a file, or a sample of it; a copy, where one is needed, lasts as long as the context.

    Refuse one that is missing, empty, of a kind that is not read, damaged, or whose separator cannot be told.
    """
    with TemporaryDirectory() as folder:
        with in_words(path):
            file, head = sample or path, beginning(sample or path)
            if head.startswith(PARQUET):
                source_of_file = _parquet(path, file)
            else:
                file = plain(path, file, head, source, Path(folder))
                separator, names = _first_line(path, file, source)
                file = _even(file, source.skip, Path(folder, "even"))
                source_of_file = Source(path=path, file=file, names=names, separator=separator)
        yield source_of_file


def _parquet(path: Path, file: Path) -> Source:
    with pyarrow.parquet.ParquetFile(file) as opened_file:
        schema = opened_file.schema_arrow
    levels = [name for name in (schema.pandas_metadata or {}).get("index_columns", []) if isinstance(name, str)]
    index = tuple(schema.names.index(name) for name in levels if name in schema.names)
    return Source(path=path, file=file, names=list(schema.names), separator=None, index=index)


def _even(file: Path, skip: SkipParameters, copy: Path) -> Path:
    """Return a file, or a copy of it whose lines end alike, as DuckDB takes them, those to be skipped being blank."""
    with file.open(encoding="latin-1") as text:
        while text.read(2**20):
            pass
        if not (skip.lines or skip.comment or isinstance(text.newlines, tuple)):
            return file
    with (
        file.open(encoding="utf-8-sig", errors="surrogateescape") as text,
        copy.open("w", encoding="utf-8", errors="surrogateescape", newline="\n") as out,
    ):
        for number, line in enumerate(text):
            comment = skip.comment is not None and line.startswith(skip.comment)
            out.write("\n" if number < skip.lines or comment else line)
    return copy


def _first_line(path: Path, file: Path, source: IngestParameters) -> tuple[str, list[str]]:
    """Return the separator of a file and the fields of its first line; refuse it as `opened` says."""
    lines: list[str] = []
    with file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
        for _ in range(source.skip.lines):
            if not text.readline():
                raise refusal(path, "found fewer lines than `skip.lines`", "some lines below those to skip",
                              f"skip none: {skipping(source, lines=0)}")  # fmt: skip
        size = 0
        while size < SAMPLE and (line := text.readline(LONGEST_LINE)):
            size += len(line)
            lines.append(line)
    refuse_encoding(path, lines, first=source.skip.lines + 1)
    _check_matrix_market(path, file, source)
    mark = source.skip.comment
    lines_left = [line for line in lines if not (mark and line.startswith(mark))]
    if not "".join(lines_left).strip():
        raise refusal(path, "the file is empty", "labels and values", f"look at it: {command('ls -l', path)}")
    separator = source.separator or _find_separator(path, lines_left)
    if separator == " " and any("  " in line.strip() for line in lines_left):
        remedy = "to make them one: " + edit(r"s/^ +//; s/ +(\r?)$/\1/; s/ +/ /g", path)
        raise refusal(path, "several spaces stand side by side", "one between two fields", remedy)
    names = _names(path, lines_left, separator)
    _check_width(path, names, dialect_of("".join(lines_left), [separator]), source)
    if any(re.fullmatch(' +".*"', name) for name in names):
        raise refusal(path, f"line 1: spaces stand before quotes: {quoted(names[-1])}", "none",
                      close_quotes(path, lines_left, separator))  # fmt: skip
    if source.labels == "strip":
        return separator, list(map(tidy, names))
    if bad := next(filter(CONTROL.search, names), None):
        raise refusal(path, f"line 1: {quoted(bad)} holds a control character", "names without",
                      f"to take out what is not seen: {keys(labels='strip')}")  # fmt: skip
    return separator, names


def _check_matrix_market(path: Path, file: Path, source: IngestParameters) -> None:
    """Refuse to take the line of a Matrix Market file that gives its size for a cell."""
    with file.open(encoding="utf-8", errors="replace") as text:
        if text.read(len(MATRIX_MARKET)) != MATRIX_MARKET:
            return
        size = next((number for number, line in enumerate(text, start=1) if number > 1 and line[0] != "%"), 1)
    if source.skip.lines != size:
        remedy = keys(layout="triples", separator=" ", columns=[1, 2, 3], skip={"lines": size})
        raise refusal(path, f"this is Matrix Market, and line {size} gives its size", "cells alone",
                      f"to begin below it: {remedy}")  # fmt: skip


def refuse_encoding(path: Path, lines: Iterable[str], *, first: int) -> None:
    """Refuse lines, numbered from `first` on, with bytes that are not UTF-8, which stand as lone surrogates."""
    for number, line in enumerate(lines, start=first):
        odd = [] if line.isascii() else [letter for letter in line if "\udc80" <= letter <= "\udcff"]
        if odd:
            byte = ord(odd[0]) - 0xDC00
            encoding = "latin-1" if byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else "windows-1252"
            raise refusal(path, f"line {number}: not UTF-8: byte 0x{byte:02x}", "UTF-8",
                          f"name its encoding, such as {keys(encoding=encoding)}")  # fmt: skip


def _names(path: Path, lines: list[str], separator: str) -> list[str]:
    """Return the fields of the first line that is not blank."""
    records = reader(lines, separator, strict=True)
    try:
        first = next(record for record in records if not is_blank(record))
    except csv.Error:
        wrong = f"line {records.line_num}: a quote is opened and not closed"
        raise refusal(path, wrong, "quotes in pairs", close_quotes(path, lines[:1], separator)) from None
    return [field.replace(STAND_IN, separator) for field in first] if len(separator) > 1 else first


def close_quotes(path: Path, lines: Iterable[str], separator: str) -> str:
    """Return how quotes come in pairs on lines where one is opened and not closed."""
    mark = _in_sed(separator)
    if any(f'{separator} "' in line for line in lines):
        return "if spaces stand before quotes: " + edit(rf's/{mark} +"/{mark}"/g', path)
    if any('\\"' in line for line in lines):
        return "if quotes within are escaped: " + edit(r's/\\"/""/g', path)
    return "close it, or double it where it belongs to the text: " + look("grep -n '\"'", path)


def _in_sed(separator: str) -> str:
    return {"\t": r"\t", "|": r"\|"}.get(separator, separator)


def _check_width(path: Path, first: list[str], dialect: Dialect, source: IngestParameters) -> None:
    """Refuse a first line that has not as many fields as most that follow, or is a title, by what it seems to be."""
    separator, above, below = dialect.ingest.separator or "", dialect.ingest.skip, dialect.records
    usual = width_of(below[1:] or below)
    even = all(len(record) == usual for record in below[1:])
    if len(first) == 1 and usual == 1:
        raise one_column(path, first[0], separator)
    wrong = f"line 1 has {len(first)} field{'s' * (len(first) > 1)}, the lines below have {usual}"
    if above.comment and first[0].lstrip().startswith(above.comment):
        remedy = f"if it is a comment: {skipping(source, comment=above.comment)}"
    elif even and len(first) == usual + 1 and not first[-1].strip():
        wrong = "line 1 ends with a separator, and no other does"
        remedy = "take it out: " + edit(rf"1s/{_in_sed(separator)}(\r?)$/\1/", path)
    elif len({*map(len, below)}) > 2 and _are_baskets([first, *below]):
        wrong = "the lines have as many fields as they please, and all are alike"
        script = "{for (i = 1; i <= NF; i++) print NR OFS $i OFS 1}"
        changes = {"layout": "triples", "columns": [1, 2, 3], "duplicates": "last"}
        remedy = f"if each line is a basket: {copied(path, separator, script, **changes)}"
    elif above.lines and usual > 1:
        if len(first) == usual:
            wrong = f"line 1 seems to be a title: {', '.join(map(quoted, dict.fromkeys(filter(None, first))))}"
        remedy = f"if the table begins later: {skipping(source, lines=source.skip.lines + above.lines)}"
    elif even and len(first) == usual - 1 and any(NUMBER.fullmatch(text.strip()) for text in below[-1][1:]):
        remedy = "if the labels of rows have no name: " + edit(f"1s/^/label{_in_sed(separator)}/", path)
    else:
        return
    raise refusal(path, wrong, f"as many in every line (separator: {NAMES.get(separator, separator)})", remedy)


def _are_baskets(records: list[list[str]]) -> bool:
    """Return whether records hold names alone, or whole numbers alone."""
    fields = [field.strip() for record in records for field in record]
    numbers = sum(bool(NUMBER.fullmatch(field)) for field in fields)
    return all(fields) and (numbers == 0 or all(map(str.isdigit, fields)))


def one_column(path: Path, field: str, separator: str) -> InputError:
    """Return what to say of a text that is one column, whose first line is `field`."""
    line = (field.splitlines() or [""])[0]
    other = next((mark for mark in (*SEPARATORS, *OTHER_SEPARATORS) if mark in line.strip()), None)
    remedy = f"look at it: {look('head -3', path)}"
    if other == separator:
        remedy = "if each line stands between quotes: " + edit(r's/^"//; s/"(\r?)$/\1/; s/""/"/g', path)
    elif other is None and (odd := next((mark for mark in "~^¦:" if mark in line), None)):
        remedy = f"if {odd!r} separates fields, to part them by semicolons: {edit(f'y/{odd}/;/', path)}"
    elif other is not None:
        remedy = f"the first line is {quoted(line)}: {keys(separator=other)}"
    return refusal(path, f"found one column (separator: {NAMES.get(separator, separator)})",
                   "labels and values beside each other", remedy)  # fmt: skip


def _find_separator(path: Path, lines: list[str]) -> str:
    """Return the separator that splits the most of the first lines into equally many fields, more than one."""
    some = [line for line in lines[:20] if line.strip()]
    scores = {separator: _evenness(some, separator) for separator in SEPARATORS}
    even = [separator for separator, score in scores.items() if score == len(some)]
    if len(even) > 1:
        names = " and ".join(SEPARATORS[separator] for separator in even)
        raise refusal(path, f"{names} both split every line evenly", "one separator",
                      f"say which it is: {keys(separator=even[0])}")  # fmt: skip
    return max(SEPARATORS, key=lambda separator: (scores[separator], some[0].count(separator)))


def _evenness(lines: list[str], separator: str) -> int:
    """Return how many lines have as many fields as most that have more than one."""
    try:
        widths = Counter(len(record) for record in reader(lines, separator) if len(record) > 1)
    except csv.Error:
        return 0
    return max(widths.values(), default=0)
