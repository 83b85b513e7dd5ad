"""Compiled coordinate descent for non-negative factors, a line (a row or a column of the table) at a time.

Factor tables are padded with zeros to multiples of 8, both ways, and have at least one line of zeros, which
the padding of cells points to. Lines are independent, so that any split over threads gives the same bits, and
`lanes` fixes the order of the sums within a line.

Kernels are kept by the contents of all their sources, so that copies of the tree share them. Numba's own place is
beside a source file, by the contents of that file alone: a copy of the tree would compile again, and a kernel would
keep the old code of a function that it calls in another file.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import config, njit
from numba.core.caching import UserWideCacheLocator
from numba.misc.appdirs import AppDirs

Function = TypeVar("Function", bound=Callable[..., Any])

_SOURCES = sorted(Path(__file__).parent.glob("*.py"))
_STAMP = hashlib.sha256(b"\0".join(source.read_bytes() for source in _SOURCES)).hexdigest()


class SourcesLocator(UserWideCacheLocator):  # type: ignore[misc]
    """A folder for each state of the sources, in NUMBA_CACHE_DIR or the user's cache folder for numba."""

    def __init__(self, function: Callable[..., Any], file: str) -> None:
        super().__init__(function, file)
        root = config.CACHE_DIR or AppDirs(appname="numba", appauthor=False).user_cache_dir
        self._cache_path = str(Path(root, f"ratings_nmf_{_STAMP[:16]}"))

    def get_source_stamp(self) -> str:
        """The state of all sources of kernels."""
        return _STAMP


def compiled(function: Function, **options: Any) -> Function:
    """Compile a function at its first call, and keep the result by the contents of all sources, if numba can write."""
    before = config.CACHE_LOCATOR_CLASSES
    own = f"{__name__}.{SourcesLocator.__name__}"
    config.CACHE_LOCATOR_CLASSES = before or f"{own},InTreeCacheLocator,UserWideCacheLocator"
    try:
        return cast(Function, njit(cache=True, nogil=True, error_model="numpy", **options)(function))
    finally:
        config.CACHE_LOCATOR_CLASSES = before


def inlined(function: Function) -> Function:
    """Compile a function into those that call it, whose plain loops the compiler can then vectorise."""
    return compiled(function, forceinline=True)
