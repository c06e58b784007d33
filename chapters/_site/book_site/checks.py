"""What `expect` and `settle` print, as a reader sees it: one line that opens on the values and their bands."""

from __future__ import annotations

import re
from html import escape

LINE = re.compile(
    r"(?:✓ (?P<what>.+?)"
    r"(?:: (?P<value>\S[^():]*?)(?: \((?P<band>(?:between|at most) [^)]*)\)|(?P<than> (?:&gt;|&lt;) .*))?)?"
    r"|“(?P<quote>.*)”: (?P<verdict>\w+)"
    r"|  not so for (?P<model>.+))"
)
TICK = '<span class="tick">✓</span>'


def is_check(line: str) -> bool:
    """Tell a line of `expect` or `settle` from others."""
    return LINE.fullmatch(escape(line, quote=False)) is not None


def said(lines: list[str]) -> tuple[str, str]:
    """Return the line that stands for some checks, and what it opens on; both are HTML.

    Verdicts stay in sight, and so does the value of a check that stands alone.

    Examples
    --------
    >>> said(["✓ share: 0.41 (between 0.3 and 0.5)"])
    ('<span class="tick">✓</span> share: <strong>0.41</strong>', '<p class="measured">It must be between 0.3 and 0.5.</p>')
    >>> said(["✓ a: 1 > 0", "✓ b"])[0]
    '<span class="tick">✓</span> 2 checks'
    """
    found = [match for line in lines if (match := LINE.fullmatch(escape(line, quote=False)))]
    claims = [_claim(one) for one in found if one["quote"]]
    if len(found) == 1 and not claims:
        band = found[0]["band"]
        return f"{TICK} {_sentence(found[0])}", f'<p class="measured">It must be {band}.</p>' if band else ""
    name = "".join(claims) or f"{TICK} {sum(bool(one['what']) for one in found)} checks"
    items = [_item(one) for one in found if len(claims) > 1 or not one["quote"]]
    return name, f'<ul class="measured">{"".join(items)}</ul>'


def _item(line: re.Match[str]) -> str:
    if line["quote"]:
        return f'<li class="claim">{_claim(line)}</li>'
    if line["model"]:
        return f'<li class="counter"><small>The same check fails for {line["model"]}.</small></li>'
    band = f"<small> ({line['band']})</small>" if line["band"] else ""
    return f"<li>{_sentence(line)}{band}</li>"


def _claim(line: re.Match[str]) -> str:
    return f'<span class="claim"><strong class="verdict">{line["verdict"]}</strong> “{line["quote"]}”</span>'


def _sentence(line: re.Match[str]) -> str:
    return f"{line['what']}: <strong>{line['value']}</strong>{line['than'] or ''}" if line["value"] else line["what"]
