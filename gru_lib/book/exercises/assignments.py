"""What the assignments show while they are worked on: one example each, and hints; marks come from other cases."""

import numpy as np

from gru_lib.book.exercises.engine import ValueExercise
from gru_lib.scratch import GRUWeights, gru_backward, gru_forward


def _example() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return states, their gradient by h0 and the first step of the example: a GRU with r = 1 - z computes them."""
    rng = np.random.default_rng(0)
    x, h0, grad = (rng.normal(size=size) for size in ((2, 3, 2), (2, 2), (2, 3, 2)))
    W, U, b = (rng.normal(size=size) for size in ((2, 4), (2, 4), (4,)))
    kernel, recurrent, bias = (np.concatenate([a[..., :2], -a[..., :2], a[..., 2:]], axis=-1) for a in (W, U, b))
    states, cache = gru_forward(x, GRUWeights(kernel, recurrent, np.stack([bias, 0 * bias])), h0=h0)
    return states, gru_backward(grad, cache).h0, states[:, 0]


STATES, GRADIENT, FIRST = _example()

EXERCISES = {
    "step": ValueExercise(
        FIRST,
        steps=(
            "write the shape under every symbol: `x_t @ W` is (B, 2n), and its first n columns are the gate's.",
            "`h @ U` needs both halves too: the first goes into z, the second is q.",
            "the biases stand once in each sum, and 1 - z multiplies q alone, not the input.",
        ),
    ),
    "forward": ValueExercise(
        STATES,
        steps=(
            "each step begins with the state that the step before returned; the first begins with h0.",
            "the shape is (B, T, n): stack along axis 1.",
        ),
    ),
    "backward": ValueExercise(
        GRADIENT,
        steps=(
            "begin with one step and T = 1; compare with finite differences before you take more.",
            "z stands in three places: twice in the last line, and as 1 - z before q, with a minus sign.",
            "from step to step, what comes from later states and what `grad` brings to this one are added.",
        ),
    ),
    "states": ValueExercise(
        [0.0, 1.0, 1.0],
        steps=(
            "the first GRU is right, and the other two are not: a test raises for these two alone.",
            "write the four equations down as a GRU of your own, and compare with it on random weights.",
            "the kernel, the recurrent kernel and both rows of biases must be random: a zero hides a mistake.",
        ),
    ),
    "initial-state": ValueExercise(
        [0.0, 1.0],
        steps=("give each sequence an h0 of its own; may a state begin outside -1 and 1?", "call it again without h0."),
    ),
    "mask": ValueExercise(
        [0.0, 1.0],
        steps=(
            "mask steps at the end, at the beginning and between; give the masked inputs numbers that are not zero.",
        ),
    ),
    "gradients": ValueExercise(
        [0.0, 1.0],
        steps=(
            "a loss whose gradient by the states is `grad` is the sum of `grad * states`.",
            "move one number up and down.",
        ),
    ),
    "repaired": ValueExercise(
        2.193667,
        tolerance=1e-5,
        hints={
            0.333736: "that is the tutorial's own number: in standard deviations, for days drawn at random.",
        },
        steps=(
            "which days does the program test on, and which days lie between them?",
            "mean and deviation may know the days before the first test target, and no later ones.",
            "a difference of scaled numbers becomes degrees when it is multiplied by the deviation.",
        ),
    ),
    "persistence": ValueExercise(
        2.288736, tolerance=1e-5, steps=("the last value of each window, on the test days alone.",)
    ),
    "linear": ValueExercise(
        2.181486,
        tolerance=1e-5,
        steps=("seven columns and one of ones; fit on the training days, forecast the test days.",),
    ),
}
