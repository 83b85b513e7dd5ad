"""Typed blocks of keys and values, which say where a document breaks their types and bounds."""

import json
from difflib import get_close_matches
from reprlib import Repr
from threading import Lock
from typing import Annotated, Any

import msgspec
from msgspec import inspect

from ratings_nmf.core.errors import InputError

SHORT = Repr()
"""Shows what was found, however long or deeply nested it is, in some hundred characters."""

SHORT.maxstring = SHORT.maxother = 100
SHORT.maxlist = SHORT.maxdict = 10
SHORT.maxlevel = 3

ONE_AT_A_TIME = Lock()
"""msgspec learns a type when it is first used; a thread that meets a type half learnt kills the process."""

Count = Annotated[int, msgspec.Meta(ge=1)]


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A block of keys and values.

    Types and bounds stand beside the keys, and `convert` holds a document to them. A rule between several keys stands
    in ``__post_init__`` and raises `InputError` with its parameter.
    """


def convert(value: object, kind: Any, *, at: str = "") -> Any:
    """Return a parsed document as a value of this type, with its defaults filled in.

    What msgspec refuses is looked at again key by key, until it is one key that is wrong.

    Raises
    ------
    InputError
        If a key is unknown, missing, of the wrong type or out of bounds; its parameter is the key's path below `at`.

    >>> class Crate(Section, frozen=True):
    ...     apples: Count
    >>> convert({"apples": 0}, Crate, at="cellar")
    Traceback (most recent call last):
    ratings_nmf.core.errors.InputError: cellar.apples: expected a whole number of 1 or more; found 0
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
                remedy = f"expected one of: {', '.join(fields)}; mend the name or take it out"
                raise InputError(f"unknown key; {remedy}", parameter=_below(at, name))
        for name, field in fields.items():
            if name in value:
                convert(value[name], field.type, at=_below(at, name))
            elif field.required:
                raise InputError("missing; add this key", parameter=_below(at, name))
    info = inspect.type_info(kind)
    found = f"expected {_expected(info)}; found {SHORT.repr(value)}"
    block, _, key = at.rpartition(".")
    if block and (words := _words(info)):
        (word, *_) = get_close_matches(SHORT.repr(value), words, 1, cutoff=0.5) or words
        found += f"; for example `{key}: {word if word.isidentifier() else json.dumps(word)}`"
    raise InputError(found, parameter=at)


def _below(path: str, name: object) -> str:
    return f"{path}.{name}" if path else str(name)


def _expected(info: inspect.Type) -> str:
    """Say in words what a value of a type is; a description given with the type comes first."""
    match info:
        case inspect.Metadata(extra_json_schema={"description": words}):
            return str(words)
        case inspect.LiteralType(values=[value]):
            return repr(value)
        case inspect.LiteralType(values=values):
            return "one of: " + ", ".join(map(repr, values))
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


def _words(info: inspect.Type) -> list[str]:
    """Return the texts that a value of a type may be, where it may be some alone."""
    match info:
        case inspect.LiteralType(values=values):
            return [value for value in values if isinstance(value, str)]
        case inspect.Metadata(type=inner):
            return _words(inner)
        case inspect.UnionType(types=types):
            return [word for one in types for word in _words(one)]
        case _:
            return []


def _range(low: float | None, high: float | None) -> str:
    if high is None:
        return "" if low is None else f" of {low} or more"
    return f" from {low} to {high}"
