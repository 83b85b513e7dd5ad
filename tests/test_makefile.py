"""What the Makefile's targets do besides calling DVC, pytest and the checkers."""

import sys

import pytest

MADE = (".venv/", "benchmarks/.venv/", "data/interim/", "data/factors/", "data/recommendations/")


def test_clean_removes_what_was_made_or_half_written_and_keeps_the_rest(workspace):
    half = ["data/raw/some.csv.partial", "reports/metrics/.half.tmp", "data/some.partial/W.csv"]
    for name in [".venv/bin/python", "benchmarks/.venv/installed", "data/raw/mine.csv", "notes.txt", *half]:
        place = workspace.root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("a line\n")

    def files():
        paths = (path for path in workspace.root.rglob("*") if path.is_file())
        return {str(path.relative_to(workspace.root)): path.read_bytes() for path in paths}

    before = files()
    workspace.run("make", "clean")
    kept = {path: content for path, content in before.items() if not path.startswith(MADE) and path not in half}
    assert files() == kept
    assert {"data/raw/mine.csv", "notes.txt", "reports/index.html", "dvc.lock"} <= kept.keys()
    workspace.dvc("checkout")  # DVC's cache is kept
    assert workspace.dvc("status").strip() == "Data and pipelines are up to date."


@pytest.mark.slow
def test_targets_run_what_they_name(workspace):
    def make(*arguments):
        return workspace.run("make", "--no-print-directory", "--old-file", ".venv/installed", *arguments).stdout

    (workspace.root / ".venv").symlink_to(sys.prefix)
    (workspace.root / "data/raw/visits.csv").write_text("visitor,mon,tue\nann,1,\nbob,,2\n")
    assert "Data and pipelines are up to date." in make("repro")
    assert "\n  visits:\n" in make("describe", "TABLE=data/raw/visits.csv")
    make("describe", "TABLE=data/raw/visits.csv", "NAME=trips", "WRITE=1")
    assert "trips" in workspace.params()["datasets"]
    assert make("compare", "REV=main").startswith("main → workspace\n")
    assert make("sweep", "REV=main").startswith("no experiment tries anything")
    make("spreadsheets")
    assert (workspace.root / "spreadsheets/factors/groceries/W.csv").is_file()
