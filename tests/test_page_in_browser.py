"""The page in a real browser: from file://, without a network, in both themes, from phone to wide screen."""

import base64
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import yaml

from pages import HOSTILE, made_of
from ratings_nmf.core import words
from ratings_nmf.figures import colours
from ratings_nmf.files import interim, lists, loadings
from ratings_nmf.page import html
from ratings_nmf.page.codes import integers, numbers
from ratings_nmf.page.html import layers
from ratings_nmf.page.matrices import matrices

pytestmark = pytest.mark.slow

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
REQUIRED = "RATINGS_NMF_BROWSER_TESTS"
DRAWN = "() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"


@pytest.fixture(scope="module")
def browser():
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        reason = f"no browser on PATH ({', '.join(BROWSERS)}); Debian: apt-get install chromium"
        if os.environ.get(REQUIRED) == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    file = tmp_path_factory.mktemp("a page") / "index.html"
    datasets = [
        made_of("groceries", 5, 6),
        made_of("ratings", 5, 4, zeros="missing", k=2),
        made_of("middle", 70, 50),
        made_of("large", 300, 260, zeros="missing"),
        made_of("hostile", 10, 10, row_labels=HOSTILE, column_labels=HOSTILE),
    ]
    file.write_text(html.build(datasets, seed=0), encoding="utf-8")
    return file.as_uri()


class Shown:
    """A page that is open at one dataset, and what it logged and asked for."""

    def __init__(self, page, dataset):
        self.page, self.section = page, page.locator(f"#dataset-{dataset}")
        self.pane = self.part("pane")

    def part(self, name):
        return self.section.locator(f'[data-part="{name}"]')

    def part_of_page(self, name):
        return self.page.locator(f'[data-part="{name}"]').first

    def paper(self):
        return self.page.evaluate("getComputedStyle(document.body).backgroundColor")

    def cell(self):
        terms = self.part("cell").locator("dt").all_inner_texts()
        return dict(zip(terms, self.part("cell").locator("dd").all_inner_texts(), strict=True))

    def show(self, view):
        self.section.locator(f'input[value="{view}"]').check(force=True)

    def press(self, *keys):
        self.pane.focus()
        for key in keys:
            self.page.keyboard.press(key)

    def look_up(self, text):
        """Type into the search box, take the first label found, and return all that were."""
        self.part("search").fill(text)
        found = [option.get_attribute("title") for option in self.part("found").get_by_role("option").all()]
        if found:
            self.part("search").press("Enter")
        return found

    def profile(self, title):
        return self.section.locator(".profile .panels > div").filter(has=self.page.get_by_role("heading", name=title))

    def top_left(self):
        """Read the first cell."""
        self.press("PageUp", *["PageUp"] * 30, "Home")
        return self.cell()


@pytest.fixture
def visit(browser, site):
    contexts = []

    def opened(dataset, *, width=1024, theme="light", **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme, **options)
        contexts.append(context)
        context.set_offline(True)
        page = context.new_page()
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{site}#dataset-{dataset}")
        page.evaluate(DRAWN)
        return Shown(page, dataset)

    troubles, asked = [], []
    yield opened
    for context in contexts:
        assert context.pages[0].evaluate("window.broken") is None
        context.close()
    assert troubles == []
    assert {url.partition("#")[0] for url in asked if not url.startswith("data:")} <= {site}


@pytest.mark.parametrize(
    ("width", "theme"),
    list(product((375, 1024, 1920), ("light", "dark"))),
)
def test_a_visit(visit, width, theme, tmp_path):
    """Hover, move, switch, sort, filter, pick: on every width and in both themes; nothing sticks out."""
    shown = visit("groceries", width=width, theme=theme)
    assert shown.page.evaluate("document.documentElement.scrollWidth") == width
    shown.pane.scroll_into_view_if_needed()
    box = shown.pane.bounding_box()
    shown.page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] - 20)
    hovered = shown.cell()
    assert hovered["row"] == "row 5"
    assert hovered.keys() == {"row", "column", "table", "prediction", "left over"}
    shares = [float(text.split()[0]) for text in shown.part("cell").locator("li span:nth-child(2)").all_inner_texts()]
    assert sum(shares) == pytest.approx(100, abs=3)
    assert shown.top_left()["row"] == "row 1"
    for view in ("reconstruction", "residual", "W", "H", "correlation", "consensus"):
        shown.show(view)
        assert shown.part("shown").inner_text().startswith("Shown: ")
    shown.show("input")
    shown.section.locator("[name=sort-rows]").select_option("0")
    first = shown.top_left()["row"]
    shown.section.locator("[name=sort-rows]").select_option("label")
    assert shown.top_left()["row"] == "row 1" != first
    shown.section.locator("[name=filter-columns]").fill("COLUMN 4")
    assert shown.part("shown").inner_text() == "Shown: 5 rows × 1 of 6 columns."
    shown.section.locator("[name=filter-columns]").fill("none of them")
    assert shown.part("shown").inner_text() == "Nothing matches the filter."
    assert shown.look_up("row 3") == ["row 3"]
    assert shown.profile("Recommendations").locator("tbody tr").count() == 3
    shown.part("counts").locator("input").nth(3).check()
    assert shown.section.locator('[data-score="cv_rmse"]').inner_text() == "1.31"
    assert shown.section.locator(".picked").count() == 1
    shown.page.screenshot(path=tmp_path / "page.png", full_page=True)


