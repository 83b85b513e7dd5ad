"""Numbers from and to Arrow through buffers and DLPack: Arrow's own conversions import pandas, which no stage needs."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


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
