"""Typed parameters: params.yaml parsed once, into frozen objects that refuse what they do not know."""

import json
import math
import posixpath
import re
from itertools import pairwise
from pathlib import Path
from shlex import quote
from typing import Annotated, Any, Literal

import yaml
from msgspec import Meta, field
from msgspec.structs import force_setattr

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.sections import SHORT, Count, Section, convert
from ratings_nmf.core.table import Zeros
from ratings_nmf.core.transform import AtLeast, Values

FILE = "params.yaml"
DATASET_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
NUMBER_TO_DVC = re.compile(r"[0-9]+e-?[0-9]+|0o[0-7]+")
"""Names that DVC's YAML reads as numbers, and so drops without a word, where PyYAML reads texts."""

TEST_FOLDER = "data/test/"
"""Where files of held-out cells lie; the evaluate stages depend on the folder."""

COLUMNS = "three different names, or three numbers from 1, of row, column and value, such as `columns: [1, 2, 3]`"
COMMENT = 'one character that begins a line of comment, such as `comment: "#"`'
ENCODINGS = (
    "utf-8", "utf-16", "utf-16-le", "utf-16-be",
    "latin-1", "iso-8859-2", "iso-8859-15", "windows-1250", "windows-1251", "windows-1252",
    "big5", "euc-jp", "euc-kr", "gb18030", "shift_jis",
)  # fmt: skip
COUNTS = "counts of 1 or more, each once, by rising count"
FOLDS = "0, which turns this part off, or 2 to 32767 (one fold would leave nothing to fit to)"
RESTARTS = "0, which turns this part off, or 2 to 10000 (one restart has none to be compared with)"

Folds = Annotated[int, Meta(ge=0, le=2**15 - 1, description=FOLDS)]


