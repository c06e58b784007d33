"""The search as a reader uses it: what is asked, and which place of the book comes among the first."""

import json
import re

import pytest

from tests.support import ROOT

from .conftest import FOLDER, SITE

FIRST = 3  # a reader looks at the first three
BOOK = "chapters/"
QUESTIONS = "appendix/questions.html#"
# what people type, and the places any of which answers it
ASKED = {
    "165 parameters": ["foundations/equations.html#count-the-parameters"],
    "reset_after": ["foundations/equations.html#reset-after-reset-before", "engineering/conventions.html"],
    "time_major": [f"{QUESTIONS}unrecognized-keyword-arguments-passed-to-gru-time-major"],
    "gru vs lstm": ["beyond/gru_or_lstm.html"],
    "linear_before_reset": [f"{QUESTIONS}my-onnx-model-differs"],
    "how long can gru remember": ["foundations/why_gates.html#does-it-learn-to-remember", "foundations/gradient_reach"],
    "vanishing gradient": ["foundations/gradient_reach.html#vanishing-and-exploding"],
    "recurrent_dropout slow": ["keras/layer.html#dropout"],
    "return_state bidirectional": [f"{QUESTIONS}is-the-last-output-of-a-bidirectional-gru-its-final-state"],
    "masking padding": [f"{QUESTIONS}does-mask-zero-true", "keras/masks_and_state.html"],
    "onnx": ["engineering/conventions.html#onnx"],
    "pytorch to keras gru weights": ["engineering/conventions.html#from-pytorch-to-keras"],
    "stateful batch size": [f"{QUESTIONS}when-using-stateful-true-in-a-rnn-the-batch-size-must-be-static"],
    "update gate 1-z": [f"{QUESTIONS}is-it-z-or-1-z"],
    "nan loss": [f"{QUESTIONS}why-does-the-loss-become-nan"],
    "minGRU": ["engineering/relatives.html#mingru"],
    "hidden state reset": ["foundations/equations.html#reset-after-reset-before"],
    "exploding gradient": ["foundations/gradient_reach.html#vanishing-and-exploding"],
    "exploding gradient clip": ["foundations/gradient_reach.html#clip-what-explodes"],
    # other words for the same: synonyms, plurals, spellings, slips, numbers, people
    "torch keras weights": ["engineering/conventions.html#from-pytorch-to-keras"],
    "1 − z": [f"{QUESTIONS}is-it-z-or-1-z"],
    "update gates": ["appendix/glossary.html#term-update-gate"],
    "optimizer": ["appendix/glossary.html#term-optimiser"],
    "movie reviews": ["reproductions/imdb.html"],
    "bptt": ["foundations/bptt.html"],
    "vanshing gradeint": ["appendix/glossary.html#term-vanishing-gradient"],
    "18048": [f"{QUESTIONS}how-many-parameters-does-gru-64-have"],
    "GRU(64)": [f"{QUESTIONS}how-many-parameters-does-gru-64-have"],
    "recurrent_kernel": [f"{QUESTIONS}in-which-order-does-keras-store-the-gates"],
    "go_backwards": [f"{QUESTIONS}in-which-order-are-the-outputs-with-go-backwards"],
    "InvalidArgumentError": [f"{QUESTIONS}invalid-argument"],
    "Chung": ["appendix/references.html#id"],
    "update gate": ["appendix/glossary.html#term-update-gate"],
    "candidate": ["appendix/glossary.html#term-candidate"],
    'Input 0 of layer "gru_17" is incompatible with the layer: expected ndim=3, found ndim=2. '
    "Full shape received: (None, 60)": [f"{QUESTIONS}is-incompatible-with-the-layer-expected-ndim-3"],
}


def questions():
    """Yield what the page of questions answers, as its headings ask it and as a machine says it."""
    notebook = json.loads((ROOT / "chapters/appendix/questions.ipynb").read_text(encoding="utf-8"))
    part = heading = ""
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            part = re.findall(r"^## (.*)", f"## {part}\n{source}", re.M)[-1]
            for heading in re.findall(r"^### (.*)", source, re.M):
                yield heading, heading.replace("`", "")
        elif part.startswith("Error messages"):
            for output in cell["outputs"]:
                lines = "".join(output.get("text", "")).splitlines()
                yield from ((heading, line) for line in lines if len(line) > 60)


