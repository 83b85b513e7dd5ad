"""How a file is refused whose lines cannot be split into as many fields, or its bytes into letters."""

from collections.abc import Iterable
from pathlib import Path

from msgspec.structs import replace

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.params import IngestParameters
from ratings_nmf.raw.badcells import SINGLE_QUOTES
from ratings_nmf.raw.commands import command, copied, edit
from ratings_nmf.raw.dialect import (
    COMMENTS,
    LONGEST_LINE,
    NAMES,
    OTHER_SEPARATORS,
    SEPARATORS,
    Dialect,
    are_baskets,
    parted_otherwise,
    parts_thousands,
    reader,
    width_of,
)
from ratings_nmf.raw.faults import NUMBER, YEAR, keys, quoted, refusal, skipping

_JOIN = r"{:a;s/(,[0-9]+),([0-9]{3})(,|\r?$)/\1\2\3/;ta}"
"""Makes one number of fields that a comma within it parted."""

_MANY = 1_000
"""Fields that most lines may lack: of more the text is not read on, as DuckDB takes 5 µs to put each aside."""


def refuse_lines(
    path: Path, bad_lines: list[tuple[int, str, str]], ingest: IngestParameters, *, width: int, more: int
) -> None:
    """Refuse lines that cannot be split, if there are any: the number, what is wrong, and the text of each."""
    kinds = {kind for _, kind, _ in bad_lines}
    kind = next((kind for kind in ("quote", "width", "length") if kind in kinds), None)
    lines = {number: text for number, other, text in bad_lines if other == kind}
    separator = ingest.separator or ","
    match kind:
        case None:
            return
        case "quote":
            faults = [f"line {number}: a quote is opened and not closed" for number in lines]
            expected, remedy = "quotes in pairs", close_quotes(path, lines, ingest)
        case "width":
            widths = {number: len(next(reader([text.strip("\r\n")], separator), [])) for number, text in lines.items()}
            faults = [
                f"line {number} has {widths[number]} field{'s' * (widths[number] != 1)}: {quoted(text.strip())}"
                for number, text in lines.items()
            ]
            expected = f"{width}, as in the first line (separator: {NAMES.get(separator, separator)})"
            remedy = _of_other_width(path, lines, ingest, width, more=more)
        case _:
            faults = [f"line {number} is longer than {LONGEST_LINE:,} characters" for number in lines]
            expected, remedy = "shorter lines", _without(path, lines, ingest)
            if any('"' in text for text in lines.values()):
                remedy = close_quotes(path, lines, ingest)
    raise refusal(path, "; ".join([*faults, *([f"and {more:,} more"] if more else [])]), expected, remedy)


def _of_other_width(path: Path, lines: dict[int, str], ingest: IngestParameters, width: int, *, more: int) -> str:
    openings = {text.lstrip()[:1] for text in lines.values()}
    if len(openings) == 1 and openings <= {*COMMENTS}:
        return f"if it is a comment: {skipping(ingest, comment=openings.pop())}"
    if openings == {"'"}:
        meaning, script = SINGLE_QUOTES
        return f"{meaning}: {edit(script, path, ingest)}"
    if not more and ingest.separator == "," and parts_thousands(lines.values()):
        joined = edit(";".join(f"{number}{_JOIN}" for number in lines), path, ingest)
        return f"if a comma parts thousands: {joined}; else {_without(path, lines, ingest)}"
    if more:
        copy = copied(path, ingest, f"out.writerows(row for row in rows if len(row) == {width})")
        return f"mend them, or take them out: {copy}"
    return _without(path, lines, ingest)


def _without(path: Path, lines: Iterable[int], ingest: IngestParameters) -> str:
    """Return how some lines are left out of a file, by their numbers."""
    script = ";".join(f"{number}d" for number in lines)
    them = "them" if ";" in script else "it"
    return f"mend {them}, or take {them} out: {edit(script, path, ingest)}"


