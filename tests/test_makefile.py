"""What the Makefile's targets do besides calling DVC, pytest and the checkers."""

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
