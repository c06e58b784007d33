"""Exercises of the chapter *Make a GRU fast, one measured idea at a time*."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import FunctionExercise
from gru_lib.scratch import sigmoid

TINY = np.finfo(np.float32).tiny


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


def _array_cases(rng: np.random.Generator) -> list[tuple]:
    return [(rng.normal(scale=3, size=shape).view(Reserved),) for shape in ((5,), (3, 4))]


def _in_place(a: NDArray) -> NDArray:
    return sigmoid(np.asarray(a))


def _tanh_in_place(a: NDArray) -> NDArray:
    return np.tanh(a, out=a)


def _slope_forgotten(a: NDArray) -> NDArray:
    plain = np.asarray(a)
    return 0.5 * np.tanh(plain) + 0.5


def _products(B: int, T: int, m: int, n: int) -> int:
    return 9 * B * T * n * (m + n)


def _product_cases(rng: np.random.Generator) -> list[tuple]:
    return [tuple(int(size) for size in rng.integers(2, 50, size=4)) for _ in range(3)]


def _subnormal(a: NDArray) -> NDArray:
    return (a != 0) & (np.abs(a) < TINY)


def _number_cases(rng: np.random.Generator) -> list[tuple]:
    small = np.float32(10.0) ** rng.uniform(-44, -30, size=20)
    a = np.concatenate([small, -small, [0, 1, -1, TINY, -TINY, TINY / 2, 1e-20, 1e-8]]).astype(np.float32)
    return [(rng.permutation(a),), (a[:12].reshape(3, 4),)]


EXERCISES = {
    "in-place": FunctionExercise(
        _in_place,
        _array_cases,
        mistakes=[
            (_tanh_in_place, "that is tanh; the sigmoid is half of tanh(a / 2), plus one half."),
            (_slope_forgotten, "inside tanh stands a / 2."),
        ],
    ),
    "products": FunctionExercise(
        _products,
        _product_cases,
        mistakes=[
            (lambda B, T, m, n: 3 * B * T * n * (m + n), "that is the forward pass; each product causes two more."),
            (
                lambda B, T, m, n: 6 * B * T * n * (m + n),
                "that is the backward pass alone; the forward pass counts too.",
            ),
            (lambda B, T, m, n: 3 * B * T * n * (m + n) / n, "each product gives n numbers for each gate."),
            (lambda B, T, m, n: B * T * n * (m + n) * 3 * 2 * 3, "count multiplications alone, without the additions."),
            (lambda B, T, m, n: 9 * T * n * (m + n), "that is one sequence; the batch has B."),
            (lambda B, T, m, n: 9 * B * n * (m + n), "that is one step; there are T."),
            (lambda B, T, m, n: 12 * B * T * n * (m + n), "a GRU has three blocks of weights; four are an LSTM's."),
        ],
    ),
    "subnormal": FunctionExercise(
        _subnormal,
        _number_cases,
        mistakes=[
            (lambda a: np.abs(a) < TINY, "zero is an ordinary number for a processor."),
            (lambda a: (a > 0) & (a < TINY), "numbers below zero can be subnormal too."),
            (lambda a: (a != 0) & (np.abs(a) <= TINY), "tiny itself is the smallest number that is still normal."),
            (
                lambda a: (a != 0) & (np.abs(a) < np.finfo(np.float32).eps),
                "eps is the distance from 1 to the next number; look for tiny in np.finfo.",
            ),
        ],
    ),
}
