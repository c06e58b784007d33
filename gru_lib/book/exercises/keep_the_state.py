"""Exercises of the chapter *Keep the state*."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import ChoiceExercise, FunctionExercise, ValueExercise
from gru_lib.conformance import stream_differences
from gru_lib.scratch import GRUWeights, gru_forward, gru_step

Step = Callable[[NDArray, NDArray], NDArray]
Event = tuple[str, NDArray]


def _half(kind: str) -> float:
    """As in the chapter: the difference step by step where states are stored with this dtype."""
    rng = np.random.default_rng(0)
    weights = GRUWeights(*(rng.normal(size=size).astype("float32") for size in ((3, 15), (5, 15), (2, 15))))
    x = rng.normal(size=(4, 24, 3)).astype("float32")
    start = rng.uniform(-1, 1, size=(4, 5)).astype("float32")

    def step(x_t: NDArray, h: NDArray) -> tuple[NDArray, NDArray]:
        h = gru_step(x_t, h.astype(kind).astype("float32"), weights)
        return h, h

    return stream_differences(step, lambda x, h: gru_forward(x, weights, h0=h)[0], x, start)["step by step"]


def _tick(step: Step, states: NDArray, users: NDArray, x: NDArray, first: bool = False) -> NDArray:
    states[slice(len(users)) if first else users] = step(x, states[users])
    return states


def _tick_cases(rng: np.random.Generator) -> list[tuple]:
    weights = GRUWeights.init(2, 3, rng=rng, dtype=np.float64)
    return [
        (partial(_step, weights), rng.uniform(-1, 1, (5, 3)), np.array(users), rng.normal(size=(len(users), 2)))
        for users in ([0, 1, 2], [4, 2], [3, 0, 1, 4])
    ]


def _step(weights: GRUWeights, x: NDArray, h: NDArray) -> NDArray:
    return gru_step(x, h, weights)


def _serve_batches(step: Step, batches: Sequence[Sequence[Event]], size: int, n: int) -> NDArray:
    states: dict[str, NDArray] = {}
    answers: list[NDArray] = []
    for batch in batches:
        x, h = np.zeros((size, len(batch[0][1]))), np.zeros((size, n))
        for row, (user, inputs) in enumerate(batch):
            x[row], h[row] = inputs, states.get(user, np.zeros(n))
        new = step(x, h)
        states |= {user: new[row] for row, (user, _) in enumerate(batch)}
        answers += list(new[: len(batch)])
    return np.array(answers)


def _serve_rows(step: Step, batches: Sequence[Sequence[Event]], size: int, n: int) -> NDArray:
    """Serve as a stateful layer would: row i goes on from row i."""
    rows = [[(str(row), inputs) for row, (_, inputs) in enumerate(batch)] for batch in batches]
    return _serve_batches(step, rows, size, n)


def _fixed(weights: GRUWeights, size: int, x: NDArray, h: NDArray) -> NDArray:
    if x.shape != (size, weights.input_size) or h.shape != (size, weights.units):
        raise ValueError(f"x has shape {x.shape} and h {h.shape}; expected {size} rows")
    return gru_step(x, h, weights)


def _batch_cases(rng: np.random.Generator) -> list[tuple]:
    step = partial(_fixed, GRUWeights.init(2, 3, rng=rng, dtype=np.float64), 4)
    orders = (("Ada Bo Cy", "Bo Ada"), ("Ada", "Cy Bo Ada Di", "Di Ada"))
    return [
        (step, [[(name, rng.normal(size=2)) for name in batch.split()] for batch in order], 4, 3) for order in orders
    ]


EXERCISES = {
    "one-step": ChoiceExercise(
        "a",
        why={
            "b": "an exchanged kernel changes the first answer too, and the test would see it.",
            "c": "the order of the features changes the first answer too, and the test would see it.",
            "d": "the answers were equal at one step; what does the second step need that the first does not?",
        },
        steps=("Which state does the first step begin in, with the mistake and without it?",),
    ),
    "half": ValueExercise(
        _half("float16"),
        tolerance=1e-5,
        hints={_half("float32"): "that is with the state kept as float32."},
        steps=(
            "The fifth planted mistake of this page is just that step.",
            'stream_differences(mistakes["stored as float16"], numpy_whole, x, start)["step by step"]',
        ),
    ),
    "rows": FunctionExercise(
        _tick,
        _tick_cases,
        stub=partial(_tick, first=True),
        steps=("Whose states does `states[: len(users)]` overwrite?", "They go back where they were taken from."),
    ),
    "fixed-batch": FunctionExercise(
        _serve_batches,
        _batch_cases,
        mistakes=[
            (_serve_rows, "row i goes on from row i here; each user has a state of their own."),
            (
                lambda step, batches, size, n: _serve_batches(
                    step, [[(f"{i} {user}", x) for user, x in batch] for i, batch in enumerate(batches)], size, n
                ),
                "every batch starts from zero; the states must live on.",
            ),
        ],
        steps=(
            "np.zeros((size, n)) is a batch in which nobody sits yet; put each user's state into a row.",
            "After the step, the first len(batch) rows are answers, and new states.",
        ),
    ),
}
