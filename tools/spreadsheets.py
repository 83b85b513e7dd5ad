"""Copies of the CSV files of data/factors and data/recommendations that are safe to open in a spreadsheet."""

import argparse
import csv
import re
from pathlib import Path

FORMULA = re.compile("(^|(?<=[;\t]))(?=[=+\\-@\t\r\n＝＋－＠])")
NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]\d+)?")


def guarded(text: str) -> str:
    """Put an apostrophe before whatever a spreadsheet would take for a formula; numbers stay as they are.

    That is =, +, -, @, a tab or a line break at the start of a field, or after a semicolon or a tab, where some
    spreadsheets split one.

    >>> guarded("=HYPERLINK(1)"), guarded("a;=1"), guarded("'t Hof"), guarded("-1.5")
    ("'=HYPERLINK(1)", "a;'=1", "'t Hof", '-1.5')
    """
    return text if NUMBER.fullmatch(text) else FORMULA.sub("'", text)


def copy(source: Path, target: Path) -> None:
    """Write a guarded copy of a CSV file, every field in quotes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open(encoding="utf-8", newline="") as stream, target.open("w", encoding="utf-8", newline="") as copied:
        writer = csv.writer(copied, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerows([guarded(field) for field in record] for record in csv.reader(stream))


def main(folder: Path, data: Path) -> None:
    """Copy all of them."""
    for source in sorted([*data.glob("factors/*/*.csv"), *data.glob("recommendations/*.csv")]):
        copy(source, folder / source.relative_to(data))


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path, help="where the copies go, as the files lie in data")
    main(arguments.parse_args().folder, Path("data"))
