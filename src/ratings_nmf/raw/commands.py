"""Commands and keys of params.yaml that mend a file, as they can be pasted."""

import json
import re
from pathlib import Path
from shlex import quote
from typing import Any

from ratings_nmf.core.params import IngestParameters
from ratings_nmf.raw.faults import DITTO, keys, skip_of

_MODULES = (
    "ast", "collections", "csv", "fileinput", "itertools", "json", "networkx", "numpy", "pandas", "pyarrow.ipc",
    "pyreadstat", "re", "scipy.io", "scipy.sparse", "sqlite3", "sys", "unicodedata", "yaml", "zlib",
)  # fmt: skip
_AS_TEXT = (
    "table = pandas.read_parquet(sys.argv[1]); "
    "table.to_csv(sys.stdout, index=not isinstance(table.index, pandas.RangeIndex))"
)


def python(code: str) -> str:
    """Return a command that runs some code, with the modules that it names."""
    modules = [name for name in _MODULES if re.search(rf"\b{re.escape(name)}\.", code)]
    return "python -c " + quote(f"import {', '.join(modules)}; {code}")


UNPACK = {
    ".gz": "zcat", ".bz2": "bzcat", ".xz": "xzcat", ".zst": "zstdcat", ".zip": "unzip -p",
    ".parquet": python(_AS_TEXT),
}  # fmt: skip


def command(line: str, path: Path) -> str:
    """Return a command on a file."""
    return f"`{line} {quote(str(path) if str(path)[0] != '-' else f'./{path}')}`"


def piped(program: str, path: Path) -> str:
    """Return a command that reads a file, which may be packed or Parquet, as its input."""
    if path.suffix in UNPACK:
        return f"{command(UNPACK[path.suffix], path)[:-1]} | {program}`"
    return command(f"{program} <", path)


def unpacked(path: Path) -> Path:
    """Return what a file is called when it is unpacked, or made a table."""
    copy = path.with_suffix("" if path.stem.endswith((".csv", ".tsv", ".txt")) else ".csv")
    return copy if copy != path else path.with_name(f"new-{path.name}")


def made(copy: Path, program: str, **changes: Any) -> str:
    """Return the keys that read what a command prints, and the command that writes it to a file."""
    return f"{keys(path=str(copy), **changes)} after {program[:-1]} > {quote(str(copy))}`"


def taken_back(path: Path, how: str = "write it anew") -> str:
    """Return how a file that holds no table comes to hold one."""
    return f"{how}, or take back what was committed: {command('git checkout HEAD --', path)}"


def edit(script: str, path: Path, ingest: IngestParameters) -> str:
    """Return a command by which sed changes a file or, where it is packed or UTF-16, makes a copy that a key names."""
    sed = f"sed -E {quote(script)}"
    if (encoding := ingest.encoding or "").startswith("utf-16"):
        recoded = piped(f"iconv -f {re.sub('-(?=[bl]e)', '', encoding)} -t utf-8", path)[:-1]
        return made(unpacked(path), f"{recoded} | {sed}`", encoding="utf-8")
    if path.suffix not in UNPACK:
        return command(f"sed -i{sed[3:]}", path)
    return made(unpacked(path), piped(sed, path))


def copied(path: Path, ingest: IngestParameters, code: str, *, name: str = "new", **changes: Any) -> str:
    """Return a command by which Python makes a copy, separated by commas, with the key that names it and others.

    The code prints what it makes of ``rows``, the records that ingest reads, perhaps by ``out``, a writer of csv.
    """
    separator, skip = ingest.separator or ",", ingest.skip
    mark, line = (separator, "line") if len(separator) == 1 else ("\x1f", f'line.replace("{separator}", "\\x1f")')
    conditions = [f"at >= {skip.lines}"] * (skip.lines > 0)
    conditions += [f"line[:1] != {json.dumps(skip.comment)}"] * (skip.comment is not None)
    lines = f'open(0, encoding="{ingest.encoding or "utf-8-sig"}", newline="")'
    if conditions or line != "line":
        each = f"{line} for at, line in enumerate({lines})" if skip.lines else f"{line} for line in {lines}"
        lines = f"({each}{' if ' * bool(conditions)}{' and '.join(conditions)})"
    delimiter = "" if separator == "," else f", delimiter={json.dumps(mark)}"
    settings: dict[str, Any] = {} if separator == "," else {"separator": ","}
    settings |= {"encoding": "utf-8"} if ingest.encoding else {}
    settings |= {"skip": skip_of(ingest, lines=0, comment=None)} if conditions else {}
    writer = "out = csv.writer(sys.stdout); " if "out." in code else ""
    program = python(f"rows = filter(None, csv.reader({lines}{delimiter})); {writer}{code}")
    copy = path.with_name(f"{name}-{path.name.partition('.')[0]}.csv")
    return made(copy, piped(program, path), **settings | changes)


NUMBERED_ROWS = 'out.writerows([at or "row", *row] for at, row in enumerate(rows))'
"""Puts the number of each row before it."""

NAMED_COLUMNS = (
    'first = next(rows); out.writerow(["row", *(f"column {at}" for at in range(1, len(first)))]); '
    "out.writerows([first, *rows])"
)
"""Puts names above the columns."""

NUMBERED = (
    'first = next(rows); out.writerow(["row", *(f"column {at}" for at in range(1, len(first) + 1))]); '
    "out.writerows([at, *row] for at, row in enumerate([first, *rows], 1))"
)
"""Puts names above the columns, and the number of each row before it."""


def filled(path: Path, ingest: IngestParameters, place: int | str) -> str:
    """Return how blank fields and ditto marks become what stands above; the place is code that may use ``head``."""
    code = (
        f"head = next(rows); at = {place}; cell = lambda above, row: above[at] "
        f"if re.fullmatch({json.dumps(f' *({DITTO.pattern})? *', ensure_ascii=False)}, row[at]) else row[at]; "
        "out.writerows(itertools.accumulate([head, *rows], lambda above, row: "
        "[*row[:at], cell(above, row), *row[at + 1:]]))"
    )
    return copied(path, ingest, code)


def numbered(path: Path, ingest: IngestParameters, *, place: int | None = None) -> str:
    """Return how names of columns that stand again get a number or, of rows, labels in the column at a place from 0."""
    letters = '"".join(filter(str.isprintable, " ".join(unicodedata.normalize("NFC", name).split())))'
    code, key = (f"tidy = lambda name: {letters}; ", "tidy(name)") if ingest.labels == "strip" else ("", "name")
    code += (
        f"times = collections.Counter(); named = lambda name: (times.update([{key}]), "
        f'name if times[{key}] < 2 else f"{{name}} {{times[{key}]}}")[1]; '
    )
    if place is None:
        code += "out.writerow(map(named, next(rows))); out.writerows(rows)"
    else:
        row = f"[{f'*row[:{place}], ' * (place > 0)}named(row[{place}]), *row[{place + 1}:]]"
        code += f"out.writerow(next(rows)); out.writerows({row} for row in rows)"
    return f"to number those that stand again: {copied(path, ingest, code)}"
