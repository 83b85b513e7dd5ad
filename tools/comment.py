"""What a change does to the reports, as a comment in Markdown: prints it, and ends with code 1 where code is at fault.

HEAD is the last commit of the change, or one on top of it that holds what `dvc repro` gave otherwise. `.ci/report`
calls it.

A change of parameters or of a table may leave its results to be regenerated. A change of code may not: who makes it
looks at what it moves, and commits that.
"""

import argparse
import os
import subprocess
import sys
from typing import Any

import yaml

from ratings_nmf.files import reports
from ratings_nmf.page.changes import revisions, snapshot
from ratings_nmf.page.changes.differences import differences
from ratings_nmf.page.changes.saying import LIMIT, escaped, to_markdown

FAULT = (
    "**This check fails:** from the same parameters and tables code gives other results than those committed with it."
)
REMEDY = "If they are meant to move, run `make repro`, look at them and commit them."

NAMED = 40
"""Stages at fault that are named; the others are counted."""

Stages = dict[str, dict[str, Any]]
"""The stages of a dvc.lock, by name."""


def moved_by_code(committed: Stages, regenerated: Stages, files: list[str]) -> dict[str, list[str]]:
    """Return what came out otherwise of stages of which nothing but code differs, by stage.

    `files` are the committed files that differ. A stage that takes in what another one gave otherwise is not named:
    the other one is.

    >>> def stage(source, table, result):
    ...     deps = [{"path": "src/fit.py", "md5": source}, {"path": "data/raw", "md5": table}]
    ...     return {"deps": deps, "outs": [{"path": "reports/a", "md5": result}]}
    >>> moved_by_code({"fit": stage(1, 1, 1)}, {"fit": stage(2, 1, 2)}, [])
    {'fit': ['reports/a']}
    >>> moved_by_code({"fit": stage(1, 1, 1)}, {"fit": stage(2, 2, 2)}, [])
    {}
    >>> moved_by_code({"fit": stage(2, 1, 1)}, {"fit": stage(2, 1, 1)}, ["reports/a/W.png"])
    {'fit': ['reports/a']}
    """
    moved = {}
    for name in sorted(committed.keys() & regenerated.keys()):
        before, after = committed[name], regenerated[name]
        inputs, outs = (_differing(sides(before), sides(after)) for sides in (_inputs, _outs))
        outs |= {out for out in _outs(after) if any(f"{file}/".startswith(f"{out}/") for file in files)}
        if outs and all(path.startswith("src/") for path in inputs):
            moved[name] = sorted(outs)
    return moved


def _inputs(stage: dict[str, Any]) -> dict[str, Any]:
    parameters = stage.get("params", {}).get("params.yaml", {})
    return {dep["path"]: dep["md5"] for dep in stage["deps"]} | {f"params.yaml:{k}": v for k, v in parameters.items()}


def _outs(stage: dict[str, Any]) -> dict[str, Any]:
    return {out["path"]: out["md5"] for out in stage["outs"]}


def _differing(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def state(committed: str, head: str, moved: dict[str, list[str]]) -> str:
    """Return the head of the comment: what was regenerated, or which results the code does not give."""
    if moved:
        stages = [f"- {escaped(stage)}: {', '.join(map(escaped, outs))}" for stage, outs in moved.items()]
        more = [f"- and {len(stages) - NAMED:,} more"] if len(stages) > NAMED else []
        return "\n".join([FAULT, "", *stages[:NAMED], *more, "", REMEDY])
    if head == committed:
        return "What is committed is what `dvc repro` gives."
    if _run("git", "diff", "--name-only", committed, head, "--", "reports"):
        return f"What this change left to regenerate is in {head}."
    return f"No result moves; {head} notes in dvc.lock that the code did."


def comparison(base: str, head: str, *, most: int, address: str | None) -> str:
    """Return what differs between two commits, with the figures of both where there is an address for them."""
    before, after = (_run("git", "rev-parse", "--short=7", commit).strip() for commit in (base, head))
    with revisions.files_of(base) as old, revisions.files_of(head) as new:
        changes = differences(snapshot.read(old, before), snapshot.read(new, after))
    pictures = (f"{address}/{base}/{reports.FIGURES}", f"{address}/{head}/{reports.FIGURES}") if address else None
    return to_markdown(changes, pictures=pictures, limit=most)


def _run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def main(base: str, committed: str) -> int:
    """Print the comment; return 1 where code moved results, 0 otherwise."""
    head = _run("git", "rev-parse", "HEAD").strip()
    files = _run("git", "diff", "--name-only", "-z", committed, head).split("\0")[:-1]
    before, after = (yaml.safe_load(_run("git", "show", f"{commit}:dvc.lock")) for commit in (committed, head))
    moved = moved_by_code(before["stages"], after["stages"], files)
    text = f"{state(committed, head, moved)}\n\n"
    address = None if moved else os.environ.get("FILES")
    sys.stdout.write(text + comparison(base, head, most=LIMIT - len(text), address=address))
    return int(bool(moved))


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("base", help="the commit where the change left")
    arguments.add_argument("committed", help="the last commit of the change")
    sys.exit(main(**vars(arguments.parse_args())))