@pytest.mark.parametrize(
    ("dataset", "theme"),
    list(product(("groceries", "ratings", "large", "hostile"), ("light", "dark"))),
)
def test_accessible(visit, dataset, theme):
    from axe_playwright_python.sync_playwright import Axe

    shown = visit(dataset, theme=theme, bypass_csp=True)  # axe itself is injected as a script
    for details in shown.section.locator("details").all():
        details.evaluate("found => { found.open = true; }")
    shown.press("ArrowDown")
    shown.part("map").locator("button").first.click()
    shown.look_up("row 1" if dataset != "hostile" else HOSTILE[0])
    found = Axe().run(shown.page).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in found] == []


@pytest.mark.parametrize(
    ("dataset", "theme"),
    [("ratings", "light"), ("ratings", "dark"), ("large", "light"), ("large", "dark"), ("large", "print")],
)
def test_every_text_has_contrast(visit, dataset, theme):
    """In every state that a reader sees; the numbers in cells have their own test."""
    shown = visit(dataset, theme="light" if theme == "light" else "dark")
    for details in shown.section.locator("details").all():
        details.evaluate("found => { found.open = true; }")
    shown.press("ArrowDown")
    shown.part("map").locator("button").first.click()
    shown.look_up("row 1")
    shown.part("search").fill("row")
    if theme == "print":
        shown.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        shown.page.emulate_media(media="print", color_scheme="dark")
    found = shown.page.evaluate((Path(__file__).parent / "contrasts.js").read_text(encoding="utf-8"))
    assert len(found) > 100
    assert [each for each in found if each[0] < 4.5] == []


def test_prediction_is_the_product_that_python_computes(visit):
    sources = made_of("groceries", 5, 6)
    shown = visit("groceries")
    shown.press("ArrowDown", "ArrowDown", "ArrowRight")
    told = shown.cell()
    known, predicted = sources.table.dense()[1, 1], sources.factors.reconstruction()[1, 1]
    assert float(told["table"]) == pytest.approx(known, rel=0.01)
    assert float(told["prediction"]) == pytest.approx(predicted, rel=0.01)
    assert float(told["left over"].replace("−", "-")) == pytest.approx(known - predicted, rel=0.02, abs=1e-3)


def test_keyboard_alone_reads_every_corner(visit):
    shown = visit("middle")
    shown.press("ArrowDown", "End", *["PageDown"] * 10)
    assert (shown.cell()["row"], shown.cell()["column"]) == ("row 70", "column 50")
    spoken = shown.part("spoken").inner_text()
    assert re.match(r"row row 70, column column 50, table .*, prediction .*, left over .*, component \d .* %", spoken)
    assert shown.pane.evaluate("pane => pane.scrollTop + pane.clientHeight >= pane.scrollHeight - 2")
    shown.press("ArrowUp", "Home")
    assert (shown.cell()["row"], shown.cell()["column"]) == ("row 69", "column 1")


def test_a_large_table_is_shown_in_blocks(visit):
    shown = visit("large")
    assert "300 rows in 200 blocks and 260 columns in 200 blocks" in shown.section.inner_text()
    shown.press("ArrowDown")
    assert re.fullmatch(r"row \d+( and \d+ more)?", shown.cell()["row"])
    assert {"mean table", "mean prediction"} <= shown.cell().keys()


def test_what_was_not_rated_is_said(visit):
    sources = made_of("ratings", 5, 4, zeros="missing", k=2)
    row, column = next(zip(*(sources.table.dense() != sources.table.dense()).nonzero(), strict=True))
    shown = visit("ratings")
    shown.press("ArrowDown", *["ArrowDown"] * row, *["ArrowRight"] * column)
    assert shown.cell()["table"] == "not rated"
    assert "left over" not in shown.cell()
    assert shown.part("grey").is_visible()


def test_labels_are_text_everywhere(visit):
    shown = visit("hostile")
    text = shown.section.inner_text()
    for label in (HOSTILE[0], HOSTILE[1], "{{7*7}}", "&amp;lt;", "⟨U+202E⟩gnp.exe⟨U+2028⟩end", "(10,000 characters)"):
        assert label in text
    shown.section.locator("[name=filter-rows]").fill("<script>window")
    shown.press("ArrowDown")
    assert shown.cell()["row"] == HOSTILE[0]
    for label in HOSTILE[:5]:
        assert label in shown.look_up(label)
        assert shown.section.locator(".profile h3").inner_text() == label
    assert shown.page.locator("section img, section script").count() == 0


COUNTED = """window.counts = [];
for (const name of ["putImageData", "drawImage"]) {
  const own = CanvasRenderingContext2D.prototype[name];
  CanvasRenderingContext2D.prototype[name] = function (...given) {
    counts.push([this.canvas.closest("section")?.dataset.name ?? null, name]);
    return own.apply(this, given);
  };
}
"""


def test_work_is_done_once_and_for_what_is_looked_at(browser, site):
    """Of all datasets the open one is laid out and drawn; a frame draws once, whatever happened before it."""
    page = browser.new_page()
    page.add_init_script(COUNTED)
    page.goto(f"{site}#dataset-large")
    page.evaluate(DRAWN)
    counts = page.evaluate("counts.splice(0)")
    assert {name for name, _ in counts} <= {"large", None}
    assert counts.count(["large", "drawImage"]) == 1
    page.evaluate("""() => {
      const pane = document.querySelector("#dataset-large [data-part=pane]");
      for (let step = 0; step < 20; step++) pane.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
    }""")
    page.evaluate(DRAWN)
    assert page.evaluate("counts.splice(0)") == [["large", "drawImage"]]
    page.evaluate("document.documentElement.classList.remove('scripted')")
    assert not page.locator("section[data-name]:visible").count()  # nothing is laid out while the page is still read
    page.close()


