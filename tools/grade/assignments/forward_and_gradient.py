"""A GRU that resets what it does not keep, forward and backward.

There is no second program that could leak: with W_r = -W_z, U_r = -U_z and b_r = -b_z the reset gate of a GRU is
1 - z, so the library's own passes are the answer.
"""

import ast
from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from gru_lib.scratch import GRUWeights, gru_backward, gru_forward
from tools.grade.isolation import FailedError, Gone, Student
from tools.grade.parts import NOT_ANSWERED, WRONG_NUMBERS, Assignment, Case, Part, asked, unanswered, unlike

GRADIENTS = ("x", "h0", "W", "U", "b")
EXACT = 1e-11  # finite differences are not that good
NEARLY = "right to a few digits, as finite differences are; they check a gradient and are none"
COMPLEX = "complex numbers: a step in their direction checks a gradient, and is none"
RIGHT = (1, -1)  # signs of the gate's weights in z and in r: minus exchanges z and 1 - z
MISTAKEN = {
    "z and 1 - z are exchanged in the last line": (-1, -1),
    "z stands before q instead of 1 - z": (1, 1),
    "z and 1 - z are exchanged, in the last line and before q": (-1, 1),
}
SIZES = {  # batch, steps, features, units
    "one sequence, one unit": (1, 1, 1, 1),
    "several sequences": (5, 1, 2, 3),
    "more features than units": (2, 4, 6, 3),
    "more units than features": (3, 7, 2, 5),
}


