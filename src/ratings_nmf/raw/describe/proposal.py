"""A block for params.yaml that suits a described file, each choice with its reason, and its place in the file."""

import re
from pathlib import Path
from typing import Any

import yaml

from ratings_nmf.core import params
from ratings_nmf.core.errors import InputError
from ratings_nmf.core.sections import line
from ratings_nmf.core.table import DENSE_LIMIT, LEAST_CELLS
from ratings_nmf.raw.describe.findings import Description, Key

LADDER = 1, 2, 3, 4, 6, 8, 12, 16, 24, 32
"""Counts of components, of which some that suit a table are surveyed."""

COUNTS = 5
"""How many of them, at most."""

PARTS = 20
"""Components of the sampled solver, at most."""

COMMENT = 44
"""Longest line that comments are lined up behind."""

MEDIUM, LARGE = 1_000_000, 10_000_000
"""Known cells from which folds and restarts are fewer, and fewest."""


def name_of(path: Path, names: list[str]) -> str:
    """Return a name for the dataset of a file that is not taken.

    >>> name_of(Path("raw/BX-Ratings.csv.gz"), []), name_of(Path("u.data"), ["u"]), name_of(Path("2023.csv"), [])
    ('bx-ratings', 'u-2', 'table-2023')
    """
    name = re.sub(r"[^a-z0-9_]+", "-", path.name.partition(".")[0].lower()).strip("-_") or "table"
    if not isinstance(yaml.safe_load(name), str) or params.NUMBER_TO_DVC.fullmatch(name):
        name = f"table-{name}"
    return next(one for one in (name, *(f"{name}-{number}" for number in range(2, len(names) + 3))) if one not in names)


def block(name: str, path: Path, description: Description) -> str:
    """Return the block of a dataset, as it stands below `datasets` in params.yaml, with comments."""
    ingest = {"path": Key(str(path)), "layout": description.ingest["layout"]} | description.ingest
    sections = {"ingest": ingest, **_sections(description)}
    lines = [f"  {name}:"]
    for section, keys in sections.items():
        lines.append(f"    {section}:")
        entries = [(f"      {line(key, value)[1:-1]}", reason) for key, (value, reason) in keys.items()]
        width = max(len(line) for line, _ in entries if len(line) <= COMMENT)
        lines += [f"{line:<{width}}  # {reason}" if reason else line for line, reason in entries]
    return "\n".join(lines) + "\n"


def with_block(text: str, name: str, lines: str) -> str:
    """Return params.yaml with a block below its datasets, and every other line as it was.

    Refuse one whose `datasets` are written between braces, or indented so that others would change.
    """
    root = yaml.compose(text)
    known = {key.value: (key, value) for key, value in root.value} if isinstance(root, yaml.MappingNode) else {}
    key, datasets = known.get("datasets", (None, None))
    if key and not yaml.safe_load(text)["datasets"]:
        line, _, rest = text[datasets.end_mark.index :].partition("\n")
        return f"{text[: key.end_mark.index]}:{line}\n{lines}{rest}"
    if not isinstance(datasets, yaml.MappingNode) or datasets.flow_style:
        raise InputError(
            f"{params.FILE}: found no block with a dataset a line; expected one; write it at the end, and paste "
            "the lines above below it: `datasets:`"
        )
    indent = " " * datasets.value[0][0].start_mark.column
    before = text.splitlines(keepends=True)
    place = _last(datasets).end_mark.line + 1
    if before[place - 1 : place] and not before[place - 1].endswith("\n"):
        before[place - 1] += "\n"
    after = "".join(
        [*before[:place], *(indent + line[2:] for line in lines.splitlines(keepends=True)), *before[place:]]
    )
    old, new = (yaml.safe_load(each)["datasets"] for each in (text, after))
    if {key: value for key, value in new.items() if key != name} != old:
        raise InputError(
            f"{params.FILE}: the block changes how others are read; expected datasets indented alike; indent them so, "
            "and paste the lines above: `$EDITOR params.yaml`"
        )
    return after


def _last(node: Any) -> Any:
    """Return the last node of a block that is a scalar or written between braces."""
    while not isinstance(node, yaml.ScalarNode) and not node.flow_style and node.value:
        node = node.value[-1][1] if isinstance(node, yaml.MappingNode) else node.value[-1]
    return node


def _sections(description: Description) -> dict[str, dict[str, Key]]:
    profile = description.profile or {"rows": 2, "columns": 2}
    rows, columns, cells = profile["rows"], profile["columns"], max(description.cells, 2)
    missing = description.ingest["zeros"].value == "missing"
    side = min(rows, columns)
    most = min(side - 1, cells // (rows + columns)) if missing else side - 1
    counts = [count for count in LADDER if count <= max(most, 1)]
    if len(counts) > COUNTS:
        counts = [counts[1 + place * (len(counts) - 2) // (COUNTS - 1)] for place in range(COUNTS)]
    dense = rows * columns <= DENSE_LIMIT
    folds = 5 if cells < MEDIUM else 3 if cells < LARGE else 2
    folds = min(folds, cells // 2) if cells > 3 else 0
    restarts = 10 if cells < MEDIUM // 10 else 4 if cells < LARGE else 0
    solver = (
        Key("bayes", "cells not rated are left out; no penalty to choose, and intervals; native is faster")
        if missing and cells < MEDIUM
        else Key("native", "leaves out cells that were not rated; bayes, with intervals, takes longer")
        if missing
        else Key("sklearn", "scikit-learn's NMF: 0 is a value")
        if dense
        else Key("native", "as scikit-learn's NMF, faster on a table of mostly 0")
    )
    count = Key("auto", "as many as predict best, by the survey; parts: as many as one can name")
    if (cells if missing else rows * columns) < LEAST_CELLS:
        count = Key(min(2, counts[-1]), "yours to say: so few cells cannot tell how many predict best")
    elif solver.value == "bayes":
        count = Key(
            min(counts[-1], PARTS), "some too many do no harm where parts are sampled; auto: the survey's choice"
        )
    more = " or more" if cells > 1.01 * profile.get("cells", cells) else ""
    bound = f"{rows:,} × {columns:,}{more} with {cells:,} cells" if missing else f"the smaller side has {side:,}"
    return {
        "survey": {
            "components": Key(counts, f"up to what {bound} can tell apart" if missing else bound),
            "folds": Key(folds, "more take longer and tell no more" if cells >= MEDIUM else ""),
            "restarts": Key(
                restarts, "0 turns agreement between restarts off, which takes long here" if not restarts else ""
            ),
        },
        "fit": {
            "n_components": count,
            "solver": solver,
            "form": Key("canonical", "parts by their share of the total, each scaled to maximum 1"),
            "options": Key({}),
        },
        "evaluate": {"folds": Key(folds)},
        "recommend": {
            "to": Key("rows", "each row gets columns it does not know; or columns"),
            "top": Key(min(10, max(columns - 1, 1))),
        },
    }
