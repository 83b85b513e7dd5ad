"""Lines of a table shared among threads: kernels release the interpreter lock."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import local
from typing import Any

import numpy as np
from numba import config
from numpy.typing import NDArray

from ratings_nmf.solvers.kernels.packing import Lines

_PARTS_A_THREAD = 4
_CELLS_A_PART = 20_000

Run = Callable[..., None]

_own = local()


def thread_count() -> int:
    """Number of threads to use: NUMBA_NUM_THREADS, by default the number of processors."""
    return int(config.NUMBA_NUM_THREADS)


def alone(kernel: Callable[..., None], parts: list[Lines], *arguments: Any) -> None:
    """Run a kernel over all parts in the calling thread."""
    kernel((parts[0][0], parts[-1][1]), *arguments)


def side_by_side(number: int) -> ThreadPoolExecutor:
    """Return a pool of so many threads, in which a `crew` is the thread alone, unless there is only one."""
    return ThreadPoolExecutor(number, initializer=lambda: setattr(_own, "is_one_of_many", number > 1))


@contextmanager
def crew() -> Iterator[Run]:
    """Give a function that runs a kernel over parts in several threads.

    They are threads of our own: numba's must not be entered twice at once, and do not survive a fork.
    """
    if thread_count() == 1 or getattr(_own, "is_one_of_many", False):
        yield alone
        return
    with ThreadPoolExecutor(thread_count()) as pool:

        def run(kernel: Callable[..., None], parts: list[Lines], *arguments: Any) -> None:
            if len(parts) == 1:
                kernel(parts[0], *arguments)
            else:
                list(pool.map(lambda part: kernel(part, *arguments), parts))

        yield run


def split(starts: NDArray[np.int64]) -> list[Lines]:
    """Split lines into ranges of about as many cells; line i holds the cells starts[i]:starts[i + 1]."""
    n_lines, n_cells = starts.size - 1, int(starts[-1])
    n_parts = min(_PARTS_A_THREAD * thread_count(), 1 + n_cells // _CELLS_A_PART)
    cuts = np.searchsorted(starts, np.arange(1, n_parts) * (n_cells // n_parts)).tolist()
    return list(zip([0, *cuts], [*cuts, n_lines], strict=True))
