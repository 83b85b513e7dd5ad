"""The user's file as DuckDB can read it: told by its first bytes, unpacked, in UTF-8, with its separator and header."""

import csv
import gzip
import io
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

import pyarrow as pa
import pyarrow.parquet

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.params import IngestParameters
from ratings_nmf.raw.faults import first_bad_label

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}
"""Separators that are found out; any other has to be given."""

OTHER_SEPARATORS = "|", "::", " "

STAND_IN = "\x1f"
"""Stands in for a separator of two characters, which csv does not take."""

LONGEST_LINE = 2**24

_SAMPLE = 2**16
_BINARY = {
    b"PAR1": "a Parquet file; name it `*.parquet`",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook; save the sheet as CSV UTF-8",
    b"\xfd7zXZ": "compressed with xz; unpack it",
    b"BZh": "compressed with bzip2; unpack it",
    b"\x28\xb5\x2f\xfd": "compressed with zstd; unpack it",
    b"7z\xbc\xaf": "a 7z archive; unpack it",
    b"\x93NUMPY": "a NumPy array, which has no labels; save a table with labels as CSV",
}


@dataclass(frozen=True, kw_only=True)
class Source:
    """A file that can be read, and what its first line holds.

    Attributes
    ----------
    path
        As the user gave it, for messages.
    file
        What to read: the same, or a copy that is unpacked and in UTF-8.
    names
        The fields of the first line, or the columns of a Parquet file, in the order of the file.
    separator
        None for a Parquet file.
    index
        Positions of the columns that a Parquet file knows as the index of a DataFrame.
    """

    path: Path
    file: Path
    names: list[str]
    separator: str | None
    index: tuple[int, ...] = ()


