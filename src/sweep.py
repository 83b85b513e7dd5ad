"""Show the experiments of DVC that tried something: a table and a figure for each dataset; name those that failed."""

from pathlib import Path

from ratings_nmf.core import stage
from ratings_nmf.core.errors import InputError
from ratings_nmf.core.words import counted
from ratings_nmf.files import reports
from ratings_nmf.page.changes.experiments import since
from ratings_nmf.page.changes.sweep_figure import sweep_figure
from ratings_nmf.page.changes.sweep_table import LEGEND, sweeps, to_table


def sweep(revision: str, *, output: Path) -> str:
    """Print the experiments of HEAD and of the commits before it as far as a revision; write their figures."""
    experiments = since(revision)
    lines = sweeps(experiments)
    for each in lines:
        print(f"{each.dataset}\n{to_table(each)}\n{LEGEND}")
        figure = sweep_figure(each, reports.read_evidence(each.dataset))
        if figure is not None:
            reports.write_figure(output / f"{each.dataset}.png", figure)
            print(f"figure: {output / each.dataset}.png\n")
    failures = [experiment for experiment in experiments if experiment.state == "failed"]
    for experiment in failures:
        print(f"{experiment.name} failed: {experiment.message}")
    if failures:
        raise InputError(f"{counted(len(failures), 'experiment')} failed: {', '.join(each.name for each in failures)}")
    return "" if lines else "no experiment tries anything; docs/experiments.md says how to queue some\n"


if __name__ == "__main__":
    arguments = stage.Arguments(sweep)
    arguments.add_argument("revision", nargs="?", default="HEAD", metavar="REV", help="HEAD if not given")
    arguments.add_argument(
        "--output", type=stage.path, default="sweep", metavar="FOLDER", help="where figures go; sweep if not given"
    )
    stage.show(sweep, arguments)
