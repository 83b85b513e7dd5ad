"""What `describe` says of tables as people publish them, and that the block that it writes is one that runs."""

import gzip
import io
import sys
import zipfile
from importlib import import_module
from pathlib import Path

import msgspec
import numpy as np
import pandas as pd
import pytest
import yaml

from conftest import PROJECT
from examples import read_raw
from ratings_nmf.core import params
from ratings_nmf.core.errors import InputError
from ratings_nmf.raw.describe.description import describe
from ratings_nmf.raw.describe.proposal import block, name_of, with_block

RANDOM = np.random.default_rng(0)
USERS, ITEMS = 12, 9
GIVEN = [(user, item) for user in range(USERS) for item in range(ITEMS) if (user * 5 + item * 3) % 4]
RATINGS = {
    pair: 1 + int(value) for pair, value in zip(GIVEN, RANDOM.permuted(np.repeat([0, 1, 2, 3, 3, 4], 14)), strict=False)
}
"""Ratings 1 to 5 of 12 users for 9 items, three quarters of them given."""

SHAPE = (USERS, ITEMS, len(RATINGS))


def lines(form: str, *, header: str = "", ratings=RATINGS, end: str = "\n") -> str:
    """A cell a line."""
    rows = [
        form.format(u=196 + 3 * user, i=1000 + 7 * item, v=value, t=874965758 + 60 * number, n=number)
        for number, ((user, item), value) in enumerate(ratings.items())
    ]
    return end.join([*([header] if header else []), *rows, ""])


def wide(value, *, separator: str = ",", corner: str = "reader", blank: str = "") -> str:
    """A line for each row; `value` writes a cell."""
    header = separator.join([corner, *(f"book {item}" for item in range(ITEMS))])
    rows = [
        separator.join(
            [
                f"reader {user}",
                *(value(RATINGS[user, item]) if (user, item) in RATINGS else blank for item in range(ITEMS)),
            ]
        )
        for user in range(USERS)
    ]
    return "\n".join([header, *rows, ""])


def zipped(content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("inside.csv", content)
    return stream.getvalue()


def parquet(frame: pd.DataFrame) -> bytes:
    stream = io.BytesIO()
    frame.to_parquet(stream)
    return stream.getvalue()


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        [(f"u{user}", f"i{item}", value) for (user, item), value in RATINGS.items()], columns=["who", "what", "rating"]
    )


EXPRESSION = "".join(
    f"GENE{gene}\tgene number {gene}\t" + "\t".join(f"{RANDOM.gamma(2, 30):.3f}" for _ in range(6)) + "\n"
    for gene in range(20)
)
GCT = "#1.2\n20\t6\nName\tDescription\t" + "\t".join(f"S{sample}" for sample in range(6)) + "\n" + EXPRESSION
SALES = [[int(value) for value in row] for row in RANDOM.integers(1, 90, (5, 4))]
TOTALS = (
    "shop;Q1;Q2;Q3;Q4;Total\n"
    + "".join(
        f"{name};{';'.join(f'{v},5' for v in row)};{sum(row) + 2}\n" for name, row in zip("ABCDE", SALES, strict=True)
    )
    + "Total;"
    + ";".join(f"{sum(column) + 2},5" for column in zip(*SALES, strict=True))
    + f";{sum(map(sum, SALES)) + 10}\n"
)

