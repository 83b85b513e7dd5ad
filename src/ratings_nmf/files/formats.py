"""How numbers, labels and JSON look on disk, the same bytes on every machine."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.errors import InputError

DIGITS = 9
"""Significant digits in CSV files: enough for a single-precision number, too few for what machines differ in."""

BITS = 30
"""Significant bits of loadings in Parquet files, for the same reason."""

JSON_DIGITS = 7
"""Significant digits in JSON files, which people read."""


def significant(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round to the nearest number of `DIGITS` significant digits, elementwise, same shape.

    >>> significant(np.array([0.0, 1.23456789, 98765432.1, 0.1 + 0.2]))
    array([0.00000000e+00, 1.23456789e+00, 9.87654321e+07, 3.00000000e-01])
    """
    flat = [float(f"{value:.{DIGITS}g}") for value in np.ravel(values).tolist()]
    return np.array(flat, dtype=np.float64).reshape(np.shape(values))


def shortened(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round to `BITS` significant bits, elementwise, same shape: as good as `DIGITS` digits, and quick.

    >>> shortened(np.array([0.0, 0.1 + 0.2])) == shortened(np.array([0.0, 0.3]))
    array([ True,  True])
    """
    fraction, exponent = np.frexp(values)
    rounded: NDArray[np.float64] = np.ldexp(np.rint(np.ldexp(fraction, BITS)), exponent - BITS)
    return rounded


FORMULA = re.compile("(^|(?<=[;\t]))(?=[=+\\-@\t\r\n'＝＋－＠])")
MARKED = re.compile("(^|(?<=[;\t]))'")


def guarded(text: str) -> str:
    """Put an apostrophe before whatever a spreadsheet would take for a formula, and before an apostrophe there.

    That is =, +, -, @, a tab or a line break at the start of a field, or after a semicolon or a tab, where some
    spreadsheets split one. `unguarded` takes exactly these apostrophes away.

    >>> guarded("=HYPERLINK(1)"), guarded("a;=1"), guarded("'t Hof"), guarded("a=1")
    ("'=HYPERLINK(1)", "a;'=1", "''t Hof", 'a=1')
    """
    return FORMULA.sub("'", text)


def unguarded(text: str) -> str:
    """Return the text that `guarded` was given.

    >>> unguarded(guarded("'=1")), unguarded("plain")
    ("'=1", 'plain')
    """
    return MARKED.sub("", text) if "'" in text else text


def write_csv(path: Path, header: Sequence[str], records: Iterable[Iterable[object]]) -> None:
    """Write a header and records; numbers with `DIGITS` significant digits, None as nothing, texts `guarded`."""
    with open_csv(path) as stream:
        write_records(stream, chain([header], records))


def open_csv(path: Path) -> TextIO:
    """Open a file to write lines of CSV to."""
    return path.open("w", encoding="utf-8", newline="")


def write_records(stream: TextIO, records: Iterable[Iterable[object]]) -> None:
    """Write records to an open file as `write_csv` does."""
    plain = csv.writer(stream, lineterminator="\n")
    quoted = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL)
    for record in records:
        fields = [_written(field) for field in record]
        # Python before 3.13 leaves a carriage return bare, and readers end the line there
        writer = quoted if any("\r" in field for field in fields) else plain
        writer.writerow(fields)


def read_csv(path: Path) -> tuple[list[str], list[list[str]]]:
    """Return the header and the records of a file that `write_csv` wrote, all as the texts it was given."""
    header, *records = iterate_csv(path)
    return header, records


def iterate_csv(path: Path) -> Iterator[list[str]]:
    """Give the header, then each record, of a file that `write_csv` wrote, as the texts it was given."""
    with path.open(encoding="utf-8", newline="") as stream:
        yield from ([unguarded(field) for field in record] for record in csv.reader(stream))


def field(text: str) -> str:
    """Return a text as a field of a line that `write_csv` would write.

    >>> field("=a, b"), field("plain"), field("")
    ('"\\'=a, b"', 'plain', '')
    """
    stream = io.StringIO()
    quoting: Any = csv.QUOTE_ALL if "\r" in text else csv.QUOTE_MINIMAL
    csv.writer(stream, lineterminator="\n", quoting=quoting).writerow([guarded(text), 0])
    return stream.getvalue().rpartition(",")[0]


def _written(field: object) -> str:
    if isinstance(field, float):
        return f"{field:.{DIGITS}g}"
    if field is None:
        return ""
    return guarded(field) if isinstance(field, str) else str(field)


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write JSON with sorted keys; numbers with `JSON_DIGITS` significant digits."""
    text = json.dumps(_rounded(content), indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{JSON_DIGITS}g}")
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    return [_rounded(part) for part in value] if isinstance(value, (list, tuple)) else value


def read_json(path: Path) -> dict[str, Any]:
    """Return what `write_json` wrote."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def made_by(stage: str, path: Path, dataset: str) -> Path:
    """Return `path` if it exists.

    Raises
    ------
    InputError
        If it does not; the message names the stage to run.
    """
    if not path.exists():
        raise InputError(f"{path}: no such file; make it with `dvc repro {stage}@{dataset}`")
    return path
