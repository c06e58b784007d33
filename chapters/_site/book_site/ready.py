"""A check of the reader's browser: what it does for this site, at once, and a cell to run where cells run."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from book_site.live import LiveCell, is_brought


class BrowserCheck(nodes.General, nodes.Element):
    """What ready.js fills, around what is said without it."""


class Check(SphinxDirective):
    """:::{browser-check}: a check of the browser; its content is what a page without scripts says."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the element."""
        return [BrowserCheck("", *self.parse_content_to_nodes())]


class Cell(SphinxDirective):
    """:::{live-code}: Python to run in the page, on a page that is no notebook."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the cell, live where Python comes with the site."""
        block = nodes.literal_block("", "\n".join(self.content), language="python")
        cell = nodes.container("", nodes.container("", block, classes=["cell_input"]), classes=["cell"])
        if not is_brought(self.env.app):
            return [cell]
        return [LiveCell("", cell, number=1, needs="", minutes=None)]


def open_check(self: HTML5Translator, _: BrowserCheck) -> None:
    """Begin the element."""
    self.body.append("<book-ready>\n")


def close_check(self: HTML5Translator, _: BrowserCheck) -> None:
    """End the element."""
    self.body.append("</book-ready>\n")


def bring_script(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: nodes.document) -> None:
    """Add the script to a page with a check."""
    if "<book-ready>" in context.get("body", ""):
        app.add_js_file("ready.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    app.add_node(BrowserCheck, html=(open_check, close_check))
    app.add_directive("browser-check", Check)
    app.add_directive("live-code", Cell)
    app.connect("html-page-context", bring_script)
