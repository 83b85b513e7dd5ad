"""Columns of a file some lines at a time, read by DuckDB: labels as texts, values as numbers, and what is no value."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.params import IngestParameters
from ratings_nmf.core.progress import progress
from ratings_nmf.core.table import LARGEST, LISTED, SMALLEST
from ratings_nmf.files.columns import texts_to_arrow
from ratings_nmf.raw.dialect import LONGEST_LINE
from ratings_nmf.raw.faults import keys, quoted, refusal, skip_of, skipping, tidy
from ratings_nmf.raw.source import Columns, Source
from ratings_nmf.raw.splitting import refuse_encoding, refuse_lines
from ratings_nmf.raw.unpacking import check_parquet, damage, disk_full

MEMORY = "RATINGS_NMF_MEMORY"
"""Environment variable: memory that DuckDB may take before it writes to disk, such as 500MB; 2GB where not given."""


class Limits(NamedTuple):
    """How many lines and cells of a file are given together, and how many cells sorted; of more, the rest is on disk.

    And newcomers that are given together: memory depends on it, and the last bits where all share a stopping rule.
    """

    lines: int = 1_000_000
    cells: int = 10_000_000
    sorted: int = 4_000_000
    newcomers: int = 10_000


LIMITS = Limits()

WIDE = 1_000
"""Columns of values above which one thread reads: DuckDB takes memory for 2,048 lines of each column and thread."""

_NUMERIC = re.compile(r"DECIMAL\(.*\)|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE")
_NESTED = re.compile(r"STRUCT|MAP|UNION|.*\]$")


def lines(
    source: Source, columns: Columns, ingest: IngestParameters, limits: Limits
) -> Iterator[tuple[list[Any], Any, Any]]:
    """Give some lines at a time: the label columns, plain numbers column by column, and what stands there instead.

    A number is null where none stands that is finite and 0 or more; the text is what does stand there, null where
    that is a number, means "not rated", or is blank and zeros are not observed. Lines whose labels are to be skipped
    are left out. After the last, refuse lines that have not as many fields as the first, a quote that is not closed, or
    a text that is not UTF-8, and labels to be skipped that no line has; all in one go.
    """
    skip = [ingest.skip.rows, ingest.skip.columns][: len(columns.labels)]
    hits = [set[str]() for _ in skip]
    width = len(columns.values)
    together = max(1, min(limits.lines, limits.cells // width))
    with _connection(source) as connection, progress(unit="lines") as bar:
        table, kinds = _table(connection, source, len(source.names))
        for place in columns.labels:
            if _NESTED.match(kinds[place][1]):
                others = [name for name in source.names if name != source.names[place]]
                remedy = f"name others: {keys(columns=others[:3])}"
                if ingest.layout == "table" or len(others) < 3:
                    remedy = "take others: " + keys(layout="table", skip=skip_of(ingest, columns=[source.names[place]]))
                raise refusal(
                    source.path, f"column {quoted(source.names[place])} holds no labels", "texts or numbers", remedy
                )
        numeric = all(_NUMERIC.fullmatch(kinds[place][1]) for place in columns.values)
        number = _number(numeric, ingest)
        check = f"SELECT * EXCLUDE (v, n), {_plain('n', numeric, ingest)}"
        if width > WIDE:
            connection.execute("SET threads = 1")
        query = _query(table, kinds, columns, numeric)
        if width == 1:
            query = f"{check} FROM (SELECT *, {number} n FROM ({query}))"
        first = columns.header and source.separator is not None
        cursor = connection.cursor()
        for batch in connection.sql(query).to_arrow_reader(min(together, 1_000_000)):
            for start in range(0, len(batch), together):
                part = batch.slice(start, together)
                bar.update(len(part))
                if first:
                    part, first = part.slice(1), False
                sides, rest = part.columns[: len(skip)], part.columns[len(skip) :]
                sides = [_tidied(labels) for labels in sides] if ingest.labels == "strip" else sides
                for place, skip_labels in enumerate(skip):
                    sides, rest = _without(sides, rest, place, skip_labels, hits[place])
                if width > 1:
                    cursor.register("given", pa.table({"v": pa.concat_arrays(rest)}))
                    result = cursor.sql(f"{check} FROM (SELECT v, {number} n FROM given)").to_arrow_table()
                    rest = [column.combine_chunks() for column in result.columns]
                yield sides, rest[0], rest[1]
        if source.separator is not None:
            _refuse_rejects(source, connection, ingest)
    for side, skip_labels, hit in zip(("rows", "columns"), skip, hits, strict=False):
        refuse_absent(source.path, side, [label for label in skip_labels if label not in hit], ingest)


def refuse_absent(path: Path, side: str, absent: list[str], ingest: IngestParameters) -> None:
    """Refuse labels to be skipped that the file does not have, if there are any."""
    if absent:
        remaining = [label for label in getattr(ingest.skip, side) if label not in absent]
        raise refusal(path, f"no {side[:-1]} labelled {', '.join(map(quoted, absent))}", f"what `skip.{side}` names",
                      f"take it out: {skipping(ingest, **{side: remaining})}")  # fmt: skip


def _query(table: str, kinds: list[tuple[str, str]], columns: Columns, numeric: bool) -> str:
    """Return SQL for the labels, then the values as texts or numbers."""
    labels = ", ".join(f"coalesce({kinds[at][0]}::VARCHAR, '') AS l{place}" for place, at in enumerate(columns.labels))
    kind = "DOUBLE" if numeric else "VARCHAR"
    if len(columns.values) == 1:
        return f"SELECT {labels}, {kinds[columns.values[0]][0]}::{kind} AS v FROM {table}"
    values = {*columns.values}
    others = ", ".join(name for position, (name, _) in enumerate(kinds) if position not in values)
    return f"SELECT {labels}, COLUMNS(* EXCLUDE ({others}))::{kind} FROM {table}"


@contextmanager
def _connection(source: Source) -> Iterator[Any]:
    with duckdb.connect() as connection:
        memory = os.environ.get(MEMORY, "2GB")
        try:
            connection.execute(f"SET memory_limit = {_quoted(memory)}")
        except duckdb.Error:
            raise InputError(
                f"{MEMORY}: expected an amount of memory such as 500MB or 4GB; found {memory!r}; "
                f"set one: `export {MEMORY}=2GB`"
            ) from None
        connection.execute(f"SET temp_directory = {_quoted(str(source.folder))}; SET enable_progress_bar = false")
        try:
            yield connection
        except (duckdb.Error, OSError) as error:  # Arrow passes on as OSError what DuckDB raises on the way
            if re.search("max_temp_directory_size|No space left", str(error)):
                raise disk_full(source.path) from None
            if not isinstance(error, duckdb.OutOfMemoryException) and source.separator is None:
                check_parquet(source.path)
            wrong = refusal(source.path, "more memory is needed", f"{MEMORY} to allow it", f"`{MEMORY}=4GB dvc repro`")
            raise wrong from None  # of a text nothing else ends the reading: wrong lines are put aside


def _table(connection: Any, source: Source, count: int) -> tuple[str, list[tuple[str, str]]]:
    """Return a file as what stands behind FROM, and name and type of its columns."""
    if source.separator is None:
        table = f"read_parquet({_quoted(_literal(str(source.file)))})"
        try:
            fields = connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()
        except duckdb.Error:
            raise damage(source.path) from None
        return table, [('"' + name.replace('"', '""') + '"', kind) for name, kind, *_ in fields]
    names = [f"c{position}" for position in range(count)]
    types = ", ".join(f"{name}: 'VARCHAR'" for name in names)
    table = (
        f"read_csv({_quoted(_literal(str(source.file)))}, auto_detect = false, header = false, "
        f"compression = 'none', delim = {_quoted(source.separator)}, quote = '\"', escape = '\"', nullstr = '\\0', "
        f"max_line_size = {LONGEST_LINE}, buffer_size = {2 * LONGEST_LINE}, store_rejects = true, "
        f"columns = {{{types}}})"
    )
    return table, [(name, "VARCHAR") for name in names]


def _number(numeric: bool, ingest: IngestParameters) -> str:
    """Return SQL for the number in v, null where no plain number stands."""
    if numeric:
        return "v"
    text, odd = (
        ("replace(v, ',', '.')", "v SIMILAR TO '.*[_.].*'") if ingest.decimal == "," else ("v", "contains(v, '_')")
    )
    return f"CASE WHEN {odd} THEN NULL ELSE try_cast({text} AS DOUBLE) END"


def _plain(number: str, numeric: bool, ingest: IngestParameters) -> str:
    """Return SQL for a number that is a value, else null, and for the text of v where it is none."""
    zero = f"{number} = 0" if numeric else f"{number} = 0 AND NOT regexp_matches(v, '^[^eE]*[1-9]')"
    value = f"{number} BETWEEN {SMALLEST!r} AND {LARGEST!r} OR ({zero})"
    blank = "v IS NULL" if numeric else "v IS NULL OR v = ''"
    unrated = ", ".join(repr(mark) for mark in ingest.unrated if isinstance(mark, float))
    blank_case = f"WHEN {number} IN ({unrated}) THEN NULL " if unrated else ""
    return (
        f"CASE {blank_case}WHEN {value} THEN {number} END, CASE {blank_case}WHEN {value} THEN NULL "
        f"WHEN {blank} THEN {_quoted('') if ingest.zeros == 'observed' else 'NULL'} ELSE v::VARCHAR END"
    )


def _refuse_rejects(source: Source, connection: Any, ingest: IngestParameters) -> None:
    """Refuse the lines that DuckDB could not split."""
    rejects = connection.execute(
        "SELECT line_byte_position, max(error_type), any_value(csv_line), count(*) OVER () FROM reject_errors "
        f"WHERE trim(csv_line, E' \\t\\r\\n') != '' GROUP BY 1 ORDER BY 1 LIMIT {LISTED}"
    ).fetchall()
    if any("ENCODING" in kind for _, kind, *_ in rejects):
        with source.file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as text_lines:
            refuse_encoding(source.path, text_lines, first=1)
    names = {"QUOTE": "quote", "COLUMNS": "width"}
    places = [place - 1 + len(text) - len(text.lstrip("\r\n")) for place, _, text, _ in rejects]
    faults = [
        (line, next((word for part, word in names.items() if part in kind), "length"), text)
        for line, (_, kind, text, _) in zip(_line_numbers(source.file, places), rejects, strict=True)
    ]
    more = rejects[0][3] - len(rejects) if rejects else 0
    refuse_lines(source.path, faults, ingest, width=len(source.names), more=more)


def _line_numbers(file: Path, places: list[int]) -> list[int]:
    """Return the numbers of the lines that begin at rising places of a file, those within quotes counted."""
    numbers: list[int] = []
    line, end = 0, 0
    with file.open("rb") as stream:
        while len(numbers) < len(places) and (text := stream.readline()):
            for piece in text.splitlines(keepends=True):
                line, end = line + 1, end + len(piece)
                while len(numbers) < len(places) and places[len(numbers)] < end:
                    numbers.append(line)
    return numbers + [line] * (len(places) - len(numbers))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _literal(path: str) -> str:
    """Return a path in which DuckDB takes no character for a wildcard, or for the home folder."""
    return re.sub(r"([*?\[])", r"[\1]", str(Path(path).absolute()))


def _tidied(labels: Any) -> Any:
    """Return an Arrow array of labels without what is not seen of them."""
    codes = labels.dictionary_encode()
    return texts_to_arrow([tidy(label) for label in codes.dictionary.to_pylist()]).take(codes.indices)


def _without(
    sides: list[Any], values: list[Any], place: int, labels: list[str], hits: set[str]
) -> tuple[list[Any], list[Any]]:
    """Return columns without the lines of some labels, and add those that there were to `hits`."""
    if not labels:
        return sides, values
    hit = pc.is_in(sides[place], value_set=texts_to_arrow(labels))
    hits.update(pc.unique(sides[place].filter(hit)).to_pylist())
    remaining = pc.invert(hit)
    return [side.filter(remaining) for side in sides], [column.filter(remaining) for column in values]
