"""Files of either layout: opening them, telling their separator, splitting their lines."""

import csv
import gzip
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv

from ratings_nmf.artifacts.raw.faults import listing
from ratings_nmf.errors import InputError

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}
"""Separators that are found out; any other has to be given."""

UNIT_SEPARATOR = b"\x1f"
"""Stands in for a separator of two characters, which pyarrow does not take."""


@contextmanager
def opening(path: Path) -> Iterator[None]:
    """Turn what goes wrong while a raw file is read into one line.

    Raises
    ------
    InputError
        If the file is missing or cannot be read.
    """
    try:
        yield
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; put the table there or mend `path` in params.yaml") from None
    except (OSError, EOFError, pa.ArrowInvalid) as error:
        raise InputError(f"{path}: cannot be read: {' '.join(str(error).split())}") from None


class Delimited:
    """The content of a delimited text file, its separator and the fields of its first line.

    A class, because the same content is looked at several times: for the separator, the header, the lines, and
    once more for the numbers of ragged lines.
    """

    def __init__(self, path: Path, separator: str | None) -> None:
        """Read the file at `path`; find out the separator if it is None.

        Raises
        ------
        InputError
            If the file is empty, or its separator cannot be told.
        """
        self.path = path
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            content = stream.read().removeprefix(b"\xef\xbb\xbf")
        self.separator = separator or _find_separator(path, content)
        self._delimiter = self.separator
        if len(self.separator) > 1:
            content = content.replace(self.separator.encode(), UNIT_SEPARATOR)
            self._delimiter = UNIT_SEPARATOR.decode()
        self._content = content
        self.first = next(self._records(content), [])
        if not "".join(self.first).strip():
            raise InputError(f"{path}: the file is empty; expected labels and values")

    def columns(self, types: dict[int, Any], *, skip_first: bool, threads: bool) -> list[Any]:
        """Return the columns at the positions (from 0) in `types`, in that order, as arrays of those types.

        Raises
        ------
        InputError
            If a line has not as many fields as the first, or a text is not UTF-8.
        pyarrow.ArrowInvalid
            If a field does not convert to its column's type.
        """
        skipped = []

        def skip(row: Any) -> str:
            skipped.append(row)
            return "skip"

        names = [str(position) for position in range(len(self.first))]
        chosen = [str(position) for position in types]
        try:
            read = pyarrow.csv.read_csv(
                pa.BufferReader(self._content),
                read_options=pyarrow.csv.ReadOptions(
                    column_names=names,
                    skip_rows_after_names=int(skip_first),
                    use_threads=threads,
                    block_size=2**24 if threads else 2**30,
                ),
                parse_options=pyarrow.csv.ParseOptions(
                    delimiter=self._delimiter, newlines_in_values=b'"' in self._content, invalid_row_handler=skip
                ),
                convert_options=pyarrow.csv.ConvertOptions(
                    column_types=dict(zip(chosen, types.values(), strict=True)),
                    include_columns=chosen,
                    null_values=[""],
                    strings_can_be_null=False,
                ),
            )
        except pa.ArrowInvalid:
            self._check_encoding()
            raise
        if skipped:
            self._refuse_ragged()
        return list(read.columns)

    def _records(self, content: bytes) -> Iterator[list[str]]:
        text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", errors="replace", newline="")
        return (record for record in csv.reader(text, delimiter=self._delimiter) if record)

    def _check_encoding(self) -> None:
        try:
            self._content.decode("utf-8")
        except UnicodeDecodeError as error:
            line = self._content[: error.start].count(b"\n") + 1
            raise InputError(f"{self.path}: line {line}: not UTF-8; save the file as UTF-8") from None

    def _refuse_ragged(self) -> None:
        text = io.StringIO(self._content.decode("utf-8", errors="replace"), newline="")
        records = csv.reader(text, delimiter=self._delimiter)
        widths = ((records.line_num, len(record)) for record in records if record)
        ragged = [f"line {line} has {width} fields" for line, width in widths if width != len(self.first)]
        raise InputError(
            f"{self.path}: {listing(ragged)}; expected {len(self.first)}, as in the first line (separator: "
            f"{SEPARATORS.get(self.separator, self.separator)}); mend the lines or set `separator` in params.yaml"
        )


def _find_separator(path: Path, content: bytes) -> str:
    """Return the separator that splits the first lines into equally many fields, more than one."""
    sample = content[:65536].decode("utf-8", errors="replace").splitlines(keepends=True)[:20]
    widths = {separator: _widths(sample, separator) for separator in SEPARATORS}
    even = [separator for separator, counts in widths.items() if len(counts) == 1 and counts != {1}]
    if len(even) > 1:
        names = " and ".join(SEPARATORS[separator] for separator in even)
        raise InputError(f"{path}: {names} both split every line evenly; set `separator` in params.yaml")
    return even[0] if even else max(SEPARATORS, key="".join(sample[:1]).count)


def _widths(lines: Sequence[str], separator: str) -> set[int]:
    return {len(record) for record in csv.reader(lines, delimiter=separator) if record}
