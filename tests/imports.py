"""Which of the project's modules a stage script imports, at the top or inside functions, directly or not."""

import ast
import re
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
                waiting += _imported(file, source)
    return found


def deps_of(script: Path) -> set[Path]:
    """Return what DVC has to watch for a stage: its modules, and for a package that it loads whole, the folder.

    Fewer entries keep dvc.lock short, which DVC parses at every command.
    """
    modules = modules_of(script)
    folders = {module.parent for module in modules if module.name == "__init__.py"}
    for folder in folders:
        files = {file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts}
        if files <= modules:
            modules = modules - files | {folder}
    return modules


def _imported(file: Path, source: Path) -> list[Path]:
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


def write_deps(root: Path) -> None:
    """Write what each stage imports into the deps of dvc.yaml; its other lines stay."""
    file = root / "dvc.yaml"
    head, *stages = re.split(r"(?m)^(?=  \w+:$)", file.read_text(encoding="utf-8"))
    for place, stage in enumerate(stages):
        script = root / f"src/{stage.partition(':')[0].strip()}.py"
        first, indent, rest = re.split(r"(?m)^( +)(?=- src/)", stage, maxsplit=1)
        modules = "".join(f"{indent}- {path.relative_to(root)}\n" for path in sorted(deps_of(script)))
        kept = "".join(re.findall(r"(?m)^ *- src/\S+\.(?:css|js|j2)\n", rest))
        stages[place] = first + modules + kept + re.sub(r"\A(?: *- src/\S+\n)*", "", rest)
    file.write_text(head + "".join(stages), encoding="utf-8")


if __name__ == "__main__":
    write_deps(Path(__file__).resolve().parent.parent)
