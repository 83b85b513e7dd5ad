"""Whatever file is given: read as a careful analyst would read it, or refused in one line that says how to mend it."""

import re
from pathlib import Path

import numpy as np
import pytest
import yaml

from examples import read_noted
from hostile import Case, Read, cases
from ratings_nmf.core.errors import InputError

CASES = list(cases())
pytestmark = pytest.mark.usefixtures("one_database")
LIBRARIES = re.compile(
    r"duckdb|pyarrow(?!\.ipc)|ArrowInvalid|msgspec|\b_csv|errno|codec|decompressing|traceback|exception|invalid|conversion|"
    r"(?<!packed by )(?<!import sys, )zlib(?!\.decompress)|straddl|\bNoneType\b|object at|compressed file|"
    r"file is not a|magic|thrift|bytes? \d+-",
    re.IGNORECASE,
)
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


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
        read_noted(path, case.settings)
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


def check(path, settings, expected):
    table, remarks = read_noted(path, settings)
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
