"""What the values of a raw table become before anything is computed of them: `ingest.values`."""

from dataclasses import replace
from typing import Annotated, Any, Literal

import numpy as np
from msgspec import Meta, to_builtins
from numpy.typing import NDArray

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.sections import Section
from ratings_nmf.core.table import LARGEST, RatingsTable, parted
from ratings_nmf.core.tally import Tally

LOG_2, TERMS = 0.6931471805599453, 12
"""And the terms of the series of the logarithm, with which it is off by a last bit at most."""


class AtLeast(Section, frozen=True):
    """1 where a value is this or more; below that a given cell counts as one that is not given."""

    at_least: Annotated[float, Meta(gt=0, le=LARGEST, description="a number above 0", examples=[4])]


Values = Literal["as given", "log"] | AtLeast
"""As they are · log(1 + x), so that large counts do not drown small ones · 1 from a value on."""


def became(values: NDArray[np.float64], rule: Values) -> NDArray[np.float64]:
    """Return what values of 0 or more become, shape (values,).

    >>> became(np.array([0.0, 1.0, 4.0]), AtLeast(at_least=4)), became(np.array([0.0, 1.0]), "log")
    (array([0., 0., 1.]), array([0.        , 0.69314718]))
    """
    if isinstance(rule, AtLeast):
        return (values >= rule.at_least).astype(np.float64)
    return log(values) if rule == "log" else values


def log(values: NDArray[np.float64], *, beyond: float = 1.0) -> NDArray[np.float64]:
    """Return log(beyond + x), of x ≥ 0 beyond 1 or x > 0 beyond 0, the same bits everywhere, unlike libm.

    With beyond + x = 2^e m and s = (m - 1) / (m + 1) it is e log 2 + 2 (s + s³/3 + s⁵/5 + …), m being from √½ to √2.
    """
    mantissa, exponent = np.frexp(beyond + values)
    low = mantissa < np.sqrt(0.5)
    mantissa, exponent = np.where(low, 2 * mantissa, mantissa), exponent - low
    # of an x that 1 + x would round away, x / (2 + x) is the same s to the last bit
    close = (values + (beyond - 1)) / (values + (beyond + 1))
    s = np.where(exponent == 0, close, (mantissa - 1) / (mantissa + 1))
    square, series = s * s, np.zeros_like(s)
    for term in range(2 * TERMS - 1, 0, -2):
        series = series * square + 1 / term
    return np.asarray(exponent * LOG_2 + 2 * s * series)


def valued(table: RatingsTable, rule: Values) -> RatingsTable:
    """Return a table of what its values become; cells that come to 0 are set aside."""
    return replace(table, **parted(table.rows, table.columns, became(table.values, rule)))


def described(rule: Values, whole: Tally, tally: Tally) -> dict[str, Any]:
    """Return profile.json's ``values``, and how many cells are ``below``; nothing where values are as given.

    Raises
    ------
    InputError
        If no cell above 0 is left.
    """
    if rule == "as given":
        return {}
    if not tally.cells:
        raise InputError(f"no cell is as large; expected {whole.largest:g} or less", parameter="ingest.values.at_least")
    below = {"below": whole.cells - tally.cells} if isinstance(rule, AtLeast) else {}
    return {"values": to_builtins(rule), **below}
