"""Every live cell of every page is run in the browser, and gives what is stored, by the rules of nbval."""

import pytest

from tests.support.stored import code_cells, compared

from .conftest import live_pages

pytestmark = pytest.mark.usefixtures("live")
TURN_TO = """async (address) => {
  const page = new DOMParser().parseFromString(await (await fetch(address)).text(), "text/html");
  history.replaceState(null, "", address);
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


@pytest.fixture(scope="module")
def page(open_pages, served):
    """Open one page whose Python has started; it turns to the others, which find the names of those before them."""
    page = open_pages(live_pages()[0], at=served)
    page.set_default_timeout(300_000)
    return page


@pytest.mark.parametrize("name", live_pages())
def test_every_live_cell_gives_what_is_stored(page, served, name):
    page.evaluate(TURN_TO, f"{served}/{name}")
    numbers = page.evaluate("[...document.querySelectorAll('live-cell:not([needs])')].map((cell) => cell.number)")
    results = page.evaluate(RUN_ALL)
    assert [int(number) for number in results] == numbers
    cells = code_cells(name.replace(".html", ".ipynb"))
    different = [one for number in numbers if (one := compared(cells[number - 1], results[str(number)]))]
    assert different == []
    assert page.faults == []
