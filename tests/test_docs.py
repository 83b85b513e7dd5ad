"""README, docs and CONTRIBUTING do what they say: commands run and print what is shown, parameters are taken.

A page is read as its reader would follow it, from top to bottom, in a workspace of its own:

- Of a `console` block each line after `$ ` is run by bash. It must end with code 0 and, where the page shows output,
  print what the page shows. Not compared: the number of blanks and of strokes of a frame, the numbers of times and
  sizes (`0.6 s`, `3 MB`), the hash before the name of an experiment, and what `...` stands for: any lines where it is a
  line, else the rest of one.
- A `yaml` block is a part of params.yaml: it is completed into a whole document and parsed. If it starts with
  `datasets:`, its datasets are put into the workspace's params.yaml as well.
- A `python` block is a doctest; blocks of a page share their names.

A comment in the source of the page, just before a block, is seen by tests and not by readers:

- `<!-- covered by tests/test_x.py::test_y -->`: it is not run here, as it needs a network, a browser, a cluster or
  an hour; the test named does what it says.
- `<!-- fails -->`: its commands end with another code than 0.
"""

import ast
import doctest
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import Workspace
from ratings_nmf.core import params

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
PAGES = [README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"```(\w*)$")
COVERED = re.compile(r"<!-- covered by (.*) -->")
MEASURED = re.compile(r"\b\d[\d.,]* (s|min|kB|MB|GB|bytes)\b")

EVERY_KEY: dict[str, dict[str, Any]] = {
    "ingest": {"path": "data/raw/table.csv", "layout": "table", "zeros": "missing"},
    "survey": {"components": [1, 2], "folds": 2, "restarts": 2},
    "fit": {"n_components": 2, "solver": "native", "options": {}},
    "evaluate": {"folds": 2},
    "recommend": {"to": "rows", "top": 3},
}
"""What a part of a dataset's block is completed with."""


@dataclass(frozen=True)
class Block:
    """A fenced block of a page, and the comment before it."""

    language: str
    lines: list[str]
    comment: str

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"


def blocks_of(page: Path) -> Iterator[Block]:
    lines = iter(page.read_text(encoding="utf-8").splitlines())
    before = ""
    for line in lines:
        if fence := FENCE.fullmatch(line):
            yield Block(fence[1], list(iter(lambda: next(lines), "```")), before)
        before = line


def commands_of(block: Block) -> list[tuple[str, list[str]]]:
    """Return each command of a `console` block with the output that is shown for it."""
    commands: list[tuple[str, list[str]]] = []
    for line in block.lines if block.language == "console" else []:
        if line.startswith("$ "):
            commands.append((line[2:], []))
        elif commands[-1][0].endswith("\\"):
            commands[-1] = (f"{commands[-1][0]}\n{line}", [])
        elif line.strip():
            commands[-1][1].append(line)
    return commands


def every(language: str) -> list[Any]:
    """Return all blocks of a language, for parametrize."""
    return [
        pytest.param(block, id=f"{page.stem}-{number}")
        for page in PAGES
        for number, block in enumerate(block for block in blocks_of(page) if block.language == language)
    ]


def comparable(line: str) -> str:
    line = re.sub("─+", "─", " ".join(line.split()))
    line = re.sub(r"\b[0-9a-f]{7} (?=\[)", "", line)
    return MEASURED.sub(r"# \1", line)


def is_shown(expected: list[str], output: str) -> bool:
    """Return whether output is what a page shows for it, `...` standing for any lines.

    >>> is_shown(["fit: 30 cells in 0.6 s", "...", "end"], "fit:  30 cells in 12.1 s\\nmore\\nand more\\nend\\n")
    True
    >>> is_shown(["fit: 30 cells in 0.6 s"], "fit: 31 cells in 0.6 s\\n")
    False
    """
    pattern = "".join(
        r"(.*\n)*?" if line == "..." else re.escape(comparable(line)).replace(r"\.\.\.", ".*") + "\n"
        for line in expected
    )
    return (
        re.fullmatch(pattern, "".join(f"{comparable(line)}\n" for line in output.splitlines() if line.strip()))
        is not None
    )


def datasets_of(block: Block) -> dict[str, dict[str, Any]]:
    """Return the datasets of a `yaml` block, completed."""
    document = yaml.safe_load(block.text)
    datasets = document.get("datasets", {"table": document})
    return {name: _completed(sections) for name, sections in datasets.items()}


def _completed(sections: dict[str, Any]) -> dict[str, Any]:
    completed = {section: keys | sections.get(section, {}) for section, keys in EVERY_KEY.items()}
    return {**sections, **completed, "evaluate": sections.get("evaluate", EVERY_KEY["evaluate"])}