class _Loader(yaml.SafeLoader):
    """Reads 1e-4 as a number, as DVC does (YAML 1.2); PyYAML's own rules (YAML 1.1) make it a text.

    A key that stands twice in a block is refused, as DVC does, and so is what looks like a date or number and is none.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in keys:
                    wrong = f"the key {key.value!r} stands twice"
                    raise yaml.MarkedYAMLError(problem=wrong, problem_mark=key.start_mark)
                keys.add(key.value)
        return super().construct_mapping(node, deep)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except ValueError:
            wrong = "a date, or a number, that cannot be"
            raise yaml.MarkedYAMLError(problem=wrong, problem_mark=node.start_mark) from None


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?(\.[0-9]+|[0-9]+\.?[0-9]*)[eE][-+]?[0-9]+$"), list("-+.0123456789")
)


class SkipParameters(Section, frozen=True):
    """What is left out of a raw file."""

    lines: Annotated[int, Meta(ge=0)] = 0
    comment: Annotated[str, Meta(min_length=1, max_length=1, description=COMMENT)] | None = None
    rows: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)


class IngestParameters(Section, frozen=True):
    """Where a raw table is and how to read it."""

    path: str
    layout: Literal["table", "triples"]
    zeros: Zeros | None = None
    separator: Literal[",", ";", "\t", "|", " ", "::"] | None = None
    columns: Annotated[list[str | Count], Meta(min_length=3, max_length=3, description=COLUMNS)] | None = None
    duplicates: Literal["last", "mean", "sum"] | None = None
    values: Values = "as given"
    unrated: list[float | str] = field(default_factory=list)
    encoding: Literal[*ENCODINGS] | None = None  # type: ignore[valid-type]
    decimal: Literal[".", ","] = "."
    thousands: Literal[",", ".", " ", "'"] | None = None
    labels: Literal["as given", "strip"] = "as given"
    skip: SkipParameters = SkipParameters()

    def __post_init__(self) -> None:
        if self.zeros == 1:
            force_setattr(self, "zeros", "observed")
        printable = self.path.isprintable() and self.path != ""
        expected = "a path without control characters, such as `path: data/raw/table.csv`"
        _check(printable, "ingest.path", expected, self)
        normal = posixpath.normpath(self.path)
        if posixpath.isabs(normal) or normal == ".." or normal.startswith("../"):
            copy = f"data/raw/{posixpath.basename(normal)}"
            raise InputError(
                f"{self.path!r} leaves the repository; expected a path below it, so that DVC can follow the file; "
                f"`path: {json.dumps(copy, ensure_ascii=False)}` after `cp {quote(self.path)} {quote(copy)}`",
                parameter="ingest.path",
            )
        for name in ("columns", "duplicates"):
            if self.layout == "table" and getattr(self, name) is not None:
                remedy = "take it out, or write `layout: triples`"
                raise InputError(f"only `layout: triples` takes it; {remedy}", parameter=f"ingest.{name}")
        texts = json.dumps([mark if isinstance(mark, str) else f"{mark:g}" for mark in self.unrated])
        finite = all(math.isfinite(mark) for mark in self.unrated if isinstance(mark, float))
        _check(finite, "ingest.unrated", f"finite numbers and texts, such as `unrated: {texts}`", self)
        if self.unrated and self.zeros in ("observed", None):
            raise InputError(
                "only `zeros: missing` or a weight below 1 takes it; take it out, or write `zeros: missing`",
                parameter="ingest.unrated",
            )
        if isinstance(self.values, AtLeast) and self.zeros in ("missing", 0, None):
            raise InputError(
                "every cell that counts would be 1; let those that are not given count, as by `zeros: 0.2`",
                parameter="ingest.values",
            )
        if self.decimal == self.thousands:
            raise InputError(
                f"{self.thousands!r} is the decimal mark already; expected another, such as "
                f"`thousands: {json.dumps('.' if self.decimal == ',' else ',')}`",
                parameter="ingest.thousands",
            )
        if self.columns is not None:
            _check(len({*self.columns}) == 3 and len({*map(type, self.columns)}) == 1, "ingest.columns", COLUMNS, self)


class SurveyParameters(Section, frozen=True):
    """Which counts of components are compared, and on what."""

    components: Annotated[list[Count], Meta(min_length=1, description=COUNTS)]
    folds: Folds
    restarts: Annotated[int, Meta(ge=0, le=10_000, description=RESTARTS)]

    def __post_init__(self) -> None:
        rising = all(before < after for before, after in pairwise(self.components))
        _check(rising, "survey.components", COUNTS, self)
        _check(self.folds != 1, "survey.folds", FOLDS, self)
        _check(self.restarts != 1, "survey.restarts", RESTARTS, self)


class EvaluateParameters(Section, frozen=True):
    """Which cells the predictions are checked on: those of folds, or a file of the user's own."""

    folds: Folds | None = None
    test: str | None = None

    def __post_init__(self) -> None:
        if (self.folds is None) == (self.test is None):
            raise InputError(
                "expected either `folds`, a number, or `test`, a file of cells; give one of the two",
                parameter="evaluate.folds",
            )
        _check(self.folds != 1, "evaluate.folds", FOLDS, self)
        if self.test is not None and not posixpath.normpath(self.test).startswith(TEST_FOLDER):
            raise InputError(
                f"{self.test!r} is not below {TEST_FOLDER}, whose files DVC follows for this; put the file there",
                parameter="evaluate.test",
            )


class FitParameters(Section, frozen=True):
    """How a table is factorized; `ratings_nmf.solvers.options` has the options of each solver."""

    n_components: Count | Literal["auto", "parts"]
    solver: Literal["sklearn", "native", "bayes", "spark"]
    options: dict[str, Any]
    form: Literal["raw", "canonical"] = "raw"
    names: list[str] | None = None

    def __post_init__(self) -> None:
        names = self.names or []
        for name in names:
            if not name.strip() or names.count(name) > 1:
                fault = "stands twice" if name.strip() else "is blank"
                raise InputError(f"{name!r} {fault}; every component needs a name of its own", parameter="fit.names")


class RecommendParameters(Section, frozen=True):
    """Which side gets recommendations, how many, and what they are ranked by."""

    to: Literal["rows", "columns"]
    top: Count
    by: Literal["predicted", "low"] = "predicted"


