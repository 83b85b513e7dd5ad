"""Files and parameters as the world has them, in families, each with the outcome that a careful analyst would want."""

import bz2
import gzip
import io
import itertools
import lzma
import os
import tarfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet

CELLS = ((1.0, 2.0), (3.0, 4.0))
ROWS, COLUMNS = ("ann", "bob"), ("tea", "ham")
TABLE = "who,tea,ham\nann,1,2\nbob,3,4\n"
TRIPLES = "user,item,rating\nann,tea,1\nann,ham,2\nbob,tea,3\nbob,ham,4\n"
Content = str | bytes | Callable[[Path], None]


@dataclass(frozen=True)
class Read:
    """The file is read as this table, with notes that hold these words, in their order, and no others."""

    rows: tuple[str, ...] = ROWS
    columns: tuple[str, ...] = COLUMNS
    cells: tuple[tuple[float, ...], ...] = CELLS
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refused:
    """The file is refused in a line with these words, whose remedy holds these; mended so, it is read as a table."""

    words: str
    remedy: str
    then: Read | None = None


@dataclass(frozen=True)
class Case:
    """A file, what params.yaml says of it, and what is to come of it."""

    family: str
    content: Content
    outcome: Read | Refused
    ingest: dict[str, Any] = field(default_factory=dict)
    name: str = "t.csv"

    @property
    def settings(self) -> dict[str, Any]:
        """The block `ingest`."""
        return {"layout": "table", "zeros": "observed"} | self.ingest


GIVEN, SAME = {"layout": "triples"}, Read()
UNRATED = {"layout": "triples", "zeros": "missing"}
UNGIVEN = {"zeros": "missing"}
NAN = float("nan")


def cases() -> Iterator[Case]:
    """Give all cases."""
    for family in (
        separators, encodings, quotes, ragged, headers, layouts, first_columns, labels, numbers, words_for_values,
        marks, sentinels, repeated, totals, skipped, packed, damaged, other_formats, no_tables, twins, unseen, parquet,
        parquet_types, places, wide,
    ):  # fmt: skip
        for case in family():
            yield Case(family.__name__, *case)


def separators() -> Iterator[tuple[Any, ...]]:
    for mark, (content, ingest), end in itertools.product(
        (",", ";", "\t", "|", "::", " "), ((TABLE, {}), (TRIPLES, GIVEN)), ("\n", "\r\n", "\r")
    ):
        text = content.replace(",", mark).replace("\n", end)
        found = mark in ",;\t"
        yield text, SAME, ingest if found else ingest | {"separator": mark}
        if not found:
            yield text, Refused("found one column", f'`separator: "{mark}"`', SAME), ingest
    for content, ingest in ((TABLE, {}), (TRIPLES, GIVEN)):
        lines = content.splitlines()
        mixed = "".join(line + ("\n", "\r\n")[number % 2] for number, line in enumerate(lines))
        for text in (mixed, "\n\n" + content, "\r\n \r\n" + content, content.replace("\n", "\n\n"), content[:-1],
                     "\ufeff" + content, content + "\n \n", content.replace("\n", "\r\n", 1)):  # fmt: skip
            yield text, SAME, ingest
        for end in ("\x0b", "\x0c", "\x1e", "\x85", "\u2028", "\u2029"):
            yield content.replace("\n", end), Refused(f"lines end with {end!a}", "/\\n/g' t.csv`"), ingest
    both = Refused("comma and semicolon both split", '`separator: ","`')
    yield "p,a;b\n1,2;3\n", both
    yield "who,tea;ham\nann,1;2\n", both
    yield "a\n1\n", Refused("found one column", "`")
    yield "who;tea\nann;1\n", Refused("found one column", '`separator: ";"`'), {"separator": ","}
    yield TABLE, SAME, {"separator": ","}
    yield TRIPLES, Refused("found one column", '`separator: ","`', SAME), GIVEN | {"separator": "::"}


def encodings() -> Iterator[tuple[Any, ...]]:
    other = Read(("Zoë", "bob"), ("café", "ham"))
    table, triples = (text.replace("ann", "Zoë").replace("tea", "café") for text in (TABLE, TRIPLES))
    for text, ingest in ((table, {}), (triples, GIVEN)):
        for encoding in ("utf-8", "utf-8-sig"):
            yield text.encode(encoding), other, ingest
        for encoding in ("latin-1", "windows-1252", "iso-8859-15"):
            yield text.encode(encoding), other, ingest | {"encoding": encoding}
            yield text.encode(encoding), Refused("not UTF-8: byte 0x", "`encoding: windows-1252`", other), ingest
        for encoding in ("utf-16", "utf-16-be", "utf-16-le"):
            mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
            yield mark + text.encode(encoding), Refused("UTF-16", "`encoding: utf-16", other), ingest
        yield text.encode("utf-16"), other, ingest | {"encoding": "utf-16"}
        yield text.encode("utf-32"), Refused("UTF-32", "`iconv "), ingest
        yield text.encode("utf-8"), Refused("not utf-16", "`encoding: utf-8`", other), ingest | {"encoding": "utf-16"}
        yield text.encode("latin-1"), Refused("UTF-8", "`encoding: ", other), ingest | {"encoding": "utf-8"}
        yield text.encode("utf-16"), Refused("UTF-16", "`encoding: utf-16", other), ingest | {"encoding": "utf-8"}
    for encoding, label in (("shift_jis", "茶"), ("gb18030", "茶"), ("big5", "茶"), ("euc-kr", "차"), ("euc-jp", "茶"),
                            ("windows-1251", "чай"), ("windows-1250", "żółć"), ("iso-8859-2", "żółć")):  # fmt: skip
        content = TABLE.replace("tea", label).encode(encoding)
        yield content, Read(columns=(label, "ham")), {"encoding": encoding}
        yield content, Refused("line 1: not UTF-8: byte 0x", "`encoding: "), {}
    far = ("who,tea\n" + "".join(f"row {n},1\n" for n in range(20_000))).encode() + "Zoë,1\n".encode("latin-1")
    yield far, Refused("line 20002: not UTF-8: byte 0xeb", "`encoding: windows-1252`")


def quotes() -> Iterator[tuple[Any, ...]]:
    opened = "a quote is opened and not closed"
    yield '"who","tea","ham"\n"ann","1","2"\n"bob","3","4"\n', SAME
    yield 'who,tea,ham\n"a\nb",1,2\n"c ""d"", e",3,4\n', Read(("a\nb", 'c "d", e'))
    yield 'who,tea,ham\r\n"a\nb",1,2\r\nbob,3,4\r\n', Read(("a\nb", "bob"))
    for content in ('who,tea,ham\n"ann,1,2\nbob,3,4\n', 'who,tea,ham\nann,1,2\nbob,3,"4\n',
                    'who,tea,"ham\nann,1,2\nbob,3,4\n', '"who,tea,ham\nann,1,2\nbob,3,4\n',
                    'who,tea,ham\nann,"1,2\nbob,3,4\n'):  # fmt: skip
        yield content, Refused(opened, "to take quotes out there: `sed -i -E "), {}
    for content in ('rating,user,item\n2,ann,"tea\n3,bob,ham\n', 'user,item,rating,why\nann,tea,1,"x\nbob,ham,2,y\n',
                    'user,item,rating\n"ann,tea,1\nbob,ham,2\n'):  # fmt: skip
        yield (
            content,
            Refused(opened, "to take quotes out there: `sed -i -E "),
            GIVEN | {"columns": ["user", "item", "rating"]},
        )
    long = "x" * 200_000
    for text in (long, f'"{long}"'):
        yield f"who,tea,ham\n{text},1,2\nbob,3,4\n", Read((long, "bob"))
        yield TRIPLES.replace("ann", text), Read((long, "bob")), GIVEN
    yield f'who,tea,ham\n"{long}\n' + "bob,3,4\n" * 30_000, Refused(opened, "to take quotes out there: `sed -i -E ")
    yield "who,tea,ham\n" + "x" * 2**24 + ",1,2\n", Refused("longer than", "`sed -i -E 2d ")
    yield '"x::y"::tea::2\nann::ham::3\n', Read(("x::y", "ann"), COLUMNS, ((2.0, NAN), (NAN, 3.0))), UNRATED | {
        "separator": "::", "columns": [1, 2, 3]
    }  # fmt: skip
    yield 'who,tea,ham\nthe "best",1,2\nbob,3,4\n', Read(('the "best"', "bob"))
    yield "who,tea,ham\n'ann',1,2\n\"o'bob\",3,4\n", Read(("'ann'", "o'bob"))


