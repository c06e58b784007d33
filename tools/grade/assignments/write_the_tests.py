"""Tests for a GRU, marked by the wrong GRUs that they notice. No answer exists that could leak.

The GRUs run here; the student's process holds a function that asks for their numbers, and nothing to look into.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.conformance.mutants import FORWARD_MUTANTS, GRADIENT_MUTANTS, Mutant
from gru_lib.scratch import GRUWeights, gru_backward, gru_forward, gru_forward_plain
from tools.grade.isolation import FailedError, Gone, Student, remote
from tools.grade.parts import NOT_ANSWERED, Assignment, Case, Part, unanswered

LARGEST = 100_000  # numbers in x or in the states: the GRUs run here, so a student must not be able to stop them
OF_SIZES = {"bias", "after", "steps", "rows", "features", "units", "batch of one", "many rows", "long",
            "features left over", "units left over", "large values", "trained values", "float64"}  # fmt: skip
Gru = Callable[..., NDArray]


def among(mutants: Sequence[Mutant], allowed: set[str], asked: set[str] = frozenset()) -> list[Mutant]:  # type: ignore[assignment]
    """Return the mistakes that show under the allowed conditions, and need one of those that are asked for."""
    return [one for one in mutants if one.needs <= allowed | asked and (not asked or one.needs & asked)]


FAMILIES = {
    "test_states": among(FORWARD_MUTANTS, OF_SIZES),
    "test_initial_state": among(FORWARD_MUTANTS, OF_SIZES, {"h0", "no h0"}),
    "test_mask": among(FORWARD_MUTANTS, OF_SIZES, {"mask", "padding"}),
    "test_gradients": among(GRADIENT_MUTANTS, OF_SIZES | {"padding"}),
}
RIGHT: tuple[Callable, ...] = (gru_forward, gru_forward_plain)


def hidden(gru: Callable) -> Gru:
    """Return a GRU that takes plain arrays of a bearable size."""

    def answer(x: NDArray, kernel: NDArray, recurrent_kernel: NDArray, bias: NDArray, **more: Any) -> NDArray:
        with np.errstate(all="ignore"):  # a wrong GRU may overflow
            found = gru(x, bearable(x, kernel, recurrent_kernel, bias), **only(more, "h0", "mask"))
        return found[0] if isinstance(found, tuple) else found

    return answer


def hidden_gradients(mutant: Mutant | None) -> Gru:
    """Return a backward pass that takes plain arrays, with a mistake or without."""

    def answer(
        x: NDArray, kernel: NDArray, recurrent_kernel: NDArray, bias: NDArray, grad: NDArray, **more: Any
    ) -> dict:
        weights, more = bearable(x, kernel, recurrent_kernel, bias), only(more, "h0", "mask")
        right = gru_backward(grad, gru_forward(x, weights, **more)[1])
        found = mutant.gradients(x, weights, grad, **more) if mutant else right
        return {name: getattr(found, name) for name in ("kernel", "recurrent_kernel", "bias", "x", "h0")}

    return answer


def only(options: dict[str, Any], *names: str) -> dict[str, Any]:
    if unknown := options.keys() - set(names):
        raise TypeError(f"there is no argument {', '.join(sorted(unknown))}; there are {' and '.join(names)}")
    return options


def bearable(x: NDArray, *arrays: NDArray) -> GRUWeights:
    """Return the weights, where none of the sizes is beyond what a test needs."""
    weights = GRUWeights(*arrays)
    if np.ndim(x) != 3 or x.shape[0] * x.shape[1] * max(x.shape[2], weights.units) > LARGEST:
        raise ValueError(f"x must be (B, T, m), with at most {LARGEST} numbers in it and in the states")
    return weights


def judge(name: str) -> Callable[[Student, np.random.Generator], Iterator[Case]]:
    """Return the judge of one family: wrong and right GRUs in random order."""
    both = name == "test_gradients"

    def candidates() -> Iterator[tuple[Mutant | None, dict[str, Gru]]]:
        for mutant in FAMILIES[name]:
            gru = hidden(gru_forward if both else mutant.gru())
            yield mutant, {"gru": gru} | ({"gradients": hidden_gradients(mutant)} if both else {})
        for right in RIGHT * 2:
            yield None, {"gru": hidden(right)} | ({"gradients": hidden_gradients(None)} if both else {})

    def judged(student: Student, rng: np.random.Generator) -> Iterator[Case]:
        found = list(candidates())
        verdicts = {int(i): complaint(student, name, found[i][1]) for i in rng.permutation(len(found))}
        accused = [verdicts[i] for i, (mutant, _) in enumerate(found) if mutant is None and verdicts[i]]
        if NOT_ANSWERED in accused:
            yield Case("answered", 0, NOT_ANSWERED)
            return
        if accused:
            yield Case("a right GRU passes", 0, f"a right GRU was rejected: {accused[0]}")
            return
        missed = [mutant for i, (mutant, _) in enumerate(found) if mutant and not verdicts[i]]
        count = len(FAMILIES[name])
        why = f"not noticed, for one: {missed[rng.integers(len(missed))].name}" if missed else ""
        yield Case(f"{count - len(missed)} of {count} wrong GRUs noticed", 1 - len(missed) / count, why)

    return judged


def complaint(student: Student, name: str, functions: dict[str, Gru]) -> str:
    """Return what a student's test says against a GRU: nothing, or its exception."""
    try:
        answer = student.call(name, *map(remote, functions), functions=functions)
    except Gone:
        raise
    except FailedError as error:
        return str(error)
    return NOT_ANSWERED if unanswered(answer) else ""


WRITE_THE_TESTS = Assignment(
    "write_the_tests",
    "Assignment 2: write the tests",
    tuple(Part(name, points, judge(name)) for name, points in zip(FAMILIES, (4, 2, 3, 3), strict=True)),
)
