"""Read a raw table, check every cell, and write its cells, labels and profile."""

from pathlib import Path

from ratings_nmf.core import params, stage, table
from ratings_nmf.files import interim
from ratings_nmf.raw.layouts import read_raw
from ratings_nmf.raw.notes import notes


def ingest(dataset: str) -> stage.Outcome:
    """Ingest the raw table of one dataset."""
    source = params.load().dataset(dataset).ingest
    ratings, used, remarks = read_raw(Path(source.path), source, zeros=source.zeros)
    profile, remarks = table.profile(ratings), remarks + notes(ratings)
    if remarks:
        profile["notes"] = remarks
    interim.write(dataset, ratings, profile)
    size = f"{profile['rows']:,} rows × {profile['columns']:,} columns"
    return profile["cells"], "; ".join([size, used, *remarks])


if __name__ == "__main__":
    stage.run(ingest)
