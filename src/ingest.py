"""Read a raw table, check every cell, and write its cells, labels and profile."""

from pathlib import Path

from ratings_nmf import params, stage, table
from ratings_nmf.artifacts import interim, raw


def ingest(dataset: str) -> str:
    """Ingest the raw table of one dataset."""
    source = params.load().dataset(dataset).ingest
    ratings = raw.read_table(Path(source.path), zeros=source.zeros, separator=source.separator)
    profile = table.profile(ratings)
    interim.write(dataset, ratings, profile)
    return f"{profile['rows']:,} rows × {profile['columns']:,} columns, {profile['cells']:,} cells above 0"


if __name__ == "__main__":
    stage.run(ingest)
