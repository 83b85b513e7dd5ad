"""What every stage script shares: arguments, the repository root, and one line that says how it went."""

import argparse
import inspect
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.streams import Draw
from ratings_nmf.core.words import visible

Outcome = tuple[int, str]
"""Number of cells that a stage worked on, and what came of it."""


class Arguments(argparse.ArgumentParser):
    """The arguments of a stage script: a dataset, where the stage takes one; a wrong argument is one line."""

    def __init__(self, stage: Callable[..., Any]) -> None:
        super().__init__(prog=f"python src/{Path(sys.argv[0]).name}", description=inspect.getmodule(stage).__doc__)
        if "dataset" in inspect.signature(stage).parameters:
            self.add_argument("dataset", metavar="DATASET", help="name of a dataset of params.yaml")

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and how to call the script, in one line, and end with code 2."""
        self.exit(2, f"{' '.join(self.format_usage().split())}: {message}\n")


def run(stage: Callable[..., Outcome], arguments: Arguments | None = None) -> None:
    """Run `stage` with the arguments of the command line, in the repository root, and print what it did, in one line.

    Most stages take the name of a dataset; one for all datasets takes none. Errors are those of `show`.
    """
    values = vars((arguments or Arguments(stage)).parse_args())
    start = time.perf_counter()

    def line(outcome: Outcome) -> str:
        seconds = time.perf_counter() - start
        return f"{_name(values)}: {outcome[0]:,} cells in {seconds:.1f} s: {visible(outcome[1])}\n"

    _print(line, stage, values)


def show(tool: Callable[..., str], arguments: Arguments) -> None:
    """Run `tool` with the arguments of the command line, in the repository root, and print the text it returns.

    An `InputError`, or an error of the operating system such as a full disk, is printed as one line on standard
    error, and the process ends with code 1.
    """
    _print(str, tool, vars(arguments.parse_args()))


def _print(text: Callable[[Any], str], function: Callable[..., Any], values: dict[str, Any]) -> None:
    os.chdir(_root())
    try:
        print(text(function(**values)), end="", flush=True)
    except BrokenPipeError:  # who read, as `head` does, has seen enough; Python would write the rest at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (InputError, OSError) as error:
        if isinstance(error, InputError):
            error.within(f"datasets.{values.get('dataset')}")
        sys.exit(f"{_name(values)}: {visible(' '.join(str(error).split()))}")
    except KeyboardInterrupt:
        sys.exit(f"{_name(values)}: interrupted; nothing half-written is left")


def _name(values: dict[str, Any]) -> str:
    return " ".join(filter(None, [Path(sys.argv[0]).stem, values.get("dataset")]))


def of_rows(outcome: str, draw: Draw | None) -> str:
    """Return what came of a stage and, where it worked on some rows of a table, which.

    >>> of_rows("done", None)
    'done'
    """
    return outcome if draw is None else f"{outcome.removesuffix('.')}; {draw}"


def path(text: str) -> Path:
    """Return a path given on the command line as seen from the repository root."""
    return Path(os.path.relpath(text, _root()))


def _root() -> Path:
    return Path(sys.argv[0]).resolve().parent.parent
