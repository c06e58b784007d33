"""The interactive figures: right numbers, and operated by keyboard, mouse and finger."""

import base64
import contextlib
import json
import re
from functools import partial
from itertools import combinations

import numpy as np
import pytest
from playwright.sync_api import TimeoutError as NotYet

from gru_lib.datasets import load_mnist
from gru_lib.scratch import GRUWeights, gru_forward

from .conftest import ROOT

ELEMENTS = ROOT / "chapters" / "_site" / "static" / "elements"
MODELS = ELEMENTS / "models"
EQUATIONS = "chapters/foundations/equations.html"
WHY = "chapters/foundations/why_gates.html"
REACH = "chapters/foundations/gradient_reach.html"
MNIST = "chapters/reproductions/mnist.html"
IMDB = "chapters/reproductions/imdb.html"
TRAIN = "chapters/foundations/train_it_yourself.html"


def model(name):
    text = (MODELS / f"{name}.js").read_text(encoding="utf-8")
    return json.loads(text.partition(f"book.models.{name} = ")[2].rstrip().removesuffix(";"))


def flat(array):
    return np.asarray(array, np.float64).ravel().tolist()


def test_the_gru_in_javascript_is_that_of_the_book(open_page):
    page, rng = open_page(EQUATIONS), np.random.default_rng(0)
    m, n, steps = 5, 7, 11
    for reset_after in (True, False):
        kernel, recurrent = rng.normal(size=(m, 3 * n)), rng.normal(size=(n, 3 * n))
        bias, x = rng.normal(size=(2, 3 * n) if reset_after else 3 * n), rng.normal(size=(1, steps, m))
        expected, cache = gru_forward(x, GRUWeights(kernel, recurrent, bias), reset_after=reset_after)
        found = page.evaluate(
            "([x, kernel, recurrentKernel, bias, after]) => book.gruForward(x, {kernel, recurrentKernel, bias}, after)"
            ".map(({z, r, g, h}) => [z, r, g, h].map(a => [...a]))",
            [x[0].tolist(), flat(kernel), flat(recurrent), flat(bias), reset_after],
        )
        found = np.array(found)  # (T, 4, n)
        np.testing.assert_allclose(found[:, 3], expected[0], atol=1e-14)
        np.testing.assert_allclose(found[:, :3].reshape(steps, 3 * n), cache.activations.gates[:, :, 0], atol=1e-14)


KINDS = ("SimpleRNN", "GRU", "LSTM")


def test_gradients_in_javascript_are_those_of_pytorch(open_page, require):
    torch, page = require("torch"), open_page(REACH)
    for kind in KINDS:
        check_gradients(torch, page, kind)


def check_gradients(torch, page, kind):
    network, lengths = page.evaluate(
        "kind => { const network = book.randomNetwork(kind, {radius: 0.9, bias: 1.5, steps: 30, seed: 3});"
        " const list = o => Object.fromEntries(Object.entries(o).map(([k, v]) => [k, v.map(row => [...row])]));"
        " return [{inputs: network.inputs.map(x => [...x]), W: list(network.W), U: list(network.U), b: network.b},"
        " book.gradientLengths(network)] }",
        kind,
    )
    W, U = ({k: torch.tensor(v, dtype=torch.float64) for k, v in network[part].items()} for part in "WU")
    for u in U.values():
        np.testing.assert_allclose(np.abs(np.linalg.eigvals(u.numpy())), 0.9, rtol=1e-9)
    n = len(next(iter(U.values())))
    states = [[torch.zeros(n, dtype=torch.float64, requires_grad=True) for _ in range(2 if kind == "LSTM" else 1)]]
    for x in torch.tensor(network["inputs"], dtype=torch.float64):
        h = states[-1][0]
        a = {k: x @ W[k] + h @ U[k] + network["b"][k] for k in W}
        if kind == "SimpleRNN":
            new = [torch.tanh(a["h"])]
        elif kind == "GRU":
            z, r = torch.sigmoid(a["z"]), torch.sigmoid(a["r"])
            new = [z * h + (1 - z) * torch.tanh(x @ W["h"] + r * (h @ U["h"]))]
        else:
            c = torch.sigmoid(a["f"]) * states[-1][1] + torch.sigmoid(a["i"]) * torch.tanh(a["g"])
            new = [torch.sigmoid(a["o"]) * torch.tanh(c), c.clone()]  # c as it is handed on, not as h_t sees it
        for state in new:
            state.retain_grad()
        states.append(new)
    (states[-1][0].sum() / n**0.5).backward()
    squares = [sum(float((s.grad**2).sum()) for s in pair if s.grad is not None) for pair in states]
    # at the last step the loss does not see c
    np.testing.assert_allclose(lengths[1:], np.sqrt(squares[::-1][1:]), rtol=1e-9)
    assert lengths[0] == pytest.approx(1)


