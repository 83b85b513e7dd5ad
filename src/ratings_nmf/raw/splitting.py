"""Lines of very wide files, split by Python, and how lines are refused that nobody can split."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from unicodedata import normalize

import pyarrow as pa

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.params import IngestParameters
from ratings_nmf.core.table import LISTED
from ratings_nmf.files.columns import texts_to_arrow
from ratings_nmf.raw.source import LONGEST_LINE, SEPARATORS, STAND_IN, Source


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Which columns of a file to read, by position from 0.

    Attributes
    ----------
    labels
        Columns of labels.
    values
        Columns of values.
    header
        Whether the first line is no data.
    """

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
    csv.field_size_limit(LONGEST_LINE)
    separator = source.separator or ","
    delimiter = STAND_IN if len(separator) > 1 else separator
    places = [*columns.labels, *columns.values]
    names = [str(place) for place in range(len(places))]
    faults: list[tuple[int, str, int]] = []
    number = 0

    def numbered(text: Any) -> Iterator[str]:
        nonlocal number
        for number, line in enumerate(text, start=1):
            if number > ingest.skip.lines and not (ingest.skip.comment and line.startswith(ingest.skip.comment)):
                if not line.isascii() and line != line.encode("utf-8", "replace").decode():
                    faults.append((number, "encoding", 0))
                yield line if len(separator) == 1 else line.replace(separator, delimiter)

    def records(text: Any) -> Iterator[list[str]]:
        try:
            for record in csv.reader(numbered(text), delimiter=delimiter, strict=True):
                if len(record) == len(source.names):
                    yield record
                elif record:
                    faults.append((number, "width", len(record)))
        except csv.Error:
            faults.append((number, "quote", 0))

    with source.file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
        read = records(text)
        while some := list(islice(read, together)):
            if faults:
                continue  # only what else is wrong is still of interest
            columns_of = list(zip(*some, strict=True))
            fields = [columns_of[place] for place in places]
            for place in range(len(columns.labels)):
                labels = [label.replace(delimiter, separator) for label in fields[place]]
                if ingest.labels == "strip":
                    labels = [normalize("NFC", label.strip()) for label in labels]
                fields[place] = tuple(labels)
            yield pa.RecordBatch.from_arrays([texts_to_arrow(field) for field in fields], names=names)
    refuse_lines(source, faults[:LISTED], more=max(0, len(faults) - LISTED))


def refuse_lines(source: Source, rejected: list[tuple[int, str, int]], *, more: int) -> None:
    """Refuse lines that cannot be split, if there are any: the number, what is wrong, and how many fields each has.

    Raises
    ------
    InputError
        If there are.
    """
    separator = source.separator or ","
    faults: list[str] = []
    remedies: dict[str, None] = {}
    for line, kind, width in rejected:
        if kind == "encoding":
            faults.append(f"line {line}: not UTF-8")
            remedies["save the file as UTF-8, or name its encoding, such as `encoding: windows-1252`"] = None
        elif kind == "quote":
            faults.append(f"line {line}: a quote is opened and not closed")
            remedies['close the quote, or double it where it belongs to the text ("")'] = None
        elif kind == "width":
            faults.append(f"line {line} has {width} fields")
            remedies[
                f"expected {len(source.names)}, as in the first line "
                f"(separator: {SEPARATORS.get(separator, separator)}); mend the lines or set `separator` in params.yaml"
            ] = None
        else:
            faults.append(f"line {line} is longer than {LONGEST_LINE:,} characters")
            remedies["is a quote opened and not closed?"] = None
    if faults:
        counted = [*faults, *([f"and {more:,} more"] if more else [])]
        raise InputError(f"{source.path}: {'; '.join([*counted, *remedies])}")
