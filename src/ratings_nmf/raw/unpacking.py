"""The user's file as a plain text in UTF-8: told by its first bytes, unpacked and decoded, or refused by its kind."""

import bz2
import codecs
import gzip
import lzma
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from shlex import quote
from typing import IO, Any

import pyarrow as pa

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.params import IngestParameters
from ratings_nmf.raw.faults import command, keys, made, refusal, unpacked

SAMPLE = 2**16
PARQUET = b"PAR1"
_OTHER = "save the table in it as CSV in UTF-8 and name that"
_SHEET = "save the sheet as CSV in UTF-8 and name that"
_AS_CSV, _AS_TRIPLES = "make a table of it", "make triples of it"
_UNPACK = "unpack it"
_TO_CSV = (
    "python -m pip install python-calamine && python -c 'import pandas, sys; pandas.read_excel(sys.argv[1], "
    """header=None, engine="calamine", keep_default_na=False).to_csv(sys.stdout, header=False, index=False)' >"""
)
"""Reads the first sheet of what any office saves, as it stands there; pandas is installed."""


def _by_pandas(call: str, *, index: bool = False, before: str = "") -> str:
    """Return a command by which pandas prints what it reads of a file, after some other code."""
    code = f"{before}pandas.{call}.to_csv(sys.stdout{'' if index else ', index=False'})"
    modules = [name for name in ("ast", "fileinput", "numpy", "pandas", "sqlite3", "sys", "yaml") if f"{name}." in code]
    return f"python -c 'import {', '.join(modules)}; {code}' >"


