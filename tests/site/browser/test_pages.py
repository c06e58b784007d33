"""Every page, by day and by night, on a phone and on a desk: whole, self-contained, accessible."""

import re
from itertools import pairwise, product
from urllib.parse import quote

import pytest

from .conftest import FOLDER, SCREENSHOTS, SITE

PAGES = sorted(
    path.relative_to(SITE).as_posix()
    for path in SITE.rglob("*.html")
    if "_static" not in path.parts and path != SITE / "index.html"  # which leads to the front page at once
)
EQUATIONS = "chapters/foundations/equations.html"
SIZES = {"phone": (360, 740), "desk": (1280, 900)}


@pytest.fixture(scope="session")
def axe():
    return pytest.importorskip("axe_playwright_python.sync_playwright").Axe()


# Axe takes a minute for the parts of all formulas and all code. So a letter in a box of its size stands for a formula,
# and of each kind of token in the code the first one keeps its colour.
LIGHTEN = """() => {
  const formulas = [...document.querySelectorAll(".katex")].map((one) => [one, one.getBoundingClientRect()]);
  for (const [one, {width, height}] of formulas) {
    one.replaceChildren("x");
    one.style.cssText = `display: inline-block; width: ${width}px; height: ${height}px`;
  }
  const kinds = new Set();
  for (const token of document.querySelectorAll(".highlight pre span")) {
    if (kinds.has(token.className)) token.replaceWith(...token.childNodes);
    else kinds.add(token.className);
  }
  for (const code of document.querySelectorAll("pre")) code.normalize();
}"""


SCROLLS_BY_KEY = """() => [...document.querySelectorAll(
  "pre, .pst-scrollable-table-container, div.math > .katex-display")].every(
  (one) => one.scrollWidth <= one.clientWidth || one.tabIndex === 0)"""


@pytest.mark.parametrize(("name", "theme"), list(product(PAGES, ("light", "dark"))))
def test_a_page_is_whole(open_page, axe, name, theme):
    page = open_page(name, theme, reduced_motion="reduce")
    page.evaluate("document.querySelectorAll('img[loading=lazy]').forEach(image => image.loading = 'eager')")
    page.wait_for_function("[...document.images].every(image => image.complete)")
    assert page.evaluate("[...document.images].filter(image => !image.naturalWidth).map(image => image.src)") == []
    if name != "404.html":
        assert page.evaluate("document.documentElement.dataset.theme") == theme
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        picture = f"{name.removesuffix('.html').replace('/', '-')}-{size}-{theme}.png"
        page.screenshot(path=SCREENSHOTS / picture, full_page=True)
        too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert too_wide <= 0, f"on a {size} the page scrolls sideways"
    assert page.faults == []

    page.evaluate(LIGHTEN)
    found = {}
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(SCROLLS_BY_KEY)  # reach.js asks the boxes when there is time
        response = axe.run(page, options={"resultTypes": ["violations"], "preload": False}).response
        found |= {(size, v["id"]): [node["html"][:150] for node in v["nodes"][:3]] for v in response["violations"]}
    assert found == {}


@pytest.mark.parametrize("name", PAGES)
def test_headings_come_in_order_and_pictures_have_words(open_page, name):
    page = open_page(name)
    headings = "[...document.querySelectorAll('main :is(h1, h2, h3, h4)')].filter(h => h.checkVisibility())"
    levels = page.evaluate(f"{headings}.map(h => +h.tagName[1])")
    assert levels.count(1) == 1
    jumps = [(a, b) for a, b in pairwise(levels) if b > a + 1]
    assert jumps == []
    words = page.evaluate("[...document.querySelectorAll('main img')].map(image => image.alt)")
    assert [text for text in words if re.search(r"\.(png|svg)$|^_images", text)] == []
    assert page.title()
    if name not in ("404.html", "genindex.html", "search.html"):
        assert len(page.get_attribute("meta[name=description]", "content")) > 40


def test_without_scripts_every_figure_has_words(open_page):
    for path in SITE.rglob("*.html"):
        if not re.search(r"<gru-[a-z]+>", path.read_text(encoding="utf-8")):
            continue
        page = open_page(str(path.relative_to(SITE)), java_script_enabled=False)
        for figure in page.locator(":is(gru-explorer, gru-vanishing, gru-digit, gru-review)").all():
            assert "a figure to play with stands here" in figure.inner_text()


MOVING = """() => [...document.querySelectorAll("*")].flatMap((one) => {
  const { transitionDuration, animationName } = getComputedStyle(one);
  const still = transitionDuration.split(", ").every((time) => time === "0s") && animationName === "none";
  return still ? [] : [one.outerHTML];
})"""


def test_nothing_moves_for_a_reader_who_wants_no_motion(open_page):
    assert open_page(EQUATIONS).evaluate(MOVING), "the theme lets its sidebars glide"
    assert open_page(EQUATIONS, reduced_motion="reduce").evaluate(MOVING) == []


def test_focus_is_visible(open_page):
    page = open_page(EQUATIONS)
    for _ in range(12):
        page.keyboard.press("Tab")
        style = page.evaluate(
            "(() => { const s = getComputedStyle(document.activeElement);"
            " return s.outlineStyle !== 'none' || s.boxShadow !== 'none' })()"
        )
        assert style, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


TOP = "(place) => document.getElementById(place).getBoundingClientRect().top"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("place", ["turn-the-gates-to-their-ends", "count-the-parameters", "exercise-3-half-life"])
def test_a_link_leads_to_its_place_although_what_is_out_of_sight_is_not_laid_out(open_page, size, place):
    page = open_page(f"{EQUATIONS}#{place}", size=SIZES[size])
    page.wait_for_timeout(500)
    assert 0 <= page.evaluate(TOP, place) < 150

    page = open_page(EQUATIONS, size=SIZES[size])
    page.evaluate(f"document.querySelector('.bd-article a[href=\"#{place}\"]').click()")
    page.wait_for_timeout(500)
    assert 0 <= page.evaluate(TOP, place) < 150


def test_a_page_that_is_loaded_again_stands_where_it_was(open_page):
    page = open_page(EQUATIONS)
    page.locator("#count-the-parameters").scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    before = page.evaluate(TOP, "count-the-parameters")
    page.reload()
    page.wait_for_timeout(500)
    assert page.evaluate(TOP, "count-the-parameters") == pytest.approx(before, abs=3)


@pytest.mark.parametrize("words", ["update gate", "reset gate", "candidate"])
@pytest.mark.parametrize("way", ["folder", "server"])
def test_search_finds_what_the_equations_name(open_page, served, way, words):
    page = open_page(f"search.html?q={quote(words)}", at=FOLDER if way == "folder" else served)
    page.wait_for_function("/found \\d+ page/.test(document.querySelector('.search-summary')?.innerText)")
    links = page.evaluate("[...document.querySelectorAll('ul.search > li > a')].map(link => link.getAttribute('href'))")
    paths = {link.partition("#")[0] for link in links}
    assert {"chapters/foundations/equations.html", "chapters/appendix/glossary.html"} <= paths
    assert [path for path in paths if not (SITE / path).exists()] == []
    if way == "server":
        page.wait_for_function("document.querySelectorAll('ul.search .context').length > 3")
    assert page.faults == []
