"""The exercises of a notebook with solutions, outputs, and the wrong answers that their checks know."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from gru_lib.book.exercises import ChoiceExercise, FunctionExercise, ValueExercise
from tools.notebooks.handout import is_solution

TITLE = re.compile(r"^### Exercise (\d+ \(.+?\): .+)\n((?:(?!^##? |^### Exercise).*\n?)*)", re.M)
CHECKED = re.compile(r'^check\("([\w-]+)/([\w-]+)"', re.M)


@dataclass(frozen=True)
class Exercise:
    """One exercise: what is asked, its solution with what it prints, wrong answers with what they reveal, and hints."""

    title: str
    asks: str
    solution: str
    output: str
    mistakes: list[tuple[str, str]]
    steps: list[str]


def exercises(notebook: dict[str, Any]) -> list[Exercise]:
    """Return the exercises in their order; each task is followed by its solution."""
    found, asked = [], ("", "")
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            *_, asked = [("", ""), *TITLE.findall(source + "\n")] if "### Exercise" in source else [asked]
        elif is_solution(cell):
            name = CHECKED.search(source)
            known = import_module(f"gru_lib.book.exercises.{name[1]}").EXERCISES[name[2]]
            found.append(Exercise(*asked, source, printed(cell), mistakes(known), list(known.steps)))
    return found


def printed(cell: dict[str, Any]) -> str:
    """Return what a cell has printed, without the verdict on it."""
    texts = ["".join(output.get("text", "")) for output in cell["outputs"] if output["output_type"] == "stream"]
    texts += ["".join(output.get("data", {}).get("text/plain", "")) for output in cell["outputs"]]
    lines = "\n".join(texts).splitlines()
    return "\n".join(line for line in lines if not re.match(r"✓ [\w-]+/[\w-]+: right", line)).strip()


def mistakes(exercise: ChoiceExercise | ValueExercise | FunctionExercise) -> list[tuple[str, str]]:
    """Return the wrong answers that a check knows, as a teacher sees them, and what each reveals."""
    if isinstance(exercise, ChoiceExercise):
        return [(letter, why) for letter, why in exercise.why.items()]
    if isinstance(exercise, ValueExercise):
        return [(f"{value:g}", hint) for value, hint in exercise.hints.items()]
    case = exercise.cases(np.random.default_rng(0))[0]
    right = _shown(exercise.solution, case)
    return [(f"{_shown(wrong, case)}, where {right} is right", hint) for wrong, hint in exercise.mistakes]


def _shown(function: Callable, case: tuple) -> str:
    """Return the beginning of what a function makes of a case."""
    copies = (value.copy() if isinstance(value, np.ndarray) else value for value in case)
    try:
        numbers = np.asarray(function(*copies), dtype=float).ravel()
    except Exception as error:
        return type(error).__name__
    return ", ".join(f"{number:.4g}" for number in numbers[:3]) + (", …" if numbers.size > 3 else "")
