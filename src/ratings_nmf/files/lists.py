"""`data/recommendations/<dataset>.csv`: what each receiver was not known to have, best first, and why."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
from numpy.typing import NDArray

from ratings_nmf.core.progress import progress
from ratings_nmf.files.arrow import to_numpy
from ratings_nmf.files.atomic import replacing
from ratings_nmf.files.formats import DIGITS, field, guarded, made_by, open_csv, write_records
from ratings_nmf.recommend.recommendations import Recommendations

HEADER = ("for", "rank", "item", "predicted", "component", "share", "flag")
COLD = "no known cell"
_CHUNK = 100_000


def write(
    dataset: str,
    parts: Iterable[tuple[Recommendations, Sequence[str], Sequence[str]]],
    *,
    components: Sequence[str],
) -> None:
    """Write a line for each recommendation; `flag` says where a receiver has no known cell.

    Recommendations come some receivers at a time, with the labels of receivers and items.
    """
    with replacing(_file(dataset)) as file, open_csv(file) as stream:
        write_records(stream, [HEADER])
        for found, receivers, items in parts:
            stream.writelines(lines(found, receivers=receivers, items=items, components=components))


def read(dataset: str, *, receivers: Sequence[str], items: Sequence[str], components: Sequence[str]) -> Recommendations:
    """Return the recommendations that `write` wrote, given the labels it was given, or those of rows that were drawn.

    Raises
    ------
    InputError
        If they were not written yet.
    """
    file = made_by("recommend", _file(dataset), dataset)
    types = {"rank": pa.int32(), "predicted": pa.float64(), "share": pa.float64()}
    table = pyarrow.csv.read_csv(
        file,
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(HEADER, pa.dictionary(pa.int32(), pa.string())) | types, null_values=[]
        ),
    )
    own, other = _places(table.column("for"), receivers), _places(table.column("item"), items)
    kept = (own >= 0) & (other >= 0)
    numbers = {name: to_numpy(table.column(name))[kept] for name in types}
    flagged = _places(table.column("flag"), (COLD,)) == 0
    cold = np.zeros(len(receivers), dtype=np.bool_)
    cold[own[kept & flagged]] = True
    return Recommendations(
        receivers=own[kept],
        ranks=numbers["rank"],
        items=other[kept],
        predicted=numbers["predicted"],
        components=_places(table.column("component"), components)[kept],
        shares=numbers["share"],
        cold=cold,
        item_count=len(items),
        top=int(numbers["rank"].max(initial=0)),
    )


def lines(
    found: Recommendations, *, receivers: Sequence[str], items: Sequence[str], components: Sequence[str]
) -> Iterator[str]:
    """Give the lines of the file below the header."""
    own, other = [field(label) for label in receivers], [field(label) for label in items]
    names = [*map(field, components), ""]  # a prediction of 0 has no component: place −1
    parts = (found.receivers, found.ranks, found.items, found.predicted, found.components, found.shares)
    for start in progress(range(0, len(found.items), _CHUNK), unit=f"× {_CHUNK:,} lines"):
        chosen = (part[start : start + _CHUNK].tolist() for part in parts)
        for receiver, rank, item, predicted, component, share in zip(*chosen, strict=True):
            flag = COLD if found.cold[receiver] else ""
            numbers = f"{predicted:.{DIGITS}g},{names[component]},{share:.{DIGITS}g}"
            yield f"{own[receiver]},{rank},{other[item]},{numbers},{flag}\n"


def _places(column: Any, labels: Sequence[str]) -> NDArray[np.int32]:
    """Return the place of each of a column's texts among labels, −1 where it is not one of them."""
    texts = column.unify_dictionaries()
    if not texts.num_chunks:
        return np.empty(0, dtype=np.int32)
    place = {guarded(label): position for position, label in enumerate(labels)}
    known = np.array([place.get(text, -1) for text in texts.chunk(0).dictionary.to_pylist()], dtype=np.int32)
    found: NDArray[np.int32] = known[np.concatenate([np.from_dlpack(chunk.indices) for chunk in texts.chunks])]
    return found


def _file(dataset: str) -> Path:
    return Path("data/recommendations", f"{dataset}.csv")
