"""A chapter as slides, made of what stands on its page.

A slide shows what people look at: a figure, an equation, code, a table or a list, under the heading of its section.
The paragraphs around it stand on the slide whole where they are short; of longer ones it has the sentences that
`sentences.choose` chooses, and the speaker's notes have the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from re import Pattern

from bs4 import Tag

from book_site.maker import FOLDS, TEXT, Maker, Slide
from book_site.sentences import OF_PAGE, choose
from book_site.shown import claims, helpers, open_code

LEFT_OUT = {"Five questions", "Further reading"}  # sections that are for readers


def slides(article: Tag) -> list[Slide]:
    """Return the slides of a chapter in its order; the first has its title and the paragraph that asks its question."""
    chapter = article.find("section")
    tidy(chapter)
    opening = chapter.find_all("p", recursive=False)
    asks = next((one for one in opening if "?" in one.get_text()), opening[0]).extract()
    first = Slide(chapter.h1.decode_contents(), chapter["id"], "title", choose([asks], TEXT)[0])
    return [first, *_of(chapter, first.title, helpers(chapter))]


def _of(section: Tag, title: str, called: Pattern[str]) -> Iterator[Slide]:
    """Yield the slides of a section, and then of the sections in it."""
    parts = [part for part in section.find_all(recursive=False) if part.name not in ("h1", "h2", "h3")]
    own = [part for part in parts if part.name != "section" and "slide-skip" not in part.get("class", [])]
    table = next((found for part in own if (found := part.select_one("table.claims"))), None)
    if section.find("book-exercise", recursive=False):
        yield _exercise(title, section["id"], own)
    elif table:
        for said, rows in claims(table):
            yield Slide(title, section["id"], "wide", [said] if said else [], [rows])
    else:
        made = Maker(title, section["id"], called)
        for part in own:
            made.add(part)
        yield from made.end()
    for part in parts:
        if part.name == "section" and (heading := part.find(["h2", "h3"])).get_text() not in LEFT_OUT:
            yield from _of(part, heading.decode_contents(), called)


def _exercise(title: str, place: str, parts: list[Tag]) -> Slide:
    """Return an exercise whole, with code only where it has to be read, and its solution for the speaker."""
    at = [part.name for part in parts].index("book-exercise")
    task = [str(part) for part in parts[:at] if not set(FOLDS) & set(part.get("class", []))]
    code = open_code(parts[at])
    read = [] if "..." in code.get_text() else [str(code)]
    return Slide(title, place, "code", task, read, notes=[str(parts[at].select_one("details held-pre"))])


def tidy(chapter: Tag) -> None:
    """Take away what only a page has: links to its own headings, wrappers of cells, the time to read."""
    for one in chapter.select(".headerlink, .exercise-way, .checks small, template, noscript"):
        one.decompose()
    for one in chapter.find_all("live-cell"):
        one.unwrap()
    for one in chapter.select(".objectives > p:not(.admonition-title)"):
        one.decompose()
    for one in chapter.select("li > p"):
        if OF_PAGE.search(one.get_text()):
            one.parent.decompose()
    for one in chapter.find_all("gru-predict"):
        one.name = "div"
        one["class"] = "predict"
