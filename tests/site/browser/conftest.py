"""The built site in a real browser: Debian's Chromium, or any that is on the path."""

import os
import re
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.support import ROOT
from tools.browser import find_browser

SITE = ROOT / "_build" / "html"
LIVE_CELL = re.compile(r"<live-cell(?![^>]*needs)")
FOLDER = SITE.as_uri()


def missing(what):
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what}; in CI the browser tests must run", pytrace=False)
    pytest.skip(what)


@pytest.fixture(scope="session")
def chromium():
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed; `make test` brings it")
    path = find_browser()
    if path is None:
        missing("no Chromium found; on Debian and Ubuntu: sudo apt-get install chromium")
    if not (SITE / "index.html").exists():
        missing("there is no built site; `make book` builds it")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


def book_pages():
    """Return the pages of the book; test_decks.py looks at its slides."""
    return sorted(
        path for path in SITE.rglob("*.html") if "_static" not in path.parts and ".slides" not in path.suffixes
    )


def live_pages():
    """Return the pages whose cells run and have stored outputs."""
    names = (path.relative_to(SITE) for path in book_pages() if LIVE_CELL.search(path.read_text("utf-8")))
    return [name.as_posix() for name in names if (ROOT / name).with_suffix(".ipynb").exists()]


@pytest.fixture(scope="session")
def live(chromium):  # noqa: ARG001 (without a browser or a site it skips)
    """Ask for a site whose cells run; it can be had where GRU_LIB_PYODIDE is set."""
    if (SITE / "_static" / "live").exists():
        return
    if os.environ.get("GRU_LIB_PYODIDE"):
        missing("there is no site whose cells run; `make live` builds it")
    pytest.skip("GRU_LIB_PYODIDE is not set: there is no Python for the pages")


@pytest.fixture(scope="session")
def served():
    """The address of the site on a server of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=SITE))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@contextmanager
def opening(chromium):
    """Give a function that opens a page of the site, by default from its folder; its mistakes are in `page.faults`."""
    contexts = []

    def open_one(name, size=(1280, 900), at=FOLDER, before="", **options):
        viewport = dict(zip(("width", "height"), size, strict=True))
        options = {"bypass_csp": True} | options  # wait_for_function evaluates strings; see test_policy.py
        context = chromium.new_context(viewport=viewport, **options)
        contexts.append(context)
        faults = []

        def ask(route):
            if route.request.url.startswith(f"{at}/"):
                return route.continue_()
            faults.append(f"asks for {route.request.url}")
            return route.abort()

        context.route(re.compile("^https?://"), ask)
        context.add_init_script(before)
        page = context.new_page()
        page.faults = faults
        page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
        page.on("console", lambda line: faults.append(f"console: {line.text}") if line.type == "error" else None)
        page.on("requestfailed", lambda request: faults.append(f"not found: {request.url}"))
        page.goto(f"{at}/{name}")
        return page

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def open_page(chromium):
    with opening(chromium) as open_one:
        yield open_one


@pytest.fixture(scope="module")
def open_pages(chromium):
    """As open_page, for pages that the tests of a module share."""
    with opening(chromium) as open_one:
        yield open_one
