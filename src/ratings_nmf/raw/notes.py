"""What may be wrong with a table that can be read: marks for "not rated", totals, labels that look alike."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ratings_nmf.core.params import IngestParameters
from ratings_nmf.core.table import LISTED
from ratings_nmf.core.tally import TOP, Tally
from ratings_nmf.raw.badcells import SINGLE_QUOTES
from ratings_nmf.raw.commands import NAMED_COLUMNS, copied, edit, made, piped, python, unpacked
from ratings_nmf.raw.faults import DITTO, MISSING, NUMBER, UNTIDY, keys, leaving_out, quoted
from ratings_nmf.raw.layouts import ditto

FAR, OFTEN = 3, 0.01
"""Values are marks where they are more than so many times the next largest, and so large a share of the cells."""

ROUNDED = 0.02
"""What a mean may be off by, as a share of it, where it was rounded and its label says what it is."""

SUM, MEAN, MEASURE = "the sum of the others", "the mean of the others", "a measure of the others"
SUMMARIES = {
    SUM: "total totals sum all grandtotal subtotal gesamt insgesamt summe gesamtsumme gesamtergebnis somme "
    "totalgeneral totalgeral totale totaal suma razem ogołem celkem totalt yhteensa ialt osszesen toplam geneltoplam "
    "итого всего 総計 合計 小計 合计 总计 小计 总和 총계 합계 المجموع الإجمالي συνολο รวม",
    MEAN: "average avg mean overall mittelwert mittel durchschnitt moyenne media promedio gemiddelde srednia",
    MEASURE: "median std stddev standarddeviation minimum maximum variance min max count sd se mode anzahl zentralwert",
}
"""Labels, without case, accents, spaces and marks, of lines that sum the others up."""

SHORT = 5
"""Letters of a label, such as Max, that may be one of other things where no other sums up beside it."""


def _plain(label: str) -> str:
    """Return the letters of a label without case and accents."""
    return "".join(filter(str.isalpha, unicodedata.normalize("NFKD", label).casefold()))


NAMED = {_plain(name): what for what, names in SUMMARIES.items() for name in names.split()}

QUOTES = (
    ("'", "'", SINGLE_QUOTES[1]),
    ('="', '"', r's/"?="+([^"]*)"+/"\1"/g'),
    *((start, end, f's/[{start}{end}]/"/g') for start, end in ("“”", "„“", "«»", "``")),
)
"""What labels may stand between that is meant as quotes, and what makes it so."""

NO_QUOTES = 's/"//g'
MEND_LINES = r"(?s)(.*\n)?[^\n]*([,;\t|])[^\n]*\2[^\n]*(\n.*)?"
SPOILT = ".*([ÂÃ][\u0080-\u00bf]|â[€‚„]).*"
UTF_7 = r".*\+A[A-P][AEIMQUYcgkosw048]-.*"
ODD = {
    UNTIDY.pattern: "has white space around it, or a character that is not seen",
    MEND_LINES: "holds more than one line",
    SPOILT: "was UTF-8 and read as if it were Windows-1252",
    UTF_7: "was UTF-7 and read as if it were UTF-8",
    ".*\ufffd.*": "holds letters that were lost when it was saved",
    f"(?i){MISSING.pattern}": "means in other programs that there is none",
    DITTO.pattern: "seems to mean the one above",
    r"\d\.\d+E\+\d\d": "is a number that a spreadsheet cut, so that several may have become one",
    r"\d{1,2}-(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)": "is a date, as spreadsheets make of names",
}
"""What is odd about a label that matches a pattern, where not all do."""

_FOR_SED = re.compile(r"[][\\/.*^$+?(){}|&]")
_UNSEEN = re.compile(
    "[\u00ad\u034f\u115f\u1160\u180b-\u180f\u200b-\u200f\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\U000e0000-\U000e0fff]"
)
"""Characters without a shape of their own: joiners, selectors of variants, fillers, tags."""


_TWINS = str.maketrans("авекмнорстухіјѕԛԝһαβεζηικμνορτυχ", "abekmhopctyxijsqwhabezhikmnoptyx")
"""Letters of Russian and Greek, and those of Latin that look like them or their capitals."""


class Summary(NamedTuple):
    """A row or column that seems to sum up the others: which, how, whether its label says so, whether its cells do."""

    side: str
    label: str
    what: str
    named: bool
    certain: bool


def notes(tally: Tally, ingest: IngestParameters, path: Path) -> list[str]:
    """Return what a careful reader of the table in a file would ask about, each with its remedy."""
    remarks = _marks(tally, ingest)
    sums = [*summaries(tally)]
    for side, label, what, _, certain in sums:
        remedy = leaving_out(ingest, f"{side}s", [other.label for other in sums if other.side == side])
        wrong = f"is {what}" if certain else f"is called as if it were {what}"
        remarks.append(f"{side} {quoted(label)} {wrong}; if it sums them up: {remedy}")
    recoded = "if all are, to undo that: {}".format
    mends = {
        UNTIDY.pattern: f"to take that out: {keys(labels='strip')}",
        MEND_LINES: f"if a quote was opened by mistake, to take all out: {edit(NO_QUOTES, path, ingest)}",
        SPOILT: recoded(made(unpacked(path), piped("iconv -f utf-8 -t windows-1252", path))),
        UTF_7: recoded(made(unpacked(path), piped("iconv -f utf-7 -t utf-8", path))),
    }
    for side, labels in ("row", tally.row_labels), ("column", tally.column_labels):
        remarks += _alike(side, labels, path, ingest)
        for start, end, script in QUOTES:
            if all(len(label) > 2 and label.startswith(start) and label.endswith(end) for label in labels):
                remedy = f"if these are meant as double quotes: {edit(script, path, ingest)}"
                remarks.append(f"{side} labels stand between {start} and {end}; {remedy}")
        for pattern, wrong in ODD.items():
            if hits := [label for label in labels if re.fullmatch(pattern, label)]:
                left_out = f"to leave such out: {leaving_out(ingest, f'{side}s', hits[:LISTED])}"
                remedy = mends.get(pattern, left_out)
                if pattern == DITTO.pattern and ingest.layout == "triples":
                    remedy = str(ditto(path, ingest, [(hits[0], hits[0], 1)], side=side))
                if len(hits) < len(labels) or pattern in (SPOILT, UTF_7, UNTIDY.pattern):
                    remarks.append(f"{side} label {quoted(hits[0])} {wrong}; {remedy}")
    return [*remarks, *_misread(tally, ingest, path)]


def far_off(times: Mapping[float, int], cells: int) -> list[float]:
    """Return the largest values, rising, that are frequent and far off all others, as marks for "not rated" are.

    Of a number of cells, `times` says how often each value stands, or each of the largest. Several marks, such as 88
    and 99, have to be near each other and much farther off.

    >>> far_off({99: 10, 5: 40, 4: 50}, 100), far_off({99: 1, 5: 999}, 1000), far_off({99: 3, 88: 2, 5: 9}, 14)
    ([99], [], [88, 99])
    """
    falling = sorted(times, reverse=True)
    for count, largest in enumerate(falling[1:TOP], start=1):
        marks = falling[count - 1 :: -1]
        total = sum(times[mark] for mark in marks)
        often = total >= OFTEN * cells and cells - total > 1 and all(times[mark] > 1 for mark in marks)
        if often and marks[0] > FAR ** min(count, 2) * largest and marks[-1] < FAR * marks[0]:
            return marks
    return []


def summaries(tally: Tally) -> Iterator[Summary]:
    """Give each row and column that is, cell by cell, the sum or the mean of all others, or is called so.

    Of a column that has a total its largest value is half the sum; a row as large as all these values together holds
    every one of them. The mean of the others is also the mean of all.
    """
    sides = (
        ("row", tally.row_labels, tally.row_sums, tally.row_counts, tally.row_largest),
        ("column", tally.column_labels, tally.column_sums, tally.column_counts, tally.column_largest),
    )
    for one, other in zip(sides, sides[::-1], strict=True):
        side, labels, sums, counts, largest = one
        *_, totals, numbers, tops = other
        if len(labels) < 3:
            continue
        full = tally.zeros == "observed"
        means = totals / (len(labels) if full else np.maximum(numbers, 1))
        names = {place: what for place, label in enumerate(labels) if (what := _called(label))}
        parts = [place for place, label in enumerate(labels) if _called(label.rpartition(" ")[2]) == SUM]
        if len(parts) > 1:
            names |= dict.fromkeys(parts, SUM)  # as spreadsheets write them below each group
        if [*names.values()] == [MEASURE] and len(labels[next(iter(names))]) <= SHORT:
            names = {}
        others = totals.sum() - sums[[*names]].sum()
        mean = others / max(len(labels) - len(names), 1) if full else means.sum()
        near = {SUM: np.isclose(sums, others, rtol=ROUNDED), MEAN: np.isclose(sums, mean, rtol=ROUNDED)}
        is_sum = np.isclose(sums, tops.sum(), rtol=1e-9, atol=0) & (counts > 1)
        is_sum &= np.allclose(2 * tops, totals, rtol=1e-9, atol=0)
        is_mean = np.isclose(sums, means.sum(), rtol=1e-9, atol=0) & np.isclose(largest, means.max(), rtol=1e-9, atol=0)
        is_mean[1:-1] = False  # a line within may lie between its neighbours, as it does in a table that rises evenly
        is_mean &= sums != np.round(sums)  # whole numbers may come to it by chance
        is_mean &= len(totals) > 2 and bool(np.ptp(means) > 1e-9 * means.max())
        exact = {SUM: is_sum, MEAN: is_mean}
        for place in sorted({*names, *np.flatnonzero(is_sum | is_mean).tolist()}):
            kinds = [what for what in (SUM, MEAN) if exact[what][place] or (place in names and near[what][place])]
            what = kinds[0] if kinds else names[place]
            yield Summary(side, labels[place], what, named=place in names, certain=bool(kinds))


def _called(label: str) -> str | None:
    """Return what a label says that a line is of the others, or None."""
    if len(label) > LISTED or not label[:1].isalpha():
        return None
    return NAMED.get(_plain(label))


def _marks(tally: Tally, ingest: IngestParameters) -> list[str]:
    marks = far_off(tally.times, tally.cells)
    if not marks:
        return []
    largest = next(value for value in tally.times if value not in marks)
    stand = " and ".join(f"{mark:g} {tally.times[mark]:,} times" for mark in marks).replace(" ", " stands ", 1)
    settings = {"zeros": "missing"} if tally.zeros == "observed" else {}
    remedy = keys(**settings, unrated=[*ingest.unrated, *marks])
    it = "it means" if len(marks) == 1 else "they mean"
    return [f"{stand}, and the next largest value is {largest:g}; if {it} that a cell was not rated: {remedy}"]


def _misread(tally: Tally, ingest: IngestParameters, path: Path) -> list[str]:
    """Return notes on a table that may have been read in the wrong layout, or with a line too many."""
    rows = tally.row_counts
    if ingest.layout == "triples" and min(len(rows), len(tally.column_counts)) > 2 and rows.max() < 2:
        return [f"no row has more than one cell; if the file has a line for each row: {keys(layout='table')}"]
    names = [float(label) for label in tally.column_labels if NUMBER.fullmatch(label)]
    rise = names == sorted(names) and (len(names) > 1 or 1500 <= sum(names) < 2100)  # as labels do, such as years
    if ingest.layout == "table" and len(rows) > 1 and len(names) == len(tally.column_labels) and not rise:
        numbers = copied(path, ingest, NAMED_COLUMNS)
        return [f"all column labels are numbers: {', '.join(tally.column_labels[:3])}; if line 1 is data: {numbers}"]
    if ingest.layout == "table" and len(rows) > 2 and rows[0] == 0 and rows[1:].all():
        remedy = leaving_out(ingest, "rows", [tally.row_labels[0]])
        return [f"the first row, {quoted(tally.row_labels[0])}, has no cell; if it is a second header: {remedy}"]
    return []


def _alike(side: str, labels: tuple[str, ...], path: Path, ingest: IngestParameters) -> Iterator[str]:
    """Give a note on labels that differ by case only, and one on those that differ by what is hardly seen."""
    first: dict[str, str] = {}
    pairs = [(other, label) for label in labels if (other := first.setdefault(_seen(label), label)) != label]
    for what, by_case, spell in (("differ by case only", True, repr), ("look alike", False, ascii)):
        some = [pair for pair in pairs if (pair[0].casefold() == pair[1].casefold()) is by_case]
        examples = ", ".join(f"{spell(one)} and {spell(two)}" for one, two in some[:LISTED])
        more = f" and {len(some) - LISTED:,} more" if len(some) > LISTED else ""
        if some:
            yield f"{side} labels {what}: {examples}{more}; if they are one: {_as_one(some[:LISTED], path, ingest)}"


def _as_one(pairs: list[tuple[str, str]], path: Path, ingest: IngestParameters) -> str:
    """Return how pairs of labels are written alike: as the first of each, or without what is hardly seen."""
    if all(label.isprintable() for pair in pairs for label in pair):
        around = r'(^|[,;|\t"])', r'([,;|\t"]|\r?$)'
        escaped = [[_FOR_SED.sub(r"\\\g<0>", label) for label in pair] for pair in pairs]
        return edit(";".join(rf"s/{around[0]}{two}{around[1]}/\1{one}\2/g" for one, two in escaped), path, ingest)
    letters = 'letter for letter in unicodedata.normalize("NFKC", sys.stdin.read())'
    program = python(f'sys.stdout.write("".join({letters} if unicodedata.category(letter) not in ("Cf", "Mn")))')
    return made(path.with_name(f"new-{path.name.partition('.')[0]}.csv"), piped(program, path))


def _seen(label: str) -> str:
    """Return a label without case, characters that have no shape of their own, forms of letters and alphabets."""
    if label.isascii():
        return (label.removesuffix(".0").lstrip("0") if label[:1].isdigit() else label).casefold()
    return unicodedata.normalize("NFKC", _UNSEEN.sub("", label)).casefold().translate(_TWINS)