def runs(page: Path) -> bool:
    return any(
        block.language == "python" or (block.language == "console" and not COVERED.fullmatch(block.comment))
        for block in blocks_of(page)
    )


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, id=page.name, marks=[] if page == README else [pytest.mark.slow])
        for page in PAGES
        if runs(page)
    ],
)
def test_a_page_does_what_it_says(page, request, tmp_path, monkeypatch):
    workspace: Workspace = request.getfixturevalue("checkout" if page == README else "reproduced")
    workspace = workspace.copy(tmp_path / "ratings nmf")
    monkeypatch.chdir(workspace.root)
    names: dict[str, Any] = {}
    for block in blocks_of(page):
        if block.language == "yaml" and block.text.startswith("datasets:"):
            parameters = workspace.params()
            parameters["datasets"] |= datasets_of(block)
            workspace.write_params(parameters)
        elif block.language == "python":
            example = doctest.DocTestParser().get_doctest(block.text, names, page.name, str(page), None)
            outcome = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE).run(
                example, clear_globs=False
            )
            names = example.globs
            assert outcome.failed == 0
        elif block.language == "console" and not COVERED.fullmatch(block.comment):
            for command, shown in commands_of(block):
                done = workspace.run("bash", "-c", f"exec 2>&1; {command}", check=False)
                assert (done.returncode != 0) == (block.comment == "<!-- fails -->"), f"{command}\n{done.stdout}"
                # DVC gives the metrics that differ in another order every time
                order = sorted if command.startswith("dvc metrics diff") else list
                output = "\n".join(order(done.stdout.splitlines()))
                assert not shown or is_shown(order(shown), output), f"{command}\n{done.stdout}"


@pytest.mark.parametrize("block", every("yaml"))
def test_parameters_on_a_page_are_taken(block):
    params.parse({"seed": 0, "most_cells": 1, "datasets": datasets_of(block)})


@pytest.mark.parametrize("block", every("console"))
def test_a_command_that_is_not_run_here_is_covered_by_a_test(block):
    if covered := COVERED.fullmatch(block.comment):
        for name in covered[1].split(", "):
            path, _, test = name.partition("::")
            tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
            assert test in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, name


def test_a_command_in_a_sentence_stands_in_a_block_as_well():
    pages = [page.read_text(encoding="utf-8") for page in PAGES]
    spans = [span for page in pages for span in re.findall("`([^`]+)`", re.sub("```.*?```", "", page, flags=re.DOTALL))]
    commands = [command for page in PAGES for block in blocks_of(page) for command, _ in commands_of(block)]
    said = {" ".join(span.split()) for span in spans if re.match("(dvc|find|git|make|pip|python|rm) ", span)}
    assert {span for span in said if not any(command.startswith(span) for command in commands)} == set()


def test_make_knows_every_target_that_a_page_names(reproduced):
    commands = [command for page in PAGES for block in blocks_of(page) for command, _ in commands_of(block)]
    targets = {
        word
        for command in commands
        if command.startswith("make ")
        for word in shlex.split(command, comments=True)[1:]
        if "=" not in word
    }
    assert {"repro", "test"} <= targets
    for target in targets:
        reproduced.run("make", "--dry-run", target)


def test_the_library_works_without_the_stages(tmp_path):
    shutil.copytree(ROOT / "src/ratings_nmf", tmp_path / "ratings_nmf")
    code = "from ratings_nmf import RatingsNMF; print(RatingsNMF(1).fit([[1, 2], [2, 4]]).n_components_)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "3\n"


def test_readme_is_short_and_no_table_is_wide():
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 200
    for page in [*PAGES, ROOT / "data/README.md"]:
        wide = [
            line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("|") and len(line) > 120
        ]
        assert wide == [], page


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.stem)
def test_a_page_starts_with_what_answers_it(page):
    title, _, rest = page.read_text(encoding="utf-8").partition("\n\n")
    assert title.startswith("# ") and title.endswith("?")
    assert re.match(r"(<!--.*-->\n)?```(console|yaml|python)\n", rest)


def test_links_lead_somewhere(reproduced):
    for page in [*PAGES, ROOT / "data/README.md"]:
        for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
            path, _, anchor = link.partition("#")
            if not path.startswith(("http:", "https:")):
                target = (page.parent / path).resolve() if path else page
                made = reproduced.root / target.relative_to(ROOT)
                assert target.exists() or made.exists(), f"{page.name}: {link}"
                assert not anchor or anchor in _anchors(target), f"{page.name}: {link}"


def _anchors(page: Path) -> set[str]:
    """Return what GitHub makes of the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_and_every_room_is_named_in_readme():
    text = README.read_text(encoding="utf-8")
    assert {page.name for page in (ROOT / "docs").glob("*.md") if f"(docs/{page.name})" not in text} == set()
    rooms = {path.parent.name for path in (ROOT / "src/ratings_nmf").glob("*/__init__.py")}
    assert {room for room in rooms if not re.search(rf"^    {room}/? ", text, re.MULTILINE)} == set()
