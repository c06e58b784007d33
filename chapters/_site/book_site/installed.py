"""The book as an installed page: a manifest, icons, and the list of what it needs without a network."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag

from docutils import nodes
from sphinx.application import Sphinx

MANIFEST = "manifest.webmanifest"
LIST = "offline.json"
VIEWPORT = re.compile(r'\s*<meta name="viewport"[^>]*>')
ASKED = re.compile(r'<(?:script|img|link)\b[^>]*?\s(?:src|href)="(?!data:|[a-z]+:|//)([^"#]+)"')
NOSCRIPT = re.compile(r"<noscript>.*?</noscript>", re.S)
ICONS = (
    ("_static/logo.svg", "any", "any"),
    ("_static/icons/192.png", "192x192", "any"),
    ("_static/icons/512.png", "512x512", "any"),
    ("_static/icons/mask.png", "512x512", "maskable"),
)
# What scripts and styles of the site ask for by themselves; Python, 26 MB, is kept where it has once been used.
ASKED_LATER = ("_static/elements/models/*.js", "_static/search/*.js", "_static/katex/fonts/*.woff2")
HEAD = """<meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="theme-color" content="#ffffff" media="(prefers-color-scheme: light)" />
    <meta name="theme-color" content="#14171b" media="(prefers-color-scheme: dark)" />
    <link rel="manifest" href="{root}manifest.webmanifest" />
    <link rel="apple-touch-icon" href="{root}_static/icons/apple.png" />"""


def bring_manifest(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: nodes.document | None) -> None:
    """Name the manifest and the icon of a phone in the head of every page."""
    context["metatags"] = context.get("metatags", "") + "\n    " + HEAD.format(root="../" * page.count("/"))


def one_viewport(_: Path, pages: dict[Path, str]) -> dict[Path, str]:
    """Leave one of the viewports that Sphinx, docutils and the theme each put into a head."""

    def cleared(text: str) -> str:
        first = VIEWPORT.search(text)
        return text[: first.end()] + VIEWPORT.sub("", text[first.end() :]) if first else text

    return {page: cleared(text) for page, text in pages.items()}


def list_files(out: Path, pages: dict[Path, str]) -> dict[Path, str]:
    """Write the list of all that the pages need, and its size to where the site offers to keep it."""
    asked = {urldefrag(os.path.relpath(page, out)).url for page in pages if page.name != "404.html"}
    for page, text in pages.items():
        for address in ASKED.findall(NOSCRIPT.sub("", text)):
            asked.add(Path(os.path.relpath(page.parent / address, out)).as_posix())
    named = {one.partition("?")[0] for one in asked}  # the worker keeps one version of a file
    asked |= {path.relative_to(out).as_posix() for glob in ASKED_LATER for path in out.glob(glob)} - named
    there = sorted(one for one in asked if (out / one.partition("?")[0]).is_file())
    (out / LIST).write_text(json.dumps(there, indent=0), encoding="utf-8")
    size = sum((out / one.partition("?")[0]).stat().st_size for one in there)
    return {
        page: text.replace('data-megabytes=""', f'data-megabytes="{size / 1e6:.0f}"') for page, text in pages.items()
    }


def write_manifest(app: Sphinx, exception: Exception | None) -> None:
    """Write what a system needs to install the book."""
    if exception or app.builder.name != "html":
        return
    manifest = {
        "name": app.config.html_title,
        "short_name": "GRU book",
        "description": "Gated recurrent units, derived, built, tested and put on trial.",
        "lang": "en",
        "start_url": f"{app.config.root_doc}.html",
        "scope": "./",
        "id": "./",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#1d2b3a",
        "icons": [{"src": name, "sizes": sizes, "purpose": purpose} for name, sizes, purpose in ICONS],
    }
    (Path(app.outdir) / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", bring_manifest)
    app.connect("build-finished", write_manifest)
