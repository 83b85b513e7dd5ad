"""Comparisons of revisions: what differs, as data, as text and as Markdown that no label breaks."""

import re
import shutil
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from conftest import Workspace
from ratings_nmf.files.columns import Coded
from ratings_nmf.model.factors import BASELINES, Factors, numbered
from ratings_nmf.page.changes.differences import Change, Measure, Picture, differences
from ratings_nmf.page.changes.overlap import overlap
from ratings_nmf.page.changes.parts import Shift, match
from ratings_nmf.page.changes.saying import escaped, to_markdown, to_text
from ratings_nmf.page.changes.snapshot import DatasetResults, Fit, Snapshot

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


def test_datasets_of_one_side_are_named_and_a_new_one_brings_its_figures():
    before, after = snapshot("main", a=results(), b=results()), snapshot("other", b=results(), c=results(rmse=0.5))
    changes = differences(before, after)
    assert (changes.new, changes.gone, changes.parameters) == (("c",), ("a",), ())
    (new,) = changes.datasets.values()
    assert [(measure.before, measure.after) for measure in new.measures] == [(None, 0.5)]
    assert [(picture.name, picture.before) for picture in new.pictures] == [("H", False), ("W", False)]
    assert to_text(changes) == (
        "main → other\n  new dataset: c\n  dataset that is gone: a\n"
        "\nc\n  rmse                        not measured → 0.5\n  figures that differ: H, W\n"
    )
    assert differences(after, before).datasets.keys() == {"a"}


