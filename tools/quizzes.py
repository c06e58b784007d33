"""The quizzes as files for a course: `python -m tools.quizzes FOLDER` writes them, and so does `make book`."""

import sys
from html import escape
from pathlib import Path
from xml.etree import ElementTree as XML
from zlib import crc32

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from gru_lib.book.quizzes import LINK, NAME, Question, Quiz, load_quiz, quiz_names

BOOK = "Gated Recurrent Units"
FILES = {
    "gru-moodle.xml": "Moodle XML, a category for each chapter, a reason for every option",
    "gru-anki.txt": "notes for Anki, a deck for each chapter; importing it again renews them",
}
ANKI = "#separator:tab\n#html:true\n#notetype:Basic\n#guid column:1\n#deck column:2\n"
_markdown = MarkdownIt()  # formulas as MathJax finds them, which is what Moodle and Anki have
_markdown.use(dollarmath_plugin, renderer=lambda formula, _: rf"\({escape(formula)}\)")


def key(question: Question) -> str:
    """Return a name that lasts as long as the question's words."""
    return f"{crc32(question.asks.encode()):08x}"


def html(text: str) -> str:
    """Set Markdown as HTML."""
    return _markdown.render(LINK.sub(NAME, text)).strip()


def moodle(quizzes: list[Quiz]) -> str:
    """Return all questions as Moodle XML."""
    root = XML.Element("quiz")
    for quiz in quizzes:
        category = XML.SubElement(XML.SubElement(root, "question", type="category"), "category")
        XML.SubElement(category, "text").text = f"$course$/top/{BOOK}/{quiz.title}"
        for number, question in enumerate(quiz.questions, 1):
            entry = XML.SubElement(root, "question", type="multichoice")
            XML.SubElement(XML.SubElement(entry, "name"), "text").text = f"{quiz.title}, question {number}"
            _ask(entry, question)
    XML.indent(root)
    return XML.tostring(root, encoding="utf-8", xml_declaration=True).decode() + "\n"


def _ask(entry: XML.Element, question: Question) -> None:
    right = len(question.right)
    wrong = len(question.options) - right
    _text(entry, "questiontext", question.asks)
    XML.SubElement(entry, "defaultgrade").text = "1"
    XML.SubElement(entry, "single").text = str(right == 1).lower()
    XML.SubElement(entry, "shuffleanswers").text = "true"
    XML.SubElement(entry, "answernumbering").text = "abc"
    for option in question.options.values():
        share = 1 / right if option.is_right else 0 if right == 1 else -1 / wrong
        answer = _text(entry, "answer", option.says, fraction=f"{100 * share:.7g}")
        _text(answer, "feedback", option.why)


def _text(parent: XML.Element, tag: str, text: str, **attributes: str) -> XML.Element:
    element = XML.SubElement(parent, tag, format="html", **attributes)
    XML.SubElement(element, "text").text = html(text)
    return element


def anki(quizzes: list[Quiz]) -> str:
    """Return all questions as notes that Anki imports: on the back what is right, and why everything else is not."""
    return ANKI + "".join(
        "\t".join([f"gru-{key(question)}", f"{BOOK}::{quiz.title}", *_sides(question)]) + "\n"
        for quiz in quizzes
        for question in quiz.questions
    )


def _sides(question: Question) -> tuple[str, str]:
    options = sorted(question.options.items(), key=lambda pair: not pair[1].is_right)
    asked = "".join(f"<li>{html(option.says)}</li>" for option in question.options.values())
    reasons = "".join(
        f"<p><b>{letter}</b> {'✓' if one.is_right else '✗'}</p>{html(one.why)}" for letter, one in options
    )
    asked = f'{html(question.asks)}<ol type="a">{asked}</ol>'
    return asked.replace("\n", "&#10;"), reasons.replace("\n", "&#10;")


def write(folder: Path) -> None:
    """Write one file for Moodle and one for Anki."""
    quizzes = [load_quiz(name) for name in quiz_names()]
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in zip(FILES, (moodle(quizzes), anki(quizzes)), strict=True):
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