def ragged() -> Iterator[tuple[Any, ...]]:
    for line, words in (("ann,1", "2 fields"), ("ann,1,2,3", "4 fields"), ("ann,1,2,", "4 fields"), ("ann", "1 field")):
        text = TABLE.replace("ann,1,2", line)
        yield (
            text,
            Refused(f"line 2 has {words}: '{line}'; expected 3, as in the first line", "`sed -i -E 2d t.csv`"),
        )
    yield "user,item,rating\nann,tea,1\nbob,ham\n", Refused("line 3 has 2 fields: ", "`sed -i -E 3d "), GIVEN
    yield TABLE.replace("\n", ",\n"), Refused("column 3 has no label", '`skip: {columns: [""]}`', SAME)
    yield TABLE.replace("\n", ";\n").replace(",", ";"), Refused("has no label", '`skip: {columns: [""]}`', SAME)
    yield TABLE.replace("ham\n", "ham,\n"), Refused("line 1 ends with a separator", "`sed -i -E '1s/,")
    yield TABLE.replace("who,", ""), Refused("line 1 has 2 fields, the lines below have 3", "`sed -i -E '1s/^/label,/'")
    for preamble in ("made by hand\n", "made by hand\non a Monday\n\n", "of 2024, in kg\n"):
        lines = len(preamble.splitlines())
        yield preamble + TABLE, Refused("line 1 has", f"`skip: {{lines: {lines}}}`", SAME)
        yield preamble + TRIPLES, Refused("line 1 has", f"`skip: {{lines: {lines}}}`", SAME), GIVEN
        yield preamble + TABLE, SAME, {"skip": {"lines": lines}}
    for mark in "#%!":
        yield f"{mark} by hand\n" + TABLE, Refused("line 1 has 1 field", f'`skip: {{comment: "{mark}"}}`', SAME)
        yield TABLE + f"{mark} the end, at last\n", Refused("line 4 has", f'`skip: {{comment: "{mark}"}}`', SAME)
        yield TRIPLES + f"{mark} end\n", Refused("line 6 has", f'`skip: {{comment: "{mark}"}}`', SAME), GIVEN
        yield f"{mark} a\n" + TABLE + f"{mark} b\n", SAME, {"skip": {"comment": mark}}
    for mark, script in ((";", "1s/;/,/g"), ("\t", "1s/\\t/,/g"), ("|", "1s/\\|/,/g")):
        name = TABLE.partition("\n")[0]
        yield TABLE.replace(name, name.replace(",", mark)), Refused("line 1 has 1 field", f"sed -i -E '{script}'")
    yield TABLE, Refused("found fewer lines than `skip.lines`", "`skip: {}`", SAME), {"skip": {"lines": 9}}


def headers() -> Iterator[tuple[Any, ...]]:
    yield "", Refused("the file is empty", "`")
    for text in ("\n", " \n\t\n", "\ufeff", "\ufeff\n\n"):
        yield text, Refused("the file is empty", "`")
    yield "who,tea,ham\n", Refused("found 0 rows", "`")
    yield "user,item,rating\n", Refused("no line below the header", "`"), GIVEN
    yield "user,item\nann,tea\n", Refused("found 2 columns", "`"), GIVEN
    body = TRIPLES.partition("\n")[2]
    yield body, Refused("line 1: '1' is a number", "`columns: [1, 2, 3]`", SAME), GIVEN
    yield body, SAME, GIVEN | {"columns": [1, 2, 3]}
    yield (
        TRIPLES,
        Refused("'rating' is not a number", "`columns: [user, item, rating]`", SAME),
        GIVEN | {"columns": [1, 2, 3]},
    )
    for names in (["user", "item", "score"], ["User", "item", "rating"], ["user", "item", " rating"], [1, 2, 4]):
        refusal = Refused("no column", "`columns: [user, item, rating]`", SAME)
        yield TRIPLES, refusal, GIVEN | {"columns": names}
    twice = "user,item,rating,rating\nann,tea,1,2\n"
    yield twice, Refused("'rating' stands 2 times", "`"), GIVEN | {"columns": ["user", "item", "rating"]}
    for text, ingest in ((TABLE, {}), (TRIPLES, GIVEN)):
        head, _, body = text.partition("\n")
        for odd in ("\0", "\x1b[31m", "\x07", "\u202e"):
            changed = f"{head[:-1]}{odd}{head[-1]}\n{body}"
            yield changed, Refused("holds a control character", "`"), ingest
    yield TABLE.replace("ham", "tea"), Refused("column label 'tea' stands at columns 1 and 2", "`")
    yield TABLE.replace("ham", " "), Refused("column 2 has no label", '`skip: {columns: [" "]}`')
    yield TABLE.replace("ham", ""), Refused("column 2 has no label", '`skip: {columns: [""]}`')
    yield "1,2\nann,3\n", Read(("ann",), ("2",), ((3.0,),))
    yield ",2021,2022\nann,1,2\nbob,3,4\n", Read(columns=("2021", "2022"))


def layouts() -> Iterator[tuple[Any, ...]]:
    """A cell a line given as a table, a table as a cell a line, numbers without labels, two header lines."""
    once = "user,item,rating\nann,10,3\nbob,11,4\n"
    read = Read(columns=("10", "11"), cells=((3.0, NAN), (NAN, 4.0)))
    for text in (once, once.replace("user,item", "item,user"), "rating,item,user\n3,10,ann\n4,11,bob\n"):
        then = read if text == once else None
        yield (
            text,
            Refused("the header names a row label", "`layout: triples`, `columns: [", then),
            {"zeros": "missing"},
        )
    timed = "userId,movieId,rating,timestamp\n1,10,3,7\n2,11,4,8\n"
    yield timed, Refused("the header names", "`columns: [userId, movieId, rating]`"), {"zeros": "missing"}
    lines = "who,tea,ham\nann,1,2\nbob,3,4\ncid,5,6\n"
    diagonal = Read(("ann", "bob", "cid"), ("1", "3", "5"), ((2.0, NAN, NAN), (NAN, 4.0, NAN), (NAN, NAN, 6.0)),
                    ("no row has more than one cell",))  # fmt: skip
    yield lines, diagonal, UNRATED
    for text in ("1,2,3\n4,5,6\n7,8,9\n", "5,3,0,1\n4,0,0,1\n1,1,0,5\n1,0,0,4\n", "0.5\t1.5\n2.5\t3.5\n"):
        yield text, Refused("line 1 and the first column hold numbers alone", "`path: new-t.csv`"), {"zeros": "missing"}
    pivot = "item,tea,ham\nuser,,\nann,1,2\nbob,3,4\n"
    yield (
        pivot,
        Read(("user", *ROWS), cells=((NAN, NAN), *CELLS), notes=("`skip: {rows: [user]}`",)),
        {"zeros": "missing"},
    )
    yield pivot, Refused("row 'user', column 'tea': blank", "`skip: {rows: [user]}`"), {}
    yield pivot, SAME, {"skip": {"rows": ["user"]}}
    again = Refused("is not a number", "`skip: {rows: [who]}`", Read((*ROWS, "cid"), cells=(*CELLS, (5.0, 6.0))))
    yield TABLE + "who,tea,ham\ncid,5,6\n", again
    yield TRIPLES + "user,item,rating\n", Refused("'rating' is not a number", "`skip: {rows: [user]}`", SAME), GIVEN
    unnamed = "user,item,0\nann,tea,1\nann,ham,2\nbob,tea,3\nbob,ham,4\n"
    yield unnamed, Refused("'0' is a number", '`columns: [user, item, "0"]`', SAME), GIVEN
    yield unnamed, Refused("'user' is a name", '`columns: [user, item, "0"]`', SAME), GIVEN | {"columns": [1, 2, 3]}