TABLES: dict[str, tuple[str, str | bytes, dict, tuple[int, int, int]]] = {
    "tab, no header, times": (
        "u.data",
        lines("{u}\t{i}\t{v}\t{t}"),
        {"layout": "triples", "separator": "\t", "columns": [1, 2, 3], "zeros": "missing"},
        SHAPE,
    ),
    "two colons": (
        "ratings.dat",
        lines("{u}::{i}::{v}::{t}"),
        {"layout": "triples", "separator": "::", "columns": [1, 2, 3], "zeros": "missing"},
        SHAPE,
    ),
    "spaces, halves": (
        "ratings.txt",
        lines("{u} {i} {v}.5"),
        {"layout": "triples", "separator": " ", "columns": [1, 2, 3], "zeros": "missing"},
        SHAPE,
    ),
    "names and times": (
        "ratings.csv",
        lines("{u},{i},{v}.0,{t}", header="userId,movieId,rating,timestamp"),
        {"layout": "triples", "columns": ["userId", "movieId", "rating"], "zeros": "missing"},
        SHAPE,
    ),
    "time first": (
        "ratings.csv",
        lines("{t},{u},{i},{v}", header="timestamp,user,item,rating"),
        {"layout": "triples", "columns": ["user", "item", "rating"]},
        SHAPE,
    ),
    "item first": (
        "votes.csv",
        lines("{i},{u},{v}", header="item,user,stars"),
        {"layout": "triples", "columns": ["user", "item", "stars"]},
        SHAPE,
    ),
    "saved with its index": (
        "scores.csv",
        lines("{n},{u},{i},{v}", header=",User_id,Item_id,Score"),
        {"layout": "triples", "columns": ["User_id", "Item_id", "Score"]},
        SHAPE,
    ),
    "value first, names that say nothing": (
        "x.csv",
        lines("{n},{v},p{u},q{i}", header="id,a,b,c"),
        {"layout": "triples", "columns": ["b", "c", "a"]},
        SHAPE,
    ),
    "book ratings of Windows": (
        "BX-Book-Ratings.csv",
        lines('"{u}";"Å{i}";"{v}"', header='"User-ID";"ISBN";"Book-Rating"', end="\r\n").encode("windows-1252"),
        {
            "layout": "triples",
            "separator": ";",
            "encoding": "windows-1252",
            "columns": ["User-ID", "ISBN", "Book-Rating"],
        },
        SHAPE,
    ),
    "ratings with 0 for implicit": (
        "books.csv",
        lines(
            "{u};{i};{v}",
            header="user;isbn;rating",
            ratings=RATINGS | {(user, user % ITEMS): 0 for user in range(USERS)},
        ),
        {"zeros": "missing"},
        (USERS, ITEMS, len({pair for pair in RATINGS if pair[1] != pair[0] % ITEMS})),
    ),
    "anime with -1": (
        "rating.csv",
        lines(
            "{u},{i},{v}", header="user_id,anime_id,rating", ratings=RATINGS | {(0, item): -1 for item in range(ITEMS)}
        ),
        {"zeros": "missing", "unrated": [-1]},
        (USERS, ITEMS, sum(user > 0 for user, _ in RATINGS)),
    ),
    "jokes with 99": (
        "jokes.csv",
        wide(str, blank="99"),
        {"layout": "table", "zeros": "missing", "unrated": [99]},
        SHAPE,
    ),
    "words for not rated": (
        "readers.csv",
        wide(str, blank="NA"),
        {"layout": "table", "zeros": "missing", "unrated": ["NA"]},
        SHAPE,
    ),
    "percentages": (
        "readers.csv",
        wide(lambda value: f"{value}%"),
        {"layout": "table", "zeros": "missing"},
        SHAPE,
    ),
    "true and false": (
        "owners.csv",
        wide(lambda value: "true" if value > 1 else "false", blank="false"),
        {"layout": "table", "zeros": "observed"},
        (USERS, ITEMS, sum(value > 1 for value in RATINGS.values())),
    ),
    "blank for not rated": ("readers.csv", wide(str), {"layout": "table", "zeros": "missing"}, SHAPE),
    "decimal commas": (
        "readers.csv",
        wide(lambda value: f"{value},5", separator=";"),
        {"separator": ";", "decimal": ",", "zeros": "missing"},
        SHAPE,
    ),
    "thousands": (
        "sales.tsv",
        wide(lambda value: f"{value},{value}00.50", separator="\t"),
        {"separator": "\t", "thousands": ",", "zeros": "missing"},
        SHAPE,
    ),
    "UTF-16": (
        "readers.txt",
        wide(str, separator="\t", corner="Lesér").encode("utf-16"),
        {"separator": "\t", "encoding": "utf-16"},
        SHAPE,
    ),
    "UTF-16 without a mark": (
        "readers.csv",
        wide(str).encode("utf-16-be"),
        {"encoding": "utf-16-be", "zeros": "missing"},
        SHAPE,
    ),
    "two marks": (
        "survey.csv",
        wide(lambda value: str(value if value < 4 else {4: 88, 5: 99}[value]), blank="-9"),
        {"layout": "table", "zeros": "missing", "unrated": [-9, 88, 99]},
        (USERS, ITEMS, sum(value < 4 for value in RATINGS.values())),
    ),
    "means": (
        "sales.csv",
        "shop,Q1,Q2,Q3,Q4\n"
        + "".join(f"{name},{','.join(map(str, row))}\n" for name, row in zip("ABCDE", SALES, strict=True))
        + "Average,"
        + ",".join(f"{sum(column) / 5:.1f}" for column in zip(*SALES, strict=True))
        + "\n",
        {"layout": "table", "zeros": "observed", "skip": {"rows": ["Average"]}},
        (5, 4, 20),
    ),
    "gzip": ("readers.csv.gz", gzip.compress(wide(str).encode(), mtime=0), {"layout": "table"}, SHAPE),
    "zip": ("ratings.zip", zipped(lines("{u}\t{i}\t{v}\t{t}").encode()), {"columns": [1, 2, 3]}, SHAPE),
    "Parquet under another name": (
        "readers.csv",
        parquet(frame().pivot_table(index="who", columns="what", values="rating")),
        {"layout": "table", "zeros": "missing"},
        SHAPE,
    ),
    "a table saved with its index": (
        "readers.csv",
        "".join(f"{number - 1 if number else ''},{line}\n" for number, line in enumerate(wide(str).splitlines())),
        {"layout": "table", "zeros": "missing", "skip": {"columns": [""]}},
        SHAPE,
    ),
    "genes": (
        "genes.gct",
        GCT,
        {"layout": "table", "zeros": "observed", "skip": {"lines": 2, "columns": ["Description"]}},
        (20, 6, 120),
    ),
    "totals": (
        "sales.csv",
        TOTALS,
        {"decimal": ",", "zeros": "observed", "skip": {"rows": ["Total"], "columns": ["Total"]}},
        (5, 4, 20),
    ),
    "comments": (
        "readers.csv",
        "# made by hand\n" + wide(str).replace("reader 3", "# half\nreader 3"),
        {"skip": {"comment": "#"}},
        SHAPE,
    ),
    "statistics by country": (
        "world.csv",
        '"Data Source","Indicators",\n\n"Last Updated","2024-01-01",\n\n"Country Name","Country Code","Indicator",'
        + "".join(f'"{year}",' for year in range(1990, 1990 + ITEMS))
        + "\n"
        + "".join(
            f'"Land {user}","L{user}","Population",'
            + "".join(f'"{RATINGS.get((user, item), "")}",' for item in range(ITEMS))
            + "\n"
            for user in range(USERS)
        ),
        {"layout": "table", "skip": {"lines": 4, "columns": ["Country Code", "Indicator", ""]}, "zeros": "missing"},
        SHAPE,
    ),
    "a country and a year a line": (
        "deaths.csv",
        lines("Land {u},L{u},{i},{v}.25", header="Entity,Code,Year,Deaths per million"),
        {"layout": "triples", "columns": ["Entity", "Year", "Deaths per million"]},
        SHAPE,
    ),
    "a sensor's times": (
        "log.csv",
        lines("2024-01-01 00:{i},s{u},{v}.5", header="ts,sensor,temp"),
        {"layout": "triples", "columns": ["sensor", "ts", "temp"]},
        SHAPE,
    ),
    "shop orders": (
        "retail.csv",
        lines(
            "{n},S{i},Thing {i},{v},12/1/2010 8:26,2.5{i},{u},UK",
            header="InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country",
        ),
        {"layout": "triples", "columns": ["CustomerID", "StockCode", "Quantity"]},
        SHAPE,
    ),
    "gene series": (
        "series_matrix.txt",
        '!Series_title\t"a study"\n\n!Sample_title\t'
        + "\t".join(f'"s{sample}"' for sample in range(6))
        + '\n!series_matrix_table_begin\n"ID_REF"\t'
        + "\t".join(f'"GSM{sample}"' for sample in range(6))
        + "\n"
        + "".join(line.partition("\t")[0] + "\t" + line.split("\t", 2)[2] + "\n" for line in EXPRESSION.splitlines())
        + "!series_matrix_table_end\n",
        {"layout": "table", "skip": {"comment": "!"}, "zeros": "observed"},
        (20, 6, 120),
    ),
    "Matrix Market": (
        "matrix.mtx",
        f"%%MatrixMarket matrix coordinate integer general\n%\n300 2000 {len(RATINGS)}\n" + lines("{u} {i} {v}"),
        {"layout": "triples", "skip": {"lines": 3}, "separator": " ", "columns": [1, 2, 3]},
        SHAPE,
    ),
    "species counts": (
        "otu.tsv",
        "# Constructed from biom file\n#OTU ID\tS1\tS2\tS3\ttaxonomy\n"
        + "".join(f"OTU{row}\t{row % 5}.0\t{row % 3 + 1}.0\t{row % 7}.0\tk__Bacteria; p__{row}\n" for row in range(15)),
        {"layout": "table", "skip": {"lines": 1, "columns": ["taxonomy"]}, "zeros": "observed"},
        (15, 3, 12 + 15 + 12),
    ),
    "an id and a name": (
        "players.csv",
        "id,short_name,pace,passing\n"
        + "".join(f"{158023 + row},L. M{row},{40 + row % 7},{50 + row % 5}\n" for row in range(20)),
        {"layout": "table", "skip": {"columns": ["id"]}, "zeros": "observed"},
        (20, 2, 40),
    ),
    "answers of a form": (
        "form.csv",
        "Timestamp,Name,Tea,Ham\n"
        + "".join(f"2024/1/{row + 1} 8:15:00,P{row},{1 + row % 5},{1 + row % 4}\n" for row in range(9)),
        {"layout": "table", "skip": {"columns": ["Timestamp"]}, "zeros": "observed"},
        (9, 2, 18),
    ),
    "a French office": (
        "ventes.csv",
        ("Magasin;Janv;Févr\n" + "".join(f"Créteil {row};{row + 1}\u202f234,50;2\u00a0000,00\n" for row in range(9))),
        {"decimal": ",", "thousands": " ", "separator": ";", "zeros": "observed"},
        (9, 2, 18),
    ),
    "a Swiss office": (
        "laden.csv",
        "Laden;Jan;Feb\n" + "".join(f"Zürich {row};{row + 1}’234.50;{row}.25\n" for row in range(9)),
        {"layout": "table", "thousands": "'", "separator": ";", "zeros": "observed"},
        (9, 2, 18),
    ),
    "a title above": (
        "umsatz.csv",
        "Umsatz 2024;;;\n;;;\nFiliale;Q1;Q2;Q3\n"
        + "".join(f"S{row};{row + 1};2;{row + 3}\n" for row in range(9))
        + ";;;\n",
        {"layout": "table", "skip": {"lines": 2, "rows": [""]}},
        (9, 3, 27),
    ),
    "a table of pandas in two header lines and a name": (
        "wide.csv",
        frame().pivot_table(index="who", columns="what").to_csv(),
        {"layout": "table", "skip": {"lines": 1, "rows": ["who"]}, "zeros": "missing"},
        SHAPE,
    ),
    "cells of pandas without names": (
        "stack.csv",
        frame().set_index(["who", "what"]).rename_axis([None, None]).rating.rename("0").to_csv(),
        {"layout": "triples", "skip": {"lines": 1}, "columns": [1, 2, 3]},
        SHAPE,
    ),
    "a comma too many": ("readers.csv", wide(str).replace("\n", ",\n"), {"skip": {"columns": [""]}}, SHAPE),
    "white space around labels": (
        "readers.csv",
        lines("a{u}, b{i}, {v}", header="user, item, rating"),
        {"labels": "strip"},
        SHAPE,
    ),
    "cells that stand twice": (
        "ratings.csv",
        lines("{u},{i},{v}", header="user,item,rating") + lines("{u},{i},{v}"),
        {"duplicates": "last"},
        SHAPE,
    ),
    "plays": (
        "plays.tsv",
        lines(
            "{u}\t{i}\t{v}",
            header="userID\tartistID\tplays",
            ratings={pair: value**4 for pair, value in RATINGS.items()},
        ),
        {"layout": "triples", "zeros": "observed"},
        SHAPE,
    ),
    "Parquet of triples": (
        "ratings.parquet",
        parquet(frame()),
        {"layout": "triples", "columns": ["who", "what", "rating"]},
        SHAPE,
    ),
    "Parquet with an index": (
        "ratings.parquet",
        parquet(frame().groupby(["who", "what"]).rating.mean().to_frame()),
        {"layout": "triples", "columns": ["who", "what", "rating"]},
        SHAPE,
    ),
    "Parquet of a table": (
        "readers.parquet",
        parquet(frame().pivot_table(index="who", columns="what", values="rating")),
        {"layout": "table", "zeros": "missing"},
        SHAPE,
    ),
}


