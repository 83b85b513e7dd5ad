"""Whatever file is given: read as a careful analyst would read it, or refused in one line that says how to mend it."""

import io
import re
import shlex
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path

import duckdb
import numpy as np
import pytest
import yaml

from examples import read_raw
from hostile import Case, Read, cases
from published import PUBLISHED
from ratings_nmf.core.errors import InputError
from ratings_nmf.core.params import IngestParameters
from ratings_nmf.core.sections import convert
from ratings_nmf.core.tally import tally_of
from ratings_nmf.raw.description import describe
from ratings_nmf.raw.notes import notes

CASES = list(cases())
DATABASE = duckdb.connect(config={"threads": 1})
LIBRARIES = re.compile(
    r"duckdb|pyarrow|ArrowInvalid|msgspec|\b_csv|errno|codec|zlib|traceback|exception|invalid|conversion|straddl|"
    r"\bNoneType\b|object at|compressed file|file is not a|magic|thrift|bytes? \d+-",
    re.IGNORECASE,
)
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


@pytest.fixture(autouse=True)
def one_database(monkeypatch):
    """One database for all files: starting one takes longer than reading most of these."""
    monkeypatch.setattr(duckdb, "connect", DATABASE.cursor)


@pytest.mark.parametrize("case", CASES, ids=[f"{case.family} {number}" for number, case in enumerate(CASES)])
def test_a_file_comes_to_what_a_careful_analyst_would_want(case: Case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = Path(case.name)
    match case.content:
        case str():
            path.write_bytes(case.content.encode())
        case bytes():
            path.write_bytes(case.content)
        case write:
            write(path)
    outcome = case.outcome
    if isinstance(outcome, Read):
        check(path, case.settings, outcome)
        return
    with pytest.raises(InputError) as refused:
        read(path, case.settings)
    said = str(refused.value)
    assert said.startswith(f"{visible(path)}: ")
    assert outcome.words in said
    assert outcome.remedy in said
    assert said.endswith("`")
    assert not UNSEEN.search(said)
    assert not LIBRARIES.search(said)
    changes = remedies(said)
    if outcome.then is not None:
        check(path, {key: value for key, value in (case.settings | changes).items() if value != {}}, outcome.then)


REFUSED_AGAIN = "parentheses", "a minus behind", "print of R"
"""Kinds with two faults, of which the second is seen where the first is mended."""


def paste(command, monkeypatch):
    """Run a command, one of Python's here, as starting another with pandas takes longer than all else."""
    program, *arguments = shlex.split(command)
    if program != "python":
        subprocess.run(command, shell=True, check=True)
        return
    _, code, *names = arguments
    out = io.StringIO()
    monkeypatch.setattr(sys, "argv", ["-c", *(names[:-2] if ">" in names else names)])
    with redirect_stdout(out):
        exec(code, {})
    if ">" in names:
        Path(names[-1]).write_text(out.getvalue())


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
        assert len(read(path, block)[0].values) == description.profile["cells"]
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


def read(path, settings):
    ingest = convert({"path": str(path), **settings}, IngestParameters)
    reading = read_raw(path, ingest)
    return reading.table, reading.remarks + notes(tally_of(reading.table), ingest, path)


def check(path, settings, expected):
    table, remarks = read(path, settings)
    assert (table.row_labels, table.column_labels) == (expected.rows, expected.columns)
    cells = np.array(expected.cells)
    np.testing.assert_array_equal(table.dense(), cells if table.zeros == "missing" else np.nan_to_num(cells))
    assert len(remarks) == len(expected.notes)
    assert all(words in remark for words, remark in zip(expected.notes, remarks, strict=True))


def visible(path):
    return re.sub(UNSEEN, lambda unseen: f"⟨U+{ord(unseen[0]):04X}⟩", str(path))


def remedies(said):
    """Return what a refusal proposes for the block `ingest`, as it would be pasted."""
    found = {}
    for text in re.findall(r"`([a-z]+: .*?)`", said):
        found |= yaml.safe_load(text)
    return found
