"""Typed parameters: params.yaml parsed once, into frozen objects that refuse what they do not know."""

import math
import posixpath
import re
from itertools import pairwise
from pathlib import Path
from shlex import quote
from typing import Annotated, Any, Literal

import yaml
from msgspec import Meta, field
from msgspec.structs import fields, force_setattr

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.sections import SHORT, Count, Section, convert, line, refused
from ratings_nmf.core.table import Zeros
from ratings_nmf.core.transform import AtLeast, Values

FILE = "params.yaml"
DATASET_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
NUMBER_TO_DVC = re.compile(r"[0-9]+e-?[0-9]+|0o[0-7]+")
"""Names that DVC's YAML reads as numbers, and so drops without a word, where PyYAML reads texts."""

DVC_NUMBER, RESTORE = "DVC reads this one as a number", "git checkout HEAD -- params.yaml"

TEST_FOLDER = "data/test/"
"""Where files of held-out cells lie; the evaluate stages depend on the folder."""

PATH = "a path without control characters"
COLUMNS = "three different names, or three numbers from 1, of row, column and value"
UNRATED = 'a list of finite numbers and texts, such as "nan"'
COMMENT = "one character that begins a line of comment"
ENCODINGS = (
    "utf-8", "utf-16", "utf-16-le", "utf-16-be",
    "latin-1", "iso-8859-2", "iso-8859-15", "windows-1250", "windows-1251", "windows-1252",
    "big5", "euc-jp", "euc-kr", "gb18030", "shift_jis",
)  # fmt: skip
SEPARATOR_NAMES = {
    "comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "pipe": "|", "bar": "|", "space": " ", "colons": "::",
}  # fmt: skip
"""What some write for a separator, and how it is written."""

COUNTS = "counts of 1 or more, each once, by rising count"
FOLDS = "0, which turns this part off, or 2 to 32767 (one fold would leave nothing to fit to)"
RESTARTS = "0, which turns this part off, or 2 to 10000 (one restart has none to be compared with)"

Folds = Annotated[int, Meta(ge=0, le=2**15 - 1, description=FOLDS, examples=[5])]
Labels = Annotated[list[str], Meta(description="a list of labels", examples=[["Total"]])]


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
    comment: Annotated[str, Meta(min_length=1, max_length=1, description=COMMENT, examples=["#"])] | None = None
    rows: Labels = field(default_factory=list)
    columns: Labels = field(default_factory=list)


class IngestParameters(Section, frozen=True):
    """Where a raw table is and how to read it."""

    path: Annotated[str, Meta(description=PATH, examples=["data/raw/table.csv"])]
    layout: Literal["table", "triples"]
    zeros: Zeros | None = None
    separator: (
        Annotated[Literal[",", ";", "\t", "|", " ", "::"], Meta(examples=[","], extra=SEPARATOR_NAMES)] | None
    ) = None
    columns: (
        Annotated[list[str | Count], Meta(min_length=3, max_length=3, description=COLUMNS, examples=[[1, 2, 3]])] | None
    ) = None
    duplicates: Literal["last", "mean", "sum"] | None = None
    values: Values = "as given"
    unrated: Annotated[list[float | str], Meta(description=UNRATED, examples=[[99, "nan"]])] = field(
        default_factory=list
    )
    encoding: Annotated[Literal[*ENCODINGS], Meta(examples=["utf-8"])] | None = None  # type: ignore[valid-type]
    decimal: Literal[".", ","] = "."
    thousands: Literal[",", ".", " ", "'"] | None = None
    labels: Literal["as given", "strip"] = "as given"
    skip: SkipParameters = SkipParameters()

    def __post_init__(self) -> None:
        if self.zeros == 1:
            force_setattr(self, "zeros", "observed")
        _check(self.path.isprintable() and self.path != "", "ingest.path", self)
        normal = posixpath.normpath(self.path)
        if posixpath.isabs(normal) or normal == ".." or normal.startswith("../"):
            copy = f"data/raw/{posixpath.basename(normal)}"
            raise InputError(
                f"{self.path!r} leaves the repository; expected a path below it, so that DVC can follow the file; "
                f"{line('path', copy)} after `cp {quote(self.path)} {quote(copy)}`",
                parameter="ingest.path",
            )
        for name in ("columns", "duplicates"):
            if self.layout == "table" and getattr(self, name) is not None:
                remedy = "take it out, or write `layout: triples`"
                raise InputError(f"only `layout: triples` takes it; {remedy}", parameter=f"ingest.{name}")
        finite = all(math.isfinite(mark) for mark in self.unrated if isinstance(mark, float))
        _check(finite, "ingest.unrated", self)
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
                f"{line('thousands', '.' if self.decimal == ',' else ',')}",
                parameter="ingest.thousands",
            )
        if self.columns is not None:
            _check(len({*self.columns}) == 3 and len({*map(type, self.columns)}) == 1, "ingest.columns", self)


