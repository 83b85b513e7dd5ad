"""How cells that hold no value are refused, and the commands that make numbers of what stands there."""

import json
import math
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from ratings_nmf.core.params import IngestParameters
from ratings_nmf.core.sections import flow
from ratings_nmf.core.table import LARGEST, LISTED, SMALLEST
from ratings_nmf.core.words import visible
from ratings_nmf.raw.commands import copied, edit
from ratings_nmf.raw.faults import ALIKE, DITTO, MISSING, NUMBER, TRUTH, UNSEEN, keys, leaving_out, quoted, refusal

Triple = tuple[str, str, str]
Way = tuple[str, str, str | dict[str, str]]
"""What texts look like, what they may mean, and how pandas makes numbers of a column, or of patterns in it."""

Copy = Callable[..., str]
"""Says what to paste for such a change, and which keys change besides."""

FLAGS, CODES, STEPS = 5, 4, 12
"""Different texts beside numbers that are taken for units or flags, numbers below 0 that may be marks, and words that
may be steps of a scale, at most."""

_AROUND = re.compile(r"((?:[A-Z]{1,3}(?=\W))?[^\w\s.,+\u2010-\u2015\u2212-]*) ?[0-9][0-9.,' ]*((?![-−])[^0-9.,½¼¾]*)")
_MARKS = (
    (".", ",", re.compile(r"[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]*)?")),
    (",", ".", re.compile(r"[+-]?[0-9]{1,3}((\.[0-9]{3})+,[0-9]+|(\.[0-9]{3}){2,})")),
    (",", " ", re.compile(r"[+-]?[0-9]{1,3}( [0-9]{3})+,[0-9]+")),
    (".", " ", re.compile(r"[+-]?[0-9]{1,3}( [0-9]{3})+(\.[0-9]*)?")),
    (".", "'", re.compile(r"[+-]?[0-9]{1,3}('[0-9]{3})+(\.[0-9]*)?")),
    (",", None, re.compile(r"[+-]?[0-9]+,[0-9]+([eE][+-]?[0-9]+)?")),
    (".", None, re.compile(r"[+-]?[0-9]+\.[0-9]+([eE][+-]?[0-9]+)?")),
)
"""Decimal marks and marks between thousands, and what a number with both looks like; the first that fits counts."""

_POINTS = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
"""What a number whose thousands a point parts looks like, too."""

