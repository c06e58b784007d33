"""Which sentences of a page stand on a slide, and which the speaker says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from bs4 import NavigableString, Tag

# what only somebody who reads the page can follow
OF_PAGE = re.compile(
    r"\b(?:below,|(?:cells?|figures?|functions?|table|walk|box) (?:below|above)|(?:from|of) above|\w+ above have|"
    r"(?:line|figure) (?:above|at the top)|folded|buttons|next cells?|cells below|end of the chapter|JavaScript|website|"
    r"on this page|top of the page|this (?:page|notebook)(?: is| runs|$)|every figure above)",
    re.I,
)
NAMES = re.compile(r"\b(?:is|are|be) called\b|\bwe call\b|\bits name\b")
LONG = re.compile(r"\w{5,}")
FORMULA = re.compile(r"<held-formula[^>]*>([^<]*)</held-formula>")
LEANS = re.compile(r"(?:It|But|They|This|These|That|Its|Their|Both|Neither|Each) ")  # on the sentence before


@dataclass(eq=False)
class Sentence:
    """One sentence of a paragraph, as HTML and as text, and how much a slide needs it: 0 is most."""

    html: str
    text: str
    paragraph: int
    need: int = 4
    chosen: bool = False

    @property
    def words(self) -> int:
        return count(self.html)


def count(html: str) -> int:
    """Count words; a formula is one for every twelve signs of its TeX.

    Examples
    --------
    >>> count('The share <held-formula n="1">z</held-formula> stays.')
    4
    """
    html = FORMULA.sub(lambda found: " x" * (1 + len(found[1]) // 12), html)
    return len(re.sub("<[^>]*>", "", html).split())


def words(paragraphs: list[Tag]) -> int:
    """Count the words of paragraphs."""
    return sum(count(str(one)) for one in paragraphs)


def split(paragraph: Tag) -> list[str]:
    """Return the sentences of a paragraph: a line of its source is one, bold words alone
    belong to the next, and what is in brackets stays together.

    Examples
    --------
    >>> from bs4 import BeautifulSoup
    >>> split(BeautifulSoup("<p>A <em>gate</em> opens.\\nIt shuts.</p>", "html.parser").p)
    ['A <em>gate</em> opens.', 'It shuts.']
    >>> split(BeautifulSoup("<p><strong>Idea.</strong>\\nMix.</p>", "html.parser").p)
    ['<strong>Idea.</strong> Mix.']
    """
    lines = [""]
    for one in paragraph.contents:
        if not isinstance(one, NavigableString):
            lines[-1] += str(one)
            continue
        first, *rest = escape(one, quote=False).split("\n")
        lines[-1] += first
        for line in rest:
            is_open = re.fullmatch(r"<strong>[^<]*[.:]</strong>", lines[-1]) or lines[-1].count("(") > lines[-1].count(
                ")"
            )
            if is_open:
                lines[-1] += f" {line}"
            else:
                lines.append(line)
    return [line for line in lines if line.strip()]


def reason(paragraph: Tag, asked: str) -> str:
    """Return the sentence of a paragraph that shares most words with a question and its answer.

    Where none does, it is the first, unless that is too short to say why.
    """
    told = LONG.findall(asked.lower())

    def shared(sentence: str) -> int:
        return sum(told.count(word) for word in set(LONG.findall(re.sub("<[^>]*>", "", sentence).lower())))

    best = max(split(paragraph), key=shared)
    return best if shared(best) or count(best) > 7 else ""


def choose(
    paragraphs: list[Tag], limit: int, *, ends: bool = False, leads: bool = False
) -> tuple[list[str], list[str]]:
    """Return what of paragraphs a slide shows, and what is said beside it.

    Where all fit the limit of words, all are shown. Else a slide shows what gives a value or a name, then how a
    paragraph begins and, where it comments on a result, how it ends.

    Parameters
    ----------
    paragraphs
        Paragraphs of the page.
    limit
        The words for which there is room.
    ends
        They comment on a result: the point is at their end.
    leads
        What is shown follows: a sentence that ends with a colon belongs to it.
    """
    sentences = [one for n, paragraph in enumerate(paragraphs) for one in _weighed(paragraph, n, ends=ends)]
    if sentences and sentences[-1].text.endswith(":"):
        if leads:
            sentences[-1].need = 0
        else:
            sentences.pop()
    _pick(sentences, limit)
    if sentences and not any(one.chosen for one in sentences):
        min(sentences, key=lambda one: one.need).chosen = True
    return _joined(sentences, chosen=True), [spoken(one) for one in _joined(sentences, chosen=False)]


def _weighed(paragraph: Tag, number: int, *, ends: bool) -> list[Sentence]:
    """Return the sentences of a paragraph that are not about the page, each with its need."""
    whole = []
    is_titled = paragraph.contents[0].name == "strong"
    for html in split(paragraph):
        one = Sentence(html, re.sub("<[^>]*>", "", html), number)
        if not OF_PAGE.search(one.text):
            whole.append(one)
        if is_titled:
            one.need = 3
        if "=" in one.text or "std-term" in html or NAMES.search(one.text):
            one.need = 1
    if whole:
        whole[0].need = min(whole[0].need, 3 if ends else 2)
        whole[-1].need = min(whole[-1].need, 1 if ends else 4)
    return whole


def _pick(sentences: list[Sentence], limit: float) -> None:
    """Choose by need, each with those that it leans on, as long as there is room; for what is needed, half as much more."""
    if sum(one.words for one in sentences) <= 1.2 * limit:
        limit *= 1.2  # a single sentence is not worth a note
    for one in sorted(sentences, key=lambda one: one.need):
        place = sentences.index(one)
        together = [one]
        while place and LEANS.match(sentences[place].text) and sentences[place - 1].paragraph == one.paragraph:
            place -= 1
            together.append(sentences[place])
        room = (1 if one.need > 1 else 1.5) * limit - sum(other.words for other in sentences if other.chosen)
        if sum(other.words for other in together if not other.chosen) <= room:
            for other in together:
                other.chosen = True


def _joined(sentences: list[Sentence], *, chosen: bool) -> list[str]:
    """Return the sentences that are chosen, or the others, in their paragraphs."""
    paragraphs: dict[int, list[str]] = {}
    for one in sentences:
        if one.chosen is chosen:
            paragraphs.setdefault(one.paragraph, []).append(one.html)
    return [f"<p>{' '.join(lines)}</p>" for lines in paragraphs.values()]


def spoken(html: str) -> str:
    """Take the links from what is said."""
    return re.sub(r"</?a\b[^>]*>", "", html)
