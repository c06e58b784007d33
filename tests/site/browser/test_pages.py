"""Every page, by day and by night, on a phone and on a desk: whole, self-contained, accessible."""

import re
from itertools import pairwise, product

import pytest

from tools import stills

from .conftest import SITE, book_pages
from .fit import HIDDEN

PAGES = [
    path.relative_to(SITE).as_posix()
    for path in book_pages()
    if path != SITE / "index.html"  # which leads to the front page at once
]
EQUATIONS = "chapters/foundations/equations.html"
SIZES = {"phone": (360, 740), "desk": (1280, 900)}
PHONES = ((360, 740), (390, 844))
SCHEMES = ("light", "dark")


def resize(page, size):
    page.set_viewport_size(dict(zip(("width", "height"), SIZES[size], strict=True)))


# A page with all that comes only when the reader does.
BRING_ALL = "document.querySelectorAll('img[loading=lazy]').forEach(image => image.loading = 'eager')"
ALL_IS_THERE = """() => [...document.images].every((image) => image.complete) &&
  [...document.querySelectorAll(".book-live .book-words")].every(
    ({ textContent }) => textContent && !/ is near/.test(textContent))"""
ICON_FONT = "[...document.fonts].some((font) => /awesome/i.test(font.family) && font.status === 'loaded')"  # 157 kB
BROKEN = "[...document.images].filter(image => !image.naturalWidth).map(image => image.src)"
HEADINGS = "[...document.querySelectorAll('main :is(h1, h2, h3, h4)')].filter(one => one.checkVisibility())"
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SCROLLS_BY_KEY = """() => [...document.querySelectorAll(
  "pre, .pst-scrollable-table-container, div.math > .katex-display")].every(
  (one) => one.scrollWidth <= one.clientWidth || one.tabIndex === 0)"""

# Axe takes a minute for the parts of all formulas and all code. So two letters in a box of its size stand for a formula
# (of one letter axe says nothing), and of each kind of token in the code the first one keeps its colour.
LIGHTEN = """() => {
  const formulas = [...document.querySelectorAll(".katex")].map((one) => [one, one.getBoundingClientRect()]);
  for (const [one, {width, height}] of formulas) {
    one.replaceChildren("xx");
    one.style.cssText = `display: inline-block; width: ${width}px; height: ${height}px`;
  }
  const kinds = new Set();
  for (const token of document.querySelectorAll(".highlight pre span")) {
    if (kinds.has(token.className)) token.replaceWith(...token.childNodes);
    else kinds.add(token.className);
  }
  for (const code of document.querySelectorAll("pre")) code.normalize();
}"""
# Alike in colours, size and ground is alike in contrast: of each look axe measures one text, once on all pages.
MARK_LOOKS = """(seen) => {
  const grounds = new Map([[null, ""]]), looks = new Set(seen);
  const ground = (one) => {
    if (!grounds.has(one)) {
      const { backgroundColor, backgroundImage, opacity, filter } = getComputedStyle(one);
      grounds.set(one, [ground(one.parentElement), backgroundColor, backgroundImage, opacity, filter].join());
    }
    return grounds.get(one);
  };
  for (const one of document.body.querySelectorAll("*")) {
    one.removeAttribute("data-look");
    const says = one.value || [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!says || !one.checkVisibility({ visibilityProperty: true })) continue;
    const { color, fontSize, fontWeight, textShadow, fill, textDecorationLine } = getComputedStyle(one);
    const around = one.localName === "a" && getComputedStyle(one.parentElement).color;
    const look = [color, fontSize, fontWeight, textShadow, fill, textDecorationLine, around, ground(one)].join();
    if (!looks.has(look)) one.dataset.look = looks.add(look).size;
  }
  return [...looks].slice(seen.length);
}"""
OPEN_ALL = """() => {
  for (const one of document.querySelectorAll("details")) one.open = true;
  for (const one of document.querySelectorAll("gru-predict ~ [hidden]")) one.removeAttribute("hidden");
}"""
COLOURS = ["color-contrast", "link-in-text-block"]


def violations(axe, page, context=None, **options):
    response = axe.run(page, context, {"resultTypes": ["violations"], "preload": False} | options).response
    return {found["id"]: [node["html"][:150] for node in found["nodes"][:3]] for found in response["violations"]}


