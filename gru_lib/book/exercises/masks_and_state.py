"""Exercises of the chapter *Masks, state and direction*."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import ChoiceExercise, FunctionExercise, ValueExercise
from gru_lib.scratch import GRUWeights, gru_forward, gru_step

Run = Callable[..., NDArray]
Event = tuple[str, NDArray]


def _steps_to_forget(update_bias: float) -> int:
    """As in the chapter: steps until two starts differ by less than one per cent."""
    rng = np.random.default_rng(0)
    weights = GRUWeights.init(3, 8, rng=rng, dtype=np.float64)
    weights.bias[0, :8] = update_bias  # type: ignore[index]
    x, h0 = rng.normal(size=(1, 2000, 3)), rng.uniform(-1, 1, size=(1, 8))
    apart = np.abs(gru_forward(x, weights, h0=h0)[0] - gru_forward(x, weights)[0]).max(axis=2)[0]
    return int(np.argmax(apart < 0.01 * np.abs(h0).max())) + 1


def _chunks(run: Run, chunks: Sequence[NDArray], newest: int = -1) -> NDArray:
    states: list[NDArray] = []
    h = None
    for chunk in chunks:
        states.append(run(chunk, h))
        h = states[newest][:, -1]
    return np.concatenate(states, axis=1)


def _chunk_cases(rng: np.random.Generator) -> list[tuple]:
    def run(weights: GRUWeights, x: NDArray, h: NDArray | None = None) -> NDArray:
        return gru_forward(x, weights, h0=h)[0]

    layer = partial(run, GRUWeights.init(2, 3, rng=rng, dtype=np.float64))
    return [(layer, [rng.normal(size=(2, steps, 2)) for steps in lengths]) for lengths in ((3, 1, 4), (2, 2, 1, 3))]


def _serve(step: Run, events: Sequence[Event], n: int) -> NDArray:
    states: dict[str, NDArray] = {}
    answers = []
    for user, x in events:
        states[user] = step(x[None], states.get(user, np.zeros((1, n))))
        answers.append(states[user][0])
    return np.array(answers)


def _serve_as_one(step: Run, events: Sequence[Event], n: int) -> NDArray:
    return _serve(step, [("all", x) for _, x in events], n)


def _serve_afresh(step: Run, events: Sequence[Event], n: int) -> NDArray:
    return np.array([step(x[None], np.zeros((1, n)))[0] for _, x in events])


def _serve_cases(rng: np.random.Generator) -> list[tuple]:
    weights = GRUWeights.init(2, 3, rng=rng, dtype=np.float64)
    orders = ("Ada Bo Ada Ada Bo Cy Bo", "Cy Cy Ada Cy Bo Ada")
    return [
        (lambda x, h: gru_step(x, h, weights), [(user, rng.normal(size=2)) for user in order.split()], 3)
        for order in orders
    ]


EXERCISES = {
    "no-mask": ChoiceExercise(
        "b",
        why={
            "a": "ask which step the backward reader reads first.",
            "c": "the padding stands behind the real steps, where the forward reader has not been yet.",
            "d": "at the last real step the forward reader has seen real inputs alone.",
        },
        steps=(
            "Write the steps of one short sequence in the order in which each reader meets them.",
            "A reader is right if it has met no padding before the place where you take its state.",
        ),
    ),
    "forget": ValueExercise(
        _steps_to_forget(4),
        hints={
            _steps_to_forget(0): "that is the number for the bias 0.",
            _steps_to_forget(3): "that is the number for the bias 3.",
            _steps_to_forget(-4): "that is the number for the bias -4, a unit that forgets at once.",
        },
        steps=("Call steps_to_forget(4).",),
    ),
    "chunks": FunctionExercise(
        _chunks,
        _chunk_cases,
        stub=lambda run, chunks: _chunks(run, chunks, 0),
        mistakes=[
            (
                lambda run, chunks: np.concatenate([run(chunk, None) for chunk in chunks], axis=1),
                "every chunk starts from zero now; the state must be handed on.",
            ),
        ],
        steps=(
            "Which state does the third chunk begin with?",
            "In the second round of the loop, the first chunk is also the newest; in the third it is not.",
        ),
    ),
    "serve": FunctionExercise(
        _serve,
        _serve_cases,
        mistakes=[
            (_serve_as_one, "all users share one state; keep one for each name."),
            (_serve_afresh, "every event starts from zero; store the state and go on from it."),
        ],
        steps=(
            "A dictionary from names to states is all the memory that a server needs.",
            "states.get(user, np.zeros((1, n))) begins at zero for somebody new.",
        ),
    ),
}
