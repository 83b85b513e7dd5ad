"""Every kind of refusal of a file, to the letter: what is wrong, where, what was expected, how to mend it."""

import gzip
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from examples import read_raw
from ratings_nmf.core.errors import InputError
from ratings_nmf.core.params import IngestParameters
from ratings_nmf.core.sections import convert

TRIPLES, RATED = {"layout": "triples"}, {"layout": "triples", "zeros": "missing"}
NUMBERS = "finite numbers of 0 or more, with a decimal point"
TAKEN_BACK = "or take back what was committed: `git checkout HEAD -- t.csv`"
AGAIN = (
    "times = collections.Counter(); named = lambda name: "
    '(times.update([name]), name if times[name] < 2 else f"{name} {times[name]}")[1]; '
)


def program(code, *, modules="csv, sys", name="new", keys="", mark=""):
    """What a refusal proposes to paste: Python that makes a copy."""
    rows = f'rows = filter(None, csv.reader(open(0, encoding="utf-8-sig", newline=""){mark}))'
    out = "out = csv.writer(sys.stdout); " if "out." in code else ""
    return (
        f"`path: {name}-t.csv`{keys} after `python -c 'import {modules}; {rows}; {out}{code}' < t.csv > {name}-t.csv`"
    )


def numbers(change, *, at="[1]", **how):
    """The same, where values are changed."""
    code = (
        f"table = pandas.DataFrame(rows, dtype=object); table.iloc[1:, {at}] = table.iloc[1:, {at}].apply(lambda side: "
        f"{change}); table.to_csv(sys.stdout, index=False, header=False)"
    )
    return program(code, modules="csv, pandas, sys", name="numbers", **how)


