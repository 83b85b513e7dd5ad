"""`data/factors/<dataset>/`: W, H and the reconstruction, as written numbers."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.streams import Draw
from ratings_nmf.core.table import RatingsTable
from ratings_nmf.files.atomic import replacing
from ratings_nmf.files.columns import appending, column_names, iterate_parquet
from ratings_nmf.files.formats import DIGITS, append_frame, iterate_csv, made_by, read_numbers

if TYPE_CHECKING:
    from pandas import DataFrame

CSV_LIMIT = 1_000_000
"""Most numbers that W and H may have together to be written as CSV; more go into Parquet."""

BITS = 27
"""Bits of loadings, counted from the largest of the component: three more than a single-precision number has.

Of 104,406 loadings of 100 random tables, fitted over two BLAS kernels, 30 bits leave 2 different, 28 leave 1, and 27
none; `DIGITS` digits of each loading alone leave some in 7 of the tables. With 26 the reference numbers are lost.
"""


class Loadings(TypedDict):
    """W (rows, components), H (components, columns) and the names of the components."""

    W: NDArray[np.float64]
    H: NDArray[np.float64]
    components: tuple[str, ...]


def as_written(loadings: NDArray[np.float64], largest: NDArray[np.float64], *, csv: bool) -> NDArray[np.float64]:
    """Return loadings with the digits that are written: all that comes after is computed from these.

    Bits count from the largest loading of a component, so that what is less than half the last of `BITS` is 0: near 0,
    single digits are what machines differ in. CSV then has `DIGITS` digits of each.

    Parameters
    ----------
    loadings
        W, or the transpose of H, or some lines of it, shape (lines, components).
    largest
        The largest loading of each component, shape (components,).
    csv
        Whether they go into CSV.

    >>> as_written(np.array([[2.0, 0.1], [3e-9, 1e-9]]), np.array([2.0, 123.0]), csv=True)
    array([[2.        , 0.10000038],
           [0.        , 0.        ]])
    """
    last = np.frexp(shortened(largest))[1] - BITS
    whole: NDArray[np.float64] = np.ldexp(np.rint(np.ldexp(loadings, -last)), last)
    return significant(whole) if csv else whole


def significant(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round to the nearest number of `DIGITS` significant digits, elementwise, same shape.

    >>> significant(np.array([0.0, 1.23456789, 98765432.1, 0.1 + 0.2]))
    array([0.00000000e+00, 1.23456789e+00, 9.87654321e+07, 3.00000000e-01])
    """
    flat = [float(f"{value:.{DIGITS}g}") for value in np.ravel(values).tolist()]
    return np.array(flat, dtype=np.float64).reshape(np.shape(values))


