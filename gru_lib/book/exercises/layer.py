"""Exercises of the chapter *Read the Keras GRU layer, argument by argument*."""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import FunctionExercise
from gru_lib.scratch import GRUWeights, gru_forward

Run = Callable[..., NDArray]


def _layers(rng: np.random.Generator) -> list[tuple[Run, NDArray]]:
    """Layers as functions (x, h0) -> states, each with an input (B, T, m) of three different sizes."""

    def run(weights: GRUWeights, x: NDArray, h0: NDArray | None = None) -> NDArray:
        return gru_forward(x, weights, h0=h0)[0]

    sizes = ((2, 6, 3), (4, 5, 2))
    return [(partial(run, GRUWeights.init(s[2], 3, rng=rng, dtype=np.float64)), rng.normal(size=s)) for s in sizes]


def _shape(batch: int, steps: int, units: int, return_sequences: bool, bidirectional: bool) -> tuple[int, ...]:
    width = 2 * units if bidirectional else units
    return (batch, steps, width) if return_sequences else (batch, width)


def _shape_cases(rng: np.random.Generator) -> list[tuple]:
    batch, steps, units = (int(size) for size in rng.permutation(range(3, 9))[:3])
    return [(batch, steps, units, sequences, both) for sequences in (False, True) for both in (False, True)]


def _in_pieces(run: Run, x: NDArray, cut: int) -> NDArray:
    first = run(x[:, :cut])
    return np.concatenate([first, run(x[:, cut:], first[:, -1])], axis=1)


def _piece_cases(rng: np.random.Generator) -> list[tuple]:
    return [(run, x, cut) for run, x in _layers(rng) for cut in (2, 3)]


def _time_major(run: Run, x: NDArray) -> NDArray:
    return run(x.swapaxes(0, 1)).swapaxes(0, 1)


def _time_major_cases(rng: np.random.Generator) -> list[tuple]:
    return [(run, x.swapaxes(0, 1)) for run, x in _layers(rng)]


def _mask(lengths: NDArray, steps: int) -> NDArray:
    return np.arange(steps) < np.asarray(lengths)[:, None]


def _mask_cases(rng: np.random.Generator) -> list[tuple]:
    return [(rng.integers(1, steps + 1, size=4), steps) for steps in (5, 8)]


EXERCISES = {
    "shape": FunctionExercise(
        _shape,
        _shape_cases,
        mistakes=[
            (
                lambda batch, steps, units, sequences, both: _shape(batch, steps, units, sequences, False),
                "two directions stand side by side by default: twice the units.",
            ),
            (
                lambda batch, steps, units, sequences, both: _shape(batch, steps, units, True, both),
                "without return_sequences the axis of the steps is gone.",
            ),
            (
                lambda batch, steps, units, sequences, both: _shape(batch, steps, units, not sequences, both),
                "return_sequences=True keeps the axis of the steps.",
            ),
        ],
    ),
    "pieces": FunctionExercise(
        _in_pieces,
        _piece_cases,
        mistakes=[
            (
                lambda run, x, cut: np.concatenate([run(x[:, :cut]), run(x[:, cut:])], axis=1),
                "the second piece started from zero; hand the last state of the first piece over.",
            ),
            (
                lambda run, x, cut: np.concatenate([run(x[:, :cut]), run(x[:, cut:], run(x[:, :cut])[:, 0])], axis=1),
                "you handed over the state after the first step; the last one is at index -1.",
            ),
            (
                lambda run, x, cut: run(x[:, cut:], run(x[:, :cut])[:, -1]),
                "those are the states of the second piece; put the first piece's before them.",
            ),
        ],
    ),
    "time-major": FunctionExercise(
        _time_major,
        _time_major_cases,
        mistakes=[
            (lambda run, x: run(x), "the layer took the steps for the batch; exchange the first two axes."),
            (lambda run, x: run(x.swapaxes(0, 1)), "the input is right; exchange the axes of the output too."),
            (
                lambda run, x: run(x.reshape(x.shape[1], x.shape[0], -1)).swapaxes(0, 1),
                "reshape gives the right shape and scrambles the numbers; exchange axes with swapaxes.",
            ),
        ],
    ),
    "mask": FunctionExercise(
        _mask,
        _mask_cases,
        mistakes=[
            (lambda lengths, steps: ~_mask(lengths, steps), "True marks a real step, False the padding."),
            (
                lambda lengths, steps: np.arange(steps) <= lengths[:, None],
                "steps count from 0: a sequence of length 3 has the steps 0, 1 and 2.",
            ),
            (
                lambda lengths, steps: _mask(lengths, steps)[:, ::-1],
                "that is a mask for padding at the beginning; here it is at the end.",
            ),
        ],
    ),
}
