"""The review that is read on the page: right numbers, a verdict, a lesson, and a sentence for what cannot be read."""

import base64
import json
import re

import numpy as np
import pytest

from gru_lib.datasets import load_imdb
from gru_lib.datasets.text import split_words

from .conftest import ROOT
from .test_figures import IMDB, come_near, model


def review_network(require):
    keras = require("keras")
    content = model("reviews")

    def numbers(text):
        return np.frombuffer(base64.b64decode(text), "<f4")

    def unpacked(part):
        factors = numbers(part["factors"])
        return np.frombuffer(base64.b64decode(part["numbers"]), np.int8).reshape(-1, len(factors)) * factors

    table, kernel, recurrent = (unpacked(content[name]) for name in ("table", "kernel", "recurrentKernel"))
    units, bias = len(recurrent), numbers(content["bias"]).reshape(2, -1)
    layers = [keras.layers.Embedding(*table.shape, mask_zero=True), keras.layers.GRU(units), keras.layers.Dense(1)]
    network = keras.Sequential([keras.Input((None,)), *layers])
    head = numbers(content["denseKernel"])[:, None], numbers(content["denseBias"])
    network.set_weights([table, kernel, recurrent, bias, *head])
    return network, content


def test_the_page_reads_reviews_as_keras_does(open_page, require):
    network, content = review_network(require)
    words = len(content["words"].split(" ")) + 4
    assert words == 3000
    rng = np.random.default_rng(0)
    page = open_page(IMDB)
    for length in (1, 60, 400):
        numbers = rng.integers(2, words, length)
        found = page.evaluate(
            "async numbers => { await book.load(book.folder + 'models/reviews.js');"
            " return book.readReview(numbers, book.reviewNetwork(book.models.reviews)).at(-1) }",
            numbers.tolist(),
        )
        expected = network.predict(np.array([[1, *numbers][-300:]]), verbose=0)[0, 0]
        assert found == pytest.approx(expected, abs=1e-4)


def test_eight_bits_cost_what_the_figure_says(require):
    imdb = load_imdb(num_words=3000)
    if imdb.origin != "folder":
        pytest.skip("the network was trained on the first origin; others number or divide the reviews otherwise")
    network, content = review_network(require)
    x, y = imdb.test
    rows = np.random.default_rng(0).choice(len(x), 2000, replace=False)
    padded = np.array([np.pad(numbers[-300:], (0, 300 - len(numbers[-300:]))) for numbers in x[rows]])
    right = np.mean((network.predict(padded, batch_size=500, verbose=0)[:, 0] > 0) == y[rows])
    accuracy = content["accuracy"]
    assert right == pytest.approx(accuracy["packed"], abs=0.025), "three standard errors"
    assert accuracy["packed"] == pytest.approx(accuracy["before"], abs=0.002)
    assert accuracy["reviews"] == 25_000


def test_words_are_numbered_as_in_the_book(open_page):
    text = "Don't miss it!<br />A must-see; a film of 1987, qwertyuiop\tand\nso on."
    page = open_page(IMDB)
    found = page.evaluate(
        "async text => { await book.load(book.folder + 'models/reviews.js');"
        " return book.wordNumbers(text, book.reviewNetwork(book.models.reviews).numberOf) }",
        text,
    )
    assert [entry["word"] for entry in found] == split_words(text)
    words = model("reviews")["words"].split(" ")
    assert [entry["number"] for entry in found] == [
        words.index(word) + 4 if word in words else 2 for word in split_words(text)
    ]
    typeset = page.evaluate("book.wordNumbers('“Don’t” – miss…it', new Map([[\"don't\", 92]]))")
    assert [(entry["word"], entry["number"]) for entry in typeset] == [("don't", 92), ("miss", 2), ("it", 2)]


def opened_review(open_page, **options):
    page = open_page(IMDB, **options)
    figure = page.locator("gru-review")
    come_near(figure, figure.locator(".gru-verdicts strong").first)
    return page, figure


def write(figure, text):
    """Write a review, and return what the figure says once it has come to rest."""
    figure.get_by_label("A review").fill(text)
    words = figure.locator(".book-words:not([aria-busy])").inner_text()
    return f"{words} {figure.locator('.gru-warning').text_content()}"


def probability(words):
    return float(re.search(r"positive review ([\d.]+)", words)[1])


def test_a_review_is_read_while_it_is_typed(open_page):
    page, figure = opened_review(open_page, size=(360, 740), has_touch=True, is_mobile=True)
    words, marked = figure.locator(".book-words:not([aria-busy])"), figure.locator(".gru-words").first
    assert probability(words.inner_text()) > 0.5
    shares = (f"{100 * model('reviews')['accuracy'][when]:.2f}" for when in ("packed", "before"))
    note = figure.locator(".gru-note").last.inner_text()
    assert "25,000 test reviews" in note
    assert all(share in note for share in shares), "what packing costs"
    assert f"{100 * model('bag')['accuracy']:.2f}" in note
    figure.get_by_role("button", name="Negative").tap()
    assert "after 10 words" in words.inner_text()
    assert probability(words.inner_text()) < 0.5
    assert figure.locator(".gru-verdicts strong").all_inner_texts() == ["Negative", "Negative"]
    assert "down" in marked.get_by_text("terrible", exact=True).get_attribute("class")
    said = write(figure, "Wonderful qwertyuiop")
    assert "after 2 words. It knows 1 of your 2 words." in said
    assert probability(said) > 0.5
    assert "up" in marked.get_by_text("wonderful", exact=True).get_attribute("class")
    assert "unknown" in marked.get_by_text("qwertyuiop", exact=True).get_attribute("class")
    assert "after 1 word. It knows 0 of your 1 word." in write(figure, "a" * 200)
    assert page.evaluate("document.documentElement.scrollWidth") == 360, "a long word breaks"
    assert page.faults == []


