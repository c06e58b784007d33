"""What a word, an equation or a source is, shown beside the link to it: previews.js takes it from the page itself."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag
from docutils import nodes
from sphinx.application import Sphinx

LINK = re.compile(r'<a class="reference internal" href="([^"#]*)#((?:term|equation)-[^"]+|id\d+)"')
END = "</article>"


def place_previews(_: Path, pages: dict[Path, str]) -> dict[Path, str]:
    """Put into each page, unseen, what its links to the glossary, to equations and to the references lead to."""

    @cache
    def parsed(page: Path) -> BeautifulSoup:
        return BeautifulSoup(pages[page], "html.parser")

    @cache
    def preview(page: Path, place: str) -> str:
        target = parsed(page).find(id=place)
        return content(target) if target else ""

    def placed(page: Path, text: str) -> str:
        found = {}
        for path, place in dict.fromkeys(LINK.findall(text)):
            target = (page.parent / path).resolve() if path else page
            found[f"{path}#{place}"] = preview(target, place) if target in pages else ""
        shown = [f'<div data-for="{escape(link)}">{inside}</div>' for link, inside in found.items() if inside]
        template = f'<template id="previews">{"".join(shown)}</template>' if shown else ""
        return text.replace(END, template + END, 1)

    return {page: placed(page, text) for page, text in pages.items()}


def content(target: Tag) -> str:
    """Return what a place says, without links and places of its own: nothing if it is of another kind.

    Examples
    --------
    >>> content(BeautifulSoup('<dl><dt id="t">GRU</dt><dd><p>A <a href="x">unit</a>.</p></dd></dl>', "html.parser").dt)
    '<p>A unit.</p>'
    """
    if target.name == "dt":
        part = target.find_next_sibling("dd")
    elif "citation" in target.get("class", []):
        part = target.p
    else:
        part = target if "math" in target.get("class", []) else None
    if part is None:
        return ""
    part = BeautifulSoup(str(part), "html.parser").contents[0]
    for one in part.select(".headerlink, .eqno, .label"):
        one.decompose()
    for one in part.find_all("a"):
        one.unwrap()
    for one in part.find_all(id=True):
        del one["id"]
    return part.decode_contents() if part.name in ("dd", "div") else str(part)


def bring_script(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: nodes.document | None) -> None:
    """Add the script to the pages that have such a link."""
    if LINK.search(context.get("body", "")):
        app.add_js_file("previews.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", bring_script)
