"""What every stage script shares: a dataset as its argument, or none, and one line that says how it went."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from ratings_nmf.core.errors import InputError

Done = tuple[int, str]
"""Number of cells that a stage worked on, and what came of it."""


def run(stage: Callable[..., Done], *, arguments: tuple[str, ...] = ("DATASET",)) -> None:
    """Run `stage` with the arguments of the command line, in the repository root, and print what it did, in one line.

    Most stages take the name of a dataset; one for all datasets takes none.

    An `InputError`, or an error of the operating system such as a full disk, is printed as one line on standard
    error, and the process ends with code 1.
    """
    script = Path(sys.argv[0])
    given = sys.argv[1:]
    if len(given) != len(arguments):
        sys.exit(" ".join(["usage: python", f"src/{script.name}", *arguments]))
    attempt(" ".join([script.stem, *given]), lambda: stage(*given))


def attempt(name: str, action: Callable[[], Done]) -> None:
    """Do what `name` says in the repository root, and print what was done or, as `run` does, why it can't be."""
    os.chdir(_root())
    start = time.perf_counter()
    try:
        cells, outcome = action()
    except (InputError, OSError) as error:
        sys.exit(f"{name}: {' '.join(str(error).split())}")
    except KeyboardInterrupt:
        sys.exit(f"{name}: interrupted; nothing half-written is left")
    print(f"{name}: {cells:,} cells in {time.perf_counter() - start:.1f} s: {outcome}")


def path(text: str) -> Path:
    """Return a path given on the command line as seen from the repository root."""
    return Path(os.path.relpath(text, _root()))


def located(error: InputError, at: str, section: str) -> InputError:
    """Return an error about a parameter of the fit or of a section with the parameter's full path before it.

    An error that names no parameter, such as one about a file, stays as it is.

    >>> located(InputError("folds: too many"), "params.yaml: datasets.a", "survey")
    InputError('params.yaml: datasets.a.survey.folds: too many')
    """
    name = str(error).partition(":")[0]
    if name in ("options", "n_components", "solver"):
        return InputError(f"{at}.fit.{error}")
    return InputError(f"{at}.{section}.{error}") if name in ("components", "folds", "test") else error


def _root() -> Path:
    return Path(sys.argv[0]).resolve().parent.parent
