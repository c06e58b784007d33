"""The words of the search: of a text of the book, and of a question, which are split in two languages."""

import json
import subprocess

import pytest

from tests.support import ROOT

# a text, and what of it the search must know
TEXTS = {
    "recurrent_kernel": ["recurrent_kernel", "recurrent", "kernel"],
    "__init__": ["__init__", "init"],
    "GRU(64, return_sequences=True)": ["GRU(64", "GRU", "64", "return_sequences", "True", "return", "sequences"],
    "expected ndim=3, found": ["ndim=3", "expected", "ndim", "3", "found"],
    "(1 - z_t) h": ["1-z", "1", "z_t", "h", "z", "t"],
    "1−z, 1 − z": ["1-z", "1-z", "1", "z", "1", "z"],
    "18,048 of 165": ["18048", "18", "048", "of", "165"],
    "10-fold, 1e-6, f(x)": ["10", "fold", "1e", "6", "f", "x"],
    "naïve 'größte'": ["naïve", "größte"],
    "": [],
}


@pytest.fixture
def module(require, monkeypatch):
    require("sphinx")
    monkeypatch.syspath_prepend(ROOT / "chapters" / "_site")
    return lambda name: require(f"book_site.{name}")


@pytest.fixture
def search(module):
    return module("search")


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_split_into_what_people_type(search, text):
    assert search.BookSearch({}).split(text) == TEXTS[text]


def test_a_question_is_split_as_the_text_is(module, search):
    code = (
        f"{search.BookSearch.js_splitter_code}\nconsole.log(JSON.stringify({json.dumps(list(TEXTS))}.map(splitQuery)))"
    )
    run = subprocess.run([module("formulas").find_node(), "-e", code], capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == list(TEXTS.values())
