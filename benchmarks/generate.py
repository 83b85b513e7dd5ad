"""Make ratings like MovieLens 1M and 20M: power-law rows and columns, planted non-negative factors, half-star values.

    python benchmarks/generate.py 1m FOLDER

writes FOLDER/1m/train.npz and test.npz, each with `rows`, `columns` and `ratings` sorted by row, unless they are
there. The same name and seed always give the same cells.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

PLANTED = 12  # components
ROWS_A_CHUNK = 512
TEST_SHARE = 0.1


@dataclass(frozen=True)
class Size:
    """Shape and number of cells of a table."""

    n_rows: int
    n_columns: int
    n_cells: int


SIZES = {"1m": Size(6_040, 3_706, 1_000_000), "20m": Size(138_493, 26_744, 20_000_000)}


def power_law(n: int, exponent: float, random: np.random.Generator) -> np.ndarray:
    """Shares of n lines, which fall as (rank + n / 50)^-exponent and stand in random order; their sum is 1."""
    shares = (np.arange(n) + n / 50) ** -exponent
    return random.permutation(shares / shares.sum())


def cells_a_row(size: Size, random: np.random.Generator) -> np.ndarray:
    """Number of cells of each row: power-law, at most a third of the columns, n_cells in all."""
    shares = power_law(size.n_rows, 1.1, random)
    low, high = 0.0, 100.0 * size.n_cells
    for _ in range(100):
        counts = np.clip(np.rint((low + high) / 2 * shares), 1, size.n_columns // 3).astype(np.int64)
        low, high = ((low + high) / 2, high) if counts.sum() < size.n_cells else (low, (low + high) / 2)
    return counts


def draw_columns(counts: np.ndarray, shares: np.ndarray, random: np.random.Generator) -> list[np.ndarray]:
    """Different columns for each row, `counts` of them, drawn one by one by their shares."""
    # Arrival times at a rate: the first few to arrive are such a draw.
    times = random.standard_exponential((counts.size, shares.size), dtype=np.float32) / shares
    return [np.sort(np.argpartition(row, count)[:count]) for row, count in zip(times, counts, strict=True)]


def chunks(size: Size, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Rows, columns and ratings of the table, some hundred rows at a time, each from its own random stream.

    A rating is a level of the row and of the column, the product of planted factors and noise, to the nearest half star
    from 0.5 to 5.
    """
    random = np.random.default_rng(seed)
    counts = cells_a_row(size, random)
    shares = power_law(size.n_columns, 1.1, random).astype(np.float32)
    H = random.gamma(0.5, 1.0, (size.n_columns, PLANTED)).astype(np.float32)
    column_level = random.normal(1.5, 0.4, size.n_columns).astype(np.float32)
    for first in range(0, size.n_rows, ROWS_A_CHUNK):
        own = np.random.default_rng([seed, first])
        here = counts[first : first + ROWS_A_CHUNK]
        rows, columns = np.repeat(np.arange(here.size), here), np.concatenate(draw_columns(here, shares, own))
        W = own.gamma(0.5, 0.5, (ROWS_A_CHUNK, PLANTED)).astype(np.float32)
        row_level = own.normal(0.8, 0.35, ROWS_A_CHUNK).astype(np.float32)
        ratings = row_level[rows] + column_level[columns] + np.einsum("ij,ij->i", W[rows], H[columns]) * 0.8
        ratings += own.normal(0, 0.7, rows.size).astype(np.float32)
        yield (first + rows).astype(np.int32), columns.astype(np.int32), np.clip(np.rint(2 * ratings) / 2, 0.5, 5)


def generate(size: Size, seed: int = 0) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Train and test cells; a tenth of the cells, chosen at random, are test cells."""
    parts = [np.concatenate(part) for part in zip(*chunks(size, seed), strict=True)]
    test = np.random.default_rng([seed, size.n_cells]).random(parts[0].size) < TEST_SHARE
    names = "rows", "columns", "ratings"
    train_cells, test_cells = ({n: p[chosen] for n, p in zip(names, parts, strict=True)} for chosen in (~test, test))
    return train_cells, test_cells


def main() -> None:
    """Write one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    folder = arguments.folder / arguments.size
    if (folder / "test.npz").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name, cells in zip(("train", "test"), generate(SIZES[arguments.size], arguments.seed), strict=True):
        np.savez(folder / f"{name}.npz", allow_pickle=False, **cells)


if __name__ == "__main__":
    main()
