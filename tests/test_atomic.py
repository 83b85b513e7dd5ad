"""What is written takes its place whole or not at all, whenever the process is killed."""

import subprocess
import sys
from pathlib import Path

import pytest

from ratings_nmf.files.atomic import replacing

SRC = Path(__file__).resolve().parent.parent / "src"

CHILD = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from ratings_nmf.files.atomic import replacing

def hook(event, arguments):
    # the second of the two renames, by which the new folder takes its place
    if event == "os.rename" and str(arguments[0]).endswith(".new.partial"):
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(hook)
with replacing(Path("folder")) as folder:
    folder.mkdir()
    (folder / "file").write_text("new")
"""


def content(folder):
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/file").write_text("old")
    (tmp_path / "single").write_text("old")
    return tmp_path


def test_killed_between_the_two_renames_nothing_stands_there_and_the_next_run_clears_up(place):
    killed = subprocess.run([sys.executable, "-c", CHILD, str(SRC)], cwd=place, check=False)
    assert killed.returncode < 0
    assert content(place) == {"folder.old.partial/file": "old", "folder.new.partial/file": "new", "single": "old"}
    with replacing(Path("folder")) as folder:
        folder.mkdir()
        (folder / "file").write_text("newer")
    assert content(place) == {"folder/file": "newer", "single": "old"}


@pytest.mark.parametrize("name", ["folder", "single"])
def test_an_exception_leaves_the_old(place, name):
    before = content(place)
    with pytest.raises(RuntimeError, match="no"), replacing(Path(name)) as partial:
        partial.mkdir() if name == "folder" else partial.write_text("new")
        raise RuntimeError("no")
    assert content(place) == before


def test_a_file_takes_the_place_of_a_file_and_a_folder_is_made_for_it(place):
    for path in (Path("single"), Path("deep/er/file")):
        Path(f"{path}.new.partial").parent.mkdir(parents=True, exist_ok=True)
        Path(f"{path}.new.partial").write_text("left over")
        with replacing(path) as partial:
            assert not partial.exists()
            partial.write_text("new")
        assert path.read_text() == "new"
    assert not list(place.rglob("*.partial"))
