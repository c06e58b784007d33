"""What a page may load and run: its own files alone, and no script that stands in it but the one that sets the colours.

KaTeX places the parts of a formula by inline styles, so these are allowed. 'wasm-unsafe-eval' is for Python in the page.
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from sphinx.errors import ExtensionError

from book_site.scripts import SET_COLOURS

POLICY = {
    "default-src": "'none'",
    "script-src": "'self' 'wasm-unsafe-eval' {colours}",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "object-src": "'none'",
}
# A deck opens a window for the speaker: its script is reveal.js's own (notes.js of 6.0.2), and the slides are frames in it.
SPEAKER = "'sha256-GzCveToXhSIzS3M5eQeRm3McVRB7cYneYKwTkzA3wDk='"
DECK = POLICY | {"script-src": f"{POLICY['script-src']} {SPEAKER}", "frame-src": "'self'"}
INLINE = re.compile(r"<script(?![^>]*\b(?:src=|type=\"application/ld\+json\"))[^>]*>(.*?)</script>", re.S)
HANDLER = re.compile(r"<\w+ [^>]*\son[a-z]+=\"")
CHARSET = re.compile(r'<meta charset="utf-8" ?/?>')


def digest(script: str) -> str:
    """Return what lets one inline script run."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def set_policy(_: Path, pages: dict[Path, str]) -> dict[Path, str]:
    """Write the policy into every page of the theme, and refuse a page that it would break."""
    [colours] = INLINE.findall(SET_COLOURS)

    def meta(policy: dict[str, str]) -> str:
        content = "; ".join(f"{name} {value}" for name, value in policy.items()).format(colours=digest(colours))
        return f'\\g<0><meta http-equiv="Content-Security-Policy" content="{content}" />'

    def guarded(page: Path, text: str) -> str:
        others = [script for script in INLINE.findall(text) if script != colours]
        if others or HANDLER.search(text):
            raise ExtensionError(f"{page.name} has a script in it, which the policy forbids: {others[:1]}")
        return CHARSET.sub(meta(DECK if page.name.endswith(".slides.html") else POLICY), text, count=1)

    return {page: guarded(page, text) for page, text in pages.items()}