def draw(rng: np.random.Generator, B: int, T: int, m: int, n: int) -> dict[str, NDArray]:
    """Return random inputs, an initial state that is not zero, and weights."""
    shapes = {"x": (B, T, m), "h0": (B, n), "W": (m, 2 * n), "U": (n, 2 * n), "b": (2 * n,)}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def as_gru(W: NDArray, U: NDArray, b: NDArray, signs: tuple[int, int] = RIGHT) -> GRUWeights:
    """Return the weights of a GRU that computes the same."""
    kernel, recurrent, bias = (
        np.concatenate([*(sign * array[..., :n] for sign in signs), array[..., n:]], axis=-1)
        for array in (W, U, b) for n in [array.shape[-1] // 2]
    )  # fmt: skip
    return GRUWeights(kernel, recurrent, np.stack([bias, np.zeros_like(bias)]))


def states(x: NDArray, h0: NDArray, W: NDArray, U: NDArray, b: NDArray, signs: tuple[int, int] = RIGHT) -> NDArray:
    """Return all states (B, T, n)."""
    return gru_forward(x, as_gru(W, U, b, signs), h0=h0)[0]


def gradients(
    grad: NDArray, x: NDArray, h0: NDArray, W: NDArray, U: NDArray, b: NDArray, signs: tuple[int, int] = RIGHT
) -> dict[str, NDArray]:
    """Return the gradients of everything for that of the states (B, T, n)."""
    found = gru_backward(grad, gru_forward(x, as_gru(W, U, b, signs), h0=h0)[1])
    z, r, h = (np.split(array, 3, axis=-1) for array in (found.kernel, found.recurrent_kernel, found.bias[0]))
    folded = (np.concatenate([signs[0] * of[0] + signs[1] * of[1], of[2]], axis=-1) for of in (z, r, h))
    return {"x": found.x, "h0": found.h0} | dict(zip("WUb", folded, strict=True))


def judge_step(student: Student, rng: np.random.Generator, signs: tuple[int, int] = RIGHT) -> Iterator[Case]:
    """One step, also with sums at which `exp` overflows."""
    for title, (B, _, m, n) in [*SIZES.items(), ("very large inputs", (2, 1, 3, 4))]:
        one = draw(rng, B, 1, m, n)
        one["x"] *= 1e4 if title.startswith("very") else 1
        arguments = (one["x"][:, 0], one["h0"], one["W"], one["U"], one["b"])
        yield asked(student, title, "step", arguments, partial(unlike, states(**one, signs=signs)[:, 0]))


def judge_forward(student: Student, rng: np.random.Generator, signs: tuple[int, int] = RIGHT) -> Iterator[Case]:
    """All states of a sequence, in its own precision."""
    for title, size in SIZES.items():
        one = draw(rng, *size)
        true = states(**one, signs=signs)
        yield asked(student, title, "forward", list(one.values()), partial(unlike, true))
    single = {name: array.astype("float32") for name, array in draw(rng, 2, 3, 2, 3).items()}

    def in_single(got: object) -> str:
        kept = isinstance(got, np.ndarray) and got.dtype == np.float32
        wrong = unlike(states(**single, signs=signs), got, 1e-4)
        return wrong or ("" if kept else "float32 came in, and something else came out")

    yield asked(student, "float32 stays float32", "forward", list(single.values()), in_single)


def judge_backward(student: Student, rng: np.random.Generator, signs: tuple[int, int] = RIGHT) -> Iterator[Case]:
    """Each gradient on its own, those of weights by gate and candidate, after one step and after several."""
    if is_complex(student.source):
        yield Case("derived", 0, COMPLEX)
        return
    cases: list[Case] = []
    for title, size in (("one step", (3, 1, 2, 4)), ("several steps", (2, 5, 3, 4))):
        one = draw(rng, *size)
        grad = rng.normal(size=(size[0], size[1], size[3]))
        true = gradients(grad, **one, signs=signs)
        got, why = answered(student, grad, *one.values())
        for name in GRADIENTS:
            wrong = why or ("" if name in got else f"there is no {name!r} in the dictionary")
            cases += by_block(f"{title}: {name}", true[name], got.get(name), wrong, size[3])
    by_luck = 2 * sum(case.why == NEARLY for case in cases) > len(cases)  # finite differences hit some blocks
    yield from (case._replace(share=0.0, why=NEARLY) if by_luck and case.share else case for case in cases)


def answered(student: Student, *arguments: NDArray) -> tuple[dict, str]:
    """Return the gradients of a student, or none and why."""
    try:
        answer = student.call("backward", *arguments)
    except Gone:
        raise
    except FailedError as error:
        return {}, str(error)
    if isinstance(answer, dict):
        return answer, ""
    return {}, NOT_ANSWERED if unanswered(answer) else "the answer is no dictionary"


def is_complex(source: str) -> bool:
    """Tell whether code computes with complex numbers: a derivation has no need of them."""
    nodes = list(ast.walk(ast.parse(source)))
    names = {getattr(node, "attr", getattr(node, "id", "")) for node in nodes}
    constants = (isinstance(getattr(node, "value", None), complex) for node in nodes)
    return any(constants) or bool(names & {"imag", "complex", "complex64", "complex128", "cdouble", "csingle"})


def by_block(title: str, true: NDArray, got: object, wrong: str, n: int) -> Iterator[Case]:
    """Yield a case for x and h0, and two for weights: columns of the gate, columns of the candidate."""
    blocks = {"": slice(None)}
    if title.endswith(("W", "U", "b")):
        blocks = {", gate": slice(n), ", candidate": slice(n, None)}
    wrong = wrong or unlike(true, got, EXACT)
    for block, columns in blocks.items():
        of_numbers = wrong == WRONG_NUMBERS and isinstance(got, np.ndarray)
        why = derived(true[..., columns], got[..., columns]) if of_numbers else wrong  # type: ignore[index]
        yield Case(title + block, float(not why), why)


def derived(true: NDArray, got: NDArray) -> str:
    """Return what is wrong with a gradient, also if it is right to some digits only."""
    nearly = not unlike(true, got, 1e-4)
    return unlike(true, got, EXACT) and (NEARLY if nearly else WRONG_NUMBERS)


def parts(signs: tuple[int, int]) -> tuple[Part, ...]:
    """Return the parts as they are judged for a cell."""
    judges = {"step": (3, judge_step), "forward": (3, judge_forward), "backward": (6, judge_backward)}
    return tuple(Part(name, points, partial(judge, signs=signs)) for name, (points, judge) in judges.items())


FORWARD_AND_GRADIENT = Assignment(
    "forward_and_gradient",
    "Assignment 1: a forward pass and its gradient",
    parts(RIGHT),
    {"step": lambda x_t, h, *weights: states(x_t[:, None], h, *weights)[:, 0], "forward": states},
    {mistake: parts(signs) for mistake, signs in MISTAKEN.items()},
)