KINDS: dict[bytes, tuple[str, str, str | None]] = {
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook", _SHEET, _TO_CSV),
    b"7z\xbc\xaf": ("a 7z archive", _UNPACK, "7z x"),
    b"Rar!": ("a RAR archive", _UNPACK, "unrar x"),
    b"\x04\x22\x4d\x18": ("packed by lz4", _UNPACK, "lz4 -dc >"),
    b"\x1f\x9d": ("packed by compress", _UNPACK, "zcat >"),
    b"\x93NUMPY": ("a NumPy array, which has no labels", _AS_CSV,
                   _by_pandas("DataFrame(numpy.load(sys.argv[1]))", index=True)),
    b"%PDF": ("a PDF", _OTHER, None),
    b"SQLite format 3": ("an SQLite database", _AS_CSV, _by_pandas(
        "read_sql(max(tables, key=lambda sql: len(pandas.read_sql(sql, base))), base)",
        before='base = sqlite3.connect(sys.argv[1]); tables = [f"SELECT * FROM [{name}]" '
        'for name, in base.execute("SELECT name FROM sqlite_master WHERE type = \\"table\\"")]; ')),
    b"\x89HDF": ("an HDF5 file", _OTHER, None),
    b"ARROW1|FEA1": ("an Arrow file", _AS_CSV, _by_pandas("read_feather(sys.argv[1])")),
    b"ORC": ("an ORC file", _AS_CSV, _by_pandas("read_orc(sys.argv[1])")),
    b"<stata_dta>": ("a file of Stata", _AS_CSV, _by_pandas("read_stata(sys.argv[1])")),
    b"\\$FL[23]": ("a file of SPSS", _AS_CSV,
                   "python -m pip install pyreadstat && " + _by_pandas("read_spss(sys.argv[1])")),
    b"(?s:.{12})\xc2\xea\x81\x60": ("a file of SAS", _AS_CSV,
                                    _by_pandas('read_sas(sys.argv[1], format="sas7bdat", encoding="latin-1")')),
    rb"(RD[AX][23]\n)?[XA]\n(\x00\x00\x00|[23]\n)": ("a file of R", _AS_CSV,
        "Rscript -e 'f <- commandArgs(TRUE); t <- tryCatch(readRDS(f), error = function(e) get(load(f))); "
        "write.csv(t, row.names = FALSE)' >"),
    rb"structure\(list\(": ("what dput of R writes", _AS_CSV,
                            "Rscript -e 'write.csv(dget(commandArgs(TRUE)), row.names = FALSE)' >"),
    b"\x80\x04\x95": ("a Python pickle", _OTHER, None),
    b"\x89PNG|\xff\xd8\xff": ("a picture", _OTHER, None),
    rb"\{\s*\".*\}\s*\n\s*\{": ("JSON, an object a line", _AS_CSV, _by_pandas("read_json(sys.argv[1], lines=True)")),
    rb"\{'.*\}\s*\n\s*\{": ("JSON, an object a line, as Python writes it", _AS_CSV,
                            _by_pandas("DataFrame(map(ast.literal_eval, fileinput.input()))")),
    rb"\[\s*\[": ("JSON", _AS_CSV, "python -c 'import csv, fileinput, json, sys; csv.writer(sys.stdout).writerows("
                  "json.loads(\"\".join(fileinput.input())))' >"),
    rb"\[\s*\{": ("JSON", _AS_CSV, _by_pandas("read_json(sys.argv[1])")),
    b"{\\s*\"columns\"": ("JSON", _AS_CSV, _by_pandas('read_json(sys.argv[1], orient="split")', index=True)),
    b"{\\s*\"[^{}]*\"\\s*:\\s*{": ("JSON", _AS_CSV, _by_pandas('read_json(sys.argv[1], orient="index")', index=True)),
    b"{\\s*[\"']": ("JSON", _OTHER, None),
    rb"(---\s+)?- \w+: .*\n +\w+: ": ("YAML", _AS_CSV,
                                      _by_pandas('DataFrame(yaml.safe_load("".join(fileinput.input())))')),
    rb"(---\s+)?[^\s,;:]+:\r?\n +[^\s,;:]+: ": ("YAML", _AS_CSV,
        _by_pandas('DataFrame(yaml.safe_load("".join(fileinput.input()))).T', index=True)),
    rb"[+-]?[0-9.]+( [0-9]+:[0-9.eE+-]+)+ ?\r?\n": (
        "a file of LibSVM, which gives a number and a value for each cell of a line", _AS_TRIPLES,
        """awk '{for (i = 2; i <= NF; i++) {split($i, cell, ":"); print NR "," cell[1] "," cell[2]}}' >"""),
    rb"[0-9]+:\r?\n[0-9]+,[0-9]": (
        "a file of the Netflix Prize, with a line for each film and its ratings below", _AS_TRIPLES,
        """awk -F , '/:/ {sub(":.*", ""); film = $0; next} {print $1 "," film "," $2}' >"""),
    rb"(\+[-=+]+\+\s*\n)?\|.*\|\s*\n[+|][ :|+=-]+[+|]": ("a table in Markdown", _AS_CSV,
        r"sed -E '/^[+|][-+=: |]+\r?$/d; s/^\| *//; s/ *\|\r?$//; s/ *\| */,/g' >"),
    rb"(?s).{0,400}\\begin\{tabular|[^\n&]+&[^\n]*\\\\": ("a table in LaTeX", _AS_CSV,
        r"sed -nE 's/ *\\\\.*$//; s/^ +//; s/ *& */;/gp' >"),
    rb"(\w+=[^ =]+ ){2}\w+=[^ =]+\r?\n": ("a log of names and values", _AS_TRIPLES,
                                          "sed -E 's/[A-Za-z_]+=//g; s/ /,/g' >"),
    rb"\S+ \S+ \S+ \[[^\]]*\] \"": ("a log of a web server", _AS_TRIPLES,
        """awk '{n[$1 "," $7]++} END {for (cell in n) print cell "," n[cell]}' >"""),
    rb"(insert|create|--) ": ("a dump of SQL", _OTHER, None),
    rb"\{\\rtf": ("a document in RTF", _OTHER, None),
    b"(?s)<.*<t[rd]\\b": ("HTML or XML", _AS_CSV,
                          "python -m pip install lxml && " + _by_pandas("read_html(sys.argv[1])[0]")),
    b"<(!doctype|html|\\?xml|body|head)\\b": ("HTML or XML", _OTHER, None),
    rb"(%.*\s+)*@relation": ("an ARFF file of Weka", _AS_CSV,
        """awk 'tolower($1) == "@attribute" {names = names comma $2; comma = ","} data && NF && !/^%/ """
        """{print} tolower($1) ~ "^@data" {print names; data = 1}' >"""),
    b"%%MatrixMarket matrix array": ("a Matrix Market array", _OTHER, None),
    b"%%MatrixMarket matrix coordinate pattern": ("Matrix Market without values", _AS_TRIPLES,
                                                  """awk '!/^%/ && size++ {print $1 "," $2 ",1"}' >"""),
    b"version https://git-lfs": ("a Git LFS pointer", "fetch the file itself", "git lfs pull --include"),
}  # fmt: skip
"""Files that hold no table as text, by a pattern of their first bytes: what they are, and how one comes of them.

What a command that ends in > prints is the table.
"""

