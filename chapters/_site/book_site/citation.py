"""How to cite the book: BibTeX from CITATION.cff, with the address where somebody knows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


def bibtex(citation: dict[str, Any], address: str = "") -> str:
    """Return the entry of BibTeX that says what CITATION.cff does."""
    people = (one.get("name") or f"{one['family-names']}, {one['given-names']}" for one in citation["authors"])
    fields = {
        "author": " and ".join(f"{{{name}}}" for name in people),  # in braces: a group has no first name
        "title": f"{{{citation['title']}}}",
        "version": str(citation["version"]),
        "year": str(citation.get("date-released", ""))[:4],
        "doi": citation.get("doi", ""),
        "url": citation.get("url") or address,
    }
    lines = [f"  {name:7} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join(["@misc{gru_book,", *lines, "}"])


class BookCitation(SphinxDirective):
    """The place on a page where the entry stands, with a button to copy it."""

    def run(self) -> list[nodes.Node]:
        """Return the entry as a block of code."""
        path = Path(self.env.srcdir, "CITATION.cff")
        self.env.note_dependency(str(path))
        text = bibtex(yaml.safe_load(path.read_text(encoding="utf-8")), self.config.html_baseurl)
        return [nodes.literal_block(text, text, language="bibtex")]


def setup(app: Sphinx) -> None:
    app.add_directive("book-citation", BookCitation)
