"""The decks: each chapter of the first and the fourth part as slides for reveal.js, beside its page."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective
from tools.notebooks import load, prose

from book_site.aside import put_back, set_aside
from book_site.maker import Slide
from book_site.minutes import chapters
from book_site.scripts import SET_COLOURS
from book_site.slides import slides

OF = ("chapters/foundations/", "chapters/reproductions/")  # what is taught in class
SUFFIX = ".slides.html"  # as nbconvert calls them
SOURCE = Path(__file__).parents[1] / "slides"
PLACE = "_static/slides"
ARTICLE = re.compile(r'<article class="bd-article">(.*?)</article>', re.S)
SHEET = re.compile(r'<link [^>]*rel="stylesheet"[^>]*>')
ELEMENT = re.compile(r'<script [^>]*src="[^"]*_static/elements/[^"]*"[^>]*></script>')
TITLE = re.compile(r"<title>(.*?) &#8212;")
TIME = re.compile(r"<p><strong>Time:</strong>.*?</p>")
DECK = """<!DOCTYPE html>
<html data-theme="light" lang="en">
<head><meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="robots" content="noindex" />
<title>{title} – slides</title>
<link rel="icon" href="{root}_static/favicon.svg" />
{colours}
{sheets}
<link rel="stylesheet" href="{root}{place}/reveal.css" />
<link rel="stylesheet" href="{root}{place}/slides.css" />
</head>
<body><main class="reveal"><div class="slides bd-article">
{slides}
</div></main>
{scripts}
<script defer src="{root}{place}/reveal.js"></script>
<script defer src="{root}{place}/notes.js"></script>
<script defer src="{root}{place}/deck.js"></script>
</body></html>
"""


def place_decks(out: Path, pages: dict[Path, str]) -> dict[Path, str]:
    """Write a deck beside each page that has one, and link it in the box of objectives."""
    made = dict(pages)
    for page, text in pages.items():
        name = page.relative_to(out).as_posix()
        if name.startswith(OF) and (found := ARTICLE.search(text)):
            deck = page.with_name(page.stem + SUFFIX)
            made[deck] = written(page, text, found[1], "../" * name.count("/"))
            link = f'<p><strong>Slides:</strong> <a href="{deck.name}">this chapter as a deck</a>.</p>'
            made[page] = TIME.sub(rf"\g<0>\n{link}", text, count=1)
    return made


def written(page: Path, text: str, article: str, root: str) -> str:
    """Return the deck of a page: its drawings are set aside while the rest is read."""
    html, held = set_aside(article)
    parts = slides(BeautifulSoup(html, "html.parser"))
    return DECK.format(
        title=TITLE.search(text)[1],
        root=root,
        place=PLACE,
        colours=SET_COLOURS,
        sheets="\n".join(SHEET.findall(text)),
        scripts="\n".join(ELEMENT.findall(text)),
        slides="\n".join(section(slide, page.name, held) for slide in parts),
    )


def section(slide: Slide, page: str, held: list[str]) -> str:
    """Return the HTML of a slide: its heading leads to the page, and so do links within the page."""
    level = "h1" if slide.kind == "title" else "h2"
    parts = {"before": slide.before, "shown": slide.shown, "after fragment": slide.after}
    html = "".join(f'<div class="{name}">{"".join(inside)}</div>' for name, inside in parts.items() if inside)
    html = f'<{level}><a href="#{slide.place}">{slide.title}</a></{level}><div class="parts">{html}</div>'
    html = re.sub(r'href="#', f'href="{page}#', re.sub(r' id="[^"]*"', "", html))
    notes = put_back("".join(slide.notes), held, spoken=True)
    aside = f'<aside class="notes">{notes}</aside>' if notes else ""
    shown = put_back(html, held).replace("\n\n\n", "\n\n")  # one empty line parts functions well enough
    return f'<section class="{slide.kind}">{shown}{aside}</section>'


def mark(app: Sphinx, tree: nodes.document) -> None:
    """Note on what a cell shows how it is to be on the slides, where its `slideshow` metadata say so, as in Jupyter."""
    notebook = Path(app.srcdir) / f"{app.env.docname}.ipynb"
    cells = load(notebook)["cells"] if app.env.docname.startswith(OF) and notebook.exists() else []
    kinds = {
        n: kind for n, cell in enumerate(cells) if (kind := cell["metadata"].get("slideshow", {}).get("slide_type"))
    }
    if unknown := set(kinds.values()) - {"skip", "notes"}:
        raise ExtensionError(f"{notebook.name}: slide_type is skip or notes, not {', '.join(unknown)}")
    for node in tree.findall(nodes.Element):
        # MyST-NB counts the lines of each cell from another multiple of 10,000 on
        number = node.get("cell_index", (node.line or 0) // 10_000 - 1)
        if number in kinds and isinstance(node.parent, nodes.section):
            node["classes"].append(f"slide-{kinds[number]}")


class Decks(SphinxDirective):
    """The list of all decks, in the order of the book."""

    def run(self) -> list[nodes.Node]:
        """Return it."""
        here, folder = Path(self.env.docname).parent, Path(self.env.srcdir)
        entries = []
        for document in (name for name in chapters(folder) if name.startswith(OF)):
            title = prose(load(folder / f"{document}.ipynb")).partition("\n")[0].removeprefix("# ")
            address = Path(os.path.relpath(document, here)).as_posix() + SUFFIX
            entries.append(f'<li><a href="{address}">{title}</a></li>')
        return [nodes.raw("", f"<ul>{''.join(entries)}</ul>", format="html")]


def bring_files(app: Sphinx, exception: Exception | None) -> None:
    """Put reveal.js and what the decks add to it beside the pages."""
    if exception is None and app.builder.name == "html":
        shutil.copytree(SOURCE, Path(app.outdir) / PLACE, dirs_exist_ok=True)


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("decks", Decks)
    app.connect("doctree-read", mark)
    app.connect("build-finished", bring_files)
    return {}
