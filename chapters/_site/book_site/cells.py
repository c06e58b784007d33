"""Cells as a reader sees them: what is folded is named, and what was measured reads as a sentence."""

from __future__ import annotations

import re
from pathlib import Path

FOLD = re.compile(
    r'<details class="admonition (?P<kind>hide [\w-]+)">\s*<summary aria-label="[^"]*">\s*'
    r'<p class="collapsed admonition-title">[^<]*</p>\s*<p class="expanded admonition-title">[^<]*</p>\s*</summary>'
    r"(?P<content>.*?)(?=</details>)",
    re.S,
)
STREAM = re.compile(
    r'<div class="output stream [^"]*"><div class="highlight"><pre><span></span>(?P<text>[^<]*)</pre></div>\s*</div>'
)
LINE = re.compile(
    r"(?:✓ (?P<what>.+?)(?:: (?P<value>\S[^():]*?)(?P<band> \((?:between|at most) [^)]*\)|(?= (?:&gt;|&lt;) )[^\n]*)?)?"
    r"|(?P<quote>“.*”): (?P<verdict>\w+)"
    r"|  not so for (?P<model>.+))"
)
ANSWER = re.compile(r": right\.$", re.M)  # of an exercise


def name_folds(_: Path, pages: dict[Path, str]) -> dict[Path, str]:
    """Say in a word what stands in a fold, instead of "Show code cell source"."""

    def named(found: re.Match[str]) -> str:
        folded = "Result" if "below-input" in found["kind"] else "Code"
        name = "Solution" if "# Solution" in found["content"] else folded
        return f'<details class="{found["kind"]}"><summary>{name}</summary>{found["content"]}'

    return {page: FOLD.sub(named, text) for page, text in pages.items()}


def say_what_was_measured(_: Path, pages: dict[Path, str]) -> dict[Path, str]:
    """Set the lines of `expect` and `settle` as a list: the value in bold, the band behind it small."""

    def said(found: re.Match[str]) -> str:
        lines = [LINE.fullmatch(line) for line in found["text"].rstrip("\n").split("\n")]
        if ANSWER.search(found["text"]) or not all(lines):
            return found[0]
        return f'<ul class="measured">{"".join(map(_item, lines))}</ul>'

    return {page: STREAM.sub(said, text) for page, text in pages.items()}


def _item(line: re.Match[str]) -> str:
    if line["quote"]:
        return f'<li class="claim">{line["quote"]}: <strong>{line["verdict"]}</strong></li>'
    if line["model"]:
        return f'<li class="counter"><small>The same check fails for {line["model"]}.</small></li>'
    value = f": <strong>{line['value']}</strong><small>{line['band'] or ''}</small>" if line["value"] else ""
    return f"<li>{line['what']}{value}</li>"