def check_width(path: Path, first: list[str], dialect: Dialect, source: IngestParameters) -> None:
    """Refuse a first line that has not as many fields as most that follow, or is a title, by what it seems to be."""
    separator, above, below = dialect.ingest.separator or "", dialect.ingest.skip, dialect.records
    usual = width_of(below[1:] or below)
    even = sum(len(record) == usual for record in below[1:]) >= 0.8 * len(below[1:])
    if len(first) == 1 and usual == 1:
        raise one_column(path, first[0], replace(source, separator=separator))
    wrong = f"line 1 has {len(first)} field{'s' * (len(first) > 1)}, the lines below have {usual}"
    if above.comment and first[0].lstrip().startswith(above.comment):
        remedy = f"if it is a comment: {skipping(source, comment=above.comment)}"
    elif even and len(first) == usual + 1 and not first[-1].strip():
        wrong = "line 1 ends with a separator, and no other does"
        remedy = "take it out: " + edit(rf"1s/{_in_sed(separator)}(\r?)$/\1/", path, source)
    elif len(below) > 1 and (mark := parted_otherwise(first, below[1], separator)):
        parted = edit(f"1s/{_in_sed(mark)}/{_in_sed(separator)}/g", path, source)
        remedy = f"if line 1 is parted by {NAMES.get(mark, repr(mark))}: {parted}"
    elif separator == "," and len(first) < usual and parts_thousands(map(",".join, below[1:])):
        nameless = f"; if the labels of rows have no name: {edit('1s/^/label,/', path, source)}"
        remedy = f"if a comma parts thousands: {edit(_JOIN, path, source)}{nameless * (len(first) == usual - 1)}"
    elif are_baskets([first, *below]):
        wrong = "the lines have as many fields as they please, and all are alike"
        code = "out.writerows([at, item, 1] for at, row in enumerate(rows, 1) for item in row)"
        columns = [1, 2, 3]
        copy = copied(
            path, replace(source, separator=separator), code, layout="triples", columns=columns, duplicates="last"
        )
        remedy = f"if each line is a basket: {copy}"
    elif len(first) == usual and _is_header_of_two(below):
        wrong = f"lines 1 and 2 both name columns, together: {', '.join(map(quoted, [first[1], below[1][1]]))} …"
        code = (
            "first = itertools.accumulate(next(rows), lambda above, name: name or above); "
            'out.writerow(f"{one} {two}".strip() for one, two in zip(first, next(rows))); out.writerows(rows)'
        )
        remedy = f"to join them: {copied(path, replace(source, separator=separator), code)}"
    elif (above.lines and usual > 1) or (even and len(first) - usual > _MANY):
        if len(first) == usual:
            wrong = f"line 1 seems to be a title: {', '.join(map(quoted, dict.fromkeys(filter(None, first))))}"
        remedy = f"if the table begins later: {skipping(source, lines=source.skip.lines + (above.lines or 1))}"
    elif even and len(first) == usual - 1 and not any(record[-1].strip() for record in below[1:]):
        wrong = "line 1 does not end with a separator, and all others do"
        remedy = "put one there: " + edit(rf"1s/(\r?)$/{_in_sed(separator)}\1/", path, source)
    elif even and len(first) == usual - 1 and any(NUMBER.fullmatch(text.strip()) for text in below[-1][1:]):
        remedy = "if the labels of rows have no name: " + edit(f"1s/^/label{_in_sed(separator)}/", path, source)
    else:
        return
    raise refusal(path, wrong, f"as many in every line (separator: {NAMES.get(separator, separator)})", remedy)


def _is_header_of_two(records: list[list[str]]) -> bool:
    """Return whether the first two records name columns together: blank in the first where one above goes on."""
    if len(records) < 3 or len({*map(len, records[:3])}) > 1:
        return False
    first, second, third = ([field.strip() for field in record] for record in records[:3])
    above = ""
    names = [(above := one or above, two) for one, two in zip(first, second, strict=True)]
    again = all(second[1:]) and len({*second[1:]}) < len(second[1:])
    return (
        len({*first[1:], ""}) < len(first)
        and first[1] != ""
        and (again or (second[1] == "" and all(one or two for one, two in zip(first, second, strict=True))))
        and len({*names}) == len(names)
        and (
            not any(map(NUMBER.fullmatch, second))
            or first[0] == second[0] == "" != third[0]
            or all(map(YEAR.fullmatch, second[1:]))
        )
        and any(NUMBER.fullmatch(field.strip()) for record in records[2:4] for field in record)
    )


def one_column(path: Path, field: str, ingest: IngestParameters) -> InputError:
    """Return what to say of a text that is one column, whose first line is `field`."""
    separator = ingest.separator or ","
    line = (field.splitlines() or [""])[0]
    other = next((mark for mark in (*SEPARATORS, *OTHER_SEPARATORS) if mark in line.strip()), None)
    code = """out.writerows([("label", "count"), *collections.Counter(map(",".join, rows)).most_common()])"""
    remedy = f"to count how often each stands: {copied(path, replace(ingest, separator=','), code)}"
    if other == separator:
        remedy = "if each line stands between quotes: " + edit(r's/^"//; s/"(\r?)$/\1/; s/""/"/g', path, ingest)
    elif other is None and (odd := next((mark for mark in "\x01\x1f~^¦=:，；،؛、§@#\\/\u00a0" if mark in line), None)):
        script = f"s/{_in_sed(odd)}/;/g"
        remedy = f"if {odd!r} separates fields, to part them by semicolons: {edit(script, path, ingest)}"
    elif other is not None:
        remedy = f"the first line is {quoted(line)}: {keys(separator=other)}"
    return refusal(path, f"found one column (separator: {NAMES.get(separator, separator)})",
                   "labels and values beside each other", remedy)  # fmt: skip


def close_quotes(path: Path, lines: dict[int, str], ingest: IngestParameters) -> str:
    """Return how quotes come in pairs on lines, by their numbers, where one is opened and not closed."""
    separator, text = ingest.separator or ",", "\n".join(lines.values())
    mark = _in_sed(separator)
    if f'{separator} "' in text:
        return "if spaces stand before quotes: " + edit(rf's/{mark} +"/{mark}"/g', path, ingest)
    if '\\"' in text:
        return "if quotes within are escaped: " + edit(r's/\\"/""/g', path, ingest)
    return "to take quotes out there: " + edit(";".join(f'{number}s/"//g' for number in lines), path, ingest)


def refuse_encoding(path: Path, lines: Iterable[str], *, first: int) -> None:
    """Refuse lines, numbered from `first` on, with bytes that are not UTF-8, which stand as lone surrogates."""
    for number, line in enumerate(lines, start=first):
        odd = [] if line.isascii() else [letter for letter in line if "\udc80" <= letter <= "\udcff"]
        if odd:
            byte = ord(odd[0]) - 0xDC00
            encoding = "latin-1" if byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else "windows-1252"
            describe = command("make describe TABLE=", path).replace("= ", "=")
            raise refusal(path, f"line {number}: not UTF-8: byte 0x{byte:02x}", "UTF-8",
                          f"name its encoding, what others make of it is told by {describe}; "
                          f"a guess: {keys(encoding=encoding)}")  # fmt: skip


def _in_sed(separator: str) -> str:
    if separator in "|^\\/":
        return f"\\{separator}"
    return separator if separator.isprintable() else repr(separator)[1:-1]
