"""A chapter as slides: what is shown, what stands above it, what is said, and what its metadata keep off."""

import json
from types import SimpleNamespace

import pytest

from tests.support import ROOT

WORDS = " ".join(["and so on"] * 20)  # no slide has room for as many
OPENING = """<p>Opening.
<strong>What is asked?</strong></p>
<p>The answer.</p>"""


def formula(tex):
    """A formula as KaTeX renders it."""
    annotation = f'<annotation encoding="application/x-tex">{tex}</annotation>'
    return f'<span class="katex"><math><mi>{tex}</mi>{annotation}</math><b class="katex-html">{tex}</b></span>'


def cell(code, output="", *, folded=False, name=""):
    """A cell as it stands on a page."""
    code = f'<div class="cell_input"><pre>{code}</pre></div>'
    code = f'<details class="hide"><summary>Show the code</summary>{code}</details>' if folded else code
    output = f'<div class="cell_output">{output}</div>' if output else ""
    return f'<live-cell number="1"><div class="cell container {name}">{code}{output}</div></live-cell>'


def exercise(stub):
    """An exercise as it stands on a page."""
    solution = cell("y = 7", folded=True)
    return f"""<section id="exercise-1"><h3>Exercise 1</h3><p>Whole task.
Fold it below, with {WORDS}.</p><book-exercise name="a/b">{cell(stub)}{solution}</book-exercise></section>"""


@pytest.fixture
def decks(require, monkeypatch):
    require("sphinx")
    monkeypatch.syspath_prepend(ROOT / "chapters" / "_site")
    return require("book_site.decks")


@pytest.fixture
def made(decks):
    """Return a function that makes slides of what stands in a section: of each, what it shows and what is said."""

    def make(inside):
        section = f'<section id="one"><h2>One<a class="headerlink" href="#one">#</a></h2>{inside}</section>'
        last = '<section id="further-reading"><h2>Further reading</h2><p>A book.</p></section>'
        chapter = f'<section id="chapter"><h1>A chapter</h1>{OPENING}{section}{last}</section>'
        text = f'<title>A chapter &#8212; Book</title><article class="bd-article">{chapter}</article>'
        page = ROOT / "chapters" / "foundations" / "x.html"
        deck = decks.place_decks(ROOT, {page: text})[page.with_name("x.slides.html")]
        body = deck.partition('<div class="slides bd-article">')[2].partition("</main>")[0]
        slides = [one.partition('<aside class="notes">') for one in body.split("<section ")[1:]]
        return [(shown, said) for shown, _, said in slides]

    return make


def test_the_title_has_the_paragraph_that_asks_and_the_rest_has_it_no_more(made):
    title, opening = made("")
    assert "Opening. <strong>What is asked?</strong>" in title[0]
    assert "What is asked?" not in opening[0]
    assert "The answer." in opening[0]


def test_each_thing_to_see_is_a_slide_under_its_heading(made):
    two = "x = 1\n\n\ny = 2"
    figure, code = made(f"{cell('plt.plot()', '<svg></svg>', folded=True)}<p>A word.</p>{cell(two)}")[2:]
    assert all('href="x.html#one">One</a>' in shown for shown, _ in (figure, code))
    assert "<svg>" in figure[0]
    assert "plt.plot" not in figure[0]
    assert "<pre>x = 1\n\ny = 2</pre>" in code[0]


def test_a_short_paragraph_stands_whole_and_its_formula_is_said_as_mathml(made):
    (slide,) = made(f"<p>A {formula('z')}.\nMore of it.\nAll &lt; that.</p>{cell('x = 1')}")[2:]
    assert 'katex-html">z</b></span>. More of it. All &lt; that.</p>' in slide[0]
    assert slide[1] == "", "no notes where all is shown"
    notes = made(f'<p>{formula("z")}</p>{cell("x = 1")}<p class="slide-notes">Said: {formula("q")}.</p>')[2][1]
    assert notes.count("<math>") == 1
    assert "katex-html" not in notes, "the speaker's window has no style sheet"


def test_of_a_long_paragraph_values_and_names_stay_and_the_notes_have_the_rest(made):
    value = f"The state is {formula('h = 0.5')}."
    name = "This is called a <em>gate</em>."
    ((shown, said),) = made(f"<p>It begins.\n{WORDS}.\n{value}\n{WORDS}.\nAnd {name}</p>{cell('x = 1')}")[2:]
    for kept in ("It begins.", "The state is", "is called"):
        assert kept in shown
        assert kept not in said
    assert WORDS in said
    assert WORDS not in shown


def test_a_sentence_brings_the_one_that_it_leans_on(made):
    ((shown, _),) = made(f"<p>First.\n{WORDS}.\nA gate opens.\nIt is called z.</p>{cell('x = 1')}")[2:]
    assert "A gate opens. It is called z." in shown


def test_a_comment_keeps_its_point(made):
    result = cell("print(x)", '<div class="output">7</div>')
    ((shown, said),) = made(f"<p>Look.</p>{result}<p>It falls for {WORDS}.\nMore of this.\nSo it forgets.</p>")[2:]
    assert "So it forgets." in shown
    assert "It falls" in said


def test_a_colon_stays_with_what_it_leads_to(made):
    items = "<ul><li><p>Keep.</p></li></ul>"
    ((shown, _),) = made(f"<p>{WORDS}.\n{WORDS}.\nA gate does this:</p>{items}")[2:]
    assert "A gate does this:" in shown
    (left,) = made(f"<p>It is so, and that for a long time.\nSee:</p>{cell('x', name='slide-skip')}")[2:]
    assert "See:" not in "".join(left)


