"""`data/recommendations/<dataset>.csv`: what each receiver was not known to have, best first, and why.

Also where folding in puts such a list, and what else it makes: `<file>-W.csv` or `-H.csv`, `<file>-predictions.csv`,
`<file>-recommendations.csv`, and of a solver that samples `<file>-low.csv` and `<file>-high.csv`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv

from ratings_nmf.core.errors import InputError
from ratings_nmf.files.atomic import replacing
from ratings_nmf.files.columns import to_coded, to_numpy
from ratings_nmf.files.formats import append_columns, made_by

REASONS = range(1, 4)
"""Parts, and known items, that are given as reasons, at most."""

PARTS, GIVES, KNOWN = (tuple(f"{name}_{place}" for place in REASONS) for name in ("part", "gives", "known"))

BOUNDS = "low", "high"
"""Ends of the interval that holds 90 % of the values observed in a cell, of a solver that samples."""

Columns = Mapping[str, Any]
"""``for``, ``item``, parts, known items and ``flag`` as `Coded`; all else as numbers."""

NUMBERS = {"rank": pa.int32(), **dict.fromkeys(("predicted", *BOUNDS, "level", *GIVES, "rest", "beyond"), pa.float64())}
TEXTS = ("for", "item", *PARTS, *KNOWN, "flag")

COLD = "no known cell"
"""What `flag` says of a receiver without any."""


def write(dataset: str, parts: Iterable[Columns]) -> None:
    """Write a line for each recommendation; they come some receivers at a time."""
    with replacing(_file(dataset)) as file:
        for columns in parts:
            append_columns(file, columns)


def read(dataset: str) -> Columns:
    """Return the columns that `write` wrote, `BOUNDS` if it was given them; an empty text is one of the texts.

    Raises
    ------
    InputError
        If they were not written yet, or with other columns.
    """
    texts = dict.fromkeys(TEXTS, pa.dictionary(pa.int32(), pa.string()))
    table = pyarrow.csv.read_csv(
        made_by("recommend", _file(dataset), dataset),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(column_types=texts | NUMBERS, null_values=[]),
    )
    if missing := sorted({*TEXTS, *NUMBERS} - {*BOUNDS, *table.column_names}):
        raise InputError(
            f"{_file(dataset)}: no column {missing[0]!r}, as another version wrote it; make it anew with "
            f"`dvc repro recommend@{dataset}`"
        )
    return {name: (to_numpy if name in NUMBERS else to_coded)(table.column(name)) for name in table.column_names}


def _file(dataset: str) -> Path:
    return Path("data/recommendations", f"{dataset}.csv")


def place(file: Path, folder: Path | None, kind: str) -> Path:
    """Return where a result goes: beside the file, or in a folder, under the file's name and what it is.

    >>> place(Path("in/new people.csv.gz"), None, "W").as_posix()
    'in/new people-W.csv'
    """
    name = file.name
    for suffix in (".gz", ".csv", ".tsv", ".txt", ".parquet"):
        name = name.removesuffix(suffix)
    return (folder or file.parent) / f"{name}-{kind}.csv"


@contextmanager
def beside(file: Path, folder: Path | None, *, kinds: Sequence[str]) -> Iterator[dict[str, Path]]:
    """Yield where to write results of these kinds.

    They take their places, as `place` names them, at the end, all of them if nothing was raised.
    """
    with ExitStack() as stack:
        yield {kind: stack.enter_context(replacing(place(file, folder, kind))) for kind in kinds}