def test_what_a_profile_needs_is_unpacked_before_one_is_asked_for(browser, site):
    page = browser.new_page()
    page.add_init_script("window.unpacked = 0; const own = atob; window.atob = (text) => (unpacked++, own(text));")
    page.goto(f"{site}#dataset-large")
    page.wait_for_timeout(1000)
    before = page.evaluate("unpacked")
    assert Shown(page, "large").look_up("row 3")
    assert page.evaluate("unpacked") == before > 5
    page.close()


def test_theme_can_be_chosen(visit):
    shown = visit("groceries", theme="light")
    colours = set()
    for _ in range(3):
        colours.add((shown.part_of_page("theme").inner_text(), shown.paper()))
        shown.part_of_page("theme").click()
    assert {theme for theme, _ in colours} == {"Theme: system", "Theme: light", "Theme: dark"}
    assert len({paper for _, paper in colours}) == 2


def test_datasets_are_one_click_apart(visit):
    shown = visit("groceries")
    shown.page.get_by_role("link", name="ratings", exact=True).click()
    assert not shown.section.is_visible()
    assert shown.page.locator("#dataset-ratings").is_visible()
    assert shown.page.locator("nav [aria-current]").inner_text() == "ratings"


def test_every_dataset_begins_as_far_below_the_bar(visit):
    shown = visit("groceries")
    gaps = set()
    for name in ("groceries", "ratings", "middle"):
        shown.page.get_by_role("link", name=name, exact=True).click()
        shown.page.evaluate("scrollTo(0, 0)")
        bar, title = shown.page.locator(".bar-top"), shown.page.locator(f"#dataset-{name} h2")
        gaps.add(title.bounding_box()["y"] - bar.bounding_box()["height"])
    assert len(gaps) == 1 and 30 < gaps.pop() < 60


def test_without_scripts_everything_but_the_heatmap_is_there(visit, browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site)
    assert page.locator("#dataset-groceries").get_by_text("The same as a table").is_visible()
    assert page.locator(".chart svg").first.is_visible()
    assert not page.locator(".needs-script:visible").count()
    context.close()


def test_a_print_holds_every_dataset_in_light_ink_and_whole(visit):
    """Printed from dark mode: all datasets, every heatmap with its legend, nothing wider than the paper."""
    shown = visit("groceries", theme="dark")
    shown.page.evaluate("addEventListener('afterprint', () => { window.printed = true; })")
    shown.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    shown.page.emulate_media(media="print", color_scheme="dark")
    shown.page.set_viewport_size({"width": 718, "height": 1000})
    assert not shown.part("controls").is_visible()
    assert shown.paper() == "rgb(255, 255, 255)"
    assert shown.page.locator("section[data-name]:visible").count() == 5
    assert shown.page.locator("#dataset-middle .printed figure:visible").count() == 7
    assert shown.page.locator(".printed .scale:visible").count() >= 5 * 5
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= 718
    gaps = shown.page.evaluate("""() => [...document.querySelectorAll(".wide-table tr")].flatMap((line) => {
      const found = [...line.querySelectorAll("td.number")].map((cell) => {
        const range = document.createRange();
        range.selectNodeContents(cell);
        return range.getBoundingClientRect();
      });
      return found.slice(1).map((box, at) => box.left - found[at].right);
    })""")
    assert min(gaps) > 5  # numbers of a table stand apart
    whole = shown.page.locator("#dataset-hostile .printed li").all_text_contents()
    assert max(map(words.label, HOSTILE), key=len) in whole
    assert not shown.page.locator("#dataset-groceries .printed li").count()
    tops = [box.bounding_box()["y"] for box in shown.page.locator("#dataset-ratings .printed figure").all()]
    assert tops[0] == tops[1]  # small ones stand side by side
    inks = shown.page.evaluate("""() => [...document.querySelectorAll(".printed canvas")].map((canvas) => {
      if (canvas.height === 1) return 0;
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, 40);
      let dark = 255;
      for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 200) dark = Math.min(dark, data[at]);
      return dark;
    })""")
    assert max(inks) < 90  # labels are dark on white
    shown.page.evaluate("dispatchEvent(new Event('afterprint'))")
    shown.page.emulate_media(media="screen")
    assert shown.page.locator("section[data-name]:visible").count() == 1
    assert shown.page.pdf(format="A4").count(b"/Type /Page\n") >= 10
    assert shown.page.evaluate("window.printed")


def test_plots_of_dvc_need_no_network(browser, reproduced, tmp_path):
    workspace = reproduced.copy(tmp_path / "ratings nmf")
    (workspace.root / "survey.csv").write_text("n_components,cv_rmse\n1,1.5\n2,1.1\n3,0.9\n", encoding="utf-8")
    (workspace.root / "choice.json").write_text('{"n_components": 3}', encoding="utf-8")  # holds nothing to draw
    shown = ("survey.csv", "choice.json", "-x", "n_components", "-y", "cv_rmse")
    workspace.dvc("plots", "show", *shown, "--out", str(tmp_path / "plots"))
    context = browser.new_context()
    context.set_offline(True)
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tmp_path / "plots/index.html").as_uri())
    page.locator("canvas.marks, svg.marks").wait_for()
    assert page.locator(".vega-embed").count() == 1
    assert all(url.startswith(("file:", "data:", "blob:")) for url in asked)
    context.close()