KINDS = [
    (
        "p,a\nx,-1\n",
        {},
        "row 'x', column 'a': '-1' is negative",
        NUMBERS,
        "if it means that a cell was not rated: `zeros: missing`, `unrated: [-1]`",
    ),
    (
        "p,a\nx,NaN\n",
        {},
        "row 'x', column 'a': 'NaN' is not finite",
        NUMBERS,
        'if it means that a cell was not rated: `zeros: missing`, `unrated: ["NaN"]`',
    ),
    (
        "p,a\nx,1e999\n",
        {},
        "row 'x', column 'a': '1e999' is not within 1e-100 and 1e+36",
        NUMBERS,
        'if it means that a cell was not rated: `zeros: missing`, `unrated: ["1e999"]`',
    ),
    (
        "p,a\nx,many\n",
        {},
        "row 'x', column 'a': 'many' is not a number",
        NUMBERS,
        "if it means that a cell was not rated: `zeros: missing`, `unrated: [many]`; "
        "if they are steps of a scale, with your numbers: " + numbers('side.replace({"many": 1})'),
    ),
    (
        "p,a,b\nx,1,\n",
        {},
        "row 'x', column 'b': blank",
        NUMBERS,
        "if it means that a cell was not rated: `zeros: missing`",
    ),
    (
        "p,a\nx,$5\n",
        {},
        "row 'x', column 'a': '$5' is not a number",
        NUMBERS,
        "if '$' may go: " + numbers(r'side.replace({"^(\\$) *": ""}, regex=True)'),
    ),
    (
        "p\ta\tb\nx\t1.5 b\t2\ny\t3\t4 ep\n",
        {},
        "row 'x', column 'a': '1.5 b' is not a number; row 'y', column 'b': '4 ep' is not a number",
        NUMBERS,
        "if 'b', 'ep' may go: "
        + numbers(
            'side.replace({" *(b|ep)$": ""}, regex=True)', at="1:", keys=', `separator: ","`', mark=r', delimiter="\t"'
        ),
    ),
    (
        "p,a\nx,1/2\n",
        {},
        "row 'x', column 'a': '1/2' is not a number",
        NUMBERS,
        "if they are fractions: " + numbers("side.map(lambda text: text and pandas.eval(text))"),
    ),
    (
        "p,a,b\nx,10-20,5\n",
        {},
        "row 'x', column 'a': '10-20' is not a number",
        NUMBERS,
        "if they are ranges, for their middle: "
        + numbers(
            'side.str.findall("[0-9.]+").map(lambda ends: pandas.Series(ends, dtype=float).mean())',
            at="1:",
        ),
    ),
    (
        "p,a,b\nx,1.2.3,5\n",
        {},
        "row 'x', column 'a': '1.2.3' is not a number",
        NUMBERS,
        'to leave such cells out: `zeros: missing`, `unrated: ["1.2.3"]`',
    ),
    (
        "p,a,b\nx,1,2\nsecond,,\n",
        {},
        "row 'second', column 'a': blank; row 'second', column 'b': blank",
        NUMBERS,
        "to leave the row out: `skip: {rows: [second]}`; if it means that a cell was not rated: `zeros: missing`",
    ),
    (
        "p,a,b\nx,1,2\np,a,b\n",
        {},
        "row 'p', column 'a': 'a' is not a number; row 'p', column 'b': 'b' is not a number",
        NUMBERS,
        "if the header stands there again: `skip: {rows: [p]}`",
    ),
    (
        "user,item,rating\na,5,3\n",
        {},
        "the header names a row label, a column label and a value: user, item, rating",
        "a line for each row",
        "if it is a cell a line: `layout: triples`, `columns: [user, item, rating]`",
    ),
    (
        "region,a,b\n1,5,3\n1,4,2\n1,1,1\n",
        {},
        "row label '1' stands at rows 1 and 2; row label '1' stands at rows 1 and 3",
        "a label of its own for every row",
        "if it is a cell a line: `layout: triples`, `columns: [region, a, b]`; if rows have no labels, to number them: "
        + program('out.writerows([at or "row", *row] for at, row in enumerate(rows))'),
    ),
    (
        "Sales 2024,,\n,,\nwho,a,b\nx,1,2\n",
        {},
        "line 1 seems to be a title: 'Sales 2024'",
        "as many in every line (separator: comma)",
        "if the table begins later: `skip: {lines: 2}`",
    ),
    (
        ",rating,rating\nitem,a,b\nx,1,2\n",
        {},
        "line 1 seems to be a title: 'rating'",
        "as many in every line (separator: comma)",
        "if the table begins later: `skip: {lines: 1}`",
    ),
    (
        "%%MatrixMarket matrix coordinate real general\n% by hand\n3 3 1\n1 2 5\n",
        {"layout": "triples"},
        "this is Matrix Market, and line 3 gives its size",
        "cells alone",
        'to begin below it: `layout: triples`, `separator: " "`, `columns: [1, 2, 3]`, `skip: {lines: 3}`',
    ),
    (
        "1,2\n3,4\n",
        {},
        "line 1 and the first column hold numbers alone: 1, 2 …",
        "labels there",
        "to number rows and columns: "
        + program(
            'first = next(rows); out.writerow(["row", *(f"column {at}" for at in range(1, len(first) + 1))]); '
            "out.writerows([at, *row] for at, row in enumerate([first, *rows], 1))"
        ),
    ),
    (
        'p,a\n"x \\"y\\"",1\n',
        {},
        "line 2: a quote is opened and not closed",
        "quotes in pairs",
        """if quotes within are escaped: `sed -i -E 's/\\\\"/""/g' t.csv`""",
    ),
    (
        '"p,a"\n"x,1"\n',
        {},
        "found one column (separator: comma)",
        "labels and values beside each other",
        """if each line stands between quotes: `sed -i -E 's/^"//; s/"(\\r?)$/\\1/; s/""/"/g' t.csv`""",
    ),
    (
        "p;a\nx;1,5\n",
        {},
        "row 'x', column 'a': '1,5' is not a number",
        NUMBERS,
        'if its marks are meant so: `decimal: ","`',
    ),
    (
        "p;a\nx;1.234,5\n",
        {},
        "row 'x', column 'a': '1.234,5' is not a number",
        NUMBERS,
        'if its marks are meant so: `decimal: ","`, `thousands: "."`',
    ),
    (
        "p;a;b\nx;1,5;-\n",
        {"zeros": "missing"},
        "row 'x', column 'a': '1,5' is not a number; row 'x', column 'b': '-' is not a number",
        NUMBERS,
        'if its marks are meant so: `decimal: ","`; if it means that a cell was not rated: `unrated: ["-"]`',
    ),
    (
        "p,a,b\nx,true,2\n",
        {},
        "row 'x', column 'a': 'true' stands among numbers",
        "numbers alone, or true and false alone",
        "if these are 1 and 0: "
        + numbers('side.replace({"^(?i:true|yes)$": "1", "^(?i:false|no)$": "0"}, regex=True)', at="1:"),
    ),
    (
        "p,a,b\nx,1%,2\n",
        {},
        "row 'x', column 'a': '1%' stands among numbers",
        NUMBERS,
        "if '%' may go: " + numbers('side.replace({" *(%)$": ""}, regex=True)', at="1:"),
    ),
    (
        "p,what,a\nx,one,1\ny,two,2\n",
        {},
        "column 'what' holds no number, but such as 'one'",
        "numbers in every column but the first",
        "to leave out what describes the rows: `skip: {columns: [what]}`",
    ),
    (
        "u,i,r\na,x,-1\nb,y,?\n",
        RATED,
        "row 'a', column 'x': '-1' is negative; row 'b', column 'y': '?' is not a number",
        NUMBERS,
        'if it means that a cell was not rated: `unrated: [-1, "?"]`',
    ),
    (
        "u,i,r\na,x,2\na,x,3\n",
        RATED,
        "row 'a', column 'x' stands 2 times",
        "each cell once",
        "to take the last, or `mean` or `sum`: `duplicates: last`",
    ),
    (
        "u,i,r\na,x,1\nb,y,1\n",
        TRIPLES | {"zeros": None},
        "2 cells are 0, blank or absent",
        "to be told what that means",
        "if not rated `zeros: missing`; if not taken a weight such as `zeros: 0.2`; if 0 is a value `zeros: observed`",
    ),
    (
        "u,i,r\n,x,1\n",
        RATED,
        "1 cell has no row label, the first of them cell 1",
        "a label for every cell",
        'to leave such lines out: `skip: {rows: [""]}`',
    ),
    (
        "u,i,r\na,x,1\n,y,2\n",
        RATED,
        "1 cell has no row label, the first of them cell 2",
        "a label for every cell",
        "if blank means the one above: "
        + program(
            "head = next(rows); at = 0; cell = lambda above, row: above[at] if re.fullmatch("
            r"""" *([\"“”„〃″]|''|(do|dto)[.])? *", row[at]) else row[at]; """.replace("'", "'\"'\"'")
            + "out.writerows(itertools.accumulate([head, *rows], lambda above, row: "
            "[*row[:at], cell(above, row), *row[at + 1:]]))",
            modules="csv, itertools, re, sys",
        )
        + '; to leave such lines out: `skip: {rows: [""]}`',
    ),
    (
        "p,a\n,1\n",
        {},
        "row 1 has no label",
        "a label of its own for every row",
        'to leave it out: `skip: {rows: [""]}`',
    ),
    (
        "p,a,\nx,1,2\n",
        {},
        "column 2 has no label",
        "a label of its own for every column",
        'to leave it out: `skip: {columns: [""]}`',
    ),
    (
        "p,a\nx,1\nx,2\n",
        {},
        "row label 'x' stands at rows 1 and 2",
        "a label of its own for every row",
        "to number those that stand again: "
        + program(
            f"{AGAIN}out.writerow(next(rows)); out.writerows([named(row[0]), *row[1:]] for row in rows)",
            modules="collections, csv, sys",
        ),
    ),
    (
        "p,a\nann,1\nann ,2\n",
        {},
        "row labels 'ann' and 'ann ' differ only by what is not seen",
        "labels that can be told apart",
        "to take out what is not seen: `labels: strip`",
    ),
    (
        "p,a\nx\x00,1\n",
        {},
        "row label 'x\\x00' holds a control character",
        "labels that can be told apart",
        "to take out what is not seen: `labels: strip`",
    ),
    (
        "p,a\x1b\nx,1\n",
        {},
        "line 1: 'a\\x1b' holds a control character",
        "names without",
        "to take out what is not seen: `labels: strip`",
    ),
    ("", {}, "the file is empty", "labels and values", f"write it anew, {TAKEN_BACK}"),
    (
        "p,a,b\n",
        {},
        "found 0 rows and 2 columns besides the labels",
        "at least one of each: a line of column labels, then a line for each row",
        f"write it anew, {TAKEN_BACK}",
    ),
    (
        "u,i,r\n",
        RATED,
        "no line below the header",
        "a cell a line: row label, column label, value",
        f"write it anew, {TAKEN_BACK}",
    ),
    ("p,a\nx,0\n", {}, "every cell is 0 or blank", "at least one above 0", f"write it anew, {TAKEN_BACK}"),
    (
        "u,i,r\na,x,0\n",
        RATED | {"columns": ["u", "i", "r"]},
        "every cell is 0 or blank",
        "at least one above 0",
        "if each line counts, whatever its value: "
        + program(
            'out.writerows([1 if at else "count", *row] for at, row in enumerate(rows))',
            keys=", `columns: [u, i, count]`, `duplicates: sum`",
        ),
    ),
    (
        "p,a\nx,99\n",
        {"zeros": "missing", "unrated": [99]},
        "every cell is 0 or blank",
        "at least one above 0",
        "to read as values what `unrated` names: `unrated: []`",
    ),
    (
        "p,a\nx,1\n",
        {"skip": {"rows": ["x"]}},
        "found 0 rows and 1 column besides the labels",
        "at least one of each: a line of column labels, then a line for each row",
        "to leave out none: `skip: {}`",
    ),
    (
        "p,a,b\nx,1,2\nwho,c,d\ny,3,4\n",
        {},
        "row 'who', column 'a': 'c' is not a number; row 'who', column 'b': 'd' is not a number",
        NUMBERS,
        "to leave the row out: `skip: {rows: [who]}`",
    ),
    (
        "p,a\n" + "".join(f"x{n},-{n}\n" for n in range(1, 6)),
        {},
        "; ".join(f"row 'x{n}', column 'a': '-{n}' is negative" for n in range(1, 6)),
        NUMBERS,
        "if the minus may go: " + numbers('side.replace({"^[-−]": ""}, regex=True)'),
    ),
    (
        "p,a\nx,2024-01-02\n",
        {},
        "row 'x', column 'a': '2024-01-02' is not a number",
        NUMBERS,
        "if they are dates, in days since 1970: "
        + numbers('(pandas.to_datetime(side, utc=True) - pandas.Timestamp(0, tz="UTC")) / pandas.Timedelta("1D")'),
    ),
    (
        "p,a\nx,{a: 1}\n",
        {},
        "row 'x', column 'a': '{a: 1}' is not a number",
        NUMBERS,
        "if all that counts is where something stands, to write 1 there: "
        + numbers('side.replace({"(?s)^.+$": "1"}, regex=True)'),
    ),
    (
        "p|a\nx|1\n",
        {},
        "found one column (separator: comma)",
        "labels and values beside each other",
        "the first line is 'p|a': `separator: \"|\"`",
    ),
    (
        "p\nx\n",
        {},
        "found one column (separator: comma)",
        "labels and values beside each other",
        "to count how often each stands: "
        + program(
            'out.writerows([("label", "count"), *collections.Counter(map(",".join, rows)).most_common()])',
            modules="collections, csv, sys",
        ),
    ),
    (
        "p,a;b\n1,2;3\n",
        {},
        "comma and semicolon both split every line evenly",
        "one separator",
        'say which it is: `separator: ","`',
    ),
    (
        "p,a,b\nx,1,2\n\ny,1\nz,1,2,3\n",
        {},
        "line 4 has 2 fields: 'y,1'; line 5 has 4 fields: 'z,1,2,3'",
        "3, as in the first line (separator: comma)",
        "mend them, or take them out: `sed -i -E '4d;5d' t.csv`",
    ),
    (
        'p,a,b\n"x\ny",1,2\n\nz,1\n',
        {},
        "line 5 has 2 fields: 'z,1'",
        "3, as in the first line (separator: comma)",
        "mend it, or take it out: `sed -i -E 5d t.csv`",
    ),
    (
        "p,a\n" + "x\n" * 21,
        {},
        "; ".join(f"line {line} has 1 field: 'x'" for line in range(2, 22)) + "; and 1 more",
        "2, as in the first line (separator: comma)",
        "mend them, or take them out: " + program("out.writerows(row for row in rows if len(row) == 2)"),
    ),
    (
        "p,a,b,\nx,1,2,\ny,1,2,\n".replace("b,", "b"),
        {},
        "line 1 does not end with a separator, and all others do",
        "as many in every line (separator: comma)",
        r"put one there: `sed -i -E '1s/(\r?)$/,\1/' t.csv`",
    ),
    (
        "p,2023,,2024,\n,a,b,a,b\nx,1,2,3,4\n",
        {},
        "lines 1 and 2 both name columns, together: '2023', 'a' …",
        "as many in every line (separator: comma)",
        "to join them: "
        + program(
            "first = itertools.accumulate(next(rows), lambda above, name: name or above); "
            'out.writerow(f"{one} {two}".strip() for one, two in zip(first, next(rows))); out.writerows(rows)',
            modules="csv, itertools, sys",
        ),
    ),
    (
        "p,a,b\nx,1,2\n# end\n",
        {},
        "line 3 has 1 field: '# end'",
        "3, as in the first line (separator: comma)",
        'if it is a comment: `skip: {comment: "#"}`',
    ),
    (
        "p,a,b,\nx,1,2\ny,1,2\n",
        {},
        "line 1 ends with a separator, and no other does",
        "as many in every line (separator: comma)",
        r"take it out: `sed -i -E '1s/,(\r?)$/\1/' t.csv`",
    ),
    (
        "a,b\nx,1,2\ny,1,2\n",
        {},
        "line 1 has 2 fields, the lines below have 3",
        "as many in every line (separator: comma)",
        "if the labels of rows have no name: `sed -i -E '1s/^/label,/' t.csv`",
    ),
    (
        "by hand\np,a\nx,1\n",
        {},
        "line 1 has 1 field, the lines below have 2",
        "as many in every line (separator: comma)",
        "if the table begins later: `skip: {lines: 1}`",
    ),
    (
        "# by hand\np,a\nx,1\n",
        {},
        "line 1 has 1 field, the lines below have 2",
        "as many in every line (separator: comma)",
        'if it is a comment: `skip: {comment: "#"}`',
    ),
    (
        f"{',' * 1001}\nx\ny\n",
        {},
        "line 1 has 1002 fields, the lines below have 1",
        "as many in every line (separator: comma)",
        "if the table begins later: `skip: {lines: 1}`",
    ),
    (
        'p,a\n"x,1\n',
        {},
        "line 2: a quote is opened and not closed",
        "quotes in pairs",
        """to take quotes out there: `sed -i -E '2s/"//g' t.csv`""",
    ),
    (
        b"p,a\nx\xff,1\n",
        {},
        "line 2: not UTF-8: byte 0xff",
        "UTF-8",
        "name its encoding, what others make of it is told by `make describe TABLE=t.csv`; a guess: "
        "`encoding: windows-1252`",
    ),
    (
        b"\xff\xfep\x00,\x00a\x00\n\x00x\x00,\x001\x00\n\x00",
        {},
        "this is UTF-16, as its first bytes say",
        "UTF-8",
        "`encoding: utf-16`",
    ),
    ("p,a\nx,1\n", {"encoding": "utf-16"}, "not utf-16", "two bytes a letter", "if it is UTF-8: `encoding: utf-8`"),
    (
        b"p,a\nx,\x81\n",
        {"encoding": "windows-1252"},
        "line 2: not windows-1252: byte 0x81",
        "the encoding that was said",
        "name another, such as `encoding: utf-8`",
    ),
    (
        "u,i\na,x\n",
        RATED,
        "found 2 columns: u, i",
        "at least three: row label, column label, value",
        "if it is a table of row labels × column labels: `layout: table`",
    ),
    (
        "a,x,5\nb,y,4\n",
        RATED,
        "line 1: '5' is a number",
        "the name of the value column",
        "if the file has no header, number its columns: `columns: [1, 2, 3]`",
    ),
    (
        "u,i,r\na,x,5\n",
        RATED | {"columns": [1, 2, 3]},
        "line 1: 'r' is not a number",
        "a line of data, as columns are numbered in a file without a header only",
        "name them: `columns: [u, i, r]`",
    ),
    (
        "u,i,r\na,x,5\n",
        RATED | {"columns": ["u", "film", "score"]},
        "no column film, score; found u, i, r",
        "columns that are there",
        "name them: `columns: [u, i, r]`",
    ),
    (
        "u,i,r,r\na,x,5,6\n",
        RATED | {"columns": ["u", "i", "r"]},
        "column 'r' stands 2 times; found u, i, r, r",
        "each name once",
        "to number those that stand again: "
        + program(f"{AGAIN}out.writerow(map(named, next(rows))); out.writerows(rows)", modules="collections, csv, sys"),
    ),
    (
        ",User,Item,Score\n0,a,x,3\n",
        RATED,
        "found 4 columns: '', User, Item, Score; it was not said which hold row label, column label and value",
        "three columns in this order, or to be told",
        "say which they are: `columns: [User, Item, Score]`",
    ),
    (
        "nr,i,r\n0,x,3\n1,y,4\n2,x,5\n",
        RATED,
        "the first column, 'nr', counts the lines from 0",
        "row labels",
        "if it does hold them, say so: `columns: [nr, i, r]`",
    ),
    (
        "p,a\nx,1\n",
        {"skip": {"rows": ["Total"]}},
        "no row labelled 'Total'",
        "what `skip.rows` names",
        "take it out: `skip: {}`",
    ),
    (
        "p,a\nx,1\n",
        {"skip": {"lines": 9}},
        "found fewer lines than `skip.lines`",
        "some lines below those to skip",
        "skip none: `skip: {}`",
    ),
    (
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03+\xd0I\xe4\xaa\xd01\xe4\x02",
        {},
        "damaged: it ends too early, or some bytes are wrong",
        "a whole file",
        f"fetch or save it again, {TAKEN_BACK}",
    ),
    (
        "p,a\nx,1\n",
        {"path": "t.csv.gz"},
        "its name ends in .gz, but its first bytes say another kind",
        "the kind that its name says",
        "rename it: `path: t.csv` after `mv t.csv.gz t.csv`",
    ),
    (
        b"\xd0\xcf\x11\xe0",
        {"path": "t.xls"},
        "this is an old Excel workbook",
        "a table as text or Parquet",
        "save the sheet as CSV in UTF-8 and name that: `path: t.csv` after `python -m pip install python-calamine && "
        "python -c 'import pandas, sys; pandas.read_excel(sys.argv[1], header=None, "
        """engine="calamine", keep_default_na=False).to_csv(sys.stdout, header=False, index=False)' t.xls > t.csv`""",
    ),
    (
        b"%PDF-1.7",
        {},
        "this is a PDF",
        "a table as text or Parquet",
        "save the table in it as CSV in UTF-8 and, once that is there, name it: `path: t.csv`",
    ),
    (
        b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
        {},
        "this is no text, but something binary",
        "a table as text or Parquet",
        f"write it anew, {TAKEN_BACK}",
    ),
    (None, {}, "no such file", "the table there", f"write it anew, {TAKEN_BACK}"),
    (None, {"path": "."}, "this is a folder", "a file", "put a file into it: `path: table.csv`"),
]


