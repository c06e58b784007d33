"""Live cells under bad input: a sentence says what happened, the page stays usable, what was typed is not lost."""

import threading
from functools import partial
from http.server import ThreadingHTTPServer

import pytest

from .conftest import SITE, Quiet

pytestmark = pytest.mark.usefixtures("live")
PAGE = "chapters/foundations/why_gates.html"
FIRST = "live-cell[number='1']"
RUN = """async ([number, code]) => {
  const cell = document.querySelector(`live-cell[number="${number}"]`);
  let outputs = [];
  const hear = ({ target, detail }) => { if (target === cell) outputs = detail.outputs; };
  document.addEventListener("live:ran", hear);
  if (code !== null) cell.code = code;
  const ok = await cell.run();
  document.removeEventListener("live:ran", hear);
  return { ok, outputs, shown: cell.innerText, status: cell.status.textContent };
}"""


def run(page, code=None, number=1):
    return page.evaluate(RUN, [number, code])


@pytest.fixture(scope="module")
def page(chromium, served):
    """A page whose Python runs; each test types into its first cell."""
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{served}/{PAGE}")
    page.evaluate("document.querySelectorAll('live-cell details').forEach((fold) => { fold.open = true; })")
    assert run(page, "a = 1")["ok"]
    yield page
    context.close()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("x = 1\nx.y", ("AttributeError", "cell 1, line 2: x.y")),
        ("def f():\n    return 1 / 0\n\nf()", ("ZeroDivisionError", "line 4: f()", "line 2: return 1 / 0")),
        ("x = 1\nfor", ("SyntaxError", "line 2: for")),
        ("input('name? ')", ("input() waits for a keyboard", "Write the value into the cell")),
        ("import tensorflow as tf\ntf.constant(1)", ("does not load tensorflow",)),
        ("from keras import layers\nlayers.GRU(3)", ("does not load keras",)),
        ("import urllib.request\nurllib.request.urlopen('https://example.org')", ("has no network",)),
        # from here on memory is asked for, and the last of these keeps it
        ("import numpy as np\nnp.ones(1_250_000_000)", ("array is too big", "has one gigabyte")),
        ("import numpy as np\nnp.ones(10**8 * 2)", ("MemoryError", "has one gigabyte")),
        ("bytearray(10**10)", ("has one gigabyte",)),
        ("kept = []\nwhile True:\n    kept.append(bytearray(10**8))", ("MemoryError", "has one gigabyte")),
        ("import sys\nsys.exit(3)", ("SystemExit",)),
        ("def f():\n    return f()\n\nf()", ("RecursionError",)),
    ],
)
def test_a_mistake_is_told_and_the_next_cell_runs(page, code, said):
    result = run(page, code)
    assert not result["ok"]
    for words in said:
        assert words in result["shown"]
    assert run(page, "6 * 7")["outputs"][0]["data"]["text/plain"] == "42"


def test_the_line_of_an_error_is_marked_until_the_code_changes(page):
    run(page, "x = 1\nx.y\nx")
    assert page.locator(f"{FIRST} .live-wrong").inner_text() == "x.y"
    run(page, "x = 1")
    assert page.locator(f"{FIRST} .live-wrong").count() == 0


def test_what_a_cell_gives_is_shown_as_in_a_notebook(page):
    outputs = run(page, "import sys\nprint('a')\nprint('b', file=sys.stderr)\ndisplay(1)\n'c'")["outputs"]
    assert [one["output_type"] for one in outputs] == ["stream", "stream", "display_data", "execute_result"]
    assert run(page, "3;")["outputs"] == []
    assert (
        "<b>bold</b>"
        in run(page, "class T:\n    def _repr_html_(self): return '<b>bold</b>'\nT()")["outputs"][0]["data"][
            "text/html"
        ]
    )
    assert page.locator(f"{FIRST} .live-output b").inner_text() == "bold"


def start(page, code):
    """Run a cell that never ends; return at once."""
    page.evaluate(
        "([selector, code]) => { const c = document.querySelector(selector); c.code = code; c.run(); }", [FIRST, code]
    )
    page.wait_for_function(f'!document.querySelector("{FIRST} .live-Stop").hidden')


@pytest.mark.parametrize("code", ["while True: pass", "while True: print('again')"])
def test_stop_ends_a_loop_and_says_that_the_variables_are_gone(page, code):
    run(page, "a = 1")
    start(page, code)
    if "print" in code:
        page.get_by_text("The output is cut after 100,000 characters").wait_for()
        assert len(page.locator(f"{FIRST} .live-output").inner_text()) < 101_000
    page.locator(f"{FIRST} .live-Stop").click()
    page.get_by_text("The variables are gone").wait_for()
    assert page.evaluate(f'document.querySelector("{FIRST}").code') == code
    assert run(page, "a")["outputs"][0]["ename"] == "NameError"


def test_a_cell_that_takes_too_long_is_ended(open_page, served):
    page = open_page(PAGE, at=served)
    page.set_default_timeout(120_000)
    assert run(page, "1")["ok"]
    page.clock.install()
    start(page, "while True: pass")
    page.clock.fast_forward(181_000)
    page.get_by_text("said nothing for 3 minutes and was stopped").wait_for(state="attached")
    page.clock.resume()
    assert run(page, "2")["ok"]


