"""Exercises of the chapter *Making it fast*."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import ChoiceExercise, FunctionExercise


class Reserved(np.ndarray):
    """An array whose arithmetic must name where the result goes."""

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Any, out: tuple | None = None, **options: Any
    ) -> Any:
        """Compute if there is an ``out``, else raise MemoryError."""
        if out is None:
            raise MemoryError(f"np.{ufunc.__name__} without out= makes a new array")
        getattr(ufunc, method)(*map(np.asarray, inputs), out=tuple(map(np.asarray, out)), **options)
        return out[0]


class HotMachine:
    """A computer that becomes slower while it works, and is disturbed once: a call runs "A" or "B", in seconds."""

    def __init__(self, seed: int) -> None:
        self._calls, self._disturbed = 0, int(np.random.default_rng(seed).integers(2, 18))

    def __call__(self, name: str) -> float:
        """Run a program; return its seconds."""
        self._calls += 1
        disturbance = 30 if self._calls == self._disturbed else 1
        return {"A": 1e-3, "B": 0.8e-3}[name] * (1 + 0.05 * self._calls) * disturbance


def _in_turns(seed: int) -> tuple[NDArray, NDArray]:
    machine = HotMachine(seed)
    a, b = np.array([(machine("A"), machine("B")) for _ in range(9)]).T
    return a, b


def _hot(seed: int) -> float:
    a, b = _in_turns(seed)
    return float(np.median(b / a))


def _hot_turned_round(seed: int) -> float:
    return 1 / _hot(seed)


def _hot_mean(seed: int) -> float:
    a, b = _in_turns(seed)
    return float(b.mean() / a.mean())


def _one_after_the_other(seed: int) -> float:
    machine = HotMachine(seed)
    a, b = ([machine(name) for _ in range(9)] for name in "AB")
    return float(np.median(b) / np.median(a))


def _blend(z: NDArray, h: NDArray, g: NDArray) -> NDArray:
    z, h, g = map(np.asarray, (z, h, g))
    return z * h + (1 - z) * g


def _blend_cases(rng: np.random.Generator) -> list[tuple]:
    return [tuple(rng.uniform(size=(3, *shape)).view(Reserved)) for shape in ((5,), (3, 4))]


EXERCISES = {
    "tiny": ChoiceExercise(
        solution="b",
        why={
            "a": "twice the bytes cost twice the time only where the bytes are what the loop waits for.",
            "c": "a wider number is never cheaper; ask what the loop waits for when an array has eight numbers.",
        },
    ),
    "bias": ChoiceExercise(
        solution="c",
        why={
            "a": "run it with 4: a gate near 1 passes nearly all of a gradient on, so it fades more slowly.",
            "b": "32 bits make subnormal numbers possible; only gradients that fade to 1e-38 meet them. Run it with 4.",
        },
    ),
    "hot": FunctionExercise(
        _hot,
        lambda rng: [(seed,) for seed in range(5)],
        mistakes=[
            (_hot_mean, "the programs take turns now, but one disturbed call spoils a mean; take the median."),
            (_hot_turned_round, "that is how many times as long as B does A take."),
        ],
        tolerance=0.05,
        stub=_one_after_the_other,
        steps=(
            "print the seconds of A and of B in the order in which they were measured.",
            "A runs on a cool machine and B on a hot one; let them meet the same heat.",
        ),
    ),
    "blend": FunctionExercise(
        _blend,
        _blend_cases,
        mistakes=[
            (lambda z, h, g: _blend(1 - np.asarray(z), h, g), "z = 1 keeps h, not g."),
            (lambda z, h, g: np.asarray(z) * np.asarray(h), "the candidate is missing; it enters with 1 - z."),
        ],
        steps=(
            "multiply out 1 - z, and collect the two terms with z.",
            "z h + (1 - z) g = g + z (h - g); begin with h - g, in the memory of h.",
        ),
    ),
}
