"""What is found out about a file: sentences, keys of params.yaml that read it, and what only its owner can say."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from ratings_nmf.core import words
from ratings_nmf.core.errors import InputError
from ratings_nmf.core.params import IngestParameters
from ratings_nmf.core.table import RatingsTable
from ratings_nmf.core.tally import tally_of
from ratings_nmf.raw.describe.sampling import Sample
from ratings_nmf.raw.faults import UNTIDY, refuse_repeated
from ratings_nmf.raw.layouts import ditto, nothing_left, spooled
from ratings_nmf.raw.notes import notes, summaries
from ratings_nmf.raw.spool import Triples, table_of


class Key(NamedTuple):
    """A value of params.yaml, and the reason for it."""

    value: Any
    reason: str = ""


@dataclass(kw_only=True)
class Description:
    """What was found, each with a heading; the keys that read the file; those that only its owner can settle, and why.

    ``profile`` is of what was looked at, as `Tally.profile` gives it, None where ingest would refuse the file; it has
    about so many ``cells``.
    """

    findings: list[tuple[str, str]] = field(default_factory=list)
    ingest: dict[str, Key] = field(default_factory=dict)
    questions: list[tuple[str, str]] = field(default_factory=list)
    profile: dict[str, Any] | None = None
    cells: int = 0

    def say(self, heading: str, sentence: str) -> None:
        """Add a finding."""
        self.findings.append((heading, sentence))

    def ask(self, key: str, question: str) -> None:
        """Add a question."""
        self.questions.append((key, question))

    def leave_out(self, side: str, labels: list[str], reason: str) -> None:
        """Add rows or columns to those that are skipped."""
        skip = self.ingest.get("skip", Key({})).value
        self.ingest["skip"] = Key({**skip, side: [*skip.get(side, []), *labels]}, reason)

    def parameters(self) -> IngestParameters:
        """Return the keys as ingest takes them."""
        keys = {name: key.value for name, key in self.ingest.items()}
        parameters: IngestParameters = msgspec.convert({**keys, "path": "sample"}, IngestParameters)
        return parameters


def rehearse(sample: Sample, description: Description, *, counts: bool) -> None:
    """Read a sample by the keys found so far, add those that it takes besides, and describe what was read.

    Where cells stand on several lines, `counts` are added up; of other values the last counts.
    """
    try:
        tally = tally_of(_read(sample, description, counts=counts))
        sums = [summary for summary in summaries(tally) if summary.named]
        certain = {summary.side for summary in sums if summary.certain}
        for side, label, what, *_ in sums:
            if side in certain:
                description.leave_out(f"{side}s", [label], "what sums up the others is no row or column of its own")
                description.say("total", f"{side} {label!r} is {what}, and left out")
        if certain:
            tally = tally_of(_read(sample, description, counts=counts))
    except InputError as error:
        description.say("refused", str(error))
        return
    profile = tally.profile()
    description.profile = profile
    description.cells = round(profile["cells"] / (sample.share or 0.01))
    size = words.size(profile)
    if sample.share != 1:
        size = f"{f'about {description.cells:,} cells in all; ' if sample.share else ''}of the sample: {size}"
    description.findings.insert(1, ("size", size))
    description.findings += [("empty", sentence) for sentence in words.empty_lines(profile)]
    description.findings += [("note", remark) for remark in notes(tally, description.parameters(), sample.path)]


def _read(sample: Sample, description: Description, *, counts: bool) -> RatingsTable:
    """Read a sample as ingest would, with what has to be said of its labels and of cells that stand twice."""
    keys = description.ingest
    try:
        labels, cells = _cells(sample, description)
    except InputError as error:
        keys.setdefault("labels", Key("strip", "labels that differ only by what is not seen become one"))
        try:
            labels, cells = _cells(sample, description)
        except InputError:
            del keys["labels"]
            raise error from None
        description.say("labels", str(error))
    untidy = [label for side in labels for label in side if UNTIDY.fullmatch(label)]
    if untidy and "labels" not in keys:
        keys["labels"] = Key("strip", "takes off the white space around them, and what is not seen")
        description.say("labels", f"{untidy[0]!a} and others have white space around them, or what is not seen")
        labels, cells = _cells(sample, description)
    ratings, several = table_of(labels, cells, description.parameters())
    if several:
        if marks := ditto(sample.path, description.parameters(), several):
            refuse_repeated(sample.path, several, marks)
        keys["duplicates"] = Key("sum" if counts else "last", "or last, mean, sum")
        twice = f"{words.counted(len(several), 'cell')} on several lines, such as {several[0][0]!r}, {several[0][1]!r}"
        description.say("twice", twice)
        description.ask("ingest.duplicates", f"{twice}: does the last line count, their mean or their sum?")
        ratings, _ = table_of(labels, cells, description.parameters())
    if not len(ratings.values):
        raise nothing_left(sample.path, description.parameters())
    return ratings


def _cells(sample: Sample, description: Description) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], Triples]:
    with spooled(sample.path, description.parameters(), sample=sample.file) as (spool, _):
        (cells,) = spool.blocks(lines=len(spool.rows))
    return (tuple(spool.rows), tuple(spool.columns)), cells
