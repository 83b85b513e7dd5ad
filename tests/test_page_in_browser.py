"""The page in a real browser: from file://, without a network, in both themes, from phone to wide screen."""

import os
import re
import shutil
from itertools import product

import pytest

from pages import HOSTILE, made_of
from ratings_nmf.page import html

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
REQUIRED = "RATINGS_NMF_BROWSER_TESTS"


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
    [
        (375, "dark"),
        *(pytest.param(*screen, marks=pytest.mark.slow) for screen in product((1024, 1920), ("light", "dark"))),
        pytest.param(375, "light", marks=pytest.mark.slow),
    ],
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
    shares = [int(text.split()[0]) for text in shown.part("cell").locator("li span:nth-child(2)").all_inner_texts()]
    assert sum(shares) == pytest.approx(100, abs=3)
    assert shown.top_left()["row"] == "row 1"
    for view in ("reconstruction", "residual", "W", "H", "correlation"):
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
    shown.part("receiver").select_option(label="row 3")
    assert shown.part("recommended").locator("tr").count() == 3
    shown.part("counts").locator("input").nth(3).check(force=True)
    assert shown.section.locator('[data-score="cv_rmse"]').inner_text() == "1.31"
    assert shown.section.locator(".picked").count() == 1
    shown.page.screenshot(path=tmp_path / "page.png", full_page=True)


@pytest.mark.parametrize(
    ("dataset", "theme"),
    [
        ("ratings", "light"),
        pytest.param("ratings", "dark", marks=pytest.mark.slow),
        *(
            pytest.param(*shown, marks=pytest.mark.slow)
            for shown in product(("groceries", "large", "hostile"), ("light", "dark"))
        ),
    ],
)
def test_accessible(visit, dataset, theme):
    from axe_playwright_python.sync_playwright import Axe

    shown = visit(dataset, theme=theme, bypass_csp=True)  # axe itself is injected as a script
    for details in shown.section.locator("details").all():
        details.evaluate("found => { found.open = true; }")
    shown.press("ArrowDown")
    found = Axe().run(shown.page).response["violations"]
    assert [
        (rule["id"], rule["nodes"][0]["html"][:200]) for rule in found if rule["impact"] in {"serious", "critical"}
    ] == []


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


@pytest.mark.slow
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
    for option in range(shown.part("receiver").locator("option").count()):
        shown.part("receiver").select_option(index=option)
    assert shown.page.locator("section img, section script").count() == 0


@pytest.mark.slow
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


def test_without_scripts_everything_but_the_heatmap_is_there(visit, browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site)
    assert page.locator("#dataset-groceries").get_by_text("The same as a table").is_visible()
    assert page.locator(".chart svg").first.is_visible()
    assert not page.locator(".needs-script:visible").count()
    context.close()


@pytest.mark.slow
def test_prints_without_controls(visit, tmp_path):
    shown = visit("groceries")
    shown.page.emulate_media(media="print", color_scheme="dark")
    assert not shown.part("controls").is_visible()
    assert shown.paper() == "rgb(255, 255, 255)"
    assert shown.page.pdf(format="A4")[:4] == b"%PDF"


@pytest.mark.slow
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
