"""What lists find of films that people rated, and what their reasons tell: two tables, and two pictures for docs.

    PYTHONPATH=src python tools/films.py FOLDER [--ratings FILE] [--pictures docs]

FOLDER holds the folds u1.base, u1.test, u2.base and u2.test of MovieLens 100K, to be had from GroupLens; FILE is
another table, lines `user,item,rating`, of which a fifth is held out by hash. Ratings from 4, of FILE from 3 on are
good; lower ones count like none and are never recommended. As the pipeline would, the survey looks for the penalty on
the known cells. What is printed and drawn is over all films: no title, no rating.
"""

import argparse
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.params import SurveyParameters
from ratings_nmf.core.streams import cell_hash
from ratings_nmf.core.table import Places, RatingsTable, parted
from ratings_nmf.figures import colours
from ratings_nmf.figures.arrangement import heaviest, most_relevant
from ratings_nmf.holdout.ranking import ListScores, find
from ratings_nmf.holdout.targets import sought
from ratings_nmf.recommend.recommendations import Ranking, Spread
from ratings_nmf.recommend.search import in_blocks
from ratings_nmf.solvers.factorize import factorize
from ratings_nmf.survey.comparison import compare

Matrix = NDArray[np.float64]
FITS = {"50 parts": (50, {}), "4 × 100 parts": (100, {"ensemble": 4})}
WEIGHTS = (0.1, 0.2)
TOP = 10


def split_of(known: Matrix, hidden: Matrix, good: float) -> tuple[RatingsTable, tuple[Places, Matrix]]:
    """Return the table of lines user, item, rating, 1 where good, and the hidden cells alike."""
    names = [np.unique(np.append(known[:, side], hidden[:, side])) for side in (0, 1)]

    def cells(lines: Matrix) -> tuple[Places, Matrix]:
        rows, columns = (np.searchsorted(names[side], lines[:, side]).astype(np.int32) for side in (0, 1))
        order = np.lexsort((columns, rows))
        return (rows[order], columns[order]), (lines[order, 2] >= good).astype(np.float64)

    (rows, columns), values = cells(known)
    labels = [tuple(f"{name:.0f}" for name in side) for side in names]
    table = RatingsTable(
        row_labels=labels[0], column_labels=labels[1], zeros=WEIGHTS[0], **parted(rows, columns, values)
    )
    return table, cells(hidden)


def splits(folder: Path, ratings: Path | None) -> dict[str, tuple[RatingsTable, tuple[Places, Matrix]]]:
    """Read the folds and, if there is one, the other table, a cell given twice by its last line."""
    tables = {}
    for fold in ("u1", "u2"):
        known, hidden = (np.loadtxt(folder / f"{fold}.{part}", usecols=(0, 1, 2)) for part in ("base", "test"))
        tables[fold] = split_of(known, hidden, 4)
    if ratings:
        lines = np.loadtxt(ratings, delimiter=",")[::-1]
        lines = lines[np.unique(lines[:, :2], axis=0, return_index=True)[1]]
        is_hidden = cell_hash(0, *lines[:, :2].astype(np.int64).T) % np.uint64(5) == 0
        tables[ratings.parent.name] = split_of(lines[~is_hidden], lines[is_hidden], 3)
    return tables


def coherence(likes: Matrix, orders: Sequence[NDArray[np.intp]]) -> float:
    """Return the mean NPMI of pairs among the first ten films of each part, by who likes both, shape (users, films).

    ln(p_ij / (p_i p_j)) / −ln p_ij, −1 where nobody likes both. Source: Bouma 2009, GSCL.
    """
    figures = []
    for order in orders:
        for i, j in itertools.combinations(order[:TOP], 2):
            both = (likes[:, i] * likes[:, j]).mean()
            alone = likes[:, i].mean() * likes[:, j].mean()
            figures.append(np.log(both / alone) / -np.log(both) if both else -1.0)
    return float(np.mean(figures))


