"""The self-check accepts what is right, says what is wrong, and never stops a notebook."""

import importlib
import inspect
import pkgutil

import numpy as np
import pytest

import gru_lib.book.exercises
from gru_lib.book.exercises import ChoiceExercise, FunctionExercise, ValueExercise, check, engine
from gru_lib.book.exercises.speed import HotMachine

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


CHOICES = [(name, exercise) for name, exercise in ALL if isinstance(exercise, ChoiceExercise)]


@pytest.mark.parametrize(("name", "exercise"), CHOICES)
def test_each_wrong_letter_is_told_why(capsys, name, exercise):
    assert exercise.solution not in exercise.why
    for letter, reason in exercise.why.items():
        assert f"not {letter}: {reason}" in say(capsys, name, letter)
    assert "expected one of" in say(capsys, name, "?")


@pytest.mark.parametrize(("name", "exercise"), [(n, e) for n, e in FUNCTIONS if e.stub])
def test_the_bug_that_is_handed_out_is_one_and_is_open(capsys, name, exercise):
    assert exercise.verdict(exercise.stub) is not None
    assert say(capsys, name, lambda *arguments: exercise.stub(*arguments)).startswith("○")


def test_each_wrong_answer_brings_the_next_hint_until_none_is_left(capsys, monkeypatch):
    exercise = ChoiceExercise("a", {"b": "too short"}, steps=("look left", "look right"))
    monkeypatch.setattr(engine, "_find", lambda _: exercise)
    said = [say(capsys, "toy/steps", answer).splitlines()[1:] for answer in ("b", ..., "?", "b", "a")]
    assert said == [["  look left"], [], ["  look right"], [], []]


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


def in_turns(seed):
    """Return the seconds of A and of B on a machine that grows hot."""
    machine = HotMachine(seed)
    return tuple(zip(*((machine("A"), machine("B")) for _ in range(9)), strict=True))


# Right and wrong answers, written anew: a solution or a mistake that is compared with itself proves nothing.
ANEW = {
    "mnist/confusion": {
        "right": lambda t, n: np.bincount(10 * t + n, minlength=100).reshape(10, 10),
        "counts a pair": lambda t, n: np.isin(np.arange(100), 10 * t + n).astype(int).reshape(10, 10),
        "rows are the true digits": lambda t, n: np.bincount(10 * n + t, minlength=100).reshape(10, 10),
    },
    "mnist/rows": {"right": 26, "look at fewer": 28},
    "equations/half-life": {
        "right": lambda k: -np.log(np.expm1(np.log(2) / k)),
        "that is z itself": lambda k: np.exp(-np.log(2) / k),
        "the sign is wrong": lambda k: np.log(np.expm1(np.log(2) / k)),
        "the condition is that z to the power k": lambda k: np.log((1 - 1 / k) / (1 / k)),
    },
    "equations/by-hand": {"right": 0.5334, "is the candidate": 0.6243, "z and 1 - z are swapped": 0.5905},
    "equations/last-flagged": {
        "right": lambda v, f: np.array([np.tanh(w[k][-1]) if k.any() else 0 for w, k in zip(v, f, strict=True)]),
        "must outweigh the bias": lambda v, _: 0 * v[:, 0],
    },
    "forward/best-bias": {"right": np.round(-np.log((9 / 8) ** (1 / 3) - 1))},
    "bptt/three-steps": {"right": np.diff([-z * (1 - z) ** 2 for z in 1 / (1 + np.exp([1e-4, -1e-4]))])[0] / 2e-4},
    "temperature/skill": {
        "right": lambda t, f, b: 1 - (np.linalg.norm(t - f) / np.linalg.norm(t - b)) ** 2,
        "take no root": lambda t, f, b: 1 - np.linalg.norm(t - f) / np.linalg.norm(t - b),
        "the baseline's error divides": lambda t, f, b: 1 - (np.linalg.norm(t - b) / np.linalg.norm(t - f)) ** 2,
        "that share is left over": lambda t, f, b: (np.linalg.norm(t - f) / np.linalg.norm(t - b)) ** 2,
    },
    "temperature/persistence": {
        "right": lambda s, first: np.linalg.norm(np.diff(s[first - 1 :])) / np.sqrt(s.size - first),
        "take the root": lambda s, first: np.diff(s[first - 1 :]).var() + np.diff(s[first - 1 :]).mean() ** 2,
        "that is the MAE": lambda s, first: np.linalg.norm(np.diff(s[first - 1 :]), 1) / (s.size - first),
    },
    "speed/blend": {
        "right": lambda z, h, g: np.asarray(g) + np.asarray(z) * (np.asarray(h) - np.asarray(g)),
        "z = 1 keeps h": lambda z, h, g: np.asarray(h) + np.asarray(z) * (np.asarray(g) - np.asarray(h)),
        "makes a new array": lambda z, h, g: z * h + (1 - z) * g,
    },
    "speed/hot": {
        "right": lambda seed: sorted(b / a for a, b in zip(*in_turns(seed), strict=True))[4],
        "spoils a mean": lambda seed: sum(in_turns(seed)[1]) / sum(in_turns(seed)[0]),
        "how many times as long as B": lambda seed: sorted(a / b for a, b in zip(*in_turns(seed), strict=True))[4],
    },
}