SINGLE_QUOTES = "if single quotes are meant as double ones", r"""s/(^|[,;|\t])'/\1"/g; s/'([,;|\t]|\r?$)/"\1/g"""
_TIMES: list[Way] = [
    (r"PT[0-9HMS.]+|([0-9.]+ ?(d|days?|h|hr|hours?|m|min|minutes?|s|sec|seconds?)\b ?)+|[0-9]+:[0-9]{2}:[0-9.]+",
     "if they are durations, in seconds", "pandas.to_timedelta(side).dt.total_seconds()"),
    ("[0-9]+:[0-9]{2}", "if they are minutes and seconds", 'pandas.to_timedelta("0:" + side).dt.total_seconds()'),
]  # fmt: skip
_RANGE = "[0-9.]+ ?([-‐-―−~〜～]|to|bis|à|a) ?[0-9.]+"
_MIDDLE = (
    "if they are ranges, for their middle",
    'side.str.findall("[0-9.]+").map(lambda ends: pandas.Series(ends, dtype=float).mean())',
)
_OPEN: Way = (rf"{_RANGE}|[<>≤≥] ?[0-9.]+|[0-9.]+ ?[+]", *_MIDDLE)
_FORMS: list[Way] = [
    ("[0-9.,]+ ?[KMBkmb]", "if K, M and B are thousands, millions and billions",
     {" ?[Kk]$": "e3", " ?[Mm]$": "e6", " ?[Bb]$": "e9"}),
    ("[0-9.]+ ?[KMGTkmgt]?i?[Bb]", "to count bytes",
     {" ?[kK]i?[bB]$": "e3", " ?[mM]i?[bB]$": "e6", " ?[gG]i?[bB]$": "e9", " ?[tT]i?[bB]$": "e12", " ?[bB]$": ""}),
    ("[0-9.]+ ?[kcm]?[glm]", "to count grams, litres or metres",
     {" ?k[glm]$": "e3", " ?c[glm]$": "e-2", " ?m[glm]$": "e-3", " ?[glm]$": ""}),
    ("[0-9.]+ ?[万萬亿億]", "to write them out", {" ?[万萬]$": "e4", " ?[亿億]$": "e8"}),
    (r"[+-]?[0-9.]+[dD][+-]?[0-9]+", "if D parts an exponent", {"[dD]": "e"}),
    (r"\([0-9.,]+\)", "if parentheses mean below 0", {r"^\((.+)\)$": r"-\1"}),
    ("[0-9.,]+[-−]", "if a minus behind means below 0", {"(.+)[-−]$": r"-\1"}),
    (r"[0-9]{1,2}(,[0-9]{2})+,[0-9]{3}(\.[0-9]+)?", "if commas part lakhs and crores", {",": ""}),
    (r"[0-9]{1,3}(_[0-9]{3})+(\.[0-9]+)?", "if '_' parts thousands", {"_": ""}),
    ("(?i:true|false|yes|no)", "if these are 1 and 0", {"^(?i:true|yes)$": "1", "^(?i:false|no)$": "0"}),
    (r"(?![0-9.,]+$)[\d.٫٬]+", "to write these digits as others",
     'side.map(lambda text: text and float(text.replace("٫", ".").replace("٬", "")))'),
    ("0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+", "if 0x, 0o and 0b tell their base",
     "side.map(lambda text: text and int(text, 0))"),
    ("[0-9]+[·．，][0-9]+", "if that parts decimals", {"[·．，]": "."}),
    (rf"[0-9.]*[{UNSEEN}][0-9.{UNSEEN}]*", "to take out what is not seen", {f"[{UNSEEN}]": ""}),
    ("[0-9]*[½¼¾]", "to write these fractions out", {"½": ".5", "¼": ".25", "¾": ".75"}),
    ("[01][/|][01]", "if they are genotypes, to count what differs",
     'side.str.count("1").where(side.str.contains("[01]"), side)'),
    (r"[^0-9]+\([0-9.]+\)", "if the numbers in parentheses count", {r"^.*\((.+)\)$": r"\1"}),
    ("[0-9.]+ ?/ ?[0-9.]+", "if they are fractions", "side.map(lambda text: text and pandas.eval(text))"),
    (_RANGE, *_MIDDLE),
]  # fmt: skip
_ACCOUNTS: Way = (
    r"\(?[$€£¥₹] ?[0-9.,]+\)?", "if parentheses mean below 0", {r"^\([$€£¥₹] ?(.+)\)$": r"-\1", "^[$€£¥₹] ?": ""},
)  # fmt: skip
_BEHIND: Way = (
    r"[^\w\s.,+-]*[0-9]+([.,][0-9]+)?( ?[^\w\s.,:;/-]| [^\W\d]| - |[.:)] ).*", "if the first number of each counts",
    {"^[^0-9]*([0-9]+([.,][0-9]+)?).*$": r"\1"},
)  # fmt: skip
_DATES: list[Way] = [
    (form, f"if they are dates{order}, in days since 1970",
     f'(pandas.to_datetime(side, utc=True{how}) - pandas.Timestamp(0, tz="UTC")) / pandas.Timedelta("1D")')
    for form, order, how in (
        ("[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9:.]+Z?)?", "", ""),
        (r"[0-9]{1,2}([./])(0?[1-9]|1[0-2])\1[0-9]{4}", ", day first", ", dayfirst=True"),
        ("(0?[1-9]|1[0-2])/[0-9]{1,2}/[0-9]{4}", ", month first", ""),
    )
]  # fmt: skip
"""Ways to write a number otherwise: times, which do not stand among plain numbers; others; with something around."""

