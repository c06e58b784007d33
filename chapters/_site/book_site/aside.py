"""Drawings, formulas and code set aside while the rest of a page is read, which takes a hundredth of the time."""

from __future__ import annotations

import re

BEGIN = re.compile(r'<svg\b|<pre\b|<span class="katex(?:-display)?">')
SPAN = re.compile(r"<(/?)span\b")
MATHML = re.compile(r"<math\b.*?</math>", re.S)
TEX = re.compile(r"<annotation\b[^>]*>(.*?)</annotation>", re.S)
TAG = re.compile(r"<[^>]*>")
HELD = re.compile(r'<held-(svg|pre|formula) n="(\d+)">[^<]*</held-\1>')


def set_aside(html: str) -> tuple[str, list[str]]:
    """Return a page with short elements in place of its drawings, formulas and code, and these.

    The element of a formula has its TeX as text, and that of code the code.

    Examples
    --------
    >>> set_aside("<p><svg><path/></svg> and <pre>x</pre></p>")
    ('<p><held-svg n="0"></held-svg> and <held-pre n="1">x</held-pre></p>', ['<svg><path/></svg>', '<pre>x</pre>'])
    """
    left, held, place = [], [], 0
    while found := BEGIN.search(html, place):
        name = found[0][1:4]
        end = _end_of_span(html, found.start()) if name == "spa" else html.index(f"</{name}>", found.end()) + 6
        tag = "held-formula" if name == "spa" else f"held-{name}"
        whole = html[found.start() : end]
        left += [html[place : found.start()], f'<{tag} n="{len(held)}">{_says(whole, tag)}</{tag}>']
        held.append(whole)
        place = end
    return "".join([*left, html[place:]]), held


def _says(whole: str, tag: str) -> str:
    if tag == "held-formula":
        return tex[1] if (tex := TEX.search(whole)) else ""
    return TAG.sub("", whole) if tag == "held-pre" else ""


def _end_of_span(html: str, start: int) -> int:
    depth = 0
    for tag in SPAN.finditer(html, start):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return html.index(">", tag.end()) + 1
    raise ValueError("a span is not closed")


def put_back(html: str, held: list[str], *, spoken: bool = False) -> str:
    """Return the page as it was; what is spoken has its formulas as MathML, which needs no style sheet."""

    def one(found: re.Match[str]) -> str:
        whole = held[int(found[2])]
        return MATHML.search(whole)[0] if spoken and found[1] == "formula" else whole

    return HELD.sub(one, html)