PASTED = [
    (",who,a\n0,$5 Inc,$1\n1,$6 Inc,$2\n", {"skip": {"columns": [""]}}, ("$5 Inc", "$6 Inc"), [[1], [2]]),
    ("# by hand\nwho,a\nann #1,$1\n# and\nbob,$2\n", {"skip": {"comment": "#"}}, ("ann #1", "bob"), [[1], [2]]),
    (
        "by hand\nwho;a;b\nZoë;$1;$3\n\nbob;$2;$4\n".encode("latin-1"),
        {"separator": ";", "encoding": "latin-1", "skip": {"lines": 1}},
        ("Zoë", "bob"),
        [[1, 3], [2, 4]],
    ),
    (
        "#\nwho,kind,a\nann,tea,$1\nbob,ham,$2\n".encode("utf-16"),
        {"encoding": "utf-16", "skip": {"comment": "#", "columns": ["kind"]}},
        ("ann", "bob"),
        [[1], [2]],
    ),
    ('who,"a, b","a, b"\nx,1,2\n', {}, ("x",), [[1, 2]]),
    ('who,a\n"x, y",1\n"x, y",2\n', {}, ("x, y", "x, y 2"), [[1], [2]]),
    (
        "a::x::$1\nb::x::$2\n",
        {"layout": "triples", "separator": "::", "columns": [1, 2, 3]},
        ("a", "b"),
        [[1], [2]],
    ),
    (
        "i,why,u,r\nx,$1,a,$1\n\nx,$2,b,$2\n",
        {"layout": "triples", "columns": ["u", "i", "r"]},
        ("a", "b"),
        [[1], [2]],
    ),
]
"""Files whose labels and other columns the command in their refusal leaves alone."""


