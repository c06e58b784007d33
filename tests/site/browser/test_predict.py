"""Questions before a result: nothing tells the answer until one has chosen, and nothing is lost to who does not."""

from urllib.parse import quote

import pytest

from .conftest import ROOT, SITE, book_pages
from .test_pages import stands

ELEMENTS = ROOT / "chapters" / "_site" / "static" / "elements"
EQUATIONS = "chapters/foundations/equations.html"
LAYER = "chapters/keras/layer.html"
QUESTION = """<h1>A page</h1><section>
<gru-predict answer="2"><p><strong>Before you look:</strong> which one?</p>
<ol><li><p>The first.</p></li><li><p>The <i>second</i></p></li></ol></gru-predict>
<div class="cell"><div class="cell_input">code</div>
<div class="cell_output">the result, and <a id="deep">a place</a></div></div>
<p>what the result says</p><section><h2>the next one</h2></section></section>"""


def question(open_page):
    """Open a page with a question on it, as the book's pages have them."""
    page = open_page(EQUATIONS)  # it has what all figures share
    page.evaluate("html => { document.querySelector('article').innerHTML = html; }", QUESTION)
    if not page.evaluate("customElements.get('gru-predict') !== undefined"):
        page.add_script_tag(path=ELEMENTS / "gru-predict.js")
    return page


@pytest.mark.parametrize(("option", "said"), [("The first", "Not so"), ("The second", "That is what was measured")])
def test_a_result_opens_once_the_reader_has_committed_to_an_answer(open_page, option, said):
    page = question(open_page)
    result, following = page.get_by_text("the result, and"), page.get_by_text("the next one")
    assert not result.is_visible()
    assert not page.get_by_text("what the result says").is_visible()
    assert following.is_visible()
    page.get_by_role("button", name=option).focus()
    page.keyboard.press("Enter")
    assert result.is_visible()
    assert page.get_by_text("what the result says").is_visible()
    words = page.locator("gru-predict .book-words")
    assert said in words.inner_text()
    assert "Not so" not in said or words.inner_html().startswith("Not so. What was measured: “The <i>second</i>.” The")
    assert page.get_by_role("button", name="Show without choosing").count() == 0
    assert page.locator("gru-predict .right").inner_text().strip() == "The second"
    assert page.get_by_role("button", name=option).get_attribute("aria-pressed") == "true"
    assert page.faults == []


def test_every_question_of_a_page_can_be_answered(open_page):
    """Also where the cell that decides it runs in the page."""
    page = open_page(EQUATIONS)
    buttons = page.locator("gru-predict").evaluate_all(
        "(all) => all.map((one) => one.querySelectorAll('button').length)"
    )
    assert buttons
    assert min(buttons) >= 2


TELLING = """(page) => [...page.querySelectorAll("gru-predict ~ :not(gru-predict, section)")]
  .filter(({ offsetHeight }) => offsetHeight).map((one) => one.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("page", [path for path in book_pages() if "<gru-predict" in path.read_text("utf-8")])
def test_nothing_after_a_question_tells_the_answer_and_all_of_it_comes_without_scripts(open_page, page):
    assert "until-found" not in page.read_text("utf-8")
    page = open_page(page.relative_to(SITE).as_posix())
    page.locator("gru-predict.book-live").first.wait_for()
    article = page.locator("article")
    assert article.evaluate(TELLING) == []
    for question in page.locator("gru-predict").all():
        question.get_by_role("button", name="Show without choosing").evaluate("one => one.click()")
        assert "stands below" in question.locator(".book-words").text_content()
    assert page.locator("gru-predict ~ [hidden]").count() == 0
    assert len(article.evaluate(TELLING)) > 1
    assert page.faults == []


def test_a_result_that_is_led_to_or_printed_is_there(open_page):
    page = question(open_page)
    page.emulate_media(media="print")
    assert page.get_by_text("the result, and").is_visible()
    page.emulate_media(media="screen")
    assert not page.get_by_text("the result, and").is_visible()
    page.evaluate("location.hash = 'deep'")
    page.get_by_text("the result, and").wait_for()
    page = open_page(f"{EQUATIONS}#fig-equations-update")
    stands(page, "fig-equations-update")
    assert page.locator("gru-predict ~ [hidden]").count() > 0, "what another question hides stays hidden"


def test_the_find_of_the_browser_opens_what_is_hidden(open_page):
    """A link to a text looks for it as that does."""
    page = open_page(LAYER)
    hidden = page.locator("gru-predict ~ p[hidden]").first
    words = hidden.evaluate("one => one.textContent.split('\\n')[0]")
    assert not hidden.is_visible()
    page = open_page(f"{LAYER}#:~:text={quote(words)}")
    page.wait_for_function("scrollY > 500")
    assert page.get_by_text(words).first.is_visible()