class SurveyParameters(Section, frozen=True):
    """Which counts of components are compared, and on what."""

    components: Annotated[list[Count], Meta(min_length=1, description=COUNTS, examples=[[1, 2, 3, 4]])]
    folds: Folds
    restarts: Annotated[int, Meta(ge=0, le=10_000, description=RESTARTS, examples=[20])]

    def __post_init__(self) -> None:
        rising = all(before < after for before, after in pairwise(self.components))
        _check(rising, "survey.components", self)
        _check(self.folds != 1, "survey.folds", self)
        _check(self.restarts != 1, "survey.restarts", self)


class EvaluateParameters(Section, frozen=True):
    """Which cells the predictions are checked on: those of folds, or a file of the user's own."""

    folds: Folds | None = None
    test: Annotated[str, Meta(description="a path", examples=["data/test/cells.csv"])] | None = None

    def __post_init__(self) -> None:
        if (self.folds is None) == (self.test is None):
            raise InputError(
                "expected either `test`, a file of cells, or `folds`, a number; give one of them, such as `folds: 5`",
                parameter="evaluate.folds",
            )
        _check(self.folds != 1, "evaluate.folds", self)
        if self.test is not None and not posixpath.normpath(self.test).startswith(TEST_FOLDER):
            copy = TEST_FOLDER + posixpath.basename(self.test)
            raise InputError(
                f"{self.test!r} is not below {TEST_FOLDER}, whose files DVC follows for this; {line('test', copy)} "
                f"after `cp {quote(self.test)} {quote(copy)}`",
                parameter="evaluate.test",
            )


class FitParameters(Section, frozen=True):
    """How a table is factorized; `ratings_nmf.solvers.options` has the options of each solver."""

    n_components: Annotated[Count | Literal["auto", "parts"], Meta(examples=["auto"])]
    solver: Annotated[Literal["sklearn", "native", "bayes", "spark"], Meta(examples=["native"])]
    options: dict[str, Any]
    form: Literal["raw", "canonical"] = "raw"
    names: (
        Annotated[list[str], Meta(description="names, none blank, each once", examples=[["comedy", "drama"]])] | None
    ) = None

    def __post_init__(self) -> None:
        names = [*map(str.strip, self.names or [])]
        _check(all(names) and len({*names}) == len(names), "fit.names", self)


class RecommendParameters(Section, frozen=True):
    """Which side gets recommendations, how many, and what they are ranked by."""

    to: Annotated[Literal["rows", "columns"], Meta(examples=["rows"])]
    top: Annotated[int, Meta(ge=1, examples=[10])]
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
                f"the solver {self.fit.solver} tells no interval; expected the solver bayes; or `by: predicted`",
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
        raise InputError(f"{file}: no such file; run the stages in a checkout that has one: `{RESTORE}`") from None
    except UnicodeDecodeError as error:
        number = error.object[: error.start].count(b"\n") + 1
        code = f"p = pathlib.Path('{file}'); p.write_text(p.read_text('latin-1'), 'utf-8')"
        remedy = f'if it is Latin-1, to recode it: `python -c "import pathlib; {code}"`'
        raise InputError(f"{file}: line {number}: not UTF-8; {remedy}") from None
    except RecursionError:
        raise InputError(
            f"{file}: nested too deep; expected blocks in blocks, some five deep; take it back: `{RESTORE}`"
        ) from None
    except yaml.YAMLError as error:
        raise InputError(f"{file}: {_problem(error)} {file}`") from None


def _problem(error: yaml.YAMLError) -> str:
    """Return where YAML is none and why, in words of our own, and the beginning of a command that shows the line."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return "not valid YAML: it holds a control character; take it out: `grep -nP '[\\x00-\\x08\\x0e-\\x1f\\x7f]'"
    problem = error.problem if type(error) is yaml.MarkedYAMLError else "not valid YAML"
    return (
        f"line {mark.line + 1}, column {mark.column + 1}: {problem}; expected `key: value`, indented by spaces as "
        f"others are, brackets and quotes in pairs, each key once; mend it there or just before: "
        f"`sed -n '{mark.line + 1}p'"
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
            remedy = "let one be written: `python src/describe.py data/raw/ratings.csv --write`"
            raise InputError(f"expected at least one dataset; found none; {remedy}", parameter="datasets", block="")
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
    wrong = DVC_NUMBER if isinstance(name, str) and NUMBER_TO_DVC.fullmatch(name) else f"found {SHORT.repr(name)}"
    if not isinstance(name, str) or not DATASET_NAME.fullmatch(name) or wrong == DVC_NUMBER:
        other = re.sub("[^a-z0-9_-]+", "-", str(name).lower()[:40]).strip("-_")
        raise InputError(
            f"expected a name of a-z, 0-9, _ and - that starts with a letter or digit, and is no number; {wrong}; "
            f"rename it: `{f'table-{other}' if other[:1].isdigit() or not other else other}:`",
            parameter="",
        )


def _check(holds: bool, parameter: str, section: Section) -> None:
    """Refuse what one key of a section holds, where a rule does not hold that its type cannot say."""
    if not holds:
        name = parameter.rpartition(".")[2]
        kind = next(field.type for field in fields(section) if field.name == name)
        raise refused(getattr(section, name), kind, at=parameter)
