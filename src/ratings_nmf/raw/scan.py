"""Columns of a file some lines at a time, read by DuckDB: labels as texts, values as numbers, and what is no value."""

import csv
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.params import IngestParameters
from ratings_nmf.core.progress import progress
from ratings_nmf.core.table import LARGEST, LISTED, SMALLEST, Zeros
from ratings_nmf.files.columns import texts_to_arrow
from ratings_nmf.raw.source import LONGEST_LINE, STAND_IN, Source
from ratings_nmf.raw.splitting import Columns, refuse_lines, split

MEMORY = "RATINGS_NMF_MEMORY"
"""Environment variable: memory that DuckDB may take before it writes to disk, such as 500MB; 2GB where not given."""


class Limits(NamedTuple):
    """How much of a file is taken at a time.

    Attributes
    ----------
    lines, cells
        Lines, and cells, that are given together.
    many
        Columns of values above which Python splits the lines: DuckDB takes memory for 2,048 lines of each column.
    newcomers
        Newcomers that are given together: memory depends on it, and the last bits where all share a stopping rule.
    """

    lines: int = 1_000_000
    cells: int = 10_000_000
    many: int = 1_000
    newcomers: int = 10_000


LIMITS = Limits()

_BLANK = r"E' \t\r\n\u00a0'"
_KIND = re.compile(r"DECIMAL\(.*\)|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|BOOLEAN")


