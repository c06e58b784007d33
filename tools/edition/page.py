"""The teacher's edition as one page: to read on a screen, and to print, each chapter on a sheet of its own."""

from html import escape

from gru_lib.book.quizzes import Question
from tools.edition.chapters import Chapter, Sketch
from tools.edition.exercises import Exercise
from tools.edition.words import Words, code

STYLE = """
@page { size: A4; margin: 16mm; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
body { font: 11pt/1.45 Georgia, serif; color: #1d2b3a; background: #fff; }
h1, h2, h3, h4, .meta, th, summary { font-family: system-ui, sans-serif; }
h2 { break-before: page; border-top: 3px solid #1d2b3a; padding-top: .4rem; }
h3 { margin-bottom: .2rem; } h4 { margin: 1rem 0 .2rem; }
h3, h4 { break-after: avoid; }
table { border-collapse: collapse; width: 100%; font-size: .92em; }
table + table { margin-top: .8rem; }
th, td { text-align: left; vertical-align: top; padding: .2rem .5rem .2rem 0; border-bottom: 1px solid #ccd3da; }
pre { font-size: .8em; line-height: 1.35; padding: .5rem .7rem; background: #f3f5f7; break-inside: avoid; }
pre, td { white-space: pre-wrap; overflow-wrap: anywhere; }
figure { margin: .6rem 0; break-inside: avoid; } figure img { max-width: 24rem; width: 100%; }
figcaption, .meta { font-size: .88em; color: #4a5764; }
.right { font-weight: 600; } li > p { margin: 0; }
@media (max-width: 30rem) { body { margin: 1rem auto; } }
"""
PLANS = "Plans for a class"
REPLIES = {
    "listen": "Listen for:",
    "wrong": "Often said, and wrong:",
    "then": "Then ask:",
}  # the last two may be missing
HEAD = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>{style}</style></head><body>
"""


def page(title: str, before: str, chapters: list[Chapter], plans: str) -> str:
    """Return the page: contents, what is said before, the chapters, and the plans."""
    words = Words()
    contents = "".join(
        f'<li><a href="#{_place(one)}">{escape(one.title)}</a> <span class="meta">{_minutes(one)}</span></li>'
        for one in chapters
    )
    contents += f'<li><a href="#plans">{PLANS}</a></li>'
    body = f"<h1>{escape(title)}</h1>{words.set(before)}<ol>{contents}</ol>"
    body += "".join(_chapter(words, one) for one in chapters)
    body += f'<h2 id="plans">{PLANS}</h2>{words.set(plans)}'
    return words.finish(HEAD.format(title=escape(title), style=STYLE) + body + "</body></html>\n")


def _place(one: Chapter) -> str:
    return one.document.rpartition("/")[2].replace("_", "-")


def _minutes(one: Chapter) -> str:
    return f"{one.time.minutes} min + {one.time.exercise_minutes} for exercises"


def _chapter(words: Words, one: Chapter) -> str:
    parts = [
        f'<h2 id="{_place(one)}">{escape(one.title)}</h2><p class="meta">{_minutes(one)}</p>',
        words.set(one.objectives),
        _part("Minutes", _table(("Section", "Minutes"), [(words.line(name), str(m)) for name, m in one.sections])),
        _part("On the board", "".join(_sketch(sketch) for sketch in one.sketches)),
        _part("What they should take home", words.set(one.summary)),
        _part("For discussion", "".join(_discussion(words, asked) for asked in one.discussion)),
        _part("Exercises", "".join(_exercise(words, exercise) for exercise in one.exercises)),
        _part("Quiz", "".join(_question(words, number, q) for number, q in enumerate(one.questions, 1))),
    ]
    return "\n".join(filter(None, parts))


def _part(title: str, content: str) -> str:
    return f"<h3>{title}</h3>{content}" if content else ""


def _note(title: str, content: str) -> str:
    return f'<p class="meta">{title}</p>{content}' if content else ""


def _table(head: tuple[str, str], rows: list[tuple[str, str]]) -> str:
    body = "".join(f"<tr><td>{left}</td><td>{right}</td></tr>" for left, right in rows)
    return f"<table><thead><tr><th>{head[0]}</th><th>{head[1]}</th></tr></thead><tbody>{body}</tbody></table>"


def _sketch(sketch: Sketch) -> str:
    alt = escape(sketch.words)
    return f'<figure><img src="images/{sketch.name}" alt="{alt}"><figcaption>{alt}</figcaption></figure>'


def _discussion(words: Words, asked: dict[str, str]) -> str:
    said = [f"<br>{label} {words.line(asked[key])}" for key, label in REPLIES.items() if key in asked]
    return f"<p><b>{words.line(asked['ask'])}</b>{''.join(said)}</p>"


def _exercise(words: Words, one: Exercise) -> str:
    rows = [(escape(answer), words.line(hint)) for answer, hint in one.mistakes]
    steps = "".join(f"<li>{words.line(step)}</li>" for step in one.steps)
    return "".join(
        [
            f"<h4>{words.line(one.title)}</h4>{words.set(one.asks)}{_note('From the chapter:', words.set(one.given))}",
            f"{_note('What is handed out:', code(one.stub))}{_note('A solution:', code(one.solution))}",
            _note("It prints:", code(one.output)),
            _note(f"The answer: <b>{escape(one.answer)}</b>", " " * bool(one.answer)),
            _table(("Wrong answer", "What the check replies"), rows) if rows else "",
            f'<p class="meta">Hints, one after each wrong answer:</p><ol>{steps}</ol>' if steps else "",
        ]
    )


def _question(words: Words, number: int, question: Question) -> str:
    options = "".join(
        f'<li class="{"right" if one.is_right else ""}">{"✓" if one.is_right else "✗"} {words.line(one.says)}'
        f"<br>{words.line(one.why)}</li>"
        for one in question.options.values()
    )
    return f'<p><b>{number}. {words.line(question.asks)}</b></p><ol type="a">{options}</ol>'