@pytest.mark.parametrize(("content", "changes", "rows", "cells"), PASTED)
def test_what_is_pasted_changes_the_values_alone(tmp_path, monkeypatch, content, changes, rows, cells):
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    settings = {"path": "t.csv"} | changes
    with pytest.raises(InputError) as refused:
        read_raw(Path("t.csv"), ingest(**settings))
    *keys, command = re.findall("`(.*?)`", str(refused.value))
    subprocess.run(command, shell=True, check=True)
    for key in keys:
        settings |= yaml.safe_load(key)
    table = read_raw(Path(settings["path"]), ingest(**settings)).table
    assert (table.row_labels, table.dense().tolist()) == (rows, cells)


def test_what_was_committed_is_taken_back(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = Path("t.csv")
    path.write_text("p,a\nx,1\n")
    author = "git -c user.name=a -c user.email=a@example.org commit -q -m a"
    subprocess.run(f"git init -q && git add t.csv && {author}", shell=True, check=True)
    for spoil in (path.unlink, lambda: path.write_text(""), lambda: path.write_bytes(bytes(99))):
        spoil()
        with pytest.raises(InputError) as refused:
            read_raw(path, ingest(path="t.csv"))
        (command,) = re.findall("`(.*?)`", str(refused.value))
        subprocess.run(command, shell=True, check=True)
        assert read_raw(path, ingest(path="t.csv")).table.row_labels == ("x",)


COMMANDS = [
    "p,a,b\nx,1,2\nSource: us\n",
    "p,a,b\nx,1,2\ny,3\nz,1,2,3\n",
    "p,a,b,\r\nx,1,2\r\ny,1,2\r\n",
    "a,b\nx,1,2\ny,1,2\n",
    "p,a,b\nx,€1,€ 2\ny,€3,4\n",
    'p,a,b\nx,$1,"$2.50"\ny,$3,4\n',
    "p;a;b\nx kg;1 kg;2kg\ny;3;4\n",
    "p,a,b\nx,<5,2\ny,3,4\n",
    "p,a,b\nx,5*,2\ny,3,4\n",
    "p,a,b\nx,5%,2\ny,3,4\n",
    "p\ta\tb\nx\t1.5 b\t2 \ny\t3\t4 ep\n",
    'p,a\n"x \\"y\\"",1\n',
    '"p,a"\r\n"x,1"\r\n',
    '"p,a"\n"""x"",1"\n',
    "5,3,0\n4,0,1\n",
]
"""Files that the command in their refusal mends."""


@pytest.mark.parametrize("pack", [lambda data: data, gzip.compress])
@pytest.mark.parametrize("content", COMMANDS)
def test_what_a_refusal_gives_to_paste_mends_the_file(tmp_path, monkeypatch, content, pack):
    monkeypatch.chdir(tmp_path)
    name = "a t.csv.gz" if pack is gzip.compress else "a t.csv"
    Path(name).write_bytes(pack(content.encode()))
    with pytest.raises(InputError) as refused:
        read_raw(Path(name), ingest(path=name))
    *settings, command = re.findall("`(.*?)`", str(refused.value))
    subprocess.run(command, shell=True, check=True)
    path = yaml.safe_load(settings[0])["path"] if settings else name
    table = read_raw(Path(path), ingest(path=path)).table
    assert len(table.values) >= 1


def ingest(**settings):
    return convert({"layout": "table", "zeros": "observed"} | settings, IngestParameters)


@pytest.mark.parametrize(("content", "changes", "wrong", "expected", "remedy"), KINDS)
def test_a_refusal_is_one_line_to_the_letter(tmp_path, monkeypatch, content, changes, wrong, expected, remedy):
    monkeypatch.chdir(tmp_path)
    settings = {"path": "t.csv", "layout": "table", "zeros": "observed"} | changes
    if content is not None:
        Path(settings["path"]).write_bytes(content if isinstance(content, bytes) else content.encode())
    keys = ingest(**settings)
    with pytest.raises(InputError) as refused:
        read_raw(Path(keys.path), keys)
    assert str(refused.value) == f"{settings['path']}: {wrong}; expected {expected}; {remedy}"