def test_a_label_is_no_script_in_the_plots_of_dvc(browser, checkout, in_process, tmp_path):
    """DVC puts what it plots into its page as it is: labels of rows, columns and components stand in none of it."""
    workspace = checkout.copy(tmp_path / "ratings nmf")
    script = "</script><script>window.broken=1</script>"
    table = workspace.root / "data/raw/groceries.csv"
    lines = table.read_text(encoding="utf-8").replace("John", script).replace("bread", f"bread{script}")
    table.write_text(lines, encoding="utf-8")
    (workspace.root / "data/test").mkdir(exist_ok=True)
    (workspace.root / "data/test/cells.csv").write_text(f"a,b,c\n{script},Alice,1\nfruits,Mary,1\n", encoding="utf-8")
    params = workspace.params()
    params["datasets"] = {"groceries": params["datasets"]["groceries"]}
    params["datasets"]["groceries"]["fit"]["names"] = [script, "b", "c"]
    params["datasets"]["groceries"]["evaluate"] = {"test": "data/test/cells.csv"}
    workspace.write_params(params)
    in_process(workspace, "ingest", "survey", "fit", "evaluate", "recommend")
    for file in (workspace.root / "reports/metrics").rglob("*.*"):
        assert "script" not in file.read_text(encoding="utf-8"), file
    workspace.dvc("plots", "show", "--out", str(tmp_path / "plots"))
    page = browser.new_page()
    page.goto((tmp_path / "plots/index.html").as_uri())
    page.locator("canvas.marks, svg.marks").first.wait_for()
    assert page.locator(".vega-embed").count() >= 3
    assert page.evaluate("window.broken") is None
    page.close()


@pytest.fixture(scope="module")
def modules(browser):
    """Return a function that runs an expression over modules of the page's script."""
    page = browser.new_page()
    page.add_script_tag(content="\n".join(html.script_of(name) for name in html.SCRIPTS if name != "page"))
    yield page.evaluate
    page.close()


def test_shortened_labels_stay_apart(modules):
    films = [
        f"The Lord of the Rings: The {part} (200{n})"
        for n, part in enumerate(("Fellowship of the Ring", "Two Towers", "Return of the King"))
    ]
    for labels in (films, ["a" * 40 + str(n) for n in range(30)], ["short", "other"], ["one and the same label"] * 2):
        for longest in (12, 18, 28):
            short = modules("([labels, longest]) => shortened(labels, longest)", [labels, longest])
            assert len(set(short)) == len(set(labels))
            assert max(map(len, short)) <= longest + 2


def test_numbers_of_the_page_are_read_as_written(modules):
    values = np.random.default_rng(0).normal(0, 5, 500)
    values[::9] = 0
    found = modules("packed => [...numbers(packed)]", numbers(values))
    np.testing.assert_allclose(found, values, rtol=6e-3)
    places = np.array([0, 70_000])
    assert modules("packed => [...integers(packed)]", integers(places)) == places.tolist()


def test_ink_on_every_colour_of_a_heatmap_has_contrast(modules):
    stops = [colours.AMOUNT, colours.DIFFERENCE, colours.LEVEL]
    lowest = modules(
        """stops => Math.min(...stops.flatMap((each) => ramp(each.map(channels))).map((colour) => {
      const [light, ink] = [luminance(colour), luminance(channels(inkOn(colour)))];
      return (Math.max(light, ink) + 0.05) / (Math.min(light, ink) + 0.05);
    }))""",
        stops,
    )
    assert lowest >= 4.5


def test_a_logarithmic_scale_spreads_what_a_linear_one_hides(modules):
    values = [0.0, *np.geomspace(1, 1e5, 101).tolist()]
    places = modules("values => values.map(amounts('log', Float64Array.from(values)).place)", values)
    assert places[0] == 0 and places[-1] == 1 and places == sorted(places)
    assert 0.4 < places[51] < 0.6
    assert modules("values => values.map(amounts('linear', Float64Array.from(values)).place)", values)[51] < 0.01


@pytest.mark.parametrize(
    "address", ["#%", "#dataset-%E0%A4%A", "#content", "#dataset-none", "#dataset-groceries?cell=x&block=1&view=none"]
)
def test_an_address_that_makes_no_sense_changes_nothing(visit, address):
    shown = visit("groceries")
    shown.page.evaluate("address => { location.hash = address }", address)
    shown.page.wait_for_timeout(50)
    assert shown.section.is_visible()
    assert shown.part("shown").inner_text() == "Shown: 5 rows × 6 columns."


def test_the_skip_link_skips_and_stays(visit):
    shown = visit("ratings")
    shown.page.locator(".skip").focus()
    shown.page.keyboard.press("Enter")
    assert shown.page.evaluate("document.activeElement.id") == "content"
    assert shown.section.is_visible()


@pytest.mark.parametrize("dataset", ["groceries", "large"])
def test_any_label_can_be_looked_up(visit, dataset):
    """Rows and columns, those within blocks too; what is not there is said not to be."""
    sources = made_of("large", 300, 260, zeros="missing") if dataset == "large" else made_of("groceries", 5, 6)
    shown = visit(dataset)
    assert shown.look_up("none of them") == []
    assert "No such label" in shown.part("found-count").inner_text()
    column = sources.table.shape[1] - 1
    label = sources.table.column_labels[column]
    assert shown.look_up(label.upper())[0] == label
    stored = int((sources.table.columns == column).sum())
    assert shown.section.locator(".profile h4").all_inner_texts()[1].startswith(f"{stored} known cells")
    row = 2
    assert shown.look_up(sources.table.row_labels[row])[0] == sources.table.row_labels[row]
    lists = sources.recommendations
    items = [sources.table.column_labels[item] for item in lists.items[lists.receivers == row]]
    assert shown.profile("Recommendations").locator("tbody a").all_inner_texts() == items
    guess = sources.factors.reconstruction()[row, lists.items[lists.receivers == row][0]]
    told = shown.profile("Recommendations").locator("tbody tr").first.inner_text()
    assert f"{guess:.3g}"[:4] in told
    shown.profile("Rows most alike").locator("a").first.click()
    assert shown.section.locator(".profile h3").inner_text() != sources.table.row_labels[row]


