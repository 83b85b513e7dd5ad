"""A sample read as ingest would read the file: what that takes, and what comes out."""

from ratings_nmf.core import words
from ratings_nmf.core.errors import InputError
from ratings_nmf.core.table import RatingsTable
from ratings_nmf.core.tally import tally_of
from ratings_nmf.raw.faults import nothing_left
from ratings_nmf.raw.findings import Description, Key
from ratings_nmf.raw.layouts import spooled
from ratings_nmf.raw.notes import notes, summaries
from ratings_nmf.raw.sampling import Sample
from ratings_nmf.raw.spool import Triples, table_of


def rehearse(sample: Sample, description: Description, *, counts: bool) -> None:
    """Read a sample by the keys found so far, add those that it takes besides, and describe what was read.

    Where cells stand on several lines, `counts` are added up; of other values the last counts.
    """
    try:
        ratings = _read(sample, description, counts=counts)
    except InputError as error:
        description.findings.append(("refused", str(error)))
        return
    tally = tally_of(ratings)
    if sums := [summary for summary in summaries(tally) if summary.named and summary.certain]:
        skip = dict(description.ingest.get("skip", Key({})).value)
        for side, label, what, *_ in sums:
            skip[f"{side}s"] = [*skip.get(f"{side}s", []), label]
            description.findings.append(("total", f"{side} {label!r} is {what}, and left out"))
        description.ingest["skip"] = Key(skip, "what sums up the others is no row or column of its own")
        tally = tally_of(_read(sample, description, counts=counts))
    profile = tally.profile()
    description.profile = profile
    description.cells = round(profile["cells"] / (sample.share or 0.01))
    size = words.size(profile)
    if sample.share != 1:
        about = f"about {description.cells:,} cells in all; " if sample.share else ""
        size = f"{about}of the sample: {size}"
    description.findings.insert(1, ("size", size))
    description.findings += [("empty", sentence) for sentence in words.empty_lines(profile)]
    description.findings += [("note", remark) for remark in notes(tally, description.parameters())]


def _read(sample: Sample, description: Description, *, counts: bool) -> RatingsTable:
    """Read a sample as ingest would, with what has to be said of its labels and of cells that stand twice."""
    keys = description.ingest
    try:
        labels, cells = _cells(sample, description)
    except InputError as error:
        if "labels" in keys:
            raise
        keys["labels"] = Key("strip", "labels that differ only by what is not seen become one")
        labels, cells = _cells(sample, description)
        description.findings.append(("labels", str(error)))
    with_space = [label for side in labels for label in side if label != label.strip()]
    if with_space and "labels" not in keys:
        keys["labels"] = Key("strip", "takes off the white space around them")
        description.findings.append(("labels", f"{with_space[0]!r} and others have white space around them"))
        labels, cells = _cells(sample, description)
    zeros = keys["zeros"].value
    ratings, several = table_of(labels, cells, zeros=zeros, duplicates=description.parameters().duplicates)
    if several:
        keys["duplicates"] = Key("sum" if counts else "last", "or last, mean, sum")
        twice = f"{words.counted(len(several), 'cell')} on several lines, such as {several[0][0]!r}, {several[0][1]!r}"
        description.findings.append(("twice", twice))
        question = f"{twice}: does the last line count, their mean or their sum?"
        description.questions.append(("ingest.duplicates", question))
        ratings, _ = table_of(labels, cells, zeros=zeros, duplicates=keys["duplicates"].value)
    if not len(ratings.values):
        raise nothing_left(sample.path)
    return ratings


def _cells(sample: Sample, description: Description) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], Triples]:
    ingest = description.parameters()
    with spooled(sample.path, ingest, zeros=ingest.zeros, sample=sample.file) as (spool, _):
        (cells,) = spool.blocks(lines=len(spool.rows))
    return (tuple(spool.rows), tuple(spool.columns)), cells
