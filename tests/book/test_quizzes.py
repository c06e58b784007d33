"""Quizzes: every chapter has one, its numbers are computed, and what a course imports is what the page asks."""

import csv
import html
import re
from xml.etree import ElementTree

import numpy as np
import pytest

import gru_lib.scratch
from gru_lib.book import quiz
from gru_lib.book.quizzes import load_quiz, quiz_names, read
from gru_lib.conformance import mutants
from gru_lib.records.store import read_results
from tests.support import ROOT
from tools import notebooks
from tools import quizzes as files

RECORD = read_results(ROOT / "results" / "cpu.json")
QUIZZES = {name: load_quiz(name) for name in quiz_names()}
QUESTIONS = [(name, question) for name, one in QUIZZES.items() for question in one.questions]
PROSE = {path: notebooks.prose(notebooks.load(path)) for path in notebooks.notebooks()}
CHAPTERS = {path.stem: text for path, text in PROSE.items() if "appendix" not in path.parts}
TITLES = {path: text.partition("\n")[0].removeprefix("# ") for path, text in PROSE.items()}
# Chapters that lack a quiz: whoever writes one takes its name out.
LACK: set[str] = set()


def test_every_chapter_has_five_questions_and_asks_them_before_its_exercises():
    assert set(CHAPTERS) - set(QUIZZES) <= LACK, "chapters without a quiz"
    for name, text in CHAPTERS.items():
        asks = re.findall(r"^## Five questions\n\n:::\{quiz\} (\w+)$.*?^## Exercises$", text, flags=re.M | re.S)
        assert asks == [name] * (name in QUIZZES), name
    for name, one in QUIZZES.items():
        if name in CHAPTERS:
            assert len(one.questions) == 5, name
            assert CHAPTERS[name].startswith(f"# {one.title}\n"), name


def figure(name):
    """Return a recorded figure, such as "mnist/gru-adam"."""
    chapter, _, key = name.partition("/")
    return RECORD[chapter]["figures"][key]["value"]


def runs(name):
    """Return the recorded values of an experiment, such as "imdb/as-published", a row for each run."""
    chapter, _, key = name.partition("/")
    return np.array(RECORD[chapter]["runs"][key]["values"])


def test_a_number_of_a_question_is_what_it_is_computed_from():
    names = {"np": np, "mutants": mutants, "figure": figure, "runs": runs} | vars(gru_lib.scratch)
    checked = 0
    for name, question in QUESTIONS:
        said = " ".join([question.asks, *(f"{one.says} {one.why}" for one in question.options.values())])
        for number, expression in question.facts:
            assert re.search(rf"(?<![\d.,]){re.escape(number)}(?![\d]|[.,]\d)", said), (name, number)
            digits = number.replace(",", "").replace("−", "-")
            value = float(eval(expression, dict(names)))
            assert round(value, len(digits.partition(".")[2])) == float(digits), (name, number, value)
            checked += 1
    assert checked >= len(QUIZZES)


def test_reasons_are_sentences_and_lead_to_pages_by_their_names():
    for name, question in QUESTIONS:
        for one in question.options.values():
            assert len(one.why.split()) >= 5, (name, one.why)
            assert one.why[-1] in ".?", (name, one.why)
            for label, target in re.findall(r"\[([^]]+)\]\((/[^)#]+)", one.why):
                assert TITLES[notebooks.ROOT / target[1:]] == label, (name, target)


def test_every_wrong_answer_of_the_entry_test_leads_to_a_refresher():
    page = (notebooks.CHAPTERS / "appendix/refreshers/are_you_ready.md").read_text()
    assert page.startswith(f"# {QUIZZES['entry'].title}\n")
    assert "```{quiz} entry\n" in page
    for question in QUIZZES["entry"].questions:
        for one in question.options.values():
            assert one.is_right or "](/chapters/appendix/refreshers/" in one.why, (question.asks, one.says)


def test_no_letter_is_right_far_more_often_than_another():
    first = sum("a" in question.right for _, question in QUESTIONS)
    assert first < len(QUESTIONS) / 2


ONE = """# A title

## Is $a < b$ & "c"? (two are right)

```python
x = a[0]  # {~ ]]>
```

- [x] `a & b`
  Since $a < b$, as [A page](/chapters/a.ipynb) says;
  two lines.
- [x] Yes
  It is so, of course.
- [ ] No
  A reason which
  has <b>two</b> lines.

<!-- 2 = 1 + 1 -->
"""


