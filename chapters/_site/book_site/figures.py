"""Plots of the notebooks: each stands in its page as SVG, where the style sheets give it its colours."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote

from gru_lib.book.figures import on_page

PLOT = re.compile(
    r'<img (?=[^>]*\bsrc="(?P<source>[^"]*_images/[0-9a-f]{64}\.svg)")[^>]*\balt="(?P<label>[^"]*)"[^>]*>'
)


def draw_plots(_: Path, pages: dict[Path, str]) -> dict[Path, str]:
    """Put every plot that a notebook stores as SVG into its page."""

    def drawn(page: Path, text: str) -> str:
        count = 0

        def plot(found: re.Match[str]) -> str:
            nonlocal count
            count += 1
            svg = (page.parent / unquote(found["source"])).read_text(encoding="utf-8")
            return on_page(svg, f"plot{count}", unescape(found["label"]))

        return PLOT.sub(plot, text)

    return {page: drawn(page, text) for page, text in pages.items()}
