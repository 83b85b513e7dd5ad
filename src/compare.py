"""Compare two revisions, experiments or the workspace: parameters, metrics, parts, recommendations, figures."""

from ratings_nmf.core import stage
from ratings_nmf.page.changes import revisions, saying, snapshot
from ratings_nmf.page.changes.differences import differences
from ratings_nmf.page.changes.snapshot import Snapshot


def compare(before: str, after: str, *, run: bool = False, form: str = "text") -> str:
    """Return what differs between two revisions: as text, as Markdown, or on the page of the second."""
    old, new = (_snapshot(revision, run=run) for revision in (before, after))
    changes = differences(old, new)
    if form == "page":
        from ratings_nmf.page.changes.section import with_changes

        return with_changes(new.page, changes, [*new.results])
    return saying.to_markdown(changes) if form == "markdown" else saying.to_text(changes)


def _snapshot(revision: str, *, run: bool) -> Snapshot:
    with revisions.files_of(revision) as folder:
        result = snapshot.read(folder, revision)
    if not run or not result.missing or revision == snapshot.WORKSPACE:
        return result
    with revisions.run_again(revision) as folder:
        return snapshot.read(folder, revision)


if __name__ == "__main__":
    arguments = stage.Arguments(compare)
    arguments.add_argument("before", nargs="?", default="main", metavar="REV", help="main if not given")
    arguments.add_argument("after", nargs="?", default=snapshot.WORKSPACE, metavar="TO", help="workspace if not given")
    arguments.add_argument("--run", action="store_true", help="run what a revision lacks, in a worktree of its own")
    forms = arguments.add_mutually_exclusive_group()
    for form, what in (("markdown", "as Markdown, for a comment on a change"), ("page", "on the page of TO, as HTML")):
        forms.add_argument(f"--{form}", dest="form", action="store_const", const=form, default="text", help=what)
    stage.show(compare, arguments)
