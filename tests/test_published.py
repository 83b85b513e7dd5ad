"""Tables as people publish them are described to the letter, and what `describe` proposes for them can be pasted."""

import io
import re
import shlex
import subprocess
import sys
from contextlib import ExitStack, redirect_stdout
from pathlib import Path

import pytest
import yaml

from examples import read_noted
from published import PUBLISHED
from ratings_nmf.core.errors import InputError
from ratings_nmf.raw.describe.description import describe

pytestmark = pytest.mark.usefixtures("one_database")

REFUSED_AGAIN = (
    "parentheses", "a minus behind", "print of R", "rupees", "a cast of a probe", "print of NumPy", "an array of C",
    "accounts in dollars", "columns called alike", "Octave", "a matrix of MATLAB", "a matrix of Mathematica",
)  # fmt: skip
"""Kinds with two faults, of which the second is seen where the first is mended."""


def paste(command, monkeypatch):
    """Run a command, one of Python's here, as starting another with pandas takes longer than all else."""
    program, *arguments = shlex.split(command)
    if program != "python":
        subprocess.run(command, shell=True, check=True)
        return
    _, code, *_, file, _, copy = arguments
    out = io.StringIO()
    monkeypatch.setattr(sys, "argv", ["-c", file])
    with redirect_stdout(out), ExitStack() as stack:
        exec(code, {"open": lambda _, **how: stack.enter_context(Path(file).open(**how))})
    Path(copy).write_text(out.getvalue())


OUTCOMES = yaml.safe_load(Path(__file__).with_name("published.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", PUBLISHED)
def test_what_is_published_is_described_to_the_letter(kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = Path("t.csv")
    path.write_text(PUBLISHED[kind], encoding="utf-8")
    try:
        description = describe(path)
        said = dict(description.findings).get("refused")
    except InputError as error:
        said = str(error)
    if said is None:
        block = {name: key.value for name, key in description.ingest.items()}
        assert block == OUTCOMES[kind]
        assert len(read_noted(path, block)[0].values) == description.profile["cells"]
        return
    faults, _, rest = said.partition("; expected ")
    assert f"{faults.partition('; ')[0]}; expected {rest}" == f"t.csv: {OUTCOMES[kind]}"
    commands = re.findall("`((?:sed|awk|python -c) .*?)`", rest)
    for command in commands:
        paste(command, monkeypatch)
    if commands and kind not in REFUSED_AGAIN:
        mended = describe(next(Path.cwd().glob("n*-t.csv"), path))
        assert "refused" not in dict(mended.findings)
        assert "`layout: triples`" not in rest or mended.ingest["layout"].value == "triples"
