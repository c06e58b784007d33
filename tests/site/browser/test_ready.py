"""The page *Before the first class* tells a reader truly what the browser does for the book."""

import re
import threading

import pytest

from tests.support import ROOT
from tools import serve
from tools.browser import find_browser

from .conftest import SITE
from .test_exercises import REFUSED

PAGE = "chapters/appendix/before_the_first_class.html"


def lines(page):
    return page.locator("book-ready li").all_inner_texts()


def test_from_a_folder_nothing_but_python_and_the_cache_is_missing(open_page):
    page = open_page(PAGE)
    scripts, keeps, offline, python = lines(page)
    assert scripts.startswith("✓ Scripts run")
    assert keeps.startswith("✓ ")
    assert offline.startswith("○ Pages need the network")
    assert re.match(
        "○ No Python runs in these pages: (the page was opened from a folder|this copy of the site)", python
    )
    assert page.faults == []


def test_a_browser_that_keeps_nothing(open_page):
    assert lines(open_page(PAGE, before=REFUSED))[1].startswith("○ The browser keeps nothing")


def test_a_browser_of_long_ago(open_page, served, live):
    assert live is None
    page = open_page(PAGE, at=served, before="delete window.DecompressionStream")
    assert lines(page)[3].startswith("○ No Python runs in these pages: the browser is too old")


def test_without_scripts_the_page_says_so(open_page):
    page = open_page(PAGE, java_script_enabled=False)
    assert page.locator("book-ready").inner_text().startswith("No script has run on this page: allow JavaScript")


def test_in_a_room_the_cell_says_ready(chromium, live):
    """Served by one computer to the others, whose browsers trust http less than they trust their own computer."""
    assert live is None
    running = serve.server(SITE, 0, "127.0.0.1")
    threading.Thread(target=running.serve_forever, daemon=True).start()
    rules = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP classroom 127.0.0.1"]
    other = chromium.browser_type.launch(executable_path=find_browser(), args=rules)
    page = other.new_page()
    page.goto(f"http://classroom:{running.server_port}/{PAGE}")
    assert page.evaluate("isSecureContext") is False
    offline, python = lines(page)[2:]
    assert offline.startswith("○ ")
    assert python.startswith("✓ ")
    page.get_by_role("button", name="Run", exact=True).click()
    output = page.locator(".live-output")
    output.wait_for(timeout=300_000)
    assert output.inner_text().strip() == "ready: True"
    other.close()
    running.shutdown()


SAID_BY = (
    "tools/bootstrap.py",
    "tools/ready.py",
    "make.ps1",
    "chapters/_site/live/kernel.js",
    "chapters/_site/static/ready.js",
)
OF_OTHERS = {"running scripts is disabled on this system", "make: command not found"}


def test_the_table_has_the_words_that_the_tools_say():
    text = (ROOT / PAGE).with_suffix(".md").read_text(encoding="utf-8")
    table = text.partition("## If it fails")[2].partition("\n## ")[0]
    shown = {words for row in re.findall(r"^\| (.*?) \|", table, flags=re.M) for words in re.findall(r"`([^`]+)`", row)}
    tools = "\n".join((ROOT / name).read_text(encoding="utf-8") for name in SAID_BY)
    tools = re.sub(r"\{OLDEST\[1\]\} to 3\.\{NEWEST\[1\]\}", "11 to 3.13", tools)
    tools = re.sub(r"\{MADE_FOR\}", "made-for.txt", tools)
    tools = re.sub(r'Error\("(from a folder)', r"A browser starts no Python \1", tools)
    missing = {words for words in shown if words not in tools}
    assert missing == OF_OTHERS
    assert len(shown) > 12


def test_the_server_knows_types_and_says_what_is_missing(tmp_path):
    with pytest.raises(SystemExit, match="no website yet"):
        serve.server(tmp_path)
    (tmp_path / "index.html").write_text("")
    with serve.server(tmp_path, 0, "127.0.0.1") as first, pytest.raises(SystemExit, match="cannot be used"):
        serve.server(tmp_path, first.server_port, "127.0.0.1")
    handler = serve.Site.__new__(serve.Site)
    for name, kind in {"a.js": "text/javascript", "b.mjs": "text/javascript", "c.css": "text/css"}.items():
        assert handler.guess_type(name) == kind
