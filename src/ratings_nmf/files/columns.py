"""Columns of numbers and of labels, from and to Arrow, and Parquet files of them that are the same bytes every time.

Numbers pass through buffers and DLPack: Arrow's own conversions import pandas, which costs 0.4 s.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet
from numpy.typing import NDArray


class Coded(NamedTuple):
    """A column of texts, many of which are the same.

    Attributes
    ----------
    codes
        The place of each text among `texts`, shape (lines,), int32; −1 where there is none.
    texts
        Each text once.
    """

    codes: NDArray[np.int32]
    texts: Sequence[str]

    def text(self, line: int) -> str:
        """Return the text of a line, empty where there is none."""
        code = self.codes[line]
        return self.texts[code] if code >= 0 else ""


def texts_to_arrow(texts: Sequence[str]) -> Any:
    """Return texts as an Arrow array.

    >>> texts_to_arrow(["a", "", "Żółć"]).to_pylist()
    ['a', '', 'Żółć']
    """
    encoded = [text.encode() for text in texts]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
    strings = pa.LargeStringArray.from_buffers(len(encoded), pa.py_buffer(ends), pa.py_buffer(b"".join(encoded)))
    return pc.cast(strings, pa.string())


def to_arrow(numbers: NDArray[Any]) -> Any:
    """Return numbers as an Arrow array."""
    numbers = np.ascontiguousarray(numbers)
    return pa.Array.from_buffers(pa.from_numpy_dtype(numbers.dtype), len(numbers), [None, pa.py_buffer(numbers)])


def to_numpy(column: Any) -> NDArray[Any]:
    """Return the numbers of an Arrow column without nulls."""
    chunks = [np.from_dlpack(chunk) for chunk in column.chunks]
    return np.concatenate(chunks) if len(chunks) != 1 else chunks[0]


def to_mask(booleans: Any) -> NDArray[np.bool_]:
    """Return an Arrow array of booleans without nulls."""
    return np.from_dlpack(pc.cast(booleans, pa.uint8())).view(np.bool_)


def to_floats(array: Any) -> NDArray[np.float64]:
    """Return an Arrow array of float64, NaN where it is null."""
    if not array.null_count:
        return np.asarray(np.from_dlpack(array), np.float64)
    numbers = np.frombuffer(array.buffers()[1], np.float64, len(array), array.offset * 8)
    return np.where(to_mask(array.is_valid()), numbers, np.nan)


def to_coded(column: Any) -> Coded:
    """Return an Arrow column of dictionaries of texts."""
    column = column.unify_dictionaries()
    if not column.num_chunks:
        return Coded(np.empty(0, dtype=np.int32), ())
    codes = [np.from_dlpack(chunk.indices) for chunk in column.chunks]
    return Coded(np.concatenate(codes), column.chunk(0).dictionary.to_pylist())


def write_parquet(path: Path, columns: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays of numbers, of the same length, as named columns."""
    with appending(path) as append:
        append(columns, {})


@contextmanager
def appending(path: Path) -> Iterator[Callable[[Mapping[str, NDArray[Any]], Mapping[str, Sequence[str]]], None]]:
    """Yield a function that takes columns of numbers and, to stand before them, of texts, and adds lines each time.

    Of numbers in single precision, hardly any of which come twice, first bytes stand together, then second ones and so
    on: 3.2 bytes a number, where a dictionary takes 4.5.
    """
    with ExitStack() as stack:
        writer: Any = None

        def append(columns: Mapping[str, NDArray[Any]], labels: Mapping[str, Sequence[str]]) -> None:
            nonlocal writer
            texts = [texts_to_arrow(column) for column in labels.values()]
            table = pa.Table.from_arrays([*texts, *map(to_arrow, columns.values())], names=[*labels, *columns])
            if writer is None:
                single = [name for name, column in columns.items() if column.dtype == np.float32]
                others = [name for name in table.column_names if name not in single]
                writer = stack.enter_context(
                    pyarrow.parquet.ParquetWriter(
                        path,
                        table.schema,
                        store_schema=False,
                        compression="zstd",
                        use_dictionary=others,
                        use_byte_stream_split=single,
                    )
                )
            writer.write_table(table)

        yield append


def read_parquet(path: Path, names: Sequence[str] | None = None) -> dict[str, NDArray[Any]]:
    """Return columns of numbers that `write_parquet` wrote, all of them or those named."""
    with pyarrow.parquet.ParquetFile(path) as file:
        return _numbers(file.read(names))


def iterate_parquet(path: Path, names: Sequence[str] | None = None) -> Iterator[dict[str, NDArray[Any]]]:
    """Give columns as `read_parquet` returns them, a row group of the file at a time."""
    with pyarrow.parquet.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            yield _numbers(file.read_row_group(group, names))


def column_names(path: Path) -> list[str]:
    """Return the names of the columns of a file."""
    with pyarrow.parquet.ParquetFile(path) as file:
        return list(file.schema_arrow.names)


def _numbers(table: Any) -> dict[str, NDArray[Any]]:
    return {name: to_numpy(table.column(name)) for name in table.column_names}
