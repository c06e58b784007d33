"""Progress: room on the map for what is read and solved, and the end of a chapter, which says whether it is read.

The scripts fill it from what they keep in the browser; without them nothing is shown.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

NOT_READ = ("Assignments", "Appendix")  # parts whose pages are done, or looked up
PREFIX = "chapters/"


class Solved(nodes.Inline, nodes.Element):
    """Room for how many exercises of a chapter are solved."""


class Read(nodes.Inline, nodes.Element):
    """Room for whether a page is read."""


class ChapterEnd(nodes.General, nodes.Element):
    """The end of a page that can be read."""


def pages(folder: Path) -> list[str]:
    """Return the pages that one can have read."""
    contents = yaml.safe_load((folder / "_toc.yml").read_text(encoding="utf-8"))
    parts = (part["chapters"] for part in contents.get("parts", ()) if part["caption"] not in NOT_READ)
    return [page["file"] for part in parts for page in part]


def name_of(document: str) -> str:
    """Return the name under which a page is remembered."""
    return document.removeprefix(PREFIX)


def end_chapter(app: Sphinx, doctree: nodes.document) -> None:
    """Put the end where a chapter ends."""
    if app.builder.name == "html" and app.env.docname in pages(Path(app.srcdir)):
        doctree.children[-1].append(ChapterEnd(chapter=name_of(app.env.docname)))


def visit_solved(self: HTML5Translator, node: Solved) -> None:
    """Leave room, out of sight until there is something to say."""
    self.body.append(f'<span data-solved="{node["chapter"]}" data-of="{node["of"]}" hidden></span>')


def visit_read(self: HTML5Translator, node: Read) -> None:
    """Leave room, out of sight until there is something to say."""
    self.body.append(f'<span data-read="{node["chapter"]}" hidden></span>')


def visit_end(self: HTML5Translator, node: ChapterEnd) -> None:
    """Leave room, out of sight until the script has come."""
    self.body.append(f'<p data-chapter-end="{node["chapter"]}" hidden></p>\n')


def depart(self: HTML5Translator, node: nodes.Element) -> None:
    """Add nothing: the element is closed."""


def bring_scripts(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: nodes.document) -> None:
    """Add the scripts where something can be read or solved, or is shown as such."""
    body = context.get("body", "")
    if any(sign in body for sign in ("data-read=", "data-solved=", "data-chapter-end=", "<book-exercise")):
        app.add_js_file("progress.js", loading_method="defer")
    if "data-chapter-end=" in body:
        app.add_js_file("reading.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    for node, visit in ((Solved, visit_solved), (Read, visit_read), (ChapterEnd, visit_end)):
        app.add_node(node, html=(visit, depart))
    app.connect("doctree-read", end_chapter)
    app.connect("html-page-context", bring_scripts)
