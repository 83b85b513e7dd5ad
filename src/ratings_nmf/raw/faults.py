"""What can be wrong with a cell or a label, and how it is said: all in one line, the first 20, then a count."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.table import LARGEST, LISTED, SMALLEST, Zeros
from ratings_nmf.files.columns import to_floats, to_mask

NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"


def numbers(column: Any) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the numbers of a column of texts or numbers, NaN where it has none, and where it is blank."""
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return to_floats(pc.cast(column, pa.float64())), to_mask(column.is_null())
    text = pc.utf8_trim_whitespace(column)
    number = pc.if_else(pc.match_substring_regex(text, f"^{NUMBER}$"), text, pa.nulls(len(text), text.type))
    filled = pc.cast(pc.binary_length(text), pa.bool_())
    blank = ~to_mask(pc.and_kleene(filled, filled.is_valid()))
    return to_floats(pc.cast(number, pa.float64())), blank


def bad_places(values: NDArray[np.float64], blank: NDArray[np.bool_], zeros: Zeros | None) -> NDArray[np.intp]:
    """Return where a value is neither 0 nor in range, nor blank where blanks may be."""
    allowed = (values == 0) | ((values >= SMALLEST) & (values <= LARGEST))
    return np.flatnonzero(~(allowed if zeros == "observed" else allowed | blank))


def refuse_cells(path: Path, cells: Iterable[tuple[str, str, object]]) -> None:
    """Refuse bad cells, given as row label, column label and what stands there.

    Raises
    ------
    InputError
        Always.
    """
    faults = [(f"row {row!r}, column {column!r}: ", _fault(value)) for row, column, value in cells]
    blanks = "; a blank cell has no value under `zeros: observed`: fill it in, or set `zeros: missing` (not rated)"
    raise InputError(
        f"{path}: {listing([place + fault for place, fault in faults])}; "
        "expected finite numbers of 0 or more, with a decimal point"
        + (blanks if any(fault == "blank" for _, fault in faults) else "")
    )


def refuse_repeated(path: Path, cells: Iterable[tuple[str, str, int]]) -> None:
    """Refuse cells that stand on several lines, given as row label, column label and number of lines.

    Raises
    ------
    InputError
        Always.
    """
    faults = [f"row {row!r}, column {column!r} stands {count} times" for row, column, count in cells]
    raise InputError(f"{path}: {listing(faults)}; say what to make of them: `duplicates: last`, `mean` or `sum`")


def check_zeros(path: Path, unstored: int, zeros: Zeros | None) -> Zeros:
    """Return the meaning of zero, given how many cells are 0, blank or absent.

    Raises
    ------
    InputError
        If there are such cells and their meaning was not said.
    """
    if zeros is None and unstored:
        raise InputError(
            f"{path}: {unstored:,} cells are 0, blank or absent; say what they mean with `zeros` under `ingest` in "
            "params.yaml: `observed` (0 is a value) or `missing` (not rated)"
        )
    return zeros or "observed"


def check_some(path: Path, stored: int) -> None:
    """Refuse a table without a cell above 0.

    Raises
    ------
    InputError
        If there is none.
    """
    if not stored:
        raise InputError(f"{path}: every cell is 0 or blank; at least one must be above 0")


def listing(faults: list[str]) -> str:
    """Join the first 20 faults, and count the others."""
    more = f"; and {len(faults) - LISTED} more" if len(faults) > LISTED else ""
    return "; ".join(faults[:LISTED]) + more


def _fault(value: object) -> str:
    text = "" if value is None else str(value).strip()
    if not text:
        return "blank"
    if re.fullmatch(NUMBER, text):
        return f"{text!r} is {'negative' if text.startswith('-') else f'not within {SMALLEST:g} and {LARGEST:g}'}"
    if text.lower().lstrip("+-") in {"nan", "inf", "infinity"}:
        return f"{text!r} is not finite"
    return f"{text!r} is not a number"
