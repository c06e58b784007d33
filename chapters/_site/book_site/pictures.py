"""Pictures that hold their place, and come when the reader does."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import imagesize
from sphinx.errors import ExtensionError

# a picture of a chapter, or the logo; the theme's own have their size from its styles
PICTURE = re.compile(
    r"<img (?=[^>]*(_images/|\blogo__image\b))(?![^>]*\bwidth=)"
    r'([^>]*\bsrc="([^"?]+)[^>]*?)\s*/?>'
)


def place_pictures(out: Path, pages: dict[Path, str]) -> dict[Path, str]:
    """Give each picture its size, so that nothing jumps; all but the first come late."""

    def placed(page: Path, text: str) -> str:
        late = ""

        def picture(found: re.Match[str]) -> str:
            nonlocal late
            kind, attributes, source = found.groups()
            width, height = imagesize.get(page.parent / unquote(source))
            if min(width, height) < 1:
                raise ExtensionError(f"{page.name}: how large is {source}?")
            if kind == "_images/":
                attributes += f' decoding="async"{late}'
                late = ' loading="lazy"'
            return f'<img {attributes} width="{width:.0f}" height="{height:.0f}" />'

        return PICTURE.sub(picture, text)

    return {page: placed(page, text) for page, text in pages.items()}