def first_columns() -> Iterator[tuple[Any, ...]]:
    """A file with its index, a time first, columns in any order: never guessed."""
    lines = [("user", "item", "rating"), *(tuple(line.split(",")) for line in TRIPLES.splitlines()[1:])]
    ordered = GIVEN | {"columns": ["user", "item", "rating"]}
    for order in itertools.permutations(range(3)):
        text = "".join(",".join(line[place] for place in order) + "\n" for line in lines)
        yield text, SAME, ordered
        numbered = [order.index(place) + 1 for place in range(3)]
        yield text.partition("\n")[2], SAME, GIVEN | {"columns": numbered}
        if order == (1, 0, 2):
            yield text, Read(COLUMNS, ROWS, ((1.0, 3.0), (2.0, 4.0))), GIVEN
        elif order != (0, 1, 2):
            yield text, Refused("not said", "`columns: [user, item, rating]`", SAME), GIVEN
    for extra, values in (("", "0123"), ("time", "7777"), ("timestamp", "9876"), ("Unnamed: 0", "0123"), ("id", "4567"),
                          ("comment", "abcd"), ("index", "0123")):  # fmt: skip
        for place in (0, 3):
            wider = [[*line[:place], value, *line[place:]] for line, value in zip(lines, [extra, *values], strict=True)]
            text = "".join(",".join(line) + "\n" for line in wider)
            yield text, Refused("found 4 columns", "`columns: [user, item, rating]`", SAME), GIVEN
            yield text, SAME, ordered
    for names in (",User_id,Item_id,Score", "nr,userId,movieId,stars", "id,customer,product,quantity"):
        text = names + "\n" + "".join(f"{n},{','.join(line)}\n" for n, line in enumerate(lines[1:]))
        yield text, Refused("found 4 columns", f"`columns: [{', '.join(names.split(',')[1:])}]`", SAME), GIVEN
    for first in (0, 1):
        counting = Refused(f"counts the lines from {first}", "`columns: [nr, item, value]`")
        yield "nr,item,value\n" + "".join(f"{first + n},{item},3\n" for n, item in enumerate("abc")), counting, UNRATED
    yield (
        "timestamp,item,rating\n77,tea,3\n78,ham,4\n",
        Refused("not said", "`columns: [timestamp, item, rating]`"),
        UNRATED,
    )
    yield "a,b,c\n1,tea,3\n2,ham,4\n", Read(("1", "2"), COLUMNS, ((3.0, NAN), (NAN, 4.0))), UNRATED
    frame = pd.DataFrame(lines[1:], columns=lines[0]).astype({"rating": float})
    for index in (True, False):
        text = frame.to_csv(index=index)
        refusal = Refused("found 4 columns: '', user, item, rating", "`columns: [user, item, rating]`", SAME)
        yield text, refusal if index else SAME, GIVEN


def labels() -> Iterator[tuple[Any, ...]]:
    one, two = "José", "Jose\u0301"
    for first, second in (
        ("ann", "ann "), ("ann", " ann"), ("ann", "ann\u00a0"), ("ann", "ann\u3000"), ("ann", "ann\t"), (one, two),
        ("ann", "ann\u200b"), ("ann", "\ufeffann"), ("ann", "a\u00adnn"), ("a b", "a\u00a0b"), ("a b", "a  b"),
    ):  # fmt: skip
        differ = Refused("differ only by", "`labels: strip`")
        yield f"who;tea;ham\n{first};1;2\n{second};3;4\n", differ
        yield f"who;{first};{second}\nann;1;2\nbob;3;4\n", differ
        yield (
            f"user;item;rating\n{first};tea;1\n{second};ham;3\n",
            Refused(
                "differ only by", "`labels: strip`", Read((one if first == one else first,), COLUMNS, ((1.0, 3.0),))
            ),
            UNRATED,
        )
    for label in (" ann", "ann ", "\tann", "ann\u3000"):
        yield TABLE.replace("ann", label).replace(",", ";"), SAME, {"labels": "strip"}
        yield TRIPLES.replace("ann", label), SAME, GIVEN | {"labels": "strip"}
        yield TRIPLES.replace("tea", label), Read(columns=("ann", "ham")), GIVEN | {"labels": "strip"}
    for odd in ("\0", "\x1b]0;x\x07", "\x08", "\x7f", "\x9b31m", "\u202e", "\u2066", "\u2028", "\u2029"):
        yield TABLE.replace("ann", f"a{odd}nn"), Refused("holds a control character", "`")
        yield TRIPLES.replace("bob", f"b{odd}ob"), Refused("holds a control character", "`"), GIVEN
    case = ("differ by case only",)
    yield TABLE.replace("bob", "Ann"), Read(("ann", "Ann"), notes=case)
    yield TABLE.replace("ham", "TEA"), Read(columns=("tea", "TEA"), notes=case)
    for first, second in (("ab", "a\u200db"), ("ab", "a\u200cb"), ("a", "a\ufe0f"), ("a", "a\U000e0061"),
                          ("Ann", "Ａnn"), ("fix", "ﬁx"), ("a1", "a¹")):  # fmt: skip
        kind = "differ by case only" if first == "fix" else f"look alike: {first!a} and {second!a}"
        yield TABLE.replace("ann", first).replace("bob", second), Read((first, second), notes=(kind,))
        yield TRIPLES.replace("tea", first).replace("ham", second), Read(columns=(first, second), notes=(kind,)), GIVEN
    yield TABLE.replace("ann", "strasse").replace("bob", "straße"), Read(("strasse", "straße"), notes=case)
    for label in ("=1+1", "@ann", "-ann", "+1", "<b>x</b>", "{{ann}}", "${ann}", "true", "1e3", "א\u200f!",
                  "007", "1.0", "👩‍👩‍👧", "עברית", "नमस्ते", "می‌خواهم", "a\\b", "%s", "0x1F", "'", "#x"):  # fmt: skip
        yield TABLE.replace("ann", label), Read((label, "bob"))
        yield TRIPLES.replace("tea", label), Read(columns=(label, "ham")), GIVEN
    for label, note in (("NA", "there is none"), ("null", "there is none"), ("None", "there is none"),
                        ("\\N", "there is none"), ("nan", "there is none"), ("ZoÃ«", "was UTF-8"), ("Zo\ufffd", "lost"),
                        ("1.23E+15", "a spreadsheet cut"), ("1-Mar", "is a date")):  # fmt: skip
        yield TABLE.replace("ann", label), Read((label, "bob"), notes=(note,))
        yield TRIPLES.replace("tea", label), Read(columns=(label, "ham"), notes=(note,)), GIVEN
    for mark in ('""""', "''", "〃", "do.", "dto."):
        above = Refused("stands 2 times", "if marks mean the label above: ")
        yield f"user,item,rating\nann,tea,1\n{mark},ham,2\nbob,tea,3\n{mark},ham,4\n", above, GIVEN
        yield f"who,tea,ham\nann,1,2\nbob,{mark},4\n", Refused("is not a number", "if it means the cell above: ")
    yield TRIPLES.replace("bob,tea", "〃,tea"), Read(("ann", "〃", "bob"), cells=((1.0, 2.0), (3.0, 0.0), (0.0, 4.0)),
                                                    notes=("seems to mean the one above",)), GIVEN  # fmt: skip
    yield (
        'who,tea\n"=""001""",1\n"=""002""",2\n',
        Read(('="001"', '="002"'), ("tea",), ((1.0,), (2.0,)), ('between ="',)),
    )
    yield 'who,tea\r\n"a\rb",1\r\n"c\nd",2\r\n', Read(("a\rb", "c\nd"), ("tea",), ((1.0,), (2.0,)))
    yield 'who,tea\n"a\r\nb",1\nTV 4",2\r\n', Read(("a\r\nb", 'TV 4"'), ("tea",), ((1.0,), (2.0,)))
    yield "who,tea\n,1\n", Refused("row 1 has no label", "`")
    yield "who,tea\n \t,1\n", Refused("row 1 has no label", "`")
    yield (
        "user,item,rating\n,tea,1\n",
        Refused("1 cell has no row label, the first of them cell 1", '`skip: {rows: [""]}`'),
        GIVEN,
    )
    yield (
        "user,item,rating\nann,,1\n\nb,,2\n",
        Refused("2 cells have no column label, ", '`skip: {columns: [""]}`'),
        GIVEN,
    )
    yield (
        "who,tea\nann,1\nann,2\n",
        Refused("row label 'ann' stands at rows 1 and 2", "to number those that stand again: "),
    )