_IN_ZIP = {
    "xl/": ("an Excel workbook", _SHEET, _TO_CSV),
    "word/": ("a Word document", _OTHER, None),
    "mimetype": ("an OpenDocument spreadsheet", _SHEET, _TO_CSV),
    ".npy": ("NumPy arrays, which have no labels", _OTHER, None),
}
_PACKED: dict[bytes, tuple[str, str, Any]] = {
    b"\x1f\x8b": (".gz", "gzip", gzip.open),
    b"BZh": (".bz2", "bzip2", bz2.open),
    b"\xfd7zXZ": (".xz", "xz", lzma.open),
    b"\x28\xb5\x2f\xfd": (".zst", "zstd", lambda path: pa.input_stream(path, compression="zstd")),
}
_TABLES = ".csv", ".tsv", ".dat", ".data", ".parquet"
_SEEN = bytes([9, 10, 13, *range(32, 256)])
_ZIP = b"PK\x03\x04", b"PK\x05\x06"


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Refuse in words of our own what the operating system, unpacking and Parquet raise, a full disk apart."""
    try:
        yield
    except FileNotFoundError:
        raise _absent(path) from None
    except PermissionError:
        raise refusal(path, "may not be read", "a file of yours", command("chmod u+r", path)) from None
    except (
        OSError,
        EOFError,
        NotImplementedError,
        zlib.error,
        lzma.LZMAError,
        zipfile.BadZipFile,
        pa.ArrowInvalid,
    ) as error:
        if getattr(error, "errno", None):
            raise
        raise damage(path) from None


def damage(path: Path) -> InputError:
    """Return what to say of a file that ends early or cannot be unpacked."""
    return refusal(path, "damaged: it ends too early, or some bytes are wrong", "a whole file",
                   f"fetch or save it again, and compare its size: {command('ls -l', path)}")  # fmt: skip


def beginning(path: Path) -> bytes:
    """Return the first bytes of a file; refuse what is none, or of a kind that is not read as far as they tell."""
    if path.is_dir():
        raise refusal(path, "this is a folder", "a file", _of_folder(path))
    if not path.exists():
        raise FileNotFoundError
    if not path.is_file():
        raise refusal(path, "not a regular file", "a file", f"copy what it gives: {command('ls -l', path)}")
    with path.open("rb") as stream:
        head = stream.read(SAMPLE)
    suffixes = (".parquet", *(suffix for suffix, *_ in _PACKED.values()))
    if head and path.suffix in suffixes and not packing(head) and not head.startswith(PARQUET):
        wrong = f"its name ends in {path.suffix}, but its first bytes say another kind"
        remedy = "rename it: " + command(f"mv {quote(str(path))}", unpacked(path))
        raise refusal(path, wrong, "the kind that its name says", remedy)
    _check_kind(path, head)
    return head


def _of_folder(path: Path) -> str:
    """Return how to read what lies in a folder: its only table, or the parts of one as a single file."""
    files = sorted(file for file in path.iterdir() if file.is_file() and file.name[0] not in "._")
    if len(files) < 2 or len({file.suffix for file in files}) > 1:
        return f"name it: {keys(path=str(files[0])) if files else command('ls', path)}"
    with files[0].open("rb") as one, files[1].open("rb") as other:
        join = "awk 'FNR > 1 || NR == 1'" if one.readline() == other.readline() else "cat"
    paste = f"`{join} {quote(str(path))}/[!._]*`"
    if files[0].suffix == ".parquet":
        join = "import pandas, sys; pandas.read_parquet(sys.argv[1]).to_parquet(sys.stdout.buffer)"
        paste = command(f"python -c {quote(join)}", path)
    return f"if they are parts of one table: {made(path.with_name(f'{path.name}{files[0].suffix}'), paste)}"


def packing(head: bytes) -> str | None:
    """Return how a file that begins like this is packed: gzip, bzip2, xz, zstd, zip or None."""
    member = (name for magic, (_, name, _) in _PACKED.items() if head.startswith(magic))
    return next(member, "zip" if head.startswith(_ZIP) else None)


def plain(path: Path, file: Path, head: bytes, source: IngestParameters, folder: Path) -> Path:
    """Return a file of plain UTF-8: the one given, which begins like this, or a copy, unpacked and decoded.

    Refuse one that holds no text, or in another encoding than was said, by the name of the user's own, `path`.
    """
    if packing(head):
        file = folder / "unpacked"
        with unpacking(path, head) as member, file.open("wb") as out:
            shutil.copyfileobj(member, out, 2**20)
        with file.open("rb") as stream:
            head = stream.read(SAMPLE)
        check_unpacked(path, head)
    return _decoded(path, file, head, source, folder)


def check_unpacked(path: Path, head: bytes) -> None:
    """Refuse what was unpacked if it is, by how it begins, packed itself, Parquet, or of a kind that is not read."""
    if packing(head) or head.startswith(PARQUET):
        wrong = "packed Parquet" if head.startswith(PARQUET) else "packed twice"
        raise refusal(path, wrong, "a text, packed once at most, or Parquet", f"unpack it: {command('7z x', path)}")
    _check_kind(path, head)


def _check_kind(path: Path, head: bytes) -> None:
    for pattern, kind in KINDS.items():
        if re.match(pattern, head.lstrip(), re.IGNORECASE):
            raise _wrong_kind(path, kind)
    if head[257:262] == b"ustar":
        raise refusal(path, "this is a tar archive", "a table", f"unpack it: {command('tar -xf', path)}")


def _decoded(path: Path, file: Path, head: bytes, source: IngestParameters, folder: Path) -> Path:
    """Return the file itself, if it is in UTF-8, or a copy that is."""
    wide = wide_encoding(path, head)
    if wide and not (source.encoding or "").startswith("utf-16"):
        raise refusal(path, "this is UTF-16, as its first bytes say", source.encoding or "UTF-8", keys(encoding=wide))
    if source.encoding in (None, "utf-8"):
        return file
    if source.encoding.startswith("utf-16") and not wide:
        raise refusal(path, f"not {source.encoding}", "two bytes a letter", f"if it is UTF-8: {keys(encoding='utf-8')}")
    copy, line = folder / "plain", 1
    with file.open("rb") as original, copy.open("w", encoding="utf-8", newline="") as out:
        decoder = codecs.getincrementaldecoder(source.encoding)()
        while some := original.read(2**20):
            try:
                text = decoder.decode(some, final=len(some) < 2**20)
            except UnicodeDecodeError as error:
                line += error.object[: error.start].count(b"\n")
                wrong = f"line {line}: not {source.encoding}: byte 0x{error.object[error.start]:02x}"
                other = f"name another, such as {keys(encoding='utf-8')}"
                raise refusal(path, wrong, "the encoding that was said", other) from None
            line += text.count("\n")
            out.write(text)
    return copy


def wide_encoding(path: Path, head: bytes) -> str | None:
    """Return the encoding of a text with two bytes a letter, told by its mark, or where half of its bytes are 0.

    Refuse four bytes a letter, and what begins like this and is no text.
    """
    if head.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        recoding = command(f"iconv -f UTF-32 -t UTF-8 -o {quote(str(path.with_suffix('.utf8')))}", path)
        raise refusal(path, "this is UTF-32, as its first bytes say", "UTF-8", f"recode it: {recoding}")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    half = len(head) // 2
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if half and head[start::2].count(0) > 0.7 * half and head[1 - start :: 2].count(0) < 0.1 * half:
            return encoding
    if len(head.translate(None, _SEEN)) > max(16, len(head) / 20):
        raise refusal(path, "this is no text, but something binary", "a table as text or Parquet",
                      f"look at it: {command('file', path)}")  # fmt: skip
    return None


@contextmanager
def unpacking(path: Path, head: bytes) -> Iterator[IO[bytes]]:
    """Open a file that is packed, to be read unpacked; refuse a zip of several, one that is locked, and documents."""
    for magic, (*_, unpack) in _PACKED.items():
        if head.startswith(magic):
            with unpack(path) as stream:
                yield stream
            return
    with zipfile.ZipFile(path) as archive:
        names = [Path(item.filename).parts for item in archive.infolist()]
        files = [
            item
            for item, parts in zip(archive.infolist(), names, strict=True)
            if not item.is_dir() and "__MACOSX" not in parts and parts[-1][0] != "."
        ]
        for item in files:
            for start, kind in _IN_ZIP.items():
                if item.filename.startswith(start) or item.filename.endswith(start):
                    raise _wrong_kind(path, kind)
        if len(files) != 1:
            listed = ": ".join(filter(None, [str(len(files)), ", ".join(item.filename for item in files[:20])]))
            remedy = f"look into it: {command('unzip -l', path)}"
            if files:
                table = max(files, key=lambda item: (Path(item.filename).suffix in _TABLES, item.file_size))
                paste = made(
                    path.with_name(Path(table.filename).name),
                    command(f"unzip -p {quote(str(path))}", Path(table.filename)),
                )
                remedy = f"take one out, such as the largest table: {paste}"
            raise refusal(path, f"found {listed}", "one file in the zip", remedy)
        if files[0].flag_bits & 1:
            raise refusal(path, "locked by a password", "an open zip", f"unpack it: {command('unzip', path)}")
        with archive.open(files[0]) as stream:
            yield stream


def _wrong_kind(path: Path, kind: tuple[str, str, str | None]) -> InputError:
    name, remedy, tool = kind
    copy = unpacked(path) if path.suffix != ".csv" or not tool else path.with_name(f"new-{path.name}")
    changes = {"layout": "triples", "columns": [1, 2, 3]} if remedy == _AS_TRIPLES else {}
    paste = command(tool, path) if tool else keys(path=str(copy))
    if tool and tool.endswith(" >"):
        paste = made(copy, command(tool[:-2], path), **changes)
    return refusal(path, f"this is {name}", "a table as text or Parquet", f"{remedy}: {paste}")


def _absent(path: Path) -> InputError:
    folder = next(parent for parent in path.parents if parent.is_dir())
    alike = get_close_matches(
        path.name, [file.name for file in path.parent.glob("*")] if folder == path.parent else [], 1
    )
    remedy = (
        f"if it is this one: {keys(path=str(path.parent / alike[0]))}" if alike else f"look: {command('ls', folder)}"
    )
    return refusal(path, "no such file", "the table there", remedy)
