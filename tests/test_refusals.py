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
COPY = (
    "`path: numbers-t.csv`{} after `python -c 'import pandas, sys; pandas.read_csv(sys.stdin.buffer, {}index_col=0, "
    "dtype=str, keep_default_na=False).apply(lambda side: {}).to_csv(sys.stdout)' < t.csv > numbers-t.csv`"
)

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
        "if they are steps of a scale, with your numbers: " + COPY.format("", "", 'side.replace({"many": 1})'),
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
        "if '$' may go: " + COPY.format("", "", r'side.replace({"^(\\$) *": ""}, regex=True)'),
    ),
    (
        "p\ta\tb\nx\t1.5 b\t2\ny\t3\t4 ep\n",
        {},
        "row 'x', column 'a': '1.5 b' is not a number; row 'y', column 'b': '4 ep' is not a number",
        NUMBERS,
        "if 'b', 'ep' may go: "
        + COPY.format(', `separator: ","`', r'sep="\t", ', 'side.replace({" *(b|ep)$": ""}, regex=True)'),
    ),
    (
        "p,a\nx,1/2\n",
        {},
        "row 'x', column 'a': '1/2' is not a number",
        NUMBERS,
        "if they are fractions: " + COPY.format("", "", "side.map(lambda text: text and pandas.eval(text))"),
    ),
    (
        "p,a,b\nx,10-20,5\n",
        {},
        "row 'x', column 'a': '10-20' is not a number",
        NUMBERS,
        "if they are ranges, for their middle: "
        + COPY.format(
            "",
            "",
            'side.str.findall("[0-9.]+").map(lambda ends: pandas.Series(ends, dtype=float).mean())',
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
        "if rows have no labels, to number them: `path: new-t.csv` after `awk -F , -v OFS=, "
        "'{print (NR == 1 ? \"row\" : NR - 1) OFS $0}' t.csv > new-t.csv`",
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
        'to number rows and columns: `path: new-t.csv` after `awk -F , -v OFS=, \'NR == 1 {printf "row"; '
        'for (i = 1; i <= NF; i++) printf OFS i; print ""} {print NR OFS $0}\' t.csv > new-t.csv`',
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
        + COPY.format("", "", 'side.replace({"^(?i:true|yes)$": "1", "^(?i:false|no)$": "0"}, regex=True)'),
    ),
    (
        "p,a,b\nx,1%,2\n",
        {},
        "row 'x', column 'a': '1%' stands among numbers",
        NUMBERS,
        "if '%' may go: " + COPY.format("", "", 'side.replace({" *(%)$": ""}, regex=True)'),
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
        "to number those that stand again: `path: new-t.csv` after `awk -F , -v OFS=, "
        """'{if (NR > 1 && n[$1]++) sub(/"?$/, " " n[$1] "&", $1); print}' t.csv > new-t.csv`""",
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
    ("", {}, "the file is empty", "labels and values", "look at it: `ls -l t.csv`"),
    (
        "p,a,b\n",
        {},
        "found 0 rows and 2 columns besides the labels",
        "at least one of each: a line of column labels, then a line for each row",
        "look at it: `head -3 t.csv`",
    ),
    (
        "u,i,r\n",
        RATED,
        "no line below the header",
        "a cell a line: row label, column label, value",
        "look at it: `head -3 t.csv`",
    ),
    ("p,a\nx,0\n", {}, "every cell is 0 or blank", "at least one above 0", "look at it: `head t.csv`"),
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
        "to count how often each stands: `path: new-t.csv` after `awk -F , -v OFS=, '{n[$0]++} "
        """END {print "label" OFS "count"; for (label in n) print label OFS n[label]}' t.csv > new-t.csv`""",
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
        "name its encoding, such as `encoding: windows-1252`",
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
        "to number those that stand again: `path: new-t.csv` after `awk -F , -v OFS=, "
        """'NR == 1 {for (i = 1; i <= NF; i++) if (n[$i]++) sub(/"?$/, " " n[$i] "&", $i)} {print}' """
        "t.csv > new-t.csv`",
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
        "fetch or save it again, and compare its size: `ls -l t.csv`",
    ),
    (
        "p,a\nx,1\n",
        {"path": "t.csv.gz"},
        "its name ends in .gz, but its first bytes say another kind",
        "the kind that its name says",
        "rename it: `mv t.csv.gz t.csv`",
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
        "save the table in it as CSV in UTF-8 and name that: `path: t.csv`",
    ),
    (
        b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
        {},
        "this is no text, but something binary",
        "a table as text or Parquet",
        "look at it: `file t.csv`",
    ),
    (None, {}, "no such file", "the table there", "look: `ls .`"),
    (None, {"path": "."}, "this is a folder", "a file", "name it: `ls .`"),
]


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