def numbers() -> Iterator[tuple[Any, ...]]:
    """What stands where a value should, in either layout."""
    for text, words, remedy in (
        ("-1", "negative", "`unrated: [-1]`"),
        ("-0.5", "negative", "`unrated: [-0.5]`"),
        ("−1", "negative", '`unrated: ["−1"]`'),
        ("–1", "not a number", '`unrated: ["–1"]`'),
        ("nan", "not finite", '`unrated: ["nan"]`'),
        ("-inf", "not finite", '`unrated: ["-inf"]`'),
        ("Infinity", "not finite", "`unrated: [Infinity]`"),
        ("1e999", "not within 1e-100 and 1e+36", "`"),
        ("1e-400", "not within 1e-100 and 1e+36", "`"),
        ("-1e-400", "negative", "`unrated: "),
        ("1e37", "not within", '`unrated: ["1e37"]`'),
        ("1_000", "not a number", "`"),
        ("0x10", "not a number", "`"),
        ("many", "not a number", "`unrated: [many]`"),
        ("?", "not a number", '`unrated: ["?"]`'),
        ("NA", "not a number", "`unrated: [NA]`"),
        ("n/a", "not a number", "`unrated: [n/a]`"),
        ("-", "not a number", '`unrated: ["-"]`'),
        ("null", "not a number", '`unrated: ["null"]`'),
        ("$5", "not a number", r'side.replace({"^(\\$) *": ""}, regex=True)'),
        ("5 kg", "not a number", 'side.replace({" *(kg)$": ""}, regex=True)'),
        ("1/2", "not a number", "`"),
        ("½", "not a number", "`"),
        ("٣", "not a number", "`"),
        ("2024-01-01", "not a number", "`"),
        ("1e", "not a number", "`"),
        ("1 2", "not a number", "`"),
        ("--1", "not a number", "`"),
        ("1.2.3", "not a number", "`"),
        ("5*", "not a number", "`"),
        ("\x1b[0m5", "not a number", "`"),
        ("1\u202e2", "not a number", "`"),
    ):
        then = Read(cells=((1.0, NAN), (3.0, 4.0))) if "unrated" in remedy else None
        shown = "" if "\x1b" in text or "\u202e" in text else repr(text)
        yield (
            TABLE.replace(",2\n", f",{text}\n"),
            Refused(f"row 'ann', column 'ham': {shown}" + (f" is {words}" if shown else ""), remedy, then),
        )
        yield TRIPLES.replace(",2\n", f",{text}\n"), Refused(words, remedy, then), UNRATED
    for text, value in (("+2", 2.0), (" 2 ", 2.0), ("2.", 2.0), (".5", 0.5), ("2e0", 2.0), ("2E+1", 20.0), ("002", 2.0),
                        ("\u00a02", 2.0), ("2.0000000001", 2.0000000001), ("123456789012345678", 123456789012345678.0),
                        ("0.1", 0.1), ("1e-100", 1e-100), ('"2"', 2.0), ("2\t", 2.0)):  # fmt: skip
        yield TABLE.replace(",2\n", f",{text}\n"), Read(cells=((1.0, value), (3.0, 4.0)))
    for text in ("0", "-0", "0.0", "0e5", "", " ", '""', "\u00a0"):
        yield TABLE.replace(",2\n", f",{text}\n"), Read(cells=((1.0, NAN), (3.0, 4.0))), {"zeros": "missing"}
    blank = Refused("row 'ann', column 'ham': blank", "`zeros: missing`", Read(cells=((1.0, NAN), (3.0, 4.0))))
    for text in ("", " ", '""'):
        yield TABLE.replace(",2\n", f",{text}\n"), blank
    yield TABLE.replace(",2\n", ",0\n"), Refused("1 cell is 0, blank or absent", "`zeros: observed`"), {"zeros": None}
    yield "who,tea\nann,0\n", Refused("every cell is 0 or blank", "`"), {}
    yield "user,item,rating\nann,tea,0\n", Refused("every cell is 0 or blank", "`"), UNRATED
    many = "who,tea\n" + "".join(f"r{line},-{line}\n" for line in range(1, 31))
    yield many, Refused("and 10 more; expected", "if the minus may go: `path: numbers-t.csv`")


def words_for_values() -> Iterator[tuple[Any, ...]]:
    """True and false, and percent: read where all values are such, refused among others."""
    yes = Read(cells=((1.0, NAN), (NAN, 1.0)), notes=("true or yes is read as 1, false or no as 0",))
    for true, false in (("true", "false"), ("True", "False"), ("TRUE", "FALSE"), (" true", "false "), ("yes", "No")):
        text = f"who,tea,ham\nann,{true},{false}\nbob,{false},{true}\n"
        yield text, yes, {"zeros": "missing"}
        yield f"user,item,rating\nann,tea,{true}\nann,ham,{false}\nbob,tea,{false}\nbob,ham,{true}\n", yes, UNRATED
    yield "who,tea,ham\nann,true,\nbob,,true\n", yes, {"zeros": "missing"}
    mixed = "'true' stands among numbers"
    yield TABLE.replace(",2\n", ",true\n"), Refused(mixed, '"^(?i:true|yes)$": "1"')
    yield TRIPLES.replace(",2\n", ",true\n"), Refused(mixed, '"^(?i:true|yes)$": "1"'), GIVEN
    yield "who,tea,ham\nann,true,false\nbob,3,true\n", Refused("column 'ham' holds no number", "`")
    yield (
        "who,tea,ham,new\nann,1,2,true\nbob,3,4,false\n",
        Refused("column 'new' holds no number", "`skip: {columns: [new]}`", SAME),
    )
    for words, steps in (
        (("like", "hate"), '{"hate": 1, "like": 2}'), (("T", "F"), '{"F": 0, "T": 1}'),
        (("Y", "N"), '{"N": 0, "Y": 1}'), (("★★", "★"), '{"★": 1, "★★": 2}'),
        (("Agree", "Neutral"), '{"Agree": 4, "Neutral": 3}'),
    ):  # fmt: skip
        text = "who,tea,ham\nann,{},{}\nbob,{},{}\n".format(*words, *words)
        yield text, Refused("is not a number", f"replace({steps})"), {"zeros": "missing"}
    coded = "who;tea;ham\nann;-1,5;2\nbob;-3,5;4\n"
    yield coded, Refused("'-1,5' is not a number", '`decimal: ","`'), {}
    percent = ("are percentages: 1% is read as 1",)
    for mark in ("%", " %", "\u00a0%"):
        text = "".join(f"{','.join(line)}\n" for line in (
            ("who", "tea", "ham"), ("ann", f"1{mark}", f"2{mark}"), ("bob", f"3{mark}", f"4{mark}")
        ))  # fmt: skip
        yield text, Read(notes=percent)
    yield "user,item,rating\nann,tea,1%\nann,ham,2%\nbob,tea,3%\nbob,ham,4%\n", Read(notes=percent), GIVEN
    yield "who;tea;ham\nann;1,0%;2,0%\nbob;3%;4%\n", Read(notes=("are percentages",)), {"decimal": ","}
    yield (
        TABLE.replace(",2\n", ",2%\n"),
        Refused("'2%' stands among numbers", 'side.replace({" *(%)$": ""}, regex=True)'),
    )
    yield TRIPLES.replace(",1\n", ",1%\n"), Refused("'1%' stands among numbers", "`"), GIVEN
    yield TABLE.replace(",2\n", ",-2%\n"), Refused("'-2%' is negative", "`")
    yield TABLE.replace(",2\n", ",%\n"), Refused("'%' is not a number", "`")


