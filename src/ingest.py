"""Read a raw table, check every cell, and write its cells, labels and profile."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from ratings_nmf.core import params, stage, transform
from ratings_nmf.core.table import RatingsTable
from ratings_nmf.core.tally import Tally
from ratings_nmf.files import interim
from ratings_nmf.raw.layouts import Reading, read_blocks
from ratings_nmf.raw.notes import notes


def ingest(dataset: str) -> stage.Outcome:
    """Ingest the raw table of one dataset."""
    source = params.load().dataset(dataset).ingest
    original = Tally()
    tally = original if source.values == "as given" else Tally()
    reading: Reading

    def tables() -> Iterator[RatingsTable]:
        nonlocal reading
        for reading in read_blocks(Path(source.path), source):
            original.add(reading.table)
            table = transform.valued(reading.table, source.values)
            if tally is not original:
                tally.add(table)
            yield table

    def profile() -> dict[str, Any]:
        dialect = replace(source, separator=reading.separator)
        remarks = reading.remarks + notes(original, dialect, Path(source.path))
        content = tally.profile() | transform.described(source.values, original, tally)
        return content | ({"notes": remarks} if remarks else {})

    content = interim.write(dataset, tables(), profile)
    size = f"{content['rows']:,} rows × {content['columns']:,} columns"
    return content["cells"], "; ".join([size, reading.origin, *content.get("notes", [])])


if __name__ == "__main__":
    stage.run(ingest)
