"""Exercises are solved in the page: answered at once, remembered in the browser, and forgotten on request."""

import json

import pytest

EQUATIONS = "chapters/foundations/equations.html"
HAND = 'book-exercise[name="equations/by-hand"]'
REFUSED = """for (const name of ["localStorage", "sessionStorage"]) {
  const get = () => { throw new DOMException("denied", "SecurityError"); };
  Object.defineProperty(window, name, { configurable: true, get });
}"""
FULL = """const set = Storage.prototype.setItem;
Storage.prototype.setItem = function (key, value) {
  if (key === "book:solved") throw new DOMException("full", "QuotaExceededError");
  set.call(this, key, value);
}"""
SAID = (
    """(one) => [...one.querySelectorAll(".exercise-verdict > p")].map((line) => line.textContent.trim()).join("\\n")"""
)
PRINT = """(one, text) => one.cell.dispatchEvent(
  new CustomEvent("live:ran", { detail: { ok: true, outputs: [{ output_type: "stream", name: "stdout", text }] } }))"""


@pytest.fixture
def exercise(open_page, served, live):
    """Open the page of the equations, and return its first exercise."""
    assert live is None, "there is a site whose cells run"

    def opened(**options):
        page = open_page(EQUATIONS, at=served, **options)
        one = page.locator(HAND)
        one.locator(".exercise-verdict").wait_for(state="attached")
        return page, one

    return opened


def answer(page, one, code):
    """Type an answer as a reader does, and return the verdict."""
    one.locator(".cell_input").first.click()
    one.locator(".cm-content").first.wait_for()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.insert_text(f'{code}\ncheck("equations/by-hand", new_state)')
    page.evaluate("() => { document.querySelector('.exercise-verdict').replaceChildren() }")
    one.get_by_role("button", name="Check").click()
    verdict = one.locator(".exercise-verdict > p").first
    verdict.wait_for(timeout=300_000)
    return one.evaluate(SAID)


def colour(one):
    return one.evaluate("(one) => getComputedStyle(one.querySelector('.exercise-verdict strong')).color")


def test_an_answer_is_judged_at_once_and_a_right_one_remembered(exercise, served):
    page, one = exercise()
    solution = one.locator("details")
    solution.locator("summary").first.click()
    assert one.evaluate(SAID) == "○ Not answered yet. The solution opens after your first answer, right or wrong."
    assert not solution.evaluate("(one) => one.open")

    wrong = answer(page, one, "new_state = 0.59")
    assert wrong.startswith("✗ Not yet: your answer = 0.59. Hint: z and 1 - z are swapped")
    assert "Hint: begin with the update gate" in wrong
    red = colour(one)
    assert "Hint: z and r are both sigmoid(1)" in answer(page, one, "new_state = 0.6"), "each try brings the next hint"
    assert answer(page, one, "new_state = nothing").startswith("✗ Not yet: the code stopped with NameError.")
    assert answer(page, one, "new_state = (").startswith("✗ Not yet: the code stopped with SyntaxError.")
    assert page.locator(".solved-mark").count() == 0
    solution.locator("summary").first.click()
    assert solution.evaluate("(one) => one.open"), "after a try"

    assert answer(page, one, "new_state = 0.5 * 0.731 + 0.269 * 0.6237") == "✓ Right."
    assert colour(one) != red
    assert one.locator(".exercise-verdict").get_attribute("role") == "status", "a screen reader says it"
    page.reload()
    page.locator("section:has(> " + HAND + ") > h3 .solved-mark").wait_for()
    assert page.locator("[data-solved]").inner_text().strip() == "✓ 1 of 5 solved"
    one.locator("summary").first.click()
    assert one.locator("details").evaluate("(one) => one.open"), "a solved exercise has nothing to hide"

    page.goto(f"{served}/chapters/index.html")
    page.locator("[data-solved=equations]:not([hidden])").first.wait_for()
    shown = page.locator("[data-solved]:not([hidden])").all_text_contents()
    assert {text.strip() for text in shown} == {"✓ 1 of 5 solved"}
    page.get_by_role("button", name="Forget it").click()
    page.get_by_role("button", name="Really forget?").click()
    assert page.locator("[data-solved]:not([hidden])").count() == 0
    assert page.faults == []


@pytest.mark.parametrize("before", [REFUSED, FULL])
def test_a_browser_that_keeps_nothing_says_so_and_answers_all_the_same(exercise, before):
    page, one = exercise(before=before)
    one.evaluate(PRINT, "✓ equations/by-hand: right.\n")
    assert one.evaluate(SAID).split("\n")[0] == "✓ Right."
    assert "The browser keeps nothing" in one.evaluate(SAID)
    assert page.faults == []


@pytest.mark.parametrize("kept", ["", "{", "{}", "[1, null]", '"equations/by-hand"', "null"])
def test_what_others_have_written_into_the_storage_counts_as_nothing(exercise, kept):
    page, one = exercise(before=f"localStorage.getItem('book:solved') ?? localStorage.setItem('book:solved', {kept!r})")
    assert page.locator(".solved-mark").count() == 0
    one.evaluate(PRINT, "✓ equations/by-hand: right.\n")
    assert json.loads(page.evaluate("localStorage.getItem('book:solved')")) == ["equations/by-hand"]
    assert page.faults == []


def test_what_an_answer_prints_itself_stays(exercise):
    _, one = exercise()
    one.evaluate(PRINT, "1\n✗ equations/by-hand: no.\n  look again\n2\n")
    assert one.evaluate(SAID).split("\n") == ["✗ Not yet: no.", "Hint: look again"]
    one.evaluate(PRINT, "○ x/y: not answered yet. Replace the `...`.\n  print `h`\n")
    assert one.evaluate(SAID).split("\n") == ["○ Not answered yet. Replace the ....", "Hint: print h"]
    assert one.locator(".exercise-verdict code").all_text_contents() == ["...", "h"]
    one.evaluate(PRINT, "nothing is checked\n")
    assert "The cell must end with check(" in one.evaluate(SAID)


@pytest.mark.parametrize("options", [{"java_script_enabled": False}, {}])
def test_where_no_python_runs_the_page_says_how_to_answer_and_has_no_dead_button(open_page, options):
    page = open_page(EQUATIONS if options else "chapters/keras/layer_from_scratch.html", **options)  # all need Keras
    exercises = page.locator("book-exercise").all()
    assert exercises
    for one in exercises:
        assert "download it as a notebook" in one.text_content()
        assert one.locator("button:visible:not(.copybtn)").count() == 0
        one.locator("summary").first.click()
        assert one.locator("details").first.evaluate("(one) => one.open")