def marks() -> Iterator[tuple[Any, ...]]:
    """Decimal marks and marks between thousands."""
    point = Refused("'1,5' is not a number", '`decimal: ","`', Read(cells=((1.5, 2.0), (3.0, 4.0))))
    yield "who;tea;ham\nann;1,5;2\nbob;3;4\n", point
    yield "user;item;rating\nann;tea;1,5\nann;ham;2\nbob;tea;3\nbob;ham;4\n", point, GIVEN
    yield "who;tea;ham\nann;1,5;2\nbob;3;4\n", Read(cells=((1.5, 2.0), (3.0, 4.0))), {"decimal": ","}
    thousand = Read(cells=((1234.5, 2.0), (3.0, 4.0)))
    for text, settings, remedy in (
        ("1.234,5", {"decimal": ",", "thousands": "."}, 'decimal: ","'),
        ("1,234.5", {"thousands": ","}, 'thousands: ","'),
        ("1 234,5", {"decimal": ",", "thousands": " "}, 'thousands: " "'),
        ("1'234.5", {"thousands": "'"}, 'thousands: "\'"'),
        ("1 234.5", {"thousands": " "}, 'thousands: " "'),
        ("1\u00a0234,5", {"decimal": ",", "thousands": " "}, 'thousands: " "'),
        ("1\u202f234,5", {"decimal": ",", "thousands": " "}, 'thousands: " "'),
        ("1’234.5", {"thousands": "'"}, 'thousands: "\'"'),
    ):
        content = f'who;tea;ham\nann;"{text}";2\nbob;3;4\n'
        yield content, thousand, settings
        yield content, Refused("is not a number", f"`{remedy}`", thousand)
    yield 'who,tea,ham\nann,"1,234",2\nbob,3,4\n', Refused("'1,234' is not a number", '`thousands: ","`'), {}
    both = Refused("'1.5' is not a number", "; if others part decimals by a comma: ")
    yield "who;tea;ham\nann;1.5;2\nbob;3,5;4\n", both, {"decimal": ","}
    yield "who;tea;ham\nann;12,34;2\nbob;3;4\n", Refused("'12,34' is not a number", "`"), {"thousands": ","}
    yield "who;tea;ham\nann;1,2345;2\nbob;3;4\n", Refused("'1,2345' is not a number", "`"), {"thousands": ","}


def sentinels() -> Iterator[tuple[Any, ...]]:
    for mark in (99, 999, 1000):
        rated = Read(cells=((1.0, NAN, 2.0), (NAN, 4.0, 5.0)), columns=("tea", "ham", "jam"))
        content = f"who,tea,ham,jam\nann,1,{mark},2\nbob,{mark},4,5\n"
        yield content, Read(
            cells=((1.0, mark, 2.0), (mark, 4.0, 5.0)), columns=rated.columns, notes=(f"unrated: [{mark}]",)
        ), {"zeros": "missing"}  # fmt: skip
        yield content, rated, {"zeros": "missing", "unrated": [mark]}
    for one, two in ((88, 99), (98, 99), (7777, 9999)):
        content = f"who,a,b,c,d\nx,1,{two},2,3\ny,3,4,{one},1\nz,{one},2,{two},5\n"
        cells = ((1.0, two, 2.0, 3.0), (3.0, 4.0, one, 1.0), (one, 2.0, two, 5.0))
        names = {"rows": ("x", "y", "z"), "columns": ("a", "b", "c", "d")}
        both = f"{one} stands 2 times and {two} 2 times, and the next largest value is 5; "
        yield content, Read(**names, cells=cells, notes=(both,)), {"zeros": "missing"}
        rated = tuple(tuple(NAN if value in (one, two) else value for value in row) for row in cells)
        yield content, Read(**names, cells=rated), {"zeros": "missing", "unrated": [one, two]}
    beside = "who,a,b,c,d\nx,1,99,-1,3\ny,3,4,99,1\nz,-1,2,99,5\n"
    yield beside, Refused("'-1' is negative", "`unrated: [-1]`", Read(
        ("x", "y", "z"), ("a", "b", "c", "d"), ((1.0, 99.0, NAN, 3.0), (3.0, 4.0, 99.0, 1.0), (NAN, 2.0, 99.0, 5.0)),
        ("`unrated: [-1, 99]`",))), {"zeros": "missing"}  # fmt: skip
    yield TABLE.replace(",2\n", ",-1\n"), Read(cells=((1.0, NAN), (3.0, 4.0))), {"zeros": "missing", "unrated": [-1]}
    for word in ("NA", "nan", "?", "n/a", "-", "."):
        content = TABLE.replace(",2\n", f",{word}\n")
        yield content, Read(cells=((1.0, NAN), (3.0, 4.0))), {"zeros": "missing", "unrated": [word]}
    yield TRIPLES.replace(",2\n", ",NA\n"), Read(cells=((1.0, NAN), (3.0, 4.0))), UNRATED | {"unrated": ["NA", -1]}
    yield TRIPLES + "cid,tea,-1\n", Refused("'-1' is negative", "`unrated: [-1]`", Read(
        (*ROWS, "cid"), cells=(*CELLS, (NAN, NAN)))), UNRATED  # fmt: skip


def repeated() -> Iterator[tuple[Any, ...]]:
    for more, value in (("ann,tea,1\n", 1.0), ("ann,tea,5\n", 5.0), ("ann,tea,0\n", NAN)):
        content = TRIPLES + more
        then = Read(cells=((value, 2.0), (3.0, 4.0)))
        if value > 0:
            yield content, Refused("row 'ann', column 'tea' stands 2 times", "`duplicates: last`", then), UNRATED
        yield (
            content,
            Read(cells=((value if value > 0 else 1.0, 2.0), (3.0, 4.0))),
            UNRATED | {"duplicates": "last"},
        )
    yield TRIPLES + "ann,tea,5\n", Read(cells=((3.0, 2.0), (3.0, 4.0))), GIVEN | {"duplicates": "mean"}
    yield TRIPLES + "ann,tea,5\n", Read(cells=((6.0, 2.0), (3.0, 4.0))), GIVEN | {"duplicates": "sum"}


def totals() -> Iterator[tuple[Any, ...]]:
    total = "who,tea,ham\nann,1,2\nbob,3,4\nTotal,4,6\n"
    yield total, Read((*ROWS, "Total"), cells=(*CELLS, (4.0, 6.0)), notes=("'Total' is the sum of the others",))
    yield total, SAME, {"skip": {"rows": ["Total"]}}
    total = "who,tea,ham,Total\nann,1,2,3\nbob,3,4,7\n"
    yield total, Read(columns=(*COLUMNS, "Total"), cells=((1.0, 2.0, 3.0), (3.0, 4.0, 7.0)), notes=("skip: {columns",))
    yield total, SAME, {"skip": {"columns": ["Total"]}}

    for label, cells, what in (
        ("Average", (2.0, 3.0), "is the mean of the others"), ("Ø", (2.0, 3.0), None),
        ("Mittelwert", (2.01, 3.0), "is the mean of the others"), ("Mean", (5.0, 1.0), "as if it were the mean"),
        ("All", (2.0, 3.0), "is the mean of the others"), ("Grand Total", (4.0, 6.0), "is the sum of the others"),
        ("Total", (9.0, 2.0), "as if it were the sum"), ("Averages", (2.0, 3.0), None), ("Ann Total", (5.0, 1.0), None),
    ):  # fmt: skip
        text = TABLE + f"{label},{cells[0]},{cells[1]}\n"
        yield text, Read((*ROWS, label), cells=(*CELLS, cells), notes=(what,) if what else ())
        wide = f"who,tea,ham,{label}\nann,1,3,{cells[0]}\nbob,2,4,{cells[1]}\n"
        flipped = ((1.0, 3.0, cells[0]), (2.0, 4.0, cells[1]))
        yield wide, Read(columns=(*COLUMNS, label), cells=flipped, notes=(what,) if what else ())
    both = "who,a,b,c\nx,1,2,3\ny,3,4,7\nTotal,4,6,10\nMean,2,3,5\n"
    yield both, Read(("x", "y", "Total", "Mean"), ("a", "b", "c"), ((1, 2, 3), (3, 4, 7), (4, 6, 10), (2, 3, 5)), (
        "'Total' is the sum of", "'Mean' is the mean of", "column 'c' is the sum of"))  # fmt: skip
    nameless = "who,a,b,c\nx,1,2,9\ny,3,4,7\nz,5,1,2\n,3,2.3333333333,6\n".replace("\n,", "\nØ,")
    yield nameless.replace("2.3333333333", repr(7 / 3)), Read(("x", "y", "z", "Ø"), ("a", "b", "c"), (
        (1, 2, 9), (3, 4, 7), (5, 1, 2), (3, 7 / 3, 6)), ("row 'Ø' is the mean of the others",))  # fmt: skip


