"""What the workflow makes of a change: its own commands run here, with a bare repository in GitHub's place.

The commands are those of .github/workflows/report.yaml. A script in the place of GitHub's client notes its calls.
What is built or tested besides is passed over. DVC's cache comes along, as `actions/cache` brings it.
"""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import ROOT, Workspace

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yaml"))
REPORT = yaml.safe_load((ROOT / ".github/workflows/report.yaml").read_text(encoding="utf-8"))
FILES = "https://github.example/o/r/raw"
NOTES = '#!/usr/bin/env bash\nprintf "%q " "$@" >> "$NOTED"; echo >> "$NOTED"\n'
HOSTILE_BRANCH = 'x\';touch${IFS}pwned;"$(touch${IFS}pwned)"`touch${IFS}pwned`&&|<>'
HOSTILE_LABELS = ("<img src=x onerror=alert(1)>", "](https://evil.example) ![", "@octocat #1", "`|`", "$(touch pwned)")


@dataclass(frozen=True)
class Outcome:
    """What the workflow did: exit code of what regenerates, its output, the comment, and calls of GitHub's client."""

    code: int
    output: str
    comment: str
    calls: list[str]


@dataclass(frozen=True)
class Hub:
    """A bare repository in GitHub's place."""

    repository: Path
    cache: Path

    def propose(self, place: Path, branch: str, change: Callable[[Workspace], None]) -> str:
        """Push one commit to a new branch; return its hash."""
        author = self.clone(place, "main")
        change(author)
        author.git("add", "--all")
        author.git("commit", "--quiet", "--message", "Change")
        author.git("push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
        return self.tip(branch)

    def tip(self, branch: str) -> str:
        return self.git("rev-parse", f"refs/heads/{branch}").strip()

    def git(self, *arguments: str) -> str:
        return Workspace(self.repository).git(*arguments)

    def clone(self, place: Path, commit: str) -> Workspace:
        self.git("clone", "--quiet", ".", str(place))
        clone = Workspace(place)
        clone.git("checkout", "--quiet", "--detach", commit)
        return clone

    def check(self, place: Path, branch: str, **environment: str) -> Outcome:
        """Do to a branch what the workflow does to a pull request from it."""
        head = self.tip(branch)
        programs, noted = place / "programs", place / "noted"
        programs.mkdir(parents=True)
        for name, script in {"gh": NOTES, "make": "#!/bin/sh\n"}.items():
            (programs / name).write_text(script)
            (programs / name).chmod(0o755)
        values = {
            "github.event.pull_request.base.sha": self.tip("main"),
            "github.event.pull_request.head.sha || github.sha": head,
            "github.head_ref": branch,
            "github.repository": "o/r",
            "github.event.pull_request.number": "7",
            "github.server_url": "https://github.example",
            "github.run_id": "1",
            "github.token": "secret",
            "secrets.AWS_ACCESS_KEY_ID": "",
            "secrets.AWS_SECRET_ACCESS_KEY": "",
        }

        def run(workspace: Workspace, job: str, step: str) -> Any:
            (block,) = (block for block in REPORT["jobs"][job]["steps"] if block.get("name") == step)
            variables = {
                name: FILES if name == "FILES" else re.sub(r"\$\{\{ (.*?) \}\}", lambda value: values[value[1]], text)
                for name, text in {**REPORT["env"], **block.get("env", {})}.items()
            }
            path = f"{programs}:{Path(shutil.which('python') or '').parent}:/usr/bin:/bin"
            return workspace.run(
                "bash", "-e", "-c", block["run"], check=False, PATH=path, NOTED=str(noted), **variables, **environment
            )

        runner = self.clone(place / "ratings nmf", head)
        if self.cache.exists():
            shutil.copytree(self.cache, runner.root / ".dvc/cache")
        done = run(runner, "report", "Regenerate the reports and compare them")
        writer = self.clone(place / "writer", head)
        artifacts = {"comment": "comment.md"} | ({"regenerated": "regenerated.patch"} if done.returncode == 0 else {})
        for name, file in artifacts.items():
            if (runner.root / file).exists():
                (writer.root / "artifacts" / name).mkdir(parents=True)
                shutil.copy(runner.root / file, writer.root / "artifacts" / name)
        delivered = run(writer, "deliver", "Push what was regenerated, and comment")
        assert delivered.returncode == 0, delivered.stderr
        assert not [*place.rglob("pwned")]
        comment = (runner.root / "comment.md").read_text(encoding="utf-8")
        return Outcome(done.returncode, done.stdout + done.stderr, comment, noted.read_text().splitlines())


@pytest.fixture
def hub(reproduced: Workspace, tmp_path: Path) -> Hub:
    reproduced.git("clone", "--quiet", "--bare", ".", str(tmp_path / "hub.git"))
    return Hub(tmp_path / "hub.git", reproduced.root / ".dvc/cache")


def fewer_components(workspace: Workspace) -> None:
    params = workspace.params()
    params["datasets"]["ratings"]["fit"] |= {"n_components": 2, "names": list(HOSTILE_LABELS[:2])}
    workspace.write_params(params)


def another_table(workspace: Workspace) -> None:
    table = workspace.root / "data/raw/groceries.csv"
    table.write_text(table.read_text().replace("0", "1", 1))


def another_dataset(workspace: Workspace) -> None:
    lines = ["who,mon,tue,wed", *(f'"{label}",{day},{day % 2},2' for day, label in enumerate(HOSTILE_LABELS))]
    (workspace.root / "data/raw/visits.csv").write_text("\n".join([*lines, ""]))
    params = workspace.params()
    params["datasets"]["visits"] = {
        "ingest": {"path": "data/raw/visits.csv", "layout": "table", "zeros": "observed"},
        "survey": {"components": [1, 2], "folds": 0, "restarts": 0},
        "fit": {"n_components": 2, "solver": "sklearn", "options": {}, "names": list(HOSTILE_LABELS[:2])},
        "evaluate": {"folds": 2},
        "recommend": {"to": "rows", "top": 1},
    }
    workspace.write_params(params)


def edit(path: str, old: str, new: str) -> Callable[[Workspace], None]:
    def change(workspace: Workspace) -> None:
        source = (workspace.root / path).read_text(encoding="utf-8")
        assert old in source
        (workspace.root / path).write_text(source.replace(old, new), encoding="utf-8")

    return change


def assert_comment(outcome: Outcome, name: str, *, base: str, head: str) -> None:
    """Hold a comment to the whole of an expected one, but for the decimals of numbers."""
    text = (ROOT / f"tests/comments/{name}.md").read_text(encoding="utf-8")
    for place, commit in (("base", base), ("head", head)):
        text = text.replace(f"{{{place}}}", commit).replace(f"{{{place}:7}}", commit[:7])
    assert re.sub(r"\d+\.\d+", "#", outcome.comment) == text


def stages_run(outcome: Outcome) -> list[str]:
    return re.findall("Running stage '(.*)'", outcome.output)


@pytest.mark.slow
def test_parameters_alone_are_regenerated_and_a_second_run_changes_nothing(hub, tmp_path):
    proposed = hub.propose(tmp_path / "author", "two", fewer_components)
    outcome = hub.check(tmp_path / "first", "two")
    assert outcome.code == 0, outcome.output
    assert stages_run(outcome) == [*(f"{name}@ratings" for name in ("fit", "evaluate", "recommend", "report")), "page"]
    regenerated = hub.tip("two")
    assert hub.git("rev-list", f"{proposed}..{regenerated}").splitlines() == [regenerated]
    assert_comment(outcome, "parameters", base=hub.tip("main"), head=regenerated)
    run = "https://github.example/o/r/actions/runs/1"
    assert "| 0.1586 | 0.364 | worse |" in outcome.comment
    page = (tmp_path / "first/ratings nmf/changes.html").read_text(encoding="utf-8")
    assert "<td><bdi>0.1586</bdi></td><td><bdi>0.364</bdi></td><td><bdi>worse</bdi></td>" in page
    assert [call.strip() for call in outcome.calls] == [
        "auth setup-git",
        f"api repos/o/r/statuses/{regenerated} -f state=success -f context=report -f target_url={run}",
        "pr comment 7 --body-file artifacts/comment/comment.md --edit-last --create-if-none",
    ]
    again = hub.check(tmp_path / "second", "two")
    assert (again.code, hub.tip("two"), len(again.calls)) == (0, regenerated, 1)
    assert again.comment.partition("## ")[2] == outcome.comment.partition("## ")[2]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "change", "branch"),
    [("table", another_table, "table"), ("dataset", another_dataset, HOSTILE_BRANCH)],
)
def test_a_table_is_regenerated_whatever_it_and_the_branch_are_called(hub, tmp_path, name, change, branch):
    proposed = hub.propose(tmp_path / "author", branch, change)
    outcome = hub.check(tmp_path / "run", branch)
    assert outcome.code == 0, outcome.output
    (dataset,) = {stage.partition("@")[2] for stage in stages_run(outcome)} - {""}
    changed = hub.git("diff", "--name-only", proposed, hub.tip(branch)).splitlines()
    assert {"dvc.lock", "reports/index.html"} < {*changed}
    assert {path.split("/")[2] for path in changed if path.count("/") > 1} == {dataset}
    assert_comment(outcome, name, base=hub.tip("main"), head=hub.tip(branch))


