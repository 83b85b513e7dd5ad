"""A small file, or the beginning of a large one and pieces from all over it, as a copy in plain UTF-8."""

import codecs
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

import pyarrow as pa
import pyarrow.parquet

from ratings_nmf.raw.unpacking import (
    PARQUET,
    SAMPLE,
    beginning,
    check_unpacked,
    in_words,
    packing,
    unpacking,
    wide_encoding,
)

WHOLE = 2**26
"""Bytes, unpacked, up to which a file is looked at as a whole."""

PREFIX, PIECE, PIECES = 2**23, 2**20, 24
"""Bytes of a larger file's beginning, and of each piece that is taken at even distances; how many pieces."""

BATCH = 2**17
"""Lines of Parquet that are taken from each of `PIECES` row groups."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A file, a copy of some of it in UTF-8, and the encoding, None for UTF-8 and Parquet, and packing of the file.

    ``share`` is how much of the file it is, 1 for all; None where nobody knows, as it was not unpacked to the end.
    """

    path: Path
    file: Path
    share: float | None
    encoding: str | None = None
    packing: str | None = None


@contextmanager
def sampled(path: Path) -> Iterator[Sample]:
    """Take a sample of a file, refused as `source.opened` says; it lasts as long as the context."""
    with in_words(path), TemporaryDirectory() as folder:
        head = beginning(path)
        parquet = head.startswith(PARQUET)
        copy = Path(folder, "sample.parquet" if parquet else "sample.csv")
        yield _parquet(path, copy) if parquet else _text(path, head, copy)


def _parquet(path: Path, copy: Path) -> Sample:
    with pa.parquet.ParquetFile(path) as file:
        groups, count = file.num_row_groups, file.metadata.num_rows
        if path.stat().st_size <= WHOLE // 4:
            return Sample(path=path, file=path, share=1.0)
        group_numbers = sorted({place * groups // PIECES for place in range(PIECES)})
        batches = [next(file.iter_batches(BATCH, row_groups=[group])) for group in group_numbers]
        table = pa.Table.from_batches(batches, file.schema_arrow)
        pa.parquet.write_table(table, copy)
        return Sample(path=path, file=copy, share=len(table) / count)


def _text(path: Path, head: bytes, copy: Path) -> Sample:
    archive = packing(head)
    with unpacking(path, head) if archive else path.open("rb") as stream:
        content = stream.read(WHOLE + 1)
        if archive:
            check_unpacked(path, content[:SAMPLE])
        whole = len(content) <= WHOLE
        if not whole:
            content = _lines(content[:PREFIX])
        encoding = wide_encoding(path, content[:SAMPLE]) or _encoding(content)
        if not whole and not archive and not (encoding or "").startswith("utf-16"):
            content += b"".join(_pieces(stream, path.stat().st_size))
    share = 1.0 if whole else None if archive else len(content) / path.stat().st_size
    copy.write_bytes(content.decode(encoding, errors="replace").encode() if encoding else content)
    return Sample(path=path, file=copy, encoding=encoding, packing=archive, share=share)


def _lines(content: bytes) -> bytes:
    """Return the lines that a piece of a file holds whole, if it begins with one."""
    end = max(content.rfind(b"\n"), content.rfind(b"\r"))
    return content[: end + 1] or content


def _pieces(stream: IO[bytes], size: int) -> Iterator[bytes]:
    for number in range(1, PIECES + 1):
        stream.seek(PREFIX + (size - PREFIX - PIECE) * number // PIECES)
        piece = stream.read(PIECE)
        yield _lines(piece[piece.find(b"\n") + 1 :])


def _encoding(content: bytes) -> str | None:
    for encoding in (None, "windows-1252", "shift_jis"):
        with suppress(UnicodeDecodeError):
            codecs.getincrementaldecoder(encoding or "utf-8")().decode(content)  # which may end within a letter
            return encoding
    return "latin-1"
