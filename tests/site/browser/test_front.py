"""The front page in a browser: a sequence flows through a cell while one looks, and the page is light."""

import gzip
import re
from itertools import pairwise

import numpy as np

from gru_lib.scratch import GRUWeights, gru_forward

from .conftest import SITE

FRONT = "chapters/index.html"
BROUGHT = "[location, ...performance.getEntriesByType('resource')].map((one) => one.href ?? one.name)"
READ = """() => {
  const figure = document.querySelector("gru-flow");
  const value = (part) => +figure.querySelector(`[data-part=${part}] .value`).textContent.replace("−", "-");
  return [figure.inputs, figure.bias, ["z", "r", "g", "h"].map(value)];
}"""


def agree(page):
    """Compare what the cell shows with the book's GRU; return inputs, bias and the state."""
    inputs, bias, shown = page.evaluate(READ)
    kernel, biases = np.array([[-12.0, 0, 8]]), np.array([[bias, 6.0, -7], [0, 0, 0]])
    states, cache = gru_forward(np.array(inputs)[None, :, None], GRUWeights(kernel, np.zeros((1, 3)), biases))
    expected = [*cache.activations.gates[-1, :, 0], states[0, -1, 0]]
    np.testing.assert_allclose(shown, expected, atol=0.0051)
    return inputs, bias, shown[-1]


def test_a_sequence_flows_through_the_cell_and_is_forgotten_with_a_lower_bias(open_page):
    page = open_page(FRONT, reduced_motion="reduce")
    figure = page.locator("gru-flow")
    step = figure.get_by_role("button", name="Next step")
    assert figure.get_by_role("button", name="Pause").count() == 0, "where nothing may move nothing does"
    seen = []
    for _ in range(60):
        inputs, _, state = agree(page)
        seen.append((inputs[-1], state))
        step.click()
    small = [(before, now) for (_, before), (x, now) in pairwise(seen) if x < 0.5]
    assert 40 < len(small) < 58, "mostly small inputs, and some large ones"
    assert max(abs(now - before) for before, now in small) < 0.02, "which pass by"
    assert len({round(state, 1) for _, state in seen}) > 2, "and what is kept changes"
    figure.get_by_label("Bias of the update gate").fill("-2")
    assert agree(page)[1] == -2
    assert "% of the" in figure.locator(".book-words:not([aria-busy])").inner_text()
    assert max(abs(agree(page)[2] - state) for state in {now for _, now in small}) > 0.3, "it forgets"
    assert page.faults == []


def test_it_runs_while_one_looks_and_stops_when_told(open_page):
    page = open_page(FRONT)
    figure = page.locator("gru-flow")
    figure.scroll_into_view_if_needed()
    running = "document.querySelector('gru-flow').classList.contains('gru-playing')"
    page.wait_for_function(running)
    first = page.evaluate("document.querySelector('gru-flow').inputs.length")
    page.wait_for_function("first => document.querySelector('gru-flow').inputs.length > first", arg=first)
    agree(page)
    page.locator("footer").last.scroll_into_view_if_needed()
    page.wait_for_function(f"!{running}")
    figure.scroll_into_view_if_needed()
    page.wait_for_function(running)
    figure.get_by_role("button", name="Pause").click()
    assert not page.evaluate(running)
    page.locator("footer").last.scroll_into_view_if_needed()
    figure.scroll_into_view_if_needed()
    figure.get_by_role("button", name="Go on").click()
    assert page.evaluate(running)
    assert page.faults == []


def test_the_front_page_is_light_and_nothing_on_it_jumps(open_page, served):
    before = """new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) window.jumped = (window.jumped || 0) + entry.value;
    }).observe({ type: "layout-shift", buffered: true });"""
    for size in ((360, 740), (1366, 768)):
        page = open_page(FRONT, size=size, at=served, before=before)
        page.locator("gru-flow .gru-strip").wait_for()
        page.wait_for_load_state("networkidle")
        names = page.evaluate(BROUGHT)
        files = {re.sub(r"[?#].*", "", name).removeprefix(f"{served}/") for name in names if name.startswith(served)}
        sent = {name: len(gzip.compress((SITE / name).read_bytes())) for name in files}
        assert len(sent) > 8
        assert sum(sent.values()) < 300_000, sorted(sent.items(), key=lambda one: -one[1])[:5]
        assert (page.evaluate("window.jumped") or 0) < 0.05
        seen = [
            page.locator(place).first.bounding_box() for place in (".gru-strip", ".number:last-child", ".ways .sd-card")
        ]
        assert max(box["y"] for box in seen) < 2 * 844, "question, cell, numbers and a way in on two screens of a phone"
        assert page.locator("gru-flow .gru-cell").is_visible() == (size[0] > 700), "on a phone the cell is folded"
        assert page.faults == []


def test_the_map_has_the_numbers_and_names_of_the_sidebar(open_page):
    page = open_page(FRONT)
    rows = page.locator(".chapters > li")
    shown = rows.evaluate_all("""all => all.map((row) => [
      row.querySelector(".number").textContent, row.querySelector("a").textContent, row.querySelector("a").href])""")
    beside = page.locator(".bd-sidebar-primary .toctree-l1 > a").evaluate_all(
        "all => all.map((link) => [...link.textContent.match(/(?:(\\d+)\\. )?(.*)/s)].slice(1).concat(link.href))"
    )
    assert [[number or "", name.strip(), link] for number, name, link in beside] == shown
    places = rows.locator("[data-solved]")
    assert places.count() == rows.locator(".minutes").count() > 10, "a chapter has room for what is solved"
    assert places.evaluate_all("all => all.every((one) => !one.offsetWidth)"), "which takes none while empty"