_SCALES = [
    scale.split("|")
    for scale in (
        "n|y", "nein|ja", "non|oui", "no|sí", "no|si", "não|sim", "nee|ja", "nej|ja", "нет|да", "否|是", "いいえ|はい",
        "falsch|wahr", "faux|vrai", "falso|vero", ".f.|.t.", "bad|good", "schlecht|gut", "f|t", "off|on", "-|x",
        "✗|✓", "down|up", "👎|👍", "😡|😐|😀", "low|medium|high", "f|e|d|c|b|a",
        "f|d-|d|d+|c-|c|c+|b-|b|b+|a-|a|a+", "i|ii|iii|iv|v|vi|vii|viii|ix|x",
        "one|two|three|four|five|six|seven|eight|nine|ten", "strongly disagree|disagree|neutral|agree|strongly agree",
        "strongly disagree|disagree|neither agree nor disagree|agree|strongly agree",
        "strongly disagree|disagree|somewhat disagree|neither agree nor disagree|somewhat agree|agree|strongly agree",
        "strongly disagree|somewhat disagree|neither agree nor disagree|somewhat agree|strongly agree",
        "very dissatisfied|dissatisfied|neither satisfied nor dissatisfied|satisfied|very satisfied",
        "very unlikely|unlikely|neutral|likely|very likely", "very bad|bad|neutral|good|very good",
        "not at all|slightly|moderately|very|extremely", "none|mild|moderate|severe",
        "did not like it|it was ok|liked it|really liked it|it was amazing", "never|rarely|sometimes|often|always",
        "very dissatisfied|dissatisfied|neutral|satisfied|very satisfied", "very poor|poor|fair|good|excellent",
    )
]  # fmt: skip
"""Words for the steps of a scale, from 1 on; of two they are 0 and 1."""


def refuse_cells(
    path: Path, cells: list[Triple], ingest: IngestParameters, *, more: int, headers: list[str], numbers: bool, at: str
) -> None:
    """Refuse bad cells, given as row label, column label and what stands there, and the number of others.

    `headers` are labels of rows that hold the names of the columns again; `numbers` says whether other cells hold any;
    the values of the file are at these places, in the words of pandas.
    """
    cells = [(row, column, text.strip()) for row, column, text in cells]
    faults = [
        f"row {quoted(row)}, column {quoted(column)}: {_fault(text, ingest.decimal)}" for row, column, text in cells
    ]
    if more:
        faults.append(f"and {more:,} more")
    expected = f"finite numbers of 0 or more, with a decimal {'comma' if ingest.decimal == ',' else 'point'}"
    if not {text.lower() for *_, text in cells}.isdisjoint(TRUTH):
        expected = "numbers alone, or true and false alone"
    copy = partial(_copy, path, ingest, at)
    if headers:
        remedies = [f"if the header stands there again: {leaving_out(ingest, 'rows', headers)}"]
    elif all(DITTO.fullmatch(text) for *_, text in cells):
        above = copy(f"side.mask(side.str.fullmatch({flow(DITTO.pattern)})).ffill()")
        remedies = [f"if it means the cell above: {above}"]
    else:
        remedies = _remedies(path, cells, ingest, copy, numbers=numbers)
    raise refusal(path, "; ".join(faults), expected, "; ".join(remedies))


def marks_of(text: str) -> tuple[str, str | None] | None:
    """Return the decimal mark and that between thousands of a number that has either, or None."""
    plain = text.translate(ALIKE)
    return next(((decimal, thousands) for decimal, thousands, form in _MARKS if form.fullmatch(plain)), None)


def marks_among(fields: list[str], separator: str | None) -> tuple[str, str | None, bool]:
    """Return the decimal mark, the mark between thousands or None, and whether it may be the other."""
    marks_by_field = {field: marks for field in fields if (marks := marks_of(field))}
    pairs = {*marks_by_field.values()}
    if (".", ",") in pairs and all(decimal == "." for decimal, _ in pairs):
        commas = [field for field in marks_by_field if "," in field]
        clear = (".", None) in pairs or any(field.count(",") > 1 or "." in field for field in commas)
        return (",", None, True) if separator == ";" and not clear else (".", ",", not clear)
    thousands = sorted(mark for _, mark in pairs if mark not in (None, ","))
    parted = pairs == {(".", None)} and separator == ";" and all(map(_POINTS.fullmatch, marks_by_field))
    return "," if any(decimal == "," for decimal, _ in pairs) else ".", thousands[-1] if thousands else None, parted


def is_dressed(texts: set[str]) -> bool:
    """Return whether texts are numbers with marks, or all written in another way, with one unit at most."""
    ways = [way for way in _otherwise([*texts], numbers=False) if way not in (_BEHIND, *_DATES)]
    units = {part[1] for text in texts if (part := _around(text))}
    words = {text.lower() for text in texts} <= TRUTH.keys()
    return any(map(marks_of, texts)) or (len(ways) > 0 and len(units) < 2 and not words)


def is_otherwise(text: str) -> bool:
    """Return whether a text is a number written in another way: a duration, one with a unit, a range."""
    return bool(_otherwise([text], numbers=False))


