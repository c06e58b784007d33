"""Claims on their page, each a place to link to, and links between them and the cells that settle them."""

from __future__ import annotations

import re
from typing import Any

from bs4 import Tag
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import make_refnode
from sphinx.writers.html5 import HTML5Translator

SETTLE = re.compile(r'\bsettle\(\s*"([\w-]+)"')
TRIAL = re.compile(r'<span id="(trial-[\w-]+)">')
NOTEBOOK_LINK = re.compile(r'(href="[^":]+)\.ipynb(?=[#"])')


def link_claims(app: Sphinx, doctree: nodes.document) -> None:
    """A cell that settles a claim is a place to link to; outputs link to pages."""
    std = app.env.get_domain("std")
    for cell in doctree.findall(nodes.container):
        if cell.get("nb_element") != "cell_code":
            continue
        for claim in dict.fromkeys(SETTLE.findall(cell.astext())):
            anchor = f"claim-{claim}"
            cell["ids"].append(anchor)
            std.anonlabels[anchor] = app.env.docname, anchor
            std.labels[anchor] = app.env.docname, anchor, claim
    for row in doctree.findall(nodes.row):
        mark_claim(app, row)
    for raw in doctree.findall(nodes.raw):
        if raw.get("format") == "html":
            raw[:] = [nodes.Text(NOTEBOOK_LINK.sub(r"\1.html", raw.astext()))]


def mark_claim(app: Sphinx, row: nodes.row) -> None:
    """Give a row of the page of claims its place and its verdict; `[](#trial-...)` of any chapter leads to it."""
    found = TRIAL.match(first.astext()) if (first := row.next_node(nodes.raw)) is not None else None
    if found:
        verdict = row[1].astext()
        row["classes"].append(f"verdict-{verdict}")
        row["ids"].append(found[1])
        first.parent.remove(first)
        row.next_node(nodes.raw).parent.remove(row.next_node(nodes.raw))  # its end
        std = app.env.get_domain("std")
        std.anonlabels[found[1]] = app.env.docname, found[1]
        std.labels[found[1]] = app.env.docname, found[1], verdict


class Claim(nodes.Element):
    """A statement that opens on a click, and below it what was found."""


class Statement(nodes.TextElement):
    """What one clicks on: the verdict, and the statement."""


class FoldClaims(SphinxPostTransform):
    """Make a list of the table of claims, which is long: the site shows verdict and statement, and the rest opens."""

    default_priority = 198
    formats = ("html",)

    def run(self, **_: object) -> None:
        """Change the page of claims; the one that is printed keeps its tables."""
        if self.app.builder.name != "html":
            return
        for container in self.document.findall(nodes.container):
            if "claims" in container["classes"]:
                rows = [row for row in container.findall(nodes.row) if row["ids"]]
                container.children = []
                container += [self.claim(row) for row in rows]

    def claim(self, row: nodes.row) -> Claim:
        """Return a row as a fold; its place is inside, so that a link to it opens it."""
        said, verdict, found = (cell.astext() for cell in row.children)
        chip = nodes.inline("", verdict, classes=["chip"])
        folded = Claim("", Statement("", "", chip, nodes.inline("", said)), classes=row["classes"])
        folded += nodes.paragraph("", f"Needed: {found}" if verdict == "open" else found, ids=row["ids"])
        name = row["ids"][0].replace("trial-", "claim-", 1)
        place = self.env.get_domain("std").anonlabels.get(name)
        if place:
            where = nodes.inline("", self.env.titles[place[0]].astext())
            link = make_refnode(self.app.builder, self.env.docname, place[0], place[1], where)
            folded += nodes.paragraph("", "Decided by a cell of ", link, nodes.Text("."), classes=["decided"])
        return folded


def open_claim(writer: HTML5Translator, claim: Claim) -> None:
    writer.body.append(writer.starttag(claim, "details", CLASS="claim"))


def close_claim(writer: HTML5Translator, claim: Claim) -> None:
    writer.body.append("</details>\n")


def open_statement(writer: HTML5Translator, statement: Statement) -> None:
    writer.body.append("<summary>")


def close_statement(writer: HTML5Translator, statement: Statement) -> None:
    writer.body.append("</summary>\n")


def mark_verdicts(table: Tag) -> None:
    """Give the verdicts in a chapter's table of claims the colours and signs that they have on the page of all."""
    for cell in table.select("tbody td:nth-child(2)"):
        word = cell.find(string=re.compile(r"\w"))
        word.wrap(Tag(name="span", attrs={"class": f"chip verdict-{word.strip()}"}))


def bring_filter(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: nodes.document | None) -> None:
    """Add the filter to the page of claims; without it the page is a plain list."""
    if page.endswith("/claims"):
        app.add_js_file("claims.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    app.add_node(Claim, html=(open_claim, close_claim))
    app.add_node(Statement, html=(open_statement, close_statement))
    app.add_post_transform(FoldClaims)
    app.connect("doctree-read", link_claims)
    app.connect("html-page-context", bring_filter)
