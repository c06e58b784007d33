"""Text outputs that fit any width: a sentence wraps, what stands in columns scrolls."""

from __future__ import annotations

import re
from pathlib import Path

OUTPUT = re.compile(
    r'(?P<start><div class="output (?:stream|text_plain) [^"]*"><div class="highlight"><pre)>(?:<span></span>)?'
    r"(?P<text>.*?)</pre>",
    re.S,
)
COLUMN = re.compile(r"\S(?: {2,}|\t)\S")


def wrap_outputs(_: Path, pages: dict[Path, str]) -> dict[Path, str]:
    """Make each line of a text that has no columns a block, whose rest is indented when it wraps."""

    def wrapped(found: re.Match[str]) -> str:
        lines = found["text"].rstrip("\n").split("\n")
        if sum(bool(COLUMN.search(line)) for line in lines) > 1 or any(_open(line) for line in lines):
            return found[0]
        return f'{found["start"]} class="wraps">{"".join(map(_block, lines))}</pre>'

    return {page: OUTPUT.sub(wrapped, text) for page, text in pages.items()}


def _open(line: str) -> bool:
    """Say whether a coloured part goes on in the next line."""
    return line.count("<span") != line.count("</span>")


def _block(line: str) -> str:
    indent = len(line) - len(line.lstrip(" "))
    style = f' style="--indent: {indent}"' if indent else ""
    return f'<span class="line"{style}>{line}\n</span>'
