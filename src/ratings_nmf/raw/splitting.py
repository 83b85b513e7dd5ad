"""Lines of very wide files, split by Python, and how lines are refused that nobody can split."""

import csv
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

import pyarrow as pa

from ratings_nmf.core.params import IngestParameters
from ratings_nmf.core.table import LISTED
from ratings_nmf.files.columns import texts_to_arrow
from ratings_nmf.raw.dialect import COMMENTS, LONGEST_LINE, NAMES, STAND_IN, is_blank, reader
from ratings_nmf.raw.faults import edit, look, quoted, refusal, skipping
from ratings_nmf.raw.source import Source, refuse_encoding


class Columns(NamedTuple):
    """Which columns of a file to read, by position from 0, and whether its first line is no data."""

    labels: list[int]
    values: list[int]
    header: bool


def split(source: Source, columns: Columns, ingest: IngestParameters, together: int) -> Iterator[Any]:
    """Give record batches of the label columns, then the value columns, all as texts.

    Raises
    ------
    InputError
        After the last line, as `refuse_lines` does.
    """
    separator = source.separator or ","
    places = [*columns.labels, *columns.values]
    names = [str(place) for place in range(len(places))]
    faults: list[tuple[int, str, str]] = []
    number, line = 0, ""

    def numbered(text: Any) -> Iterator[str]:
        nonlocal number, line
        for number, line in enumerate(text, start=1):
            if number > ingest.skip.lines and not (ingest.skip.comment and line.startswith(ingest.skip.comment)):
                if not line.isascii() and line != line.encode("utf-8", "replace").decode():
                    faults.append((number, "encoding", line))
                yield line

    def records(text: Any) -> Iterator[list[str]]:
        try:
            for record in reader(numbered(text), separator, strict=True):
                if len(record) == len(source.names):
                    yield record
                elif not is_blank(record):
                    faults.append((number, "width", line))
        except csv.Error as error:
            faults.append((number, "length" if "limit" in str(error) else "quote", line))

    with source.file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
        stream = records(text)
        while some := list(islice(stream, together)):
            if faults:
                continue  # only what else is wrong is still of interest
            columns_of = list(zip(*some, strict=True))
            fields = [columns_of[place] for place in places]
            for place in range(len(columns.labels)):
                if len(separator) > 1:
                    fields[place] = tuple(label.replace(STAND_IN, separator) for label in fields[place])
            yield pa.RecordBatch.from_arrays([texts_to_arrow(field) for field in fields], names=names)
    refuse_lines(source, faults[:LISTED], ingest, more=max(0, len(faults) - LISTED))


def refuse_lines(source: Source, bad_lines: list[tuple[int, str, str]], ingest: IngestParameters, *, more: int) -> None:
    """Refuse lines that cannot be split, if there are any: the number, what is wrong, and the text of each."""
    if not bad_lines:
        return
    numbers = {kind: [line for line, other, _ in bad_lines if other == kind] for _, kind, _ in bad_lines}
    if "encoding" in numbers:
        with source.file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
            refuse_encoding(source.path, text, first=1)
    separator = source.separator or ","
    if "quote" in numbers:
        faults = [f"line {line}: a quote is opened and not closed" for line in numbers["quote"]]
        expected, remedy = "quotes in pairs", "close it, or double it where it belongs to the text: "
        remedy += look("grep -n '\"'", source.path)
        if any('\\"' in text for *_, text in bad_lines):
            remedy = "if quotes within are escaped: " + edit(r's/\\"/""/g', source.path)
    elif "width" in numbers:
        lines = [(line, _width(text, separator), text) for line, kind, text in bad_lines if kind == "width"]
        faults = [
            f"line {line} has {width} field{'s' * (width != 1)}: {quoted(text.strip())}" for line, width, text in lines
        ]
        expected = f"{len(source.names)}, as in the first line (separator: {NAMES.get(separator, separator)})"
        openings = {text.lstrip()[:1] for *_, text in bad_lines}
        them = "it" if len(lines) == 1 else "them"
        remedy = (
            f"mend {them}, or take {them} out: {edit(''.join(f'{line}d;' for line, *_ in lines)[:-1], source.path)}"
        )
        if len(openings) == 1 and openings <= {*COMMENTS}:
            remedy = f"if it is a comment: {skipping(ingest, comment=openings.pop())}"
    else:
        faults = [f"line {line} is longer than {LONGEST_LINE:,} characters" for line in numbers["length"]]
        expected = "shorter lines"
        remedy = "if a quote is opened and not closed, close it: " + look("awk 'length > 9999 {print NR}'", source.path)
    fault_lines = [*faults, *([f"and {more:,} more"] if more else [])]
    raise refusal(source.path, "; ".join(fault_lines), expected, remedy)


def _width(line: str, separator: str) -> int:
    return len(next(reader([line.strip("\r\n")], separator), []))