def test_a_question_is_read_whole():
    [question] = read(ONE).questions
    assert question.asks.startswith('Is $a < b$ & "c"? (two are right)\n\n```python\nx = a[0]')
    assert question.facts == [("2", "1 + 1")]
    assert {one.says: (one.is_right, one.why.partition(" ")[2]) for one in question.options.values()} == {
        "`a & b`": (True, "$a < b$, as [A page](/chapters/a.ipynb) says; two lines."),
        "Yes": (True, "is so, of course."),
        "No": (False, "reason which has <b>two</b> lines."),
    }


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (" (two are right)", "", "2 of 3 options are right; expected 1"),
        ("two are right", "three are right", "2 of 3 options are right; expected 1"),
        ("- [ ] No", "- [x] No", "3 of 3 options are right"),
        ("- [x] Yes", "- [ ] No", "1 of 3 options are right; expected 2"),
        ("  It is so, of course.\n", "", r"got '- \[x\] Yes"),
        ("- [ ] No", "- [?] No", r"got '- \[\?\] No"),
        ("- [ ] No", "-[ ] No", "expected `- "),
    ],
)
def test_a_question_that_is_not_as_it_must_be_is_named(old, new, said):
    assert old in ONE
    with pytest.raises(ValueError, match=rf"Is .*: .*{said}"):
        read(ONE.replace(old, new))


def test_a_quiz_that_there_is_not_is_named_with_those_that_there_are():
    with pytest.raises(ValueError, match=r"name is 'equation'; expected one of .*equations"):
        quiz("equation")


def test_answers_are_judged_and_each_says_why():
    questions = QUIZZES["equations"].questions
    asked = quiz("equations")
    assert asked._repr_markdown_() == str(asked) == repr(asked)
    assert all(f"- **{letter}** {one.says}" in asked for q in questions for letter, one in q.options.items())
    right = " ".join("".join(sorted(question.right)) for question in questions)
    assert quiz("equations", right).count("✓") == 5
    for letter in "abcd":
        judged = quiz("equations", f"{letter} - - - -")
        option = questions[0].options[letter]
        assert judged.startswith(f"1 {'✓' if option.is_right else '✗'} {option.says}: {option.why}")
        assert judged.count("○ Not answered yet.") == 4
    for answers in ("a", "a b c d x"):
        with pytest.raises(ValueError, match=r"expected a letter for each of 5 questions"):
            quiz("equations", answers)


def plain(text):
    return html.unescape(re.sub(r"<[^>]+>", "", text)).strip()


def test_moodle_gets_every_option_with_its_share_and_its_reason():
    tree = ElementTree.fromstring(files.moodle([read(ONE), *QUIZZES.values()]))
    categories = [one.findtext("category/text") for one in tree.findall("question[@type='category']")]
    assert categories == [f"$course$/top/{files.BOOK}/{one.title}" for one in [read(ONE), *QUIZZES.values()]]
    asked = tree.findall("question[@type='multichoice']")
    for entry, question in zip(asked, [*read(ONE).questions, *(one for _, one in QUESTIONS)], strict=True):
        answers = entry.findall("answer")
        shares = [float(answer.get("fraction")) for answer in answers]
        assert sum(share for share in shares if share > 0) == pytest.approx(100)
        assert [share > 0 for share in shares] == [one.is_right for one in question.options.values()]
        assert entry.findtext("single") == str(len(question.right) == 1).lower()
        assert all(len(plain(answer.findtext("feedback/text"))) > 10 for answer in answers)
    said = {
        plain(answer.findtext("text")): plain(answer.findtext("feedback/text")) for answer in asked[0].findall("answer")
    }
    assert said["a & b"] == r"Since \(a < b\), as A page says; two lines."
    text = plain(asked[0].findtext("questiontext/text"))
    assert text.startswith(r'Is \(a < b\) & "c"?')
    assert text.endswith("x = a[0]  # {~ ]]>")


def test_anki_gets_a_note_for_each_question_that_keeps_its_name():
    head, notes = [], []
    for line in files.anki([read(ONE), *QUIZZES.values()]).splitlines():
        head.append(line) if line.startswith("#") else notes.append(line)
    assert {"#separator:tab", "#html:true", "#guid column:1", "#deck column:2"} <= set(head)
    rows = list(csv.reader(notes, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert {len(row) for row in rows} == {4}
    assert len({row[0] for row in rows}) == len(rows) == len(QUESTIONS) + 1
    assert plain(rows[0][2].partition("<ol")[0]).endswith("x = a[0]  # {~ ]]>")
    assert plain(rows[0][3].partition("</p>")[0])[-1] == "✓", "what is right comes first"