@pytest.fixture(scope="module")
def ranked(chromium):
    """Answer many questions with the addresses and titles of the first places."""
    page = chromium.new_page()
    page.goto(f"{FOLDER}/search.html")
    page.locator("main input[name=q]").fill("gate")
    page.wait_for_selector("main .search-found a")
    ask = f"""(questions) => {{ const rank = rankSections(bookSections);
      const first = (answers) => answers.slice(0, {FIRST});
      return questions.map((one) => first(rank(one)).map((at) => [`${{at.page}}#${{at.place}}`, at.title])); }}"""
    yield lambda questions: page.evaluate(ask, list(questions))
    page.close()


def test_what_is_asked_is_among_the_first(ranked):
    for (question, places), answers in zip(ASKED.items(), ranked(ASKED), strict=True):
        found = [address for address, _ in answers]
        assert any(address.startswith(BOOK + place) for address in found for place in places), (question, found)


def test_no_solution_and_no_answer_of_a_quiz_is_looked_through():
    index = (SITE / "_static/search/sections.js").read_text(encoding="utf-8")
    notebooks = [json.loads(path.read_text(encoding="utf-8")) for path in ROOT.glob("chapters/**/*.ipynb")]
    sources = ["".join(cell["source"]) for notebook in notebooks for cell in notebook["cells"]]
    solutions = [source for source in sources if source.startswith("# Solution")]
    open_to_all = "\n".join(source for source in sources if source not in solutions)
    lines = {line.strip() for source in solutions for line in source.splitlines()}
    secret = [line for line in lines if len(line) > 25 and line not in open_to_all]
    assert len(secret) > 300
    assert [line for line in secret if line in index] == []
    assert "Not so." not in index


def test_every_question_and_every_message_finds_its_answer(ranked):
    asked = list(questions())
    assert len(asked) > 60
    words = lambda title: re.findall(r"\w+", title)  # noqa: E731
    for (heading, question), answers in zip(asked, ranked(text for _, text in asked), strict=True):
        assert words(heading) in [words(title) for _, title in answers], (question, answers)


@pytest.mark.parametrize("way", ["folder", "server"])
def test_whatever_is_typed_gets_an_answer(open_page, served, way):
    page = open_page("search.html?q=gate", at=FOLDER if way == "folder" else served)
    page.wait_for_selector("main .search-found a")
    for words in ("constructor", "__proto__", "toString", "<b>gate</b>", "%00", "…", "gate " * 2000):
        page.evaluate("document.querySelector('main .search-says').textContent = ''")
        page.locator("main input[name=q]").fill(words)
        page.wait_for_function("/places?,|nothing/.test(document.querySelector('main .search-says').textContent)")
        assert page.locator("main .search-found b").count() == 0
    assert page.faults == []


def test_an_answer_leads_to_its_place_and_shows_a_sentence_with_what_was_asked(open_page):
    page = open_page("search.html?q=exploding%20gradient%20clip")
    page.wait_for_selector("main .search-found a")
    for link in page.locator("main .search-found a").all():
        address, _, place = link.get_attribute("href").partition("#")
        assert f'id="{place}"' in (SITE / address).read_text(encoding="utf-8")
    found = page.locator("main .search-found li").all()[:3]
    marked = [{mark.lower() for mark in one.locator("mark").all_inner_texts()} for one in found]
    assert all(marked)
    assert {"gradient", "clipping"} <= set.union(*marked)
    texts = "\n".join(one.inner_text() for one in found)
    assert not re.search(r"\\[a-z]+|(\w)−\1", texts), "neither TeX nor KaTeX's doubled letters"


@pytest.mark.parametrize("size", [(360, 740), (1280, 900)])
def test_the_box_of_every_page_answers_and_needs_no_mouse(open_page, size):
    page = open_page("chapters/foundations/equations.html", size=size)
    assert page.evaluate("typeof MiniSearch") == "undefined", "nothing is fetched before it is used"
    page.keyboard.press("Control+k")
    page.keyboard.type("1-z")
    page.wait_for_selector("dialog .search-found a")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.press("ArrowDown")
    wanted = page.evaluate("document.activeElement.href")
    page.keyboard.press("Enter")
    page.wait_for_url(wanted)
    assert page.faults == []


def test_words_that_could_not_be_fetched_are_fetched_once_more(open_page, served):
    page = open_page(
        "chapters/index.html", at=served, service_workers="block"
    )  # one could answer in place of the network
    page.route("**/sections.js", lambda route: route.abort())
    page.goto(f"{served}/search.html?q=gate")
    page.wait_for_function("/could not be fetched/.test(document.querySelector('main .search-says').textContent)")
    page.unroute("**/sections.js")
    page.locator("main input[name=q]").fill("gates")
    page.wait_for_selector("main .search-found a")