@pytest.mark.slow
def test_code_that_moves_no_result_is_noted(hub, tmp_path):
    proposed = hub.propose(tmp_path / "author", "remark", edit("src/fit.py", "\ndef ", "\n# A remark\ndef "))
    outcome = hub.check(tmp_path / "run", "remark")
    assert outcome.code == 0, outcome.output
    assert hub.git("diff", "--name-only", proposed, hub.tip("remark")) == "dvc.lock\n"
    assert_comment(outcome, "code", base=hub.tip("main"), head=hub.tip("remark"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("moved", edit("src/recommend.py", '"recommend", summary', '"recommend", {**summary, "receivers": 1}')),
        ("by-hand", edit("reports/metrics/ratings/fit-summary.json", '"n_components": 3', '"n_components": 4')),
    ],
)
def test_results_that_the_code_does_not_give_fail_and_are_not_replaced(hub, tmp_path, name, change):
    proposed = hub.propose(tmp_path / "author", name, change)
    outcome = hub.check(tmp_path / "run", name)
    assert outcome.code == 1
    assert hub.tip(name) == proposed
    assert [call.split()[:3] for call in outcome.calls] == [["pr", "comment", "7"]]
    head = Workspace(tmp_path / "run/ratings nmf").git("rev-parse", "HEAD").strip()
    assert_comment(outcome, name, base=hub.tip("main"), head=head)


