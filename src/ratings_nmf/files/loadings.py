"""`data/factors/<dataset>/`: W, H and the reconstruction, as written numbers."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.draw import Draw
from ratings_nmf.core.table import DENSE_LIMIT, RatingsTable
from ratings_nmf.files.atomic import replacing
from ratings_nmf.files.formats import made_by, open_csv, read_csv, shortened, significant, write_csv, write_records
from ratings_nmf.files.parquet import appending, column_names, iterate_columns
from ratings_nmf.model.factors import Factors
from ratings_nmf.model.frame import Frame

CSV_LIMIT = 1_000_000
"""Most numbers that W and H may have together to be written as CSV; more go into Parquet."""

Append = Callable[[Sequence[str], NDArray[np.float64]], None]


def as_written(factors: Factors, *, csv: bool) -> Factors:
    """Return the factors with the digits that are written: all that comes after is computed from these."""
    rounded = significant if csv else shortened
    return Factors(W=rounded(factors.W), H=rounded(factors.H), components=factors.components)


@contextmanager
def writing(
    dataset: str,
    labels: tuple[str, ...],
    factors: Factors,
    *,
    frame: Frame,
    loss_curve: NDArray[np.float64] | None,
    row_count: int,
    csv: bool,
) -> Iterator[Callable[[RatingsTable, Factors], None]]:
    """Write H, and yield a function that adds some rows, a table and its factors, to W and the reconstruction.

    W.csv and H.csv, or W.parquet and H.parquet, which have a line for each row, or column: its label, then its loadings
    by component. The reconstruction of a table of up to `DENSE_LIMIT` cells is reconstruction.csv, that of a larger one
    reconstruction.parquet, of the stored cells only: row, column, value, predicted. Where the solver tells its loss
    after each iteration, convergence.csv holds it. What later rows need besides, where components are scaled or
    joined, is in scale.csv and restart_baselines.csv.

    Parameters
    ----------
    labels
        Of the columns.
    factors
        As written; W is not looked at.
    frame
        How the written components relate to those that the solver left.
    row_count
        Number of rows that will be added.
    csv
        Whether W and H are CSV.
    """
    components = factors.components
    with replacing(_folder(dataset)) as folder, ExitStack() as stack:
        folder.mkdir()
        if csv:
            write_H = _open_csv(stack, folder / "H.csv", "component", labels)
            write_H(components, factors.H)
            add_W = _open_csv(stack, folder / "W.csv", "row", components)
        else:
            write_H = _open_parquet(stack, folder / "H.parquet", "column", components)
            write_H(labels, factors.H.T)
            add_W = _open_parquet(stack, folder / "W.parquet", "row", components)
        if loss_curve is not None:
            write_csv(folder / "convergence.csv", ["iteration", "loss"], enumerate(loss_curve.tolist(), start=1))
        _write_frame(folder, components, labels, frame)
        dense = row_count * len(labels) <= DENSE_LIMIT
        if dense:
            add_lines = _open_csv(stack, folder / "reconstruction.csv", "row", labels)
        else:
            add_cells = stack.enter_context(appending(folder / "reconstruction.parquet"))
        start = 0

        def add(table: RatingsTable, factors: Factors) -> None:
            nonlocal start
            add_W(table.row_labels, factors.W)
            if dense:
                add_lines(table.row_labels, factors.reconstruction())
            else:
                places = {"row": table.rows + np.int32(start), "column": table.columns}
                predicted = factors.predict(table.rows, table.columns)
                add_cells({**places, "value": table.values, "predicted": predicted})
            start += table.shape[0]

        yield add


def components(dataset: str) -> tuple[str, ...]:
    """Return the names of the components; errors are those of `read`."""
    return _open(dataset)[0]


def read(dataset: str, *, draw: Draw | None = None) -> Factors:
    """Return the factors that `writing` wrote, or those of the rows that were drawn.

    Raises
    ------
    InputError
        If they were not written yet.
    """
    components, H, parts = _open(dataset)
    if draw is None:
        return Factors(W=np.concatenate([*parts]), H=H, components=components)
    start, kept = 0, []
    for lines in parts:
        first, last = np.searchsorted(draw.rows, (start, start + len(lines)))
        kept.append(lines[draw.rows[first:last] - start])
        start += len(lines)
    return Factors(W=np.concatenate(kept), H=H, components=components)


def beside(dataset: str, tables: Iterable[RatingsTable]) -> Iterator[tuple[RatingsTable, Factors]]:
    """Give each of the tables, successive rows of all, with the factors of its rows; errors are those of `read`."""
    components, H, parts = _open(dataset)
    waiting = np.empty((0, len(components)))
    for table in tables:
        count = table.shape[0]
        while len(waiting) < count:
            waiting = np.concatenate([waiting, next(parts)])
        yield table, Factors(W=waiting[:count], H=H, components=components)
        waiting = waiting[count:]


def _open(dataset: str) -> tuple[tuple[str, ...], NDArray[np.float64], Iterator[NDArray[np.float64]]]:
    """Return the names of the components, H (components, columns), and W's lines, some at a time."""
    folder = made_by("fit", _folder(dataset), dataset)
    if (folder / "W.csv").exists():
        components, W = _read_matrix(folder / "W.csv")
        return components, _read_matrix(folder / "H.csv")[1], iter([W])
    _, *names = column_names(folder / "W.parquet")
    H = np.concatenate([*_iterate_lines(folder / "H.parquet", names)]).T
    return tuple(names), np.ascontiguousarray(H), _iterate_lines(folder / "W.parquet", names)


