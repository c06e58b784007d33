"""What the search looks through: every section of the book and every word of its glossary, each with its address.

The words are found, and the answers ranked, in the browser: static/search/.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.addnodes import glossary
from sphinx.application import Sphinx

INDEX = "_static/search/sections.js"
PAGE = """<h1>Search</h1>
<form class="bd-search" role="search" action="#" method="get">
<input type="search" class="form-control" name="q" aria-label="Search the book" placeholder="reset_after, 1-z, an error message"
 autocomplete="off" autocapitalize="off" spellcheck="false" autofocus></form>
<noscript><p>The search needs JavaScript. Without it, the <a href="genindex.html">index</a> has the words of the
glossary and where they are explained.</p></noscript>
"""
# of code and what it prints: names and whole numbers, each once
NAMES = re.compile(r"[^\W\d]\w*(?:[(=]\d+(?![\w.]))?|(?<![\w.])\d+(?![\w.])")
SIGNS = {
    **{name: name for name in ("tanh", "exp", "log", "ln", "max", "min", "sum", "det")},
    "sigma": "σ", "odot": "⊙", "cdot": "·", "times": "×", "top": "ᵀ", "partial": "∂", "approx": "≈", "le": "≤", "ge": "≥",
    "in": "∈", "to": "→", "dots": "…", "ldots": "…", "cdots": "…", "infty": "∞", "prod": "∏", "pm": "±",
    "lambda": "λ", "rho": "ρ", "gamma": "γ", "tau": "τ", "varepsilon": "ε", "delta": "δ", "Delta": "Δ",
}  # fmt: skip
TEX = re.compile(r"\\(?:begin|end)\{\w+\*?\}|\\([A-Za-z]+|.)|[{}&$]")

AUTHORS = re.compile(r"(.+?(?<!\b\w))\. (.+)")  # the point behind an initial does not end them


def plain(formula: str) -> str:
    """Return a formula as somebody would type it: names and signs, without what only sets it."""
    text = TEX.sub(lambda found: SIGNS.get(found[1], " ") if found[1] else "", formula.replace("}{", "/"))
    return " ".join(text.split())


def prose(node: nodes.Node) -> str:
    """Return the text of one block, with names and years where it cites."""
    if isinstance(node, nodes.math | nodes.math_block):
        return plain(node.astext())
    if isinstance(node, nodes.Text):
        return node.astext()
    if isinstance(node, nodes.Invisible | nodes.raw | nodes.citation) or cells(node) or answers(node):
        return ""
    inline = isinstance(node, nodes.TextElement)
    return ("" if inline else " ").join(map(prose, node.children))


def cells(node: nodes.Node) -> bool:
    return isinstance(node, nodes.literal_block) or (
        isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"
    )


def answers(node: nodes.Node) -> bool:
    """Tell what a reader should find out, and not find: solutions, and the answers of a quiz."""
    if not isinstance(node, nodes.Element):
        return False
    return "quiz-answers" in node["classes"] or (cells(node) and node.astext().startswith("# Solution"))


def names(node: nodes.Node) -> set[str]:
    """Return the names in the code of a block, however deep it stands."""
    if answers(node):
        return set()
    if isinstance(node, nodes.literal_block):
        return set(NAMES.findall(node.astext()))
    return set().union(*map(names, node.children))


def entry(node: nodes.Element, title: str) -> list[str]:
    """Return address on its page, title, prose, and the names in the code, of one section without those inside it."""
    inside = [child for child in node.children if not isinstance(child, nodes.section | nodes.title | glossary)]
    code = set().union(*map(names, inside))
    return [node["ids"][0], title, sentences(" ".join(map(prose, inside))), " ".join(sorted(code))]


def sentences(text: str) -> str:
    """Close the gaps that line ends and citations leave."""
    return re.sub(r"\s+([.,;:)])", r"\1", " ".join(text.split()))


def entries(tree: nodes.document) -> Iterator[list[str]]:
    """Yield what one page has to find."""
    for section in tree.findall(nodes.section):
        yield entry(section, prose(section.next_node(nodes.title)).strip())
    for item in tree.findall(nodes.definition_list_item):
        for term in item.findall(nodes.term):
            if term["ids"]:
                yield [term["ids"][0], prose(term).strip(), sentences(prose(item[-1])), ""]
    for work in tree.findall(nodes.citation):
        authors, rest = AUTHORS.fullmatch(sentences(prose(work.next_node(nodes.paragraph)))).groups()
        yield [work["ids"][0], authors, rest, ""]


def write_index(app: Sphinx, exception: Exception | None) -> None:
    """Write it as a script: a page that was opened from a folder may read no other file."""
    if exception or app.builder.name != "html":
        return
    pages = [
        [
            f"{name}.html",
            app.env.titles[name].astext(),
            list(entries(app.env.get_and_resolve_doctree(name, app.builder))),
        ]
        for name in sorted(app.env.found_docs)
    ]
    text = json.dumps(pages, ensure_ascii=False, separators=(",", ":"))
    Path(app.outdir, INDEX).write_text(f"bookSections={text}\n", encoding="utf-8")


def search_page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    yield "search", {"title": "Search", "body": PAGE}, "page.html"


def leave_out_theirs(app: Sphinx) -> None:
    """Sphinx's own search looks for pages, and cannot rank them when several words are asked."""
    app.builder.search = False


def setup(app: Sphinx) -> None:
    app.add_js_file("search/box.js", loading_method="defer")
    app.connect("builder-inited", leave_out_theirs)
    app.connect("html-collect-pages", search_page)
    app.connect("build-finished", write_index)
