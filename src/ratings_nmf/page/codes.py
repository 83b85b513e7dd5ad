"""Numbers in the page's data: whole ones of 1, 2 or 4 bytes, others with so many significant digits in 2 bytes.

A page holds hundreds of thousands of numbers: JSON takes 5 to 8 characters for what takes 2.7 here, and parses slower.
"""

import base64
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

NONE = 0xFFFF
"""Code of a number that is not known."""

LEAST = 1e-290
"""What is less counts as 0."""

TENS = np.array([float(f"1e{power}") for power in range(300)])
"""Powers of ten, the same on every machine."""

DISTINCT = 250
"""Different numbers up to which each is written once, and its place in one byte."""


def compact(value: Any, digits: int = 6) -> Any:
    """Round every number of nested lists; what is not finite becomes None.

    >>> compact([[1.0, 0.1 + 0.2], [float("nan"), 2.5]])
    [[1, 0.3], [None, 2.5]]
    """
    if isinstance(value, list):
        return [compact(part, digits) for part in value]
    if not math.isfinite(value):
        return None
    figure = float(f"{value:.{digits}g}")
    return int(figure) if figure.is_integer() and abs(figure) < 1e15 else figure


def integers(values: NDArray[Any]) -> dict[str, Any]:
    """Return whole numbers from 0 to 2³² − 1, of any shape, as base64 of as few little-endian bytes each as hold them.

    >>> integers(np.array([0, 255])), integers(np.array([256]))["bytes"]
    ({'bytes': 1, 'codes': 'AP8='}, 2)
    """
    largest = int(values.max(initial=0))
    width = 1 if largest < 2**8 else 2 if largest < 2**16 else 4
    return {"bytes": width, "codes": base64.b64encode(values.astype(f"<u{width}").tobytes()).decode()}


def numbers(values: NDArray[np.float64], digits: int = 3) -> dict[str, Any]:
    """Return numbers of any shape; NaN is kept.

    Where there are few different ones, ``values`` lists them, and codes are places in it. Else code 0 is 0, `NONE` is
    NaN, and any other 1 + 9 · 10^(digits − 1) (power − first) + mantissa − 10^(digits − 1), of mantissa · 10^power;
    where some are below 0, what is added to 1 is doubled, plus 1 where it is. What is too small for a code becomes 0.

    >>> numbers(np.array([5.0, np.nan, 5.0]))["values"]
    [5, None]
    """
    flat = np.ravel(values)
    known = np.isfinite(flat)
    distinct = np.unique(flat)
    if len(distinct) <= DISTINCT:
        codes = np.searchsorted(distinct, flat)  # NaN is sorted last
        return {"values": compact(distinct.tolist()), **integers(codes)}
    powers = 10 ** (digits - 1)
    has_sign = bool((flat < 0).any())
    mantissas, exponents = _decimals(np.where(known, np.abs(flat), 0.0), digits)
    room = (NONE - 2) // (9 * powers * (2 if has_sign else 1))
    first = int(exponents[mantissas > 0].max()) - room + 1
    codes = 9 * powers * (exponents - first) + mantissas - powers
    if has_sign:
        codes = 2 * codes + (flat < 0)
    codes = np.where((mantissas == 0) | (exponents < first), 0, codes + 1)
    return {
        "digits": digits,
        "first": first,
        "signed": has_sign,
        **integers(np.where(known, codes, NONE)),
    }


def _decimals(values: NDArray[np.float64], digits: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return mantissas of so many digits, and powers of ten that they are multiplied by; mantissa 0 below `LEAST`.

    >>> [part.tolist() for part in _decimals(np.array([1234.0, 0.0999999, 0.0]), 3)]
    [[123, 100, 0], [1, -3, 0]]
    """
    amounts = np.maximum(values, LEAST)
    powers = np.floor(np.log10(amounts)).astype(np.int64) - digits + 1
    mantissas = np.rint(np.where(powers > 0, amounts / TENS[powers.clip(0)], amounts * TENS[(-powers).clip(0)]))
    full = mantissas >= 10**digits
    mantissas, powers = np.where(full, mantissas / 10, mantissas), powers + full
    return np.where(values < LEAST, 0, mantissas).astype(np.int64), np.where(values < LEAST, 0, powers)
