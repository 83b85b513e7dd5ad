"""A progress bar for what takes long, on a terminal only."""

from collections.abc import Iterable
from typing import Any

from tqdm import tqdm


def progress(work: Iterable[Any] | None = None, *, unit: str, total: int | None = None, show: bool = True) -> Any:
    """Return a bar on standard error, shown after two seconds, that counts what is taken from `work`, or is told."""
    return tqdm(
        work,
        total=total,
        unit=f" {unit}",
        disable=None if show else True,
        delay=2,
        leave=False,
    )
