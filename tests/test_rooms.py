"""The rooms of the package: imports run one way, and one name means one thing."""

import ast
from collections import Counter
from pathlib import Path

import pytest

from imports import modules_imported

PACKAGE = Path(__file__).resolve().parent.parent / "src/ratings_nmf"

ROOMS = ("core", "files", "raw", "model", "solvers", "recommend", "holdout", "survey", "figures", "page")
"""Each may import from those before it."""

PARTICIPLES = (
    "asked", "agreed", "chosen", "found", "given", "got", "labelled", "made", "marked", "needed", "read",
    "said", "seen", "supported", "taken", "told", "trained", "tried", "turned", "varied", "wanted", "written",
)  # fmt: skip

MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE)


def test_the_folders_of_the_package_are_the_rooms():
    assert {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"} == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_from_rooms_before_it(room):
    allowed = {*ROOMS[: ROOMS.index(room) + 1], "__init__.py"}
    if room == "files":
        allowed = {"core", "files", "__init__.py"}
    climbing = {
        f"{module.relative_to(PACKAGE)} imports {imported.relative_to(PACKAGE)}"
        for module in MODULES
        if module.relative_to(PACKAGE).parts[0] == room
        for imported in modules_imported(module)
        if imported.relative_to(PACKAGE).parts[0] not in allowed
    }
    assert climbing == set()


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_says_what_it_is_for(room):
    assert ast.get_docstring(ast.parse((PACKAGE / room / "__init__.py").read_text(encoding="utf-8")))


def test_no_two_modules_share_a_name():
    names = Counter(module.stem for module in MODULES if module.stem != "__init__")
    assert {name for name, count in names.items() if count > 1} == set()


def test_no_variable_is_a_participle():
    """A noun says what it holds; `known` and `hidden` are cells, as the field says."""
    names = {
        (module.name, node.id if isinstance(node, ast.Name) else node.arg)
        for module in [*MODULES, *PACKAGE.parent.glob("*.py")]
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.arg) or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    }
    assert {(module, name) for module, name in names if name in PARTICIPLES} == set()


def test_no_two_classes_share_a_name():
    classes = Counter(
        node.name
        for module in MODULES
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    )
    assert {name for name, count in classes.items() if count > 1} == set()
