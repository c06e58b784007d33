"""The teacher's edition has all that the chapters, their exercises and their quizzes have, and stands alone."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from gru_lib.book.exercises import ChoiceExercise, FunctionExercise, ValueExercise
from gru_lib.book.quizzes import quiz_names
from tests.support import ROOT
from tools.edition import __main__ as edition
from tools.edition.chapters import chapter, discussion, documents, sections, shares
from tools.edition.exercises import answer, exercises, mistakes
from tools.edition.formulas import mathml
from tools.edition.words import Words, code
from tools.notebooks import load
from tools.notebooks.handout import is_solution
from tools.notebooks.minutes import length

DOCUMENTS = documents()


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return edition.write(tmp_path_factory.mktemp("edition"))


class Structure(HTMLParser):
    """Notes ids, links and pictures, and that what is opened is closed."""

    EMPTY = frozenset({"meta", "img", "br", "hr", "mspace", "mprescripts", "none"})

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.links, self.pictures = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.ids += [values["id"]] if "id" in values else []
        self.links += [values["href"]] if tag == "a" else []
        self.pictures += [values] if tag == "img" else []
        self.open += [tag] * (tag not in self.EMPTY)

    def handle_endtag(self, tag):
        if tag in self.EMPTY:
            return
        assert self.open.pop() == tag


def test_the_page_is_whole_and_asks_nobody_for_anything(written):
    text = written.read_text(encoding="utf-8")
    page = Structure(text)
    assert page.open == []
    assert len(page.ids) == len(set(page.ids)) == len(DOCUMENTS) + 1, "chapters, and the plans"
    assert {link.removeprefix("#") for link in page.links} == set(page.ids)
    assert all((written.parent / picture["src"]).is_file() and picture["alt"] for picture in page.pictures)
    assert "http:" not in re.sub(r'xmlns="[^"]*"', "", text)
    assert "<script" not in text
    visible = re.sub(r"<math.*?</math>|<pre>.*?</pre>|<code>.*?</code>|<style>.*?</style>", "", text, flags=re.S)
    assert not re.search(r"\$|\{\w+\}|\]\(|^:::|\x00", re.sub(r"<[^>]+>", "", visible), flags=re.M), (
        "nothing is left raw"
    )


def test_every_chapter_with_exercises_is_there_with_all_of_them(written):
    text = written.read_text(encoding="utf-8")
    solutions = [c for name in DOCUMENTS for c in load(ROOT / f"{name}.ipynb")["cells"] if is_solution(c)]
    notebooks = {path.stem for path in (ROOT / "gru_lib/book/exercises").glob("*.py")} - {"__init__", "engine"}
    assert {name.rpartition("/")[2] for name in DOCUMENTS} <= notebooks
    assert text.count("# Solution") == len(solutions) > 90
    assert text.count("<h4>") == len(solutions)


def test_every_quiz_of_a_chapter_is_there(written):
    asked = [len(chapter(name).questions) for name in DOCUMENTS if name.rpartition("/")[2] in quiz_names()]
    assert set(asked) == {5}
    assert written.read_text(encoding="utf-8").count('<ol type="a">') == sum(asked)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_teacher_finds_minutes_a_drawing_and_a_question_for_the_room(document):
    one = chapter(document)
    assert sum(minutes for _, minutes in one.sections) == one.time.minutes
    assert all(exercise.title and exercise.asks and exercise.solution for exercise in one.exercises)
    assert len(one.exercises) == one.time.exercises
    if "/refreshers/" not in document:
        assert one.sketches
        assert one.sketches[0].words
        assert one.objectives
        assert one.summary
        assert one.discussion, "add a question to tools/edition/discussion.toml"


def test_no_question_is_for_a_chapter_that_is_not_there():
    assert set(discussion()) <= set(DOCUMENTS)
    for asked in discussion().values():
        assert all(set(one) - {"wrong", "then"} == {"ask", "listen"} and one["ask"].endswith("?") for one in asked)


def test_what_a_wrong_answer_gives_is_computed():
    function = FunctionExercise(
        np.cumsum, lambda _: [(np.arange(5.0),)], mistakes=[(np.cumprod, "products."), (lambda _: 1 / 0, "no zero.")]
    )
    first, second = mistakes(function)
    assert first == ("0, 0, 0, …, where 0, 1, 3, … is right", "products.")
    assert second == ("ZeroDivisionError, where 0, 1, 3, … is right", "no zero.")
    assert mistakes(ValueExercise(1, hints={0.25: "half."})) == [("0.25", "half.")]
    assert answer(ValueExercise(2000, tolerance=0.01)) == "2,000, give or take 20"
    assert (answer(ValueExercise([1, 2.5])), answer(ChoiceExercise("b", {}))) == ("1, 2.5", "b")
    assert mistakes(ChoiceExercise("b", {"a": "no."})) == [("a", "no.")]


def test_a_wrong_answer_is_shown_where_it_is_wrong():
    late = FunctionExercise(
        lambda x: x + 1e-5, lambda _: [(np.ones(2),), (np.zeros(5),)], mistakes=[(lambda x: x + (x > 1), "small.")]
    )
    late_place = FunctionExercise(
        lambda x: x, lambda _: [(np.arange(5.0),)], mistakes=[(lambda x: x * (x < 4), "end.")]
    )
    by_case = FunctionExercise(
        abs, lambda _: [(2,), (-3,)], mistakes=[(lambda x: x, "sign."), (lambda x: [x], "list.")]
    )
    assert mistakes(late)[0][0] == "1, 1, where 1.00001, 1.00001 is right"
    assert mistakes(late_place)[0][0] == "from number 5 on: 0, where 4 is right"
    assert mistakes(by_case)[0][0] == "for -3: -3, where 3 is right"
    assert mistakes(by_case)[1][0] == "an array of shape (1,) and not one number, where 2 is right"
    for document in DOCUMENTS:
        for one in exercises(load(ROOT / f"{document}.ipynb")):
            shown = [wrong.removesuffix(" is right").split(", where ") for wrong, _ in one.mistakes]
            assert all(len(pair) == 1 or pair[0].rpartition(": ")[2] != pair[1] for pair in shown), (
                document,
                one.title,
            )


def test_a_bug_is_shown_before_its_solution(written):
    text = written.read_text(encoding="utf-8")
    hunted = [
        (document, one)
        for document in DOCUMENTS
        for one in exercises(load(ROOT / f"{document}.ipynb"))
        if "(find the bug)" in one.title
    ]
    assert [document for document, one in hunted if not one.stub] == ["chapters/engineering/conventions"], (
        "it is a choice"
    )
    for _, one in hunted:
        assert text.find(code(one.stub)) < text.index(code(one.solution))


def test_an_exercise_is_read_with_its_own_task():
    notebook = load(ROOT / "chapters/foundations/equations.ipynb")
    first, *_, last = exercises(notebook)
    assert first.title.startswith("1 (predict)")
    assert ("0.59", "z and 1 - z are swapped; z = 0.731 is the share of the old state.") in first.mistakes
    assert "flag" in last.asks
    assert "g_t = \\tanh" in first.given
    assert "| reset gate (index $r$) | −1 | 2 |" in first.given
    assert (last.given, first.stub, first.answer) == ("", "", "0.5333, give or take 0.0015")
    assert "right." not in last.output


def test_the_minutes_of_sections_are_those_of_the_tool():
    prose = {"cell_type": "markdown", "source": [f"# A\n\n{'word ' * 160}\n\n## B\n\n{'word ' * 320}"], "metadata": {}}
    code = {"cell_type": "code", "source": ["x = 1\n" * 20], "metadata": {}, "outputs": []}
    cells = [prose, code, prose | {"source": ["## Summary\n\nword"]}]
    assert sections(cells) == [("Question and answer", 1), ("B", 5)]
    assert length({"cells": cells}).minutes == 6
    assert shares([0.5, 0.5, 0.5, 2.2], 4) == [1, 0, 1, 2]


def test_words_and_formulas():
    words = Words()
    text = words.finish(
        words.set("The {term}`hidden state <state>` of {eq}`gru` is $h_t$, see [there](x.ipynb).\n\n$$z < 1$$")
    )
    assert "<em>hidden state</em> of the equations is <span" in text
    assert text.count("<math") == 2
    assert "<em>there</em>" in text
    with pytest.raises(ValueError, match=r"formulas: KaTeX says .*nosuch.*; expected formulas that it can set"):
        mathml([(r"\nosuch{x}", False)])


def test_the_command_writes_over_nothing_of_others(tmp_path, capsys):
    (tmp_path / "thesis.txt").write_text("mine")
    assert edition.main([str(tmp_path)]) == 1
    assert "holds other things" in capsys.readouterr().err
    assert edition.main([]) == 2
    assert edition.main([str(tmp_path / "new")]) == 0
    assert edition.main([str(tmp_path / "new")]) == 0, "an edition can be renewed"
    assert (tmp_path / "thesis.txt").read_text() == "mine"
