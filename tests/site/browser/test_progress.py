"""What is read is remembered in the browser, counted honestly, shown on the map, and forgotten on request."""

import json

import pytest

from .test_exercises import FULL as NO_ROOM
from .test_exercises import REFUSED

CHAPTER = "chapters/foundations/equations.html"
FRONT = "chapters/index.html"
FULL = NO_ROOM.replace("book:solved", "book:read")
HEADINGS = "[...document.querySelectorAll('article h2')].filter((one) => one.offsetParent)"
SECTIONS = f"{HEADINGS}.length"
LOOK_AT = f"(number) => {HEADINGS}[number].scrollIntoView()"
NAME = "foundations/equations"
READ = "JSON.parse(localStorage.getItem('book:read'))"
KEPT = "✓ Read. It is kept in this browser alone."


def end(page):
    return page.locator("[data-chapter-end]")


def look(page, section):
    """Look at a section until the page has noticed."""
    page.evaluate("() => { document.documentElement.style.scrollBehavior = 'auto' }")
    page.evaluate(LOOK_AT, section)
    name = page.evaluate(f"(number) => {HEADINGS}[number].closest('section').id", section)
    page.wait_for_function(
        f"(name) => {{ const one = {READ}['{NAME}']; return one === true || one?.includes(name) }}", arg=name
    )


def test_a_chapter_is_read_when_every_section_was_on_the_screen_and_not_by_a_jump(open_page):
    page = open_page(CHAPTER)
    page.keyboard.press("End")
    page.wait_for_function(f"{READ}?.['{NAME}']?.includes('end')")
    assert end(page).locator("button").inner_text() == "Mark as read", "to jump to the end is not to read"
    sections = page.evaluate(SECTIONS)
    for number in range(sections // 2):
        look(page, number)
    page.reload()
    assert page.evaluate(READ)["foundations/equations"] is not True
    for number in range(sections // 2, sections):
        look(page, number)
    assert page.evaluate(READ) == {"foundations/equations": True}, "half of it today and half before"
    assert end(page).locator("[role=status]").inner_text() == KEPT
    assert page.faults == []


def test_the_button_is_for_the_keyboard_and_the_map_shows_and_forgets(open_page, served):
    page = open_page(CHAPTER, at=served)
    button = page.get_by_role("button", name="Mark as read")
    button.focus()
    page.keyboard.press("Enter")
    assert end(page).locator("[role=status]").inner_text() == KEPT
    assert button.count() == 0
    page.goto(f"{served}/{FRONT}")
    assert page.locator("[data-read]:not([hidden])").all_inner_texts() == ["✓ read"]
    total = page.locator("[data-read]").count()
    assert page.locator(".progress-sum").inner_text().strip() == f"✓ 1 of {total} pages read, 0 exercises solved."
    assert total == page.locator(".chapters [data-read]").count() > 25

    other = page.context.new_page()
    other.goto(f"{served}/{CHAPTER}")
    forget = page.get_by_role("button", name="Forget it")
    forget.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert page.locator("[data-read]:not([hidden]), [data-solved]:not([hidden])").count() == 0
    assert not forget.is_visible()
    assert page.evaluate(READ) is None
    other.get_by_role("button", name="Mark as read").wait_for(), "another tab has heard it"
    assert page.faults == []


KEEP = {
    "book:solved": '["equations/by-hand"]',
    "book:read": '{"foundations/equations": true}',
    "book:quiz": '{"equations-1": [0]}',
    "live:/chapters/foundations/why_gates.html:1": "mine = 1",
    "mode": "dark",
}
WORDS = ("which pages are read", "which exercises are solved", "the code that you have typed", "the answers to quizzes")


def test_all_that_is_kept_is_forgotten_once_one_has_said_so_twice(open_page):
    page = open_page(FRONT)
    page.evaluate("kept => { for (const one of Object.entries(kept)) localStorage.setItem(...one) }", KEEP)
    page.reload()
    page.get_by_role("button", name="Forget it").click()
    assert all(page.evaluate("key => localStorage.getItem(key)", key) == value for key, value in KEEP.items())
    said = page.locator(".solved-forgotten")
    assert all(words in said.inner_text() for words in WORDS)
    page.keyboard.press("Tab")
    assert said.inner_text() == "", "whoever goes on has not said so"
    page.get_by_role("button", name="Forget it").click()
    page.get_by_role("button", name="Really forget?").click()
    assert said.inner_text().startswith("Forgotten: ")
    assert all(words in said.inner_text() for words in WORDS)
    assert page.evaluate("keys => keys.filter((key) => localStorage.getItem(key) !== null)", list(KEEP)) == ["mode"]
    assert page.faults == []


def test_it_can_be_taken_back(open_page):
    page = open_page(CHAPTER)
    page.get_by_role("button", name="Mark as read").click()
    page.get_by_role("button", name="Mark as not read").click()
    assert page.evaluate(READ) == {"foundations/equations": []}
    page.goto(page.url.replace(CHAPTER, FRONT))
    assert page.locator("[data-read]:not([hidden])").count() == 0


@pytest.mark.parametrize("before", [REFUSED, FULL])
def test_a_browser_that_keeps_nothing_says_so_once_and_works(open_page, before):
    page = open_page(CHAPTER, before=before)
    for _ in range(2):
        page.get_by_role("button", name="Mark as read").click()
        said = end(page).locator("[role=status]").inner_text()
        assert said.startswith("✓ Read.")
        assert "kept in this browser" not in said
        page.get_by_role("button", name="Mark as not read").click()
    assert "keeps nothing" not in end(page).locator("[role=status]").inner_text()
    assert page.faults == []


@pytest.mark.parametrize("kept", ["{", "[]", '{"foundations/equations": 3, "foundations/bptt": [null]}'])
def test_what_others_have_written_into_the_storage_counts_as_nothing(open_page, kept):
    page = open_page(FRONT, before=f"localStorage.getItem('book:read') ?? localStorage.setItem('book:read', {kept!r})")
    assert page.locator("[data-read]:not([hidden])").count() == 0
    page.goto(page.url.replace(FRONT, CHAPTER))
    page.get_by_role("button", name="Mark as read").click()
    assert json.loads(page.evaluate("localStorage.getItem('book:read')"))["foundations/equations"] is True
    assert page.faults == []


def test_without_scripts_there_is_no_dead_button(open_page):
    page = open_page(CHAPTER, java_script_enabled=False)
    assert not end(page).is_visible()
