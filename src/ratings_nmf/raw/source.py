"""The user's file as it is read: of which kind, how its lines are split, and what the first of them holds."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pyarrow.parquet
from msgspec.structs import replace

from ratings_nmf.core.params import IngestParameters, SkipParameters
from ratings_nmf.raw.commands import edit, taken_back
from ratings_nmf.raw.dialect import (
    LONGEST_LINE,
    MATRIX_MARKET,
    NAMES,
    SEPARATORS,
    STAND_IN,
    dialect_of,
    is_blank,
    reader,
    splits_evenly,
)
from ratings_nmf.raw.faults import CONTROL, keys, quoted, refusal, skipping, tidy
from ratings_nmf.raw.splitting import check_width, close_quotes, refuse_encoding
from ratings_nmf.raw.unpacking import PARQUET, SAMPLE, beginning, head_of, in_words, plain


@dataclass(frozen=True, kw_only=True)
class Source:
    """A file as the user named it, what to read of it, the same or a plain copy, and the fields of its first line.

    A ``folder`` takes what is kept while it is read. Of Parquet, whose ``separator`` is None, ``index`` are the
    positions of what is the index of a DataFrame.
    """

    path: Path
    file: Path
    folder: Path
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
    """Look into a file, or a sample of it in UTF-8; a copy, where one is needed, lasts as long as the context.

    Refuse one that is missing, empty, of a kind that is not read, damaged, or whose separator cannot be told.
    """
    with TemporaryDirectory() as folder:
        with in_words(path):
            file, head = sample or path, head_of(sample) if sample else beginning(path)
            if head.startswith(PARQUET):
                source_of_file = _parquet(path, file, Path(folder))
            else:
                file = plain(path, file, head, source, Path(folder)) if sample is None else sample
                separator, names = _first_line(path, file, source)
                file = _even(file, source.skip, separator, Path(folder, "even"))
                source_of_file = Source(path=path, file=file, folder=Path(folder), names=names, separator=separator)
        yield source_of_file


def _parquet(path: Path, file: Path, folder: Path) -> Source:
    with pyarrow.parquet.ParquetFile(file) as opened_file:
        schema = opened_file.schema_arrow
    levels = [name for name in (schema.pandas_metadata or {}).get("index_columns", []) if isinstance(name, str)]
    index = tuple(schema.names.index(name) for name in levels if name in schema.names)
    return Source(path=path, file=file, folder=folder, names=list(schema.names), separator=None, index=index)


def _even(file: Path, skip: SkipParameters, separator: str, copy: Path) -> Path:
    """Return a file, or a copy of it whose lines end alike, as DuckDB takes them, those to be skipped being blank.

    Ends of lines within quotes stay as they are.
    """
    with file.open(encoding="latin-1") as text:
        while text.read(2**20):
            pass
        if not (skip.lines or skip.comment or isinstance(text.newlines, tuple)):
            return file
    with (
        file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as text,
        copy.open("w", encoding="utf-8", errors="surrogateescape", newline="\n") as out,
    ):
        opened, is_open = re.compile(f'(^|{re.escape(separator)})"'), False
        for number, line in enumerate(text):
            if number < skip.lines or (skip.comment is not None and line.startswith(skip.comment)):
                out.write("\n")
                continue
            is_open ^= (is_open or opened.search(line) is not None) and line.count('"') % 2 > 0
            out.write(line if is_open else line.rstrip("\r\n") + "\n")
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
    if lines and lines[0].startswith(MATRIX_MARKET):
        size = next((number for number, line in enumerate(lines, start=1) if line[0] != "%"), 1)
        remedy = keys(layout="triples", separator=" ", columns=[1, 2, 3], skip={"lines": size})
        raise refusal(path, f"this is Matrix Market, and line {size} gives its size", "cells alone",
                      f"to begin below it: {remedy}")  # fmt: skip
    mark = source.skip.comment
    text_left = "".join("\n" if mark and line.startswith(mark) else line for line in lines)
    if not text_left.strip():
        raise refusal(path, "the file is empty", "labels and values", taken_back(path))
    _check_ends(path, text_left, source)
    even = [] if source.separator else [one for one in SEPARATORS if splits_evenly(text_left, one)]
    if len(even) > 1:
        raise refusal(path, f"{' and '.join(NAMES[one] for one in even)} both split every line evenly",
                      "one separator", f"say which it is: {keys(separator=even[0])}")  # fmt: skip
    dialect = dialect_of(text_left, [source.separator] if source.separator else SEPARATORS)
    separator = str(dialect.ingest.separator)
    if separator == " " and re.search("  |(?m:^ | \r?$)", text_left):
        tabbed = re.sub("  +", "\t", re.sub("(?m)^ +| +(?=\r?$)", "", text_left.strip()))
        few, mark, name = (" +", " ", "one")
        if any(splits_evenly(label + tabbed, "\t") for label in ("", "\t")):  # that of row labels may have no name
            few, mark, name = (" {2,}", r"\t", "tabs")
        remedy = f"to make them {name}: " + edit(rf"s/^ +//; s/ +(\r?)$/\1/; s/{few}/{mark}/g", path, source)
        wrong = "several spaces stand side by side" if "  " in text_left else "spaces stand around lines"
        raise refusal(path, wrong, "one between two fields", remedy)
    names = _names(path, text_left, replace(source, separator=separator))
    check_width(path, names, dialect, source)
    if any(re.fullmatch(' +".*"', name) for name in names):
        raise refusal(path, f"line 1: spaces stand before quotes: {quoted(names[-1])}", "none",
                      close_quotes(path, {1: text_left}, replace(source, separator=separator)))  # fmt: skip
    if source.labels == "strip":
        return separator, list(map(tidy, names))
    if bad := next(filter(CONTROL.search, names), None):
        raise refusal(path, f"line 1: {quoted(bad)} holds a control character", "names without",
                      f"to take out what is not seen: {keys(labels='strip')}")  # fmt: skip
    return separator, names


def _check_ends(path: Path, text: str, source: IngestParameters) -> None:
    """Refuse a text whose lines end with another mark than a newline or a carriage return, and would split evenly."""
    odd = re.search(r"[\v\f\x1c-\x1e\x85\u2028\u2029]|(\\r)?\\n", text)
    if odd is None or "\n" in text.strip():
        return
    lines = text.replace(odd[0], "\n")
    if any(splits_evenly(lines, one) for one in ([source.separator] if source.separator else SEPARATORS)):
        mark = "".join(f"\\x{byte:02x}" for byte in odd[0].encode())
        script = r"s/{}/\n/g".format(odd[0].replace("\\", r"\\") if odd[0].startswith("\\") else mark)
        remedy = f"to write one there: {edit(script, path, source)}"
        raise refusal(path, f"lines end with {odd[0]!a}", "a newline", remedy)


def _names(path: Path, text: str, ingest: IngestParameters) -> list[str]:
    """Return the fields of the first line that is not blank, of a text below the lines to be skipped."""
    separator = ingest.separator or ","
    records = reader(io.StringIO(text, newline=""), separator, strict=True)
    try:
        first = next(record for record in records if not is_blank(record))
    except csv.Error:
        number, line = next(
            (at, line) for at, line in enumerate(text.splitlines(), ingest.skip.lines + 1) if line.strip()
        )
        wrong = f"line {number}: a quote is opened and not closed"
        raise refusal(path, wrong, "quotes in pairs", close_quotes(path, {number: line}, ingest)) from None
    return [field.replace(STAND_IN, separator) for field in first] if len(separator) > 1 else first
