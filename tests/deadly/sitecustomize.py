"""On PYTHONPATH, kills a program at a moment that the program itself reaches, however long that takes.

DEADLY_PROGRAM is a word of the program's command. DEADLY_EVENT is what is counted: `write`, a file or folder that is
opened for writing, made, renamed or removed; `call`, a call of one of the project's functions; `byte`, of a file that
is written. It is killed after DEADLY_COUNT of them, with DEADLY_GROUP all that it was started with as well; if it ends
before, the file DEADLY_TALLY says how many there were.
"""

import atexit
import os
import resource
import signal
import sys
from itertools import count
from pathlib import Path
from types import FrameType

limit = int(os.environ.get("DEADLY_COUNT", "0"))
number = count()


def happened() -> None:
    if next(number) == limit:
        os.kill(0 if "DEADLY_GROUP" in os.environ else os.getpid(), signal.SIGKILL)


def writes(event: str, arguments: tuple) -> None:
    opened = event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR)
    if opened or event in {"os.mkdir", "os.rename", "os.remove", "os.link", "shutil.rmtree"}:
        happened()


def calls(frame: FrameType, event: str, _: object) -> None:
    if event == "call" and "ratings_nmf" in frame.f_code.co_filename:
        happened()


def tally(place: str) -> None:
    total = next(number)
    Path(place).write_text(str(total), encoding="utf-8")


if "DEADLY_PROGRAM" in os.environ and any(os.environ["DEADLY_PROGRAM"] in word for word in sys.orig_argv):
    match os.environ["DEADLY_EVENT"]:
        case "write":
            sys.addaudithook(writes)
        case "call":
            sys.setprofile(calls)
        case "byte":
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    if "DEADLY_TALLY" in os.environ:
        atexit.register(tally, os.environ["DEADLY_TALLY"])
