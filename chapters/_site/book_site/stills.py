"""Where scripts do not run a figure is a still with its caption; tools/stills.py draws them."""

from __future__ import annotations

import os
import re
from html import escape
from pathlib import Path

import imagesize
from sphinx.errors import ExtensionError

FIGURE = re.compile(r"<(?P<tag>gru-(?!predict\b|quiz\b)[a-z]+)>(?P<inside>.*?)</(?P=tag)>", re.S)
CAPTION = re.compile(r"a figure to play with stands here: (?P<words>.*?)</em>", re.S)
SCALE = 1.5  # of a still's pixels to those of the page


def place_stills(out: Path, pages: dict[Path, str]) -> dict[Path, str]:
    """Put the still in place of what a notebook says where no figure can be."""

    def placed(page: Path, text: str) -> str:
        def still(found: re.Match[str]) -> str:
            picture, caption = out / "_static" / "stills" / f"{found['tag']}.png", CAPTION.search(found["inside"])
            if not picture.exists() or not caption:
                lacks = "caption" if picture.exists() else "still; python -m tools.stills draws it"
                raise ExtensionError(f"{page.name}: {found['tag']} has no {lacks}")
            width, height = (round(side / SCALE) for side in imagesize.get(picture))
            source = Path(os.path.relpath(picture, page.parent)).as_posix()
            words = caption["words"][0].upper() + caption["words"][1:]
            return (
                f'<{found["tag"]}><noscript><figure class="still">'
                f'<img src="{escape(source)}" alt="The figure as it stands at first" width="{width}" height="{height}"'
                f' loading="lazy" /><figcaption>{words} With JavaScript this figure can be played with.</figcaption>'
                f"</figure></noscript></{found['tag']}>"
            )

        return FIGURE.sub(still, text)

    return {page: placed(page, text) for page, text in pages.items()}
