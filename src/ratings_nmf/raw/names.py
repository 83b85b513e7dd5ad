"""Which columns of a file of triples hold row label, column label and value: as said, or as the header tells."""

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.params import IngestParameters
from ratings_nmf.raw.commands import NUMBERED, copied, numbered
from ratings_nmf.raw.faults import NUMBER, keys, quoted, refusal
from ratings_nmf.raw.source import Source

ROLES = {
    "row": {"user", "userid", "row", "rowid", "who", "person", "customer", "customerid", "reader", "member", "name",
            "reviewer", "reviewerid", "client", "clientid", "doc", "docid", "document", "student", "respondent",
            "participant", "memberid", "membernumber"},
    "column": {"item", "itemid", "column", "film", "movie", "movieid", "product", "productid", "book", "isbn", "title",
               "artist", "artistid", "song", "anime", "animeid", "joke", "business", "businessid", "bookid", "songid",
               "track", "trackid", "game", "gameid", "recipe", "recipeid", "stockcode", "sku", "asin", "word", "term",
               "course", "hotel",
               "itemdescription"},
    "value": {"rating", "score", "value", "count", "stars", "bookrating", "plays", "quantity", "weight", "amount",
              "frequency", "freq", "playcount", "overall", "liked", "like", "likes", "vote", "grade",
              "obsvalue", "timespent", "playtime", "hours",
              "qty", "minutes", "seconds", "duration", "visits", "clicks"},
}  # fmt: skip
"""Names that tell what a column holds, without case, spaces and marks."""

UNNAMED_INDEX = "__index_level_"
"""How Parquet names an index without a name, which holds the numbers of lines."""


def positions(source: Source, ingest: IngestParameters) -> list[int]:
    """Return the positions (from 0) of the columns that hold row label, column label and value.

    Raises
    ------
    InputError
        If a column is not there, or none were said and the header leaves a doubt which they are.
    """
    columns = ingest.columns
    order = [place for place in source.order if not source.names[place].startswith(UNNAMED_INDEX)]
    names = [source.names[place] for place in order]
    header = ", ".join(name if name.isprintable() and name.strip() else repr(name) for name in names)
    if len(names) < 3:
        raise refusal(source.path, f"found {len(names)} column{'s' * (len(names) != 1)}: {header}",
                      "at least three: row label, column label, value",
                      f"if it is a table of row labels × column labels: {keys(layout='table')}")  # fmt: skip
    if columns is None:
        _check_names(source.path, names, header)
        columns = [1, 2, 3]
    known = range(1, len(names) + 1)
    missing = [str(name) for name in columns if name not in (names if isinstance(name, str) else known)]
    if missing:
        wrong = f"no column {', '.join(missing)}; found {header}"
        raise refusal(source.path, wrong, "columns that are there", f"name them: {keys(columns=_proposal(names))}")
    twice = next((name for name in columns if isinstance(name, str) and names.count(name) > 1), None)
    if twice:
        raise refusal(source.path, f"column {quoted(twice)} stands {names.count(twice)} times; found {header}",
                      "each name once", numbered(source.path, ingest))  # fmt: skip
    return [order[names.index(name) if isinstance(name, str) else name - 1] for name in columns]


def check_header(source: Source, columns: list[int], *, header: bool, has_columns: bool) -> None:
    """Refuse a first line that is data where names were expected, or names where data were."""
    first = source.names[columns[2]].strip()
    number = NUMBER.fullmatch(first)
    key = next((source.names[place] for place in columns[:2] if role(source.names[place])), None)
    if header and number and not has_columns:
        remedy = f"if the file has no header, number its columns: {keys(columns=[place + 1 for place in columns])}"
        if key:
            remedy = f"if it is: {keys(columns=[source.names[place] for place in columns])}"
        raise refusal(source.path, f"line 1: {first!r} is a number", "the name of the value column", remedy)
    if not header and first and (key or not any(letter.isdigit() for letter in first)):
        wrong = f"line 1: {quoted(key)} is a name" if key and number else f"line 1: {quoted(first)} is not a number"
        remedy = f"name them: {keys(columns=[source.names[position] for position in columns])}"
        expected = "a line of data, as columns are numbered in a file without a header only"
        raise refusal(source.path, wrong, expected, remedy)


