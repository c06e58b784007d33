"""A chapter as slides, made of what stands on its page.

A slide shows what people look at: a figure, an equation, code, a table or a list, under the heading of its section.
Of the paragraphs around it the slide has the first sentences, and the speaker's notes have the whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bs4 import NavigableString, Tag

LEFT_OUT = {"Five questions", "Further reading"}  # sections that are for readers
LINES = 3  # sentences above what is shown
CHECKS = 9  # lines of a slide
WORDS = 75  # of a slide that shows nothing but text; where there are more, it has the first sentences
FIGURES = ["img", "figure", "held-svg", re.compile(r"^gru-(?!predict|quiz)")]
FOLDS = ["hide", "sd-dropdown"]  # what a reader opens
SEVERAL = re.compile(r"^\W*\d+ checks")


@dataclass
class Slide:
    """One slide: parts of HTML, and what the speaker says."""

    title: str
    place: str
    kind: str = "text"
    before: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)  # comes with the next click
    notes: list[str] = field(default_factory=list)


def slides(article: Tag) -> list[Slide]:
    """Return the slides of a chapter in its order; the first has its title and its question."""
    chapter = article.find("section")
    tidy(chapter)
    title = chapter.h1.decode_contents()
    question = next((one for one in chapter.find_all("strong") if one.get_text().endswith("?")), None)
    first = Slide(title, chapter["id"], "title", [f"<p>{question.decode_contents()}</p>"] if question else [])
    return [first, *_of(chapter, title, exercise=False)]


def _of(section: Tag, title: str, *, exercise: bool) -> Iterator[Slide]:
    """Yield the slides of a section, and then of the sections in it."""
    parts = section.find_all(recursive=False)
    made = Maker(title, section["id"], exercise=exercise)
    for part in parts:
        if part.name not in ("section", "h1", "h2", "h3") and "slide-skip" not in part.get("class", []):
            made.add(part)
    yield from made.end()
    for part in parts:
        if part.name == "section" and (heading := part.find(["h2", "h3"])).get_text() not in LEFT_OUT:
            yield from _of(part, heading.decode_contents(), exercise="exercise-" in part["id"])


class Maker:
    """Makes the slides of one section, part by part."""

    def __init__(self, title: str, place: str, *, exercise: bool) -> None:
        self.title, self.place, self.exercise = title, place, exercise
        self.slides: list[Slide] = []
        self.waiting: list[Tag] = []  # paragraphs that lead to what comes
        self.is_result = False  # what was shown last asks for a comment

    def add(self, part: Tag) -> None:
        """Take the next part of the section."""
        classes = part.get("class", [])
        if part.name == "p" and not part.contents:
            return  # a place for a script
        if "slide-notes" in classes:
            self.slides[-1].notes.append(said(part))
        elif part.name == "p" and not part.find(FIGURES):
            self._text(part)
        elif "cell" in classes or part.name == "book-exercise":
            self._cell(part)
        elif not set(FOLDS) & set(classes) and part.name != "gru-quiz":
            self._show(_kind(part), [str(part)], is_result=part.name not in ("ul", "ol", "gru-predict"))

    def end(self) -> list[Slide]:
        """Return the slides, the last of which has the paragraphs that are left."""
        if self.waiting:
            self._say(self.waiting)
        return self.slides

    def _text(self, part: Tag) -> None:
        """Let a paragraph comment on what was shown, or lead to what comes."""
        begins = part.contents[0].name == "strong" and part.contents[0].get_text().endswith(".")
        leads = begins or part.get_text().endswith(":")
        if self.is_result and not leads:
            self.slides[-1].after.append(first_sentence(part))
            self.slides[-1].notes.append(said(part))
        else:
            self.waiting.append(part)
        self.is_result = False

    def _cell(self, part: Tag) -> None:
        """Show the code that the page shows, and what it gave; of an exercise the stub."""
        code = next((one for one in part.select(".cell_input") if not one.find_parent("details")), None)
        if part.name == "book-exercise":
            self._show("code", [str(code)], is_result=False)
            return
        given = outputs(part)
        if code and given and _kind(part.select_one(".cell_output")) == "figure":
            self._show("code", [str(code)], is_result=False)
            code = None
        if given and not code and self._adds(given):
            return
        if shown := [*([str(code)] if code else []), *given]:
            kind = "code" if code else _kind(part.select_one(".cell_output") or part)
            self._show(kind, shown, is_result=bool(given))

    def _adds(self, checks: list[str]) -> bool:
        """Put checks below those on the slide before, where nothing was said in between."""
        before = self.slides[-1].shown if self.slides and not self.waiting else []
        together = [*before, *checks]
        fits = bool(before) and self.is_result and len(together) <= CHECKS
        if fits := fits and all(one.startswith('<p class="checks"') for one in together):
            before += checks
        return fits

    def _show(self, kind: str, shown: list[str], *, is_result: bool) -> None:
        """Begin a slide, with what led to it."""
        while len(self.waiting) > LINES and not self.exercise:
            self._say(self.waiting[:LINES])
            self.waiting = self.waiting[LINES:]
        before = [one.decode() if self.exercise else first_sentence(one) for one in self.waiting]
        notes = [] if self.exercise else [said(one) for one in self.waiting]
        self.slides.append(Slide(self.title, self.place, kind, before, shown, notes=notes))
        self.waiting, self.is_result = [], is_result

    def _say(self, paragraphs: list[Tag]) -> None:
        """Make a slide of text alone."""
        whole = self.exercise or sum(len(one.get_text().split()) for one in paragraphs) <= WORDS
        before = [str(one) if whole else first_sentence(one) for one in paragraphs]
        self.slides.append(Slide(self.title, self.place, "text", before, notes=[said(one) for one in paragraphs]))


def _kind(part: Tag) -> str:
    if part.name in ("ul", "ol", "gru-predict") or "objectives" in part.get("class", []):
        return "list"
    if part.name.startswith("gru-"):
        return "play"
    is_figure = part.find(FIGURES) or part.name in ("figure", "img")
    return "figure" if is_figure and "math" not in part.get("class", []) else "wide"


def outputs(cell: Tag) -> list[str]:
    """Return what a cell gave, each check as one line."""
    given = []
    for one in cell.select(".cell_output > *, details.checks, p.checks"):
        if "checks" in one.get("class", []):
            several = SEVERAL.search(one.get_text()) and one.select_one("ul.measured")
            lines = several.find_all("li") if several else [one.summary or one]
            given += [f'<p class="checks">{line.decode_contents()}</p>' for line in lines]
        elif not one.find_parent("details") and "small-print" not in one.get("class", []):
            given.append(str(one))
    return given


def first_sentence(paragraph: Tag) -> str:
    """Return what stands in the first line of the source: a line is a sentence.

    Examples
    --------
    >>> from bs4 import BeautifulSoup
    >>> first_sentence(BeautifulSoup("<p>A <em>gate</em> opens.\\nIt shuts.</p>", "html.parser").p)
    '<p>A <em>gate</em> opens.</p>'
    >>> first_sentence(BeautifulSoup("<p><strong>Idea.</strong>\\nMix.\\nMore.</p>", "html.parser").p)
    '<p><strong>Idea.</strong> Mix.</p>'
    """
    kept = ""
    for one in paragraph.contents:
        if not isinstance(one, NavigableString):
            kept += str(one)
            continue
        is_title = kept.startswith("<strong>") and kept.count("<") == 2  # bold words alone say too little
        line, ends, _ = (f" {one[1:]}" if is_title and one[0] == "\n" else one).partition("\n")
        kept += line
        if ends:
            break
    return f"<p>{kept}</p>"


def said(paragraph: Tag) -> str:
    """Return a paragraph for the speaker, without its links."""
    return re.sub(r"</?a\b[^>]*>", "", str(paragraph))


def tidy(chapter: Tag) -> None:
    """Take away what only a page has: links to its own headings, wrappers of cells, the time to read."""
    for one in chapter.select(".headerlink, .exercise-way, .checks small, template"):
        one.decompose()
    for one in chapter.find_all("live-cell"):
        one.unwrap()
    for one in chapter.select(".objectives > p:not(.admonition-title)"):
        one.decompose()
    for one in chapter.find_all("gru-predict"):
        one.name = "div"
        one["class"] = "predict"
