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
    os.chdir(script.resolve().parent.parent)
    try:
        done = stage(dataset)
    except (InputError, OSError) as error:
        sys.exit(f"{script.stem} {dataset}: {' '.join(str(error).split())}")
    print(f"{script.stem} {dataset}: {done}")
