"""Nothing is cut on a phone without a sign; what the check of every page (test_pages.py) looks for, put into a page."""

import io

import pytest

from .fit import HIDDEN

EQUATIONS = "chapters/foundations/equations.html"
PHONE = (360, 740)
NO_SIGN = "setProperty('background', 'white', 'important')"
PLOT = "document.querySelector('.plot')"
FAULTS = {
    "formula": "document.querySelector('.katex-display .base').style.paddingRight = '400px'",
    "cut without a sign": f"document.querySelector('.cell_input pre').style.{NO_SIGN}",
    "cut in a plot": f"{PLOT}.querySelector('text').style.transform = 'translateY(60px)'",
    "overprinted in a plot": f"{PLOT}.append({PLOT}.querySelector('text').cloneNode(true))",
    "too small in a plot": f"{PLOT}.querySelector('text').style.fontSize = '9px'",
    "cut at its box": "document.querySelector('.prev-next-area a').style.width = '3rem'",
    "text beyond its box": "document.querySelector('.bd-article p').style = 'width: 3rem; white-space: nowrap'",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_hidden_is_found(open_page, fault):
    page = open_page(EQUATIONS, size=PHONE)
    assert page.evaluate(HIDDEN) == []
    page.evaluate(FAULTS[fault])
    assert [found.split(":")[0] for found in page.evaluate(HIDDEN)] == [fault]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("box", ["pre", ".output.text_html", ".pst-scrollable-table-container"])
def test_an_edge_is_dark_as_long_as_there_is_more(open_page, box, scheme):
    from PIL import Image, ImageChops

    page = open_page(EQUATIONS, size=PHONE, color_scheme=scheme)
    page.wait_for_function("document.documentElement.dataset.whole === 'true'")  # nothing moves any more
    one = page.locator(f".bd-article {box}:visible").first
    one.evaluate("one => { one.replaceChildren(); one.innerHTML = '<div style=\"width:900px;height:60px\">' }")
    one.scroll_into_view_if_needed()

    def look():
        return Image.open(io.BytesIO(one.screenshot())).convert("L")

    def edges():
        picture = look()
        width, middle = picture.width, picture.height // 2
        ground = picture.getpixel((width // 2, middle))
        return tuple(abs(picture.getpixel((x, middle)) - ground) > 25 for x in (2, width - 3))

    assert edges() == (False, True)
    first = look()
    one.evaluate("one => { one.scrollLeft = 100 }")
    assert edges() == (True, True)
    one.evaluate("one => { one.scrollLeft = 9999 }")
    assert edges() == (True, False)
    assert ImageChops.difference(first, look()).getbbox()
