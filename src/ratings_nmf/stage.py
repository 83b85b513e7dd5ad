"""What every stage script shares: one dataset as its argument, and one line for what a user can mend."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from ratings_nmf.errors import InputError


def run(stage: Callable[[str], str]) -> None:
    """Run `stage` for the dataset named on the command line, in the repository root, and print what it did.

    An `InputError`, or an error of the operating system such as a full disk, is printed as one line on standard
    error, and the process ends with code 1.
    """
    script = Path(sys.argv[0])
    match sys.argv[1:]:
        case [dataset]:
            pass
        case _:
            sys.exit(f"usage: python src/{script.name} DATASET")
    attempt(dataset, lambda: stage(dataset))


def attempt(dataset: str, action: Callable[[], str]) -> None:
    """Do something for a dataset in the repository root, as `run` does, and print what was done."""
    os.chdir(_root())
    said = f"{Path(sys.argv[0]).stem} {dataset}"
    try:
        done = action()
    except (InputError, OSError) as error:
        sys.exit(f"{said}: {' '.join(str(error).split())}")
    print(f"{said}: {done}")


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
    if name in ("options", "n_components"):
        return InputError(f"{at}.fit.{error}")
    return InputError(f"{at}.{section}.{error}") if name in ("components", "folds", "test") else error


def _root() -> Path:
    return Path(sys.argv[0]).resolve().parent.parent