def test_the_name_of_a_dataset_reaches_no_shell(hub, tmp_path):
    def change(workspace: Workspace) -> None:
        params = workspace.params()
        params["datasets"]["x;touch pwned;`touch pwned`"] = params["datasets"]["ratings"]
        workspace.write_params(params)

    hub.propose(tmp_path / "author", "name", change)
    outcome = hub.check(tmp_path / "run", "name")
    assert outcome.code == 1
    assert_comment(outcome, "name", base="", head="")


@pytest.mark.slow
def test_a_patch_gives_a_fork_the_same_commit(hub, tmp_path):
    hub.propose(tmp_path / "author", "two", fewer_components)
    hub.check(tmp_path / "run", "two")
    fork = Workspace(tmp_path / "author")
    shutil.copy(tmp_path / "run/ratings nmf/regenerated.patch", fork.root)
    fork.git("am", "--keep-cr", "regenerated.patch")
    fork.git("push", "--quiet", "origin", "HEAD:refs/heads/fork")
    assert hub.git("diff", "two", "fork") == ""


@pytest.mark.slow
def test_a_remote_gives_what_is_there_and_takes_what_was_made(reproduced, hub, tmp_path):
    storage = tmp_path / "storage"
    origin = reproduced.copy(tmp_path / "origin")
    origin.dvc("remote", "add", "--default", "storage", str(storage))
    origin.dvc("push", "--run-cache")
    hub = Hub(hub.repository, tmp_path / "no cache")

    def change(workspace: Workspace) -> None:
        fewer_components(workspace)
        workspace.dvc("remote", "add", "--default", "storage", str(storage))

    hub.propose(tmp_path / "author", "two", change)
    outcome = hub.check(tmp_path / "run", "two")
    assert outcome.code == 0, outcome.output
    assert {stage.partition("@")[2] for stage in stages_run(outcome)} == {"ratings", ""}
    clone = hub.clone(tmp_path / "clone", hub.tip("two"))
    clone.dvc("pull", "--run-cache", SHELL="/bin/false")
    assert clone.dvc("status").strip() == "Data and pipelines are up to date."


@pytest.mark.slow
def test_what_a_remote_without_a_key_does_not_give_is_run(hub, tmp_path):
    def change(workspace: Workspace) -> None:
        fewer_components(workspace)
        workspace.dvc("remote", "add", "--default", "storage", "s3://bucket/ratings")

    hub.propose(tmp_path / "author", "two", change)
    outcome = hub.check(tmp_path / "run", "two", AWS_EC2_METADATA_DISABLED="true", HOME=str(tmp_path))
    assert outcome.code == 0, outcome.output
    assert "report: what the remote does not give is run" in outcome.output


def test_the_page_is_published_where_a_variable_says_so():
    jobs = REPORT["jobs"]
    assert "vars.PUBLISH_PAGE == 'true'" in jobs["pages"]["if"] and "'push'" in jobs["pages"]["if"]
    assert {name for name, job in jobs.items() if "pages" in job["permissions"]} == {"pages"}


def test_nothing_of_an_event_is_put_into_a_command_and_only_one_job_writes_to_the_repository():
    jobs = [
        job for workflow in WORKFLOWS for job in yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"].items()
    ]
    assert [name for name, job in jobs if "${{" in "".join(step.get("run", "") for step in job["steps"])] == []
    assert [name for name, job in jobs if job["permissions"].get("contents") == "write"] == ["deliver"]
