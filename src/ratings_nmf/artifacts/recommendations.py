"""`data/recommendations/<dataset>.csv`: what each receiver was not known to have, best first, and why."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
from numpy.typing import NDArray

from ratings_nmf.artifacts.atomic import replacing
from ratings_nmf.artifacts.formats import guarded, made_by, write_csv
from ratings_nmf.recommendations import Recommendations

HEADER = ("for", "rank", "item", "predicted", "component", "share", "flag")
COLD = "no known cell"
_CHUNK = 100_000


def write(
    dataset: str, found: Recommendations, *, receivers: Sequence[str], items: Sequence[str], components: Sequence[str]
) -> None:
    """Write a line for each recommendation; `flag` says where a receiver has no known cell."""
    write_records(dataset, records(found, receivers=receivers, items=items, components=components))


def write_records(dataset: str, lines: Iterable[Iterable[object]]) -> None:
    """Write lines in `HEADER`'s order."""
    with replacing(_file(dataset)) as file:
        write_csv(file, HEADER, lines)


def read(dataset: str, *, receivers: Sequence[str], items: Sequence[str], components: Sequence[str]) -> Recommendations:
    """Return the recommendations that `write` wrote, given the labels it was given.

    Raises
    ------
    InputError
        If they were not written yet.
    """
    file = made_by("recommend", _file(dataset), dataset)
    types = {"rank": pa.int32(), "predicted": pa.float64(), "share": pa.float64()}
    lines = pyarrow.csv.read_csv(
        file,
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(HEADER, pa.dictionary(pa.int32(), pa.string())) | types, null_values=[]
        ),
    )
    own = _places(lines.column("for"), receivers)
    numbers = {name: lines.column(name).to_numpy() for name in types}
    cold = np.zeros(len(receivers), dtype=np.bool_)
    cold[own[_places(lines.column("flag"), (COLD,)) == 0]] = True
    return Recommendations(
        receivers=own,
        ranks=numbers["rank"],
        items=_places(lines.column("item"), items),
        predicted=numbers["predicted"],
        components=_places(lines.column("component"), components),
        shares=numbers["share"],
        cold=cold,
        item_count=len(items),
        top=int(numbers["rank"].max(initial=0)),
    )


def records(
    found: Recommendations, *, receivers: Sequence[str], items: Sequence[str], components: Sequence[str]
) -> Iterator[Iterable[object]]:
    """Give the lines of the file, in `HEADER`'s order."""
    names = (*components, "")  # a prediction of 0 has no component: place −1
    for start in range(0, len(found.items), _CHUNK):
        lines = slice(start, start + _CHUNK)
        parts = (found.receivers, found.ranks, found.items, found.predicted, found.components, found.shares)
        for own, rank, item, predicted, component, share in zip(*(part[lines].tolist() for part in parts), strict=True):
            flag = COLD if found.cold[own] else ""
            yield receivers[own], rank, items[item], predicted, names[component], share, flag


def _places(column: Any, labels: Sequence[str]) -> NDArray[np.int32]:
    """Return the place of each of a column's texts among labels, −1 where it is not one of them."""
    texts = column.unify_dictionaries()
    if not texts.num_chunks:
        return np.empty(0, dtype=np.int32)
    place = {guarded(label): position for position, label in enumerate(labels)}
    known = np.array([place.get(text, -1) for text in texts.chunk(0).dictionary.to_pylist()], dtype=np.int32)
    found: NDArray[np.int32] = known[np.concatenate([chunk.indices.to_numpy() for chunk in texts.chunks])]
    return found


def _file(dataset: str) -> Path:
    return Path("data/recommendations", f"{dataset}.csv")