NAMES = {"bias": "Bias of the gate that keeps", "radius": "Spectral radius of U", "steps": re.compile("^Steps$")}


def reached(figure, **sliders):
    """Set sliders, and return for each kind the length that is left and the steps to a thousandth (None: beyond)."""
    for name, value in sliders.items():
        figure.get_by_label(NAMES[name]).fill(str(value))
    words = figure.locator(".book-words:not([aria-busy])").inner_text()
    assert f"{figure.get_by_label(NAMES['steps']).input_value()} steps back" in words
    left, steps = words.split("Steps to a thousandth")
    powers = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    number = lambda text: float(re.sub("·10", "e", text).translate(powers))  # noqa: E731
    answer = {}
    for kind in KINDS:
        length = number(re.search(rf"{kind} (\d+(?:\.\d+)?(?:·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?)", left)[1])
        beyond, back = re.search(rf"{kind} (over )?(\d+)", steps).groups()
        answer[kind] = (length, None if beyond else int(back))
    return answer


LENGTHS = """([kinds, settings]) => settings.map((setting) => Object.fromEntries(
  kinds.map((kind) => [kind, book.gradientLengths(book.randomNetwork(kind, { steps: 100, ...setting }))])))"""


def test_the_chapter_says_what_the_figure_of_gradients_shows(open_page):
    """Of ten draws of weights each: what the text beside the figure claims; of two, that the figure shows it."""
    page = open_page(REACH)
    figure = page.locator("gru-vanishing")
    settings = {"": (0, 1), "bias": (4, 1), "1.4": (0, 1.4), "2": (0, 2)}
    draws = {}
    for name, (bias, radius) in settings.items():
        found = page.evaluate(LENGTHS, [KINDS, [{"bias": bias, "radius": radius, "seed": seed} for seed in range(10)]])
        steps = lambda lengths: next((t for t, length in enumerate(lengths) if length < 1e-3), None)  # noqa: E731
        draws[name] = [{kind: (lengths[-1], steps(lengths)) for kind, lengths in one.items()} for one in found]
    for seed in range(2):
        for name, (bias, radius) in settings.items():
            for kind, (length, steps) in reached(figure, bias=bias, radius=radius).items():
                assert steps == draws[name][seed][kind][1]
                assert length == pytest.approx(draws[name][seed][kind][0], rel=0.5), "one digit"
        figure.get_by_role("button", name="Draw other weights").click()
    assert {kind for draw in draws[""] for kind, (_, steps) in draw.items() if not 12 <= steps <= 25} == set()
    assert min(draw[kind][0] for draw in draws["bias"] for kind in ("GRU", "LSTM")) > 0.1
    assert max(draw["SimpleRNN"][0] for draw in draws["1.4"]) < 1e-3
    grown = [draw["SimpleRNN"][0] for draw in draws["2"]]
    assert min(grown) > 1
    assert np.median(grown) > 50
    assert draws["bias"] != draws[""]
    assert all(a["SimpleRNN"] == b["SimpleRNN"] for a, b in zip(draws["bias"], draws[""], strict=True)), "no such bias"


def test_the_figure_of_gradients_on_a_phone_and_by_keyboard(open_page):
    page = open_page(REACH, size=(360, 740), has_touch=True, is_mobile=True)
    page.wait_for_function("document.documentElement.dataset.whole === 'true'")  # before that it has no inner text
    figure = page.locator("gru-vanishing")
    reached(figure)
    height = figure.bounding_box()["height"]
    bias = figure.get_by_label(NAMES["bias"])
    bias.focus()
    for _ in range(8):
        bias.press("ArrowRight")
    assert reached(figure)["GRU"] == pytest.approx(reached(figure, bias=4)["GRU"])
    assert reached(figure, steps=200)["LSTM"][1] is None
    assert figure.bounding_box()["height"] == pytest.approx(height, abs=0.5), "nothing below may jump"
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.faults == []


