"""Which columns of a file of triples hold row label, column label and value: as said, or as the header tells."""

from pathlib import Path

from ratings_nmf.core.errors import InputError
from ratings_nmf.raw.faults import NUMBER
from ratings_nmf.raw.source import Source

ROLES = {
    "row": {"user", "userid", "row", "rowid", "who", "person", "customer", "customerid", "reader", "member", "name"},
    "column": {"item", "itemid", "column", "film", "movie", "movieid", "product", "productid", "book", "isbn", "title",
               "artist", "artistid", "song", "anime", "animeid", "joke", "business"},
    "value": {"rating", "score", "value", "count", "stars", "bookrating", "plays", "quantity", "weight", "amount"},
}  # fmt: skip
"""Names that tell what a column holds, without case, spaces and marks."""

UNNAMED_INDEX = "__index_level_"
"""How Parquet names an index without a name, which holds the numbers of lines."""


def positions(source: Source, columns: list[str | int] | None) -> list[int]:
    """Return the positions (from 0) of the columns that hold row label, column label and value.

    Raises
    ------
    InputError
        If a column is not there, or none were said and the header leaves a doubt which they are.
    """
    name_at = {place: name for place, name in enumerate(source.names) if not name.startswith(UNNAMED_INDEX)}
    order = [place for place in source.index if place in name_at]
    order += [place for place in name_at if place not in order]
    names = [name_at[place] for place in order]
    header = ", ".join(name if name.isprintable() and name.strip() else repr(name) for name in names)
    if len(names) < 3:
        raise InputError(
            f"{source.path}: found {len(names)} columns; expected at least three: row label, column label, value"
        )
    if columns is None:
        _check_names(source.path, names, header)
        columns = [1, 2, 3]
    known = range(1, len(names) + 1)
    missing = [str(name) for name in columns if name not in (names if isinstance(name, str) else known)]
    if missing:
        raise InputError(
            f"{source.path}: no column {', '.join(missing)}; found {header}; mend `columns` in params.yaml"
        )
    twice = [name for name in columns if isinstance(name, str) and names.count(name) > 1]
    if twice:
        raise InputError(
            f"{source.path}: column {twice[0]!r} stands {names.count(twice[0])} times; found {header}; rename one"
        )
    return [order[names.index(name) if isinstance(name, str) else name - 1] for name in columns]


def check_header(source: Source, columns: list[int], *, header: bool) -> None:
    """Refuse a first line that is data where names were expected, or names where data were.

    Raises
    ------
    InputError
        In either case.
    """
    first = source.names[columns[2]].strip()
    if header and NUMBER.fullmatch(first):
        raise InputError(
            f"{source.path}: line 1: {first!r} is a number where the name of the value column was expected; "
            f"a file without a header needs numbered columns: `columns: {[place + 1 for place in columns]}`"
        )
    if not header and first and not any(letter.isdigit() for letter in first):
        raise InputError(
            f"{source.path}: line 1: {first!r} is not a number; numbered columns are for a file without a header; "
            f"name them: `columns: [{', '.join(source.names[position] for position in columns)}]`"
        )


def check_numbered_rows(path: Path, row_labels: tuple[str, ...], lines: int, names: list[str]) -> None:
    """Refuse a first column that counts the lines 0, 1, 2 … where nobody said that it holds the row labels.

    Raises
    ------
    InputError
        If it does.
    """
    if len(row_labels) == lines > 2 and all(label == str(line) for line, label in enumerate(row_labels)):
        raise InputError(
            f"{path}: its first column, {names[0]!r}, counts the lines from 0; if it does hold the row labels, say so: "
            f"`columns: [{', '.join(names[:3])}]`"
        )


def _check_names(path: Path, names: list[str], header: str) -> None:
    roles = [role(name) for name in names]
    if NUMBER.fullmatch(names[2].strip()) and not any(roles):
        return  # no header, which is refused with its own words
    expected = list(ROLES)
    contrary = "value" in roles[:2] or roles[2] in ("row", "column")
    if len(names) == 3 and names[0].strip() and not contrary:
        return
    others = [name for name, part in zip(names, roles, strict=True) if name.strip() and part is None]
    others = [name for name in others if not any(word in name.lower() for word in ("time", "date", "index"))] + others
    proposal = [
        names[roles.index(part)] if part in roles else (others.pop(0) if others else f"{part.upper()} COLUMN")
        for part in expected
    ]
    raise InputError(
        f"{path}: found {len(names)} columns: {header}; which of them hold row label, column label and value "
        f"is not said; say it under `ingest`: `columns: [{', '.join(proposal)}]`"
    )


def role(name: str) -> str | None:
    """Return what the name of a column tells that it holds: row, column or value."""
    word = "".join(letter for letter in name.lower() if letter.isalnum())
    return next((part for part, words in ROLES.items() if word in words), None)
