"""Files of either layout: opening them, telling their separator, splitting their lines."""

import csv
import gzip
import io
import itertools
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.progress import progress
from ratings_nmf.raw.faults import listing

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}
"""Separators that are found out; any other has to be given."""

UNIT_SEPARATOR = b"\x1f"
"""Stands in for a separator of two characters, which pyarrow does not take."""

BLOCK = 2**23
"""Bytes of a file that are read and parsed at a time."""

_SAMPLE = 2**16
_MARK = b"\xef\xbb\xbf"


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
    """A delimited text file, its separator and the fields of its first line.

    A class, because the same file is looked at several times: for the separator, the header, the lines, and
    once more for the numbers of ragged lines.
    """

    def __init__(self, path: Path, separator: str | None) -> None:
        """Look into the file at `path`; find out the separator if it is None.

        Raises
        ------
        InputError
            If the file is empty, or its separator cannot be told.
        """
        self.path = path
        with self._open() as stream:
            self.separator = separator or _find_separator(path, stream.read(_SAMPLE))
        with self._open() as stream:
            self.first = next((record for _, record in self._records(stream)), [])
        if not "".join(self.first).strip():
            raise InputError(f"{path}: the file is empty; expected labels and values")

    def batches(self, types: dict[int, Any], *, skip_first: bool) -> Iterator[list[Any]]:
        """Give the columns at the positions (from 0) in `types`, in that order, as arrays of some lines at a time.

        A column of numbers comes as texts where some line of the batch holds none.

        Raises
        ------
        InputError
            If a line has not as many fields as the first, or a text is not UTF-8.
        """
        threads = pa.cpu_count()
        size = None if self.path.suffix == ".gz" else self.path.stat().st_size
        pending: deque[Any] = deque()
        with ThreadPoolExecutor(threads) as pool, progress(total=size, unit="B") as bar:
            for number, block in enumerate(self._blocks(threads)):
                pending.append(pool.submit(self._parse, block, types, skip_first=skip_first and number == 0))
                bar.update(len(block))
                if len(pending) > threads:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()

    def _blocks(self, kept: int) -> Iterator[memoryview]:
        """Give the file in pieces of up to `BLOCK` bytes that end where a line ends, or longer ones for longer lines.

        A piece is good until as many more as are `kept` were given: memory that is used again need not be cleared.
        """
        buffers = [bytearray(BLOCK) for _ in range(kept + 1)]
        rest = b""
        with self._open() as stream:
            for turn in itertools.cycle(range(len(buffers))):
                buffer, filled, end, more = buffers[turn], len(rest), 0, True
                buffer[:filled] = rest
                while more and not end:
                    if filled == len(buffer):
                        buffer = buffers[turn] = buffer + bytes(len(buffer))
                    count = stream.readinto(memoryview(buffer)[filled:])
                    filled, more = filled + count, count > 0
                    end = _last_line_end(buffer, filled)
                end = end if more else filled
                rest = bytes(memoryview(buffer)[end:filled])
                if end:
                    yield memoryview(buffer)[:end]
                if not more:
                    break

    def _parse(self, block: memoryview | bytes, types: dict[int, Any], *, skip_first: bool) -> list[Any]:
        delimiter = self.separator
        if len(delimiter) > 1:
            block, delimiter = bytes(block).replace(delimiter.encode(), UNIT_SEPARATOR), UNIT_SEPARATOR.decode()
        skipped = []

        def skip(row: Any) -> str:
            skipped.append(row)
            return "skip"

        def read(types: dict[int, Any]) -> Any:
            names = {str(position): kind for position, kind in types.items()}
            return pyarrow.csv.read_csv(
                pa.BufferReader(block),
                read_options=pyarrow.csv.ReadOptions(
                    column_names=[str(position) for position in range(len(self.first))],
                    skip_rows_after_names=int(skip_first),
                    use_threads=False,
                    block_size=max(len(block), 1024),
                ),
                parse_options=pyarrow.csv.ParseOptions(
                    delimiter=delimiter, newlines_in_values=True, invalid_row_handler=skip
                ),
                convert_options=pyarrow.csv.ConvertOptions(
                    column_types=names, include_columns=list(names), null_values=[""], strings_can_be_null=False
                ),
            )

        try:
            table = read(types)
        except pa.ArrowInvalid:
            self._check_encoding()
            table = read({at: pa.string() if pa.types.is_floating(kind) else kind for at, kind in types.items()})
        if skipped:
            self._refuse_ragged()
        return [column.combine_chunks() for column in table.columns]

    @contextmanager
    def _open(self) -> Iterator[BufferedIOBase]:
        """Open the file at its first byte after a byte-order mark."""
        opened: Any = gzip.open if self.path.suffix == ".gz" else open
        with opened(self.path, "rb") as stream:
            if stream.read(len(_MARK)) != _MARK:
                stream.seek(0)
            yield stream

    def _records(self, stream: Any) -> Iterator[tuple[int, list[str]]]:
        """Give the fields of each line that is not blank, and the number (from 1) of its last line in the file."""
        text = io.TextIOWrapper(stream, encoding="utf-8", errors="replace", newline="")
        lines: Iterable[str] = text
        delimiter = self.separator
        if len(delimiter) > 1:
            delimiter = UNIT_SEPARATOR.decode()
            lines = (line.replace(self.separator, delimiter) for line in text)
        records = csv.reader(lines, delimiter=delimiter)
        try:
            yield from ((records.line_num, record) for record in records if record)
        finally:
            text.detach()

    def _check_encoding(self) -> None:
        with self._open() as stream:
            for number, line in enumerate(stream, start=1):
                try:
                    line.decode("utf-8")
                except UnicodeDecodeError:
                    raise InputError(f"{self.path}: line {number}: not UTF-8; save the file as UTF-8") from None

    def _refuse_ragged(self) -> None:
        with self._open() as stream:
            widths = ((line, len(record)) for line, record in self._records(stream))
            ragged = [f"line {line} has {width} fields" for line, width in widths if width != len(self.first)]
        raise InputError(
            f"{self.path}: {listing(ragged)}; expected {len(self.first)}, as in the first line (separator: "
            f"{SEPARATORS.get(self.separator, self.separator)}); mend the lines or set `separator` in params.yaml"
        )


