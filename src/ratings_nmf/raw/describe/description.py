"""A file, or a sample of a large one, looked at: what it seems to hold and how ingest is to read it."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pyarrow.parquet
from msgspec.structs import replace

from ratings_nmf.core import words
from ratings_nmf.core.errors import InputError
from ratings_nmf.core.params import ENCODINGS, IngestParameters
from ratings_nmf.raw.commands import NAMED_COLUMNS, NUMBERED, copied
from ratings_nmf.raw.describe.findings import Description, Key, rehearse
from ratings_nmf.raw.describe.sampling import Sample, sampled
from ratings_nmf.raw.describe.structure import MOST, Structure, are_dressed, is_number, structure_of
from ratings_nmf.raw.describe.values import Values, count_values, describe_values
from ratings_nmf.raw.dialect import LOOKED_AT, NAMES, Dialect, dialect_of
from ratings_nmf.raw.faults import MISSING
from ratings_nmf.raw.names import UNNAMED_INDEX, no_values
from ratings_nmf.raw.source import Columns, Source, opened
from ratings_nmf.raw.splitting import one_column
from ratings_nmf.raw.unpacking import PARQUET, head_of

PLAIN = IngestParameters(path="sample", layout="table")

SHOWN = 100
"""Labels of a column, of which one is shown as encodings would have it."""


def describe(path: Path) -> Description:
    """Look at a file, or at a sample of a large one; refuse what is missing, damaged, or no table that can be told."""
    description = Description()
    with sampled(path) as sample:
        dialect, empty = _dialect(sample)
        encoded = replace(dialect.ingest, encoding=sample.encoding)
        dialect = dialect._replace(ingest=encoded)
        records, parquet = dialect.records, dialect.ingest.separator is None
        with opened(
            sample.path, dialect.ingest if "".join(records[0] if records else []).strip() else PLAIN, sample.file
        ) as source:
            if not records or len(records[0]) < 2:
                raise one_column(source.path, (source.names or [""])[0], dialect.ingest)
        structure = structure_of(records, dialect.ingest, header=parquet or None)
        if structure.lacks_values:
            keys = structure.keys if len(structure.keys) == 2 else structure.columns[:2]
            names = [column.name for column in keys] if structure.header else []
            raise no_values(sample.path, dialect.ingest, names)
        _describe_file(sample, dialect, structure, empty, description)
        _describe_layout(sample.path, dialect, structure, description)
        description.ingest["zeros"] = Key("missing")
        ingest = description.parameters()
        with opened(sample.path, ingest, sample.file) as source:
            columns = _columns(structure, source)
            values = count_values(source, columns, ingest) if columns.values else Values()
        name = structure.cell[2].name if structure.cell else ""
        rates = describe_values(values, description, rates=_rates(name))
        rehearse(sample, description, counts=not rates and values.are_counts)
        if not values.numbers:
            raise InputError(dict(description.findings)["refused"])
    return description


def _rates(name: str) -> bool | None:
    """Return whether the name of values says that they are ratings, or that they are counts or amounts, or None."""
    counts = "count|plays|visit|quantit|qty|hours|minutes|duration|clicks|purchase|sales|price|amount|freq|times"
    known = re.search(f"(rating|score|stars)|{counts}", name, re.IGNORECASE)
    return bool(known[1]) if known else None


def _dialect(sample: Sample) -> tuple[Dialect, int]:
    """Return how a file is written, with its first records, and how many lines of it are empty."""
    if not head_of(sample.file).startswith(PARQUET):
        content = sample.file.read_bytes()
        dialect = dialect_of(content[: 2**20].decode("utf-8-sig", errors="replace"))
        if len(content) > 2**20:
            dialect.records.pop()
        return dialect, len(re.findall(rb"\n[ \t]*\r?(?=\n)", content))
    with opened(sample.path, PLAIN, sample.file) as source:
        order = source.order
        with pyarrow.parquet.ParquetFile(sample.file) as file:
            lines = next(file.iter_batches(LOOKED_AT), None)
            sides = [] if lines is None else [side.to_pylist() for side in lines.columns]
    names = ["" if name.startswith(UNNAMED_INDEX) else name for name in source.names]
    texts = [["" if row[place] is None else str(row[place]) for place in order] for row in zip(*sides, strict=True)]
    return Dialect(PLAIN, False, [[names[place] for place in order], *texts]), 0


def _columns(structure: Structure, source: Source) -> Columns:
    """Return which columns of a file hold labels and values."""
    order = source.order
    if structure.cell:
        *labels, value = (order[column.place] for column in structure.cell)
        return Columns(labels=labels, values=[value], header=structure.header)
    label = structure.label or structure.columns[0]
    values = [column for column in structure.columns if column is not label and column not in structure.skip]
    return Columns(
        labels=[order[label.place]], values=[order[column.place] for column in values], header=structure.header
    )


def _describe_file(
    sample: Sample, dialect: Dialect, structure: Structure, empty: int, description: Description
) -> None:
    ingest, keys = dialect.ingest, description.ingest
    parts = ["Parquet"]
    if ingest.separator is not None:
        keys["separator"] = Key(ingest.separator)
        parts = [*filter(None, [sample.packing, sample.encoding or "UTF-8"])]
        parts.append(f"separator {NAMES.get(ingest.separator, repr(ingest.separator))}")
        if ingest.thousands:
            keys["thousands"] = Key(ingest.thousands)
            parts.append(f"{ingest.thousands!r} between thousands")
        if ingest.thousands or ingest.decimal != ".":
            keys["decimal"] = Key(ingest.decimal)
            parts.append("decimal comma" if ingest.decimal == "," else "decimal point")
        if ingest.skip.lines:
            parts.append(f"{words.counted(ingest.skip.lines, 'line')} before the header")
        if ingest.skip.comment:
            parts.append(f"comments behind {ingest.skip.comment!r}")
        if skip := {name: value for name in ("lines", "comment") if (value := getattr(ingest.skip, name))}:
            keys["skip"] = Key(skip)
        parts.append("a header" if structure.header else "no header")
    if empty:
        parts.append(f"{words.counted(empty, 'empty line')}, passed over")
    description.say("file", ", ".join(parts))
    if sample.share != 1:
        share = "its beginning alone" if sample.share is None else f"{words.percent(sample.share)} of it"
        sentence = f"too large to be read in a moment: looked at {share}, and what follows is about that"
        description.say("sample", sentence)
    if sample.encoding:
        keys["encoding"] = Key(sample.encoding)
    if sample.encoding not in (None, "utf-16"):
        texts = [text for column in structure.columns for text in (column.name, *column.texts[:SHOWN])]
        label = max(texts, key=lambda text: sum(not letter.isascii() for letter in text))
        others = "; ".join(_others(label, sample.encoding))
        question = f"the file is not UTF-8; {sample.encoding} makes {words.label(label)!r} of a label: is that right?"
        description.ask("ingest.encoding", f"{question} Others would make {others}" if others else question)
    if dialect.doubt:
        mark = "comma" if "," in (ingest.decimal, ingest.thousands) else "point"
        description.ask(
            "ingest.decimal", f"is a {mark} before three digits the decimal mark, or does it part thousands?"
        )


def _others(label: str, encoding: str) -> Iterator[str]:
    """Give what other encodings would make of a label, each text once."""
    texts = {label}
    for other in (name for name in ENCODINGS if not name.startswith("utf")):
        with suppress(UnicodeError):
            text = label.encode(encoding).decode(other)
            if text.isprintable() and text not in texts:
                texts.add(text)
                yield f"{words.label(text)!r} (`encoding: {other}`)"


def _describe_layout(path: Path, dialect: Dialect, structure: Structure, description: Description) -> None:
    keys, first = description.ingest, dialect.records[0]
    others = [column for column in structure.columns if column not in (structure.cell or ())]
    if structure.cell:
        keys["layout"] = Key("triples", "a cell a line: row label, column label, value")
        examples = ", ".join(
            f"{part} {words.label(str(column))!r}" + (f" ({column.texts[0]} …)" if column.texts else "")
            for part, column in zip(("row label", "column label", "value"), structure.cell, strict=True)
        )
        rest_names = [words.label(str(column)) + (" (a time)" if column.is_time else "") for column in others]
        unread = f"; not used: {', '.join(rest_names)}" if others else ""
        description.say("layout", f"triples, a cell a line: {examples}{unread}")
        numbers = [first[column.place] if structure.header else column.place + 1 for column in structure.cell]
        keys["columns"] = Key(numbers, "row label, column label, value")
        rest = [words.label(str(column)) for column in others if not (column.is_time or column.counts_lines)]
        if structure.header and structure.cell[1].kind is None and structure.cell[1].number >= MOST and not rest:
            description.ask("ingest.layout", "or is it a table, whose row labels stand several times (table)?")
        if rest and not all(column.kind for column in structure.cell):
            question = f"are they row label, column label and value? The file also has {', '.join(rest)}"
            description.ask("ingest.columns", question)
        return
    keys["layout"] = Key("table", "a line of column labels, then a line for each row: its label, its cells")
    if structure.label is None:
        description.say("layout", "a table of numbers without labels")
        copy = copied(path, dialect.ingest, NAMED_COLUMNS if structure.columns[0].number < 0.5 else NUMBERED)
        description.ask("ingest.layout", f"rows and columns need labels; if they have none, numbers: {copy}")
        return
    text_line = f"table: row labels in {words.label(str(structure.label))!r} ({', '.join(structure.label.texts[:2])} …)"
    if without := _lines_without_cells(structure, structure.label.texts, dialect.ingest):
        text_line += "; a line without cells is left out"
        description.leave_out("rows", without, "lines that hold no cells")
    if structure.skip:
        description.leave_out(
            "columns", [first[column.place] for column in structure.skip], "columns that hold no cells"
        )
        text_line += f"; not used: {', '.join(repr(words.label(column.name)) for column in structure.skip)}"
    description.say("layout", text_line)


def _lines_without_cells(structure: Structure, labels: Sequence[str], ingest: IngestParameters) -> list[str]:
    """Return labels of lines that are blank, of those without numbers below such, and of a first one before numbers."""
    others = [column for column in structure.columns if column is not structure.label and column not in structure.skip]
    full = [
        any(is_number(field, ingest) or MISSING.fullmatch(field) or are_dressed([field]) for field in fields)
        for fields in ([column.texts[line] for column in others] for line in range(len(labels)))
    ]
    empty = [label for label, is_full in zip(labels, full, strict=True) if not is_full]
    marks = any(column.texts[0] and column.texts[0] in column.texts[1:] for column in others if column.texts)
    headers = [*full, True].index(True)
    headers *= headers + 2 < len(full) and all(full[headers:]) and not marks
    return [*dict.fromkeys(empty[empty.index("") :] if "" in empty else labels[:headers])]
