"""`data/factors/<dataset>/`: W, H and the reconstruction, as written numbers."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.streams import Draw
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


Content: TypeAlias = "DataFrame | Mapping[str, NDArray[Any]]"
"""A labelled table, or columns of numbers."""


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
    beside: Mapping[str, Content],
    csv: bool,
) -> Iterator[Callable[["DataFrame", Mapping[str, Content]], None]]:
    """Write H, and yield a function that adds some rows to W, and content to files of other names.

    W.csv and H.csv, or W.parquet and H.parquet, which have a line for each row, or column: its label, then its loadings
    by component. Other content goes into CSV where it has labels; columns of numbers into Parquet.

    Parameters
    ----------
    H
        With labels, (components, columns), as written.
    beside
        What is known before any row, by the names of its files: ``convergence``, ``traces``, ``scale``,
        ``restart_baselines``, and what `ratings_nmf.files.kept` names.
    csv
        Whether W and H are CSV.
    """
    with replacing(folder_of(dataset)) as folder, ExitStack() as stack:
        folder.mkdir()
        columns: dict[str, Callable[..., None]] = {}

        def put(contents: Mapping[str, Content]) -> None:
            for name, content in contents.items():
                if isinstance(content, Mapping):
                    if name not in columns:
                        columns[name] = stack.enter_context(appending(folder / f"{name}.parquet"))
                    columns[name](content, {})
                else:
                    append_frame(folder / f"{name}.csv", content)

        put(beside)
        add_H, add_W = (_append_csv(folder, name) if csv else _append_parquet(stack, folder, name) for name in "HW")
        add_H(H if csv else H.T)

        def add(W: "DataFrame", contents: Mapping[str, Content]) -> None:
            add_W(W)
            put(contents)

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
    folder = made_by("fit", folder_of(dataset), dataset)
    csv = folder / "W.csv"
    return tuple((next(iterate_csv(csv)) if csv.exists() else column_names(folder / "W.parquet"))[1:])


def read(dataset: str, *, draw: Draw | None = None) -> Loadings:
    """Return the loadings that `writing` wrote, or those of the rows that were drawn.

    Raises
    ------
    InputError
        If they were not written yet.
    """
    names, H, parts = open_lines(dataset)
    return {"W": np.concatenate([*(parts if draw is None else drawn(parts, draw))]), "H": H, "components": names}


def drawn(blocks: Iterable[NDArray[Any]], draw: Draw) -> Iterator[NDArray[Any]]:
    """Give those of the lines of all rows, which come some at a time, that were drawn."""
    start = 0
    for lines in blocks:
        first, last = np.searchsorted(draw.rows, (start, start + len(lines)))
        yield lines[draw.rows[first:last] - start]
        start += len(lines)


def taker(blocks: Iterator[NDArray[Any]]) -> Callable[[int], NDArray[Any]]:
    """Return a function that gives the next so many of the lines of all rows, which come some at a time."""
    waiting = next(blocks)

    def take(count: int) -> NDArray[Any]:
        nonlocal waiting
        while len(waiting) < count:
            waiting = np.concatenate([waiting, next(blocks)])
        lines, waiting = waiting[:count], waiting[count:]
        return lines

    return take


def open_lines(dataset: str) -> tuple[tuple[str, ...], NDArray[np.float64], Iterator[NDArray[np.float64]]]:
    """Return the names of the components, H (components, columns), and W's lines, some at a time.

    Errors are those of `read`.
    """
    names, folder = components(dataset), folder_of(dataset)
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
    file = folder_of(dataset) / f"{name}.csv"
    return read_numbers(file)[1] if file.exists() else None


def read_traces(dataset: str) -> NDArray[np.float64] | None:
    """Return the noise of each chain, (chains, sweeps), NaN after a chain's last sweep; None without chains."""
    file = folder_of(dataset) / "traces.csv"
    if not file.exists():
        return None
    _, *records = iterate_csv(file)
    return np.array([[float(field or "nan") for field in record[1:]] for record in records]).T


def read_loss_curve(dataset: str) -> NDArray[np.float64] | None:
    """Return the loss after each iteration, shape (iterations,), or None where the solver did not tell."""
    losses = read_extra(dataset, "convergence")
    return None if losses is None else losses[:, 0]


def folder_of(dataset: str) -> Path:
    """Return the folder of what the fit of a dataset makes."""
    return Path("data/factors", dataset)
