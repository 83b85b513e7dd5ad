"""What changed since another revision, put onto the page that was made: it needs no script, and no style of its own."""

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.words import label
from ratings_nmf.page.changes.differences import NOTHING, Changes
from ratings_nmf.page.changes.saying import parameters, report, sentences
from ratings_nmf.page.html import template

PLACE = "<!-- changes of {} -->"
"""Where the page shows what changed of a dataset, behind the beginning of its section."""


def with_changes(page: str, changes: Changes, datasets: list[str]) -> str:
    """Return the page of `changes.after`, which is about some datasets, with what differs from `changes.before`.

    Raises
    ------
    InputError
        If the page is not there, or has no place for it.
    """
    section = template("changes")
    for name in datasets:
        if PLACE.format(name) not in page:
            raise InputError(f"{changes.after}: no page of {name} that shows changes; `dvc repro page` makes it")
        content = report(changes.datasets.get(name, NOTHING), label)
        lines = [*sentences(changes, label), *content.sentences]
        nothing = [] if name in changes.datasets or lines else ["Nothing of this dataset differs."]
        text = section.render(
            before=label(changes.before),
            tables={
                "parameter": [*parameters(changes, label), *content.parameters],
                "metric": content.measures,
            },
            sentences=[*lines, *nothing],
        )
        page = page.replace(PLACE.format(name), text)
    return page
