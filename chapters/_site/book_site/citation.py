"""How the book cites, and is cited: a list with the names that stand in the text, and BibTeX from CITATION.cff."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from pybtex.database import Entry
from pybtex.plugin import register_plugin
from pybtex.style.formatting.plain import Style as Plain
from pybtex.style.labels import BaseLabelStyle
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class AuthorYear(BaseLabelStyle):
    """Call an entry of the list what it is called where it is cited."""

    def format_labels(self, sorted_entries: Iterable[Entry]) -> Iterator[str]:
        """Yield such names as `Hochreiter and Schmidhuber, 1997`."""
        for entry in sorted_entries:
            people = [" ".join(one.prelast_names + one.last_names) for one in entry.persons["author"]]
            names = " and ".join(people) if len(people) < 3 else f"{people[0]} et al."
            yield f"{names}, {entry.fields['year']}"


class BookStyle(Plain):
    """The plain style, with these names in place of numbers."""

    default_label_style = AuthorYear


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
    register_plugin("pybtex.style.formatting", "book", BookStyle)
    app.add_directive("book-citation", BookCitation)
