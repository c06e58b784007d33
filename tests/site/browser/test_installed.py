"""The book as an installed page: the browser finds nothing against it, and kept whole it needs no network."""

import json
import re

from .conftest import SITE

FRONT = "chapters/index.html"


def test_the_book_can_be_installed(open_page, served):
    page = open_page(FRONT, at=served)
    page.evaluate("navigator.serviceWorker.ready")
    session = page.context.new_cdp_session(page)
    found = session.send("Page.getAppManifest")
    assert found["errors"] == []
    manifest = json.loads(found["data"])
    assert (SITE / manifest["start_url"]).exists()
    for icon in manifest["icons"]:
        assert (SITE / icon["src"]).exists()
    faults = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [one["errorId"] for one in faults] in ([], ["in-incognito"]), "a test's window keeps nothing for later"


def test_a_book_that_was_kept_whole_opens_everywhere_without_a_network(open_page, served):
    page = open_page(FRONT, at=served)
    place = page.locator(".keep-book")
    place.filter(has_text=re.compile(r"\(\d+ MB\)")).wait_for()
    place.get_by_role("button").click()
    place.get_by_text("The whole book is kept").wait_for()
    page.context.set_offline(True)
    for name in ("chapters/reproductions/imdb.html", "chapters/appendix/notation.html", "search.html?q=update%20gate"):
        page.goto(f"{served}/{name}")
        if "search" in name:
            page.locator("main .search-found a").first.wait_for()
        else:
            page.evaluate("document.querySelectorAll('img[loading=lazy]').forEach((one) => (one.loading = 'eager'))")
            page.wait_for_function("[...document.images].every((one) => one.complete)")
            assert page.evaluate("[...document.images].filter((one) => !one.naturalWidth).length") == 0
        page.evaluate("document.fonts.ready")
    page.goto(f"{served}/chapters/reproductions/mnist.html")
    page.locator("gru-digit").scroll_into_view_if_needed()
    page.locator("gru-digit.book-live .book-words:not(:empty)").wait_for()
    assert page.faults == [], "and its networks come too"


def test_without_a_worker_nothing_is_promised(open_page):
    assert open_page(FRONT).locator(".keep-book").is_hidden(), "a page from a folder keeps nothing"
