"""What the search looks through, and what is a word of it."""

import json
import subprocess

import pytest

from tests.support import ROOT

SCRIPTS = ROOT / "chapters" / "_site" / "static" / "search"


@pytest.fixture
def module(require, monkeypatch):
    require("sphinx")
    monkeypatch.syspath_prepend(ROOT / "chapters" / "_site")
    return lambda name: require(f"book_site.{name}")


@pytest.fixture
def computed(module):
    """Return what an expression is where rank.js has been loaded."""

    def run(expression):
        code = f"{(SCRIPTS / 'rank.js').read_text(encoding='utf-8')}\nconsole.log(JSON.stringify({expression}))"
        node = module("formulas").find_node()
        return json.loads(subprocess.run([node, "-e", code], capture_output=True, text=True, check=True).stdout)

    return run


# a text, and what of it the search must know
TEXTS = {
    "recurrent_kernel": ["recurrent_kernel", "recurrent", "kernel"],
    "__init__": ["__init__", "", "", "init", "", ""],
    "GRU(64, return_sequences=True)": ["gru(64", "gru", "64", "return_sequences", "true", "return", "sequences"],
    "expected ndim=3, found": ["ndim=3", "expected", "ndim", "3", "found"],
    "(1 - z_t) h": ["1-z", "1", "z_t", "h", "z", "t"],
    "1−z, 1 − z": ["1-z", "1-z", "1", "z", "1", "z"],
    "18,048 of 165": ["18048", "18", "048", "of", "165"],
    "0.693 and 1e-6": ["0.693", "0", "693", "and", "1e", "6"],
    "naïve 'größte'": ["naïve", "größte"],
    "": [],
}


def test_a_text_is_split_into_what_people_type(computed):
    assert computed(f"{json.dumps(list(TEXTS))}.map(split)") == list(TEXTS.values())


ALIKE = [
    "gate gates",
    "loss losses",
    "bias biases",
    "memory memories",
    "clip clips",
    "mask masks masked masking",
    "initialise initialize initialisation initialization",
    "regulariser regularizer regularisers",
    "optimiser optimizer",
    "colour color colours",
    "torch pytorch",
    "parameter parameters params",
    "bptt backpropagation",
    "film films movie movies",
]
APART = ["reset resets_after", "loss lose", "his hit", "tanh than", "64 65", "constructor toString"]


@pytest.mark.parametrize("words", ALIKE)
def test_words_that_mean_the_same_have_one_form(computed, words):
    assert len(set(computed(f"{json.dumps(words.split())}.map(word)"))) == 1


@pytest.mark.parametrize("words", APART)
def test_other_words_have_forms_of_their_own(computed, words):
    forms = computed(f"{json.dumps(words.split())}.map(word)")
    assert len(set(forms)) == len(forms)


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (r"h_t = z_t \odot h_{t-1} + (1 - z_t) \odot g_t", "h_t = z_t ⊙ h_t-1 + (1 - z_t) ⊙ g_t"),
        (r"\begin{aligned} a &= x W \\ b &= \operatorname{sigmoid}(a) \end{aligned}", "a = x W b = sigmoid(a)"),
        (r"\sigma(a) \le \tfrac{1}{4}", "σ(a) ≤ 1/4"),
    ],
)
def test_a_formula_is_found_as_it_is_typed(module, formula, text):
    assert module("search").plain(formula) == text


def test_a_section_has_its_own_text_and_the_names_in_its_code(module):
    from docutils import core, nodes

    tree = core.publish_doctree("Title\n=====\n\nOf *all* , and\n\nInner\n-----\n\nof this.\n\n::\n\n  gru(8, x=3.25)")
    outer = nodes.section("", *tree.children, ids=["title"])  # docutils lifts a lone title to the document
    tree.children = [outer]
    title, inner = module("search").entries(tree)
    assert inner == ["inner", "Inner", "of this.", "gru(8 x"]
    assert title[0] == "title"
    assert title[2] == "Of all, and"


def test_neither_code_nor_an_answer_is_prose(module):
    from docutils import nodes

    def cell(code):
        block = nodes.literal_block("", code)
        return nodes.container("", nodes.container("", block), nb_element="cell_code", classes=["cell"])

    secret = nodes.container("", nodes.paragraph("", "Right."), classes=["quiz-answers"])
    exercise = nodes.container("", cell("new_state = ..."), cell("# Solution: halve\nnew_state = secret / 2"))
    section = nodes.section("", nodes.paragraph("", "Which state?"), exercise, secret, ids=["one"])
    assert module("search").entry(section, "One") == ["one", "One", "Which state?", "new_state"]