def lines(
    source: Source, columns: Columns, ingest: IngestParameters, *, zeros: Zeros | None, limits: Limits
) -> Iterator[tuple[list[Any], Any, Any]]:
    """Give some lines at a time: the label columns, the values column by column, and a fault for each value.

    A value that is blank, or means "not rated", is null, and so is its fault. A fault is the text of what is neither
    a number in range nor, unless zeros are observed, blank. Lines whose labels are to be skipped are left out.

    Raises
    ------
    InputError
        After the last line, if some line has not as many fields as the first, a quote is not closed, or a text is not
        UTF-8, or no line has a label that is to be skipped; all in one go.
    """
    skipped = [ingest.skip.rows, ingest.skip.columns][: len(columns.labels)]
    hits = [set[str]() for _ in skipped]
    width = len(columns.values)
    together = max(1, min(limits.lines, limits.cells // width))
    splitting = width > limits.many and source.separator is not None
    with _connection() as connection, progress(unit="lines") as bar:
        table, kinds = _table(connection, source, ingest, len(source.names))
        numeric = all(_KIND.fullmatch(kinds[position][1]) for position in columns.values)
        number = _number(numeric, ingest)
        check = f"SELECT * EXCLUDE (v, n), {_rated('n', ingest)} r, {_fault('n', numeric, ingest, zeros)} f"
        if width == 1:
            query = f"{check} FROM (SELECT *, {number} n FROM ({_query(table, kinds, columns, ingest, numeric)}))"
            read = _batches(connection, query, source, limits)
        elif splitting:
            read = split(source, columns, ingest, together)
        else:
            read = _batches(connection, _query(table, kinds, columns, ingest, numeric), source, limits)
        first = columns.header and source.separator is not None
        cursor = connection.cursor()
        for batch in read:
            for start in range(0, len(batch), together):
                part = batch.slice(start, together)
                bar.update(len(part))
                if first:
                    part, first = part.slice(1), False
                for place, unwanted in enumerate(skipped):
                    part = _without(part, place, unwanted, hits[place])
                sides, rest = part.columns[: len(skipped)], part.columns[len(skipped) :]
                if width > 1:
                    cursor.register("given", pa.table({"v": pa.concat_arrays(rest)}))
                    checked = cursor.sql(f"{check} FROM (SELECT v, {number} n FROM given)").to_arrow_table()
                    rest = [column.combine_chunks() for column in checked.columns]
                yield sides, rest[0], rest[1]
        if source.separator is not None and not splitting:
            _refuse_rejects(source, connection)
    for side, unwanted, hit in zip(("rows", "columns"), skipped, hits, strict=False):
        refuse_absent(source.path, side, [label for label in unwanted if label not in hit])


def refuse_absent(path: Path, side: str, absent: list[str]) -> None:
    """Refuse labels to be skipped that the file does not have, if there are any.

    Raises
    ------
    InputError
        If there are.
    """
    if absent:
        raise InputError(f"{path}: no {side[:-1]} labelled {', '.join(map(repr, absent))}; mend `skip.{side}`")


def _batches(connection: Any, query: str, source: Source, limits: Limits) -> Iterator[Any]:
    try:
        yield from connection.sql(query).to_arrow_reader(max(min(limits.lines, limits.cells), 2048))
    except duckdb.Error as error:
        raise _refusal(source, error) from None


def _query(table: str, kinds: list[tuple[str, str]], columns: Columns, ingest: IngestParameters, numeric: bool) -> str:
    """Return SQL for the labels, then the values as texts or numbers."""
    labels = ", ".join(f"{_label(kinds[at][0], ingest)} AS l{place}" for place, at in enumerate(columns.labels))
    kind = "DOUBLE" if numeric else "VARCHAR"
    if len(columns.values) == 1:
        return f"SELECT {labels}, {kinds[columns.values[0]][0]}::{kind} AS v FROM {table}"
    values = {*columns.values}
    others = ", ".join(name for position, (name, _) in enumerate(kinds) if position not in values)
    return f"SELECT {labels}, COLUMNS(* EXCLUDE ({others}))::{kind} FROM {table}"


@contextmanager
def _connection() -> Iterator[Any]:
    with TemporaryDirectory() as folder, duckdb.connect() as connection:
        memory = os.environ.get(MEMORY, "2GB")
        try:
            connection.execute(f"SET memory_limit = {_quoted(memory)}")
        except duckdb.Error:
            raise InputError(f"{MEMORY}: expected an amount of memory such as 500MB or 4GB; found {memory!r}") from None
        connection.execute(f"SET temp_directory = {_quoted(folder)}; SET enable_progress_bar = false")
        yield connection


def _table(connection: Any, source: Source, ingest: IngestParameters, count: int) -> tuple[str, list[tuple[str, str]]]:
    """Return a file as what stands behind FROM, and name and type of its columns."""
    if source.separator is None:
        table = f"read_parquet({_quoted(str(source.file))})"
        try:
            columns = connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()
        except duckdb.Error as error:
            raise _refusal(source, error) from None
        return table, [('"' + name.replace('"', '""') + '"', kind) for name, kind, *_ in columns]
    names = [f"c{position}" for position in range(count)]
    types = ", ".join(f"{name}: 'VARCHAR'" for name in names)
    comment = f", comment = {_quoted(ingest.skip.comment)}" if ingest.skip.comment else ""
    table = (
        f"read_csv({_quoted(_literal(str(source.file)))}, auto_detect = false, header = false, "
        f"skip = {ingest.skip.lines}, compression = 'none', delim = {_quoted(source.separator)}, quote = '\"', "
        f"escape = '\"', nullstr = '\\0', max_line_size = {LONGEST_LINE}, "
        f"buffer_size = {2 * LONGEST_LINE}, store_rejects = true{comment}, "
        f"columns = {{{types}}})"
    )
    return table, [(name, "VARCHAR") for name in names]


def _label(name: str, ingest: IngestParameters) -> str:
    text = f"coalesce({name}::VARCHAR, '')"
    return f"nfc_normalize(trim({text}, {_BLANK}))" if ingest.labels == "strip" else text


def _number(numeric: bool, ingest: IngestParameters) -> str:
    """Return SQL for the number in v, null where there is none."""
    if numeric:
        return "v"
    text, _ = _plain_number(ingest)
    # trimming costs more than casting: only where it is needed
    return f"coalesce(try_cast({text} AS DOUBLE), try_cast(trim({text}, {_BLANK}) AS DOUBLE))"


def _rated(number: str, ingest: IngestParameters) -> str:
    return f"CASE WHEN {number} IN {_unrated(ingest)} THEN NULL ELSE {number} END" if ingest.unrated else number


def _fault(number: str, numeric: bool, ingest: IngestParameters, zeros: Zeros | None) -> str:
    """Return SQL for the text of v where it is no value, else null."""
    blank, lost, odd = "v IS NULL", "false", "false"
    if not numeric:
        blank, lost = f"v IS NULL OR trim(v, {_BLANK}) = ''", "regexp_matches(v, '^[^eE]*[1-9]')"
        _, odd = _plain_number(ingest)
    allowed = f"{number} BETWEEN {SMALLEST!r} AND {LARGEST!r} OR ({number} = 0 AND NOT {lost})"
    empty = "''" if zeros == "observed" else "NULL"
    unrated = f"WHEN {number} IN {_unrated(ingest)} THEN NULL" if ingest.unrated else ""
    return f"CASE WHEN NOT ({odd}) AND ({allowed}) THEN NULL {unrated} WHEN {blank} THEN {empty} ELSE v::VARCHAR END"


def _unrated(ingest: IngestParameters) -> str:
    return f"({', '.join(map(repr, ingest.unrated))})"


def _plain_number(ingest: IngestParameters) -> tuple[str, str]:
    """Return SQL for the text of a number as DuckDB casts it, and for what no number may look like."""
    text, odd = "v", "contains(v, '_')"
    if ingest.thousands:
        mark = re.escape(ingest.thousands)
        odd += (
            f" OR (contains(v, {_quoted(ingest.thousands)}) AND NOT regexp_matches(v, "
            f"{_quoted(f'^[^0-9]*[0-9]{{1,3}}({mark}[0-9]{{3}})+([^0-9{mark}].*)?$')}))"
        )
        text = f"replace({text}, {_quoted(ingest.thousands)}, '')"
    if ingest.decimal == ",":
        if ingest.thousands != ".":
            odd += " OR contains(v, '.')"
        text = f"replace({text}, ',', '.')"
    return text, odd


def _refuse_rejects(source: Source, connection: Any) -> None:
    """Refuse the lines that DuckDB could not split."""
    rejects = connection.execute(
        "SELECT line, max(error_type), any_value(csv_line), count(*) OVER () FROM reject_errors "
        f"GROUP BY line ORDER BY line LIMIT {LISTED}"
    ).fetchall()
    names = {"ENCODING": "encoding", "QUOTE": "quote", "COLUMNS": "width"}
    faults = [
        (line, next((word for part, word in names.items() if part in kind), "length"), _width(text, source.separator))
        for line, kind, text, _ in rejects
    ]
    refuse_lines(source, faults, more=rejects[0][3] - len(rejects) if rejects else 0)


def _width(line: str, separator: str | None) -> int:
    separator = separator or ","
    if len(separator) > 1:
        line, separator = line.replace(separator, STAND_IN), STAND_IN
    return len(next(csv.reader([line.strip("\r\n")], delimiter=separator), []))


def _refusal(source: Source, error: duckdb.Error) -> InputError:
    text = str(error)
    if "invalid state" in text:
        return InputError(
            f"{source.path}: its lines end in different ways (\\r\\n and \\n); make them alike: "
            f"`sed -i 's/\\r$//' {source.path}`"
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return InputError(f"{source.path}: more memory is needed; allow it: `{MEMORY}=4GB dvc repro`")
    return InputError(f"{source.path}: cannot be read: {' '.join(text.split())[:200]}")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _literal(path: str) -> str:
    """Return a path in which DuckDB takes no character for a wildcard."""
    return re.sub(r"([*?\[])", r"[\1]", path)


def _without(batch: Any, place: int, labels: list[str], hits: set[str]) -> Any:
    """Return a batch without the lines of some labels, and add those that it had to `hits`."""
    if not labels:
        return batch
    hit = pc.is_in(batch.column(place), value_set=texts_to_arrow(labels))
    hits.update(pc.unique(batch.column(place).filter(hit)).to_pylist())
    return batch.filter(pc.invert(hit))
