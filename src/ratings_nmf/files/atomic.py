"""Whole files or none: outputs are written beside their place and renamed into it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(place: Path) -> Iterator[Path]:
    """Yield a path beside `place` to write a file or a folder to; rename it into place at the end.

    Whenever the process is killed, `place` holds the old content or the new, whole, or (for a folder, between
    two renames) nothing; what a killed process left beside it is removed here the next time. On an exception
    `place` stays as it was.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    partial = place.with_name(f"{place.name}.new.partial")
    previous = place.with_name(f"{place.name}.old.partial")
    _remove(partial)
    _remove(previous)
    try:
        yield partial
        if partial.is_dir() and place.exists():
            place.rename(previous)
        partial.replace(place)
    finally:
        _remove(partial)
        _remove(previous)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