@pytest.mark.parametrize(("name", "word"), [(name, word) for name, answers in ANEW.items() for word in answers])
def test_answers_that_are_written_anew_get_their_verdict(capsys, name, word):
    assert word in say(capsys, name, ANEW[name][word])


@pytest.mark.parametrize("exercise", [exercise for _, exercise in FUNCTIONS], ids=[name for name, _ in FUNCTIONS])
def test_no_case_and_no_number_is_drawn_twice(exercise):
    cases = exercise.cases(np.random.default_rng(0))
    arrays = [value for case in cases for value in case if isinstance(value, np.ndarray) and value.dtype.kind == "f"]
    plain = [case for case in cases if all(isinstance(value, int | float) for value in case)]
    assert len(set(plain)) == len(plain)
    for array in map(np.asarray, arrays):
        is_bits = set(np.unique(array)) == {0, 1}
        assert is_bits or len(np.unique(array)) == array.size


@pytest.mark.parametrize(("name", "exercise"), [(n, e) for n, e in ALL if isinstance(e, ValueExercise)])
def test_wrong_values(capsys, name, exercise):
    for wrong, hint in exercise.hints.items():
        assert hint in say(capsys, name, wrong)
    assert say(capsys, name, "text").startswith("✗")
    assert say(capsys, name, np.full(99, 1.5)).startswith("✗")
    assert say(capsys, name, np.asarray(exercise.solution, float) + 1e6).startswith("✗")


NUMBERS = [(n, e) for n, e in ALL if isinstance(e, ValueExercise) and not np.ndim(e.solution)]


@pytest.mark.parametrize(("name", "exercise"), NUMBERS)
def test_a_right_number_that_is_rounded_is_never_diagnosed_as_a_mistake(capsys, name, exercise):
    digits = int(np.floor(np.log10(abs(exercise.solution))))
    for places in range(max(0, -digits), 9):
        said = say(capsys, name, round(float(exercise.solution), places))
        assert said == f"✓ {name}: right.\n" or said.endswith(f"{engine.ROUNDED}\n")
    for wrong in exercise.hints:
        assert engine.ROUNDED not in say(capsys, name, wrong)


def test_what_is_rounded_too_far_brings_no_hint(capsys):
    assert say(capsys, "equations/by-hand", 0.53).splitlines() == [
        f"✗ equations/by-hand: your answer = 0.53: {engine.ROUNDED}"
    ]
    assert "the step with x = 1" in say(capsys, "equations/by-hand", 0.531)
    assert "is not right." in say(capsys, "equations/by-hand", 1)


@pytest.mark.parametrize(("name", "exercise"), FUNCTIONS)
def test_the_state_of_a_gru_lies_between_minus_one_and_one(name, exercise):
    if name in ("scans/join-matrices", "today/scaled"):
        pytest.skip("a state without a bound")
    cases = exercise.cases(np.random.default_rng(0))
    names = list(inspect.signature(exercise.solution).parameters)[: len(cases[0])]
    states = [case[names.index(one)] for case in cases for one in ("h", "h0", "old", "state", "states") if one in names]
    assert all(state is None or np.abs(np.asarray(state)).max() <= 1 for state in states)


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
    assert engine.difference(1.0, np.float32(1.0), 1e-6) is None
