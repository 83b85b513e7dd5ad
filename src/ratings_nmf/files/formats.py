"""How numbers, labels and JSON look on disk, the same bytes on every machine."""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.progress import progress
from ratings_nmf.files.columns import Coded

if TYPE_CHECKING:
    from pandas import DataFrame

DIGITS = 9
"""Significant digits in CSV files: enough for a single-precision number, too few for what machines differ in."""

JSON_DIGITS = 7
"""Significant digits in JSON files, which people read."""

QUOTED = re.compile('[",\r\n]|^$')
CHUNK = 100_000


def append_frame(path: Path, frame: "DataFrame") -> None:
    """Write a labelled table below what a file holds, or in a new file below a header.

    The header is the name of the index, which is left out where it has none, and the names of the columns. Numbers have
    `DIGITS` significant digits; what is not known is empty.
    """
    labels = [name for axis in frame.axes for name in axis if isinstance(name, str)]
    # Python before 3.13 leaves a carriage return bare, and readers end the line there
    quoting: Any = csv.QUOTE_ALL if any("\r" in label for label in labels) else csv.QUOTE_MINIMAL
    with path.open("a", encoding="utf-8", newline="") as stream:
        frame.to_csv(
            stream,
            header=stream.tell() == 0,
            index=frame.index.name is not None,
            float_format=f"%.{DIGITS}g",
            lineterminator="\n",
            quoting=quoting,
        )


def append_columns(path: Path, columns: Mapping[str, NDArray[Any] | Coded]) -> None:
    """Write columns of the same length, of which there may be millions of lines, as `append_frame` writes a table.

    pandas takes 2.4 times as long for recommendations of 1.4 million lines (6.2 s of processor time, this 2.6 s).
    """
    fields: list[Callable[[Any], str]] = []
    parts = []
    for part in columns.values():
        if isinstance(part, Coded):
            fields.append([*map(field, part.texts), ""].__getitem__)
            parts.append(part.codes)
        else:
            fields.append(f"{{:.{DIGITS}g}}".format if part.dtype.kind == "f" else str)
            parts.append(part)
    with path.open("a", encoding="utf-8", newline="") as stream:
        if stream.tell() == 0:
            stream.write(f"{','.join(map(field, columns))}\n")
        for start in progress(range(0, len(parts[0]), CHUNK), unit=f"× {CHUNK:,} lines"):
            some = (part[start : start + CHUNK].tolist() for part in parts)
            stream.writelines(f"{','.join(line)}\n" for line in zip(*map(map, fields, some), strict=True))


def field(text: str) -> str:
    """Return a text as a field of a line of CSV.

    >>> field("a, b"), field("plain"), field("")
    ('"a, b"', 'plain', '""')
    """
    return '"{}"'.format(text.replace('"', '""')) if QUOTED.search(text) else text


def write_labels(path: Path, name: str, labels: Iterable[str]) -> None:
    """Write labels, a line each, below a header."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.writelines(f"{field(text)}\n" for text in (name, *labels))


def iterate_csv(path: Path) -> Iterator[list[str]]:
    """Give the header, then each record, of a file of CSV, all as the texts that they are."""
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.reader(stream)


def read_labels(path: Path) -> Iterator[str]:
    """Give the labels that `write_labels` wrote, one at a time."""
    records = iterate_csv(path)
    next(records)
    return (label for (label,) in records)


def read_numbers(path: Path) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Return the names of the columns of a table that `append_frame` wrote, and its numbers, (lines, columns).

    pandas would read it as well, but is slow to import where nothing else needs it.
    """
    (_, *names), *records = iterate_csv(path)
    numbers = np.array([record[1:] for record in records], dtype=np.float64)
    return tuple(names), numbers.reshape(-1, len(names))


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