def bad_looks(axe, page, seen):
    """Return the looks of a page that are hard to read, but for those seen; what is new and good is then seen."""
    if not (new := page.evaluate(MARK_LOOKS, seen)):
        return {}
    found = violations(axe, page, "[data-look]", runOnly={"type": "rule", "values": COLOURS})
    if not found:
        seen += new
    return found


@pytest.fixture(scope="session")
def looks():
    return []


@pytest.fixture(scope="session")
def axe():
    return pytest.importorskip("axe_playwright_python.sync_playwright").Axe()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole(open_page, axe, looks, name):
    page = open_page(name, reduced_motion="reduce")
    page.evaluate(BRING_ALL)
    for figure in page.locator(":is(gru-digit, gru-review, gru-writer)").all():
        figure.scroll_into_view_if_needed()
    page.wait_for_function(ALL_IS_THERE)
    assert page.evaluate(BROKEN) == []
    assert not page.evaluate(ICON_FONT)
    assert page.title()
    if name not in ("404.html", "genindex.html", "search.html"):
        assert len(page.get_attribute("meta[name=description]", "content")) > 40
    words = page.evaluate("[...document.querySelectorAll('main img')].map(image => image.alt)")
    assert [text for text in words if re.search(r"\.(png|svg)$|^_images", text)] == []
    levels = page.evaluate(f"{HEADINGS}.map(one => +one.tagName[1])")
    assert levels.count(1) == 1
    assert [(a, b) for a, b in pairwise(levels) if b > a + 1] == [], "headings come in order"
    for size in SIZES:
        resize(page, size)
        assert page.evaluate(TOO_WIDE) <= 0, f"on a {size} the page scrolls sideways"
        page.wait_for_function(SCROLLS_BY_KEY)  # reach.js asks the boxes when there is time
    for size in PHONES:
        page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
        assert page.evaluate(HIDDEN) == [], f"hidden at {size[0]} pixels"
    assert page.faults == []

    page.evaluate(LIGHTEN)
    page.evaluate(OPEN_ALL)
    found = {}
    for scheme, size in (("light", "phone"), ("light", "desk"), ("dark", "desk"), ("dark", "phone")):
        page.emulate_media(color_scheme=scheme)
        resize(page, size)
        if name != "404.html":
            page.wait_for_function(f"document.documentElement.dataset.theme === '{scheme}'")
        found |= {(scheme, size, rule): nodes for rule, nodes in bad_looks(axe, page, looks).items()}
        # Other rules see no colours, and size changes the frame alone, which is the same on all pages.
        if (scheme, size) == (("light", "phone"), ("dark", "desk"))[PAGES.index(name) % 2]:
            rules = {rule: {"enabled": False} for rule in COLOURS}
            found |= {(scheme, size, rule): nodes for rule, nodes in violations(axe, page, rules=rules).items()}
    assert found == {}


@pytest.mark.parametrize(("scheme", "mode"), list(product(SCHEMES, ("auto", *SCHEMES))))
def test_a_page_has_its_colours_before_any_script_of_the_theme(open_page, scheme, mode):
    keep = f"localStorage.setItem('mode', '{mode}')"
    page = open_page("search.html", color_scheme=scheme, before=keep)
    page.route("**/*.js", lambda route: route.abort())
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == (scheme if mode == "auto" else mode)


def test_axe_finds_what_is_wrong_by_night_alone(open_page, axe):
    """Of many texts that look alike one is measured, and a bad one among them is not alike."""
    page = open_page("404.html")
    page.evaluate(
        "document.querySelector('p').innerHTML += '<style>.x{color:light-dark(#111,#222)}</style><b class=x>dark</b>'"
    )
    found, seen = {}, []
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        found[scheme] = bad_looks(axe, page, seen)
    assert found["light"] == {}
    assert list(found["dark"]) == ["color-contrast"]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_opens_above_a_page_can_be_read(open_page, axe, scheme):
    page = open_page("chapters/foundations/forward.html", color_scheme=scheme)
    page.keyboard.press("Control+k")
    page.keyboard.type("update gate 1-z")
    page.locator("#pst-search-dialog .search-found a").first.wait_for()
    assert violations(axe, page, "#pst-search-dialog") == {}
    page.keyboard.press("Escape")
    page.locator('.bd-article a[href*="#equation-"]').first.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    page.locator("#preview").wait_for()
    assert violations(axe, page, "#preview") == {}


