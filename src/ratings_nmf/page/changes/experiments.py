"""DVC's experiments: what each tried, what came of it, how long it took, and why it failed."""

import json
import re
import sys
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from subprocess import run
from typing import Any

from ratings_nmf.core import params
from ratings_nmf.core.errors import InputError
from ratings_nmf.files import reports
from ratings_nmf.holdout.evaluation import standard_errors

SECONDS = re.compile(r"^\w+(?: [\w-]+)?: [\d,]+ cells in ([\d.]+) s:", re.MULTILINE)
"""What a stage says of its time in a log."""

STOPPED = re.compile(r"^(.*)\nERROR: failed to reproduce", re.MULTILINE)
"""The last line of a stage that failed, in a log."""


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """An experiment, or the commit that experiments start from.

    Attributes
    ----------
    name, state
        What it is called; ``commit``, or as DVC says: ``success``, ``failed``, ``queued``, ``running``.
    parameters
        Each parameter by its path.
    metrics
        The few numbers of each dataset, by name, and their standard errors; none of an experiment that did not succeed.
    seconds
        Processed by its own stages; None where DVC keeps no log. What came out of the run cache took none.
    message
        Why it failed; empty otherwise.
    """

    name: str
    state: str
    parameters: Mapping[str, Any]
    metrics: Mapping[str, Mapping[str, Any]]
    seconds: float | None = None
    message: str = ""


def since(revision: str) -> list[Experiment]:
    """Return HEAD, then its experiments and those of the commits before it as far as a revision, and these commits.

    Raises
    ------
    InputError
        If there is no such revision, or HEAD does not come after it.
    """
    between = run(
        ["git", "rev-list", "--ancestry-path", f"{revision}..HEAD", "--"], capture_output=True, text=True, check=False
    )
    start = run(["git", "rev-parse", "--verify", f"{revision}^{{commit}}"], capture_output=True, text=True, check=False)
    if between.returncode or start.returncode:
        raise InputError(f"{revision!r} is no revision; name a branch, a tag or a commit")
    commits = dict.fromkeys([*between.stdout.split(), start.stdout.strip()])
    revisions = [argument for commit in commits for argument in ("--rev", commit)]
    command = [sys.executable, "-m", "dvc", "exp", "show", "--json", "--hide-workspace", *revisions]
    listing = run(command, capture_output=True, text=True, check=False)
    if listing.returncode:
        (error, *_) = [line for line in listing.stderr.splitlines() if line.startswith("ERROR")] or [listing.stderr]
        raise InputError(
            f"`dvc exp show` fails: {error.removeprefix('ERROR: ')}; "
            "of an experiment that `dvc queue status` shows as Running without a worker: `dvc queue kill NAME`"
        )
    return [*experiments(json.loads(listing.stdout))]


def experiments(listing: list[dict[str, Any]]) -> Iterator[Experiment]:
    """Give the experiments of what `dvc exp show --json` prints, each commit before its own."""
    for commit in listing:
        yield _experiment(commit["name"] or commit["rev"][:7], "commit", commit)
        for entry in commit["experiments"] or []:
            revision, executor = entry["revs"][0], entry["executor"] or {}
            log = (executor.get("local") or {}).get("log")
            text = Path(log).read_text(encoding="utf-8", errors="replace") if log and Path(log).exists() else ""
            name, state = revision["name"] or revision["rev"][:7], executor.get("state") or "success"
            yield _experiment(name, state, revision, text)


def _experiment(name: str, state: str, revision: dict[str, Any], log: str = "") -> Experiment:
    data, error = revision["data"] or {}, revision["error"] or {}
    metrics: dict[str, dict[str, Any]] = {}
    if state in {"commit", "success"}:
        metrics = _standard_errors(revision["rev"])
        for file in data["metrics"].values():
            for dataset, figures in file.get("data", {}).items():
                metrics[dataset] = metrics.get(dataset, {}) | figures
    stop = STOPPED.search(log)
    document = data.get("params", {}).get(params.FILE, {}).get("data", {})
    return Experiment(
        name=name,
        state=state,
        parameters=dict(_flat(document)),
        metrics=metrics,
        seconds=sum(map(float, SECONDS.findall(log))) if log else None,
        message=(stop[1] if stop else error.get("msg", "")) if state == "failed" else "",
    )


def _standard_errors(commit: str) -> dict[str, dict[str, Any]]:
    """Return the standard errors of each dataset's metrics, out of what Git holds."""
    archive = run(["git", "archive", commit, reports.METRICS.as_posix()], capture_output=True, check=False)
    if archive.returncode:
        return {}
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as files:
        contents = ((Path(name), files.extractfile(name)) for name in files.getnames())
        return {
            path.parent.name: standard_errors(json.load(content))
            for path, content in contents
            if path.name == "heldout.json" and content
        }


def _flat(block: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Give each parameter of a document and its path; lists are values.

    >>> dict(_flat({"seed": 0, "a": {"b": [1], "c": {}}}))
    {'seed': 0, 'a.b': [1], 'a.c': {}}
    """
    if isinstance(block, dict) and block:
        for key, value in block.items():
            yield from _flat(value, f"{path}.{key}".lstrip("."))
    else:
        yield path, block
