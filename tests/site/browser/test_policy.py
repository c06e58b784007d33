"""The policy of the pages: their own scripts run, one that is put in does not, and nothing is asked of another host."""

import re

import pytest

from .conftest import SITE, book_pages

PARTS = re.compile(r"<((?:gru|book|live)-[a-z]+)|<script [^>]*src=\"[^\"]*?([^\"/?]+)[\"?]")  # what runs on a page
INJECTED = """() => new Promise((done) => {
  const broken = [];
  document.addEventListener("securitypolicyviolation", (event) => broken.push(event.effectiveDirective));
  const script = document.createElement("script");
  script.textContent = "window.injected = true";
  const image = new Image();
  image.src = "https://example.org/x.png";
  document.body.append(script, image);
  document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.injected = true'>");
  setTimeout(() => done([Boolean(window.injected), [...new Set(broken)].sort()]), 300);
})"""


@pytest.fixture
def governed(open_page):
    """Open a page as a reader's browser does, under its policy."""
    return lambda name, **options: open_page(name, bypass_csp=False, **options)


def pages_of_every_part():
    """Yield pages until each script and element of the site has run on one."""
    seen = set()
    for path in book_pages():
        if path != SITE / "index.html" and (parts := set(PARTS.findall(path.read_text("utf-8"))) - seen):
            seen |= parts
            yield path.relative_to(SITE).as_posix()


def test_no_script_or_element_breaks_the_policy(governed, served):
    page = governed("search.html?q=gate", at=served)
    for name in pages_of_every_part():
        page.goto(f"{served}/{name}")
        for figure in page.locator(
            "main :is(gru-explorer, gru-vanishing, gru-beginnings, gru-digit, gru-review, gru-writer)"
        ).all():
            figure.scroll_into_view_if_needed()
    page.goto(f"{served}/search.html?q=gate")
    page.wait_for_selector("main .search-found a")
    # what a page was still asking for when it was left is no fault
    assert [fault for fault in page.faults if not fault.startswith("not found")] == []


@pytest.mark.parametrize("way", ["folder", "server"])
@pytest.mark.parametrize("name", ["search.html", "chapters/foundations/equations.html", "404.html"])
def test_a_script_that_is_put_into_a_page_does_not_run(governed, served, way, name):
    page = governed(name, **({"at": served} if way == "server" else {}))
    assert page.faults == []
    ran, broken = page.evaluate(INJECTED)
    assert not ran
    assert {"img-src", "script-src-elem"} <= set(broken)


def test_the_switch_of_the_theme_works_under_the_policy(governed):
    page = governed("chapters/foundations/equations.html", color_scheme="light")
    seen = set()
    for _ in range(3):
        page.locator("button.theme-switch-button:visible").first.click()
        seen.add(page.evaluate("document.documentElement.dataset.mode"))
    assert seen == {"light", "dark", "auto"}
    assert page.faults == []


def test_the_button_to_print_prints(governed):
    page = governed("chapters/foundations/equations.html", before="window.print = () => { window.printed = true; }")
    page.evaluate("document.querySelector('.btn-download-pdf-button').click()")
    assert page.evaluate("window.printed")