def check_table(source: Source, ingest: IngestParameters, row_labels: Iterable[str]) -> None:
    """Refuse a table whose first line and row labels are numbers alone, as one without labels would be."""
    numbers = [name for name in source.names if NUMBER.fullmatch(name.strip())]
    decimals = 0 if are_rising(numbers) else sum("." in name for name in numbers)
    if source.separator is None or (len(numbers) < len(source.names) and 2 * decimals <= len(source.names)):
        return
    if 2 * decimals > len(source.names) or all(NUMBER.fullmatch(label.strip()) for label in row_labels):
        all_are = len(numbers) == len(source.names)
        wrong = f"line 1 {'and the first column hold numbers alone' if all_are else 'holds numbers with decimals'}"
        raise refusal(source.path, f"{wrong}: {', '.join(source.names[:5])} …", "labels there",
                      f"to number rows and columns: {copied(source.path, ingest, NUMBERED)}")  # fmt: skip


def are_rising(numbers: list[str]) -> bool:
    """Return whether numbers rise, as wavelengths above columns do; so many that a line of data hardly ever does."""
    return len(numbers) > 7 and all(float(one) < float(other) for one, other in pairwise(numbers))


def no_values(path: Path, ingest: IngestParameters, names: list[str]) -> InputError:
    """Return what to say of lines that hold labels alone, under these names."""
    columns = [*names, "count"] if names else [1, 2, 3]
    each = '1 if at else "count"] for at, row in enumerate(rows)' if names else "1] for row in rows"
    code = f"out.writerows([*row, {each})"
    copy = copied(path, ingest, code, layout="triples", columns=columns, duplicates="sum")
    return refusal(path, "found no column of values", "row label, column label, value", f"to count lines: {copy}")


def check_not_triples(source: Source, names: list[str]) -> None:
    """Refuse a table whose header names a row label, a column label and a value, as that of a cell a line does."""
    roles = [role(name) for name in names]
    others = [name for part, name in zip(roles, names, strict=True) if part is None]
    if sorted(filter(None, roles)) == sorted(ROLES) and all(map(_is_aside, others)):
        columns = [names[roles.index(part)] for part in ROLES]
        wrong = f"the header names a row label, a column label and a value: {', '.join(columns)}"
        remedy = f"if it is a cell a line: {keys(layout='triples', columns=columns)}"
        raise refusal(source.path, wrong, "a line for each row", remedy)


def _check_names(path: Path, names: list[str], header: str) -> None:
    roles = [role(name) for name in names]
    if NUMBER.fullmatch(names[2].strip()) and not any(roles):
        return  # no header, which is refused with its own words
    contrary = "value" in roles[:2] or roles[2] in ("row", "column") or any(map(_is_aside, names))
    if len(names) == 3 and not contrary:
        return
    raise refusal(path,
                  f"found {len(names)} columns: {header}; it was not said which hold row label, column label and value",
                  "three columns in this order, or to be told",
                  f"say which they are: {keys(columns=_proposal(names))}")  # fmt: skip


def _proposal(names: list[str]) -> list[str]:
    """Return the names that most likely are those of row label, column label and value."""
    roles = [role(name) for name in names]
    others = [name for name, part in zip(names, roles, strict=True) if name.strip() and part is None]
    others = [name for name in others if not _is_aside(name)] + others
    return [
        names[roles.index(part)] if part in roles else (others.pop(0) if others else f"{part.upper()} COLUMN")
        for part in ROLES
    ]


def _is_aside(name: str) -> bool:
    """Return whether a name tells of a time, or of the number of a line."""
    return not name.strip() or any(word in name.lower() for word in ("time", "date", "index"))


def role(name: str) -> str | None:
    """Return what the name of a column tells that it holds: row, column or value."""
    word = "".join(letter for letter in name.lower() if letter.isalnum())
    return next((part for part, words in ROLES.items() if word in words), None)
