"""The user's file as a plain text in UTF-8: told by its first bytes, unpacked and decoded, or refused by its kind."""

import bz2
import codecs
import errno
import gzip
import lzma
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from shlex import quote
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.params import IngestParameters
from ratings_nmf.raw.commands import UNPACK, command, made, piped, taken_back, unpacked
from ratings_nmf.raw.faults import keys, refusal
from ratings_nmf.raw.foreign import AS_TRIPLES, BROTLI, FETCH, FOREIGN, IN_ZIP

SAMPLE = 2**16
PARQUET = b"PAR1"
_PACKED: dict[bytes, tuple[str, str, Any]] = {
    b"\x1f\x8b": (".gz", "gzip", gzip.open),
    b"BZh": (".bz2", "bzip2", bz2.open),
    b"\xfd7zXZ": (".xz", "xz", lzma.open),
    b"\x28\xb5\x2f\xfd": (".zst", "zstd", lambda path: pa.input_stream(path, compression="zstd")),
}
_TABLES = ".csv", ".tsv", ".dat", ".data", ".parquet"
_SEEN = bytes([1, 9, 10, 13, *range(31, 256)])
"""Bytes of a text: white space, letters, and control characters that some write between fields."""

_ZIP = b"PK\x03\x04", b"PK\x05\x06"
_DAMAGES = (
    OSError,
    EOFError,
    NotImplementedError,
    UnicodeDecodeError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    pa.ArrowInvalid,
)


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Refuse in words of our own what the operating system, unpacking and Parquet raise."""
    try:
        yield
    except FileNotFoundError:
        raise _absent(path) from None
    except PermissionError:
        raise refusal(path, "may not be read", "a file of yours", command("chmod u+r", path)) from None
    except _DAMAGES as error:
        if getattr(error, "errno", None) == errno.ENOSPC:
            raise disk_full(path) from None
        if getattr(error, "errno", None) not in (None, errno.EINVAL):  # which zip raises of a place that cannot be
            raise
        raise damage(path) from None


def damage(path: Path) -> InputError:
    """Return what to say of a file that ends early or cannot be unpacked."""
    return refusal(path, "damaged: it ends too early, or some bytes are wrong", "a whole file",
                   taken_back(path, "fetch or save it again"))  # fmt: skip


def disk_full(path: Path) -> InputError:
    """Return what to say where there is no room for what is kept on disk while a file is read."""
    return refusal(path, f"the disk of {tempfile.gettempdir()} is full", "room for copies while it is read",
                   "name a folder with more: `export TMPDIR=\"$PWD\"`")  # fmt: skip


def check_parquet(path: Path) -> None:
    """Refuse Parquet some of which cannot be read."""
    with in_words(path), pa.parquet.ParquetFile(path) as file:
        for batch in file.iter_batches():
            batch.validate(full=True)


def beginning(path: Path) -> bytes:
    """Return the first bytes of a file; refuse what is none, or of a kind that is not read as far as they tell."""
    if path.is_dir():
        raise refusal(path, "this is a folder", "a file", _of_folder(path))
    if not path.exists():
        raise FileNotFoundError
    if not path.is_file():
        remedy = f"to copy what it gives: {made(path.with_name(f'new-{path.name}'), piped('cat', path))}"
        raise refusal(path, "not a regular file", "a file", remedy)
    head = head_of(path)
    suffixes = (".parquet", *(suffix for suffix, *_ in _PACKED.values()))
    if head and path.suffix in suffixes and not packing(head) and not head.startswith(PARQUET):
        wrong = f"its name ends in {path.suffix}, but its first bytes say another kind"
        remedy = (
            f"rename it: {keys(path=str(unpacked(path)))} after {command(f'mv {quote(str(path))}', unpacked(path))}"
        )
        raise refusal(path, wrong, "the kind that its name says", remedy)
    if path.suffix == ".br" and head.translate(None, _SEEN):
        raise _wrong_kind(path, BROTLI)
    _check_kind(path, head)
    return head


def head_of(path: Path) -> bytes:
    """Return the first bytes of a file."""
    with path.open("rb") as stream:
        return stream.read(SAMPLE)


def _of_folder(path: Path) -> str:
    """Return how to read what lies in a folder: its only table, or the parts of one as a single file."""
    files = sorted(file for file in path.iterdir() if file.is_file() and file.name[0] not in "._")
    if len(files) < 2 or len({file.suffix for file in files}) > 1:
        likeliest = max(
            files, key=lambda file: (file.suffix in _TABLES, file.stat().st_size), default=path / "table.csv"
        )
        return f"{'name' if files else 'put a file into'} it: {keys(path=str(likeliest))}"
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
        head = head_of(file)
        check_unpacked(path, head)
    return _decoded(path, file, head, source, folder)


def check_unpacked(path: Path, head: bytes) -> None:
    """Refuse what was unpacked if it is, by how it begins, packed itself, Parquet, or of a kind that is not read."""
    if packing(head) or head.startswith(PARQUET):
        wrong = "packed Parquet" if head.startswith(PARQUET) else "packed twice"
        suffix = next((suffix for magic, (suffix, *_) in _PACKED.items() if head_of(path).startswith(magic)), ".zip")
        remedy = f"unpack it: {made(unpacked(path), command(UNPACK[suffix], path))}"
        raise refusal(path, wrong, "a text, packed once at most, or Parquet", remedy)
    _check_kind(path, head, packed=True)


def _check_kind(path: Path, head: bytes, *, packed: bool = False) -> None:
    for pattern, kind in FOREIGN.items():
        if re.match(pattern, head.lstrip(), re.IGNORECASE):
            raise _wrong_kind(path, kind, packed=packed)


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

    Refuse what is no text.
    """
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    half = len(head) // 2
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        letters = head[1 - start :: 2]
        if half and head[start::2].count(0) > 0.7 * half and not letters.translate(None, _SEEN):
            return encoding
    odd = head.translate(None, _SEEN)
    if len(odd) > max(16, len(head) / 20):
        wrong, remedy = "this is no text, but something binary", taken_back(path)
        if not odd.strip(b"\0") and len(odd) < len(head):
            copy = made(path.with_name(f"new-{path.name}"), piped(r"tr -d '\000'", path))
            wrong, remedy = "this text holds NUL bytes", f"to take them out: {copy}"
        raise refusal(path, wrong, "a table as text or Parquet", remedy)
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
        for part, kind in IN_ZIP.items():
            if any(item.filename.startswith(part) or item.filename.endswith(part) for item in files):
                raise _wrong_kind(path, kind)
        paste, members = taken_back(path), ", ".join(item.filename for item in files[:20])
        if files:
            table = max(files, key=lambda item: (Path(item.filename).suffix in _TABLES, item.file_size))
            member = Path(table.filename)
            paste = made(path.with_name(member.name), command(f"unzip -p {quote(str(path))}", member))
        if len(files) != 1:
            wrong = f"found {len(files)}{': ' * bool(files)}{members}"
            remedy = f"take one out, such as the largest table: {paste}" if files else paste
            raise refusal(path, wrong, "one file in the zip", remedy)
        if files[0].flag_bits & 1:
            raise refusal(path, "locked by a password", "an open zip", f"unpack it: {paste}")
        with archive.open(files[0]) as stream:
            yield stream


