"""Typed blocks of keys and values, which say where a document breaks their types and bounds."""

import math
import re
from difflib import get_close_matches
from reprlib import Repr
from shlex import quote
from threading import Lock
from typing import Annotated, Any

import msgspec
import yaml
from msgspec import inspect

from ratings_nmf.core.errors import InputError

SHORT = Repr()
"""Shows what was found, however long or deeply nested it is, in some hundred characters."""

SHORT.maxstring = SHORT.maxother = 100
SHORT.maxlist = SHORT.maxdict = 10
SHORT.maxlevel = 3
SHORT.repr_NoneType = lambda _, level: "nothing"  # type: ignore[attr-defined]
SHORT.repr_bool = lambda value, level: str(value).lower()  # type: ignore[attr-defined]

ONE_AT_A_TIME = Lock()
"""msgspec learns a type when it is first used; a thread that meets a type half learnt kills the process."""

Count = Annotated[int, msgspec.Meta(ge=1)]

_PLAIN = re.compile(r"[^\W\d]([\w ./-]*\w)?")
_RESERVED = re.compile("y|n|yes|no|on|off|true|false|null|nan|inf", re.IGNORECASE)


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A block of keys and values.

    Types and bounds stand beside the keys, and `convert` holds a document to them. A rule between several keys stands
    in ``__post_init__`` and raises `InputError` with its parameter.
    """


def convert(value: object, kind: Any, *, at: str = "", default: Any = None) -> Any:
    """Return a parsed document as a value of this type, with its defaults filled in.

    What msgspec refuses is looked at again key by key, until it is one key that is wrong; the line that may stand there
    gives it its default, if it has one.

    Raises
    ------
    InputError
        If a key is unknown, missing, of the wrong type or out of bounds; its parameter is the key's path below `at`.

    >>> class Crate(Section, frozen=True):
    ...     nuts: Count
    >>> convert({"nuts": 0}, Crate, at="hut")
    Traceback (most recent call last):
    ratings_nmf.core.errors.InputError: hut.nuts: expected a whole number of 1 or more; found 0; for example `nuts: 1`
    """
    try:
        with ONE_AT_A_TIME:
            return msgspec.convert(value, kind)
    except msgspec.ValidationError:
        pass
    if isinstance(value, dict) and isinstance(kind, type) and issubclass(kind, Section):
        fields = {field.name: field for field in msgspec.structs.fields(kind)}
        for name in value:
            if name not in fields:
                raise InputError(
                    f"unknown key; expected one of: {', '.join(fields)}; {_other_key(name, value[name], [*fields])}",
                    parameter=_below(at, name),
                )
        for name, field in fields.items():
            if name in value:
                convert(value[name], field.type, at=_below(at, name), default=field.default)
            elif field.required:
                example = line(name, _example(inspect.type_info(field.type)))
                raise InputError(f"missing; add this key, for example {example}", parameter=_below(at, name))
    raise refused(value, kind, at=at, default=default)


def refused(value: object, kind: Any, *, at: str, default: Any = None) -> InputError:
    """Return what to say of a value that is not of this type: what was expected, what was found, and an example."""
    info = inspect.type_info(kind)
    words = [word for word in _words(info) if isinstance(word, str)]
    near = _meant(info, value) or get_close_matches(SHORT.repr(value), words, 1)
    other = default if isinstance(default, str | int | float) else _example(info)
    example = line(at.rpartition(".")[2], near[0] if near else other) if at else f"`{flow(_example(info))}`"
    message = f"expected {_expected(info)}; found {SHORT.repr(value)}; for example {example}"
    return InputError(message, parameter=at)


def line(name: str, value: Any) -> str:
    """Return a key and its value as a line of YAML."""
    return f"`{flow({name: value})[1:-1]}`"


def flow(value: Any) -> str:
    """Return a value as YAML in one line, which DVC and PyYAML read alike.

    >>> flow(["user id", "yes", 0.5]), flow({"rows": ["Total"]}), flow("1e5"), flow([99.0, -1e30])
    ('[user id, "yes", 0.5]', '{rows: [Total]}', '"1e5"', '[99, -1.0e+30]')
    """
    match value:
        case dict():
            return "{" + ", ".join(f"{flow(name)}: {flow(item)}" for name, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(flow, value)) + "]"
        case str() if not _PLAIN.fullmatch(value) or _RESERVED.fullmatch(value):
            return str(yaml.safe_dump(value, default_style='"', allow_unicode=True, width=math.inf)).strip()
        case None:
            return "null"
        case float():
            return re.sub(r"^(-?\d+)e", r"\1.0e", repr(value).removesuffix(".0"))
        case _:
            return str(value)


def _below(path: str, name: object) -> str:
    return f"{path}.{name}" if path else str(name)


def _expected(info: inspect.Type) -> str:
    """Say in words what a value of a type is; a description given with the type comes first."""
    match info:
        case inspect.Metadata(extra_json_schema={"description": words}):
            return str(words)
        case inspect.Metadata(type=inner):
            return _expected(inner)
        case inspect.LiteralType(values=values):
            return "one of: " * (len(values) > 1) + ", ".join(map(repr, values))
        case inspect.UnionType(types=types):
            return " or ".join(map(_expected, types))
        case inspect.IntType(ge=low, le=high):
            return "a whole number" + _range(low, high)
        case inspect.FloatType(ge=low, le=high):
            return "a number" + _range(low, high)
        case inspect.BoolType():
            return "true or false"
        case inspect.StrType():
            return "a text"
        case inspect.ListType():
            return "a list"
        case inspect.NoneType():
            return "nothing"
        case inspect.StructType(fields=fields):
            return f"a block with the keys {', '.join(field.name for field in fields)}"
        case _:
            return "a block of keys and values"


def _example(info: inspect.Type) -> Any:
    """Return a value of a type: the one that its description gives, else the least or shortest."""
    match info:
        case inspect.Metadata(extra_json_schema={"examples": [example, *_]}):
            return example
        case inspect.Metadata(type=inner) | inspect.UnionType(types=[inner, *_]):
            return _example(inner)
        case inspect.LiteralType(values=[value, *_]):
            return value
        case inspect.IntType(ge=low) | inspect.FloatType(ge=low):
            return low or 0
        case inspect.BoolType():
            return True
        case inspect.ListType():
            return []
        case inspect.StructType(fields=fields):
            examples = [field for field in fields if field.required] or fields[:1]
            return {field.name: _example(field.type) for field in examples}
        case _:
            return {}


def _words(info: inspect.Type) -> list[Any]:
    """Return the texts that a value of a type may be, where it may be some alone."""
    match info:
        case inspect.LiteralType(values=values):
            return [*values]
        case inspect.Metadata(type=inner):
            return _words(inner)
        case inspect.UnionType(types=types):
            return [word for one in types for word in _words(one)]
        case _:
            return []


def _meant(info: inspect.Type, value: object) -> list[str]:
    """Return what a type says that some write so, and how it is written, in a list."""
    match info:
        case inspect.Metadata(extra=dict(meanings)):
            return [meanings[value]] if isinstance(value, str) and value in meanings else []
        case inspect.UnionType(types=types):
            return [text for one in types for text in _meant(one, value)]
        case _:
            return []


def _other_key(name: object, value: object, known: list[str]) -> str:
    """Return the key that is nearest to an unknown one, or how to find this to take it out."""
    if near := get_close_matches(str(name), known, 1, cutoff=0.7):
        return f"if it is this one: {line(near[0], value)}"
    return f"take it out: `grep -n {quote(f'{name}:')} params.yaml`"


def _range(low: float | None, high: float | None) -> str:
    if high is None:
        return "" if low is None else f" of {low} or more"
    return f" from {low} to {high}"
