"""The network that writes in the page: right numbers, right counts, and a sentence for what it cannot do."""

import base64
import re
from collections import Counter

import numpy as np
import pytest

from gru_lib.datasets import load_shakespeare
from gru_lib.scratch import GRUWeights, gru_step
from gru_lib.scratch.training import softmax

from .test_figures import TRAIN, come_near, model

BROUGHT = """async () => {
  await book.load(book.folder + 'models/letters.js');
  const { letters } = book.models;
  window.writing = { network: book.writingNetwork(letters), tables: book.countTables(letters, 3) };
}"""


def network():
    content = model("letters")
    numbers = lambda text: np.frombuffer(base64.b64decode(text), "<f4").astype(float)  # noqa: E731

    def unpacked(part):
        factors = numbers(part["factors"])
        return np.frombuffer(base64.b64decode(part["numbers"]), np.int8).reshape(-1, len(factors)) * factors

    kernel, recurrent, W = (unpacked(content[name]) for name in ("kernel", "recurrentKernel", "denseKernel"))
    gru = GRUWeights(kernel, recurrent, numbers(content["bias"]).reshape(2, -1))
    return content, gru, W, numbers(content["denseBias"])


def written(beginning, length, temperature, randoms):
    """Write in NumPy with these random numbers; return the letters' numbers and the last scores."""
    content, gru, W, b = network()
    letters, h = content["letters"], np.zeros((1, gru.units))
    numbers, scores = [letters.index(letter) for letter in beginning], np.zeros(len(letters))
    for t in range(len(beginning) + length):
        if t >= len(beginning):
            p = softmax(scores / temperature)
            numbers.append(int(np.searchsorted(np.cumsum(p), randoms.pop(0), side="right")))
        h = gru_step(np.eye(len(letters))[[numbers[t]]], h, gru)
        scores = (h @ W + b)[0]
    return numbers, scores


def test_the_page_writes_as_numpy_does(open_page):
    page, rng = open_page(TRAIN), np.random.default_rng(0)
    page.evaluate(BROUGHT)
    for beginning, temperature in (("ROMEO:\n", 0.7), ("t", 1.5), ("To be, or not", 0.1)):
        randoms = rng.random(60).tolist()
        numbers, scores = written(beginning, 60, temperature, list(randoms))
        found = page.evaluate(
            "([beginning, temperature, randoms]) => { const { network } = writing;"
            " const { numbers } = book.letterNumbers(beginning, network.numberOf);"
            " const steps = book.writeOn(numbers, 60, { network, temperature }, () => randoms.shift());"
            " return [steps.map(({ number }) => number), [...steps.at(-1).scores]] }",
            [beginning, temperature, randoms],
        )
        assert found[0] == numbers
        np.testing.assert_allclose(found[1], scores, atol=1e-10)