def _fault(text: str, decimal: str) -> str:
    number = text.removesuffix("%").rstrip()
    if decimal == ",":
        number = number.translate({ord(","): ".", ord("."): "?"})
    if not text:
        return "blank"
    if NUMBER.fullmatch(number.replace("−", "-")):
        if number[0] in "-−":
            return f"{text!r} is negative"
        if text.endswith("%"):
            return f"{text!r} stands among numbers"
        return f"{quoted(text)} is not within {SMALLEST:g} and {LARGEST:g}"
    if text.lower() in TRUTH:
        return f"{text!r} stands among numbers"
    if text.lower().lstrip("+-") in {"nan", "inf", "infinity"}:
        return f"{text!r} is not finite"
    return f"{quoted(text)} is not a number"


def _remedies(path: Path, cells: list[Triple], ingest: IngestParameters, copy: Copy, *, numbers: bool) -> list[str]:
    """Return what bad cells, given as row label, column label and text, call for, each with what it would mean."""
    texts = [text for *_, text in cells]
    if all(re.fullmatch("'.+'", text) for text in texts):
        return [f"{SINGLE_QUOTES[0]}: {edit(SINGLE_QUOTES[1], path, ingest)}"]
    words = {text for text in texts if text and not (any(map(str.isdigit, text)) or MISSING.fullmatch(text))}
    words = {word for word in words if word.lower() not in TRUTH}
    if not numbers and len({*texts}) > 1 and all(map(MISSING.fullmatch, texts)):
        words = {*texts}  # where nothing else stands, marks are steps of a scale
    below = {text for text in texts if NUMBER.fullmatch(text.replace("−", "-")) and text[0] in "-−"}
    here = ingest.decimal, ingest.thousands
    marks_by_text = {text: pair for text in texts if (pair := marks_of(text)) and pair != here}
    flag = words if len(words) == 1 and TRUTH.keys().isdisjoint(_scale(words)) else set()
    unrated = dict.fromkeys(
        float(text) if NUMBER.fullmatch(text) and float(text) <= LARGEST else text
        for text in texts
        if text not in marks_by_text and (text in flag or (text not in words and _may_be_none(text)))
    )
    remedies = [_marks([*marks_by_text], ingest, copy, numbers=numbers)] if marks_by_text else []
    rows, columns = ({cell[side] for cell in cells} for side in (0, 1))
    if len(rows) == 1 < len(cells) and (words == {*texts} or not any(texts)) and numbers | (not words):
        remedies.append(f"to leave the row out: {leaving_out(ingest, 'rows', [*rows])}")
    if len(below) > CODES and not numbers and below == {*texts}:
        remedies.append(f"if the minus may go: {copy({'^[-−]': ''})}")
    elif len(below) > CODES and len(columns) == 1 and numbers and ingest.layout == "table":
        remedies.append(f"if it is of another kind than the others: {leaving_out(ingest, 'columns', [*columns])}")
    elif len(below) > CODES and numbers:
        least = max(1.0, *(-float(text.replace("−", "-")) for text in below))
        shift = 10 ** math.ceil(math.log10(min(least, LARGEST)))
        remedies.append(
            f"to add {shift:g} to all, after which marks such as 99 are so much larger, too: "
            + copy(f'pandas.to_numeric(side.str.replace("−", "-")) + {shift:g}')
        )
    elif unrated or not all(texts):
        settings: dict[str, Any] = {"zeros": "missing"} if ingest.zeros in ("observed", None) else {}
        settings |= {"unrated": [*ingest.unrated, *unrated]} if unrated else {}
        remedies.append(f"if it means that a cell was not rated: {keys(**settings)}")
    if 0 < len(words) <= STEPS and not numbers:
        remedies.append(_steps(words, copy))
    subjects = {str(mark) for mark in unrated} | (words if remedies else set()) | below
    rest = [text for text in texts if text and not (marks_of(text) or text in subjects)]
    if rest and (ways := _otherwise(rest, numbers=numbers)):
        remedies.append(f"{ways[0][1]}: {copy(ways[0][2])}")
    elif rest and numbers:
        remedies.append(_none(rest, ingest, copy))
    elif rest and not remedies:
        remedies.append(f"if all that counts is where something stands, to write 1 there: {copy({'(?s)^.+$': '1'})}")
    return remedies


