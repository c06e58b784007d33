"""The explorer: a cell, its equations and its curves as one picture, by keyboard, mouse and finger."""

import re

import numpy as np
import pytest

from gru_lib.scratch import GRUWeights, gru_forward

EQUATIONS = "chapters/foundations/equations.html"


def explorer(page):
    """Return the explorer once it is laid out: what is out of sight has no text yet."""
    figure = page.locator("gru-explorer")
    figure.scroll_into_view_if_needed()
    page.wait_for_function("figure => figure.innerText.includes('=')", arg=figure.element_handle())
    return figure


def numbers(inputs):
    return [float(value) for value in inputs.evaluate_all("all => all.map(input => input.value)")]


def shown_weights(figure):
    values = numbers(figure.locator(".gru-weights input"))
    (wz, uz, bz), (wr, ur, br), (wh, uh, bh, c) = values[:3], values[3:6], values[6:]
    kernel, recurrent = np.array([[wz, wr, wh]]), np.array([[uz, ur, uh]])
    return GRUWeights(kernel, recurrent, np.array([[bz, br, bh], [0, 0, c]]))


ALL_STEPS = """figure => {
  const slider = [...figure.querySelectorAll("label")].find((label) => label.textContent === "Step").control;
  return Array.from({ length: 10 }, (_, t) => {
    slider.value = t + 1;
    slider.dispatchEvent(new Event("input"));
    return ["z", "r", "g", "h"].map((name) => figure.querySelector(`.gru-sums .${name}`).innerText);
  });
}"""


def shown(figure):
    """Return z, r, g and h at every step, as the four equations end."""
    lines = np.array(figure.evaluate(ALL_STEPS)).T
    values = [[float(line.split("=")[-1].replace("−", "-")) for line in one] for one in lines]
    return dict(zip("zrgh", np.array(values), strict=True))


def agree(figure, reset_after=True):
    """Compare gates, candidate and state of every step with the book's NumPy code."""
    weights, inputs = shown_weights(figure), np.array(numbers(figure.locator(".gru-inputs input")))[None, :, None]
    if not reset_after:
        weights = GRUWeights(weights.kernel, weights.recurrent_kernel, weights.bias[0])
    states, cache = gru_forward(inputs, weights, reset_after=reset_after)
    found = shown(figure)
    for name, expected in zip("zrgh", [*cache.activations.gates[:, :, 0].T, states[0, :, 0]], strict=True):
        np.testing.assert_allclose(found[name], expected, atol=0.0051, err_msg=name)
    return found


def test_every_slider_of_the_explorer_does_what_it_says(open_page):
    figure = explorer(open_page(EQUATIONS))
    rng = np.random.default_rng(0)
    for slider in figure.locator(".gru-weights input").all():
        slider.fill(str(rng.integers(-3, 4) / 2))  # so small that nothing saturates
    for handle in figure.locator(".gru-inputs input").all():
        handle.fill(str(rng.integers(-10, 11) / 10))
    after = agree(figure)
    figure.get_by_label("before it").check()
    assert figure.locator(".gru-weights").get_by_label("c", exact=True).is_disabled()
    before = agree(figure, reset_after=False)
    assert np.abs(after["g"] - before["g"]).max() > 0.1


def test_the_examples_remember_forget_ignore_and_start_afresh(open_page):
    page = open_page(EQUATIONS)
    figure = explorer(page)
    states = {}
    for example in ("Remember", "Forget", "Ignore", "Start afresh"):
        figure.get_by_role("button", name=example, exact=True).click()
        states[example] = agree(figure)["h"]
        figure.get_by_label("before it").check()
        agree(figure, reset_after=False)
    assert np.abs(states["Remember"][:2]).max() == 0
    assert states["Remember"][2:].min() > 0.9
    assert states["Forget"][2] > 0.9
    assert states["Forget"][4] > states["Forget"][2] / 2 > states["Forget"][5], "after three steps less than half"
    assert np.abs(states["Ignore"][:4]).max() < 0.02
    assert states["Ignore"][4:].min() > 0.9
    assert states["Start afresh"][4] > 0.9
    assert states["Start afresh"][5:].max() < -0.2
    figure.locator("fieldset", has_text="Reset gate r").get_by_label("w", exact=True).fill("0")
    assert shown(figure)["h"][5:].min() > 0.9, "without its reset gate the unit drowns the second input in the past"
    assert page.faults == []


