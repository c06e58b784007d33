"""What a link leads to, beside it: for a mouse that rests there and for the keyboard, never in the way of a tap."""

import re

import pytest

from .conftest import SITE, book_pages

PAGE = "chapters/foundations/bptt.html"
LINKS = {
    "a word": (PAGE, 'a[href*="#term-"]', "gradient"),
    "an equation": ("chapters/foundations/forward.html", 'a[href*="#equation-"]', "tanh"),
    "a source": (PAGE, 'a[href*="references.html#id"]', "20"),
}


@pytest.mark.parametrize("kind", LINKS)
def test_a_preview_says_what_the_link_leads_to(open_page, kind):
    name, place, words = LINKS[kind]
    page = open_page(name)
    page.wait_for_function("document.documentElement.dataset.whole === 'true'")  # nothing moves away from the mouse
    link, preview = page.locator(f".bd-article {place}").first, page.locator("#preview")
    link.scroll_into_view_if_needed()
    link.hover()
    preview.wait_for()
    assert words in preview.inner_text()
    assert preview.locator("a, [id]").count() == 0, "nothing to click, and no place twice"
    box = preview.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 1280
    preview.hover()
    page.wait_for_timeout(300)
    assert preview.is_visible(), "one can read it with the mouse upon it"
    page.keyboard.press("Escape")
    preview.wait_for(state="hidden")
    link.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    preview.wait_for()
    assert link.get_attribute("aria-describedby") == "preview"
    page.keyboard.press("Tab")
    preview.wait_for(state="hidden")
    assert page.faults == []


def test_a_tap_follows_the_link(open_page):
    page = open_page(PAGE, size=(390, 844), has_touch=True)
    link = page.locator('.bd-article a[href*="#term-"]').first
    place = link.get_attribute("href").partition("#")[2]
    link.tap()
    page.wait_for_url(f"**/*#{place}")
    assert page.locator("#preview:popover-open").count() == 0


def test_every_link_to_a_word_an_equation_or_a_source_has_its_preview():
    kinds = set()
    for path in book_pages():
        if SITE / "chapters" not in path.parents:
            continue
        text = path.read_text("utf-8")
        links = re.findall(r'<a class="reference internal" href="([^"]*#(?:(term|equation)-[^"]+|id\d+))"', text)
        assert {link for link, _ in links} == set(re.findall(r'<div data-for="([^"]+)">', text)), path.name
        kinds |= {kind for _, kind in links}
    assert kinds == {"term", "equation", ""}
