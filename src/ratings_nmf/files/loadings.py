"""`data/factors/<dataset>/`: W, H and the reconstruction, as written numbers."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.table import RatingsTable
from ratings_nmf.files.atomic import replacing
from ratings_nmf.files.formats import made_by, read_csv, shortened, significant, write_csv
from ratings_nmf.files.parquet import column_names, read_columns, write_columns
from ratings_nmf.model.factors import Factors
from ratings_nmf.model.frame import Frame

CSV_LIMIT = 1_000_000
"""Most numbers that W and H may have together to be written as CSV; more go into Parquet."""


def as_written(factors: Factors) -> Factors:
    """Return the factors with the digits that are written: all that comes after is computed from these."""
    rounded = significant if _fit_csv(factors) else shortened
    return Factors(W=rounded(factors.W), H=rounded(factors.H), components=factors.components)


def write(
    dataset: str, table: RatingsTable, factors: Factors, *, frame: Frame, loss_curve: NDArray[np.float64] | None
) -> None:
    """Write W.csv, H.csv and reconstruction.csv (dense), or for a larger table W, H and reconstruction as Parquet.

    W.parquet and H.parquet have a line for each row, or column: its label, then its loadings by component.
    reconstruction.parquet holds the stored cells only: row, column, value, predicted. Where the solver tells its
    loss after each iteration, convergence.csv holds it. What later rows need besides, where components are
    scaled or joined, is in scale.csv and restart_baselines.csv.
    """
    with replacing_all(dataset) as folder:
        if _fit_csv(factors):
            _write_matrix(folder / "W.csv", "row", table.row_labels, factors.components, factors.W)
            _write_matrix(folder / "H.csv", "component", factors.components, table.column_labels, factors.H)
        else:
            _write_loadings(folder / "W.parquet", "row", table.row_labels, factors.components, factors.W)
            _write_loadings(folder / "H.parquet", "column", table.column_labels, factors.components, factors.H.T)
        if table.fits_dense:
            predicted = factors.reconstruction()
            _write_matrix(folder / "reconstruction.csv", "row", table.row_labels, table.column_labels, predicted)
        else:
            cells: dict[str, NDArray[Any]] = {"row": table.rows, "column": table.columns, "value": table.values}
            predicted = factors.predict(table.rows, table.columns)
            write_columns(folder / "reconstruction.parquet", {**cells, "predicted": predicted})
        if loss_curve is not None:
            write_csv(folder / "convergence.csv", ["iteration", "loss"], enumerate(loss_curve.tolist(), start=1))
        write_scale(folder, factors.components, frame)
        if frame.restart_baselines is not None:
            restarts = tuple(f"restart {number}" for number in range(1, len(frame.restart_baselines) + 1))
            baselines = frame.restart_baselines
            _write_matrix(folder / "restart_baselines.csv", "restart", restarts, table.column_labels, baselines)


@contextmanager
def replacing_all(dataset: str) -> Iterator[Path]:
    """Yield an empty folder to write all files of a fit to; at the end it takes the place of the last fit's."""
    with replacing(_folder(dataset)) as folder:
        folder.mkdir()
        yield folder


def write_scale(folder: Path, components: Sequence[str], frame: Frame) -> None:
    """Write scale.csv where components are scaled or sorted."""
    if not frame.is_plain:
        places = zip(components, (frame.position + 1).tolist(), frame.scale.tolist(), strict=False)
        write_csv(folder / "scale.csv", ["component", "position", "scale"], places)


def parquet_files(dataset: str) -> tuple[Path, Path]:
    """Return where the Parquet files or folders of W and of H are, for what reads Parquet itself.

    Raises
    ------
    InputError
        If they were not written yet.
    """
    folder = made_by("fit", _folder(dataset), dataset)
    return folder / "W.parquet", folder / "H.parquet"


def read(dataset: str) -> Factors:
    """Return the factors that `write` wrote.

    Raises
    ------
    InputError
        If they were not written yet.
    """
    folder = made_by("fit", _folder(dataset), dataset)
    if (folder / "W.csv").exists():
        components, W = _read_matrix(folder / "W.csv")
        _, H = _read_matrix(folder / "H.csv")
        return Factors(W=W, H=H, components=components)
    components, W = _read_loadings(folder / "W.parquet")
    _, turned = _read_loadings(folder / "H.parquet")
    return Factors(W=W, H=np.ascontiguousarray(turned.T), components=components)


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


def _write_matrix(
    path: Path, corner: str, rows: tuple[str, ...], columns: tuple[str, ...], values: NDArray[np.float64]
) -> None:
    records = ([label, *numbers] for label, numbers in zip(rows, values.tolist(), strict=True))
    write_csv(path, [corner, *columns], records)


def _read_matrix(path: Path) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    header, records = read_csv(path)
    return tuple(header[1:]), np.array([record[1:] for record in records], dtype=np.float64)


def _write_loadings(
    path: Path, side: str, labels: tuple[str, ...], components: tuple[str, ...], loadings: NDArray[np.float64]
) -> None:
    write_columns(path, dict(zip(components, loadings.T, strict=True)), labels={side: labels})


def _read_loadings(path: Path) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    _, *components = column_names(path)
    columns = read_columns(path, components)
    return tuple(components), np.column_stack([columns[name] for name in components])


def _fit_csv(factors: Factors) -> bool:
    return factors.W.size + factors.H.size <= CSV_LIMIT


def _folder(dataset: str) -> Path:
    return Path("data/factors", dataset)