def test_the_other_update_gate_with_turned_signs_is_the_same_cell(open_page):
    figure = explorer(open_page(EQUATIONS))
    book = shown(figure)
    figure.get_by_label("takes the candidate").check()
    assert np.abs(shown(figure)["h"] - book["h"]).max() > 0.5
    figure.get_by_role("button", name="Turn the signs").click()
    other = shown(figure)
    np.testing.assert_array_equal(other["h"], book["h"])
    np.testing.assert_allclose(other["z"], 1 - book["z"], atol=0.011)
    figure.get_by_role("button", name="Remember").click()
    assert figure.get_by_label("keeps the state").is_checked(), "an example is in the book's conventions"
    agree(figure)


def test_the_explorer_by_keyboard_and_by_mouse(open_page):
    page = open_page(EQUATIONS)
    figure = explorer(page)
    bias = figure.locator("fieldset", has_text="Update gate").get_by_label("b", exact=True)
    bias.focus()
    for _ in range(10):
        bias.press("ArrowLeft")
    assert bias.input_value() == "1"
    assert shown(figure)["h"][-1] < 0.2, "with b = 1 the state leaks away"
    assert figure.locator("[aria-pressed=true]").count() == 0

    handle = figure.get_by_label("Input at step 7")
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x = box["x"] + box["width"] / 2
    page.mouse.move(x, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(x, box["y"] + box["height"], steps=5)
    page.mouse.up()
    assert handle.input_value() == "-1"
    assert figure.get_by_label("Step", exact=True).input_value() == "7"
    agree(figure)
    fourth, chart = figure.get_by_label("Input at step 4").bounding_box(), figure.locator(".gru-chart").bounding_box()
    page.mouse.click(fourth["x"] + 3, chart["y"] + 240)
    assert figure.get_by_label("Step", exact=True).input_value() == "4"


def test_the_explorer_by_finger(open_page):
    page = open_page(EQUATIONS, size=(360, 740), has_touch=True, is_mobile=True)
    figure = explorer(page)
    height = figure.bounding_box()["height"]
    for example in ("Forget", "Ignore", "Start afresh", "Remember"):
        button = figure.get_by_role("button", name=example, exact=True)
        button.tap()
        assert button.get_attribute("aria-pressed") == "true"
        figure.locator(".book-words:not([aria-busy])").wait_for()
        assert figure.bounding_box()["height"] == pytest.approx(height, abs=0.5), "nothing below may jump"
    handles = [handle.bounding_box() for handle in figure.locator(".gru-inputs input").all()]
    assert min(box["width"] for box in handles) >= 24
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def finger(page, x, y, to_x, to_y):
    """Move a finger over the page, and return how far it has scrolled."""
    before, touch = page.evaluate("scrollY"), page.context.new_cdp_session(page).send
    touch("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for share in np.linspace(0, 1, 12)[1:]:
        point = {"x": float(x + share * (to_x - x)), "y": float(y + share * (to_y - y))}
        touch("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    touch("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_timeout(100)
    return page.evaluate("scrollY") - before


def centre(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_curves_are_in_sight_with_the_slider_that_moves_them(open_page):
    page = open_page(EQUATIONS, size=(390, 844), has_touch=True, is_mobile=True)
    figure = explorer(page)
    for slider in figure.locator(".gru-weights input").all():
        slider.evaluate("one => one.scrollIntoView({ block: 'center', behavior: 'instant' })")
        chart, box = figure.locator(".gru-chart").bounding_box(), slider.bounding_box()
        above = page.locator(".bd-header-article").bounding_box()
        assert above["y"] + above["height"] <= chart["y"] + 1, "under the bar of the page"
        assert chart["y"] + chart["height"] < box["y"] < 844


def test_a_swipe_scrolls_the_page_and_only_a_thumb_moves(open_page):
    page = open_page(EQUATIONS, size=(360, 740), has_touch=True, is_mobile=True)
    figure = explorer(page)
    sliders = figure.locator(":is(.gru-weights, .gru-inputs) input")
    cell = numbers(sliders)

    handle = figure.get_by_label("Input at step 8")
    handle.evaluate("one => one.scrollIntoView({block: 'center'})")
    x, y = centre(handle)
    assert finger(page, x, y - 25, x, y - 125) > 50, "beside the thumb"
    weight = figure.locator("fieldset", has_text="Candidate g").get_by_label("w", exact=True)
    weight.evaluate("one => one.scrollIntoView({block: 'center'})")
    x, y = centre(weight)
    assert finger(page, x - 60, y, x - 60, y - 100) > 50, "on the track"
    finger(page, x - 60, y, x - 59, y)
    assert numbers(sliders) == cell

    handle.evaluate("one => one.scrollIntoView({block: 'center'})")
    x, y = centre(handle)
    assert finger(page, x, y, x, y - 60) == 0
    assert handle.input_value() == "1"
    agree(figure)
    figure.get_by_label("Step", exact=True).fill("8")
    grab = figure.locator(".grab[data-name=h]")
    grab.evaluate("one => one.scrollIntoView({block: 'center'})")
    x, y = centre(grab)
    assert finger(page, x, y, x, y + 60) == 0, "the handle of the chosen step"
    assert float(handle.input_value()) < 0.7
    agree(figure)


WIRES = ["x", "old", "z", "not", "r", "g", "h", "past", "seen", "fresh", "kept", "written"]


def wires(figure):
    """Return what the wires say that they carry, and how thick they are."""
    said = {part: figure.locator(f"svg [data-part={part}]") for part in WIRES}
    values = {part: float(wire.locator(".value").text_content().replace("−", "-")) for part, wire in said.items()}
    thick = {
        part: wire.locator(".line").evaluate("one => parseFloat(one.style.strokeWidth)") for part, wire in said.items()
    }
    return values, thick


@pytest.mark.parametrize(("after", "keeps"), [(True, True), (True, False), (False, True), (False, False)])
def test_every_wire_carries_its_part_of_the_step(open_page, after, keeps):
    figure, rng = explorer(open_page(EQUATIONS)), np.random.default_rng(1)
    for slider in figure.locator(".gru-weights input").all():
        slider.fill(str(rng.integers(-3, 4) / 2))
    for handle in figure.locator(".gru-inputs input").all():
        handle.fill(str(rng.integers(-10, 11) / 10))
    figure.get_by_label("before it").set_checked(not after)
    figure.get_by_label("takes the candidate").set_checked(not keeps)
    figure.get_by_label("Step", exact=True).fill("6")

    weights, inputs = shown_weights(figure), numbers(figure.locator(".gru-inputs input"))
    (wz, wr, wh), (uz, ur, uh) = weights.kernel[0], weights.recurrent_kernel[0]
    (bz, br, bh), c = weights.bias[0], weights.bias[1, 2]
    h = 0.0
    for x in inputs[:6]:
        old = h
        z, r = (1 / (1 + np.exp(-(x * w + old * u + b))) for w, u, b in ((wz, uz, bz), (wr, ur, br)))
        past = old * uh + c if after else r * old
        seen, fresh = r * past if after else past * uh, x * wh + bh
        g = np.tanh(fresh + seen)
        keep, write = (z, 1 - z) if keeps else (1 - z, z)
        h = keep * old + write * g
    expected = dict(zip(WIRES, [x, old, z, 1 - z, r, g, h, past, seen, fresh, keep * old, write * g], strict=True))
    values, thick = wires(figure)
    assert values == {part: pytest.approx(value, abs=0.0051) for part, value in expected.items()}
    for part, value in expected.items():
        assert thick[part] == pytest.approx(2.5 + 8 * min(1, abs(value)), abs=1e-3), part


def test_a_symbol_and_its_wire_light_up_together(open_page):
    page = open_page(EQUATIONS)
    figure = explorer(page)
    lit = "figure => [...figure.querySelectorAll('.lit')].map(one => [one.dataset.part, one.namespaceURI.at(-1)])"
    words = figure.locator(".gru-pointed")

    symbols = figure.locator(".gru-maths [data-part]")
    assert symbols.evaluate_all("all => all.filter(one => one.tabIndex === 0).length") == 1, "one stop for Tab"
    symbols.first.focus()
    for _ in range(symbols.count()):  # all of them, by keyboard, and round to the first
        part = page.evaluate("document.activeElement.dataset.part")
        found = figure.evaluate(lit)
        assert {name for name, _ in found} == {part}
        assert {space for _, space in found} == {"l", "g"}, "in a formula (xhtml) and in the picture (svg)"
        assert re.search(r" = −?\d\.\d\d: ", words.inner_text())
        name = page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert re.fullmatch(r".+, .+: −?\d\.\d\d", name)
        page.keyboard.press("ArrowRight")
    assert symbols.first.evaluate("one => one === document.activeElement")

    for part in WIRES:
        figure.locator(f"svg [data-part={part}] .reach").dispatch_event("pointerover", {"bubbles": True})
        assert {name for name, _ in figure.evaluate(lit)} == {part}
    page.mouse.move(1, 1)
    symbols.first.evaluate("one => one.blur()")
    figure.dispatch_event("pointerleave")
    assert figure.evaluate(lit) == []
    assert page.faults == []


def test_undo_takes_back_one_change_and_the_former_curve_stays_to_be_compared(open_page):
    figure = explorer(open_page(EQUATIONS))
    undo, ghosts = figure.get_by_role("button", name="Undo"), figure.locator(".ghost")
    assert undo.is_disabled()
    assert ghosts.count() == 0
    path = (
        "names => names.map(name => document.querySelector(`gru-explorer path.${name}:not(.ghost)`).getAttribute('d'))"
    )
    curves = figure.page.evaluate(path, ["r", "z", "g", "h"])
    states = shown(figure)

    bias = figure.locator("fieldset", has_text="Update gate").get_by_label("b", exact=True)
    bias.evaluate("""one => {
      for (const value of [5, 3, 1]) { one.value = value; one.dispatchEvent(new Event("input", { bubbles: true })); }
      one.dispatchEvent(new Event("change", { bubbles: true }));
    }""")  # one pull at a slider is one change
    assert [ghost.get_attribute("d") for ghost in ghosts.all()] == curves
    figure.get_by_role("button", name="Ignore").click()
    assert ghosts.count() == 0, "another example has other inputs"
    undo.click()
    assert bias.input_value() == "1"
    undo.click()
    assert undo.is_disabled()
    assert figure.get_by_role("button", name="Remember").get_attribute("aria-pressed") == "true"
    for name, values in shown(figure).items():
        np.testing.assert_array_equal(values, states[name])


def pull(page, figure, name, step, to):
    """Pull a curve at one step, by mouse, to a height of its strip from 0 (foot) to 1."""
    top, height = {"z": (121, 48), "r": (121, 48), "g": (211, 70), "h": (211, 70)}[name]
    figure.get_by_label("Step", exact=True).fill(str(step))
    grab = figure.locator(f".grab[data-name={name}]")
    grab.scroll_into_view_if_needed()
    x, y = centre(grab)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, figure.locator(".gru-chart").bounding_box()["y"] + top + height * (1 - to), steps=6)
    page.mouse.up()


def test_a_curve_is_dragged_and_its_bias_or_its_input_follows(open_page):
    page = open_page(EQUATIONS)
    figure = explorer(page)
    figure.get_by_role("button", name="Forget").click()
    assert shown(figure)["h"][3] == pytest.approx(0.7, abs=0.01)
    pull(page, figure, "h", 4, 0.78)
    assert shown(figure)["h"][3] == pytest.approx(0.56, abs=0.04)
    assert numbers(figure.locator(".gru-inputs input"))[3] > 0
    figure.get_by_role("button", name="Undo").click()
    assert numbers(figure.locator(".gru-inputs input"))[3] == 0
    for name, to, value in (("r", 0.9, 0.9), ("z", 0.7, 0.7), ("g", 0.9, 0.8)):
        pull(page, figure, name, 5, to)
        assert shown(figure)[name][4] == pytest.approx(value, abs=0.09), name
        agree(figure)
    assert page.faults == []


def test_the_steps_are_played_and_where_nothing_may_move_they_are_taken(open_page):
    page = open_page(EQUATIONS)
    figure = explorer(page)
    step = figure.get_by_label("Step", exact=True)
    step.fill("9")
    figure.get_by_role("button", name="Play").click()
    assert figure.get_by_role("button", name="Pause").count() == 1
    page.wait_for_function("document.querySelector('gru-explorer .gru-step input').value === '10'")
    figure.get_by_role("button", name="Play").wait_for()
    page = open_page(EQUATIONS, reduced_motion="reduce")
    figure = explorer(page)
    assert figure.get_by_role("button", name="Play").count() == 0
    for name, stands in (("Step on", "4"), ("Step back", "3"), ("Step back", "2")):
        figure.get_by_role("button", name=name).click()
        assert figure.get_by_label("Step", exact=True).input_value() == stands
    assert page.faults == []
