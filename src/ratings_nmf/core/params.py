"""Typed parameters: params.yaml parsed once, into frozen objects that refuse what they do not know."""

import posixpath
import re
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec
import yaml
from msgspec import inspect

from ratings_nmf.core.errors import InputError

FILE = "params.yaml"
DATASET_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
NUMBER_TO_DVC = re.compile(r"[0-9]+e-?[0-9]+|0o[0-7]+")
"""Names that DVC's YAML reads as numbers, and so drops without a word, where PyYAML reads texts."""

TEST_FOLDER = "data/test/"
"""Where files of held-out cells lie; the evaluate stages depend on the folder."""

T = TypeVar("T")


class _Loader(yaml.SafeLoader):
    """Reads 1e-4 as a number, as DVC does (YAML 1.2); PyYAML's own rules (YAML 1.1) make it a text."""


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?(\.[0-9]+|[0-9]+\.?[0-9]*)[eE][-+]?[0-9]+$"), list("-+.0123456789")
)


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A block of params.yaml. An unknown key, a missing one or one of the wrong type is an error."""


class Ingest(Section, frozen=True):
    """Where a raw table is and how to read it."""

    path: str
    layout: Literal["table", "triples"]
    zeros: Literal["observed", "missing"] | None = None
    separator: Literal[",", ";", "\t", "|", " ", "::"] | None = None
    columns: list[str | int] | None = None
    duplicates: Literal["last", "mean", "sum"] | None = None

    def __post_init__(self) -> None:
        normal = posixpath.normpath(self.path)
        if posixpath.isabs(normal) or normal == ".." or normal.startswith("../"):
            raise ValueError(
                f"path: {self.path!r} leaves the repository; "
                "give a path below it, such as data/raw/table.csv, so that DVC can follow the file"
            )
        for name in ("columns", "duplicates"):
            if self.layout == "table" and getattr(self, name) is not None:
                raise ValueError(f"{name}: only `layout: triples` takes it; take it out")
        if self.columns is not None:
            kinds = {type(column) for column in self.columns}
            if len(set(self.columns)) != 3 or len(self.columns) != 3 or len(kinds) != 1 or 0 in self.columns:
                raise ValueError(
                    f"columns: expected three different names, or three numbers from 1, of row, column and value; "
                    f"found {self.columns!r}"
                )


class Survey(Section, frozen=True):
    """Which counts of components are compared, and on what."""

    components: list[int]
    folds: int
    restarts: int

    def __post_init__(self) -> None:
        rising = all(before < after for before, after in pairwise(self.components))
        if not self.components or self.components[0] < 1 or not rising:
            raise ValueError(
                f"components: expected counts of 1 or more, each once, by rising count; found {self.components!r}"
            )
        _check_number("folds", self.folds, "one fold would leave nothing to fit to")
        _check_number("restarts", self.restarts, "one restart has none to be compared with")


class Evaluate(Section, frozen=True):
    """Which cells the predictions are checked on: those of folds, or a file of the user's own."""

    folds: int | None = None
    test: str | None = None

    def __post_init__(self) -> None:
        if (self.folds is None) == (self.test is None):
            raise ValueError(
                "folds: expected either `folds`, a number, or `test`, a file of cells; give one of the two"
            )
        if self.folds is not None:
            _check_number("folds", self.folds, "one fold would leave nothing to fit to")
        elif not posixpath.normpath(str(self.test)).startswith(TEST_FOLDER):
            raise ValueError(
                f"test: {self.test!r} is not below {TEST_FOLDER}, whose files DVC follows for this; put the file there"
            )


class Fit(Section, frozen=True):
    """How a table is factorized."""

    n_components: int | Literal["auto"]
    solver: Literal["sklearn", "native", "spark"]
    options: dict[str, Any]
    form: Literal["raw", "canonical"] = "raw"
    names: list[str] | None = None

    def __post_init__(self) -> None:
        names = self.names or []
        for name in names:
            if not name.strip() or names.count(name) > 1:
                fault = "stands twice" if name.strip() else "is blank"
                raise ValueError(f"names: {name!r} {fault}; every component needs a name of its own")


class Recommend(Section, frozen=True):
    """Which side gets recommendations, and how many."""

    to: Literal["rows", "columns"]
    top: Annotated[int, msgspec.Meta(ge=1)]


class Dataset(Section, frozen=True):
    """All parameters of one dataset."""

    ingest: Ingest
    survey: Survey
    fit: Fit
    evaluate: Evaluate
    recommend: Recommend


