"""`reports/metrics/<dataset>/`: what the survey found, committed to Git."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ratings_nmf.files.atomic import replacing
from ratings_nmf.files.formats import made_by, read_csv, write_csv
from ratings_nmf.survey.consensus import Shown


def write_evidence(dataset: str, columns: Sequence[str], evidence: Sequence[dict[str, Any]]) -> None:
    """Write survey.csv: a line a count; a field is empty where a part was turned off or is undefined."""
    with replacing(_file(dataset, "survey.csv")) as file:
        write_csv(file, columns, ([line[name] for name in columns] for line in evidence))


def read_evidence(dataset: str) -> list[dict[str, Any]]:
    """Return the lines of survey.csv; an empty field is None.

    Raises
    ------
    InputError
        If the survey did not run yet.
    """
    header, records = read_csv(made_by("survey", _file(dataset, "survey.csv"), dataset))
    lines = []
    for record in records:
        line: dict[str, Any] = {
            name: float(field) if field else None for name, field in zip(header, record, strict=True)
        }
        lines.append({**line, "n_components": int(record[0])})
    return lines


def write_consensus(dataset: str, shown: Shown | None) -> None:
    """Write consensus.csv: a line for each column or block of columns, in the order of the tree.

    Its label, its group, its mean consensus with the others of the group, and its consensus with each; a header
    alone where there is no consensus.
    """
    labels = shown.labels if shown else ()
    sides = (
        zip(labels, shown.group.tolist(), shown.membership.tolist(), shown.matrix.tolist(), strict=True)
        if shown
        else ()
    )
    with replacing(_file(dataset, "consensus.csv")) as file:
        write_csv(file, [*_CONSENSUS, *labels], ([label, *rest, *line] for label, *rest, line in sides))


def read_consensus(dataset: str) -> Shown | None:
    """Return what `write_consensus` wrote.

    Raises
    ------
    InputError
        If the survey did not run yet.
    """
    header, records = read_csv(made_by("survey", _file(dataset, "consensus.csv"), dataset))
    if not records:
        return None
    matrix = np.array([record[len(_CONSENSUS) :] for record in records], dtype=np.float64)
    return Shown(
        labels=tuple(header[len(_CONSENSUS) :]),
        group=np.array([record[1] for record in records], dtype=np.intp),
        membership=np.array([record[2] for record in records], dtype=np.float64),
        matrix=matrix,
    )


_CONSENSUS = ("column", "group", "group_consensus")


def _file(dataset: str, name: str) -> Path:
    return Path("reports/metrics", dataset, name)
