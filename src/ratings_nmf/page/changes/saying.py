"""What differs, for a terminal and as Markdown for a comment on a change."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from textwrap import TextWrapper
from typing import Any
from urllib.parse import quote

from ratings_nmf.core.words import NOT_MEASURED, counted, hundredths, label, number, percent
from ratings_nmf.page.changes.differences import Changes, DatasetChanges, Picture
from ratings_nmf.page.changes.parts import Part
from ratings_nmf.page.changes.snapshot import WORKSPACE

LIMIT = 60_000
"""Most characters of a comment; GitHub takes 65,536."""

WRAPPED = TextWrapper(
    100, initial_indent="  ", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
)
"""Sentences in a terminal, 100 columns wide but for long labels."""

MARKS = re.compile("[^a-zA-Z0-9 ]")

Line = tuple[str, ...]
Spell = Callable[[str], str]


@dataclass(frozen=True, kw_only=True)
class Report:
    """What differs of a dataset, each text spelt for where it stands.

    Attributes
    ----------
    parameters, measures
        A line each: name, before, after; of a measure also how it is graded.
    sentences
        What became of parts and lists, and which figures differ.
    """

    parameters: tuple[Line, ...]
    measures: tuple[Line, ...]
    sentences: tuple[str, ...]


def report(changes: DatasetChanges, spell: Spell, *, figures: bool = True) -> Report:
    """Return what differs of a dataset, its texts spelt by `spell`, with the names of its figures or without."""
    names = ", ".join(spell(picture.name) for picture in changes.pictures) if figures else ""
    last = [f"figures that differ: {names}"] if names else []
    return Report(
        parameters=tuple(parameters(changes, spell)),
        measures=tuple(_measures(changes, spell)),
        sentences=(*_parts(changes, spell), *_lists(changes), *last),
    )


def to_text(changes: Changes) -> str:
    """Return what differs for a terminal, in lines as long as those of `WRAPPED`."""
    lines = [f"{changes.before} → {changes.after}", *_wrapped(sentences(changes, label))]
    lines += _columns(parameters(changes, label))
    for dataset, content in changes.datasets.items():
        block = report(content, label)
        lines += ["", dataset, *_columns([*block.parameters, *block.measures]), *_wrapped(block.sentences)]
    return "\n".join(lines) + "\n"


def _columns(lines: Iterable[Line]) -> Iterator[str]:
    for name, before, after, *verdict in lines:
        yield f"  {name:<28}{f'{before} → {after}':<38}{''.join(verdict)}".rstrip()


def _wrapped(sentences: Iterable[str]) -> Iterator[str]:
    for sentence in sentences:
        yield from WRAPPED.wrap(sentence)


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
    blocks_in: list[str] = []
    length = len(rest) + 8
    for block in blocks:
        length += len(block) + 1
        if length > limit:
            return "\n".join(blocks_in) + rest.format(len(blocks) - len(blocks_in))
        blocks_in.append(block)
    return "\n".join(blocks_in) + "\n"


def escaped(text: str) -> str:
    """Return a text of the user's as Markdown that shows it and nothing else.

    Punctuation stands as character references, from which no markup is made, and all in code, where nobody is
    mentioned and no number links to an issue.

    >>> escaped("<b>@me|`x`")
    '<code>&#60;b&#62;&#64;me&#124;&#96;x&#96;</code>'
    """
    return f"<code>{MARKS.sub(lambda mark: f'&#{ord(mark[0])};', label(text))}</code>"


def _blocks(changes: Changes, pictures: tuple[str, str] | None) -> Iterator[str]:
    yield f"## {escaped(changes.before)} → {escaped(changes.after)}"
    yield from _points(sentences(changes, escaped))
    yield from _table("parameter", parameters(changes, escaped))
    for dataset, content in changes.datasets.items():
        block = report(content, escaped, figures=not pictures)
        yield f"\n### {escaped(dataset)}"
        yield from _table("parameter", block.parameters)
        yield from _table("metric", block.measures)
        yield from _points(block.sentences)
        if pictures:
            yield from (_picture(dataset, picture, pictures) for picture in content.pictures)


def _points(sentences: Iterable[str]) -> Iterator[str]:
    for count, sentence in enumerate(sentences):
        yield f"- {sentence}" if count else f"\n- {sentence}"


def _table(what: str, lines: Iterable[Line]) -> Iterator[str]:
    """Give a table, a line at a time; nothing where it has no line."""
    for count, line in enumerate(lines):
        if not count:
            yield f"\n| {what} | before | after |{' |' * (len(line) - 3)}\n|{'---|' * len(line)}"
        yield f"| {' | '.join(line)} |"


def _picture(dataset: str, picture: Picture, folders: tuple[str, str]) -> str:
    state = "differs" if picture.before and picture.after else "is new" if picture.after else "is gone"
    title = f"{escaped(picture.name)} {state}"
    file = quote(f"{dataset}/{picture.name}.png")
    sides = (("before", picture.before, folders[0]), ("after", picture.after, folders[1]))
    images = "\n\n".join(f"{side}: ![{side}]({folder}/{file})" for side, there, folder in sides if there)
    return f"\n<details><summary>{title}</summary>\n\n{images}\n\n</details>"


def sentences(changes: Changes, spell: Spell) -> Iterator[str]:
    """Say which datasets are new or gone, what could not be compared, and whether nothing differs."""
    if not (changes.parameters or changes.datasets or changes.new or changes.gone):
        yield "Nothing that is there differs." if changes.missing else "Nothing differs."
    yield from (f"new dataset: {spell(name)}" for name in changes.new)
    yield from (f"dataset that is gone: {spell(name)}" for name in changes.gone)
    for name, absent in changes.missing.items():
        remedy = "`dvc repro` makes them" if name == WORKSPACE else "`--run` makes them"
        yield f"{spell(name)} lacks: {'; '.join(map(spell, absent))}; {remedy}"


def parameters(changes: Changes | DatasetChanges, spell: Spell) -> Iterator[Line]:
    """Give each parameter that differs: its name, before, after."""
    for change in changes.parameters:
        yield spell(change.name), _value(change.before, spell), _value(change.after, spell)


def _value(value: Any, spell: Spell) -> str:
    return "not given" if value is None else spell(json.dumps(value, ensure_ascii=False))


def _measures(changes: DatasetChanges, spell: Spell) -> Iterator[Line]:
    def spelt(value: Any, error: float | None) -> str:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return NOT_MEASURED if value is None else _value(value, spell)
        return number(value, 4) + (f" ± {number(error)}" if error is not None else "")

    for measure in changes.measures:
        before, after = spelt(measure.before, measure.before_error), spelt(measure.after, measure.after_error)
        yield spell(measure.name), before, after, measure.verdict


def _parts(changes: DatasetChanges, spell: Spell) -> Iterator[str]:
    """Say what became of each part; those that are as they were and called so come first, together."""
    still = [part for part in changes.parts if part.state == "kept" and part.before == part.after]
    if still:
        names = ", ".join(spell(name) for part in still for name in part.before)
        yield f"parts kept: {names} (cosine {hundredths(min(part.cosine for part in still))} or more)"
    for part in changes.parts:
        if part in still:
            continue
        before, after = (" + ".join(map(spell, names)) for names in (part.before, part.after))
        link = " → ".join(filter(None, [before, after])) if part.before != part.after else before
        yield f"part {part.state}: {link} ({_likeness(part)})" + "".join(
            f"; {spell(shift.label)} {hundredths(shift.before)} → {hundredths(shift.after)}" for shift in part.shifts
        )


def _likeness(part: Part) -> str:
    cosine = f"cosine {hundredths(part.cosine)}"
    return cosine if part.before and part.after else f"the likeliest has {cosine}"


def _lists(changes: DatasetChanges) -> Iterator[str]:
    lists = changes.lists
    if lists is None:
        return
    if lists.shared is not None:
        yield (
            f"lists: {percent(lists.shared)} of their items are kept; of {counted(lists.receivers, 'list')} "
            f"{lists.same:,} stay the same and {lists.same_first:,} keep their first item"
        )
    for count, when in ((lists.before_only, "before"), (lists.after_only, "after")):
        if count:
            yield f"lists: {counted(count, 'list')} only {when}"
