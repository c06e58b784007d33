"""What search engines and links in a chat show: descriptions, a card, a course, a sitemap, a page for lost readers."""

from __future__ import annotations

import json
import re
from html import escape, unescape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

LONGEST = 155  # characters of a description that a search engine shows
CARD = "_static/card.png"
CARD_WORDS = "The GRU cell beside the title of the book."
# A page that was opened from a folder must not read other files; the results come without excerpts.
NO_EXCERPTS = "if (location.protocol === 'file:') DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;"


def description(tree: nodes.document) -> str:
    """Return the first sentences of a page, as many as a search engine shows."""
    for paragraph in tree.findall(nodes.paragraph):
        text = " ".join(paragraph.astext().split())
        if len(text) < 40 or paragraph.parent.tagname not in ("section", "container"):
            continue
        kept = ""
        for sentence in re.split(r"(?<=[.!?]) ", text):
            if kept and len(kept) + len(sentence) >= LONGEST:
                break
            kept = f"{kept} {sentence}".strip()
        return (
            kept
            if len(kept) <= LONGEST + 30
            else f"{kept[:LONGEST].rsplit(' ', 1)[0]} …"
        )
    return ""


def describe(
    app: Sphinx,
    page: str,
    template: str,
    context: dict[str, Any],
    tree: nodes.document | None,
) -> None:
    """Write the head of one page."""
    if page == "search":
        app.add_js_file(None, body=NO_EXCERPTS)
    if tree is None:
        return
    book, base = app.config.html_title, app.config.html_baseurl
    if page == app.config.root_doc:
        context |= {"title": book, "docstitle": ""}
    title = unescape(re.sub(r"<[^>]+>", "", context["title"]))
    text = description(tree) or book
    cards = {
        "og:title": title,
        "og:description": text,
        "og:type": "article",
        "og:site_name": book,
    }
    if base:
        cards |= {
            "og:url": f"{base}{page}.html",
            "og:image": f"{base}{CARD}",
            "og:image:alt": CARD_WORDS,
        }
    tags = [f'<meta name="description" content="{escape(text)}" />']
    tags += [
        f'<meta property="{key}" content="{escape(value)}" />'
        for key, value in cards.items()
    ]
    tags.append('<meta name="twitter:card" content="summary_large_image" />')
    data = (
        course(app, tree, text)
        if page == app.config.root_doc
        else part(app, title, text)
    )
    script = json.dumps(data, ensure_ascii=False).replace("</", r"<\/")
    tags.append(f'<script type="application/ld+json">{script}</script>')
    context["metatags"] = context.get("metatags", "") + "\n    ".join(["", *tags])


def course(app: Sphinx, front_page: nodes.document, text: str) -> dict[str, Any]:
    """Return schema.org's description of the book as a course; its cards say how many minutes a chapter takes."""
    minutes = sum(map(int, re.findall(r"\b(\d+) min\b", front_page.astext())))
    return {
        "@context": "https://schema.org",
        "@type": "Course",
        "name": app.config.html_title,
        "description": text,
        "provider": {"@type": "Organization", "name": app.config.author},
        "inLanguage": "en",
        "isAccessibleForFree": True,
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "offers": {"@type": "Offer", "category": "Free"},
        "hasCourseInstance": {
            "@type": "CourseInstance",
            "courseMode": "Online",
            "courseWorkload": f"PT{minutes // 60}H{minutes % 60}M",
        },
    }


def part(app: Sphinx, title: str, text: str) -> dict[str, Any]:
    """Return schema.org's description of one page of the course."""
    return {
        "@context": "https://schema.org",
        "@type": "LearningResource",
        "name": title,
        "description": text,
        "inLanguage": "en",
        "isPartOf": {"@type": "Course", "name": app.config.html_title},
    }


def write_signposts(app: Sphinx, exception: Exception | None) -> None:
    """Write index.html and 404.html, and where the site's address is known sitemap.xml and robots.txt."""
    if exception or app.builder.name != "html":
        return
    out, base = Path(app.outdir), app.config.html_baseurl
    front = f"{app.config.root_doc}.html"
    head = (out / front).read_text(encoding="utf-8").partition("</head>")[0]
    tags = re.findall(
        r'<title>.*?</title>|<meta (?:name|property)="(?:description|og:|twitter:)[^>]*>',
        head,
        re.S,
    )
    (out / "index.html").write_text(door(front, base, tags), encoding="utf-8")
    (out / "404.html").write_text(lost_page(base), encoding="utf-8")
    if not base:
        return
    pages = sorted(f"{base}{name}.html" for name in app.env.found_docs)
    entries = "".join(f"<url><loc>{escape(page)}</loc></url>\n" for page in pages)
    xmlns = "http://www.sitemaps.org/schemas/sitemap/0.9"
    sitemap = f'<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="{xmlns}">\n{entries}</urlset>\n'
    (out / "sitemap.xml").write_text(sitemap, encoding="utf-8")
    (out / "robots.txt").write_text(
        f"User-agent: *\nAllow: /\nSitemap: {base}sitemap.xml\n", encoding="utf-8"
    )


def door(front: str, base: str, tags: list[str]) -> str:
    """Return the page at the site's own address: it leads on, and a link to it shows the front page's card."""
    lines = "\n".join(tags)
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={front}">
<link rel="canonical" href="{base}{front}"><link rel="icon" href="_static/favicon.svg">
{lines}</head>
<body><p><a href="{front}">To the front page</a></p></body></html>
"""


def lost_page(base: str) -> str:
    """Return a page that needs no other file: a server that knows the site's address shows it at any depth."""
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>This page was reset – Gated Recurrent Units</title><meta name="robots" content="noindex">
<link rel="icon" href="data:,"><style>:root{{color-scheme:light dark;background:light-dark(#fff,#14171b);color:light-dark(#1b1e22,#dcdfe3)}}
body{{font:1.1rem/1.6 system-ui,sans-serif;max-width:34rem;margin:18vh auto;
padding:0 1.2rem}}a{{color:light-dark(#00629a,#7fc2ee)}}</style></head>
<body><main><h1>This page was reset</h1><p>There is nothing at this address: <em>r</em> = 0.
The book itself has kept its state.</p>
<p><a href="{base}index.html">To the front page</a> · <a href="{base}search.html">Search the book</a></p></main></body></html>
"""


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", describe)
    app.connect(
        "build-finished", write_signposts, priority=900
    )  # after the pages, which share style sheets, are finished