def skipped() -> Iterator[tuple[Any, ...]]:
    described = "who,what,tea,ham\nann,the first,1,2\nbob,the second,3,4\n"
    yield described, Refused("column 'what' holds no number", "`skip: {columns: [what]}`", SAME)
    yield described, SAME, {"skip": {"columns": ["what"]}}
    for first in ("", "nr", "Unnamed: 0"):
        indexed = f"{first},who,tea,ham\n0,ann,1,2\n1,bob,3,4\n"
        yield indexed, SAME, {"skip": {"columns": [first]}}
    yield ",tea,ham,\nann,1,2,\nbob,3,4,\n", SAME, {"skip": {"columns": [""]}}
    hold = "columns 'what', 'when' hold no number"
    two = "who,what,tea,ham,when\nann,the first,1,2,2024-01-01\nbob,the second,3,4,2024-01-02\n"
    yield two, Refused(hold, "`skip: {columns: [what, when]}`", SAME)
    yield two, Refused("holds no number", "`skip: {columns: [what, when]}`", SAME), {"skip": {"columns": ["what"]}}
    for side in ("rows", "columns"):
        absent = Refused(f"no {side[:-1]} labelled 'Total'", "`skip: {}`")
        yield TABLE, absent, {"skip": {side: ["Total"]}}
        yield TRIPLES, absent, GIVEN | {"skip": {side: ["Total"]}}
    yield TRIPLES + "Total,tea,4\n", SAME, GIVEN | {"skip": {"rows": ["Total"]}}
    yield TABLE, Refused("found 0 rows", "`"), {"skip": {"rows": ["ann", "bob"]}}
    yield TABLE, Refused("found 0 columns", "`"), {"skip": {"columns": ["tea", "ham"]}}


def _zipped(**files: bytes | str) -> bytes:
    stream = io.BytesIO()
    with ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _tarred(content: bytes) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        entry = tarfile.TarInfo("t.csv")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return stream.getvalue()


def _zstd(content: bytes) -> bytes:
    return pa.compress(content, codec="zstd", asbytes=True)


PACKERS = {"gz": lambda data: gzip.compress(data, mtime=0), "bz2": bz2.compress, "xz": lzma.compress, "zst": _zstd}


def packed() -> Iterator[tuple[Any, ...]]:
    for (text, ingest), (suffix, pack) in itertools.product(((TABLE, {}), (TRIPLES, GIVEN)), PACKERS.items()):
        yield pack(text.encode()), SAME, ingest, f"t.csv.{suffix}"
        yield pack(text.encode()), SAME, ingest, "t.csv"
        yield pack(_tarred(text.encode())), Refused("a tar archive", "tar -xOf "), ingest, f"t.tar.{suffix}"
        yield pack(b""), Refused("the file is empty", "`"), ingest, f"t.csv.{suffix}"
    for name in PACKERS:
        yield TABLE, Refused(f"its name ends in .{name}", "`mv "), {}, f"t.csv.{name}"
    yield PACKERS["gz"](TABLE.encode("utf-16")), Refused("UTF-16", "`encoding: utf-16`", SAME), {}, "t.csv.gz"
    yield PACKERS["gz"](PACKERS["gz"](TABLE.encode())), Refused("packed twice", "`"), {}, "t.csv.gz"
    yield _zipped(**{"t.csv": TABLE}), SAME, {}, "t.zip"
    yield _zipped(**{"folder/": "", "folder/t.csv": TRIPLES}), SAME, GIVEN, "t.zip"
    yield _zipped(**{"t.csv": TABLE, "__MACOSX/._t.csv": b"\0\5\26\7"}), SAME, {}, "t.zip"
    yield _zipped(**{"a.csv": TABLE, "b.csv": TABLE}), Refused("found 2: a.csv, b.csv", "`unzip -p "), {}, "t.zip"
    yield _zipped(**{"data/t.csv": TABLE, "data/.DS_Store": "x"}), SAME, {}, "t.zip"
    for table in ("u.data", "my table.csv"):
        yield (
            _zipped(**{"README.txt": "read me\n" * 99, "few.csv": "x", f"ml/{table}": TABLE}),
            Refused("found 3", f"`path: {table}` after `unzip -p t.zip "),
            {},
            "t.zip",
        )
    yield _zipped(), Refused("found 0", "`"), {}, "t.zip"
    secret = bytearray(_zipped(**{"t.csv": TABLE}))
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        secret[secret.index(mark) + offset] |= 1
    yield bytes(secret), Refused("locked by a password", "`unzip "), {}, "t.zip"
    yield _tarred(TABLE.encode()), Refused("a tar archive", "tar -xOf "), {}, "t.tar"


