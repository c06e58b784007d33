"""One style sheet in place of twelve, without the rules that match nothing here."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from pathlib import Path

import tinycss2
from sphinx.errors import ExtensionError
from tinycss2.ast import Node

BUNDLE = "_static/book-site.css"
OURS = "_static/book.css"
LINK = re.compile(r'<link [^>]*href="([^"?]+\.css)[^"]*"[^>]*>\s*')
SCRIPT = re.compile(r'<script [^>]*src="([^"?]+)')
IMPORT = re.compile(r'@import\s+"([^"]+)"\s*;')
CHARSET = re.compile(r'@charset\s+"[^"]+"\s*;')
ADDRESS = re.compile(r"""url\(\s*(["']?)(?![a-z]+:|#)([^"')]+)\1\s*\)""")
WORD = re.compile(r"[A-Za-z_][\w-]*")
PUT_TOGETHER = {"bs-tooltip-auto"}  # classes that a script names only in parts


def join_styles(out: Path, pages: dict[Path, str]) -> dict[Path, str]:
    """Join the style sheets that every page has; one that only some have stays."""
    linked = {page: _targets(LINK, page, text) for page, text in pages.items()}
    styled = [sheets for sheets in linked.values() if sheets]
    shared = [sheet for sheet in styled[0] if all(sheet in sheets for sheets in styled)]
    if out / OURS not in shared:
        raise ExtensionError("the pages share no style sheets: build them from nothing")

    css = "".join(_whole(sheet, out) for sheet in shared)
    css = pruned(css, _words(pages))
    (out / BUNDLE).write_text(css, encoding="utf-8")
    version = hashlib.sha256(css.encode()).hexdigest()[:8]

    def replaced(page: Path, text: str) -> str:
        address = Path(os.path.relpath(out / BUNDLE, page.parent)).as_posix()
        link = f'<link rel="stylesheet" href="{address}?v={version}" />\n'

        def one(found: re.Match[str]) -> str:
            sheet = (page.parent / found[1]).resolve()
            if sheet not in shared:
                return found[0]
            return link if sheet == shared[0] else ""

        return LINK.sub(one, text)

    return {page: replaced(page, text) for page, text in pages.items()}


def pruned(css: str, words: set[str]) -> str:
    """Return a style sheet without the rules whose every selector names what no page and script has.

    A class or an id counts as used if its name is a word anywhere in a page or script.
    """
    return "".join(_kept(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True), words))


def _kept(rules: Iterable[Node], words: set[str]) -> Iterator[str]:
    for rule in rules:
        if rule.type == "at-rule" and rule.lower_at_keyword in ("media", "supports"):
            inside = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            if content := "".join(_kept(inside, words)):
                yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{content}}}\n"
        elif rule.type == "at-rule" or any(_named(selector) <= words for selector in _selectors(rule)):
            yield f"{rule.serialize()}\n"


def _selectors(rule: Node) -> list[list[Node]]:
    """Return the selectors of a list that commas separate."""
    return [list(tokens) for comma, tokens in groupby(rule.prelude, lambda token: token == ",") if not comma]


def _named(selector: list[Node]) -> set[str]:
    """Return the classes and ids that a selector needs, not those in :is() or :not()."""
    hashes = {token.value for token in selector if token.type == "hash"}
    return hashes | {token.value for dot, token in pairwise(selector) if dot == "." and token.type == "ident"}


def _words(pages: dict[Path, str]) -> set[str]:
    """Return every word that stands in a page, or in a script that a page has."""
    references = (_targets(SCRIPT, page, text) for page, text in pages.items())
    scripts = {path for paths in references for path in paths}
    texts = [*pages.values(), *(path.read_text(encoding="utf-8") for path in scripts)]
    return PUT_TOGETHER.union(*(WORD.findall(text) for text in texts))


def _targets(reference: re.Pattern[str], page: Path, text: str) -> list[Path]:
    return [(page.parent / address).resolve() for address in reference.findall(text)]


def _whole(sheet: Path, out: Path) -> str:
    """Return a sheet with those it imports, its addresses as seen from the bundle."""
    folder = (out / BUNDLE).parent

    def moved(found: re.Match[str]) -> str:
        target = (sheet.parent / found[2]).resolve()
        if not target.exists():
            raise ExtensionError(f"{sheet.name} asks for {found[2]}: no such file")
        return f'url("{Path(os.path.relpath(target, folder)).as_posix()}")'

    def whole(found: re.Match[str]) -> str:
        return _whole((sheet.parent / found[1]).resolve(), out)

    css = ADDRESS.sub(moved, CHARSET.sub("", sheet.read_text(encoding="utf-8")))
    return IMPORT.sub(whole, css)