def _marks(texts: list[str], ingest: IngestParameters, copy: Copy, *, numbers: bool) -> str:
    """Return which marks numbers have and, where others may have the contrary, how all get a decimal point."""
    marks = zip(("decimal", "thousands"), marks_among(texts, ingest.separator), strict=False)
    meant = keys(**{name: mark for name, mark in marks if mark != getattr(ingest, name)})
    if numbers and ingest.decimal == ",":
        points = copy({"[.,](?=[0-9]+[.,])": "", ",": "."}, decimal=".", thousands=None)
        return f"if its marks are meant so: {meant}; if others part decimals by a comma: {points}"
    return f"if its marks are meant so: {meant}"


def _steps(words: set[str], copy: Copy) -> str:
    """Return how words for the steps of a scale become numbers, perhaps others."""
    scale = _scale(words) or sorted(map(str.lower, words), key=lambda word: (len(word.rstrip("☆")), word))
    first = 0 if len(_scale(words)) == 2 else 1
    case = next((case for case in (str.lower, str.upper, str.title) if {*map(case, words)} == words), str.lower)
    words = words | {case(word) for word in scale if word in TRUTH}  # which stand there, too, and are no fault alone
    steps = json.dumps({word: scale.index(word.lower()) + first for word in sorted(words)}, ensure_ascii=False)
    return f"if they are steps of a scale, with your numbers: {copy(f'side.replace({steps})')}"


def _scale(words: set[str]) -> list[str]:
    """Return the scale whose steps some words are, empty where none is known."""
    return next((scale for scale in _SCALES if {*map(str.lower, words)} <= {*scale}), [])


def _otherwise(texts: list[str], *, numbers: bool) -> list[Way]:
    """Return the ways in which all texts may be written, the likeliest first."""
    around = {_around(text) for text in texts}
    before, behind = (sorted({one[side] for one in around if one and one[side]}) for side in (0, 1))
    marks = before or behind
    ways, others = (_FORMS, []) if numbers else (_TIMES + _FORMS, _DATES)
    if None not in around and bool(before) != bool(behind) and len(marks) <= FLAGS:
        some = "|".join(map(re.escape, marks))
        change = {f"^({some}) *" if before else f" *({some})$": ""}
        bare = [(".*", f"if {', '.join(map(quoted, marks))} may go", change)]
        ways = [*ways, *bare] if len(around) > 1 else [*bare, *ways]
    return [
        way for way in [*ways, _OPEN, _ACCOUNTS, _BEHIND, *others] if all(re.fullmatch(way[0], text) for text in texts)
    ]


def _none(texts: list[str], ingest: IngestParameters, copy: Copy) -> str:
    """Return how a few texts, or all that are no numbers, are left out."""
    few = [*dict.fromkeys(texts)]
    if len(few) <= FLAGS and all(visible(text) == text == quoted(text)[1:-1] for text in few):
        settings: dict[str, Any] = {} if ingest.zeros == "missing" else {"zeros": "missing"}
        return f"to leave such cells out: {keys(**settings, unrated=[*ingest.unrated, *few])}"
    return "to leave out what is no number: " + copy('pandas.to_numeric(side, errors="coerce")')


def _copy(path: Path, ingest: IngestParameters, at: str, change: str | dict[str, str], **changes: Any) -> str:
    """Return how pandas makes a copy of a table with the values, which lie at these places, changed.

    A change is an expression of ``side``, a column, or patterns and what stands in their place.
    """
    if isinstance(change, dict):
        change = f"side.replace({json.dumps(change, ensure_ascii=False)}, regex=True)"
    code = (
        "table = pandas.DataFrame(rows, dtype=object); "
        f"table.iloc[{at}] = table.iloc[{at}].apply(lambda side: {change}); "
        "table.to_csv(sys.stdout, index=False, header=False)"
    )
    return copied(path, ingest, code, name="numbers", **changes)


def _around(text: str) -> tuple[str, str] | None:
    """Return what stands before and behind the number of a text, or None."""
    part = _AROUND.fullmatch(text)
    plain = visible(text) == text and not re.search(f"[{UNSEEN}]", text)
    return (part[1], part[2].strip()) if part and plain else None


def _may_be_none(text: str) -> bool:
    """Return whether a text may stand for no number: a mark, a number below 0 or one too large."""
    large = len(text) < LISTED and NUMBER.fullmatch(text) and float(text) > LARGEST
    return bool(large or text[:1] in [*"-−‐‑‒–—"] or MISSING.fullmatch(text))
