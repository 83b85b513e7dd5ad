"""What differs, for a terminal and as Markdown for a comment on a change."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import quote

from ratings_nmf.changes.differences import Changes, DatasetChanges, Picture
from ratings_nmf.core.words import NOT_MEASURED, label, number

LIMIT = 60_000
"""Most characters of a comment; GitHub takes 65,536."""

MARKS = re.compile("[^a-zA-Z0-9 ]")

Line = tuple[str, ...]


def to_text(changes: Changes) -> str:
    """Return what differs for a terminal, up to 100 columns wide but for long labels."""
    lines = [f"{changes.before} → {changes.after}", *(f"  {sentence}" for sentence in _sentences(changes, label))]
    lines += _columns(_parameters(changes, label))
    for dataset, found in changes.datasets.items():
        lines += ["", dataset, *_columns(_parameters(found, label)), *_columns(_measures(found, label))]
        if found.pictures:
            lines.append(f"  figures that differ: {', '.join(label(picture.name) for picture in found.pictures)}")
    return "\n".join(lines) + "\n"


def _columns(lines: Iterable[Line]) -> Iterator[str]:
    for name, before, after, *verdict in lines:
        yield f"  {name:<28}{f'{before} → {after}':<38}{''.join(verdict)}".rstrip()


def to_markdown(changes: Changes, *, pictures: tuple[str, str] | None = None, limit: int = LIMIT) -> str:
    """Return what differs as Markdown of up to `limit` characters; what is left out at its end is counted.

    No text of the user's becomes markup, a link, a mention or an image (`escaped`).

    Parameters
    ----------
    pictures
        Addresses of the folders reports/figures before and after, which figures are shown from; only named where not
        given.
    """
    blocks = [*_blocks(changes, pictures)]
    rest = "\n{} more lines are left out, as a comment takes so many characters and no more.\n"
    kept: list[str] = []
    length = len(rest) + 8
    for block in blocks:
        length += len(block) + 1
        if length > limit:
            return "\n".join(kept) + rest.format(len(blocks) - len(kept))
        kept.append(block)
    return "\n".join(kept) + "\n"


def escaped(text: str) -> str:
    """Return a text of the user's as Markdown that shows it and nothing else.

    Punctuation stands as character references, from which no markup is made, and all in code, where nobody is
    mentioned and no number links to an issue.

    >>> escaped("<b>@me|`x`")
    '<code>&#60;b&#62;&#64;me&#124;&#96;x&#96;</code>'
    """
    return f"<code>{MARKS.sub(lambda mark: f'&#{ord(mark[0])};', label(text))}</code>"


def _blocks(changes: Changes, pictures: tuple[str, str] | None) -> Iterator[str]:
    yield f"## {escaped(changes.before)} → {escaped(changes.after)}\n"
    yield from (f"- {sentence}" for sentence in _sentences(changes, escaped))
    yield from _table("parameter", _parameters(changes, escaped))
    for dataset, found in changes.datasets.items():
        yield f"\n### {escaped(dataset)}"
        yield from _table("parameter", _parameters(found, escaped))
        yield from _table("metric", _measures(found, escaped))
        yield from (_picture(dataset, picture, pictures) for picture in found.pictures)


def _table(what: str, lines: Iterable[Line]) -> Iterator[str]:
    """Give a table, a line at a time; nothing where it has no line."""
    for count, line in enumerate(lines):
        if not count:
            yield f"\n| {what} | before | after |{' |' * (len(line) - 3)}\n|{'---|' * len(line)}"
        yield f"| {' | '.join(line)} |"


def _picture(dataset: str, picture: Picture, folders: tuple[str, str] | None) -> str:
    state = "differs" if picture.before and picture.after else "is new" if picture.after else "is gone"
    title = f"{escaped(picture.name)} {state}"
    if folders is None:
        return f"\n{title}"
    file = quote(f"{dataset}/{picture.name}.png")
    sides = (("before", picture.before, folders[0]), ("after", picture.after, folders[1]))
    shown = "\n\n".join(f"{side}: ![{side}]({folder}/{file})" for side, there, folder in sides if there)
    return f"\n<details><summary>{title}</summary>\n\n{shown}\n\n</details>"


def _sentences(changes: Changes, spell: Callable[[str], str]) -> Iterator[str]:
    if not (changes.parameters or changes.datasets or changes.new or changes.gone):
        yield "Nothing that is there differs." if changes.missing else "Nothing differs."
    yield from (f"new dataset: {spell(name)}" for name in changes.new)
    yield from (f"dataset that is gone: {spell(name)}" for name in changes.gone)
    yield from (f"missing: {spell(sentence)}" for sentence in changes.missing)


def _parameters(changes: Changes | DatasetChanges, spell: Callable[[str], str]) -> Iterator[Line]:
    for change in changes.parameters:
        yield spell(change.name), _value(change.before, spell), _value(change.after, spell)


def _value(value: Any, spell: Callable[[str], str]) -> str:
    return "not given" if value is None else spell(json.dumps(value, ensure_ascii=False))


def _measures(changes: DatasetChanges, spell: Callable[[str], str]) -> Iterator[Line]:
    def said(value: Any, error: float | None) -> str:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return NOT_MEASURED if value is None else _value(value, spell)
        return f"{value:,.4g}" + (f" ± {number(error)}" if error is not None else "")

    for found in changes.measures:
        before, after = said(found.before, found.before_error), said(found.after, found.after_error)
        yield spell(found.name), before, after, found.verdict
