"""How a file is refused: in one line that says what is wrong and where, what was expected, and what to paste."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.params import IngestParameters
from ratings_nmf.core.sections import line
from ratings_nmf.core.table import LISTED, Zeros
from ratings_nmf.core.words import visible

NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
YEAR = re.compile("1[5-9][0-9]{2}|20[0-9]{2}")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
TRUTH = {"true": 1.0, "false": 0.0, "yes": 1.0, "no": 0.0}
"""Words for values, and what they are read as."""

ALIKE = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2007": " ", "’": "'", "ʼ": "'"})
"""Spaces and apostrophes that offices write between thousands, and what `ingest.thousands` calls them."""

MISSING = re.compile(
    r"(?:[$€£¥₹] *)?"
    r"(?::|-?1\.#[A-Z]+[0-9]*|#[A-Z/0!]+[!?A]|n[./ ]{0,2}[ad]\.?|k\. ?a\.|nan|null|none|nil|\\N|\?|\.+|\*+|"
    r"[-\u2010-\u2015\u2212]+|\.[/|]\.|not rated|missing)(?: *[$€£¥₹])?",
    re.IGNORECASE,
)
"""Texts that stand for no number in files of others."""

DITTO = re.compile("[\"“”„〃″]|''|(do|dto)[.]")
"""Labels and cells that stand for what is above them."""

UNSEEN = r"\u00ad\u200b\u200e\u2060\ufeff"
"""Characters, in the words of a pattern, that are left in a label by mistake: nothing is seen of them or of others."""

UNTIDY = re.compile(rf"(?s)[^\S\r\n].*|.*[^\S\r\n]|.*[{UNSEEN}].*")
"""Labels with such a character, or with white space around them other than ends of lines."""

_INVISIBLE = re.compile(f"{CONTROL.pattern}|[\u00ad\u061c\u200b\u200e\u200f\u2060\ufeff]")


def refusal(path: Path, wrong: str, expected: str, remedy: str) -> InputError:
    """Return the line in which a file is refused; the remedy ends with what can be pasted, between backticks."""
    return InputError(visible(f"{path}: {wrong}; expected {expected}; {remedy}"))


def quoted(text: str) -> str:
    """Return a text between quotes, with what is not seen escaped, the middle of a long one left out."""
    return repr(text if len(text) <= 100 else f"{text[:60]}… ({len(text):,} characters) …{text[-20:]}")


def keys(**changes: Any) -> str:
    """Return lines for the block `ingest` of params.yaml.

    >>> keys(unrated=[99.0, "?"], skip={"rows": ["Total"]})
    '`unrated: [99, "?"]`, `skip: {rows: [Total]}`'
    """
    return ", ".join(line(name, value) for name, value in changes.items())


def skip_of(ingest: IngestParameters, **changes: Any) -> dict[str, Any]:
    """Return the key `skip` of the block `ingest` with some of its own changed."""
    skip = {name: getattr(ingest.skip, name) for name in ingest.skip.__struct_fields__} | changes
    return {name: value for name, value in skip.items() if value}


def skipping(ingest: IngestParameters, **changes: Any) -> str:
    """Return the line `skip` of the block `ingest` with some of its keys changed."""
    return keys(skip=skip_of(ingest, **changes))


def leaving_out(ingest: IngestParameters, side: str, labels: list[str]) -> str:
    """Return the line `skip` that leaves out the rows, or columns, with more labels than it does."""
    return skipping(ingest, **{side: [*getattr(ingest.skip, side), *labels]})


def refuse_columns(path: Path, columns: dict[str, set[str]], ingest: IngestParameters) -> None:
    """Refuse columns of a table that hold texts, and no number."""
    names = ", ".join(map(quoted, columns))
    several = f"columns {names} hold" if len(columns) > 1 else f"column {names} holds"
    raise refusal(path, f"{several} no number, but such as {quoted(min(next(iter(columns.values()))))}",
                  "numbers in every column but the first",
                  f"to leave out what describes the rows: {leaving_out(ingest, 'columns', [*columns])}")  # fmt: skip


def refuse_repeated(path: Path, cells: Iterable[tuple[str, str, int]], remedy: str | None = None) -> None:
    """Refuse cells that stand on several lines, given as row label, column label and number of lines."""
    faults = [f"row {quoted(row)}, column {quoted(column)} stands {count} times" for row, column, count in cells]
    remedy = remedy or f"to take the last, or `mean` or `sum`: {keys(duplicates='last')}"
    raise refusal(path, listing(faults), "each cell once", remedy)


def check_zeros(path: Path, unstored: int, zeros: Zeros | None) -> None:
    """Refuse a table some of whose cells are 0, blank or absent, where it was not said what they mean."""
    if zeros is None and unstored:
        wrong = f"{unstored:,} {'cell is' if unstored == 1 else 'cells are'} 0, blank or absent"
        remedy = f"if not rated {keys(zeros='missing')}; if not taken a weight such as {keys(zeros=0.2)}; "
        raise refusal(path, wrong, "to be told what that means", remedy + f"if 0 is a value {keys(zeros='observed')}")


def check_labels(path: Path, side: str, labels: Sequence[str]) -> None:
    """Refuse labels with a control character, and any two that differ only by what is not seen, all in one go."""
    first: dict[str, str] = {}
    faults = []
    for label in labels:
        other = first.setdefault(tidy(label), label)
        if CONTROL.search(label):
            faults.append(f"{side} label {quoted(label)} holds a control character")
        elif other != label:
            faults.append(f"{side} labels {other!a} and {label!a} differ only by what is not seen")
    if faults:
        raise refusal(path, listing(faults), "labels that can be told apart",
                      f"to take out what is not seen: {keys(labels='strip')}")  # fmt: skip


def tidy(label: str) -> str:
    """Return a label in Unicode's composed form, with single spaces within, without any around and what is not seen.

    >>> tidy(" Jose\\u0301\\u200b\\u00a0 B. ")
    'José B.'
    """
    if not (label.isascii() and label.isprintable()):
        label = unicodedata.normalize("NFC", _INVISIBLE.sub("", label))
    return " ".join(label.split())


def listing(faults: list[str]) -> str:
    """Join the first 20 faults, and count the others."""
    more = f"; and {len(faults) - LISTED:,} more" if len(faults) > LISTED else ""
    return "; ".join(faults[:LISTED]) + more