def test_a_review_that_cannot_be_read_well_is_answered_with_a_sentence(open_page):
    page, figure = opened_review(open_page)
    cases = {
        "": "Nothing is written.",
        " ... ": "There is no word in it.",
        "qwertyuiop asdfghjkl": "It knows none of them, so its answer says nothing about your text.",
        "Un film superbe avec de grands acteurs": "It knows fewer than half of them",
        "这部电影很好看": "words in another script are all unknown to it",
        "A great film 🎬": "An emoji is a word that it does not know.",
        "A <b>great</b> film": "A tag of HTML is read as words",
        "good " * 400: "Your text has 400 words, and only the last 300 count.",
    }
    for text, sentence in cases.items():
        said = write(figure, text)
        assert sentence in said, text
        assert not re.search(r"[−+]0\.0\b", said), text
    assert write(figure, "A great film, well made.").endswith(". "), "nothing to warn of"
    for text in ("<script>document.title = 'x'</script>", "<img src=x onerror=\"document.title='x'\">"):
        write(figure, text)
        assert figure.locator(".gru-words :is(script, img)").count() == 0
    assert page.title() != "x"
    assert page.faults == []


def test_what_the_samples_teach_is_so(open_page):
    """The GRU answers “not bad at all” wrongly, as the bag of words does; and so for the other lessons."""
    _, figure = opened_review(open_page)

    def both(sample):
        figure.get_by_role("button", name=sample, exact=True).click()
        shown = figure.locator(".gru-verdicts").inner_text()
        return [float(p) for p in re.findall(r"([\d.]+) for positive", shown)]

    def moved(word):
        figure.locator(".gru-words").first.get_by_text(word, exact=True).first.click()
        return float(
            re.search(r"move by ([−+]?[\d.]+)", figure.locator(".gru-place").inner_text())[1].replace("−", "-")
        )

    assert max(both("Not bad at all")) < 0.4
    assert moved("bad") < -1
    assert moved("not") <= 0, "it turns nothing round"
    with_not = both("Negation")
    without = figure.get_by_label("A review").input_value().replace("not ", "")
    write(figure, without)
    without = [float(p) for p in re.findall(r"([\d.]+) for positive", figure.locator(".gru-verdicts").inner_text())]
    assert abs(without[0] - with_not[0]) < 0.2, "how little changes"
    assert min(both("Irony")) > 0.5
    assert moved("perfect") > 0
    assert moved("enjoyed") > 0
    assert max(both("A turn")) < 0.5
    assert moved("boring") < -1
    assert moved("best") > 0.5


def test_the_curve_is_read_word_by_word(open_page):
    """By pointer over the curve, by the words of the text, and by the slider."""
    page, figure = opened_review(open_page)
    text = "A wonderful film and a terrible ending"
    write(figure, text)
    slider, place = figure.get_by_label("Words read"), figure.locator(".gru-place")
    found = []
    for t in range(8):
        slider.fill(str(t))
        found.append(place.inner_text())
    assert found[0].startswith("Before the first word")
    for word, said in zip(text.lower().split(), found[1:], strict=True):
        assert said.startswith(f"After “{word}”: GRU ")
    figure.locator(".gru-words").first.get_by_text("terrible", exact=True).hover()
    assert place.inner_text() == found[6]
    chart = figure.locator("svg").first
    labels = chart.locator("text[transform]")
    assert labels.all_text_contents() == text.lower().split(), "the words are the axis"
    box = chart.bounding_box()
    page.mouse.move(box["x"] + 30 + (box["width"] - 128) / 8 * 2.5, box["y"] + 60)
    assert place.inner_text() == found[2]
    assert slider.input_value() == "2"
    write(figure, "word " * 250)
    assert labels.count() == 0, "too many to be written below"
    assert page.faults == []


def test_the_bag_of_words_of_the_page_is_that_of_scikit_learn(open_page, require):
    require("sklearn")
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.linear_model import LogisticRegression

    content = model("bag")

    def unpacked(part):
        factor = np.frombuffer(base64.b64decode(part["factors"]), "<f4").astype(float)
        return np.frombuffer(base64.b64decode(part["numbers"]), np.int8) * factor

    rarity, weights = (unpacked(content[name]) for name in ("rarity", "weights"))
    rng = np.random.default_rng(0)
    numbers = rng.integers(2, 200, 60)
    counts = np.zeros((len(numbers) + 1, len(rarity)))
    for t, number in enumerate(numbers, start=1):
        counts[t] = counts[t - 1]
        counts[t, number - 4] += number >= 4
    transformer, line = TfidfTransformer(), LogisticRegression()
    transformer.fit(csr_matrix(np.ones((1, len(rarity)))))
    transformer.idf_ = rarity
    line.coef_, line.intercept_, line.classes_ = weights[None], np.array([content["bias"]]), np.array([0, 1])
    expected = line.decision_function(transformer.transform(csr_matrix(counts)))
    found = open_page(IMDB).evaluate(
        "async numbers => { await book.load(book.folder + 'models/bag.js');"
        " return book.readBag(numbers, book.bagOfWords(book.models.bag, 2996)) }",
        numbers.tolist(),
    )
    np.testing.assert_allclose(found, expected, atol=1e-9)
    recorded = json.loads((ROOT / "results" / "cpu.json").read_text())["imdb"]["figures"]["bag-of-words-3000"]
    assert content["accuracy"] == pytest.approx(recorded["value"], abs=0.001), "what eight bits cost"
