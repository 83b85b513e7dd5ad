"""dvc.yaml says what the code does: the modules a stage imports, the keys it reads, the names it can take."""

import importlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from imports import deps_of, modules_of
from ratings_nmf.core import params

ROOT = Path(__file__).resolve().parent.parent
STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
BODIES = {name: stage.get("do", stage) for name, stage in STAGES.items()}
"""What each stage reads, runs and writes, be it for each dataset or once for all."""


@pytest.mark.parametrize("stage", STAGES)
def test_deps_are_the_rooms_that_the_stage_imports(stage):
    declared = {dep for dep in BODIES[stage]["deps"] if dep.startswith("src/")}
    assert declared == {str(path.relative_to(ROOT)) for path in deps_of(ROOT / f"src/{stage}.py")}
    assert len(declared) <= 8


LOADED = """
import importlib, json, sys

for stage in sys.argv[1:]:
    for name in [name for name in sys.modules if name.split(".")[0] == "ratings_nmf"]:
        del sys.modules[name]
    importlib.import_module(stage)
    modules = [module for name, module in sys.modules.items() if name.split(".")[0] == "ratings_nmf"]
    print(json.dumps([module.__file__ for module in modules]))
"""


def test_modules_found_are_those_that_python_loads():
    """The reader of imports misses nothing that importing a script loads."""
    command = [sys.executable, "-c", LOADED, *STAGES]
    done = subprocess.run(command, cwd=ROOT / "src", capture_output=True, text=True, check=True)
    for stage, loaded in zip(STAGES, done.stdout.splitlines(), strict=True):
        assert {Path(file) for file in json.loads(loaded)} <= modules_of(ROOT / f"src/{stage}.py")


class Recorder:
    """Stands in for a parameter block and notes the path of what is read from it."""

    def __init__(self, value, path, read):
        self._value, self._path, self._read = value, path, read

    def __getattr__(self, name):
        found = getattr(self._value, name)
        path = f"{self._path}.{name}".lstrip(".")
        if name == "dataset":
            return lambda key: Recorder(found(key), f"datasets.{key}", self._read)
        if isinstance(found, params.Section) and name != "ingest":  # which is handed on as a whole
            return Recorder(found, path, self._read)
        self._read.add(path)
        return found


@pytest.mark.parametrize("stage", STAGES)
def test_params_are_the_keys_that_the_stage_reads(stage, reproduced, monkeypatch, tmp_path):
    read = set()
    load = params.load
    workspace = reproduced.copy(tmp_path / "ratings nmf")
    monkeypatch.chdir(workspace.root)
    monkeypatch.setattr(params, "load", lambda: Recorder(load(), "", read))
    getattr(importlib.import_module(stage), stage)(*(["groceries"] if "foreach" in STAGES[stage] else []))
    declared = {key.replace("${key}", "groceries") for key in BODIES[stage].get("params", [])}
    if "params.yaml" in BODIES[stage]["deps"]:
        declared = {"seed", "datasets"}
    assert {key for key in declared if any(path == key or path.startswith(f"{key}.") for path in read)} == declared
    assert {path for path in read if not any(path == key or path.startswith(f"{key}.") for key in declared)} == set()


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_has_a_description_and_its_own_script(stage):
    assert BODIES[stage]["desc"]
    assert BODIES[stage]["cmd"] == f"python src/{stage}.py" + (" ${key}" if "foreach" in STAGES[stage] else "")


def test_dvc_accepts_every_dataset_name_that_the_parameters_accept(checkout, tmp_path):
    workspace = checkout.copy(tmp_path / "names")
    parameters = workspace.params()
    block = parameters["datasets"]["groceries"]
    names = ["a", "0", "42", "1_000", "0x1f", "a-b_c", "null", "true", "9-", "no"]
    parameters["datasets"] = dict.fromkeys(names, block)
    workspace.write_params(parameters)
    assert params.parse(parameters).datasets.keys() == set(names)
    listed = re.findall(r"^ingest@(\S+)", workspace.dvc("stage", "list", "--all"), re.MULTILINE)
    assert sorted(listed) == sorted(names)
