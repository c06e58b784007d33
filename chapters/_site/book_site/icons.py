"""Icons as part of the page: FontAwesome's script, 1.5 MB, would draw the same dozen."""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.errors import ExtensionError

SCRIPT = "_static/scripts/fontawesome.js"
# one icon in that script: name:[width,height,[aliases],"code point","path"]
ICON = re.compile(r'"?([a-z0-9-]+)"?:\[(\d+),(\d+),\[([^\]]*)\],"[0-9a-f]+","([^"]+)"\]')
FAMILIES = {"fa", "fas", "far", "fab", "fa-solid", "fa-regular", "fa-brands"}
PLACE = re.compile(r'<(i|span) class="([^"]*\bfa-[^"]*)"([^>]*)>\s*</\1>')


def drawings(script: str) -> dict[str, str]:
    """Return each icon as SVG, by name and alias; solid ones, which come last, win."""
    found = {}
    for name, width, height, aliases, path in ICON.findall(script):
        svg = f'viewBox="0 0 {width} {height}"><path fill="currentColor" d="{path}"/>'
        for known in (name, *re.findall(r'"([^"]+)"', aliases)):
            found[f"fa-{known}"] = svg
    return found


def draw_icons(out: Path, pages: dict[Path, str]) -> dict[Path, str]:
    """Put each icon's drawing where the page names it, and leave the script out."""
    found = drawings((out / SCRIPT).read_text(encoding="utf-8"))

    def draw(place: re.Match[str]) -> str:
        classes = [name for name in place[2].split() if name not in FAMILIES]
        names = [name for name in classes if name in found]
        if len(names) != 1:
            raise ExtensionError(f"FontAwesome's script has no drawing for {place[0]}")
        classes.insert(0, "svg-inline--fa")  # the classes that FontAwesome gives
        attributes = f'class="{" ".join(classes)}" aria-hidden="true"{place[3]}'
        return f"<svg {attributes} {found[names[0]]}</svg>"

    script = re.compile(rf"<script [^>]*{re.escape(SCRIPT)}[^>]*></script>\s*")
    return {page: script.sub("", PLACE.sub(draw, text)) for page, text in pages.items()}
