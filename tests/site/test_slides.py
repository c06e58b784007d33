"""A chapter as slides: what is shown, what stands above it, what is said, and what its metadata keep off."""

import json
from types import SimpleNamespace

import pytest

from tests.support import ROOT

PAGE = """<article class="bd-article"><section id="chapter">
<h1>A chapter<a class="headerlink" href="#chapter">#</a></h1>
<p>Opening.
<strong>What is asked?</strong></p>
<section id="one"><h2>One<a class="headerlink" href="#one">#</a></h2>
<p>Look at <span class="math">\
<span class="katex"><math><mi>z</mi></math><b class="katex-html">z</b></span></span> first.
Then <a href="#chapter">back</a>.</p>
<live-cell number="1"><div class="cell container"><details class="hide above-input"><summary>Show the code</summary>
<div class="cell_input"><pre>plt.plot()</pre></div></details>
<div class="cell_output"><svg viewBox="0 0 1 1"><g id="plot1"/></svg></div></div></live-cell>
<p>It falls.
More slowly later.</p>
<p></p>
<p>This leads on.</p>
<div class="cell container"><div class="cell_input"><pre>x = 1</pre></div></div>
<div class="cell container slide-skip"><div class="cell_input"><pre>secret = 1</pre></div></div>
<p class="slide-notes">Only said.</p>
</section>
<section id="further-reading"><h2>Further reading</h2><p>A book.</p></section>
<section id="exercises"><h2>Exercises</h2><section id="exercise-1"><h3>Exercise 1</h3>
<p>Whole task.
In two sentences.</p>
<book-exercise name="a/b"><div class="cell container"><div class="cell_input"><pre>y = ...</pre></div></div>
<details class="hide"><summary>Show the solution</summary><div class="cell_input"><pre>y = 7</pre></div></details>
</book-exercise>
</section></section></section></article>"""


@pytest.fixture
def decks(require, monkeypatch):
    require("sphinx")
    monkeypatch.syspath_prepend(ROOT / "chapters" / "_site")
    return require("book_site.decks")


@pytest.fixture
def made(decks):
    """The slides of the page, each as HTML with its notes."""
    text = f'<title>A chapter &#8212; Book</title><link rel="stylesheet" href="x.css" />{PAGE}'
    page = ROOT / "chapters" / "foundations" / "x.html"
    pages = decks.place_decks(ROOT, {page: text})
    deck = pages[page.with_name("x.slides.html")]
    body = deck.partition('<div class="slides bd-article">')[2].partition("</main>")[0]
    return body.split("<section ")[1:]


def test_each_thing_to_see_is_a_slide_under_its_heading(made):
    title, opening, figure, code, exercise = made
    assert "What is asked?" in title
    assert "Opening." in opening
    places = ["chapter", "chapter", "one", "one", "exercise-1"]
    assert all(f'href="x.html#{place}"' in slide for slide, place in zip(made, places, strict=True))
    assert '<svg viewBox="0 0 1 1">' in figure
    assert "<pre>x = 1</pre>" in code
    assert "<pre>y = ...</pre>" in exercise


def test_a_slide_has_first_sentences_and_the_speaker_the_rest(made):
    shown, _, notes = made[2].partition('<aside class="notes">')
    assert 'katex-html">z</b></span></span> first.</p>' in shown
    assert "Then" not in shown
    assert '<div class="after fragment"><p>It falls.</p></div>' in shown
    assert "More slowly later." in notes
    assert "<math>" in notes
    assert "katex-html" not in notes, "the speaker's window has no style sheet"
    assert '<div class="before"><p>This leads on.</p></div>' in made[3]


def test_what_is_folded_or_tagged_is_not_shown(made):
    whole = "".join(made)
    for word in ("plt.plot", "secret", "A book", "y = 7", "headerlink"):
        assert word not in whole
    shown, _, notes = made[3].partition('<aside class="notes">')
    assert "Only said." in notes
    assert "Only said." not in shown


def test_an_exercise_has_its_whole_text(made):
    assert "In two sentences." in made[4]


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