def test_back_goes_back_and_an_address_brings_everything_back(visit):
    shown = visit("groceries")
    shown.look_up("row 2")
    shown.show("residual")
    shown.section.locator("[name=sort-rows]").select_option("label")
    shown.press("ArrowDown", "ArrowDown", "ArrowRight")
    seen = shown.cell()
    shown.page.wait_for_timeout(400)
    address = shown.page.url
    other = visit("ratings")
    other.page.goto(address)
    other.page.reload()
    again = Shown(other.page, "groceries")
    assert again.cell() == seen
    assert again.section.locator(".profile h3").inner_text() == "row 2"
    assert again.section.locator("input[value=residual]").is_checked()
    shown.page.go_back()
    shown.page.wait_for_timeout(50)
    assert shown.section.locator("[name=sort-rows]").input_value() == "given"
    shown.page.go_back()
    shown.page.wait_for_timeout(50)
    assert shown.section.locator("input[value=input]").is_checked()
    shown.page.go_back()
    shown.page.wait_for_timeout(50)
    assert shown.section.locator(".profile").count() == 0


def test_the_cell_stays_while_the_view_changes(visit):
    shown = visit("groceries")
    shown.press("ArrowDown", "ArrowDown", "ArrowRight")
    seen = shown.cell()
    for view in ("reconstruction", "residual"):
        shown.show(view)
        assert shown.cell() == seen
    shown.show("W")
    shown.show("input")
    assert shown.cell() == seen


def test_a_block_opens_into_its_cells(visit):
    sources = made_of("large", 300, 260, zeros="missing")
    shown = visit("large")
    shown.press("ArrowDown")
    shown.section.get_by_role("button", name="Open this block’s cells").click()
    assert re.fullmatch(r"Shown: \d rows? × \d columns?\.", shown.part("shown").inner_text())
    shown.press("ArrowDown")
    cell = shown.cell()
    place = sources.table.row_labels.index(cell["row"]), sources.table.column_labels.index(cell["column"])
    value = sources.table.dense()[place]
    assert cell["table"] == "not rated" if np.isnan(value) else float(cell["table"]) == pytest.approx(value, rel=0.01)
    shown.page.go_back()
    shown.page.wait_for_timeout(50)
    assert "blocks" in shown.part("shown").inner_text()


def test_a_block_has_only_the_views_that_its_cells_have(visit):
    """An address that asks for another shows the table."""
    shown = visit("large")
    shown.page.goto(shown.page.url.partition("#")[0] + "#dataset-large?view=correlation&block=3,4")
    assert shown.section.locator("input[value=input]").is_checked()
    for view in ("correlation", "consensus"):
        assert shown.section.locator(f"input[value={view}]").is_disabled()
    shown.part("back").click()
    shown.show("correlation")
    assert shown.part("shown").inner_text() == "Shown: 200 blocks of rows × 200 blocks of rows."


def test_an_example_stays_one_until_somebody_points(visit):
    """In any view, and in no address: on a phone the answer to a tap covers a part of the screen."""
    shown = visit("groceries", width=375)
    for view in ("reconstruction", "residual", "input"):
        shown.show(view)
        assert shown.part("cell").inner_text().startswith("For example")
        assert shown.part("cell").evaluate("cell => getComputedStyle(cell).position") == "static"
    assert "cell=" not in shown.page.url
    shown.show("residual")
    shown.press("ArrowDown", "End", "ArrowDown")
    assert shown.part("cell").evaluate("cell => getComputedStyle(cell).position") == "sticky"
    largest = np.unravel_index(made_of("groceries", 5, 6).table.dense().argmax(), (5, 6))
    for _ in range(3):
        shown.page.go_back()
    shown.page.wait_for_timeout(50)
    assert shown.part("cell").inner_text().startswith("For example")
    assert shown.cell()["row"] == f"row {largest[0] + 1}"


@pytest.mark.parametrize("view", ["consensus", "correlation"])
def test_the_cell_told_is_the_one_that_is_pointed_at(visit, view):
    """Also where both sides show the same lines: the first with the last, and the other way round."""
    shown = visit("middle")
    shown.show(view)
    first, second = ([*place] for place in (("End",), ("Home", *["PageDown"] * 20)))
    told = []
    for keys in (first, second):
        shown.press("ArrowDown", "Home", *["PageUp"] * 20, *keys)
        told.append(shown.part("cell").locator("dd").all_inner_texts())
    (one, other, value), (row, column, same) = told
    assert one != other and (row, column, same) == (other, one, value)


ANY = ("$& 'row' \"{}\"", "{:03}", "x" * 300 + "{}", "\u202e\n{}", " no {:3} ", "{}\\'`ls`", "$(ls) {}")