def shortened(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round to `BITS` significant bits, elementwise, same shape.

    >>> shortened(np.array([0.0, 0.1 + 0.2])) == shortened(np.array([0.0, 0.3]))
    array([ True,  True])
    """
    fraction, exponent = np.frexp(values)
    rounded: NDArray[np.float64] = np.ldexp(np.rint(np.ldexp(fraction, BITS)), exponent - BITS)
    return rounded


@contextmanager
def writing(
    dataset: str,
    H: "DataFrame",
    *,
    beside: Mapping[str, "DataFrame"],
    csv: bool,
) -> Iterator[Callable[["DataFrame", "DataFrame | Mapping[str, NDArray[Any]]"], None]]:
    """Write H, and yield a function that adds some rows, labelled or as columns, to W and to the reconstruction.

    W.csv and H.csv, or W.parquet and H.parquet, which have a line for each row, or column: its label, then its loadings
    by component. A reconstruction with labels goes into reconstruction.csv; columns (row, column, value, predicted of
    the stored cells of a table too large for that) into reconstruction.parquet.

    Parameters
    ----------
    H
        With labels, (components, columns), as written.
    beside
        What goes into CSV files of its own, by their names: ``convergence``, ``traces``, ``scale``,
        ``restart_baselines``.
    csv
        Whether W and H are CSV.
    """
    with replacing(_folder(dataset)) as folder, ExitStack() as stack:
        folder.mkdir()
        for name, frame in beside.items():
            append_frame(folder / f"{name}.csv", frame)
        add_H, add_W = (_append_csv(folder, name) if csv else _append_parquet(stack, folder, name) for name in "HW")
        add_H(H if csv else H.T)
        add_lines = _append_csv(folder, "reconstruction")
        add_cells = stack.enter_context(appending(folder / "reconstruction.parquet"))

        def add(W: "DataFrame", reconstruction: "DataFrame | Mapping[str, NDArray[Any]]") -> None:
            add_W(W)
            if isinstance(reconstruction, Mapping):
                add_cells(reconstruction, {})
            else:
                add_lines(reconstruction)

        yield add


def _append_csv(folder: Path, name: str) -> "Callable[[DataFrame], None]":
    return partial(append_frame, folder / f"{name}.csv")


def _append_parquet(stack: ExitStack, folder: Path, name: str) -> "Callable[[DataFrame], None]":
    append = stack.enter_context(appending(folder / f"{name}.parquet"))
    return lambda frame: append(
        dict(zip(frame.columns, frame.to_numpy().T, strict=True)), {str(frame.index.name): frame.index.tolist()}
    )


def components(dataset: str) -> tuple[str, ...]:
    """Return the names of the components, read without any number; errors are those of `read`."""
    folder = made_by("fit", _folder(dataset), dataset)
    csv = folder / "W.csv"
    return tuple((next(iterate_csv(csv)) if csv.exists() else column_names(folder / "W.parquet"))[1:])


def read(dataset: str, *, draw: Draw | None = None) -> Loadings:
    """Return the loadings that `writing` wrote, or those of the rows that were drawn.

    Raises
    ------
    InputError
        If they were not written yet.
    """
    names, H, parts = _open(dataset)
    if draw is None:
        return {"W": np.concatenate([*parts]), "H": H, "components": names}
    start, blocks = 0, []
    for lines in parts:
        first, last = np.searchsorted(draw.rows, (start, start + len(lines)))
        blocks.append(lines[draw.rows[first:last] - start])
        start += len(lines)
    return {"W": np.concatenate(blocks), "H": H, "components": names}


def beside(dataset: str, tables: Iterable[RatingsTable]) -> Iterator[tuple[RatingsTable, Loadings]]:
    """Give each of the tables, successive rows of all, with the loadings of its rows; errors are those of `read`."""
    names, H, parts = _open(dataset)
    waiting = np.empty((0, len(names)))
    for table in tables:
        count = table.shape[0]
        while len(waiting) < count:
            waiting = np.concatenate([waiting, next(parts)])
        yield table, {"W": waiting[:count], "H": H, "components": names}
        waiting = waiting[count:]


def _open(dataset: str) -> tuple[tuple[str, ...], NDArray[np.float64], Iterator[NDArray[np.float64]]]:
    """Return the names of the components, H (components, columns), and W's lines, some at a time."""
    names, folder = components(dataset), _folder(dataset)
    if (folder / "W.csv").exists():
        return names, read_numbers(folder / "H.csv")[1], iter([read_numbers(folder / "W.csv")[1]])
    H = np.concatenate([*_iterate_lines(folder / "H.parquet", names)]).T
    return names, np.ascontiguousarray(H), _iterate_lines(folder / "W.parquet", names)


def _iterate_lines(path: Path, components: Sequence[str]) -> Iterator[NDArray[np.float64]]:
    return (np.column_stack([*columns.values()]) for columns in iterate_parquet(path, components))


def read_extra(dataset: str, name: str) -> NDArray[np.float64] | None:
    """Return the numbers of a file beside W and H, (lines, columns), or None where the fit has none.

    ``scale`` has the columns `position` and `scale`, ``restart_baselines`` those of the table.
    """
    file = _folder(dataset) / f"{name}.csv"
    return read_numbers(file)[1] if file.exists() else None


def read_traces(dataset: str) -> NDArray[np.float64] | None:
    """Return the noise of each chain, (chains, sweeps), NaN after a chain's last sweep; None without chains."""
    file = _folder(dataset) / "traces.csv"
    if not file.exists():
        return None
    _, *records = iterate_csv(file)
    return np.array([[float(field or "nan") for field in record[1:]] for record in records]).T


def read_loss_curve(dataset: str) -> NDArray[np.float64] | None:
    """Return the loss after each iteration, shape (iterations,), or None where the solver did not tell."""
    losses = read_extra(dataset, "convergence")
    return None if losses is None else losses[:, 0]


def _folder(dataset: str) -> Path:
    return Path("data/factors", dataset)
