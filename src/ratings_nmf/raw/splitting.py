"""How a file is refused whose lines cannot be split into as many fields, or its bytes into letters."""

from collections.abc import Iterable
from pathlib import Path

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.params import IngestParameters
from ratings_nmf.raw.badcells import SINGLE_QUOTES
from ratings_nmf.raw.dialect import (
    COMMENTS,
    LONGEST_LINE,
    NAMES,
    OTHER_SEPARATORS,
    SEPARATORS,
    Dialect,
    reader,
    width_of,
)
from ratings_nmf.raw.faults import NUMBER, copied, edit, keys, look, quoted, refusal, skipping


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
            expected, remedy = "quotes in pairs", close_quotes(path, lines, separator)
        case "width":
            widths = {number: len(next(reader([text.strip("\r\n")], separator), [])) for number, text in lines.items()}
            faults = [
                f"line {number} has {widths[number]} field{'s' * (widths[number] != 1)}: {quoted(text.strip())}"
                for number, text in lines.items()
            ]
            expected = f"{width}, as in the first line (separator: {NAMES.get(separator, separator)})"
            remedy = _of_other_width(path, lines, ingest)
        case _:
            faults = [f"line {number} is longer than {LONGEST_LINE:,} characters" for number in lines]
            look_for = look("awk 'length > 9999 {print NR}'", path)
            expected, remedy = "shorter lines", f"if a quote is opened and not closed, close it: {look_for}"
    raise refusal(path, "; ".join([*faults, *([f"and {more:,} more"] if more else [])]), expected, remedy)


def _of_other_width(path: Path, lines: dict[int, str], ingest: IngestParameters) -> str:
    openings = {text.lstrip()[:1] for text in lines.values()}
    if len(openings) == 1 and openings <= {*COMMENTS}:
        return f"if it is a comment: {skipping(ingest, comment=openings.pop())}"
    if openings == {"'"}:
        meaning, script = SINGLE_QUOTES
        return f"{meaning}: {edit(script, path)}"
    them = "it" if len(lines) == 1 else "them"
    return f"mend {them}, or take {them} out: {edit(';'.join(f'{number}d' for number in lines), path)}"


def check_width(path: Path, first: list[str], dialect: Dialect, source: IngestParameters) -> None:
    """Refuse a first line that has not as many fields as most that follow, or is a title, by what it seems to be."""
    separator, above, below = dialect.ingest.separator or "", dialect.ingest.skip, dialect.records
    usual = width_of(below[1:] or below)
    even = all(len(record) == usual for record in below[1:])
    if len(first) == 1 and usual == 1:
        raise one_column(path, first[0], separator)
    wrong = f"line 1 has {len(first)} field{'s' * (len(first) > 1)}, the lines below have {usual}"
    if above.comment and first[0].lstrip().startswith(above.comment):
        remedy = f"if it is a comment: {skipping(source, comment=above.comment)}"
    elif even and len(first) == usual + 1 and not first[-1].strip():
        wrong = "line 1 ends with a separator, and no other does"
        remedy = "take it out: " + edit(rf"1s/{_in_sed(separator)}(\r?)$/\1/", path)
    elif len({*map(len, below)}) > 2 and _are_baskets([first, *below]):
        wrong = "the lines have as many fields as they please, and all are alike"
        script = "{for (i = 1; i <= NF; i++) print NR OFS $i OFS 1}"
        changes = {"layout": "triples", "columns": [1, 2, 3], "duplicates": "last"}
        remedy = f"if each line is a basket: {copied(path, separator, script, **changes)}"
    elif above.lines and usual > 1:
        if len(first) == usual:
            wrong = f"line 1 seems to be a title: {', '.join(map(quoted, dict.fromkeys(filter(None, first))))}"
        remedy = f"if the table begins later: {skipping(source, lines=source.skip.lines + above.lines)}"
    elif even and len(first) == usual - 1 and any(NUMBER.fullmatch(text.strip()) for text in below[-1][1:]):
        remedy = "if the labels of rows have no name: " + edit(f"1s/^/label{_in_sed(separator)}/", path)
    else:
        return
    raise refusal(path, wrong, f"as many in every line (separator: {NAMES.get(separator, separator)})", remedy)


def _are_baskets(records: list[list[str]]) -> bool:
    """Return whether records hold names alone, or whole numbers alone."""
    fields = [field.strip() for record in records for field in record]
    numbers = sum(bool(NUMBER.fullmatch(field)) for field in fields)
    return all(fields) and (numbers == 0 or all(map(str.isdigit, fields)))


def one_column(path: Path, field: str, separator: str) -> InputError:
    """Return what to say of a text that is one column, whose first line is `field`."""
    line = (field.splitlines() or [""])[0]
    other = next((mark for mark in (*SEPARATORS, *OTHER_SEPARATORS) if mark in line.strip()), None)
    script = """{n[$0]++} END {print "label" OFS "count"; for (label in n) print label OFS n[label]}"""
    remedy = f"to count how often each stands: {copied(path, ',', script)}"
    if other == separator:
        remedy = "if each line stands between quotes: " + edit(r's/^"//; s/"(\r?)$/\1/; s/""/"/g', path)
    elif other is None and (odd := next((mark for mark in "~^¦:" if mark in line), None)):
        remedy = f"if {odd!r} separates fields, to part them by semicolons: {edit(f'y/{odd}/;/', path)}"
    elif other is not None:
        remedy = f"the first line is {quoted(line)}: {keys(separator=other)}"
    return refusal(path, f"found one column (separator: {NAMES.get(separator, separator)})",
                   "labels and values beside each other", remedy)  # fmt: skip


def close_quotes(path: Path, lines: dict[int, str], separator: str) -> str:
    """Return how quotes come in pairs on lines, by their numbers, where one is opened and not closed."""
    mark, text = _in_sed(separator), "\n".join(lines.values())
    if f'{separator} "' in text:
        return "if spaces stand before quotes: " + edit(rf's/{mark} +"/{mark}"/g', path)
    if '\\"' in text:
        return "if quotes within are escaped: " + edit(r's/\\"/""/g', path)
    return "to take quotes out there: " + edit(";".join(f'{number}s/"//g' for number in lines), path)


def refuse_encoding(path: Path, lines: Iterable[str], *, first: int) -> None:
    """Refuse lines, numbered from `first` on, with bytes that are not UTF-8, which stand as lone surrogates."""
    for number, line in enumerate(lines, start=first):
        odd = [] if line.isascii() else [letter for letter in line if "\udc80" <= letter <= "\udcff"]
        if odd:
            byte = ord(odd[0]) - 0xDC00
            encoding = "latin-1" if byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else "windows-1252"
            raise refusal(path, f"line {number}: not UTF-8: byte 0x{byte:02x}", "UTF-8",
                          f"name its encoding, such as {keys(encoding=encoding)}")  # fmt: skip


def _in_sed(separator: str) -> str:
    return {"\t": r"\t", "|": r"\|"}.get(separator, separator)