def digit_network(require):
    keras = require("keras")
    content = model("mnist")
    numbers = np.frombuffer(base64.b64decode(content["numbers"]), "<f4")
    gru, dense = keras.layers.GRU(content["units"]), keras.layers.Dense(10, activation="softmax")
    network = keras.Sequential([keras.Input((28, content["features"])), gru, dense])
    shapes = [weight.shape for weight in network.weights]
    cuts = np.cumsum([int(np.prod(shape)) for shape in shapes])[:-1]
    network.set_weights([part.reshape(shape) for part, shape in zip(np.split(numbers, cuts), shapes, strict=True)])
    return network


def digit_page(open_page, **options):
    page = open_page(MNIST, **options)
    figure = page.locator("gru-digit")
    figure.scroll_into_view_if_needed()
    figure.locator(".gru-sample").first.wait_for()
    return page, figure


def best_digit(figure):
    best = figure.locator(".gru-bars .best b")
    return best.inner_text() if best.count() else None


def test_the_page_reads_digits_as_keras_does(open_page, require):
    network = digit_network(require)
    assert network.count_params() == 18_698, "as the chapter says"
    assert (MODELS / "mnist.js").stat().st_size < 100_000
    (_, _), (images, labels) = load_mnist()
    expected = network.predict(images.astype("float32") / 255, verbose=0)
    assert np.mean(expected.argmax(axis=1) == labels) > 0.976, "the band of the chapter"
    page = open_page(MNIST)
    found = page.evaluate(
        "async images => { await book.load(book.folder + 'models/mnist.js');"
        " const network = book.digitNetwork(book.models.mnist);"
        " return images.map(image => book.readDigit(image, network).at(-1).p) }",
        (images[:200].reshape(200, 784) / 255).tolist(),
    )
    assert np.abs(np.array(found) - expected[:200]).max() < 1e-5


def test_sample_digits_are_read_as_they_say(open_page):
    page, figure = digit_page(open_page, reduced_motion="reduce")
    digits = model("digits")
    assert {digit["truth"] for digit in digits if digit["truth"] == digit["read"]} == set(range(10))
    assert sum(digit["truth"] != digit["read"] for digit in digits) >= 3
    for sample, digit in zip(figure.locator(".gru-sample").all(), digits, strict=True):
        sample.click()
        assert best_digit(figure) == str(digit["read"])
        page.wait_for_function(
            f"document.querySelector('gru-digit .book-words').textContent.includes('label is {digit['truth']}')"
        )
    assert page.faults == []


def test_a_digit_is_read_row_by_row(open_page, require):
    """The bars at each row are Keras's for the image cut off there; the areas of the squares are the gates."""
    keras = require("keras")
    network = digit_network(require)
    _, figure = digit_page(open_page, reduced_motion="reduce")
    digit = model("digits")[3]
    figure.locator(".gru-sample").nth(3).click()
    image = np.frombuffer(base64.b64decode(digit["image"]), np.uint8).reshape(1, 28, 28).astype("f4") / 255
    states = keras.Sequential([keras.Input((28, 28)), keras.layers.GRU(64, return_sequences=True)])
    states.set_weights(network.layers[0].get_weights())
    h = states.predict(image, verbose=0)[0]
    slider = figure.get_by_label("Rows read")
    for row in (27, 14, 1):
        slider.evaluate("(input, row) => { input.value = row; input.dispatchEvent(new Event('input')) }", row)
        p = keras.ops.convert_to_numpy(network.layers[1](h[None, row - 1]))[0]
        shown = [float(text) for text in figure.locator(".gru-bars span").all_inner_texts()]
        np.testing.assert_allclose(shown, p, atol=0.0051)
        for index, sign in enumerate((1, -1)):
            d = figure.locator(".gru-units.h path").nth(index).get_attribute("d") or ""
            areas = sorted((float(side) / 0.94) ** 2 for side in re.findall(r"h([\d.]+)v", d))
            np.testing.assert_allclose(areas, sorted(sign * h[row - 1][sign * h[row - 1] > 0]), atol=0.015)
    slider.evaluate("input => { input.value = 0; input.dispatchEvent(new Event('input')) }")
    assert best_digit(figure) is None


