"""What params.yaml says is what the stages get."""

import math
import os
import re
import subprocess
import sys
from datetime import date
from functools import reduce

import msgspec
import pytest
import yaml

from ratings_nmf.core import params
from ratings_nmf.core.errors import InputError

TEXT = """
seed: 7
datasets:
  a:
    ingest: {path: data/raw/a.csv, layout: table, zeros: missing}
    survey: {components: [1, 2], folds: 2, restarts: 3}
    fit: {n_components: auto, solver: native, options: {tol: 1e-4, max_iter: 30}}
    evaluate: {folds: 4}
    recommend: {to: rows, top: 1}
"""


def test_only_a_solver_that_samples_ranks_by_the_lower_end_of_intervals():
    changed = document()
    changed["datasets"]["a"]["recommend"]["by"] = "low"
    assert refused(changed).startswith(
        "params.yaml: datasets.a.recommend.by: the solver native tells no interval; expected"
    )
    changed["datasets"]["a"]["fit"] |= {"solver": "bayes", "options": {}}
    assert params.parse(changed).dataset("a").recommend.by == "low"


def test_parameters_are_read_with_dvcs_numbers(tmp_path, monkeypatch):
    (tmp_path / "params.yaml").write_text(TEXT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    found = params.load()
    fit = found.dataset("a").fit
    assert (found.seed, fit.n_components, fit.options) == (7, "auto", {"tol": 0.0001, "max_iter": 30})


def document():
    return yaml.safe_load(TEXT)


def block_of(document, key):
    return document.setdefault(key, {})


def keys_of(kind, path):
    for field in msgspec.structs.fields(kind):
        yield path, field
        if isinstance(field.type, type) and issubclass(field.type, params.Section):
            yield from keys_of(field.type, (*path, field.name))


KEYS = [
    pytest.param(path, field, id=".".join((*path, field.name))) for path, field in keys_of(params.DatasetParameters, ())
]


def refused(changed):
    with pytest.raises(InputError) as caught:
        params.parse(changed)
    return str(caught.value)


@pytest.mark.parametrize(("path", "field"), KEYS)
@pytest.mark.parametrize("value", [math.nan, math.inf, 0.5, -1, True, date(2026, 1, 2), [{}]])
def test_every_key_refuses_what_it_cannot_be_by_its_full_path(path, field, value):
    if field.name == "zeros" and value == 0.5:
        pytest.skip("a weight")
    changed = document()
    reduce(block_of, path, changed["datasets"]["a"])[field.name] = value
    name, found = ".".join((*path, field.name)), "true" if value is True else re.escape(repr(value))
    said = re.fullmatch(
        rf"params\.yaml: datasets\.a\.{name}: expected .*; found {found}; for example `(.*)`", refused(changed)
    )
    assert is_taken(path, said[1])


def is_taken(path, line):
    """Return whether a line that is pasted into a block is taken, apart from what other keys forbid it."""
    changed = document()
    block = reduce(block_of, path, changed["datasets"]["a"])
    block |= yaml.safe_load(line)
    if "test" in block:
        del block["folds"]
    if path == ("ingest",):
        block |= {"zeros": 0.5} if "values" in block else {"layout": "triples"}
    return params.parse(changed) is not None


@pytest.mark.parametrize(("path", "field"), KEYS)
def test_every_key_that_must_be_there_is_missed_by_its_full_path(path, field):
    changed = document()
    reduce(block_of, path, changed["datasets"]["a"]).pop(field.name, None)
    if field.required:
        name = re.escape(".".join((*path, field.name)))
        said = re.fullmatch(
            rf"params\.yaml: datasets\.a\.{name}: missing; add this key, for example `(.*)`", refused(changed)
        )
        assert is_taken(path, said[1])
    elif field.name != "folds":
        assert params.parse(changed)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ([], "params.yaml: expected a block with the keys seed, datasets, most_cells; found []"),
        (None, "params.yaml: expected a block with the keys seed, datasets, most_cells; found nothing; for example "),
        ({"datasets": {}}, "params.yaml: datasets: expected at least one dataset; found none"),
        ({"seed": 0, "datasets": []}, "params.yaml: datasets: expected a block of keys and values; found []"),
        ({"seed": 0, "datasets": {"a": 3}}, "params.yaml: datasets.a: expected a block with the keys ingest, survey, "),
        ({"seed": 2**32, "datasets": document()["datasets"]}, "params.yaml: seed: expected a whole number from 0 to 4"),
        (
            {**document(), 7: 1},
            "params.yaml: 7: unknown key; expected one of: seed, datasets, most_cells; take it out: `grep -n",
        ),
    ],
)
def test_what_is_wrong_outside_of_a_dataset(changed, message):
    assert refused(changed).startswith(message)


RACE = """
import sys, threading
from msgspec import defstruct
from ratings_nmf.core.sections import convert

sys.setswitchinterval(1e-6)
for _ in range(100):
    inner = defstruct("Inner", [(f"at{place}", float | None, None) for place in range(30)])
    outer = defstruct("Outer", [(f"at{place}", inner | str | None, None) for place in range(30)])
    together = threading.Barrier(4)

    def meet():
        together.wait()
        convert({f"at{place}": {"at3": 1.0} for place in range(30)}, outer)

    threads = [threading.Thread(target=meet) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


def test_threads_that_meet_a_type_at_once_read_it():
    subprocess.run(
        [sys.executable, "-c", RACE], check=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    )
