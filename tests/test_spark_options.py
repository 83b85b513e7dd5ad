"""What `solver: spark` refuses, and what it needs to start; needs neither pyspark nor Java."""

import os
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from examples import table_of
from ratings_nmf.core.errors import InputError
from ratings_nmf.solvers import spark
from ratings_nmf.solvers.factorize import factorize


def solve(table, count=2, **options):
    return factorize(table, n_components=count, solver="spark", options=options, seed=0)


@pytest.mark.parametrize(
    ("count", "options", "message"),
    [
        (4, {}, r"^fit\.n_components: expected 1 to 3; found 4"),
        (
            2,
            {"master": "nowhere"},
            r"^fit\.options\.master: expected yarn, or a text from local, spark:// or k8s:// on; f",
        ),
    ],
)
def test_what_does_not_fit_is_refused_before_spark_starts(count, options, message):
    with pytest.raises(InputError, match=message):
        solve(table_of(np.ones((3, 3)), "missing"), count, **options)


def test_without_pyspark_the_message_names_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setitem(sys.modules, "pyspark.errors", None)
    with pytest.raises(
        InputError, match=r"needs the package pyspark; install it with `pip install .*requirements-spark"
    ):
        solve(table_of(np.ones((3, 3)), "missing"))


def java(folder, first_line):
    (folder / "bin").mkdir()
    program = folder / "bin/java"
    program.write_text(f"#!/bin/sh\necho '{first_line}' >&2\n", encoding="utf-8")
    program.chmod(0o755)
    return folder


def test_a_machine_without_java_is_told_what_to_install(monkeypatch, tmp_path):
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        InputError, match="needs Java 17 or 21; found no java in PATH; install it, such as Debian's openjdk"
    ):
        spark.check_java()


@pytest.mark.parametrize(
    ("line", "found"),
    [('openjdk version "11.0.2" 2019-01-15', "11"), ('java version "1.8.0_401"', "8"), ("Killed", "Killed")],
)
def test_an_older_java_is_told_apart(monkeypatch, tmp_path, line, found):
    monkeypatch.setenv("JAVA_HOME", str(java(tmp_path, line)))
    with pytest.raises(InputError, match=f"needs Java 17 or 21; found {found} in JAVA_HOME"):
        spark.check_java()


@pytest.mark.parametrize("line", ['openjdk version "17.0.15" 2025-04-15', 'openjdk version "21" 2023-09-19'])
def test_java_is_found_on_path_or_in_java_home(monkeypatch, tmp_path, line):
    home = java(tmp_path, line)
    monkeypatch.setenv("JAVA_HOME", str(home))
    spark.check_java()
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}")
    spark.check_java()


@pytest.mark.parametrize(
    ("master", "shared"), [("local[*]", False), ("local-cluster[2,1,1024]", False), ("yarn", True)]
)
def test_what_executors_elsewhere_need_is_in_the_working_folder(monkeypatch, tmp_path, master, shared):
    monkeypatch.chdir(tmp_path)
    with spark.scratch(master) as folder:
        assert folder.is_dir() and folder.suffix == ".partial"
        assert (folder.parent == tmp_path) == shared
    assert not folder.exists()


def test_the_extra_adds_pyspark_to_what_is_locked_and_changes_nothing():
    locks = [Path(__file__).resolve().parent.parent / name for name in ("requirements.lock", "requirements-spark.lock")]
    pinned, extra = ({*re.findall(r"(?m)^(\S+==\S+)", lock.read_text(encoding="utf-8"))} for lock in locks)
    assert sorted(name.partition("==")[0] for name in extra - pinned) == ["py4j", "pyspark"]