def _iterate_lines(path: Path, components: Sequence[str]) -> Iterator[NDArray[np.float64]]:
    return (np.column_stack([*columns.values()]) for columns in iterate_columns(path, components))


def read_loss_curve(dataset: str) -> NDArray[np.float64] | None:
    """Return the loss after each iteration, shape (iterations,), or None where the solver did not tell."""
    file = _folder(dataset) / "convergence.csv"
    if not file.exists():
        return None
    return np.array([loss for _, loss in read_csv(file)[1]], dtype=np.float64)


def read_frame(dataset: str, factors: Factors) -> Frame:
    """Return how the written components relate to those that the solver left."""
    scale, restarts = (_folder(dataset) / name for name in ("scale.csv", "restart_baselines.csv"))
    plain = [["", str(place), "1"] for place in range(1, factors.parts + 1)]
    places = read_csv(scale)[1] if scale.exists() else plain
    return Frame(
        position=np.array([int(place) - 1 for _, place, _ in places], dtype=np.intp),
        scale=np.array([float(scale) for _, _, scale in places]),
        restart_baselines=_read_matrix(restarts)[1] if restarts.exists() else None,
    )


def _write_frame(folder: Path, components: Sequence[str], labels: tuple[str, ...], frame: Frame) -> None:
    if not frame.is_plain:
        places = zip(components, (frame.position + 1).tolist(), frame.scale.tolist(), strict=False)
        write_csv(folder / "scale.csv", ["component", "position", "scale"], places)
    if frame.restart_baselines is not None:
        restarts = tuple(f"restart {number}" for number in range(1, len(frame.restart_baselines) + 1))
        with ExitStack() as stack:
            _open_csv(stack, folder / "restart_baselines.csv", "restart", labels)(restarts, frame.restart_baselines)


def _open_csv(stack: ExitStack, path: Path, corner: str, columns: Sequence[str]) -> Append:
    """Return a function that writes lines, given labels and numbers, below a header of CSV."""
    stream = stack.enter_context(open_csv(path))
    write_records(stream, [(corner, *columns)])
    return lambda labels, values: write_records(
        stream, ([label, *numbers] for label, numbers in zip(labels, values.tolist(), strict=True))
    )


def _open_parquet(stack: ExitStack, path: Path, side: str, components: Sequence[str]) -> Append:
    """Return a function that writes lines, given labels and numbers, to columns of Parquet."""
    append = stack.enter_context(appending(path))
    return lambda labels, values: append(dict(zip(components, values.T, strict=True)), {side: labels})


def _read_matrix(path: Path) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    header, records = read_csv(path)
    return tuple(header[1:]), np.array([record[1:] for record in records], dtype=np.float64)


def _folder(dataset: str) -> Path:
    return Path("data/factors", dataset)
