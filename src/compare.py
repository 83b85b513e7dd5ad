"""Compare two revisions, experiments or the workspace: parameters, figures with their standard errors, pictures."""

from ratings_nmf.changes import revisions, saying, snapshot
from ratings_nmf.changes.differences import differences
from ratings_nmf.core import stage


def compare(before: str, after: str, *, markdown: bool = False, pictures: tuple[str, str] | None = None) -> str:
    """Return what differs between two revisions, as text or Markdown."""
    with revisions.files_of(before) as old, revisions.files_of(after) as new:
        changes = differences(snapshot.read(old, before), snapshot.read(new, after))
    return saying.to_markdown(changes, pictures=pictures) if markdown else saying.to_text(changes)


if __name__ == "__main__":
    arguments = stage.Arguments(compare)
    arguments.add_argument("before", nargs="?", default="main", metavar="REV", help="main if not given")
    arguments.add_argument("after", nargs="?", default=revisions.WORKSPACE, metavar="TO", help="workspace if not given")
    arguments.add_argument("--markdown", action="store_true", help="as Markdown, for a comment on a change")
    arguments.add_argument(
        "--pictures",
        nargs=2,
        metavar=("BEFORE", "AFTER"),
        help="addresses of reports/figures before and after, which Markdown shows figures from",
    )
    stage.show(compare, arguments)