TABLE = {
    "ingest": {"path": "table.csv", "layout": "table"},
    "survey": {"components": [1], "folds": 0, "restarts": 0},
    "fit": {"n_components": 1, "solver": "native", "options": {}},
    "evaluate": {"folds": 2},
    "recommend": {"to": "rows", "top": 1},
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def save(folder, name, content):
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path.relative_to(folder)


@pytest.mark.parametrize("kind", TABLES)
def test_the_block_reads_the_table_that_was_meant(kind, folder):
    name, content, expected, shape = TABLES[kind]
    path = save(folder, name, content)
    description = describe(path)
    document = yaml.safe_load("seed: 0\ndatasets:\n" + block("films", path, description))
    dataset = params.parse(document).dataset("films")
    ingest = msgspec.structs.asdict(dataset.ingest)
    skip = msgspec.to_builtins(dataset.ingest.skip)
    for key, value in expected.items():
        assert (skip if key == "skip" else ingest[key]) == value, description
    table = read_raw(path, dataset.ingest).table
    assert (*table.shape, len(table.values)) == shape, description
    assert description.profile["cells"] == shape[2]
    assert dataset.survey.components[-1] <= min(shape[:2])


@pytest.mark.parametrize(
    ("values", "marks"),
    [
        ([0, 1, 2], []),
        ([-2, -1, 0, 1, 2], []),
        ([1, 3, 9, 27], []),
        ([1, 2, 3, 99], [99]),
        ([0, 1, 2, 3, 88, 99], [88, 99]),
        ([-1, 1, 2, 3, 99], [-1, 99]),
        ([-99, -1, 1, 2, 3], [-99, -1]),
        ([-1.5, 0.5, 2], []),
    ],
)
def test_what_stands_for_not_rated_is_far_off_the_ratings(values, marks, folder):
    rows = "".join(f"r{row},{values[row % len(values)]},{values[(row + 1) % len(values)]}\n" for row in range(24))
    description = describe(save(folder, "t.csv", f"who,a,b\n{rows}"))
    assert (description.ingest["unrated"].value if "unrated" in description.ingest else []) == marks


def questions(path) -> set[str]:
    return {key for key, _ in describe(path).questions}


def test_what_the_file_leaves_open_is_asked_for_by_its_key(folder):
    assert questions(save(folder, "u.data", TABLES["tab, no header, times"][1])) == set()
    assert questions(save(folder, "plays.tsv", TABLES["plays"][1])) == {"ingest.zeros"}
    assert questions(save(folder, "books.csv", TABLES["book ratings of Windows"][1])) == {"ingest.encoding"}
    assert questions(save(folder, "twice.csv", TABLES["cells that stand twice"][1])) == {"ingest.duplicates"}
    doubt = "a;b;c\n" + "".join(f"r{row};1,{row}00;2,{row}50\n" for row in range(1, 9))
    assert questions(save(folder, "doubt.csv", doubt)) == {"ingest.decimal"}


def test_a_table_without_labels_is_not_taken_for_triples(folder):
    rows = "".join(",".join(map(str, row)) + "\n" for row in RANDOM.integers(1, 6, (9, 6)))
    assert "ingest.layout" in questions(save(folder, "matrix.csv", rows))


@pytest.mark.slow
def test_a_large_file_is_looked_at_in_pieces_and_that_is_said(folder):
    text = lines("{u},{i},{v}", header="user,item,rating")
    many = text + "".join(f"x{number},y{number % 50},{1 + number % 5}\n" for number in range(5_000_000))
    path = save(folder, "many.csv", many)
    description = describe(path)
    assert "looked at 46" in dict(description.findings)["sample"]
    assert dict(description.findings)["size"].startswith("about ")
    assert description.ingest["columns"].value == ["user", "item", "rating"]
    assert description.cells == pytest.approx(5_000_081, rel=0.1)
    assert description.profile["columns"] == ITEMS + 50


@pytest.mark.parametrize(("mark", "name"), [(",", "comma"), (".", "point")])
def test_whether_a_mark_before_three_digits_parts_thousands_is_asked(mark, name, folder):
    path = save(folder, "shops.csv", f"shop;tea;ham\nann;1{mark}234;2{mark}500\nbob;12{mark}000;3{mark}100\n")
    question = f"is a {name} before three digits the decimal mark, or does it part thousands?"
    assert ("ingest.decimal", question) in describe(path).questions


def test_what_ingest_would_refuse_is_said_in_its_words(folder):
    path = save(folder, "odd.csv", "who,a,b\nann,1,2\nbob,3,four\ncid,5,6\ndan,1,2\n")
    refusal = dict(describe(path).findings)["refused"]
    assert refusal.startswith("odd.csv: row 'bob', column 'b': 'four' is not a number")


NUMBERS = "expected finite numbers of 0 or more, with a decimal point"
TAKEN_BACK = "or take back what was committed: `git checkout HEAD -- 'a b.csv'`"
ROWS = 'rows = filter(None, csv.reader(open(0, encoding="utf-8-sig", newline="")))'


def changed(at, change):
    """What a refusal proposes to paste, so that pandas changes the values."""
    code = (
        f"import csv, pandas, sys; {ROWS}; table = pandas.DataFrame(rows, dtype=object); "
        f"table.iloc[1:, {at}] = table.iloc[1:, {at}].apply(lambda side: {change}); "
        "table.to_csv(sys.stdout, index=False, header=False)"
    )
    return f"`path: numbers-a b.csv` after `python -c '{code}' < 'a b.csv' > 'numbers-a b.csv'`"


REFUSALS = [
    ("", f"the file is empty; expected labels and values; write it anew, {TAKEN_BACK}"),
    ("\n \n", f"the file is empty; expected labels and values; write it anew, {TAKEN_BACK}"),
    (
        "one\ntwo\n",
        "found one column (separator: comma); expected labels and values beside each other; to count how often each "
        f"stands: `path: new-a b.csv` after `python -c 'import collections, csv, sys; {ROWS}; "
        "out = csv.writer(sys.stdout); "
        """out.writerows([("label", "count"), *collections.Counter(map(",".join, rows)).most_common()])'"""
        " < 'a b.csv' > 'new-a b.csv'`",
    ),
    (
        bytes(range(1, 9)) * 9,
        f"this is no text, but something binary; expected a table as text or Parquet; write it anew, {TAKEN_BACK}",
    ),
    (
        "who,what\nann,tea\nbob,ham\n",
        "row 'ann', column 'what': 'tea' is not a number; row 'bob', column 'what': 'ham' is not a number; "
        f"{NUMBERS}; "
        "if they are steps of a scale, with your numbers: " + changed("[1]", 'side.replace({"ham": 1, "tea": 2})'),
    ),
    (
        "who,a,b\nann,$1,$2\nbob,$3,$4\n",
        "row 'ann', column 'a': '$1' is not a number; row 'ann', column 'b': '$2' is not a number; row 'bob', "
        "column 'a': '$3' is not a number; row 'bob', column 'b': '$4' is not a number; "
        f"{NUMBERS}; if '$' may go: " + changed("1:", r'side.replace({"^(\\$) *": ""}, regex=True)'),
    ),
    (
        "who,a,b\nann,,\nbob,,\n",
        f"every cell is 0 or blank; expected at least one above 0; write it anew, {TAKEN_BACK}",
    ),
    (
        'who,a,b\n"ann,1,2\nbob,3,4\n',
        "line 2: a quote is opened and not closed; expected quotes in pairs; to take quotes out there: "
        "`sed -i -E '2s/\"//g' 'a b.csv'`",
    ),
    (
        "who,a,b\nann,1,2\nbob,3,4\nSource: us\n",
        "line 4 has 1 field: 'Source: us'; expected 3, as in the first line (separator: comma); mend it, or take it "
        "out: `sed -i -E 4d 'a b.csv'`",
    ),
    (
        gzip.compress(gzip.compress(b"who,a\nann,1\n", mtime=0), mtime=0),
        "packed twice; expected a text, packed once at most, or Parquet; unpack it: `path: new-a b.csv` after "
        "`zcat 'a b.csv' > 'new-a b.csv'`",
    ),
    (
        b"\x1f\x8b\x08\0",
        "damaged: it ends too early, or some bytes are wrong; expected a whole file; fetch or save it again, "
        f"{TAKEN_BACK}",
    ),
    (
        '"a" "b"\n"x" 1 2\n"y" 3 4\n"z" 5 1\n',
        "line 1 has 2 fields, the lines below have 3; expected as many in every line (separator: space); if the "
        "labels of rows have no name: `sed -i -E '1s/^/label /' 'a b.csv'`",
    ),
    (
        "   a  b\nx  1  2\ny 33  4\n",
        "several spaces stand side by side; expected one between two fields; to make them one: "
        "`sed -i -E 's/^ +//; s/ +(\\r?)$/\\1/; s/ +/ /g' 'a b.csv'`",
    ),
    (
        "<!DOCTYPE html>\n<html>404</html>\n",
        f"this is a web page without a table; expected a table as text or Parquet; fetch the file itself, {TAKEN_BACK}",
    ),
]


@pytest.mark.parametrize(("content", "line"), REFUSALS)
def test_a_refusal_is_one_line_to_the_letter(content, line, folder):
    with pytest.raises(InputError) as refused:
        describe(save(folder, "a b.csv", content))
    assert str(refused.value) == f"a b.csv: {line}"


@pytest.mark.parametrize(
    ("encoding", "label"), [("windows-1250", "Śląsk"), ("windows-1251", "чай"), ("gb18030", "火腿"), ("euc-kr", "철수")]
)
def test_what_others_would_make_of_a_label_is_shown(encoding, label, folder):
    path = save(folder, "t.csv", f"who,{label}\nann,1\nbob,2\n".encode(encoding))
    question = dict(describe(path).questions)["ingest.encoding"]
    assert question.startswith("the file is not UTF-8; windows-1252 makes ")
    assert f"{label!r} (`encoding: {encoding}`)" in question


def test_what_is_said_of_a_sample_names_the_file(folder):
    path = save(folder, "it's.csv", "who,a,b\nann,1,2\nbob,3,1.2.3\n")
    refusal = dict(describe(path).findings)["refused"]
    assert refusal == (
        f"it's.csv: row 'bob', column 'b': '1.2.3' is not a number; {NUMBERS}; to leave such cells "
        'out: `zeros: missing`, `unrated: ["1.2.3"]`'
    )


def test_a_block_goes_below_the_datasets_and_no_other_line_changes():
    datasets = "datasets:\n    a: {x: 1}  # one\n    b:\n        y: [1,\n          2]\n"
    text = f"# head\nseed: 0  # why\n{datasets}# foot\nmore: 1\n"
    added = "  films:\n    z: 1  # reason\n"
    assert with_block(text, "films", added) == text.replace("# foot", "    films:\n      z: 1  # reason\n# foot")
    shipped = (PROJECT / "params.yaml").read_text(encoding="utf-8")
    assert with_block(shipped, "films", added) == shipped + added
    with pytest.raises(InputError, match="paste the lines above"):
        with_block("datasets: {a: {x: 1}}\n", "films", added)


@pytest.mark.parametrize(
    "none", ["datasets:", "datasets: {}", "datasets:   # mine", "datasets: {  }  # mine", "datasets: null"]
)
@pytest.mark.parametrize("foot", ["", "\n", "\n# foot\nmore: 1\n"])
def test_a_block_goes_below_datasets_that_hold_none(none, foot):
    added = "  films:\n    z: 1  # reason\n"
    text = f"# head\nseed: 0  # why\n{none}{foot}"
    after = with_block(text, "films", added)
    assert yaml.safe_load(after) == yaml.safe_load(text) | {"datasets": {"films": {"z": 1}}}
    assert {*text.splitlines()} - {none} <= {*after.splitlines()}
    assert after.count("# mine") == none.count("# mine")


def test_names_are_ones_that_params_yaml_takes():
    names = [
        name_of(Path(name), []) for name in ("1e5.csv", "No.csv", "Ünïcode é.csv", "---.csv", "0o7.tsv", "ratings.csv")
    ]
    documents = [{name: TABLE} for name in names]
    assert all(params.parse({"seed": 0, "datasets": yaml.safe_load(yaml.safe_dump(each))}) for each in documents)


def test_describe_changes_nothing_unless_told_to(checkout, tmp_path):
    workspace = checkout.copy(tmp_path / "ratings nmf")
    before = (workspace.root / "params.yaml").read_bytes()
    done = workspace.stage("describe", "data/raw/groceries.csv", "--name", "more")
    assert done.returncode == 0, done.stderr
    assert (workspace.root / "params.yaml").read_bytes() == before
    done = workspace.stage("describe", "data/raw/groceries.csv", "--name", "groceries")
    assert "Traceback" not in workspace.stage("describe", "data/raw/groceries.csv", "--name", "A b").stderr
    assert done.stderr == "describe: 'groceries' is a dataset already; give another: `--name groceries-2`\n"


@pytest.mark.parametrize("kind", ["two colons", "book ratings of Windows", "decimal commas", "words for not rated",
                                  "genes", "UTF-16", "Parquet with an index", "white space around labels"])  # fmt: skip
def test_the_block_as_printed_is_one_to_paste(kind, folder, capsys):
    name, content, _, shape = TABLES[kind]
    path = save(folder, name, content)
    shipped = (PROJECT / "params.yaml").read_text(encoding="utf-8")
    Path("params.yaml").write_text(shipped, encoding="utf-8")
    import_module("describe").describe(path, name="films")
    lines_printed = capsys.readouterr().out.partition("\n\n")[2].partition("\n\n")[0]
    pasted = shipped.replace("datasets:\n", f"datasets:\n{lines_printed}\n")
    Path("params.yaml").write_text(pasted, encoding="utf-8")
    cells, _ = import_module("ingest").ingest("films")
    assert cells == shape[2]


def test_a_reader_that_leaves_early_meets_no_traceback(checkout):
    process = checkout.start(sys.executable, "src/describe.py", "data/raw/ratings.csv", "--name", "films")
    process.stdout.close()
    assert (process.stderr.read(), process.wait()) == ("", 1)
    process.stderr.close()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["tab, no header, times", "jokes with 99", "totals", "genes", "Parquet with an index",
                                  "a table saved with its index"])  # fmt: skip
def test_what_describe_writes_runs_as_printed(kind, checkout, tmp_path):
    workspace = checkout.copy(tmp_path / "ratings nmf")
    name, content, *_ = TABLES[kind]
    save(workspace.root, f"data/raw/{name}", content)
    done = workspace.stage("describe", f"data/raw/{name}", "--name", "films", "--write")
    command = done.stdout.rpartition("then: ")[2].strip()
    assert command == "dvc repro report@films page"
    workspace.dvc(*command.split()[1:])
    assert (workspace.root / "reports/figures/films/H.png").exists()
