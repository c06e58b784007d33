"""The policy of the pages: their own scripts run, one that is put in does not, and nothing is asked of another host."""

import pytest

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


@pytest.mark.parametrize("way", ["folder", "server"])
@pytest.mark.parametrize("name", ["search.html", "chapters/foundations/equations.html", "404.html"])
def test_a_script_that_is_put_into_a_page_does_not_run(open_page, served, way, name):
    page = open_page(name, **({"at": served} if way == "server" else {}))
    assert page.faults == []
    ran, broken = page.evaluate(INJECTED)
    assert not ran
    assert {"img-src", "script-src-elem"} <= set(broken)


def test_the_switch_of_the_theme_works_under_the_policy(open_page):
    page = open_page("chapters/foundations/equations.html", color_scheme="light")
    seen = set()
    for _ in range(3):
        page.locator("button.theme-switch-button:visible").first.click()
        seen.add(page.evaluate("document.documentElement.dataset.mode"))
    assert seen == {"light", "dark", "auto"}
    assert page.faults == []


def test_the_button_to_print_prints(open_page):
    page = open_page("chapters/foundations/equations.html", before="window.print = () => { window.printed = true; }")
    page.evaluate("document.querySelector('.btn-download-pdf-button').click()")
    assert page.evaluate("window.printed")