@contextmanager
def opened(path: Path, source: IngestParameters) -> Iterator[Source]:
    """Look into a file; a copy, where one is needed, lasts as long as the context.

    Raises
    ------
    InputError
        If the file is missing, empty, of a kind that is not read, damaged, or its separator cannot be told.
    """
    with in_words(path), TemporaryDirectory() as folder:
        head = beginning(path)
        if path.suffix == ".parquet":
            yield _parquet(path)
        else:
            file = _plain(path, head, source, Path(folder))
            yield _delimited(path, file, source)


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Refuse in words of our own what a file cannot be read for.

    Raises
    ------
    InputError
        For what the operating system, gzip, zip, Parquet and decoding raise.
    """
    try:
        yield
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; put the table there or mend `path` in params.yaml") from None
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, pa.ArrowInvalid, ValueError) as error:
        raise InputError(f"{path}: cannot be read: {' '.join(str(error).split())}") from None


def beginning(path: Path) -> bytes:
    """Return the first bytes of a file, of a kind that is read as far as they tell.

    Raises
    ------
    InputError
        If it is not a file, or of another kind.
    """
    if path.exists() and not path.is_file():
        kind = "a folder" if path.is_dir() else "not a regular file"
        raise InputError(f"{path}: {kind}; expected a file: mend `path` in params.yaml")
    with path.open("rb") as stream:
        head = stream.read(_SAMPLE)
    refusal = next((words for magic, words in _BINARY.items() if head.startswith(magic)), None)
    if refusal and path.suffix != ".parquet":
        raise InputError(f"{path}: this is {refusal}")
    if path.suffix == ".gz" and head and not is_packed(head):
        raise InputError(f"{path}: cannot be read: its name ends in .gz, but it is not gzipped; rename it")
    return head


def is_packed(head: bytes) -> bool:
    """Return whether a file that begins like this is gzipped or zipped."""
    return head.startswith((b"\x1f\x8b", b"PK\x03\x04"))


def _parquet(path: Path) -> Source:
    with pyarrow.parquet.ParquetFile(path) as file:
        schema = file.schema_arrow
    levels = [name for name in (schema.pandas_metadata or {}).get("index_columns", []) if isinstance(name, str)]
    index = tuple(schema.names.index(name) for name in levels if name in schema.names)
    return Source(path=path, file=path, names=list(schema.names), separator=None, index=index)


def _plain(path: Path, head: bytes, source: IngestParameters, folder: Path) -> Path:
    """Return a file of plain UTF-8: the user's own, or a copy that is unpacked and decoded."""
    copy = folder / "plain"
    if is_packed(head):
        unpacked = folder / "unpacked"
        with unpacking(path, head) as stream, unpacked.open("wb") as out:
            shutil.copyfileobj(stream, out, 2**20)
        with unpacked.open("rb") as stream:
            head = stream.read(_SAMPLE)
        if head[257:262] == b"ustar":
            raise InputError(f"{path}: this is a tar archive; unpack it and give the table in it")
    else:
        unpacked = path
    if source.encoding is None and head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{path}: this is UTF-16, as its first bytes say; set `encoding: utf-16` under `ingest`")
    if source.encoding in (None, "utf-8"):
        if b"\0" in head[: _SAMPLE // 4] and not head.split(b"\0", 1)[0].isascii():
            raise InputError(f"{path}: this is not a text, but something binary; save the table as CSV UTF-8")
        return unpacked
    with (
        unpacked.open(encoding=source.encoding, newline="") as text,
        copy.open("w", encoding="utf-8", newline="") as out,
    ):
        try:
            shutil.copyfileobj(text, out, 2**20)
        except UnicodeError as error:
            raise InputError(
                f"{path}: not {source.encoding}: {' '.join(str(error).split())}; mend `encoding` under `ingest`"
            ) from None
    return copy


@contextmanager
def unpacking(path: Path, head: bytes) -> Iterator[IO[bytes]]:
    """Open a file that is gzipped, or zipped alone, to be read unpacked.

    Raises
    ------
    InputError
        If it is a zip of several files, or a workbook.
    """
    if head.startswith(b"\x1f\x8b"):
        with gzip.open(path, "rb") as stream:
            yield stream  # type: ignore[misc]
        return
    with zipfile.ZipFile(path) as archive:
        files = [item.filename for item in archive.infolist() if not item.is_dir()]
        if "[Content_Types].xml" in files:
            raise InputError(f"{path}: this is an Excel workbook; save the sheet as CSV UTF-8")
        if len(files) != 1:
            raise InputError(f"{path}: expected one file in the zip; found {len(files)}; unpack it, give the table")
        with archive.open(files[0]) as stream:
            yield stream


def _delimited(path: Path, file: Path, source: IngestParameters) -> Source:
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as text:
        for _ in range(source.skip.lines):
            text.readline()
        sample = ""
        while len(sample) < _SAMPLE and (line := text.readline(LONGEST_LINE)):
            sample += line
    if source.skip.comment:
        lines = sample.splitlines(keepends=True)
        sample = "".join(line for line in lines if not line.startswith(source.skip.comment))
    if not sample.strip():
        raise InputError(f"{path}: the file is empty; expected labels and values")
    separator = source.separator or _find_separator(path, sample)
    return Source(path=path, file=file, names=_first_record(path, sample, separator), separator=separator)


def _first_record(path: Path, sample: str, separator: str) -> list[str]:
    two = len(separator) > 1
    text = sample.replace(separator, STAND_IN) if two else sample
    try:
        records = csv.reader(io.StringIO(text, newline=""), delimiter=STAND_IN if two else separator)
        first = next(record for record in records if record)
    except csv.Error as error:
        raise InputError(f"{path}: line 1: {error}; is a quote opened and not closed?") from None
    if not "".join(first).strip():
        raise InputError(f"{path}: the file is empty; expected labels and values")
    if two:
        first = [field.replace(STAND_IN, separator) for field in first]
    bad = first_bad_label(first)
    if bad is not None:
        raise InputError(f"{path}: line 1: {bad!r} holds a control character; take it out")
    if len(first) == 1:
        line = first[0].splitlines()[0]
        other = next((mark for mark in (*SEPARATORS, *OTHER_SEPARATORS) if mark in line.strip()), None)
        remedy = f"; the first line is {line[:60]!r}: set `separator: {other!r}` under `ingest`" if other else ""
        raise InputError(
            f"{path}: found one column (separator: {SEPARATORS.get(separator, separator)}); "
            f"expected labels and values beside each other{remedy}"
        )
    return first


def _find_separator(path: Path, sample: str) -> str:
    """Return the separator that splits the first lines into equally many fields, more than one."""
    lines = sample.splitlines(keepends=True)[:20]
    widths = {separator: _widths(lines, separator) for separator in SEPARATORS}
    even = [separator for separator, counts in widths.items() if len(counts) == 1 and counts != {1}]
    if len(even) > 1:
        names = " and ".join(SEPARATORS[separator] for separator in even)
        raise InputError(f"{path}: {names} both split every line evenly; set `separator` in params.yaml")
    first = next(line for line in lines if line.strip())
    return even[0] if even else max(SEPARATORS, key=first.count)


def _widths(lines: Sequence[str], separator: str) -> set[int]:
    try:
        return {len(record) for record in csv.reader(lines, delimiter=separator) if record}
    except csv.Error:
        return set()