class Parameters(Section, frozen=True):
    """The whole of params.yaml."""

    seed: Annotated[int, msgspec.Meta(ge=0, lt=2**32)]
    datasets: dict[str, Dataset]

    def dataset(self, name: str) -> Dataset:
        """Return the parameters of one dataset.

        Raises
        ------
        InputError
            If params.yaml has no dataset of this name.
        """
        if name not in self.datasets:
            known = ", ".join(self.datasets)
            raise InputError(f"{FILE}: datasets: no dataset named {name!r}; known: {known}")
        return self.datasets[name]


def load() -> Parameters:
    """Parse params.yaml in the working folder.

    Raises
    ------
    InputError
        If the file is missing or not YAML, or a key is unknown, missing, of the wrong type or out of range.
    """
    try:
        document = yaml.load(Path(FILE).read_text(encoding="utf-8"), _Loader)
    except FileNotFoundError:
        raise InputError(f"{FILE}: no such file; run the stages in a checkout that has one") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{FILE}: not valid YAML: {' '.join(str(error).split())}") from None
    return parse(document)


def parse(document: object) -> Parameters:
    """Turn a parsed params.yaml into typed parameters.

    Raises
    ------
    InputError
        If a key is unknown, missing, of the wrong type or out of range; the message has the key's full path.
    """
    datasets = document.get("datasets") if isinstance(document, dict) else None
    if isinstance(datasets, dict):
        for name in datasets:
            _check_name(name)
            _convert(datasets[name], Dataset, at=f"datasets.{name}")
        if not datasets:
            raise InputError(f"{FILE}: datasets: expected at least one dataset; found none")
    return _convert(document, Parameters)


def _check_number(name: str, number: int, why: str) -> None:
    if number < 0 or number == 1:
        raise ValueError(f"{name}: expected 0, which turns this part off, or 2 or more ({why}); found {number}")


def _check_name(name: object) -> None:
    if not isinstance(name, str):
        raise InputError(f"{FILE}: datasets.{name}: expected a text as name; found {name!r}; put it in quotes")
    if not DATASET_NAME.fullmatch(name):
        raise InputError(
            f"{FILE}: datasets.{name}: expected a name of a-z, 0-9, _ and - that starts with a letter or digit; "
            f"found {name!r}; rename the dataset"
        )
    if NUMBER_TO_DVC.fullmatch(name):
        raise InputError(f"{FILE}: datasets.{name}: DVC reads this name as a number; rename the dataset")


def _convert(value: object, kind: type[T], *, at: str = "") -> T:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise InputError(f"{FILE}: {_explain(str(error), value, kind, at=at)}") from None


def _explain(message: str, value: object, kind: type, *, at: str) -> str:
    """Rewrite a msgspec message as: full key path, what was expected, what was found."""
    reason, _, location = message.partition(" - at `$")
    keys = [key for key in location.rstrip("`").split(".") if key]
    info: Any = inspect.type_info(kind)
    for key in keys:
        name = key.partition("[")[0]
        value = value.get(name) if isinstance(value, dict) else value
        info = next((field.type for field in getattr(info, "fields", ()) if field.encode_name == name), info)
    path = ".".join([at, *keys] if at else keys)
    if unknown := re.fullmatch("Object contains unknown field `(.*)`", reason):
        return f"{_join(path, unknown[1])}: unknown key; expected one of: {_names(info)}; mend the name or take it out"
    if missing := re.fullmatch("Object missing required field `(.*)`", reason):
        return f"{_join(path, missing[1])}: missing; add this key"
    if reason.startswith(("Expected", "Invalid")):
        return f"{path or 'top level'}: expected {_expected(info)}; found {value!r}"
    return _join(path, reason)


def _join(path: str, rest: str) -> str:
    return f"{path}.{rest}" if path else rest


def _names(info: Any) -> str:
    return ", ".join(field.encode_name for field in info.fields)


def _expected(info: Any) -> str:
    match info:
        case inspect.LiteralType() if len(info.values) == 1:
            return repr(info.values[0])
        case inspect.LiteralType():
            return "one of: " + ", ".join(repr(value) for value in info.values)
        case inspect.UnionType():
            return " or ".join(_expected(member) for member in info.types)
        case inspect.IntType():
            low, high = info.ge, info.lt
            if high is None:
                return "a whole number" + (f" of {low} or more" if low is not None else "")
            return f"a whole number from {low} to {high - 1}"
        case inspect.StrType():
            return "a text"
        case inspect.ListType():
            return "a list"
        case inspect.NoneType():
            return "nothing"
        case inspect.StructType():
            return f"a block with the keys {_names(info)}"
        case _:
            return "a block of keys and values"
