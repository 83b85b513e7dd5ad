"""The user's file as it is read: of which kind, what its first line holds, and how its lines are split."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet

from ratings_nmf.core.params import IngestParameters
from ratings_nmf.raw.header import first_line
from ratings_nmf.raw.unpacking import PARQUET, beginning, in_words, plain


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
    split
        Whether Python splits the lines: some are to be skipped, or they end in different ways.
    """

    path: Path
    file: Path
    names: list[str]
    separator: str | None
    index: tuple[int, ...] = ()
    split: bool = False


@contextmanager
def opened(path: Path, source: IngestParameters, sample: Path | None = None) -> Iterator[Source]:
    """Look into a file, or a sample of it; a copy, where one is needed, lasts as long as the context.

    Raises
    ------
    InputError
        If the file is missing, empty, of a kind that is not read, damaged, or its separator cannot be told.
    """
    with TemporaryDirectory() as folder:
        with in_words(path):
            file, head = sample or path, beginning(sample or path)
            if head.startswith(PARQUET):
                source_of_file = _parquet(path, file)
            else:
                source_of_file = _text(path, plain(path, file, head, source, Path(folder)), source)
        yield source_of_file


def _text(path: Path, file: Path, source: IngestParameters) -> Source:
    separator, names = first_line(path, file, source)
    split = bool(source.skip.lines or source.skip.comment) or _ends_differ(file)
    return Source(path=path, file=file, names=names, separator=separator, split=split)


def _parquet(path: Path, file: Path) -> Source:
    with pyarrow.parquet.ParquetFile(file) as opened_file:
        schema = opened_file.schema_arrow
    levels = [name for name in (schema.pandas_metadata or {}).get("index_columns", []) if isinstance(name, str)]
    index = tuple(schema.names.index(name) for name in levels if name in schema.names)
    return Source(path=path, file=file, names=list(schema.names), separator=None, index=index)


def _ends_differ(file: Path) -> bool:
    """Return whether some lines end with other characters than others, which DuckDB does not take."""
    ends = set()
    with file.open("rb") as stream:
        while some := stream.read(2**20):
            if b"\r" in some:
                some += stream.read(1) if some.endswith(b"\r") else b""
                returns, feeds, both = map(some.count, (b"\r", b"\n", b"\r\n"))
                ends |= {end for end, count in (("rn", both), ("n", feeds - both), ("r", returns - both)) if count}
            elif b"\n" in some:
                ends.add("n")
    return len(ends) > 1