class DatasetParameters(Section, frozen=True):
    """All parameters of one dataset."""

    ingest: IngestParameters
    survey: SurveyParameters
    fit: FitParameters
    evaluate: EvaluateParameters
    recommend: RecommendParameters

    def __post_init__(self) -> None:
        if self.recommend.by == "low" and self.fit.solver != "bayes":
            raise InputError(
                f"the solver {self.fit.solver} tells no interval; expected predicted, or the solver bayes; found low",
                parameter="recommend.by",
            )


class Parameters(Section, frozen=True):
    """The whole of params.yaml."""

    seed: Annotated[int, Meta(ge=0, le=2**32 - 1)]
    datasets: dict[str, DatasetParameters]
    most_cells: Count = 25_000_000

    def dataset(self, name: str) -> DatasetParameters:
        """Return the parameters of one dataset.

        Raises
        ------
        InputError
            If params.yaml has no dataset of this name.
        """
        if name not in self.datasets:
            known = ", ".join(self.datasets)
            raise InputError(f"no dataset named {name!r}; known: {known}", parameter="datasets", block="")
        return self.datasets[name]


def load() -> Parameters:
    """Parse params.yaml in the working folder; errors are those of `document` and of `parse`."""
    return parse(document())


def document(file: str = FILE) -> object:
    """Return params.yaml of the working folder, or another file of YAML, as it stands, whatever its keys.

    Raises
    ------
    InputError
        If the file is missing or not YAML.
    """
    try:
        return yaml.load(Path(file).read_text(encoding="utf-8"), _Loader)
    except FileNotFoundError:
        raise InputError(f"{file}: no such file; run the stages in a checkout that has one") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InputError(f"{file}: line {line}: not UTF-8; save it as UTF-8: `sed -n '{line}p' {file}`") from None
    except RecursionError:
        raise InputError(f"{file}: nested too deep; expected blocks in blocks, some five deep; mend it") from None
    except yaml.YAMLError as error:
        raise InputError(f"{file}: {_problem(error)} {file}`") from None


def _problem(error: yaml.YAMLError) -> str:
    """Return where YAML is none and why, in words of our own, and the beginning of a command that shows the line."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return "not valid YAML: it holds a control character; take it out: `grep -nP '[\\x00-\\x08\\x0e-\\x1f\\x7f]'"
    problem = error.problem if type(error) is yaml.MarkedYAMLError else "not valid YAML"
    line = mark.line + 1
    return (
        f"line {line}, column {mark.column + 1}: {problem}; expected `key: value`, indented by spaces as others "
        f"are, brackets and quotes in pairs, each key once; mend it there or just before: `sed -n '{line}p'"
    )


def parse(document: object) -> Parameters:
    """Turn a parsed params.yaml into typed parameters.

    Raises
    ------
    InputError
        If a key is unknown, missing, of the wrong type or out of range; the message has the key's full path.
    """
    datasets = document.get("datasets") if isinstance(document, dict) else None
    if isinstance(datasets, dict):
        if not datasets:
            raise InputError("expected at least one dataset; found none", parameter="datasets", block="")
        for name, block in datasets.items():
            try:
                _check_name(name)
                convert(block, DatasetParameters)
            except InputError as error:
                raise error.within(f"datasets.{name}") from None
    try:
        parameters: Parameters = convert(document, Parameters)
    except InputError as error:
        raise error.within("") from None
    return parameters


def _check_name(name: object) -> None:
    if not isinstance(name, str):
        raise InputError(f"expected a text as name; found {SHORT.repr(name)}; put it in quotes", parameter="")
    if not DATASET_NAME.fullmatch(name):
        raise InputError(
            f"expected a name of a-z, 0-9, _ and - that starts with a letter or digit; found {name!r}; "
            "rename the dataset",
            parameter="",
        )
    if NUMBER_TO_DVC.fullmatch(name):
        raise InputError("DVC reads this name as a number; rename the dataset", parameter="")


def _check(holds: bool, parameter: str, expected: str, section: Section) -> None:
    """Refuse what one key of a section holds, where a rule does not hold that its type cannot say."""
    if not holds:
        value = getattr(section, parameter.rpartition(".")[2])
        raise InputError(f"expected {expected}; found {SHORT.repr(value)}", parameter=parameter)
