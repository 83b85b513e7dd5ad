"""A sweep as a narrow table: a line for each experiment, the best by each measure marked."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ratings_nmf.core.words import label, number
from ratings_nmf.page.changes.experiments import Experiment

WIDTH = 100
"""Columns of a terminal that the table fits."""

MEASURES = {"relative_error": ("error", min), "heldout_rmse": ("held-out error", min), "heldout_ndcg": ("ndcg", max)}
"""Heading of each measure, and which of its values is the best."""

MOST, SHORTEST = 3, 8
"""Parameters that have a column each; characters that a name or a value has at least."""

BEST, NEAR = "*", "~"
LEGEND = f"{BEST} best   {NEAR} within one standard error of the best"


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """The experiments that tried something of one dataset.

    Attributes
    ----------
    dataset
        Its name.
    parameters
        Paths of the parameters that differ between them.
    lines
        The commit that they start from, and the experiments, sorted by what they tried, then by name.
    """

    dataset: str
    parameters: tuple[str, ...]
    lines: tuple[Experiment, ...]

    def numbers(self, name: str) -> list[float | None]:
        """Return a metric of each line; None where it was not measured."""
        return [line.metrics.get(self.dataset, {}).get(name) for line in self.lines]


def sweeps(experiments: Sequence[Experiment]) -> list[Sweep]:
    """Sort experiments by the datasets of which they tried something; the first is what they are compared with.

    An experiment that changes nothing belongs to every dataset of which another changes something, so that a count
    that was there before stands in the table of the counts.
    """
    start, *others = experiments
    differing = {
        path: None
        for experiment in others
        for path in [*start.parameters, *experiment.parameters]
        if experiment.parameters.get(path) != start.parameters.get(path)
    }
    datasets = dict.fromkeys(path.split(".")[1] for path in start.parameters if path.startswith("datasets."))
    result = []
    for dataset in datasets:
        paths = [path for path in differing if path.startswith(f"datasets.{dataset}.") or "." not in path]
        lines = [start]
        for experiment in others:
            own = any(experiment.parameters.get(path) != start.parameters.get(path) for path in paths)
            idle = all(experiment.parameters.get(path) == start.parameters.get(path) for path in differing)
            if own or (idle and experiment.state != "commit"):
                lines.append(experiment)
        varying = tuple(path for path in paths if len({spelled(line, path) for line in lines}) > 1)
        if varying:
            lines.sort(key=lambda line: (line != start, line.name))
            lines.sort(key=lambda line: [_order(line.parameters.get(path)) for path in varying])
            result.append(Sweep(dataset=dataset, parameters=varying, lines=tuple(lines)))
    return result


def marks(values: Sequence[float | None], errors: Sequence[float | None], *, less: bool) -> list[str]:
    """Mark the best value, and those no further from it than its standard error.

    >>> marks([1.0, 0.8, None, 0.85, 0.95], [None, 0.1, None, 0.2, 0.2], less=True)
    ['', '*', '', '~', '']
    """
    known = [value for value in values if value is not None]
    if not known:
        return [""] * len(values)
    best = min(known) if less else max(known)
    error = errors[values.index(best)] or 0.0
    near = ["" if value is None or abs(value - best) > error else NEAR for value in values]
    return [BEST if value == best else mark for value, mark in zip(values, near, strict=True)]


def to_table(sweep: Sweep) -> str:
    """Return the table, up to `WIDTH` columns wide: long names and values lose their ends."""
    columns = {"experiment": [label(line.name) for line in sweep.lines], **_tried(sweep)}
    texts = len(columns)
    counts = sweep.numbers("n_components")
    if f"datasets.{sweep.dataset}.fit.n_components" not in sweep.parameters and len({*counts} - {None}) > 1:
        columns["components"] = ["" if count is None else f"{count:g}" for count in counts]
    for name, (head, best) in MEASURES.items():
        values, errors = sweep.numbers(name), sweep.numbers(f"{name}_se")
        if any(value is not None for value in values):
            grades = marks(values, errors, less=best is min)
            columns[head] = [_measured(*line) for line in zip(values, errors, grades, strict=True)]
    columns["time"] = [_state(line) for line in sweep.lines]
    widths = [max(map(len, [head, *column])) for head, column in columns.items()]
    while sum(widths) + 2 * len(widths) > WIDTH and max(widths[:texts]) > SHORTEST:
        widths[widths.index(max(widths[:texts]))] -= 1
    lines = zip(*([head, *column] for head, column in columns.items()), strict=True)
    text_lines = (
        "  ".join(f"{_cut(field, width):<{width}}" for field, width in zip(line, widths, strict=True)) for line in lines
    )
    return "\n".join(line.rstrip() for line in text_lines)


def _tried(sweep: Sweep) -> dict[str, list[str]]:
    """Return a column for each parameter, headed by as much of its path as tells it from the others, or one for all."""
    paths = sweep.parameters
    if len(paths) > MOST:
        return {"tried": [_all(line, sweep) for line in sweep.lines]}
    heads = {}
    for path in paths:
        keys = path.split(".")
        ends = (".".join(keys[start:]) for start in reversed(range(len(keys))))
        heads[path] = next(end for end in ends if sum(f".{other}".endswith(f".{end}") for other in paths) == 1)
    return {head: [spelled(line, path) for line in sweep.lines] for path, head in heads.items()}


def _all(line: Experiment, sweep: Sweep) -> str:
    start = next(line for line in sweep.lines if line.state == "commit")
    varying = [path for path in sweep.parameters if spelled(line, path) != spelled(start, path)]
    return " ".join(f"{path.rpartition('.')[2]}={spelled(line, path)}" for path in varying)


def spelled(line: Experiment, path: str) -> str:
    """Return what a line has for a parameter, as a text; empty where it is not given."""
    value = line.parameters.get(path)
    return (
        label(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)) if value is not None else ""
    )


def _measured(value: float | None, error: float | None, mark: str) -> str:
    if value is None:
        return ""
    return number(value, 4) + ("" if error is None else f" ± {number(error)}") + (f" {mark}" if mark else "")


def _state(line: Experiment) -> str:
    if line.state in {"commit", "success"}:
        return "" if line.seconds is None else f"{line.seconds:.1f} s"
    return line.state


def _order(value: Any) -> tuple[bool, float, str]:
    """Sort numbers by size, before all else."""
    counts = isinstance(value, (int, float))
    return (not counts, float(value) if counts else 0.0, json.dumps(value))


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
