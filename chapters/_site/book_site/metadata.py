"""What search engines and links in a chat show: descriptions, a card, a course, a sitemap, and a page that is not found."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape, unescape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

LONGEST, CUT = 155, 340  # characters of a description that a search engine shows, and that a chat does
SENTENCE = re.compile(r"(?<=[.!?]) (?=[A-Z0-9“`(])")
LATEX = re.compile(r"\\(?:mathrm)?|[{}]")
ANNOUNCED = re.compile(r"^The answer(?: in (?:one|a) sentence)?[.:] ")
CARD = "_static/card.png"
CARD_WORDS = "The GRU cell beside the title of the book."
OTHERS = {  # pages without a text of their own
    "search": '<meta name="description" content="Search the book on gated recurrent units: by section, with formulas,'
    ' names in code and error messages as they are typed." />',
    "genindex": '<meta name="description" content="Every term of the glossary on gated recurrent units, in the order'
    ' of the alphabet, each with the place that explains it." />',
}
REDIRECT = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={front}">
<link rel="canonical" href="{base}{front}"><link rel="icon" href="_static/favicon.svg">
{tags}</head>
<body><p><a href="{front}">To the front page</a></p></body></html>
"""
# It needs no other file: a server that knows the site's address shows it at any depth.
NOT_FOUND = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>This page was reset – Gated Recurrent Units</title><meta name="robots" content="noindex">
<link rel="icon" href="data:,"><style>:root{{color-scheme:light dark;background:light-dark(#fff,#14171b);color:light-dark(#1b1e22,#dcdfe3)}}
body{{font:1.1rem/1.6 system-ui,sans-serif;max-width:34rem;margin:18vh auto;
padding:0 1.2rem}}a{{color:light-dark(#00629a,#7fc2ee)}}</style></head>
<body><main><h1>This page was reset</h1><p>There is nothing at this address: <em>r</em> = 0.
The book itself has kept its state.</p>
<p><a href="{base}index.html">To the front page</a> · <a href="{base}search.html">Search the book</a></p></main></body></html>
"""
SITEMAP = """<?xml version="1.0" encoding="utf-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
{entries}</urlset>
"""
ROBOTS = "User-agent: *\nAllow: /\nSitemap: {base}sitemap.xml\n"


def description(tree: nodes.document) -> str:
    """Return the question of a chapter and its answer; of another page the first sentences."""
    opening = _opening(tree)
    for place, paragraph in enumerate(opening[:-1]):
        asks = [one.endswith("?") for one in SENTENCE.split(_text(paragraph))]
        if any(asks):
            told = SENTENCE.split(_text(paragraph))[: len(asks) - asks[::-1].index(True)]
            answer = _fitting(_answer(opening[place + 1 :]), LONGEST - len(told[-1]))
            while len(told) > 1 and len(" ".join([*told, answer])) > CUT:
                told.pop(0)
            return " ".join([*told, answer])
    texts = [text for text in map(_text, _paragraphs(tree)) if len(text) >= 40]
    return _fitting(" ".join(texts[:2]), LONGEST)


def _opening(tree: nodes.document) -> list[nodes.paragraph]:
    """Return what stands before the box of objectives, or nothing."""
    found: list[nodes.paragraph] = []
    for node in tree.findall(lambda one: isinstance(one, nodes.paragraph | nodes.admonition)):
        if isinstance(node, nodes.admonition):
            return found if "objectives" in node["classes"] else []
        if node.parent.tagname == "section" and node.astext():
            found.append(node)
    return []


def _answer(paragraphs: list[nodes.paragraph]) -> str:
    """Return what is printed bold and all that follows it, without the words that announce it; else what comes last."""
    answer = next((one for one in paragraphs if any(one.findall(nodes.strong))), paragraphs[-1])
    bold = next(answer.findall(nodes.strong), answer)
    text = ANNOUNCED.sub("", _text(answer)[_text(answer).index(_text(bold)) :])
    return text[:1].upper() + text[1:]


def _paragraphs(tree: nodes.document) -> Iterator[nodes.paragraph]:
    return (one for one in tree.findall(nodes.paragraph) if one.parent.tagname in ("section", "container"))


def _text(node: nodes.Element) -> str:
    return LATEX.sub("", " ".join(node.astext().split()))


def _fitting(text: str, longest: int) -> str:
    """Return the first sentence, and as many more as fit."""
    kept, *others = SENTENCE.split(text)
    for sentence in others:
        if len(kept) + len(sentence) >= longest and not kept.endswith("?"):
            break
        kept += f" {sentence}"
    return kept if len(kept) <= CUT else f"{kept[:CUT].rsplit(' ', 1)[0]} …"


def describe(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: nodes.document | None) -> None:
    """Write the head of one page."""
    if tree is None:
        context["metatags"] = context.get("metatags", "") + OTHERS.get(page, "")
        return
    book, base = app.config.html_title, app.config.html_baseurl
    front = page == app.config.root_doc
    if front:
        context |= {"title": book, "docstitle": ""}
    title = unescape(re.sub(r"<[^>]+>", "", context["title"]))
    text = description(tree) or book
    metas = [("name", "description", text), ("property", "og:title", title), ("property", "og:description", text)]
    metas += [("property", "og:type", "article"), ("property", "og:site_name", book)]
    if base:
        metas += [("property", "og:url", f"{base}{page}.html"), ("property", "og:image", base + CARD)]
        metas += [("property", "og:image:alt", CARD_WORDS), ("name", "twitter:card", "summary_large_image")]
    tags = [f'<meta {kind}="{key}" content="{escape(value)}" />' for kind, key, value in metas]
    data = course(app, tree) if front else part(app)
    data |= questions(tree) if page.endswith("/questions") else {}
    data |= {"@context": "https://schema.org", "name": title, "description": text, "inLanguage": "en"}
    script = json.dumps(data, ensure_ascii=False).replace("</", r"<\/")
    tags.append(f'<script type="application/ld+json">{script}</script>')
    context["metatags"] = context.get("metatags", "") + "\n    ".join(["", *tags])


def course(app: Sphinx, front_page: nodes.document) -> dict[str, Any]:
    """Return schema.org's description of the book as a course; its cards say how many minutes a chapter takes."""
    minutes = sum(map(int, re.findall(r"\b(\d+) min\b", front_page.astext())))
    return {
        "@type": "Course",
        "provider": {"@type": "Organization", "name": app.config.author},
        "isAccessibleForFree": True,
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "offers": {"@type": "Offer", "category": "Free"},
        "hasCourseInstance": {
            "@type": "CourseInstance",
            "courseMode": "Online",
            "courseWorkload": f"PT{minutes // 60}H{minutes % 60}M",
        },
    }


def part(app: Sphinx) -> dict[str, Any]:
    """Return schema.org's description of one page of the course."""
    return {"@type": "LearningResource", "isPartOf": {"@type": "Course", "name": app.config.html_title}}


def questions(tree: nodes.document) -> dict[str, Any]:
    """Return schema.org's description of a page of questions, each with the first paragraph of its answer."""
    sections = [one for one in tree.findall(nodes.section) if isinstance(one.parent.parent, nodes.section)]
    entries = [
        {
            "@type": "Question",
            "name": next(one.findall(nodes.title)).astext(),
            "acceptedAnswer": {
                "@type": "Answer",
                "text": " ".join(next(one.findall(nodes.paragraph)).astext().split()),
            },
        }
        for one in sections
    ]
    return {"@type": "FAQPage", "mainEntity": entries}


def write_pages(app: Sphinx, exception: Exception | None) -> None:
    """Write index.html and 404.html, and where the site's address is known sitemap.xml and robots.txt."""
    if exception or app.builder.name != "html":
        return
    out, base, front = Path(app.outdir), app.config.html_baseurl, f"{app.config.root_doc}.html"
    head = (out / front).read_text(encoding="utf-8").partition("</head>")[0]
    card = r'<title>.*?</title>|<meta (?:name|property)="(?:description|og:|twitter:)[^>]*>'
    tags = "\n".join(re.findall(card, head, re.S))
    files = {
        "index.html": REDIRECT.format(front=front, base=base, tags=tags),  # a link to it shows the front page's card
        "404.html": NOT_FOUND.format(base=base),
    }
    if base:
        entries = [f"<url><loc>{escape(f'{base}{name}.html')}</loc></url>\n" for name in sorted(app.env.found_docs)]
        files |= {"sitemap.xml": SITEMAP.format(entries="".join(entries)), "robots.txt": ROBOTS.format(base=base)}
    for name, text in files.items():
        (out / name).write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", describe)
    app.connect("build-finished", write_pages, priority=900)  # after the pages, which share style sheets, are finished
