"""The decks in a browser: whole at 16:9 and on a phone, walked by key, printed, spoken, and asking nobody."""

import re

import pytest

from .conftest import SITE

DECKS = sorted(path.relative_to(SITE).as_posix() for path in SITE.rglob("*.slides.html"))
OF = ("foundations", "reproductions")
READY = "html[data-ready]"
OF_PAGE = re.compile("With JavaScript|[Ff]olded|[Bb]elow,|(next|following) cells?|at the top|website")
SMALLEST = 0.55  # of the size of the text that a slide is designed for: 15 of 720 lines
CUT = """(smallest) => {
  const frame = document.querySelector(".reveal").getBoundingClientRect();
  const boxes = ".shown, .before, .after, pre, .katex-display, " +
    ".pst-scrollable-table-container, img, figure, table, p, li";
  const cut = [];
  for (let i = 0; i < Reveal.getTotalSlides(); i++) {
    Reveal.slide(i, 0, Infinity);
    const slide = Reveal.getCurrentSlide();
    const say = (what) => cut.push(`slide ${i + 1}, ${slide.querySelector("h1, h2").innerText}: ${what}`);
    const zoom = Number(slide.querySelector(".parts").style.zoom);
    if (zoom < smallest) say(`text at ${zoom.toFixed(2)}`);
    for (const one of [slide.querySelector("h1, h2"), ...slide.querySelectorAll(boxes)]) {
      if (!one.checkVisibility() || one.closest("aside, .katex")) continue;
      const box = one.getBoundingClientRect();
      if (box.right > frame.right + 1 || box.bottom > frame.bottom + 1 || box.left < -1 || box.top < -1)
        say(`${one.localName}.${one.className} leaves the frame`);
      if (one.matches("pre, .katex-display, .pst-scrollable-table-container") && one.scrollWidth > one.clientWidth + 1)
        say(`${one.localName} scrolls`);
    }
  }
  return [...new Set(cut)];
}"""


@pytest.fixture
def deck(open_page):
    """Open a deck under its policy, and wait until it is measured and placed."""

    def open_one(name, **options):
        page = open_page(name, **({"size": (1280, 720), "bypass_csp": False} | options))
        page.wait_for_selector(READY, state="attached")
        return page

    return open_one


def test_each_chapter_of_the_two_parts_has_a_deck_and_a_link_to_it():
    pages = [path for part in OF for path in (SITE / "chapters" / part).glob("*.html") if ".slides." not in path.name]
    assert len(pages) == len(DECKS) == 11
    for page in pages:
        assert page.read_text("utf-8").count(f'href="{page.stem}.slides.html"') == 1
    teachers = (SITE / "chapters/appendix/teachers.html").read_text("utf-8")
    linked = re.findall(r'href="\.\./([^"]*\.slides\.html)"', teachers)
    assert sorted(f"chapters/{one}" for one in linked) == DECKS


@pytest.mark.parametrize("name", DECKS)
def test_a_deck_can_be_taught_from(require, name):
    slides = require("bs4").BeautifulSoup((SITE / name).read_text("utf-8"), "html.parser").select("main section")
    for slide in slides:
        said = slide.aside.extract().get_text() if slide.aside else "nothing, which is not an empty note"
        shown = slide.get_text(" ")
        assert slide.select_one(".parts > *"), f"{shown}: nothing to see"
        assert said.strip(), f"{shown}: an empty note"
        if not slide.find(["h1", "h2"]).get_text().startswith("Exercise"):
            assert not OF_PAGE.search(f"{shown} {said}"), f"{shown}: speaks of the page"
        if slide.select_one(".predict"):
            assert said.startswith("Right: "), f"{shown}: no answer"


@pytest.mark.parametrize("name", DECKS)
def test_nothing_is_cut_off_at_16_to_9(deck, name):
    page = deck(name)
    assert page.evaluate(CUT, SMALLEST) == []
    assert page.faults == []


def test_the_measure_finds_what_is_cut_off(deck):
    page = deck(DECKS[0])
    page.evaluate("document.querySelectorAll('.parts')[3].style.zoom = 4")
    page.evaluate("document.querySelectorAll('.parts')[4].style.zoom = 0.2")
    found = page.evaluate(CUT, SMALLEST)
    assert {one.partition(",")[0] for one in found} == {"slide 4", "slide 5"}


def test_a_deck_is_whole_on_a_phone_at_night(deck):
    page = deck("chapters/foundations/equations.slides.html", size=(390, 844), color_scheme="dark")
    assert page.evaluate(CUT, 0.35) == []
    ground, ink = page.evaluate("""() => {
      const sum = (element, name) =>
        getComputedStyle(element)[name].match(/\\d+/g).slice(0, 3).reduce((a, b) => a + +b, 0);
      return [sum(document.body, "backgroundColor"), sum(document.querySelector(".slides p"), "color")];
    }""")
    assert ground < 150 < 450 < ink
    assert page.faults == []


def test_keys_turn_the_slides_and_the_night(deck):
    page = deck("chapters/foundations/forward.slides.html", color_scheme="light")
    place = "Reveal.getState().indexh"
    page.keyboard.press("ArrowRight")
    assert page.evaluate(place) == 1
    page.keyboard.press("End")
    assert page.evaluate(place) == page.evaluate("Reveal.getTotalSlides() - 1")
    page.wait_for_url("**#/*")
    page.keyboard.press("d")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    page.wait_for_selector(READY, state="attached")
    assert page.evaluate(place) > 1, "the address holds the slide"


def test_a_deck_prints_each_slide_on_a_page(deck):
    page = deck("chapters/foundations/forward.slides.html?print-pdf")
    page.wait_for_selector(".pdf-page")
    slides = page.evaluate("Reveal.getTotalSlides()")
    assert page.locator(".pdf-page").count() == slides
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == slides
    assert page.faults == []


def test_the_speaker_sees_the_answer_to_a_question_and_each_formula_once(deck, served):
    page = deck("chapters/foundations/forward.slides.html", at=served)
    page.evaluate("""Reveal.slide([...document.querySelectorAll(".slides > section")]
      .findIndex((slide) => slide.querySelector(".predict")))""")
    with page.context.expect_page() as opened:
        page.keyboard.press("s")
    notes = opened.value.locator(".speaker-controls-notes .value")
    notes.get_by_text("the rounding of a 32-bit number").wait_for()
    assert notes.get_by_text("Right:").is_visible()
    assert notes.locator("math").first.is_visible()
    assert not notes.locator("annotation").first.is_visible()
    assert page.faults == []