def measure(table: RatingsTable, cells: tuple[Places, Matrix]) -> tuple[dict[str, ListScores], list[float]]:
    """Return the lists' scores by fit and weight, and what parts and reasons of the first fit tell.

    That is entropy of the reasons and the most there could be, in bits; coherence of the plain order and by relevance.
    """
    what, scores, penalty = sought(table, cells, to="rows"), {}, None
    telling: list[float] = []
    suited = {weight: _suited(replace(table, zeros=weight)) for weight in WEIGHTS}
    for weight, (name, (count, options)) in itertools.product(WEIGHTS, FITS.items()):
        weighted, all_options = replace(table, zeros=weight), {**options, **suited[weight]}
        factors = factorize(weighted, n_components=count, solver="native", options=all_options, seed=0).factors
        scores[f"{name}, weight {weight}"] = find(factors, what, to="rows", penalty=penalty)
        penalty = scores[f"{name}, weight {weight}"].penalty
        if not telling:
            spread = Spread()
            for _, _, lists in in_blocks(lambda: [(table, factors)], Ranking(TOP), to="rows"):  # noqa: B023
                spread.add(lists)
            summary, likes = spread.summary(parts=count), table.dense()
            telling = [summary["reason_entropy"], summary["reason_entropy_most"]]
            telling.append(coherence(likes, [heaviest(part) for part in factors.H]))
            telling.append(coherence(likes, most_relevant(factors.H.T, factors.W.sum(axis=0))))
    return scores, telling


def _suited(table: RatingsTable) -> Mapping[str, Any]:
    plan = SurveyParameters(components=[50], folds=3, restarts=0)
    return compare(table, plan, options={}, seed=0).options


def lines_of(scores: dict[str, ListScores]) -> dict[str, Matrix]:
    """Return NDCG@10, recall@20, coverage@10 and the standard error of the first, by recommender."""
    first = next(iter(scores.values()))
    each = {name: (first, name) for name in first.measures if name != "factors"}
    each |= {name: (score, "factors") for name, score in scores.items()}
    return {
        name: np.array([
            *score.measures[key].mean(axis=0)[:2],
            score.coverage[key],
            score.measures[key][:, 0].std(ddof=1) / np.sqrt(len(score.receivers)),
        ])
        for name, (score, key) in each.items()
    }  # fmt: skip


def draw(tables: dict[str, dict[str, Matrix]], folder: Path) -> None:
    """Draw NDCG@10 with its standard error, and how much of all films lists hold."""
    from matplotlib.figure import Figure

    names = [*next(iter(tables.values()))]
    for file, measure_at, title in (
        ("films-lists.png", 0, "NDCG@10 of held-out good ratings (bars: one standard error)"),
        ("films-coverage.png", 2, "Share of all films among the first ten of some list"),
    ):
        figure = Figure(figsize=(7.2, 0.36 * len(names) + 1.2), layout="constrained")
        axes = figure.subplots()
        for number, (table, lines) in enumerate(tables.items()):
            places = np.arange(len(names)) + (number - (len(tables) - 1) / 2) * 0.22
            values = np.array([lines[name] for name in names])
            errors = values[:, 3] if measure_at == 0 else None
            style, colour = "os^D"[number], colours.LINES[number]
            axes.errorbar(values[:, measure_at], places, xerr=errors, fmt=style, color=colour, label=table)
        axes.set_yticks(range(len(names)), names)
        axes.invert_yaxis()
        axes.set_xlim(left=0)
        axes.set_title(title, loc="left", fontsize=10)
        axes.grid(axis="x", color=colours.GRID)
        axes.spines[["top", "right", "left"]].set_visible(False)
        figure.legend(loc="outside lower center", ncols=len(tables), frameon=False)
        figure.savefig(folder / file, dpi=110, metadata={"Software": None})


def main() -> None:
    """Print the tables and draw the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ratings", type=Path)
    parser.add_argument("--pictures", type=Path)
    arguments = parser.parse_args()
    tables, telling = {}, {}
    for name, (table, cells) in splits(arguments.folder, arguments.ratings).items():
        scores, telling[name] = measure(table, cells)
        tables[name] = lines_of(scores)
    print("NDCG@10 / recall@20 / coverage@10 |", " | ".join(tables))
    for row in next(iter(tables.values())):
        print(row, "|", " | ".join(" / ".join(f"{value:.3f}" for value in lines[row][:3]) for lines in tables.values()))
    print("reasons, bits of the most; NPMI of parts, plain and by relevance |", " | ".join(tables))
    print(" | ".join("{:.2f} of {:.2f}; {:.3f}, {:.3f}".format(*each) for each in telling.values()))
    if arguments.pictures:
        draw(tables, arguments.pictures)


if __name__ == "__main__":
    main()
