"""Exercises of the chapter *The forward pass*."""

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import ChoiceExercise, FunctionExercise, ValueExercise
from gru_lib.scratch import GRUWeights, gru_forward, gru_step


def _all_states(x: NDArray, h: NDArray, weights: GRUWeights) -> NDArray:
    return gru_forward(x, weights, h0=h)[0]


def _last_state_everywhere(x: NDArray, h: NDArray, weights: GRUWeights) -> NDArray:
    last = gru_forward(x, weights, h0=h)[0][:, -1:]
    return np.repeat(last, x.shape[1], axis=1)


def _states_before(x: NDArray, h: NDArray, weights: GRUWeights) -> NDArray:
    states = gru_forward(x, weights, h0=h)[0]
    return np.concatenate([h[:, None], states[:, :-1]], axis=1)


def _masked_loop(x: NDArray, h: NDArray, mask: NDArray, weights: GRUWeights) -> NDArray:
    return gru_forward(x, weights, h0=h, mask=mask)[0]


def _zero_where_masked(x: NDArray, h: NDArray, mask: NDArray, weights: GRUWeights) -> NDArray:
    states = []
    for t in range(x.shape[1]):
        h = np.where(mask[:, t, None], gru_step(x[:, t], h, weights), 0)
        states.append(h)
    return np.stack(states, axis=1)


def _cases(rng: np.random.Generator) -> list[tuple]:
    weights = [GRUWeights(*(rng.normal(size=shape) for shape in ((3, 12), (4, 12), (2, 12)))) for _ in range(3)]
    return [(rng.normal(size=(2, 5, 3)), rng.uniform(-1, 1, size=(2, 4)), one) for one in weights]


def _masked_cases(rng: np.random.Generator) -> list[tuple]:
    return [(x, h, rng.random(x.shape[:2]) < 0.6, weights) for x, h, weights in _cases(rng)]


EXERCISES = {
    "cut": ChoiceExercise(
        "b",
        why={
            "a": "the first wrong state enters the second step, and so on; nothing sets it right at once.",
            "c": "with these weights a step brings two different states closer together, so an error fades.",
        },
        steps=(
            "compare `gru_forward(x[:, 10:], weights)` with the last thirty states of `gru_forward(x, weights)`.",
            "print the largest difference for the steps 1, 5, 10 and 20 after the cut.",
        ),
    ),
    "best-bias": ValueExercise(
        3,
        hints={
            4: "4 keeps a larger share, but of less: compare the last states of its neighbours.",
            2: "2 lets more in, but forgets it sooner: compare the last states of its neighbours.",
            -2: "with -2 the state is highest just after the pulse; asked for is the last step.",
        },
        steps=(
            "`read_pulse(2.0)[-1]` is the last state for the bias 2.",
            "compute it for all whole numbers from -2 to 8, and take the largest.",
        ),
    ),
    "all-states": FunctionExercise(
        _all_states,
        _cases,
        mistakes=[(_states_before, "these are the states before each step; append after the step has been computed.")],
        stub=_last_state_everywhere,
        steps=(
            "print `id(h)` in the loop: how many arrays are in the list?",
            "`h[:] = …` writes into the same array at every step; give the new state an array of its own.",
        ),
    ),
    "masked-loop": FunctionExercise(
        _masked_loop,
        _masked_cases,
        mistakes=[
            (
                lambda x, h, mask, weights: _masked_loop(x, h, ~mask, weights),
                "True marks a real step, where the state moves.",
            ),
            (_zero_where_masked, "a masked step keeps the old state, not zero."),
            (
                lambda x, h, mask, weights: _all_states(x, h, weights),
                "that is the loop without a mask; at a masked step the sequence keeps its state.",
            ),
        ],
        steps=(
            "compute the step for all sequences, then choose between the new and the old state.",
            "`np.where(mask[:, t, None], new, h)` chooses for each sequence; the None spreads it over the units.",
        ),
    ),
}