def test_what_the_page_lacks_its_commands_print(browser, tmp_path, monkeypatch):
    """The cells of a block and of a line, its loadings and its list, whatever the label: the page may shorten it."""
    labels = tuple(ANY[row % len(ANY)].format(row) for row in range(300))
    sources = made_of("large", 300, 260, zeros="missing", row_labels=labels)
    table, factors, best = sources.table, sources.factors, sources.recommendations
    monkeypatch.chdir(tmp_path)
    interim.write("large", [table], lambda: sources.profile)
    with loadings.writing("large", factors.columns_frame(table.column_labels), beside={}, csv=True) as add:
        add(factors.rows_frame(labels), {})
    names = {"receivers": labels, "items": table.column_labels, "components": factors.components}
    lists.write("large", [best.to_columns(**names)])
    file = tmp_path / "index.html"
    file.write_text(html.build([sources], seed=0, most=0), encoding="utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    page.evaluate(DRAWN)
    shown = Shown(page, "large")
    commands, named = [], {}
    data = json.loads(page.locator("#page-data").text_content())["datasets"]["large"]["rows"]
    raw = np.frombuffer(base64.b64decode(data["places"]["codes"]), f"<u{data['places']['bytes']}").tolist()
    for row in range(len(ANY)):
        found = shown.look_up(data["labels"][raw.index(row)])
        *whole, weights, line, listed = shown.section.locator(".profile code").all_text_contents()
        commands.append((weights, line, listed))
        named.update(dict.fromkeys(whole, labels[row]))
        assert bool(whole) == ("…" in found[0])
    shown.press("ArrowDown", "PageDown", "PageDown", "End")
    block = shown.part("cell").locator("code").text_content()
    mean = float(shown.cell()["mean table"])
    page.close()

    def printed(command):
        own = command.replace("python", shlex.quote(sys.executable), 1)
        done = subprocess.run(own, shell=True, cwd=tmp_path, capture_output=True, text=True, check=True)
        return done.stdout.splitlines()

    def last(lines):
        return [float(line.split()[-1]) for line in lines]

    assert any(len(label) > 300 for label in named.values())
    for command, label in named.items():
        assert printed(command)[1].endswith(label)
    weights, line, _ = commands[2]
    assert last(printed(weights)) == pytest.approx(factors.W[2], abs=1e-5)
    known = table.dense()[2]
    assert last(printed(line)[1:]) == known[~np.isnan(known)].tolist()
    assert np.mean(last(printed(block)[1:])) == pytest.approx(mean, rel=0.01)
    for row, (*_, listed) in enumerate(commands):
        items = [table.column_labels[item] for item in best.items[best.receivers == row]]
        assert [next(item for item in items if re.search(rf"{item}\b", line)) for line in printed(listed)[1:]] == items


def test_predictions_stay_on_the_scale(visit):
    sources = made_of("ratings", 5, 4, zeros="missing", k=2)
    product, (_, high) = sources.factors.W @ sources.factors.H, sources.table.range
    row, column = np.unravel_index(product.argmax(), product.shape)
    shown = visit("ratings")
    shown.press("ArrowDown", *["ArrowDown"] * int(row), *["ArrowRight"] * int(column))
    told = shown.cell()
    assert float(told["prediction"]) == pytest.approx(high, rel=0.01)
    assert float(told["beyond the scale"].replace("−", "-")) == pytest.approx(high - product[row, column], rel=0.01)


def test_levels_stand_beside_the_parts(visit):
    shown = visit("ratings")
    assert not shown.part("level").is_visible()
    for view in ("W", "H"):
        shown.show(view)
        assert shown.part("level").is_visible()
        assert "2 components" in shown.part("shown").inner_text()


def test_on_a_phone_the_answer_to_a_tap_is_on_the_screen(visit):
    shown = visit("groceries", width=375)
    shown.pane.scroll_into_view_if_needed()
    box = shown.pane.bounding_box()
    shown.page.mouse.click(box["x"] + 200, box["y"] + 160)
    assert shown.page.evaluate("""() => {
      const box = document.querySelector("#dataset-groceries [data-part=cell]").getBoundingClientRect();
      return box.top > 0 && box.bottom <= innerHeight + 1;
    }""")
    sizes = shown.page.evaluate("""() => [...document.querySelectorAll("#dataset-groceries .chart text")]
      .filter((text) => text.getBoundingClientRect().width)
      .map((text) => [parseFloat(getComputedStyle(text).fontSize), text.getScreenCTM()])
      .map(([size, { a, b }]) => size * Math.hypot(a, b))""")
    assert min(sizes) >= 11


def test_on_a_phone_what_is_told_begins_at_its_top(visit):
    shown = visit("large", width=375)
    shown.press("ArrowDown")
    shown.part("cell").evaluate("cell => { cell.scrollTop = 1000; }")
    shown.press("ArrowRight")
    shown.page.evaluate(DRAWN)
    assert shown.part("cell").evaluate("cell => [cell.scrollTop, cell.scrollHeight > cell.clientHeight]") == [0, True]
    shown.section.get_by_role("button", name="Open this block’s cells").click()
    shown.page.evaluate(DRAWN)
    assert shown.part("cell").evaluate("cell => cell.scrollTop") == 0


def test_search_puts_equal_labels_first_then_those_that_begin_so(modules):
    labels = {"rows": ["abc", "Äb", "cab", "a", ""], "columns": ["b", "ab"]}
    found = modules("([labels, text]) => searchOf(labels)(text)", [labels, "Ab"])
    assert [(each["side"], each["line"]) for each in found["found"]] == [
        ("rows", 1), ("columns", 1), ("rows", 0), ("rows", 2)
    ]  # fmt: skip
    assert found["count"] == 4
    assert modules("labels => searchOf(labels)('').count", labels) == 7
    assert modules("labels => searchOf(labels)('none').count", labels) == 0


def test_search_finds_what_a_plain_search_finds_among_200_000(modules):
    assert modules("""() => {
      const side = (count, name) => Array.from({ length: count }, (_, at) => `${name} ${at} of ${(at * 7919) % 99991}`);
      const labels = { rows: side(150000, "Reader"), columns: side(50000, "book") };
      const search = searchOf(labels);
      return ["reader", "99991", "of 12", "k 49999", "none"].every((text) =>
        search(text).count ===
          Object.values(labels).flat().filter((label) => label.toLowerCase().includes(text)).length);
    }""")


def test_reasons_add_up_to_the_prediction(visit):
    shown = visit("ratings")
    shown.look_up("row 3")
    for line in shown.profile("Recommendations").locator("tbody tr").all():
        *_, predicted, reason = line.locator("td").all_inner_texts()
        assert re.match(r"[\d.]+ level", reason)
        terms = re.findall(r"(?:^|([+−]) )([\d.]+) [a-z]", reason.partition(";")[0])
        total = sum(float(amount) * (-1 if sign == "−" else 1) for sign, amount in terms)
        assert total == pytest.approx(float(predicted), rel=0.02)


def test_a_part_opens_its_list_and_sorts_the_heatmap(visit):
    """Weight at λ 1, what sets the part apart at 0; Back closes it again; its name goes into the block to paste."""
    sources = made_of("groceries", 5, 6)
    W, totals = sources.factors.W, sources.factors.H.sum(axis=1)
    own = (W * totals)[:, 1] / (W * totals).sum(axis=1)
    counts = W[:, 1] > 0.01 * W[:, 1].max()
    shown = visit("groceries")
    shown.section.get_by_role("button", name="component 2", exact=False).first.click()
    slider, rows = shown.part("whole").locator("input[type=range]").first, shown.part("whole").locator("tbody").first
    for place, scores in (("1", W[:, 1]), ("0", own)):
        slider.fill(place)
        order = [f"row {row + 1}" for row in np.argsort(-scores) if counts[row]]
        assert rows.locator("td:first-child").all_inner_texts() == order
    assert shown.section.locator("[name=sort-columns]").input_value() == "1"
    assert shown.top_left()["row"] == f"row {W[:, 1].argmax() + 1}"
    name = shown.part("whole").get_by_label("Name")
    name.fill("component 1")
    assert shown.part("whole").get_by_role("status").inner_text() == "Another component is called so."
    name.fill('"b": <i>')
    block = yaml.safe_load(shown.part("whole").locator("pre").inner_text())
    assert block == {"datasets": {"groceries": {"fit": {"names": ["component 1", '"b": <i>', "component 3"]}}}}
    assert shown.section.locator("[name=sort-rows] option[value='1']").inner_text() == '"b": <i>'
    shown.page.go_back()
    assert shown.part("whole").inner_text() == ""


def test_alike_parts_are_near_on_the_map_and_circles_stay_apart(modules):
    sides = [[[1, 0, 0], [0.9, 0.1, 0], [0, 0, 1]]] * 2
    places = np.array(modules("sides => placesOf(sides)", sides))
    assert np.linalg.norm(places[0] - places[1]) < np.linalg.norm(places[0] - places[2]) / 2
    room = np.array(modules("() => apart([[0, 0], [0, 0], [0, 0], [1, 1]], [60, 40, 40, 40], [300, 200])"))
    gaps = [np.linalg.norm(room[one] - room[other]) for one in range(4) for other in range(one)]
    assert min(gaps) > 40


def test_the_head_of_a_card_is_one_line_where_names_are_short(visit):
    for width in (375, 768, 1280):
        shown = visit("ratings", width=width)
        heads = shown.section.locator(".cards .heads")
        assert {round(head.bounding_box()["height"] / 26) for head in heads.all()} == {1}
        assert "of all parts" in heads.first.inner_text()


def test_long_labels_are_whole_where_there_is_room(browser, tmp_path):
    """On cards, in tables of a profile, beside few columns; what a found label is stands in one piece."""
    labels = [tuple(f"{'one and the same beginning ' * 3}of {side} {line}" for line in range(40)) for side in "ab"]
    sources = made_of("long", 40, 25, row_labels=labels[0], column_labels=labels[1][:25])
    file = tmp_path / "index.html"
    file.write_text(html.build([sources], seed=0), encoding="utf-8")
    page = browser.new_page(viewport={"width": 375, "height": 800})
    page.goto(file.as_uri())
    page.evaluate(DRAWN)
    shown = Shown(page, "long")
    shown.look_up("of b 7")
    shown.part("search").fill("of a 1")
    clipped = page.evaluate("""() => [...document.querySelectorAll(".cards bdi, .profile td, .profile .broad")]
      .filter((each) => each.scrollHeight > each.clientHeight + 2 && getComputedStyle(each).display !== "inline")
      .map((each) => each.textContent)""")
    assert clipped == []
    kinds = shown.part("found").locator("li > .muted")
    assert {round(box.bounding_box()["height"] / 22) for box in kinds.all()} == {1}
    assert shown.page.evaluate("document.documentElement.scrollWidth") == 375
    page.close()


LAID_OUT = """([data, width, print]) => {
  const orders = { rows: { sort: "given", text: "" }, columns: { sort: "given", text: "" } };
  const picture = pictureOf(wholeTable(data), "input", { orders, scale: "linear" });
  const context = document.createElement("canvas").getContext("2d");
  const { marked, texts, ...size } = layoutOf(picture, context, width, { print });
  const [names, heads] = texts.map((each) => [...each.values()]);
  const longest = [names, heads].map((labels) => Math.max(...labels.map((text) => context.measureText(text).width)));
  return { ...size, longest, marked: marked.map((places) => places.length), texts: [names, heads] };
}"""


@pytest.mark.parametrize("letter", ["i", "e", "W", "語"])
def test_labels_fit_and_stay_apart_whatever_their_letters(modules, letter):
    labels = tuple(f"{letter * (5 + 9 * (line % 5))}: part {line}{letter * 30} ({line})" for line in range(40))
    sources = made_of("a", 40, 40, row_labels=labels, column_labels=labels)
    data = matrices(sources.table, sources.factors)
    for width in (300, 700, 1400):
        shown = modules(LAID_OUT, [data, width, False])
        for longest, room, texts in zip(
            shown["longest"], (shown["gutter"], shown["head"]), shown["texts"], strict=True
        ):
            assert longest <= room - 12
            assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("shape", [(2, 2), (5, 6), (200, 200), (10_000, 4), (3, 20_000)])
def test_a_heatmap_fits_on_paper_and_scrolls_on_a_screen(modules, shape):
    """On paper no picture is cut; on a screen every cell is seen, and numbers can be read."""
    sources = made_of("a", *shape)
    data = matrices(sources.table, sources.factors)
    paper = modules(LAID_OUT, [data, 700, True])
    assert paper["width"] <= 701 and paper["height"] <= 960
    assert min(paper["marked"]) >= 2
    for width in (300, 700, 1400):
        screen = modules(LAID_OUT, [data, width, False])
        assert min(screen["cellWidth"], screen["cellHeight"]) >= (24 if screen["numbers"] else 3)
        assert screen["numbers"] == (shape[0] * shape[1] <= 400)
        for labels in screen["texts"]:
            assert len(set(labels)) == len(labels)


def test_labels_of_rows_have_what_few_columns_leave(modules):
    labels = tuple(f"a label of about forty characters: {row}" for row in range(40))
    data = matrices(*(getattr(made_of("a", 40, 3, row_labels=labels), name) for name in ("table", "factors")))
    for print_ in (False, True):
        assert modules(LAID_OUT, [data, 1000, print_])["texts"][0] == list(labels)
    narrow = modules(LAID_OUT, [data, 340, False])
    assert narrow["gutter"] < 0.4 * 340 and len(set(narrow["texts"][0])) == 40


def test_a_picture_with_numbers_fits_on_a_sheet_with_its_legend(modules):
    """60 rows below long headings, too: a sheet has 979 pixels at least, and caption and legend take 60."""
    heads = tuple(f"{'a component with a long name ' * 2}{column}" for column in range(3))
    sources = made_of("a", 60, 3, column_labels=heads)
    paper = modules(LAID_OUT, [matrices(sources.table, sources.factors), 700, True])
    assert paper["numbers"] and paper["height"] <= 979 - 60


@pytest.mark.parametrize(("width", "numbers"), [(300, False), (700, False), (1000, False), (2000, True)])
def test_numbers_do_not_make_many_columns_scroll(modules, width, numbers):
    sources = made_of("a", 8, 38)
    screen = modules(LAID_OUT, [matrices(sources.table, sources.factors), width, False])
    assert screen["numbers"] == numbers and screen["width"] <= max(width, 300)


def test_an_address_brings_back_what_it_was_made_of(modules):
    view = {
        "view": "W",
        "scale": "log",
        "block": [3, 4],
        "rows": {"sort": "1", "text": "a&b=c"},
        "columns": {"sort": "given", "text": ""},
        "at": {"rows": 2, "components": 1},
    }
    state = ["the data", {"side": "rows", "label": "50 % of #1?"}, view]
    found = modules("state => addressOf(addressFor(...state))", state)
    assert [found[name] for name in ("dataset", "line", "view")] == state


@pytest.mark.parametrize("shape", [(6, 5), (300, 260)])
def test_lines_know_their_cells_and_those_most_alike(modules, shape):
    sources = made_of("a", *shape, zeros="missing")
    data = matrices(sources.table, sources.factors) | layers(sources)
    found = modules(
        """data => {
      const lines = linesOf(data);
      return [lines.labels, lines.known("rows", 2), lines.known("columns", 3), lines.nearest("rows", 2, 5)];
    }""",
        data,
    )
    labels, row, column, near = found
    order = [sources.table.row_labels.index(label) for label in labels["rows"]]
    columns = [sources.table.column_labels.index(label) for label in labels["columns"]]
    dense = np.nan_to_num(sources.table.dense()[np.ix_(order, columns)])
    for known, cells in ((row, dense[2]), (column, dense[:, 3])):
        assert sorted(place for place, _ in known) == np.flatnonzero(cells).tolist()
        assert [value for _, value in known] == sorted((value for _, value in known), reverse=True)
        np.testing.assert_allclose([value for _, value in known], cells[[place for place, _ in known]], rtol=1e-2)
    parts = sources.factors.parts
    W = sources.factors.W[order, :parts] * np.sqrt((sources.factors.H[:parts] ** 2).sum(axis=1))
    cosines = (W @ W[2]) / np.linalg.norm(W, axis=1) / np.linalg.norm(W[2])
    cosines[2] = -1
    np.testing.assert_allclose([cosine for _, cosine in near], np.sort(cosines)[::-1][:5], atol=1e-3)


def test_the_interval_is_a_view_of_draws_alone(visit, modules):
    """An address that asks for it elsewhere shows the table."""
    width = modules("""() => tableOf({ rows: { labels: ["a"] }, columns: { labels: ["x", "y"] } },
      { components: ["c"], parts: 1 }, { draws: { predicted: [1, 2], low: [0.5, 1], high: [1, 4] } })
      .value.interval(0, 1)""")
    assert width == 3
    shown = visit("ratings")
    assert not shown.section.locator('input[value="interval"]').count()
    shown.page.goto(shown.page.url.partition("#")[0] + "#dataset-ratings?view=interval")
    assert shown.section.locator('input[value="input"]').is_checked()