def _wrong_kind(path: Path, kind: tuple[str, str, str | None], *, packed: bool = False) -> InputError:
    """Return what to say of a file of a kind that is not read, or of what is packed in one."""
    name, remedy, tool = kind
    changes = {"layout": "triples", "columns": [1, 2, 3]} if remedy == AS_TRIPLES else {}
    paste = command(tool, path) if tool else keys(path=str(path.with_suffix(".csv")))
    if tool and tool.endswith(" >"):
        program = piped(f"{tool[:-2]} /dev/stdin", path) if packed else command(tool[:-2], path)
        paste = made(unpacked(path), program, **changes)
    remedy = taken_back(path, remedy) if remedy == FETCH and not tool else f"{remedy}: {paste}"
    return refusal(path, f"this is {name}", "a table as text or Parquet", remedy)


def _absent(path: Path) -> InputError:
    """Return what to say of a file that is not there, but perhaps under a name much like it, or with the raw tables."""
    files = [file for folder in (path.parent, Path("data/raw")) if folder.is_dir() for file in folder.iterdir()]
    names = get_close_matches(path.name, [file.name for file in files], 1)
    alike = next((file for file in files if [file.name] == names), None)
    remedy = f"if it is this one: {keys(path=str(alike))}" if alike else taken_back(path)
    return refusal(path, "no such file", "the table there", remedy)
