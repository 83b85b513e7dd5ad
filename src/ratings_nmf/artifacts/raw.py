"""Raw tables as people keep them: CSV with any usual separator, gzipped or not, and Parquet."""

import csv
import gzip
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
from numpy.typing import NDArray

from ratings_nmf.errors import InputError
from ratings_nmf.table import LARGEST, LISTED, SMALLEST, RatingsTable, Zeros, from_dense

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}
NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"


@dataclass(frozen=True)
class _Texts:
    """A table before its numbers are read: labels, and one text or number array a column."""

    row_labels: tuple[str, ...]
    column_labels: tuple[str, ...]
    columns: list[Any]


def read_table(path: Path, *, zeros: Zeros | None, separator: str | None) -> RatingsTable:
    """Read a table of row labels × column labels; the first column holds the row labels.

    Parameters
    ----------
    path
        CSV (`.gz` is decompressed) or Parquet (`.parquet`).
    zeros
        What 0 means; None is enough where the table holds neither a zero nor a blank cell.
    separator
        The CSV's separator; None finds it out.

    Raises
    ------
    InputError
        If the file is missing, empty or ragged, a label is blank or stands twice, a cell is not a finite number of
        0 or more, every cell is 0, or the meaning of its zeros was not said.
    """
    try:
        texts = _read_parquet(path) if path.suffix == ".parquet" else _read_csv(path, separator)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; put the table there or mend `path` in params.yaml") from None
    except (OSError, EOFError, pa.ArrowInvalid) as error:
        raise InputError(f"{path}: cannot be read: {' '.join(str(error).split())}") from None
    _check_labels(path, "row", texts.row_labels)
    _check_labels(path, "column", texts.column_labels)
    cells = _cells(path, texts, zeros)
    if zeros is None and not np.all(cells > 0):
        raise InputError(
            f"{path}: the table holds {np.sum(~(cells > 0))} cells that are 0 or blank; say what they mean with "
            "`zeros` under `ingest` in params.yaml: `observed` (0 is a value) or `missing` (not rated)"
        )
    if not np.any(cells > 0):
        raise InputError(f"{path}: every cell is 0 or blank; at least one must be above 0")
    return from_dense(cells, row_labels=texts.row_labels, column_labels=texts.column_labels, zeros=zeros or "observed")


def _read_csv(path: Path, separator: str | None) -> _Texts:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
        content = stream.read()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InputError(f"{path}: line {line}: not UTF-8; save the file as UTF-8") from None
    if not text.strip():
        raise InputError(f"{path}: the file is empty; expected a line of column labels and a line for each row")
    delimiter = separator or _find_separator(path, text)
    header = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    skipped: list[Any] = []

    def skip(row: Any) -> str:
        skipped.append(row)
        return "skip"

    names = [str(position) for position in range(len(header))]
    lines = pyarrow.csv.read_csv(
        pa.BufferReader(text.encode()),
        read_options=pyarrow.csv.ReadOptions(column_names=names, use_threads=False, block_size=2**30),
        parse_options=pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=skip),
        convert_options=pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
    )
    if skipped:
        records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        widths = ((records.line_num, len(record)) for record in records if record)
        ragged = [f"line {line} has {width} fields" for line, width in widths if width != len(header)]
        raise InputError(
            f"{path}: {_listing(ragged)}; expected {len(header)}, as in the first line "
            f"(separator: {SEPARATORS[delimiter]}); mend the lines or set `separator` in params.yaml"
        )
    if len(header) < 2 or lines.num_rows < 2:
        raise InputError(
            f"{path}: found {lines.num_rows - 1} rows and {len(header) - 1} columns besides the labels; "
            "expected at least one of each: a line of column labels, then a line for each row"
        )
    labels, *columns = (column.combine_chunks()[1:] for column in lines.columns)
    return _Texts(tuple(labels.to_pylist()), tuple(header[1:]), columns)


