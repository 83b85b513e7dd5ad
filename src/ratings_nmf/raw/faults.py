"""What can be wrong with a cell or a label, and how it is said: all in one line, the first 20, then a count."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.params import IngestParameters
from ratings_nmf.core.table import LARGEST, LISTED, SMALLEST, Zeros

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_DECIMAL_COMMA = re.compile(r"[+-]?([0-9]{1,3}(\.[0-9]{3})+|[0-9]+),[0-9]+")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")


def refuse_cells(path: Path, cells: Sequence[tuple[str, str, str]], ingest: IngestParameters) -> None:
    """Refuse bad cells, given as row label, column label and what stands there.

    Raises
    ------
    InputError
        Always.
    """
    faults = [f"row {row!r}, column {column!r}: {_fault(text)}" for row, column, text in cells]
    point = "comma" if ingest.decimal == "," else "point"
    remedies = dict.fromkeys(filter(None, (_remedy(text, ingest) for _, _, text in cells)))
    expected = f"expected finite numbers of 0 or more, with a decimal {point}"
    raise InputError(f"{path}: {'; '.join([listing(faults), expected, *remedies])}")


def refuse_repeated(path: Path, cells: Iterable[tuple[str, str, int]]) -> None:
    """Refuse cells that stand on several lines, given as row label, column label and number of lines.

    Raises
    ------
    InputError
        Always.
    """
    faults = [f"row {row!r}, column {column!r} stands {count} times" for row, column, count in cells]
    raise InputError(f"{path}: {listing(faults)}; say what to make of them: `duplicates: last`, `mean` or `sum`")


def check_zeros(path: Path, unstored: int, zeros: Zeros | None) -> None:
    """Refuse a table some of whose cells are 0, blank or absent, where it was not said what they mean.

    Raises
    ------
    InputError
        If so.
    """
    if zeros is None and unstored:
        raise InputError(
            f"{path}: {unstored:,} cells are 0, blank or absent; say what they mean with `zeros` under `ingest` in "
            "params.yaml: `observed` (0 is a value), `missing` (not rated) or a weight such as 0.1 (not taken)"
        )


def check_labels(path: Path, side: str, labels: Sequence[str]) -> None:
    """Refuse labels that nobody meant, all in one go.

    Raises
    ------
    InputError
        If a label holds a control character, or two differ only by white space around them or by Unicode form.
    """
    clean: dict[str, str] = {}
    faults, alike = [], False
    for label in labels:
        if _CONTROL.search(label):
            faults.append(f"{side} label {label!r} holds a control character")
        other = clean.setdefault(unicodedata.normalize("NFC", label.strip()), label)
        if other != label:
            alike = True
            faults.append(f"{side} labels {other!a} and {label!a} differ by white space or Unicode form only")
    if faults:
        remedy = "make them one: `labels: strip` under `ingest`" if alike else "take it out"
        raise InputError(f"{path}: {listing(faults)}; {remedy}")


def first_bad_label(labels: Iterable[str]) -> str | None:
    """Return the first label that holds a control character."""
    return next((label for label in labels if _CONTROL.search(label)), None)


def listing(faults: list[str]) -> str:
    """Join the first 20 faults, and count the others."""
    more = f"; and {len(faults) - LISTED:,} more" if len(faults) > LISTED else ""
    return "; ".join(faults[:LISTED]) + more


def _fault(text: str) -> str:
    text = text.strip()
    if not text:
        return "blank"
    if NUMBER.fullmatch(text):
        return f"{text!r} is {'negative' if text.startswith('-') else f'not within {SMALLEST:g} and {LARGEST:g}'}"
    if text.lower().lstrip("+-") in {"nan", "inf", "infinity"}:
        return f"{text!r} is not finite"
    return f"{text!r} is not a number"


def _remedy(text: str, ingest: IngestParameters) -> str | None:
    """Return the remedy that a bad cell calls for, as a line of params.yaml."""
    text = text.strip()
    if not text:
        return "a blank cell has no value under `zeros: observed`: fill it in, or set `zeros: missing` (not rated)"
    if NUMBER.fullmatch(text) and text.startswith("-"):
        return f"if {text} means that it was not rated: `unrated: [{text}]` and `zeros: missing`"
    if _THOUSANDS.fullmatch(text) and not ingest.thousands:
        return 'if the comma parts thousands: `thousands: ","`'
    if _DECIMAL_COMMA.fullmatch(text) and ingest.decimal == ".":
        thousands = ' and `thousands: "."`' if "." in text else ""
        return f'if the comma is the decimal mark: `decimal: ","`{thousands}'
    if text.endswith("%"):
        return "take the % out"
    return None
