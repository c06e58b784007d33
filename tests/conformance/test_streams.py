"""Step by step equals all at once: of a GRU that keeps its state in any of four uses, of one that loses it not."""

import numpy as np
import pytest

from gru_lib.conformance import stream_differences
from gru_lib.scratch import GRUWeights, gru_forward, gru_step

B, T, m, n = 4, 9, 3, 5
rng = np.random.default_rng(0)
WEIGHTS = GRUWeights(*(rng.normal(size=size) for size in ((m, 3 * n), (n, 3 * n), (2, 3 * n))))
SECOND = GRUWeights(*(rng.normal(size=size) for size in ((n, 3 * n), (n, 3 * n), (2, 3 * n))))
X, START = rng.normal(size=(B, T, m)), rng.uniform(-1, 1, (B, n))
USES = {"step by step", "reset in mid-batch", "own pace", "asked twice"}


def step(x_t, h):
    h = gru_step(x_t, h, WEIGHTS)
    return h, h


def whole(x, h):
    return gru_forward(x, WEIGHTS, h0=h)[0]


def losing(step, start=START):
    """The uses in which a step loses its state."""
    return {use for use, most in stream_differences(step, whole, X, start).items() if not most < 1e-12}


def test_a_gru_keeps_its_state_in_every_use():
    assert losing(step) == set()


def test_a_state_may_be_several_arrays():
    def two_layers(x_t, states):
        below = gru_step(x_t, states[0], WEIGHTS)
        above = gru_step(below, states[1], SECOND)
        return above, (below, above)

    def both(x, states):
        return gru_forward(whole(x, states[0]), SECOND, h0=states[1])[0]

    differences = stream_differences(two_layers, both, X, (START, START[::-1]))
    assert set(differences) == USES and max(differences.values()) < 1e-12


def test_a_start_in_float32_rounds_no_state_in_float64():
    wide, start = (lambda run: lambda x, h: run(x, h.astype(float))), START.astype("float32")
    differences = stream_differences(wide(step), wide(whole), X, start)
    assert max(differences.values()) < 1e-12


def in_place(x_t, h):
    h[:] = gru_step(x_t, h, WEIGHTS)
    return h, h


def by_batch(x_t, h):
    """The state of a row is a little that of its neighbours."""
    h = gru_step(x_t, h + 1e-6 * h.mean(axis=0), WEIGHTS)
    return h, h


FAULTS = {
    "the state is never passed on": (lambda x_t, h: step(x_t, 0 * h), USES),
    "the state of the start is handed back": (lambda x_t, h: (step(x_t, h)[0], h), USES),
    "the output comes before the step": (lambda x_t, h: (h, step(x_t, h)[1]), USES),
    "the state is written in place": (in_place, {"asked twice"}),
    "the state is rounded between the steps": (lambda x_t, h: step(x_t, h.astype("float16").astype(float)), USES),
    "rows leak into each other": (by_batch, USES),
    "an answer is not a number": (lambda x_t, h: (np.nan * h, step(x_t, h)[1]), USES),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_seen_in_these_uses(fault):
    broken, uses = FAULTS[fault]
    assert losing(broken) == uses


def test_a_state_inside_the_layer_is_seen_where_streams_change_rows_begin_anew_or_ask_twice():
    inside = []

    def fresh_for_each_use(x_t, h):
        if (h == START).all():  # a new use begins
            inside.clear()
        inside[:] = [gru_step(x_t, inside[0] if inside else h, WEIGHTS)]
        return inside[0], inside[0]

    assert losing(fresh_for_each_use) >= {"reset in mid-batch", "own pace"}


@pytest.mark.parametrize(
    ("x", "start", "says"),
    [
        (X[:, :0], START, r"x has shape \(4, 0, 3\)"),
        (X[:1], START[:1], r"x has shape \(1, 9, 3\)"),
        (X[0], START, r"x has shape \(9, 3\)"),
        (X, START[:3], r"start has \[3\] rows; expected one for each of the 4 streams"),
        (X, (START, START[:2]), r"start has \[2, 4\] rows"),
    ],
)
def test_what_does_not_fit_is_named(x, start, says):
    with pytest.raises(ValueError, match=says):
        stream_differences(step, whole, x, start)


def test_outputs_of_another_shape_are_named():
    with pytest.raises(
        ValueError, match=r"outputs of step have shape \(4, 9, 2\); expected that of whole, \(4, 9, 5\)"
    ):
        stream_differences(lambda x_t, h: (step(x_t, h)[0][:, :2], step(x_t, h)[1]), whole, X, START)