def _find_separator(path: Path, text: str) -> str:
    """Return the separator that splits the first lines into equally many fields, more than one."""
    sample = text[:65536].splitlines(keepends=True)[:20]
    widths = {
        separator: {len(record) for record in csv.reader(sample, delimiter=separator) if record}
        for separator in SEPARATORS
    }
    even = [separator for separator, counts in widths.items() if len(counts) == 1 and counts != {1}]
    if len(even) > 1:
        names = " and ".join(SEPARATORS[separator] for separator in even)
        raise InputError(f"{path}: {names} both split every line evenly; set `separator` in params.yaml")
    if even:
        return even[0]
    return max(SEPARATORS, key=sample[0].count)


def _read_parquet(path: Path) -> _Texts:
    table = pyarrow.parquet.read_table(path)
    index = [name for name in (table.schema.pandas_metadata or {}).get("index_columns", []) if isinstance(name, str)]
    label_column = index[0] if index else table.column_names[0] if table.column_names else None
    if label_column is None or table.num_columns < 2 or table.num_rows < 1:
        raise InputError(f"{path}: expected a column of row labels, and at least one more column and one row")
    labels = table.column(label_column).cast(pa.string()).fill_null("").to_pylist()
    values = table.drop_columns([label_column])
    return _Texts(tuple(labels), tuple(values.column_names), [column.combine_chunks() for column in values.columns])


def _check_labels(path: Path, side: str, labels: tuple[str, ...]) -> None:
    seen: dict[str, int] = {}
    wrong = []
    for position, label in enumerate(labels, start=1):
        first = seen.setdefault(label, position)
        if not label.strip():
            wrong.append(f"{side} {position} has no label")
        elif first != position:
            wrong.append(f"{side} label {label!r} stands at {side}s {first} and {position}")
    if wrong:
        raise InputError(f"{path}: {_listing(wrong)}; every {side} needs a label of its own")


def _cells(path: Path, texts: _Texts, zeros: Zeros | None) -> NDArray[np.float64]:
    """Return the cells, shape (rows, columns), NaN where blank; refuse all bad ones in one message."""
    cells = np.empty((len(texts.row_labels), len(texts.column_labels)))
    bad = []
    for position, column in enumerate(texts.columns):
        numbers, blank = _numbers(column)
        allowed = (numbers == 0) | ((numbers >= SMALLEST) & (numbers <= LARGEST))
        if zeros != "observed":
            allowed |= blank
        bad += [(row, position, column[row].as_py()) for row in np.flatnonzero(~allowed)]
        cells[:, position] = numbers
    if bad:
        bad.sort(key=lambda cell: cell[:2])
        faults = [
            f"row {texts.row_labels[row]!r}, column {texts.column_labels[column]!r}: {_fault(value)}"
            for row, column, value in bad
        ]
        blanks = "a blank cell has no value under `zeros: observed`: fill it in, or set `zeros: missing` (not rated)"
        raise InputError(
            f"{path}: {_listing(faults)}; expected finite numbers of 0 or more, with a decimal point"
            + (f"; {blanks}" if any(_fault(value) == "blank" for _, _, value in bad) else "")
        )
    return cells


def _numbers(column: Any) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return a column's numbers, NaN where it has none, and where it is blank."""
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False), _array(column.is_null())
    text = pc.utf8_trim_whitespace(column.fill_null(""))
    number = pc.if_else(pc.match_substring_regex(text, f"^{NUMBER}$"), text, pa.scalar(None, text.type))
    return pc.cast(number, pa.float64()).to_numpy(zero_copy_only=False), _array(pc.equal(text, ""))


def _array(mask: Any) -> NDArray[np.bool_]:
    return np.asarray(mask.to_numpy(zero_copy_only=False), dtype=np.bool_)


def _fault(value: object) -> str:
    text = "" if value is None else str(value).strip()
    if not text:
        return "blank"
    if re.fullmatch(NUMBER, text):
        return f"{text!r} is {'negative' if text.startswith('-') else f'not within {SMALLEST:g} and {LARGEST:g}'}"
    if text.lower().lstrip("+-") in {"nan", "inf", "infinity"}:
        return f"{text!r} is not finite"
    return f"{text!r} is not a number"


def _listing(faults: list[str]) -> str:
    more = f"; and {len(faults) - LISTED} more" if len(faults) > LISTED else ""
    return "; ".join(faults[:LISTED]) + more