def test_a_drawing_is_prepared_as_mnist_was(open_page):
    """Wherever and however large a digit is drawn, it fills 20 pixels, with its centre of mass where MNIST has it."""
    page = open_page(MNIST)
    seven = np.array([[5, 5], [15, 5], [9, 19]])
    prepare = "strokes => [...book.asInMnist(strokes)]"
    image = np.array(page.evaluate(prepare, [seven.tolist()])).reshape(28, 28)
    moved = np.array(page.evaluate(prepare, [(0.6 * seven + [9, 3]).tolist()])).reshape(28, 28)
    np.testing.assert_allclose(moved, image, atol=1e-9)
    assert 0 <= image.min() < image.max() == 1
    x, y = np.meshgrid(np.arange(28) + 0.5, np.arange(28) + 0.5)
    assert [np.sum(image * x) / image.sum(), np.sum(image * y) / image.sum()] == pytest.approx([14.5, 14.5], abs=0.1)
    rows = np.flatnonzero(image.max(axis=1) > 0.3)
    assert 19 <= rows[-1] - rows[0] + 1 <= 21
    assert not np.any(page.evaluate(prepare, []))


def test_a_digit_is_drawn_by_mouse_and_by_keyboard(open_page):
    page, figure = digit_page(open_page, reduced_motion="reduce")
    figure.get_by_role("button", name="Clear").click()
    assert best_digit(figure) is None
    sheet = figure.locator(".gru-sheet")
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    x, top, bottom = box["x"] + box["width"] / 2, box["y"] + 0.15 * box["height"], box["y"] + 0.85 * box["height"]
    page.mouse.move(x, top)
    page.mouse.down()
    page.mouse.move(x, bottom, steps=12)
    page.mouse.up()
    page.mouse.move(box["x"] + 5, top, steps=3)  # the pen is lifted
    assert best_digit(figure) == "1"
    assert figure.locator(".gru-sheet path").get_attribute("d").count("M") == 1

    figure.get_by_role("button", name="Clear").click()
    assert best_digit(figure) is None
    for key in ["ArrowUp"] * 9 + ["Shift+ArrowDown"] * 18:
        sheet.press(key)
    assert best_digit(figure) == "1"
    assert page.faults == []


