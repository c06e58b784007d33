"""The self-check accepts what is right, says what is wrong, and never stops a notebook."""

import importlib
import pkgutil

import numpy as np
import pytest

import gru_lib.book.exercises
from gru_lib.book.exercises import FunctionExercise, ValueExercise, check, engine

ALL = [
    (f"{module.name}/{name}", exercise)
    for module in pkgutil.iter_modules(gru_lib.book.exercises.__path__)
    for name, exercise in getattr(
        importlib.import_module(f"gru_lib.book.exercises.{module.name}"), "EXERCISES", {}
    ).items()
]  # fmt: skip
FUNCTIONS = [(name, exercise) for name, exercise in ALL if isinstance(exercise, FunctionExercise)]


def say(capsys, name, answer):
    check(name, answer)
    return capsys.readouterr().out


@pytest.mark.parametrize(("name", "exercise"), ALL)
def test_solution_is_right_and_stub_is_open(capsys, name, exercise):
    assert say(capsys, name, exercise.solution) == f"✓ {name}: right.\n"
    assert say(capsys, name, ...).startswith("○")


@pytest.mark.parametrize("name", [name for name, _ in FUNCTIONS])
def test_function_stub_error_and_nonsense(capsys, name):
    assert say(capsys, name, lambda *_: ...).startswith("○")
    assert "raised ZeroDivisionError" in say(capsys, name, lambda *_: 1 / 0)
    for nonsense in (lambda *_: None, lambda *_: "text", lambda *_: np.full((7, 7, 7), np.nan)):
        assert say(capsys, name, nonsense).startswith("✗")
    assert "expected a function" in say(capsys, name, 3)


@pytest.mark.parametrize(("name", "exercise"), FUNCTIONS)
def test_known_mistakes_get_their_hint(capsys, name, exercise):
    for wrong, hint in exercise.mistakes:
        assert hint in say(capsys, name, wrong), "a mistake that passes, or that gets another one's hint"


@pytest.mark.parametrize(("name", "exercise"), [(n, e) for n, e in ALL if isinstance(e, ValueExercise)])
def test_wrong_values(capsys, name, exercise):
    for wrong, hint in exercise.hints.items():
        assert hint in say(capsys, name, wrong)
    assert say(capsys, name, "text").startswith("✗")
    assert say(capsys, name, np.full(99, 1.5)).startswith("✗")
    assert say(capsys, name, np.asarray(exercise.solution, float) + 1e6).startswith("✗")


@pytest.mark.parametrize("name", ["nonsense", "nowhere/x", "forward/nothing", "engine/x", ""])
def test_an_unknown_exercise_is_the_authors_mistake(name):
    with pytest.raises(ValueError, match="expected 'chapter/exercise'"):
        check(name, ...)


def test_the_answer_cannot_change_the_question():
    exercise = FunctionExercise(lambda a: a * 2, lambda rng: [(rng.normal(size=3),)])

    def in_place(a):
        a *= 2
        return a

    assert exercise.verdict(in_place) is None
    assert engine._difference(1.0, np.float32(1.0), 1e-6) is None