FIGURES = ":is(gru-explorer, gru-flow, gru-vanishing, gru-beginnings, gru-digit, gru-review, gru-writer)"


def test_without_scripts_every_figure_is_a_still_with_its_caption(open_page):
    seen = set()
    for path in book_pages():
        if not re.search(r"<gru-[a-z]+>", path.read_text(encoding="utf-8")):
            continue
        page = open_page(str(path.relative_to(SITE)), java_script_enabled=False)
        for figure in page.locator(FIGURES).all():
            figure.scroll_into_view_if_needed()
            picture = figure.locator("img")
            assert "With JavaScript" in figure.locator("figcaption").inner_text()
            assert "stands here" not in figure.inner_text()
            box = picture.bounding_box()
            assert box["width"] > 500
            seen.add(picture.get_attribute("src").rpartition("/")[2])
        page.wait_for_load_state("load")
        theme = page.locator("html").get_attribute("data-theme")
        assert theme == "light", "the colours of text and code hang on it"
        assert page.faults == []
    assert seen == {path.name for path in (SITE / "_static" / "stills").iterdir()}, "none missing, none left over"
    assert seen == {f"{tag}.png" for tag in stills.pages(SITE)}, "the tool draws these"


def test_a_still_is_not_asked_for_where_the_figure_is(open_page, served):
    page = open_page("chapters/index.html", at=served)
    page.locator("gru-flow.book-live").wait_for()
    page.wait_for_load_state("networkidle")
    names = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    assert not [name for name in names if "/stills/" in name]


MOVING = """() => [...document.querySelectorAll("*")].flatMap((one) => {
  const { transitionDuration, animationName } = getComputedStyle(one);
  const still = transitionDuration.split(", ").every((time) => time === "0s") && animationName === "none";
  return still ? [] : [one.outerHTML];
})"""


def test_nothing_moves_for_a_reader_who_wants_no_motion(open_page):
    page = open_page("search.html")
    assert page.evaluate(MOVING), "the theme lets its sidebars glide"
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(MOVING) == []


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
# It is there, and stays there while frames are drawn: scrolling has ended.
STANDS = """([place, low, high]) => {
  const { top } = document.getElementById(place).getBoundingClientRect();
  window.still = top === window.before && low <= top && top <= high ? window.still + 1 : 0;
  window.before = top;
  return window.still > 5;
}"""


def stands(page, place, low=0, high=150):
    """Wait until a place has come to rest between two heights; one that never does is a timeout."""
    page.wait_for_function(STANDS, arg=[place, low, high], timeout=15_000)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "place", ["turn-the-gates-to-their-ends", "count-the-parameters", "exercise-4-build-half-life"]
)
def test_a_link_leads_to_its_place_although_what_is_out_of_sight_is_not_laid_out(open_page, size, place):
    stands(open_page(f"{EQUATIONS}#{place}", size=SIZES[size]), place)
    page = open_page(EQUATIONS, size=SIZES[size])
    page.evaluate(f"document.querySelector('.bd-article a[href=\"#{place}\"]').click()")
    stands(page, place)


def test_a_page_that_is_loaded_again_stands_where_it_was(open_page):
    page, place = open_page(EQUATIONS), "count-the-parameters"
    page.wait_for_function("document.documentElement.dataset.whole === 'true'")
    page.evaluate("place => document.getElementById(place).scrollIntoView()", place)
    stands(page, place)
    before = page.evaluate(TOP, place)
    page.reload()
    stands(page, place, before - 3, before + 3)


REFUSED = """for (const name of ["localStorage", "sessionStorage"]) {
  const get = () => { throw new DOMException("denied", "SecurityError"); };
  Object.defineProperty(window, name, { configurable: true, get });
}"""


@pytest.mark.parametrize("name", ["search.html?q=update%20gate", EQUATIONS])
def test_a_browser_that_refuses_to_store_anything_loses_nothing_else(open_page, name):
    page = open_page(name, color_scheme="dark", before=REFUSED)
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    if name != EQUATIONS:
        page.wait_for_selector("main .search-found a")
    assert page.faults == []
