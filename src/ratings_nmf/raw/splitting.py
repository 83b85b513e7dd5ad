"""How lines are refused that cannot be split."""

from ratings_nmf.core.params import IngestParameters
from ratings_nmf.raw.badcells import SINGLE_QUOTES
from ratings_nmf.raw.dialect import COMMENTS, LONGEST_LINE, NAMES, reader
from ratings_nmf.raw.faults import edit, look, quoted, refusal, skipping
from ratings_nmf.raw.source import Source, close_quotes, refuse_encoding


def refuse_lines(source: Source, bad_lines: list[tuple[int, str, str]], ingest: IngestParameters, *, more: int) -> None:
    """Refuse lines that cannot be split, if there are any: the number, what is wrong, and the text of each."""
    if not bad_lines:
        return
    numbers = {kind: [line for line, other, _ in bad_lines if other == kind] for _, kind, _ in bad_lines}
    if "encoding" in numbers:
        with source.file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
            refuse_encoding(source.path, text, first=1)
    separator = source.separator or ","
    if "quote" in numbers:
        faults = [f"line {line}: a quote is opened and not closed" for line in numbers["quote"]]
        expected, remedy = "quotes in pairs", close_quotes(source.path, [text for *_, text in bad_lines], separator)
    elif "width" in numbers:
        lines = [(line, _width(text, separator), text) for line, kind, text in bad_lines if kind == "width"]
        faults = [
            f"line {line} has {width} field{'s' * (width != 1)}: {quoted(text.strip())}" for line, width, text in lines
        ]
        expected = f"{len(source.names)}, as in the first line (separator: {NAMES.get(separator, separator)})"
        openings = {text.lstrip()[:1] for *_, text in bad_lines}
        them = "it" if len(lines) == 1 else "them"
        remedy = (
            f"mend {them}, or take {them} out: {edit(''.join(f'{line}d;' for line, *_ in lines)[:-1], source.path)}"
        )
        if len(openings) == 1 and openings <= {*COMMENTS}:
            remedy = f"if it is a comment: {skipping(ingest, comment=openings.pop())}"
        elif openings == {"'"}:
            meaning, script = SINGLE_QUOTES
            remedy = f"{meaning}: {edit(script, source.path)}"
    else:
        faults = [f"line {line} is longer than {LONGEST_LINE:,} characters" for line in numbers["length"]]
        expected = "shorter lines"
        remedy = "if a quote is opened and not closed, close it: " + look("awk 'length > 9999 {print NR}'", source.path)
    fault_lines = [*faults, *([f"and {more:,} more"] if more else [])]
    raise refusal(source.path, "; ".join(fault_lines), expected, remedy)


def _width(line: str, separator: str) -> int:
    return len(next(reader([line.strip("\r\n")], separator), []))