def test_the_page_counts_as_the_chapter_does(open_page):
    page, text = open_page(TRAIN), load_shakespeare()
    train, letters = text[: len(text) * 9 // 10], sorted(set(text))
    page.evaluate(BROUGHT)
    for context, longest in (("the", 3), ("ROM", 3), (" q", 2), ("zzz", 3), ("Qx", 3), ("e", 1), ("\n", 3), ("any", 0)):
        p = np.full(len(letters), 1 / len(letters))
        for k in range(min(longest, len(context)) + 1):
            pattern = rf"(?={re.escape(context[len(context) - k :])}(.))"
            followers = Counter(re.findall(pattern, train, flags=re.S))
            if followers:
                counts = np.array([followers[letter] for letter in letters])
                p = (counts + len(followers) * p) / (counts.sum() + len(followers))
        found = page.evaluate(
            "([numbers, longest]) => [...book.countedProbabilities(numbers, writing.tables, 65, longest)]",
            [[letters.index(letter) for letter in context], longest],
        )
        np.testing.assert_allclose(found, p, atol=2e-5)  # the first three letters of the plays follow nothing
        assert sum(found) == pytest.approx(1)


def test_eight_bits_cost_what_the_figure_says():
    bits = model("letters")["bits"]
    assert bits["packed"] == pytest.approx(bits["before"], abs=0.01)
    _, gru, W, b = network()
    text, letters = load_shakespeare(), model("letters")["letters"]
    place = np.zeros(128, int)
    place[[ord(letter) for letter in letters]] = range(len(letters))
    held_back = place[np.frombuffer(text[len(text) * 9 // 10 :][:20_020].encode(), np.uint8)].reshape(20, 1001)
    h, paid = np.zeros((20, gru.units)), []
    for now, after in zip(held_back.T, held_back.T[1:], strict=False):
        h = gru_step(np.eye(len(letters))[now], h, gru)
        paid.append(-np.log2(softmax(h @ W + b)[np.arange(20), after]))
    assert np.mean(paid) == pytest.approx(bits["packed"], abs=1e-3)


def opened(open_page, **options):
    page = open_page(TRAIN, **options)
    figure = page.locator("gru-writer")
    come_near(figure, figure.locator(".gru-text span").first)
    return page, figure


def said(figure):
    return figure.locator(".book-words:not([aria-busy])").inner_text()


def texts(figure):
    return [one.text_content().replace("↵", "") for one in figure.locator(".gru-text").all()]


def test_it_goes_on_with_what_is_typed(open_page):
    page, figure = opened(open_page, size=(390, 844), has_touch=True, is_mobile=True)
    note = figure.locator(".gru-note").inner_text()
    bits = model("letters")["bits"]
    assert all(f"{value:.2f}" in note for value in (bits["packed"], *bits["counting"]))
    figure.get_by_label("A beginning").fill("JULIET:\nMy ")
    gru, counts = texts(figure)
    assert gru.startswith("JULIET:\nMy ")
    assert counts.startswith("JULIET:\nMy ")
    assert len(gru) == len(counts) == 11 + 160
    assert gru != counts
    figure.get_by_role("button", name="Draw other letters").tap()
    assert texts(figure)[0] != gru
    figure.get_by_label("Temperature").fill("0.1")
    cold = texts(figure)[0]
    figure.get_by_role("button", name="Draw other letters").tap()
    assert texts(figure)[0][:20] == cold[:20], "nearly no choice is left"
    figure.get_by_label("Letters that counting sees").fill("0")
    assert figure.get_by_text("with no letters of context", exact=False).first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.faults == []


def test_gates_and_expectation_are_seen_letter_by_letter(open_page):
    page, figure = opened(open_page, reduced_motion="reduce")
    assert figure.get_by_role("button", name="Write letter by letter").count() == 0, "nothing moves by itself"
    slider = figure.get_by_label("Letters read")
    slider.fill("5")
    assert texts(figure)[0] == "ROMEO"
    assert said(figure).startswith("After 5 letters, the last of them “O”: next it expects “:” with probability")
    first = figure.locator("tbody tr").first
    assert first.locator("th").inner_text().startswith(":")
    before = figure.locator(".gru-units path").first.get_attribute("d")
    slider.press("ArrowRight")
    assert texts(figure)[0] == "ROMEO:"
    assert figure.locator(".gru-units path").first.get_attribute("d") != before
    assert "expects line end" in said(figure)
    slider.fill("167")
    figure.locator(".gru-text [data-t='3']").click()
    assert slider.input_value() == "3"
    figure.get_by_role("button", name="Step on").click()
    assert slider.input_value() == "8", "it steps over what is written, after the beginning"
    assert page.faults == []


def test_it_plays_and_pauses(open_page):
    page, figure = opened(open_page)
    figure.get_by_role("button", name="Write letter by letter").click()
    page.wait_for_function("document.querySelector('gru-writer .gru-text').textContent.length > 9")
    figure.get_by_role("button", name="Pause").click()
    length = len(texts(figure)[0])
    assert 9 < length < 160
    assert page.faults == []


@pytest.mark.parametrize(
    ("label", "value", "sentence"),
    [
        ("A beginning", "", "Write a beginning of one letter at least"),
        ("A beginning", "ü™", "“ü”, “™” never stood in the plays, so it is passed over. Write a beginning"),
        ("Temperature", "0", "The temperature must be more than 0, since the scores are divided by it."),
    ],
)
def test_what_it_cannot_do_is_answered_with_a_sentence(open_page, label, value, sentence):
    page, figure = opened(open_page)
    figure.get_by_label(label).fill(value)
    assert sentence in figure.locator(".gru-warning").inner_text()
    assert texts(figure) == ["", ""]
    assert said(figure) == "Nothing is written."
    for name in ("Write letter by letter", "Step on", "Step back"):
        figure.get_by_role("button", name=name).click()
    assert page.faults == []
    for temperature in ("0", "-1", "NaN"):
        assert page.evaluate(f"try {{ book.tempered([1, 2], {temperature}) }} catch ({{ message }}) {{ message }}") == (
            "The temperature must be more than 0: the scores are divided by it."
        )
    figure.get_by_label(label).fill("Zürich" if label == "A beginning" else "0.5")
    assert len(texts(figure)[0]) > 100, "it goes on with the letters that it knows"
