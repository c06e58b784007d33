"""Quizzes: the questions of a chapter on its page, with the answers folded, and all of them as files for a course."""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from gru_lib.book.quizzes import Option, Question, load_quiz
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator
from tools.quizzes import FILES, key, write

from book_site.cells import Fold

PLACE = "quizzes"  # at the top of the site


class Asked(nodes.General, nodes.Element):
    """The questions of a page, which gru-quiz.js brings to life."""


class Quiz(SphinxDirective):
    """:::{quiz} equations: the questions of that chapter, in place of what a notebook says there."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the questions; one that is not as it must be is a fault."""
        try:
            questions = load_quiz(self.arguments[0]).questions
        except ValueError as error:
            raise ExtensionError(f"{self.env.docname}: quiz {self.arguments[0]}: {error}") from error
        return [Asked("", *(self.question(number, one) for number, one in enumerate(questions, 1)))]

    def question(self, number: int, question: Question) -> nodes.container:
        """Return one question, its options, and folded for each option why it is right or wrong."""
        asked = self.parse_text_to_nodes(f"**{number}.** {question.asks}")
        options = list(question.options.values())
        reasons = self.items(options, [f"**{'Right' if one.is_right else 'Not so'}.** {one.why}" for one in options])
        answers = Fold("", reasons, name="Show the answers", classes=["quiz-answers"])
        said = self.items(options, [one.says for one in options])
        return nodes.container("", *asked, said, answers, ids=[f"quiz-{key(question)}"], classes=["quiz-question"])

    def items(self, options: list[Option], texts: list[str]) -> nodes.enumerated_list:
        """Return a list with letters, which marks what is right."""
        marked = [
            nodes.list_item("", *self.parse_text_to_nodes(text), classes=["is-right"] * one.is_right)
            for one, text in zip(options, texts, strict=True)
        ]
        return nodes.enumerated_list("", *marked, enumtype="loweralpha")


class QuizFiles(SphinxDirective):
    """Links to the files for Moodle and for Anki."""

    def run(self) -> list[nodes.Node]:
        """Return a list of them."""
        up = "../" * self.env.docname.count("/")
        links = [f'<li><a href="{up}{PLACE}/{name}" download>{name}</a>: {words}</li>' for name, words in FILES.items()]
        return [nodes.raw("", f"<ul>{''.join(links)}</ul>", format="html")]


def visit_asked(self: HTML5Translator, _: Asked) -> None:
    """Begin the element."""
    self.body.append("<gru-quiz>\n")


def depart_asked(self: HTML5Translator, _: Asked) -> None:
    """End the element."""
    self.body.append("</gru-quiz>\n")


def write_files(app: Sphinx, exception: Exception | None) -> None:
    """Put the files beside the pages."""
    if exception is None and app.builder.format == "html":
        write(Path(app.outdir) / PLACE)


def setup(app: Sphinx) -> None:
    app.add_node(Asked, html=(visit_asked, depart_asked))
    app.add_directive("quiz", Quiz)
    app.add_directive("quiz-files", QuizFiles)
    app.connect("build-finished", write_files)
