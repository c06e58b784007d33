"""The exercises of a notebook with solutions, outputs, and the wrong answers that their checks know."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from gru_lib.book.exercises import ChoiceExercise, FunctionExercise, ValueExercise
from tools.notebooks import prose
from tools.notebooks.handout import is_solution

TITLE = re.compile(r"^### Exercise (\d+ \(.+?\): .+)\n((?:(?!^##? |^### Exercise).*\n?)*)", re.M)
CHECKED = re.compile(r'^check\("([\w-]+)/([\w-]+)"', re.M)
SECTION = re.compile(r"^## (.+)\n((?:(?!^## ).*\n?)*)", re.M)
LEADS_TO = re.compile(r"\]\(#([\w-]+)\)")  # a section of the same chapter
TO_HAND = re.compile(r"^(?:\|.*\n)+|^\$\$\n(?:.+\n)*?\$\$\n", re.M)  # a table, or a formula on lines of its own
BARE, SHOWN = 2, 3  # lines of a stub that says nothing, numbers of an answer
Known = ChoiceExercise | ValueExercise | FunctionExercise


@dataclass(frozen=True)
class Exercise:
    """One exercise: task, what it refers to, stub, solution with what it prints, answer, wrong answers, hints."""

    title: str
    asks: str
    given: str
    stub: str
    solution: str
    output: str
    answer: str
    mistakes: list[tuple[str, str]]
    steps: list[str]


def exercises(notebook: dict[str, Any]) -> list[Exercise]:
    """Return the exercises in their order; each task is followed by its stub, and this by the solution."""
    found, asked, code = [], ("", ""), ""
    text = prose(notebook) + "\n"
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            *_, asked = [("", ""), *TITLE.findall(source + "\n")] if "### Exercise" in source else [asked]
        elif is_solution(cell):
            name = CHECKED.search(source)
            known = import_module(f"gru_lib.book.exercises.{name[1]}").EXERCISES[name[2]]
            parts = (given(asked[1], text), handed_out(code), source, printed(cell), answer(known))
            found.append(Exercise(*asked, *parts, mistakes(known), list(known.steps)))
        code = source if cell["cell_type"] == "code" else ""
    return found


def given(asks: str, text: str) -> str:
    """Return the tables and formulas of those sections of a chapter to which a task leads."""
    names = LEADS_TO.findall(asks)
    bodies = [body for title, body in SECTION.findall(text) if re.sub(r"\W+", "-", title.lower()) in names]
    return "\n".join(found for body in bodies for found in TO_HAND.findall(body))


def handed_out(code: str) -> str:
    """Return a stub without its check, if it has a bug or is more than a name and dots."""
    stub = CHECKED.split(code)[0].strip()
    return stub if "..." not in stub or len(stub.splitlines()) > BARE else ""


def printed(cell: dict[str, Any]) -> str:
    """Return what a cell has printed, without the verdict on it."""
    texts = ["".join(output.get("text", "")) for output in cell["outputs"] if output["output_type"] == "stream"]
    texts += ["".join(output.get("data", {}).get("text/plain", "")) for output in cell["outputs"]]
    lines = "\n".join(texts).splitlines()
    return "\n".join(line for line in lines if not re.match(r"✓ [\w-]+/[\w-]+: right", line)).strip()


def answer(exercise: Known) -> str:
    """Return the answer that a check waits for; a function has none."""
    if isinstance(exercise, FunctionExercise):
        return ""
    if isinstance(exercise, ChoiceExercise):
        return exercise.solution
    width = exercise.tolerance * (1 + np.abs(exercise.solution).max())
    numbers = ", ".join(_number(value, 4) for value in np.ravel(exercise.solution))
    return f"{numbers}, give or take {width:.2g}" if exercise.tolerance >= 1e-3 else numbers


def mistakes(exercise: Known) -> list[tuple[str, str]]:
    """Return the wrong answers that a check knows, as a teacher sees them, and its reply to each."""
    if isinstance(exercise, ChoiceExercise):
        return list(exercise.why.items())
    if isinstance(exercise, ValueExercise):
        return [(_number(value, 6), hint) for value, hint in exercise.hints.items()]
    return [(_against(exercise, wrong), hint) for wrong, hint in exercise.mistakes]


def _against(exercise: FunctionExercise, wrong: Callable) -> str:
    """Return what a wrong function gives where it first differs from the right one."""
    for case in exercise.cases(np.random.default_rng(0)):
        right, other = _result(exercise.solution, case), _result(wrong, case)
        if isinstance(other, str) or right.shape != other.shape:
            said = other if isinstance(other, str) else f"{_shape(other)} and not {_shape(right)}"
            return f"{said}, where {_some(right, 4)} is right"
        apart = np.flatnonzero(~np.isclose(other, right, rtol=exercise.tolerance, atol=exercise.tolerance))
        if apart.size:
            break
    first = apart[0] if apart[0] >= SHOWN else 0
    pairs = ((_some(other, digits, first), _some(right, digits, first)) for digits in range(4, 17))
    said, true = next(pair for pair in pairs if pair[0] != pair[1])
    place = f"from number {first + 1} on: " if first else ""
    asked = f"for {', '.join(_number(value, 4) for value in case)}: " if all(map(_is_number, case)) else ""
    return f"{asked}{place}{said}, where {true} is right"


def _result(function: Callable, case: tuple) -> Any:
    """Return what a function makes of a case, as an array, or the name of its error."""
    copies = (value.copy() if isinstance(value, np.ndarray) else value for value in case)
    try:
        return np.asarray(function(*copies), dtype=float)
    except Exception as error:
        return type(error).__name__


def _shape(numbers: np.ndarray) -> str:
    return f"an array of shape {numbers.shape}" if numbers.ndim else "one number"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | np.number)


def _number(value: float, digits: int) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:.{digits}g}"


def _some(numbers: np.ndarray, digits: int, first: int = 0) -> str:
    """Return a few numbers of an array, from one of them on."""
    rest = numbers.ravel()[first:]
    return ", ".join(_number(number, digits) for number in rest[:SHOWN]) + ", …" * (rest.size > SHOWN)