def damaged() -> Iterator[tuple[Any, ...]]:
    draw = np.random.default_rng(0)
    long = "who,tea\n" + "".join(f"row {n},{value}\n" for n, value in enumerate(draw.random(3000)))
    for suffix, pack in PACKERS.items():
        whole = pack(long.encode())
        for part in (12, len(whole) // 2, len(whole) - 5):
            yield whole[:part], Refused("damaged", "`"), {}, f"t.csv.{suffix}"
        if suffix != "zst":
            middle = len(whole) // 2
            changed = whole[:middle] + bytes(byte ^ 255 for byte in whole[middle : middle + 40]) + whole[middle + 40 :]
            yield changed, Refused("damaged", "`"), {}, f"t.csv.{suffix}"
    yield b"PK\3\4" + b"\0" * 40, Refused("damaged", "`"), {}, "t.zip"
    whole = _zipped(**{"t.csv": long})
    yield whole[: len(whole) // 2], Refused("damaged", "`"), {}, "t.zip"
    yield whole.replace(b"row 17,", b"row 71,"), Refused("damaged", "`"), {}, "t.zip"
    end = whole.rindex(b"PK\5\6") + 16  # where it says that its directory begins: 1 too late, members begin before 0
    late = bytes([whole[end] + 1])
    yield whole[:end] + late + whole[end + 1 :], Refused("damaged", "`"), {}, "t.zip"
    yield draw.bytes(5000), Refused("binary", "`"), {}
    yield b"\0" * 5000, Refused("binary", "`"), {}
    yield TABLE.encode() + b"\0" * 500, Refused("", "`"), {}
    yield b"\x1f\x8b", Refused("damaged", "`"), {}, "t.csv.gz"


def other_formats() -> Iterator[tuple[Any, ...]]:
    stream = io.BytesIO()
    np.savez(stream, a=np.ones(3))
    array = io.BytesIO()
    np.save(array, np.ones(3))
    book = _zipped(**{"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>", "xl/worksheets/sheet1.xml": "<x/>"})
    letter = _zipped(**{"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"})
    sheet = _zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet", **{"content.xml": "<x/>"})
    for content, words in (
        (book, "an Excel workbook"),
        (letter, "a Word document"),
        (sheet, "an OpenDocument spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "an old Excel workbook"),
        (stream.getvalue(), "NumPy arrays"),
        (array.getvalue(), "a NumPy array"),
        (b"7z\xbc\xaf\x27\x1c" + b"\0" * 60, "a 7z archive"),
        (b"Rar!\x1a\x07\x00" + b"\0" * 60, "a RAR archive"),
        (b"%PDF-1.7\n" + b"1 0 obj\n" * 9, "a PDF"),
        (b"SQLite format 3\0" + b"\0" * 99, "an SQLite database"),
        (b"\x89HDF\r\n\x1a\n" + b"\0" * 99, "an HDF5 file"),
        (b"ARROW1\0\0" + b"\0" * 99, "an Arrow file"),
        (b"\x80\x04\x95" + b"\0" * 99, "a Python pickle"),
        (b"\x04\x22\x4d\x18" + b"\0" * 99, "packed by lz4"),
        (b"\x1f\x9d\x90" + b"\0" * 99, "packed by compress"),
        (zlib.compress(TABLE.encode()), "packed by zlib"),
        (zlib.compress(TABLE.encode() * 99, 9), "packed by zlib"),
        (b"+/v8-" + TABLE.encode(), "UTF-7"),
        (b"FEA1" + b"\0" * 99, "an Arrow file"),
        (b"ORC" + b"\0" * 99, "an ORC file"),
        (b"<stata_dta><header><release>118</release>" + b"\0" * 99, "a file of Stata"),
        (b"$FL2@(#) SPSS DATA FILE" + b"\0" * 99, "a file of SPSS"),
        (b"\0" * 12 + b"\xc2\xea\x81\x60" + b"\0" * 99, "a file of SAS"),
        (b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!" + b"0" * 30 + b"  \n", "a file of SAS"),
        (b"MATLAB 5.0 MAT-file, Platform: GLNXA64".ljust(124) + b"\0\1IM" + b"\0" * 99, "a file of MATLAB"),
        (b"\xff\xff\xff\xff\x70\0\0\0\x10\0\0\0\0\0" + b"\0" * 99, "an Arrow stream"),
        (b"\0\1\0\0Standard Jet DB\0" + b"\0" * 99, "a file of another program"),
        (b"Obj\1\4\x14avro.codec\x08null" + b"\0" * 99, "a file of another program"),
        (gzip.compress(b"X\n\0\0\0\3" + b"\0" * 99), "a file of R"),
        (gzip.compress(b"RDX3\nX\n\0\0\0\3" + b"\0" * 99), "a file of R"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "a picture"),
        (b'{"user": {"tea": 1, "ham": 2}}\n', "JSON"),
        (b'[{"user": "ann",\n "item": "tea"}]\n', "JSON"),
        (b"<!DOCTYPE html>\n<html><body>1,2</body></html>\n", "a web page without a table"),
        (b'<?xml version="1.0"?>\n<a>1,2</a>\n', "XML"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 12\n", "a Git LFS pointer"),
    ):
        for name in ("t.csv", "t.parquet") if content is book else ("t.csv",):
            yield content, Refused(f"this is {words}", "`"), {}, name
    yield b"\x1b\x8f\1\0\x2c\x0e\x78\xac", Refused("this is packed by brotli", "`brotli -dc t.csv.br"), {}, "t.csv.br"
    yield TABLE, SAME, {}, "t.csv.br"
    noted = Read(("ann", "b+APY-b"), notes=("row label 'b+APY-b' was UTF-7",))
    yield TABLE.replace("bob", "böb").encode("utf-7"), noted
    parquet = pa.BufferOutputStream()
    pa.parquet.write_table(pa.table({"who": ["ann"], "tea": [1.0]}), parquet)
    yield parquet.getvalue().to_pybytes(), Read(("ann",), ("tea",), ((1.0,),)), {}, "t.csv"
    yield TABLE, Refused("its name ends in .parquet", "`mv "), {}, "t.parquet"
    yield b"", Refused("the file is empty", "`"), {}, "t.parquet"


def no_tables() -> Iterator[tuple[Any, ...]]:
    """Settings, programs and prose: told by name, and nothing is made of them."""
    for words, *texts in (
        ("YAML without a table", "title: mine\nyear: 2020\n", "---\na: x\nb:\n  - 1\n  - 2\n",
         "seed: 0\ndatasets:\n  films:\n    path: a.csv\n", "# by hand\nname: x\non:\n  push:\n    branches: [main]\n"),
        ("a file of settings", '[tool.x]\nname = "x"\n', "[one]\nkey=value\nother=3\n", "; by hand\n\n[one]\nkey = 3\n",
         'title = "x"\nyear = 3\n', "db.url=jdbc:x\ndb.user=ann\n"),
        ("a program", "#!/bin/sh\necho a, b\n",
         "import numpy as np\n\ndef f(x):\n    return x\n", "#include <a.h>\nint x;\n",
         "from a import b\n\nclass C:\n    x = 1\n", "<?php echo 1, 2;\n"),
        ("prose", "It was the age\nof wisdom, it was the age of folly.\nIt was so.\n",
         "Dear all,\n\nthere is no table here.\n",
         "# Read me\n\nThese are ratings of films.\n\n- users, films\n"),
        ("HTML or XML", "<p>a, b</p>\n<p>1, 2</p>\n"),
        ("a file of another program", "--- a/t.csv\n+++ b/t.csv\n@@ -1 +1 @@\n who,tea\n-ann,1\n+ann,2\n",
         "graph {\n a -- b;\n}\n", "tea <-\nc(1, 2)\n",
         "BEGIN:VCARD\nN:Ann;x\nEND:VCARD\n", "@article{a,\n  year = {2020}\n}\n", ">one\nACGT\n>two\nACGA\n",
         "data t; input who $ tea; datalines;\nann 1\n;\n", "tribble(\n  ~who, ~tea,\n  \"ann\", 1\n)\n"),
    ):  # fmt: skip
        for text in texts:
            yield text, Refused(f"this is {words}", "`")
            yield text.replace("\n", "\r\n"), Refused(f"this is {words}", "`"), GIVEN
    # words of these stand in tables as well
    yield "import,export\n" + "ann,1\n", Read(("ann",), ("export",), ((1.0,),))
    yield "These are ratings of films.\n" + TABLE, Refused("line 1 has 1 field", "`skip: {lines: 1}`", SAME)
    yield TRIPLES.replace("ann,tea", "Is this a long title.,tea"), Read(
        ("Is this a long title.", "ann", "bob"), cells=((1.0, NAN), (NAN, 2.0), (3.0, 4.0))), UNRATED  # fmt: skip


def twins() -> Iterator[tuple[Any, ...]]:
    """Labels in letters of two alphabets that look alike."""
    for one, two in (("Anna", "\u0410nna"), ("CO", "\u0421\u041e"), ("Alpha", "\u0391lpha"), ("o", "\u03bf")):
        alike = (f"look alike: {one!a} and {two!a}",)
        yield TABLE.replace("ann", one).replace("bob", two), Read((one, two), notes=alike)
        yield TRIPLES.replace("tea", one).replace("ham", two), Read(columns=(one, two), notes=alike), GIVEN
    yield TABLE.replace("ann", "Анна").replace("bob", "Боб"), Read(("Анна", "Боб"))


def unseen() -> Iterator[tuple[Any, ...]]:
    """Characters that are not seen, in a label that stands once and in a value."""
    for odd in ("\u200b", "\ufeff", "\u00ad", "\u2060", " ", "\u00a0"):
        for label in (f"bob{odd}", f"{odd}bob"):
            noted = Read(
                (ROWS[0], label), notes=("or a character that is not seen; to take that out: `labels: strip`",)
            )
            yield TABLE.replace("bob", label), noted
            yield TABLE.replace("bob", label), SAME, {"labels": "strip"}
            yield TRIPLES.replace("bob", label), noted, GIVEN
    for odd in ("\u200b", "\ufeff", "\u00ad", "\u200e"):
        for text in (f"2{odd}", f"{odd}2"):
            yield TABLE.replace(",2\n", f",{text}\n"), Refused("is not a number", "to take out what is not seen: ")
    for text in ("1.#INF", "-1.#IND", "1.#QNAN"):
        yield (
            TABLE.replace(",2\n", f",{text}\n"),
            Refused("is not a number", f'`unrated: ["{text}"]`', Read(cells=((1.0, NAN), (3.0, 4.0)))),
        )
    yield (
        TABLE.replace(",2\n", "," + "1" * 50_000 + "\n"),
        Refused("(50,000 characters)", "to leave out what is no number"),
    )
    for text in ("1" * 50_000 + "x", "1," * 5_000 + "x", "1.1" * 10_000):
        yield TABLE.replace(",2\n", f',"{text}"\n'), Refused("characters)", "`")
    kana = "あいうえおかきくけこ"
    yield TABLE.replace("who", kana), SAME
    yield (
        TABLE.replace("who", kana).replace("ann", "茶").encode("iso2022_jp"),
        Refused("this is ISO-2022-JP", "`iconv "),
    )


def _parquet(table: Any, **options: Any) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        if isinstance(table, pd.DataFrame):
            table.to_parquet(path, **options)
        else:
            pa.parquet.write_table(table, path)

    return write


def parquet() -> Iterator[tuple[Any, ...]]:
    wide = pd.DataFrame(CELLS, index=pd.Index(ROWS, name="who"), columns=COLUMNS)
    lines = [line.split(",") for line in TRIPLES.splitlines()]
    long = pd.DataFrame(lines[1:], columns=lines[0]).astype({"rating": float})
    file = "t.parquet"
    yield _parquet(wide), SAME, {}, file
    yield _parquet(wide.rename_axis(None)), SAME, {}, file
    yield _parquet(wide.reset_index()), SAME, {}, file
    yield _parquet(long), SAME, GIVEN, file
    other = Refused("not said", "`columns: [user, item, rating]`", SAME)
    yield _parquet(long[["rating", "item", "user"]]), other, GIVEN, file
    yield _parquet(long.set_index(["user", "item"])), SAME, GIVEN, file
    yield _parquet(long.set_index(["user", "item"])[["rating"]].assign(n=1)), Refused(
        "found 4 columns: user, item, rating, n", "`columns: [user, item, rating]`", SAME), GIVEN, file  # fmt: skip
    yield _parquet(long.iloc[::-1][::-1].set_axis([3, 1, 2, 0])), SAME, GIVEN, file
    whole = pa.BufferOutputStream()
    pa.parquet.write_table(pa.table({"who": [f"row {n}" for n in range(9999)], "tea": np.arange(9999.0)}), whole)
    data = whole.getvalue().to_pybytes()
    for part in (3, 4, 200, len(data) // 2, len(data) - 3):
        yield data[:part], Refused("damaged" if part > 3 else "", "`"), {}, file
    middle = len(data) // 2
    yield data[:middle] + bytes(byte ^ 255 for byte in data[middle : middle + 400]) + data[middle + 400 :], Refused(
        "", "`"), {}, file  # fmt: skip
    yield _parquet(pa.table({"who": pa.array([], pa.string()), "tea": pa.array([], pa.float64())})), Refused(
        "found 0 rows", "`"), {}, file  # fmt: skip
    twice = pa.Table.from_arrays([pa.array(ROWS), pa.array([1.0, 3.0]), pa.array([2.0, 4.0])], names=["who", "a", "a"])
    yield _parquet(twice), Refused("column label 'a' stands at columns 1 and 2", "`"), {}, file
    escapes = pa.table({"who": ["a\x1b[31m"], "tea": [1.0]})
    yield _parquet(escapes), Refused("holds a control character", "`"), {}, file
    for text, program in (("$1", "python -c"), ("1h 2m", "python -c"), ("3 (1)", "python -c")):
        yield (
            _parquet(pa.table({"who": ["ann"], "tea": [text]})),
            Refused("not a number", f" t.parquet | {program} "),
            {},
            file,
        )


def parquet_types() -> Iterator[tuple[Any, ...]]:
    file = "t.parquet"
    labels_of = {
        "string": pa.array(ROWS), "large string": pa.array(ROWS, pa.large_string()),
        "categorical": pa.array(ROWS).dictionary_encode(),
    }  # fmt: skip
    numbers_of = {
        **{str(kind): pa.array([1, 3]).cast(kind) for kind in (
            pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64(),
            pa.float32(), pa.float64())},
        "decimal": pa.array([Decimal("1.00"), Decimal("3.00")], pa.decimal128(10, 2)),
        "text": pa.array(["1", "3"]), "categorical": pa.array(["1", "3"]).dictionary_encode(),
    }  # fmt: skip
    for who, value in itertools.product(labels_of.values(), numbers_of.values()):
        yield _parquet(pa.table({"who": who, "tea": value, "ham": [2.0, 4.0]})), SAME, {}, file
    nullable = pa.table({"who": ROWS, "tea": pa.array([1, None]), "ham": pa.array([2.0, NAN])})
    yield _parquet(nullable), Refused("row 'bob', column 'ham': 'nan' is not finite", '`unrated: ["nan"]`'), {}, file
    holes = Read(cells=((1.0, 2.0), (NAN, NAN)))
    yield _parquet(nullable), holes, {"zeros": "missing", "unrated": ["nan"]}, file
    frame = pd.DataFrame({"who": ROWS, "tea": pd.array([1, None], "Int64"), "ham": pd.array([2.0, None], "Float64")})
    yield _parquet(frame), holes, {"zeros": "missing"}, file
    yield _parquet(pa.table({"who": [1, 2], "tea": [1.0, 3.0], "ham": [2.0, 4.0]})), Read(("1", "2")), {}, file
    truth = pa.table({"who": ROWS, "tea": [True, False], "ham": [False, True]})
    yield (
        _parquet(truth),
        Read(cells=((1.0, NAN), (NAN, 1.0)), notes=("true or yes is read as 1, false or no as 0",)),
        {"zeros": "missing"},
        file,
    )
    mixed = pa.table({"who": ROWS, "tea": [1.0, 3.0], "ham": [2.0, 4.0], "new": [True, False]})
    yield _parquet(mixed), Refused("column 'new' holds no number", "`skip: {columns: [new]}`", SAME), {}, file
    when = pa.array([datetime(2024, 1, 1), datetime(2024, 1, 2)])
    for odd in (when, pa.array([[1], [2]]), pa.array([{"a": 1}, {"a": 2}]), pa.array(["x", "y"]), when.cast("date32"),
                pa.array([b"x\xff", b"y"])):  # fmt: skip
        table = pa.table({"who": ROWS, "odd": odd, "tea": [1.0, 3.0], "ham": [2.0, 4.0]})
        yield _parquet(table), Refused("column 'odd' holds no number", "`skip: {columns: [odd]}`", SAME), {}, file
        triples = pa.table({"user": ROWS, "item": COLUMNS, "rating": odd})
        yield _parquet(triples), Refused("is not a number", "`"), GIVEN, file
    for odd in (pa.array([[1], [2]]), pa.array([{"a": 1}, {"a": 2}])):
        skip = "`layout: table`, `skip: {columns: [who]}`"
        yield _parquet(pa.table({"who": odd, "tea": [1.0, 3.0]})), Refused("'who' holds no labels", skip), {}, file
        nested = pa.table({"who": ROWS, "odd": odd, "tea": [1.0, 3.0], "ham": [2.0, 4.0]})
        yield _parquet(nested), Refused("'odd' holds no labels", "`columns: [who, tea, ham]`"), GIVEN | {
            "columns": ["who", "odd", "tea"]}, file  # fmt: skip
    yield _parquet(pa.table({"who": ROWS, "tea": pa.nulls(2), "ham": [2.0, 4.0]})), Read(
        cells=((NAN, 2.0), (NAN, 4.0))), {"zeros": "missing"}, file  # fmt: skip
    stream = io.BytesIO()
    pa.parquet.write_table(
        pa.table({"who": ["ann", "bob"], "tea": [1, 2]}), stream, compression="none", use_dictionary=False
    )
    yield stream.getvalue().replace(b"ann", b"a\x83n"), Refused("damaged", "`"), {}, "t.parquet"


def _folder(files: dict[str, str]) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.mkdir()
        for name, content in files.items():
            (path / name).write_text(content)

    return write


def places() -> Iterator[tuple[Any, ...]]:
    for name in ("a b.csv", "it's.csv", "t*.csv", "t[1].csv", "?.csv", "ü.csv", "t.CSV", "t", ".t", "-t.csv", "~.csv",
                 "$HOME.csv", "%41.csv", "t;x.csv", '"t".csv', "t{a}.csv", "t.csv.txt", "t\\x.csv"):  # fmt: skip
        yield TABLE, SAME, {}, name
    yield Path.mkdir, Refused("a folder", "`"), {}
    for line, remedy in ((TABLE, "awk 'FNR > 1 || NR == 1' t/[!._]* > t.csv`"), ("1\n", "cat t/[!._]* > t.csv`")):
        yield _folder({"part-0.csv": line, "part-1.csv": line.replace("1", "2"), "_SUCCESS": ""}), Refused(
            "a folder", f"`path: t.csv` after `{remedy}"), {}, "t"  # fmt: skip
    yield (
        _folder({"t.csv": TABLE, "_SUCCESS": "", ".DS_Store": ""}),
        Refused("a folder", "`path: t/t.csv`"),
        {},
        "t",
    )
    yield os.mkfifo, Refused("not a regular file", "`"), {}
    yield lambda path: None, Refused("no such file", "`"), {}
    yield lambda path: path.symlink_to(path), Refused("no such file", "`"), {}


def wide() -> Iterator[tuple[Any, ...]]:
    names = tuple(f"c{n}" for n in range(1200))
    header = ",".join(("who", *names)) + "\n"
    line = ",1" * len(names) + "\n"
    yield header + "ann" + line, Read(("ann",), names, ((1.0,) * len(names),))
    yield header + "ann" + line + "bob,1\n", Refused("line 3 has 2 fields: 'bob,1'; expected 1201", "`sed -i -E 3d")
    yield header + "ann" + line.replace("1", "-1", 1), Refused("row 'ann', column 'c0': '-1' is negative", "`unrated:")
    yield header + "ann" + line[:-2] + '"1\n', Refused("a quote is opened and not closed", "`sed -i -E ")
    yield (header + "é" + line).encode("latin-1"), Refused("line 2: not UTF-8: byte 0xe9", "`encoding: windows-1252`")
