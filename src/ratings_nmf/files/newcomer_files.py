"""`<file>-W.csv` or `-H.csv`, `<file>-predictions.csv` and `<file>-recommendations.csv`: what folding in writes."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ratings_nmf.core.table import Side
from ratings_nmf.files.atomic import replacing


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
def writing(file: Path, folder: Path | None, *, side: Side) -> Iterator[list[Path]]:
    """Yield where to write loadings, predictions and recommendations of new lines of a side.

    They take their places, as `place` names them, at the end, all of them if nothing was raised.
    """
    kinds = "W" if side == "rows" else "H", "predictions", "recommendations"
    with ExitStack() as stack:
        yield [stack.enter_context(replacing(place(file, folder, kind))) for kind in kinds]
