"""What Spark's ALS is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from numbers import Integral, Real
from typing import Any

from ratings_nmf.core.errors import InputError

MASTERS = ("local", "spark://", "k8s://", "yarn")

SMALLEST, LARGEST = 1e-30, 1e30
"""Range of a cell: what ALS multiplies in single precision stays finite and above 0."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """Options of Spark's ALS, by its own names and with its own defaults; a value out of range raises ValueError.

    master: where Spark runs: local[*] (all processors of this machine), local[2], spark://host:7077, yarn …
    maxIter: sweeps over rows and columns, ≥ 1; ALS does them all, as it has no rule to stop at.
    regParam: penalty on the squares of a row's (column's) factors, ≥ 0, times the number of its known cells.
    blocks: parts that rows, and columns, are split into, ≥ 1; at most so many processors work at a time.
    """

    master: str = "local[*]"
    maxIter: int = 10  # noqa: N815
    regParam: float = 0.1  # noqa: N815
    blocks: int = 10

    def __post_init__(self) -> None:
        if not isinstance(self.master, str) or not self.master.startswith(MASTERS):
            raise ValueError(f"master must be yarn or start with local, spark:// or k8s://; got {self.master!r}")
        for name, bound, kind in (("maxIter", 1, Integral), ("regParam", 0, Real), ("blocks", 1, Integral)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, kind) or not bound <= float(value) < 2**31:
                number = "a whole number" if kind is Integral else "a number"
                raise ValueError(f"{name} must be {number} of at least {bound}; got {value!r}")


def checked(options: Mapping[str, Any], *, zeros: str, lowest: float, highest: float) -> Options:
    """Return the options for a table whose cells above 0 lie between the lowest and the highest.

    Raises
    ------
    InputError
        If an option is not known or out of range, or ALS cannot take the table's meaning of zero or its values.
    """
    if zeros != "missing":
        raise InputError(
            "solver: spark fits the cells that are stored and takes no other for a 0; give `ingest.zeros: missing`, "
            "or where 0 is a value take the solver native or sklearn"
        )
    if not SMALLEST <= lowest <= highest <= LARGEST:
        raise InputError(
            f"solver: spark computes in single precision; expected cells from {SMALLEST:g} to {LARGEST:g}, "
            f"found {lowest:g} to {highest:g}; measure them in another unit"
        )
    known = {field.name for field in fields(Options)}
    if unknown := sorted(set(options) - known):
        raise InputError(f"options: spark knows no {', '.join(unknown)}; known: {', '.join(sorted(known))}")
    try:
        return Options(**options)
    except ValueError as error:
        raise InputError(f"options: {error}") from None
