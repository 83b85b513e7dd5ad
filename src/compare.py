"""Compare two revisions, experiments or the workspace: parameters, metrics, parts, recommendations, figures."""

from ratings_nmf.changes import revisions, saying, snapshot
from ratings_nmf.changes.differences import differences
from ratings_nmf.changes.snapshot import Snapshot
from ratings_nmf.core import stage


def compare(
    before: str, after: str, *, run: bool = False, markdown: bool = False, pictures: tuple[str, str] | None = None
) -> str:
    """Return what differs between two revisions, as text or Markdown."""
    changes = differences(_snapshot(before, run=run), _snapshot(after, run=run))
    return saying.to_markdown(changes, pictures=pictures) if markdown else saying.to_text(changes)


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
    arguments.add_argument("--markdown", action="store_true", help="as Markdown, for a comment on a change")
    arguments.add_argument(
        "--pictures",
        nargs=2,
        metavar=("BEFORE", "AFTER"),
        help="addresses of reports/figures before and after, which Markdown shows figures from",
    )
    stage.show(compare, arguments)
