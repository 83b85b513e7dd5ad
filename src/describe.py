"""Look at a file, say what it holds and how sure that is, and write the block of params.yaml that reads it."""

import textwrap
from pathlib import Path
from shlex import quote

import yaml

from ratings_nmf.core import params, stage
from ratings_nmf.core.errors import InputError
from ratings_nmf.core.words import visible
from ratings_nmf.files.atomic import replacing
from ratings_nmf.raw.describe import description, proposal

WIDTH, INDENT = 120, 10


def describe(table: Path, *, name: str | None = None, write: bool = False) -> stage.Outcome:
    """Print what a file holds, and the block; with `write` put it into params.yaml."""
    file = Path(params.FILE)
    document = params.document()
    empty = isinstance(document, dict) and not document.get("datasets")
    names = [] if empty else [*params.parse(document).datasets]
    name = name or proposal.name_of(table, names)
    if name in names:
        raise InputError(f"{name!r} is a dataset already; give another: `--name {proposal.name_of(Path(name), names)}`")
    content = description.describe(table)
    questions = list(content.questions)
    place = table
    if table.parts[:1] == ("..",):
        place = Path("data/raw", table.name)
        copy = f"`cp {quote(str(table))} {quote(str(place))}`"
        questions.append(("ingest.path", f"the file lies outside the repository; copy it: {copy}"))
    block = proposal.block(name, place, content)
    params.parse({"seed": 0, "datasets": yaml.safe_load(block)})
    for heading, sentence in [("table", str(table)), *content.findings]:
        text = f"{heading:<{INDENT}}{visible(sentence)}"
        print(textwrap.fill(text, WIDTH, subsequent_indent=" " * INDENT, break_long_words=False))
    print(f"\n{block}")
    for key, question in questions:
        print(f"{'ask':<{INDENT}}{key}: {visible(question)}")
    if write:
        text = proposal.with_block(file.read_text(encoding="utf-8"), name, block)
        with replacing(file) as partial:
            partial.write_text(text, encoding="utf-8")
    then = f"it stands in {file} now" if write else f"paste the block below `datasets:` in {file}, or add --write"
    return content.cells, f"{then}; then: dvc repro report@{name} page"


if __name__ == "__main__":
    arguments = stage.Arguments(describe)
    arguments.add_argument("table", metavar="TABLE", type=stage.path, help="a file")
    arguments.add_argument("--name", help="name of the dataset; after the file if not given")
    arguments.add_argument("--write", action="store_true", help="put the block into params.yaml")
    stage.run(describe, arguments)