@pytest.mark.parametrize(
    ("name", "before", "after", "verdict"),
    [
        ("heldout_rmse", 1.0, 1.05, "within one standard error"),
        ("heldout_rmse", 1.0, 1.3, "worse by 3 standard errors"),
        ("heldout_ndcg", 0.2, 0.5, "better by 3 standard errors"),
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
    assert 2_000 - int(re.search(r"(\d+) more lines", text)[1]) == text.count("<code>metric")


def fit(W, H, *, components=None, rows=None):
    W, H = np.array(W, dtype=np.float64), np.array(H, dtype=np.float64)
    return Fit(
        factors=Factors(W=W, H=H, components=components or numbered(len(H))),
        rows=rows or tuple(f"row {place}" for place in range(len(W))),
        columns=tuple(f"column {place}" for place in range(H.shape[1])),
    )


RANDOM = np.random.default_rng(0)
THREE = fit(RANDOM.random((9, 3)) ** 4, RANDOM.random((3, 8)) ** 4)


@given(st.permutations(range(3)), st.lists(st.floats(0.01, 100), min_size=3, max_size=3), st.permutations(range(9)))
def test_parts_in_another_order_and_scale_with_rows_in_another_order_are_kept(order, scale, rows):
    W, H = THREE.factors.W[:, order] * scale, THREE.factors.H[order] / np.array(scale)[:, None]
    names = tuple(THREE.factors.components[place] for place in order)
    parts = match(THREE, fit(W[rows], H, components=names, rows=tuple(THREE.rows[row] for row in rows)))
    assert [part.before for part in parts] == [part.after for part in parts] == [(name,) for name in numbered(3)]
    assert all(part.state == "kept" and part.cosine == pytest.approx(1.0) for part in parts)


def test_parts_that_split_join_come_and_go_are_named():
    """Two rows that buy the same of two things, then each of them one thing more."""
    before = fit([[1, 0], [1, 0], [0, 1], [0, 0]], [[1, 1, 0, 0], [0, 0, 1, 0]], components=("greens", "bread"))
    after = fit(
        [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
        [[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
        components=("peas", "beans", "bread", "coffee"),
    )
    assert [(part.state, part.before, part.after, round(part.cosine, 9)) for part in match(before, after)] == [
        ("split", ("greens",), ("peas", "beans"), 1.0),
        ("kept", ("bread",), ("bread",), 1.0),
        ("new", (), ("coffee",), 0.0),
    ]
    assert [(part.state, part.before, part.after) for part in match(after, before)] == [
        ("joined", ("peas", "beans"), ("greens",)),
        ("kept", ("bread",), ("bread",)),
        ("gone", ("coffee",), ()),
    ]


def test_what_moved_in_a_part_is_named_with_its_share_of_the_heaviest():
    (part,) = match(fit([[4], [2], [0]], [[1, 1]]), fit([[4], [2], [4]], [[3, 3]]))
    assert part.state == "moved"
    assert part.shifts[0] == Shift(label="row 2", before=0.0, after=1.0)


def test_baselines_are_no_parts():
    W, H = np.hstack([THREE.factors.W, np.ones((9, 2))]), np.vstack([THREE.factors.H, np.ones((2, 8))])
    levels = fit(W, H, components=(*numbered(3), *BASELINES))
    assert [part.state for part in match(THREE, levels)] == ["kept"] * 3


def columns(**lists):
    """Return the columns of lists of items, by receiver."""
    receivers, items = [*lists], sorted({item for chosen in lists.values() for item in chosen})
    lines = [
        (receivers.index(who), rank, items.index(item)) for who in lists for rank, item in enumerate(lists[who], 1)
    ]
    codes, ranks, places = np.array(lines, dtype=np.int32).T
    return {"for": Coded(codes, receivers), "rank": ranks, "item": Coded(places, items)}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"ann": "abc"}, {"ann": "abc"}, (1, 0, 0, 1, 1, 1.0)),
        ({"ann": "abc"}, {"ann": "acb"}, (1, 0, 0, 0, 1, 1.0)),
        ({"ann": "abc"}, {"ann": "ab"}, (1, 0, 0, 0, 1, 2 / 3)),
        ({"ann": "ab", "bob": "cd"}, {"bob": "ec", "ann": "ba"}, (2, 0, 0, 0, 0, 0.75)),
        ({"ann": "a"}, {"bob": "a", "cid": "b"}, (0, 1, 2, 0, 0, None)),
    ],
)
def test_lists_overlap(before, after, expected):
    found = overlap(columns(**before), columns(**after))
    counts = found.receivers, found.before_only, found.after_only, found.same, found.same_first
    assert (*counts, found.shared) == expected


@pytest.mark.slow
def test_an_experiment_beside_head_on_a_branch_and_a_name_that_is_none(workspace):
    workspace.dvc("exp", "run", "--name", "two", "-S", "datasets.groceries.fit.n_components=2")
    shown = workspace.stage("compare", "HEAD", "two")
    assert shown.returncode == 0 and shown.stderr == ""
    lines = [" ".join(line.split()) for line in shown.stdout.splitlines()]
    assert lines[:4] == ["HEAD → two", "", "groceries", "fit.n_components 3 → 2"]
    assert any(
        re.fullmatch(r"heldout_rmse [\d.]+ ± [\d.]+ → [\d.]+ ± [\d.]+ (within|better|worse) .*", line) for line in lines
    )
    assert "part joined: component 3 + component 2 → component 2 (cosine 0.90)" in lines
    assert "lists: 100 % of their items are kept; of 5 lists 4 stay the same and 5 keep their first item" in lines
    assert any(line.startswith("figures that differ: H, W, components") for line in lines)
    page = workspace.stage("compare", "HEAD", "two", "--page").stdout
    assert page.count("What changed since HEAD") == 3 and page.count("Nothing of this dataset differs.") == 2
    assert "<bdi>part joined: component 3 + component 2 → component 2 (cosine 0.90)</bdi>" in page
    assert workspace.stage("compare", "two").stdout == "two → workspace\n  Nothing differs.\n"
    assert workspace.stage("compare").stdout.splitlines()[1:] == shown.stdout.splitlines()[1:]
    origin, clone = str(workspace.root.parent / "origin.git"), workspace.root.parent / "clone"
    workspace.git("init", "--quiet", "--bare", "--initial-branch=main", origin)
    workspace.git("remote", "add", "origin", origin)
    workspace.git("push", "--quiet", "origin", "main")
    workspace.git("switch", "--quiet", "--create", "two-parts")
    workspace.git("commit", "--quiet", "--all", "--message", "Take two parts")
    workspace.git("push", "--quiet", "--set-upstream", "origin", "two-parts")
    workspace.git("clone", "--quiet", origin, str(clone))
    there = Workspace(clone).stage("compare", "origin/main", "origin/two-parts").stdout
    assert "origin/main lacks: factors of ratings, groceries, ratings-unrated" in " ".join(there.split())
    assert [line for line in there.splitlines() if "heldout" in line] == [
        line for line in shown.stdout.splitlines() if "heldout" in line
    ]
    none = workspace.stage("compare", "nothing")
    assert none.returncode == 1
    assert none.stderr.startswith("compare: unknown Git revision 'nothing'; name a branch")


@pytest.mark.slow
def test_what_no_cache_holds_is_said_and_run_again_beside_the_workspace(workspace):
    workspace.dvc("exp", "run", "--name", "two", "-S", "datasets.groceries.fit.n_components=2")
    whole = workspace.stage("compare", "HEAD", "two").stdout
    parameters = workspace.params()
    parameters["datasets"]["ratings"]["fit"]["n_components"] = 2
    workspace.write_params(parameters)
    stale = workspace.stage("compare", "HEAD").stdout
    assert "workspace lacks: results by its own parameters of ratings; `dvc repro` makes them" in stale
    shutil.rmtree(workspace.root / ".dvc/cache")
    before = workspace.artifacts()
    lacking = workspace.stage("compare", "HEAD", "two").stdout
    assert "HEAD lacks: factors of ratings, groceries, ratings-unrated;" in " ".join(lacking.split())
    assert "heldout_rmse" in lacking and "part joined" not in lacking
    again = workspace.stage("compare", "HEAD", "two", "--run")
    assert again.returncode == 0, again.stderr
    assert again.stdout == whole
    assert "fit groceries: 21 cells" in again.stderr
    assert workspace.artifacts() == before
    assert len(workspace.git("worktree", "list").splitlines()) == 1
