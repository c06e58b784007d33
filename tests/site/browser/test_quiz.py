"""The questions of a chapter: answered by key, reasoned, remembered and forgotten; without scripts the answers fold."""

import pytest

from gru_lib.book.quizzes import load_quiz

PAGE = "chapters/foundations/equations.html"


def words(text):
    return text.partition("$")[0].strip()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_option_says_at_once_why_it_is_right_or_wrong(open_page, theme):
    page = open_page(PAGE, size=(390, 844), color_scheme=theme)
    first, *others = load_quiz("equations").questions
    box = page.locator("gru-quiz .quiz-question").first
    foot = page.locator(".quiz-foot")
    assert not foot.is_visible()
    assert not box.locator("details").is_visible()
    wrong = next(option for option in first.options.values() if not option.is_right)
    for option in (wrong, *(first.options[letter] for letter in first.right)):
        button = box.get_by_role("button", name=words(option.says))
        button.focus()
        page.keyboard.press("Enter")
        assert button.get_attribute("aria-pressed") == "true"
        reason = box.locator("li", has=page.get_by_role("button", name=words(option.says))).get_by_role("status")
        assert reason.inner_text().startswith("Right. " if option.is_right else "Not so. ")
        assert words(option.why) in reason.inner_text()
    assert foot.inner_text().startswith(f"1 of {len(others) + 1} answered, 0 of them at the first try.")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.reload()
    assert page.locator("gru-quiz [aria-pressed=true]").count() == 2
    foot.get_by_role("button", name="Start again").click()
    assert page.locator("gru-quiz [aria-pressed=true]").count() == 0
    page.reload()
    assert page.locator("gru-quiz [aria-pressed=true]").count() == 0
    assert page.faults == []


LOOK = """(one) => {
  const { borderColor, backgroundColor } = getComputedStyle(one);
  return [borderColor, backgroundColor];
}"""


def test_what_is_chosen_is_filled_and_what_is_wrong_is_never_in_the_colour_of_focus(open_page):
    page = open_page(PAGE, size=(390, 844), has_touch=True, is_mobile=True)
    blue = page.evaluate(
        "() => { document.body.style.color = 'var(--pst-color-primary)'; return getComputedStyle(document.body).color }"
    )
    option = page.locator(".quiz-question button").first
    wrong = page.locator(".quiz-question li:not(.is-right) > button").first
    wrong.tap()
    assert "wrong" in wrong.get_attribute("class")
    assert wrong.evaluate(LOOK)[0] != blue
    assert option.evaluate("(one) => one.matches(':focus-visible')") is False
    pressed, other = (page.locator(f"gru-explorer [aria-pressed={is_it}]").first for is_it in ("true", "false"))
    assert pressed.evaluate(LOOK)[0] == other.evaluate(LOOK)[0], "the edge is for focus"
    assert pressed.evaluate(LOOK)[1] != other.evaluate(LOOK)[1]


def test_without_scripts_the_answers_are_folded(open_page):
    page = open_page(PAGE, java_script_enabled=False)
    answers = page.locator("gru-quiz details").first
    assert not answers.get_by_text("Right.").is_visible()
    answers.locator("summary").click()
    assert answers.get_by_text("Right.").is_visible()
    assert page.locator("gru-quiz button").count() == 0
