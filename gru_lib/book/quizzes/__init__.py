"""Five questions for each chapter, one file of Markdown each (CONTRIBUTING.md says how): read, asked, judged."""

import re
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

FOLDER = Path(__file__).parent
OPTION = re.compile(r"^- \[([ x])\] (.+)\n((?:  .+\n)+)", re.M)
FACT = re.compile(r"^<!-- (\S+) = (.+) -->\n", re.M)
LINK, NAME = re.compile(r"\[([^]]+)\]\(/[^)]+\)"), r"*\1*"  # a page of the website, and what stands for it elsewhere


class Option(NamedTuple):
    """One answer to a question, and why it is right or wrong."""

    is_right: bool
    says: str
    why: str


class Question(NamedTuple):
    """What is asked, the options by letter in an order that tells nothing, and numbers with what computes them."""

    asks: str
    options: dict[str, Option]
    facts: list[tuple[str, str]]

    @property
    def right(self) -> set[str]:
        """The letters of the options that are right."""
        return {letter for letter, option in self.options.items() if option.is_right}


class Quiz(NamedTuple):
    """The questions of one chapter, under its title."""

    title: str
    questions: list[Question]


class Words(str):
    """Markdown, which a notebook sets and a terminal prints as it is."""

    __repr__ = _repr_markdown_ = str.__str__


def quiz_names() -> list[str]:
    """Return the chapters that have a quiz, by their file names, and `entry`."""
    return sorted(path.stem for path in FOLDER.glob("*.md"))


def load_quiz(name: str) -> Quiz:
    """Read a chapter's quiz; raise ValueError if there is none, or if a question is not as it must be."""
    if name not in quiz_names():
        raise ValueError(f"name is {name!r}; expected one of {', '.join(quiz_names())}")
    return read((FOLDER / f"{name}.md").read_text(encoding="utf-8"))


def read(text: str) -> Quiz:
    """Read a title and questions from Markdown; see `load_quiz`."""
    title, *questions = re.split(r"^## ", text, flags=re.M)
    return Quiz(title.removeprefix("# ").strip(), [_question(*one.partition("\n")[::2]) for one in questions])


def _question(asks: str, rest: str) -> Question:
    more, *_ = re.split(r"^- \[", rest, maxsplit=1, flags=re.M)
    if left := FACT.sub("", OPTION.sub("", rest.removeprefix(more))).strip():
        raise ValueError(f"{asks!r}: expected `- [ ] words` and the reason in the next line, indented; got {left!r}")
    found = [Option(mark == "x", says, " ".join(why.split())) for mark, says, why in OPTION.findall(rest)]
    options = dict(zip("abcdef", sorted(found, key=lambda option: crc32(option.says.encode())), strict=False))
    question = Question(f"{asks}\n\n{more.strip()}".strip(), options, FACT.findall(rest))
    expected = 2 if asks.endswith("(two are right)") else 1
    if len(question.right) != expected or not expected < len({option.says for option in found}) == len(options):
        raise ValueError(f"{asks!r}: {len(question.right)} of {len(found)} options are right; expected {expected}")
    return question


def quiz(name: str, answers: str = "") -> Words:
    """Ask the questions of a chapter; with answers, say which are right, and why the others are not.

    Parameters
    ----------
    name : str
        Of the chapter, as in the name of its notebook; or ``"entry"``.
    answers : str
        For each question a letter, such as ``"b d a c a"``; ``bd`` where two are right, ``-`` for no answer.
    """
    questions, given = load_quiz(name).questions, answers.lower().split()
    if not given:
        return Words("\n\n".join(f"**{number}.** {_asked(one)}" for number, one in enumerate(questions, 1)))
    if len(given) != len(questions) or any(set(a) - {*q.options, "-"} for a, q in zip(given, questions, strict=True)):
        raise ValueError(f"answers is {answers!r}; expected a letter for each of {len(questions)} questions")
    return Words("\n\n".join(f"{n} {_judged(*pair)}" for n, pair in enumerate(zip(questions, given, strict=True), 1)))


def _asked(question: Question) -> str:
    return "\n".join([question.asks, "", *(f"- **{letter}** {one.says}" for letter, one in question.options.items())])


def _judged(question: Question, letters: str) -> str:
    chosen = [question.options[letter] for letter in letters if letter != "-"]
    said = [f"{'✓' if one.is_right else '✗'} {one.says}: {LINK.sub(NAME, one.why)}" for one in chosen]
    return " ".join([*said, *["○ Another one is right."] * (set(letters) < question.right)]) or "○ Not answered yet."
