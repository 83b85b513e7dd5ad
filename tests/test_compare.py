"""Comparisons of revisions: what differs, as data, as text and as Markdown that no label breaks."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ratings_nmf.changes.differences import Change, Measure, Picture, differences
from ratings_nmf.changes.saying import escaped, to_markdown, to_text
from ratings_nmf.changes.snapshot import DatasetResults, Snapshot

HOSTILE = [
    "</code></details><script>alert(1)</script>",
    "![x](https://example.org/x.png)",
    "@everyone #1 https://example.org www.example.org a@example.org",
    "a | b\n\n# heading\n- item",
    "`` ` ``` <!-- ~~~ &amp; \\| \\` [a]: b",
]


def snapshot(name, *, parameters=(), missing=(), **results):
    """Return a snapshot with a dataset for each of the results, and some parameters of the first."""
    blocks = {dataset: {"fit": dict(parameters)} for dataset in results}
    return Snapshot(name=name, parameters={"seed": 0, "datasets": blocks}, results=results, missing=tuple(missing))


def results(**metrics):
    return DatasetResults(metrics=metrics, pictures={"H": "1", "W": "2"})


BEFORE = snapshot(
    "main", parameters={"n_components": 3, "form": "raw"}, a=results(rmse=1.0, rmse_se=0.1, converged=True)
)
AFTER = snapshot(
    "two", parameters={"n_components": 2, "form": "raw"}, a=replace(results(rmse=0.8), pictures={"H": "0", "new": "3"})
)


def test_what_differs_is_named_and_nothing_else():
    changes = differences(BEFORE, AFTER)
    assert changes.datasets["a"].parameters == (Change(name="fit.n_components", before=3, after=2),)
    assert changes.datasets["a"].measures == (
        Measure(name="rmse", before=1.0, after=0.8, before_error=0.1, after_error=None),
        Measure(name="converged", before=True, after=None, before_error=None, after_error=None),
    )
    assert changes.datasets["a"].pictures == (
        Picture(name="H", before=True, after=True),
        Picture(name="W", before=True, after=False),
        Picture(name="new", before=False, after=True),
    )


def test_a_snapshot_differs_in_nothing_from_itself():
    changes = differences(BEFORE, BEFORE)
    assert (changes.datasets, changes.parameters, changes.new, changes.gone) == ({}, (), (), ())
    assert to_text(changes) == "main → main\n  Nothing differs.\n"
    assert "Nothing differs." in to_markdown(changes)


def test_a_comparison_turned_round_swaps_before_and_after():
    there, back = differences(BEFORE, AFTER).datasets["a"], differences(AFTER, BEFORE).datasets["a"]
    assert {(change.name, change.before, change.after) for change in there.measures} == {
        (change.name, change.after, change.before) for change in back.measures
    }


def test_datasets_of_one_side_are_named_once():
    changes = differences(snapshot("main", a=results(), b=results()), snapshot("other", b=results(), c=results()))
    assert (changes.new, changes.gone, changes.datasets, changes.parameters) == (("c",), ("a",), {}, ())
    assert to_text(changes) == "main → other\n  new dataset: c\n  dataset that is gone: a\n"


@pytest.mark.parametrize(
    ("name", "before", "after", "verdict"),
    [
        ("heldout_rmse", 1.0, 1.05, "within one standard error"),
        ("heldout_rmse", 1.0, 1.3, "worse by 3.0 standard errors"),
        ("heldout_ndcg", 0.2, 0.5, "better by 3.0 standard errors"),
        ("n_components", 2, 3, ""),
        ("heldout_rmse", 1.0, None, ""),
    ],
)
def test_a_metric_is_graded_by_its_larger_standard_error(name, before, after, verdict):
    measure = Measure(name=name, before=before, after=after, before_error=0.1, after_error=0.05)
    assert measure.verdict == verdict


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_markup(text):
    before = snapshot(text, parameters={text: text}, missing=[text], **{text: results(**{text: text})})
    after = snapshot("main", **{text: replace(results(rmse=1.0), pictures={text: "1"})})
    markdown = to_markdown(differences(before, after), pictures=("https://example.org/a", "https://example.org/b"))
    shown = MarkdownIt("gfm-like", {"linkify": False}).render(markdown)
    assert "script>" not in shown and "<a " not in shown and shown.count("<h2>") == 1
    assert len(re.findall("<img ", shown)) == 3  # H and W before, and the figure after
    outside = re.sub("<code>.*?</code>|<img .*?>", "", shown)
    assert not re.search("@|example|#|www|heading", outside)


@given(st.text())
def test_an_escaped_text_is_a_single_line_of_code_that_shows_the_text(text):
    shown = MarkdownIt().render(f"a {escaped(text)} b")
    assert re.fullmatch(r"<p>a <code>[^<>]*</code> b</p>\n", shown)


@pytest.mark.parametrize("limit", [1_000, 5_000, 60_000])
def test_markdown_keeps_to_its_limit_and_counts_what_it_leaves_out(limit):
    many = {f"metric {number}": number for number in range(2_000)}
    text = to_markdown(differences(snapshot("main", a=results()), snapshot("two", a=results(**many))), limit=limit)
    assert limit / 2 < len(text) <= limit
    assert 2_000 - int(re.search(r"(\d+) more lines", text)[1]) == text.count("metric&#") + text.count("<code>metric")


def test_an_experiment_beside_head_and_a_name_that_is_none(workspace):
    workspace.dvc("exp", "run", "--name", "two", "-S", "datasets.groceries.fit.n_components=2")
    shown = workspace.stage("compare", "HEAD", "two")
    assert shown.returncode == 0 and shown.stderr == ""
    lines = [" ".join(line.split()) for line in shown.stdout.splitlines()]
    assert lines[:4] == ["HEAD → two", "", "groceries", "fit.n_components 3 → 2"]
    assert "heldout_rmse 1.409 ± 0.295 → 1.34 ± 0.21 within one standard error" in lines
    assert any(line.startswith("figures that differ: H, W, components") for line in lines)
    assert workspace.stage("compare", "two").stdout == "two → workspace\n  Nothing differs.\n"
    assert workspace.stage("compare").stdout.splitlines()[1:] == shown.stdout.splitlines()[1:]
    none = workspace.stage("compare", "nothing")
    assert none.returncode == 1
    assert none.stderr.startswith("compare: unknown Git revision 'nothing'; name a branch")
