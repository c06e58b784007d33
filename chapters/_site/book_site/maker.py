"""The slides of one section, made part by part: what is shown, what leads to it, and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from re import Pattern

from bs4 import Tag

from book_site.sentences import OF_PAGE, choose, reason, spoken, words
from book_site.shown import CODE, checks, kind, lines, open_code, outputs

TEXT = 85  # words of a slide that shows nothing else
LEAD = 60  # words above what is shown
COMMENT = 40  # words below it, where some stand above
SHORT = 8  # lines of code that find room below a formula
FEW = 25  # words that make no slide of their own
FEW_LINES = 2  # printed by code that stay with it however long it is
FOLDS = ["hide", "sd-dropdown"]  # what a reader opens


@dataclass
class Slide:
    """One slide: parts of HTML, and what the speaker says."""

    title: str
    place: str
    kind: str = "text"
    before: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)  # comes with the next click
    notes: list[str] = field(default_factory=list)


class Maker:
    """Makes the slides of one section, part by part."""

    def __init__(self, title: str, place: str, called: Pattern[str]) -> None:
        self.title, self.place, self.called = title, place, called
        self.slides: list[Slide] = []
        self.waiting: list[Tag] = []  # paragraphs that lead to what comes
        self.is_result = False  # what was shown last asks for a comment
        self.asked: Slide | None = None  # a question whose answer is still to come
        self.told = ""  # what was asked, and twice what is right

    def add(self, part: Tag) -> None:
        """Take the next part of the section."""
        classes = part.get("class", [])
        if "slide-notes" in classes:
            self.slides[-1].notes.append(spoken(str(part)))
        elif part.name == "p" and kind(part) == "wide":
            if part.contents:  # otherwise a place for a script
                self._text(part)
        elif "cell" in classes:
            self._cell(part)
        elif "predict" in classes:
            self.asked = asked = self._show("list", [str(part)])
            right = part.select("ol > li")[int(part["answer"]) - 1].p
            asked.notes.insert(0, f"<p><strong>Right:</strong> {right.decode_contents()}</p>")
            self.told = f"{part.p.get_text()} {f'{right.get_text()} ' * 2}"
        elif part.name in ("ul", "ol") and self.waiting and OF_PAGE.search(self.waiting[-1].get_text()):
            self.waiting.pop()  # what to do with a figure of the page
        elif not set(FOLDS) & set(classes) and part.name != "gru-quiz":
            self._show(kind(part), [str(part)], is_result=kind(part) != "list")

    def end(self) -> list[Slide]:
        """Return the slides, the last of which has the paragraphs that are left."""
        if self.slides and words(self.waiting) < FEW:
            self.slides[-1].after += choose(self.waiting, FEW)[0]
        else:
            self._say(self.waiting)
        return self.slides

    def _text(self, part: Tag) -> None:
        """Let a paragraph comment on what was shown, or lead to what comes."""
        begins = part.contents[0].name == "strong" and part.contents[0].get_text().endswith(".")
        if not self.is_result or begins or part.get_text().endswith(":"):
            self.waiting.append(part)
        else:
            last = self.slides[-1]
            shown, said = choose([part], COMMENT if last.before else LEAD, ends=True)
            last.after += shown
            last.notes += said
            if self.asked and (why := reason(part, self.told)):
                self.asked.notes.insert(1, spoken(f"<p>{why}</p>"))
            self.asked = None
        self.is_result = False

    def _cell(self, part: Tag) -> None:
        """Show code and what it gave, one by one if it is long; checks where a paragraph leads to them alone."""
        given = outputs(part) or (checks(part) if self.waiting else [])
        is_figure = bool(given) and kind(part) == "figure"
        code = self._code(part, is_figure=is_figure)
        is_apart = is_figure or not given or (lines(code) > CODE and lines(part.select_one(".cell_output")) > FEW_LINES)
        if code and is_apart:
            self._show_code(code)
            code = None
        asked, shown = self.asked, [*([str(code)] if code else []), *given]
        if code and self._follows(part):
            self.slides[-1].after += shown
            self.is_result = True
        elif given:
            self._show("figure" if is_figure else "code", shown, is_result=True)
        self.asked = asked

    def _code(self, cell: Tag, *, is_figure: bool) -> Tag | None:
        """Return the code of a cell, unless it is folded, or long and beside the point, or no more than a call."""
        code = open_code(cell)
        calls, is_long = self.called.search(code.get_text() if code else ""), lines(code) > CODE
        return None if (is_long and (is_figure or calls)) or (calls and not self.waiting) else code

    def _follows(self, part: Tag) -> bool:
        """Say whether code without a word of its own has room below the formula or the table before it."""
        return bool(self.slides) and self.slides[-1].kind == "wide" and not self.waiting and lines(part) <= SHORT

    def _show_code(self, code: Tag) -> None:
        """Show code alone: before the question that its result answers, or below a formula that it follows."""
        last = self.slides[-1] if self.slides else None
        if last and last is self.asked and not self.waiting:
            self.slides.insert(-1, replace(last, kind="code", shown=[str(code)], notes=last.notes[1:]))
            last.before, last.notes = [], last.notes[:1]
        elif self._follows(code):
            last.after.append(str(code))
        else:
            self._show("code", [str(code)])

    def _show(self, kind: str, shown: list[str], *, is_result: bool = False) -> Slide:
        """Begin a slide, with what led to it; paragraphs for which there is no room make slides before it."""
        start = len(self.waiting) - 1
        while start > 0 and words(self.waiting[start - 1 :]) <= LEAD:
            start -= 1
        if start > 0 and words(self.waiting[:start]) >= FEW:
            self._say(self.waiting[:start])
            self.waiting = self.waiting[start:]
        before, notes = choose(self.waiting, LEAD, leads=True)
        self.slides.append(Slide(self.title, self.place, kind, before, shown, notes=notes))
        self.waiting, self.is_result, self.asked = [], is_result, None
        return self.slides[-1]

    def _say(self, paragraphs: list[Tag]) -> None:
        """Make slides of text alone, each of as many paragraphs as it has room for."""
        while paragraphs:
            some = next(n for n in range(len(paragraphs), 0, -1) if n == 1 or words(paragraphs[:n]) <= TEXT)
            before, notes = choose(paragraphs[:some], TEXT)
            if before:
                self.slides.append(Slide(self.title, self.place, "text", before, notes=notes))
            paragraphs = paragraphs[some:]
