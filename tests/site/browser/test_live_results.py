"""Every live cell of every page is run in the browser, and gives what is stored; every exercise takes its solution."""

import pytest

from tests.support.stored import code_cells, compared, weekly_if_long

from .conftest import live_pages

pytestmark = pytest.mark.usefixtures("live")
FIRST = "chapters/foundations/equations.html"
TURN_TO = """async (address) => {
  for (const link of document.querySelectorAll("link[rel~=icon]")) link.href = link.href; // wherever the page is
  history.replaceState(null, "", address);
  const page = new DOMParser().parseFromString(await (await fetch(address)).text(), "text/html");
  document.documentElement.dataset.content_root = page.documentElement.dataset.content_root;
  document.querySelector("main").replaceWith(page.querySelector("main"));
}"""
RUN_ALL = """async () => {
  const results = {};
  for (const cell of document.querySelectorAll("live-cell:not([needs])")) {
    const hear = ({ detail }) => { results[cell.number] = detail.outputs; };
    cell.addEventListener("live:ran", hear);
    await cell.run();
    cell.removeEventListener("live:ran", hear);
  }
  return results;
}"""


CAPTIONS = """() => [...document.querySelectorAll("main figure:has(.caption-text)")].map(
  (one) => [one.id, ...[".caption-number", ".caption-text"].map((part) => one.querySelector(part).textContent)])"""
ANSWER = """async (one, solved) => {
  const [stub, solution] = one.querySelectorAll("live-cell");
  if (solved) stub.code = solution.original;
  await stub.run();
  return one.querySelector(".exercise-verdict").textContent.trim();
}"""


@pytest.fixture(scope="module")
def page(open_pages, served):
    """Open a page whose Python starts once: it turns to every other, whose cells find the names of those before."""
    page = open_pages(FIRST, at=served)
    page.set_default_timeout(300_000)
    return page


@pytest.fixture(scope="module", params=map(weekly_if_long, live_pages()))
def name(request, page, served):
    page.evaluate(TURN_TO, f"{served}/{request.param}")
    return request.param


def test_every_live_cell_gives_what_is_stored(page, name):
    numbers = page.evaluate("[...document.querySelectorAll('live-cell:not([needs])')].map((cell) => cell.number)")
    captions = page.evaluate(CAPTIONS)
    results = page.evaluate(RUN_ALL)
    assert [int(number) for number in results] == numbers
    cells = code_cells(name.replace(".html", ".ipynb"))
    assert [one for number in numbers if (one := compared(cells[number - 1], results[str(number)]))] == []
    assert page.evaluate(CAPTIONS) == captions, "a picture that is drawn anew keeps its place, number and caption"
    assert page.locator("main table.dataframe").count() == 0, "a new table looks like the others"
    assert page.faults == []


@pytest.mark.usefixtures("name")
def test_every_exercise_takes_its_stored_solution_and_no_untouched_stub(page):
    exercises = page.locator("book-exercise:not(:has([needs]))").all()
    for one in exercises:
        assert one.evaluate(ANSWER, False).startswith("○ Not answered yet."), one.get_attribute("name")
        assert one.evaluate(ANSWER, True) == "✓ Right.", one.get_attribute("name")
    assert page.locator(".solved-mark").count() == len(exercises)
    assert page.faults == []