def test_what_was_typed_is_there_after_a_reload_until_reset(open_page, served):
    page = open_page(PAGE, at=served)
    original = page.evaluate(f'document.querySelector("{FIRST}").original')
    page.evaluate(f"document.querySelector(\"{FIRST}\").code = 'mine = 1'")
    page.reload()
    assert page.evaluate(f'document.querySelector("{FIRST}").code') == "mine = 1"
    page.evaluate(f'document.querySelector("{FIRST}").reset()')
    assert page.evaluate(f'document.querySelector("{FIRST}").code') == original
    page.reload()
    assert page.evaluate(f'document.querySelector("{FIRST}").code') == original


def test_code_of_last_time_has_its_colours_and_is_forgotten_with_the_rest(open_page, served):
    page = open_page(PAGE, at=served)
    cell = page.locator("book-exercise live-cell:not([needs])").first
    original = cell.evaluate("(cell) => { const { code } = cell; cell.code = 'def mine(): return 1'; return code }")
    page.reload()
    cell.evaluate("(one) => one.scrollIntoView()")
    cell.locator(".cm-content .k").first.wait_for()
    below = cell.evaluate("(one) => Boolean(one.stored)")
    assert ("stands below" in cell.evaluate("(one) => one.status.textContent")) == below
    page.get_by_role("button", name="Forget it").click()
    page.get_by_role("button", name="Really forget?").click()
    assert cell.evaluate("(cell) => cell.code") == original
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('live:'))") == []


def test_an_output_says_that_a_cell_above_that_it_needs_has_changed_since(open_page, served):
    page = open_page(PAGE, at=served)
    page.set_default_timeout(120_000)
    cell = 'document.querySelector(`live-cell[number="${number}"]`)'
    code = page.evaluate(f"(number) => {cell}.code", 5)

    def old():
        return page.locator("live-cell:has(.live-old)").evaluate_all("all => all.map((one) => one.number)")

    assert run(page, number=5)["ok"]
    assert old() == []
    assert run(page, code.replace("-0.6", "-0.9"), 5)["ok"]
    assert old() == [6], "the figure draws both; the cells below do not"
    assert run(page, number=6)["ok"]
    assert old() == []
    page.evaluate(f"(number) => {cell}.reset()", 5)
    assert old() == [6]
    assert run(page, number=6)["ok"]
    assert old() == []
    assert page.faults == []


FULL = """Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
Cache.prototype.put = async () => { throw new DOMException("full", "QuotaExceededError"); };"""
BARRED = {
    "WebAssembly": ("delete window.WebAssembly", "starts no Python without WebAssembly"),
    "workers": ("window.Worker = undefined", "starts no Python without workers"),
}


@pytest.mark.parametrize("lacks", BARRED)
def test_a_browser_that_cannot_says_so(open_page, served, lacks):
    before, said = BARRED[lacks]
    page = open_page(PAGE, at=served, before=before)
    result = run(page, "1")
    assert not result["ok"]
    assert said in result["status"]
    assert page.evaluate(f'document.querySelector("{FIRST}").code') == "1"


def test_a_page_from_a_folder_says_how_to_serve_it(open_page):
    page = open_page(PAGE)
    assert "python3 -m http.server" in run(page)["status"]


def test_where_nothing_can_be_kept_cells_run_and_the_page_says_so(open_page, served):
    page = open_page(PAGE, at=served, before=FULL)
    page.evaluate(f"document.querySelector(\"{FIRST}\").code = '1 + 1'")
    assert "keeps nothing" in page.evaluate(f'document.querySelector("{FIRST}").status.textContent')
    assert run(page)["outputs"][0]["data"]["text/plain"] == "2"


def test_nothing_of_python_is_asked_for_before_the_first_click(open_page, served):
    page = open_page(PAGE, at=served)
    asked = page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
    assert {name.rsplit("/", 1)[1].partition("?")[0] for name in asked if "/live/" in name} == {"live.js", "live.css"}


def test_a_page_that_is_closed_while_it_loads_harms_nothing(open_page, served):
    page = open_page(PAGE, at=served)
    page.locator(f"{FIRST} .live-Run").evaluate("(button) => button.click()")
    page.get_by_text("Loading Python").first.wait_for(state="attached")
    context = page.context
    page.close()
    again = context.new_page()
    again.goto(f"{served}/{PAGE}")
    assert run(again, "1 + 2")["outputs"][0]["data"]["text/plain"] == "3"


def test_a_keyboard_leaves_the_editor(open_page, served):
    page = open_page(PAGE, at=served)
    page.locator("live-cell[number='2'] .live-Edit").click()
    editor = page.locator("live-cell[number='2'] .cm-content")
    editor.wait_for()
    assert editor.get_attribute("aria-label") == "Code of cell 2"
    page.keyboard.press("Tab")
    assert editor.evaluate("(one) => one === document.activeElement")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+End")
    page.keyboard.type("\n1/4")  # elsewhere on a page "/" asks for the search
    assert page.locator("live-cell[number='2']").evaluate("(cell) => cell.code").endswith("\n1/4")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert editor.evaluate("(one) => one !== document.activeElement")


def test_what_has_been_opened_is_there_without_a_network(chromium):
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=SITE))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{address}/{PAGE}")
    page.evaluate("navigator.serviceWorker.ready")
    page.reload()  # from now on the worker sees all
    assert run(page, "1")["ok"]
    server.shutdown()
    server.server_close()
    page.reload()
    assert run(page, "2 + 2")["outputs"][0]["data"]["text/plain"] == "4"
    page.goto(f"{address}/chapters/foundations/bptt.html")
    assert "There is no network" in page.inner_text("body")
    context.close()