def test_a_digit_is_drawn_by_finger_and_the_page_stays(open_page):
    page, figure = digit_page(open_page, size=(360, 740), has_touch=True, is_mobile=True, reduced_motion="reduce")
    figure.get_by_role("button", name="Clear").tap()
    sheet = figure.locator(".gru-sheet")
    sheet.scroll_into_view_if_needed()
    box, before = sheet.bounding_box(), page.evaluate("scrollY")
    x, top, bottom = box["x"] + box["width"] / 2, box["y"] + 0.15 * box["height"], box["y"] + 0.85 * box["height"]
    touch = page.context.new_cdp_session(page).send
    touch("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": bottom}]})
    for y in np.linspace(bottom, top, 12):
        touch("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": float(y)}]})
    touch("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert best_digit(figure) == "1"
    assert page.evaluate("scrollY") == before
    assert page.faults == []


def test_reading_moves_only_where_motion_is_wanted(open_page):
    page, figure = digit_page(open_page)
    figure.get_by_role("button", name="Read row by row").click()
    slider = figure.get_by_label("Rows read")
    assert int(slider.input_value()) < 28
    stale = """() => {
      const row = document.querySelector("gru-digit input").value;
      const words = document.querySelector("gru-digit .book-words").textContent;
      window.stale ||= row > 0 && !words.startsWith(`After ${row} of`);
      return row === "28";
    }"""
    page.wait_for_function(stale)
    assert not page.evaluate("window.stale"), "the sentence is that of the row, at every moment"
    assert figure.locator(".book-words").get_attribute("aria-live") == "polite"
    _, figure = digit_page(open_page, reduced_motion="reduce")
    figure.locator(".gru-sample").nth(5).click()
    slider = figure.get_by_label("Rows read")
    assert slider.input_value() == "28"
    assert figure.get_by_role("button", name="Read row by row").count() == 0
    for name, row in (("Step back", "27"), ("Step back", "26"), ("Step on", "27")):
        figure.get_by_role("button", name=name).click()
        assert slider.input_value() == row


def test_what_mends_a_drawing_stands_under_the_pad(open_page):
    _, figure = digit_page(open_page, size=(390, 740), has_touch=True, is_mobile=True, reduced_motion="reduce")
    pad = figure.locator(".gru-sheet").bounding_box()
    for name in ("Undo", "Clear"):
        below = figure.get_by_role("button", name=name).bounding_box()["y"] - (pad["y"] + pad["height"])
        assert 0 < below < 80, "under its name"


def test_the_last_stroke_is_taken_back(open_page):
    page, figure = digit_page(open_page, reduced_motion="reduce")
    figure.get_by_role("button", name="Clear").click()
    undo, ink = figure.get_by_role("button", name="Undo"), figure.locator(".gru-sheet path")
    assert undo.is_disabled()
    sheet = figure.locator(".gru-sheet")
    for key in ["ArrowUp"] * 9 + ["Shift+ArrowDown"] * 18:
        sheet.press(key)
    alone = ink.get_attribute("d")
    for key in ["ArrowRight"] * 5 + ["Shift+ArrowUp"] * 9:
        sheet.press(key)
    assert ink.get_attribute("d").count("M") == 2
    undo.click()
    assert ink.get_attribute("d") == alone
    assert best_digit(figure) == "1"
    undo.click()
    assert best_digit(figure) is None
    assert undo.is_disabled()
    assert page.faults == []


def test_a_strip_shows_at_which_row_the_answer_changed(open_page):
    page, figure = digit_page(open_page, reduced_motion="reduce")
    figure.locator(".gru-sample").nth(11).click()
    strip = figure.locator(".gru-answers")
    changes = re.findall(r"(\d) from row (\d+)", strip.get_attribute("aria-label"))
    assert len(changes) > 2, "it changes its mind about a digit that it misreads"
    said = []
    for row in range(1, 29):
        set_row = "(input, row) => { input.value = row; input.dispatchEvent(new Event('input')) }"
        figure.get_by_label("Rows read").evaluate(set_row, row)
        assert figure.locator(".gru-answer b").inner_text() == best_digit(figure)
        said.append(best_digit(figure))
        assert strip.locator(".said").count() == row
    assert changes == [(digit, str(t + 1)) for t, digit in enumerate(said) if not t or said[t - 1] != digit]
    strip.click(position={"x": 2, "y": 25})
    assert figure.get_by_label("Rows read").input_value() == "1"
    assert page.faults == []


PARTS = {
    "mnist": ["numbers"],
    "reviews": ["table", "kernel", "recurrentKernel", "bias", "denseKernel", "denseBias"],
    "bag": ["rarity", "weights"],
    "letters": ["kernel", "recurrentKernel", "denseKernel", "bias", "denseBias", "counts"],
}


def damaged(stem):
    """Yield answers to the question for a model that are none; None: no answer at all."""
    yield from (None, "<!DOCTYPE html><p>Please log in.", "book.models.other = {};")
    yield (MODELS / f"{stem}.js").read_text(encoding="utf-8")[:5000]
    for part in PARTS[stem]:
        content = model(stem)
        place, key = (content[part], "numbers") if isinstance(content[part], dict) else (content, part)
        place[key] = place[key][: len(place[key]) // 16 * 8]  # half of the numbers, in a script as good as any
        yield f"book.models.{stem} = {json.dumps(content)};"


def answer(text, route):
    return route.fulfill(body=text) if text else route.abort()


AGAIN = """tag => {
  Object.assign(book, { models: {} }).load.known = {};
  document.querySelector(tag).replaceWith(document.createElement(tag));
}"""


FAR = """async tag => {
  await Promise.all(Object.values(book.load.known ?? {})); // what has been asked for comes before it is forgotten
  Object.assign(book, { models: {} }).load.known = {};
  const far = book.html("div", { id: "far", style: "padding-top: 5000px" }, document.createElement(tag));
  document.querySelector("article").append(far);
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
}"""


def come_near(figure, awaited):
    """Scroll to a figure as a reader does: again, where what is laid out above has pushed it away."""
    for _ in range(15):
        figure.scroll_into_view_if_needed()
        with contextlib.suppress(NotYet):
            return awaited.wait_for(timeout=4000)
    raise AssertionError(f"never came: {awaited}")


@pytest.mark.parametrize(
    ("name", "tag", "stem"),
    [
        (MNIST, "gru-digit", "mnist"),
        (IMDB, "gru-review", "reviews"),
        (IMDB, "gru-review", "bag"),
        (TRAIN, "gru-writer", "letters"),
    ],
)
def test_weights_come_when_the_reader_does_and_are_missed_in_words(open_page, name, tag, stem):
    page = open_page(name)
    figure, controls = page.locator(tag), page.locator(f"{tag} :is(button, input, textarea, canvas, svg)")
    come_near(figure, controls.first)
    page.evaluate(FAR, tag)
    assert page.evaluate("Object.keys(book.models)") == [], "nothing is brought for what is out of sight"
    page.evaluate("document.querySelector('#far').remove()")
    for text in damaged(stem):
        page.unroute_all()
        page.route(f"**/models/{stem}.js", partial(answer, text))
        page.evaluate(AGAIN, tag)
        come_near(figure, figure.get_by_text("the model could not be read"))
        assert controls.count() == 0
    page.set_viewport_size({"width": 800, "height": 900})  # a figure that is there would draw itself again
    page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    assert "could not be read" in figure.locator(".book-words:not([aria-busy])").inner_text()
    page.unroute_all()
    page.evaluate(AGAIN, tag)
    figure.scroll_into_view_if_needed()
    page.wait_for_function(f"Object.hasOwn(book.models, '{stem}')")
    assert controls.count() > 5


def test_a_curve_has_its_name_at_its_end_and_leaves_its_former_self_behind(open_page):
    page = open_page(REACH, size=(360, 740), has_touch=True, is_mobile=True)
    figure = page.locator("gru-vanishing")
    figure.scroll_into_view_if_needed()
    names, ghosts = figure.locator("svg .name"), figure.locator(".ghost")
    for settings in ({"bias": 0}, {"bias": 6}, {"bias": -2, "radius": 2}):
        reached(figure, **settings)
        boxes = [name.bounding_box() for name in names.all()]
        assert sorted(names.all_text_contents()) == sorted(KINDS)
        for one, other in combinations(boxes, 2):
            apart = abs(one["y"] - other["y"]) >= 12 or abs(one["x"] - other["x"]) >= max(one["width"], other["width"])
            assert apart, "two names lie on each other"
        assert max(box["x"] + box["width"] for box in boxes) <= 360 - 16
    before = [figure.locator(f"svg path.{colour}:not(.ghost)").get_attribute("d") for colour in "rzg"]
    figure.get_by_role("button", name="Draw other weights").click()
    assert [ghost.get_attribute("d") for ghost in ghosts.all()] == before
    assert page.faults == []


def left_of_the_beginning(figure, z):
    """Set the share that stays, and return what is left after 20 and after 60 steps, in percent."""
    figure.get_by_label("Share z of the old state that stays").fill(str(z))
    words = figure.locator(".book-words:not([aria-busy])").inner_text()
    assert f"a share of {1 - z:.2f} is taken in" in words
    return [int(share) for share in re.findall(r"(\d+)\s%", words)]


def test_a_state_tells_how_its_sequence_began_as_long_as_it_stays(open_page):
    """Of three draws of weights each: what *Why gates* says of this figure."""
    page = open_page(WHY, size=(360, 740), has_touch=True, is_mobile=True)
    figure = page.locator("gru-beginnings")
    figure.scroll_into_view_if_needed()
    for _ in range(3):
        rewritten, mostly_kept = left_of_the_beginning(figure, 0), left_of_the_beginning(figure, 0.95)
        assert rewritten[1] == 1, "less than 1 %"
        assert mostly_kept[1] > 10
        assert left_of_the_beginning(figure, 1) == [100, 100]
        figure.get_by_role("button", name="Draw other weights").click()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.faults == []
