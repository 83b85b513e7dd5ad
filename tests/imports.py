"""Which of the project's modules and rooms a stage script imports, at the top or inside functions, directly or not."""

import ast
from pathlib import Path

PACKAGE = "ratings_nmf"


def modules_of(script: Path) -> set[Path]:
    """Return the files of the package, and the script itself, that running the script can load."""
    source = script.parent
    found: set[Path] = set()
    waiting = [script]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            # The root of the package offers the estimator on demand, to other projects: no stage asks for it.
            if file != source / PACKAGE / "__init__.py":
                waiting += modules_imported(file)
    return found


def deps_of(script: Path) -> set[Path]:
    """Return what DVC has to watch for a stage: its script, and each room of the package that it imports from."""
    package = script.parent / PACKAGE
    rooms = {package / module.relative_to(package).parts[0] for module in modules_of(script) - {script}}
    return {script, *rooms} - {package / "__init__.py"}


def modules_imported(file: Path) -> list[Path]:
    """Return the files of the package that a module or script imports, at the top or inside functions."""
    source = next(folder for folder in file.parents if folder.name == "src")
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: a relative import"
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    files = []
    for name in names:
        parts = name.split(".")
        if parts[0] == PACKAGE:
            packages = [source.joinpath(*parts[:depth], "__init__.py") for depth in range(1, len(parts) + 1)]
            files += [*packages, source.joinpath(*parts).with_suffix(".py")]
    return [path for path in files if path.exists()]