def test_what_speaks_of_the_page_is_neither_shown_nor_said(made):
    text = "A gate opens.\nThe folded cell checks it.\nBelow, it shuts.\nAn error below 0.1 is small."
    ((shown, said),) = made(f"<p>{text}</p>{cell('x = 1')}")[2:]
    assert "A gate opens. An error below 0.1 is small." in shown
    assert "folded" not in shown + said
    assert "Below," not in shown + said


def test_paragraphs_without_room_make_a_slide_before(made):
    first, second = made(f"<p>{WORDS}</p><p>The code.</p>{cell('x = 1')}")[2:]
    assert WORDS in first[0]
    assert "<pre>" not in first[0]
    assert "The code." in second[0]


def test_long_code_stands_alone_and_code_that_calls_helpers_stays_off(made):
    lines, output = "\n".join(f"x_{n} = {n}" for n in range(15)), '<div class="output">1\n2\n3</div>'
    code, result = made(f"<p>The code.</p>{cell(lines, output)}")[2:]
    assert "x_14" in code[0]
    assert "output" not in code[0]
    assert "output" in result[0]
    helper = cell("def helper():\n    return 1", folded=True)
    calls = cell(f"{lines}\nhelper()", output)
    (result,) = made(f"<p>The code.</p>{helper}{calls}")[2:]
    assert "x_14" not in result[0]
    assert "output" in result[0]


def test_a_question_has_its_answer_in_the_notes_and_its_code_before_it(made):
    options = "<ol><li><p>It grows.</p></li><li><p>It shrinks.</p></li></ol>"
    asked = f'<p>Two runs.</p><gru-predict answer="2"><p>Which?</p>{options}</gru-predict>'
    figure = cell("plt.plot()", "<svg></svg>", folded=True)
    why = "<p>The slope is small.\nSo the state shrinks at every step.</p>"
    code, question, result = made(f"{asked}{cell('x = run()')}{figure}{why}")[2:]
    assert "Two runs." in code[0]
    assert "x = run()" in code[0]
    assert "Which?" in question[0]
    assert "It shrinks." in question[1]
    assert "It grows." not in question[1]
    assert "So the state shrinks at every step." in question[1]
    assert "<svg>" in result[0]


def test_checks_are_shown_only_where_a_paragraph_leads_to_them_alone(made):
    check = cell("expect()", '<details class="checks"><summary>difference: 0</summary></details>', folded=True)
    ((shown, _),) = made(f"<p>Ours against theirs.</p>{check}")[2:]
    assert "difference: 0" in shown
    ((shown, _),) = made(f"<p>Ours.</p>{cell('x', '<b>7</b>')}{check}")[2:]
    assert "difference: 0" not in shown


def test_claims_that_do_not_simply_hold_are_shown_with_their_reasons(made):
    row = '<tr><td>“{0}”</td><td><span class="chip">{1}</span></td><td>because of {0}</td></tr>'
    verdicts = ["confirmed", "refuted", "depends", "open", "refuted", "depends", "open"]
    rows = "".join(row.format(n, verdict) for n, verdict in enumerate(verdicts))
    table = f'<table class="claims"><thead><tr><th>Claim</th></tr></thead><tbody>{rows}</tbody></table>'
    first, second = made(f"<p>Each is tried.</p>{cell('claims_table()', table)}")[2:]
    assert "Of 7 statements, 1 are confirmed" in first[0]
    assert "because of 0" not in first[0]
    assert [first[0].count("because of"), second[0].count("because of")] == [3, 3]


def test_an_exercise_is_one_slide_with_its_solution_in_the_notes(made):
    ((shown, said),) = made(exercise("y = ...\ncheck(y)"))[2:]
    assert f"Fold it below, with {WORDS}." in shown
    assert "check(y)" not in shown
    assert "y = 7" not in shown
    assert "<pre>y = 7</pre>" in said
    ((shown, _),) = made(exercise("y = 8\ncheck(y)"))[2:]
    assert "y = 8" in shown


def test_what_is_tagged_is_not_shown(made):
    whole = made(f'{cell("x = 1")}{cell("secret = 1", name="slide-skip")}<p class="slide-notes">Only said.</p>')
    assert "secret" not in str(whole)
    assert "A book" not in str(whole)
    assert "Only said." not in whole[-1][0]
    assert "Only said." in whole[-1][1]


def test_metadata_of_a_notebook_reach_its_page(decks, tmp_path):
    from docutils import nodes
    from sphinx.errors import ExtensionError

    def marked(kind):
        cells = [{"metadata": {}}, {"metadata": {"slideshow": {"slide_type": kind}}}]
        path = tmp_path / "chapters" / "foundations" / "x.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"cells": cells}))
        section = nodes.section("", nodes.paragraph("", "first"), nodes.paragraph("", "second"))
        section[0].line, section[1].line = 10_003, 20_001  # as MyST-NB counts
        app = SimpleNamespace(srcdir=tmp_path, env=SimpleNamespace(docname="chapters/foundations/x"))
        decks.mark(app, section)
        return [paragraph["classes"] for paragraph in section]

    assert marked("skip") == [[], ["slide-skip"]]
    assert marked("notes") == [[], ["slide-notes"]]
    with pytest.raises(ExtensionError, match="slide_type is skip or notes, not fragment"):
        marked("fragment")