def _last_line_end(block: bytes | bytearray, filled: int) -> int:
    """Return where the last line ends that is whole: not within quotes, as an even number of them tells.

    >>> _last_line_end(b'a,1\\nb,2\\nc', 9), _last_line_end(b'a,1\\n"b\\n', 7), _last_line_end(b'"a\\n"b\\nc', 7)
    (8, 4, 6)
    """
    end = block.rfind(b"\n", 0, filled) + 1
    odd = _odd_quotes(block, 0, end)
    while odd and end:
        before = block.rfind(b"\n", 0, end - 1) + 1
        odd ^= _odd_quotes(block, before, end)
        end = before
    return end


def _odd_quotes(block: bytes | bytearray, start: int, end: int) -> int:
    """Return 1 if an odd number of quotes stands between two places, else 0."""
    if block.find(b'"', start, end) < 0:
        return 0
    # bytes.count is ten times slower
    return int(np.count_nonzero(np.frombuffer(block, np.uint8, end - start, start) == ord('"')) % 2)


def _find_separator(path: Path, content: bytes) -> str:
    """Return the separator that splits the first lines into equally many fields, more than one."""
    sample = content.decode("utf-8", errors="replace").splitlines(keepends=True)[:20]
    widths = {separator: _widths(sample, separator) for separator in SEPARATORS}
    even = [separator for separator, counts in widths.items() if len(counts) == 1 and counts != {1}]
    if len(even) > 1:
        names = " and ".join(SEPARATORS[separator] for separator in even)
        raise InputError(f"{path}: {names} both split every line evenly; set `separator` in params.yaml")
    return even[0] if even else max(SEPARATORS, key="".join(sample[:1]).count)


def _widths(lines: Sequence[str], separator: str) -> set[int]:
    return {len(record) for record in csv.reader(lines, delimiter=separator) if record}
