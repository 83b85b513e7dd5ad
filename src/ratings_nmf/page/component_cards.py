"""What each component is made of: its share of the table, and its heaviest rows and columns."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.table import RatingsTable
from ratings_nmf.core.words import aligned, counted, label, percent
from ratings_nmf.figures.arrangement import heaviest
from ratings_nmf.model.factors import Factors

TOP = 5


def component_cards(table: RatingsTable, factors: Factors) -> list[dict[str, Any]]:
    """Describe every component that is a part of the table, baselines left out: name, share of the total, lines.

    Of ``rows`` and ``columns`` each line has a label, its loading as text and as a share of the heaviest; what
    ``more_rows`` and ``more_columns`` count beyond them holds more than a hundredth of that, too.

    >>> from ratings_nmf.model.factors import numbered
    >>> from ratings_nmf.core.table import from_dense
    >>> factors = Factors(W=np.array([[1.0], [3.0]]), H=np.array([[2.0]]), components=numbered(1))
    >>> table = from_dense(factors.reconstruction(), row_labels=("a", "b"), column_labels=("x",), zeros="observed")
    >>> (card,) = component_cards(table, factors)
    >>> card["share"], [(line["label"], line["length"]) for line in card["rows"]]
    (1.0, [('b', 1.0), ('a', 0.333)])
    """
    cards = []
    for part, (name, share) in enumerate(
        zip(factors.components[: factors.parts], factors.shares().tolist(), strict=False)
    ):
        rows, more_rows = _lines(table.row_labels, factors.W[:, part])
        columns, more_columns = _lines(table.column_labels, factors.H[part])
        cards.append(
            {
                "name": name,
                "share": share,
                "rows": rows,
                "columns": columns,
                "more_rows": more_rows,
                "more_columns": more_columns,
            }
        )
    return cards


def parts(factors: Factors) -> str:
    """Say how the table is divided among the components."""
    if factors.parts == len(factors.components):
        return "Parts only add up: no number in W or H is below 0."
    levels = percent(float(factors.shares()[factors.parts :].sum()))
    return (
        f"{levels} of the total are levels: what a row or a column has whatever the component. "
        f"The {counted(factors.parts, 'component')} share the rest."
    )


def _lines(labels: tuple[str, ...], loadings: NDArray[np.float64]) -> tuple[list[dict[str, Any]], int]:
    order = heaviest(loadings)
    values = loadings[order[:TOP]].tolist()
    lines = [
        {"label": label(labels[line]), "text": text, "length": round(value / values[0], 3)}
        for line, value, text in zip(order.tolist(), values, aligned(values), strict=False)
    ]
    return lines, len(order) - len(lines)
