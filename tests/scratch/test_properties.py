"""What must hold for every GRU, whatever its weights and its input."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gru_lib.scratch import GRUWeights, gru_backward, gru_forward, gru_step, sigmoid
from tests.support.gru_cases import GRADIENTS, MASKS, differences, make_case, run_gru_lib

FLAG = st.booleans()
MASKED = st.sampled_from(MASKS[1:])


def cases(min_batch=1, min_steps=1, **special):
    """Draw cases of all sizes and kinds; `special` arguments of `make_case` are fixed, or drawn in another way."""
    shape = st.tuples(st.integers(min_batch, 5), st.integers(min_steps, 7), st.integers(1, 4), st.integers(1, 5))
    drawn = {
        "seed": st.integers(0, 2**32 - 1),
        "shape": shape,
        "reset_after": FLAG,
        "use_bias": FLAG,
        "use_h0": FLAG,
        "mask": st.sampled_from(MASKS),
        "go_backwards": FLAG,
        "dtype": st.sampled_from([np.float32, np.float64]),
        "scale": st.sampled_from([0.3, 1.0, 3.0]),
    }
    for name, value in special.items():
        drawn[name] = value if isinstance(value, st.SearchStrategy) else st.just(value)
    return st.builds(make_case, **drawn)


def states_of(case, **changes):
    case = replace(case, **changes)
    return gru_forward(case.x, case.weights, **case.options)[0]


def close(actual, wanted):
    """Assert equality up to what the dtype can lose in a few steps with large weights."""
    assert not differences({"": actual}, {"": wanted}, 1e-12 if wanted.dtype == np.float64 else 1e-4)


def with_input_bias(case, gate, value):
    """Return the case with the input bias of gate 0 (z), 1 (r) or 2 (h) set to a value."""
    n, bias = case.weights.units, case.bias.copy()
    np.atleast_2d(bias)[0, gate * n : (gate + 1) * n] = value
    return replace(case, bias=bias)


@given(cases(use_bias=True))
def test_update_gate_held_at_one_keeps_the_state_exactly(case):
    states = states_of(with_input_bias(case, 0, 1e4))
    np.testing.assert_array_equal(states, np.broadcast_to(case.start[:, None], states.shape))


@given(cases(use_bias=True, mask="none"), st.integers(0, 2**32 - 1))
def test_update_and_reset_gate_held_at_zero_forget_the_past(case, seed):
    # with reset after, c_h is switched off together with the state: r multiplies both
    forgetful = with_input_bias(with_input_bias(case, 0, -1e4), 1, -1e4)
    other = np.random.default_rng(seed).normal(size=case.start.shape).astype(case.x.dtype)
    close(states_of(forgetful, h0=other), states_of(forgetful))


@given(cases(mask=MASKED))
def test_masked_steps_change_nothing_even_if_they_hold_nan(case):
    answer = run_gru_lib(case)
    padded = run_gru_lib(replace(case, x=np.where(case.mask[:, :, None], case.x, case.x.dtype.type(np.nan))))
    before = np.concatenate([case.start[:, None], answer["states"][:, :-1]], axis=1)
    np.testing.assert_array_equal(answer["states"][~case.valid], before[~case.valid])
    np.testing.assert_array_equal(padded["x"][~case.mask], 0)
    for name, value in answer.items():
        np.testing.assert_array_equal(padded[name], value)


@given(cases())
def test_a_mask_that_hides_nothing_is_no_mask(case):
    everything = np.ones(case.x.shape[:2], bool)
    np.testing.assert_array_equal(states_of(case, mask=everything), states_of(case, mask=None))


@given(cases(mask=MASKED))
def test_masking_a_step_is_removing_it(case):
    for row, mask in enumerate(case.mask):
        one = replace(case, x=case.x[[row]][:, mask], h0=case.start[[row]], mask=None)
        last = states_of(one)[:, -1] if mask.any() else one.h0
        close(states_of(case)[[row], -1], last)


@given(cases(min_batch=2), st.randoms(use_true_random=False))
def test_rows_do_not_mix(case, random):
    order = random.sample(range(len(case.x)), len(case.x))
    rows = {name: None if getattr(case, name) is None else getattr(case, name)[order] for name in ("h0", "mask")}
    answer = run_gru_lib(case)
    permuted = run_gru_lib(replace(case, x=case.x[order], grad=case.grad[order], **rows))
    for name in ("states", "x", "h0"):
        close(permuted[name], answer[name][order])
    changed = case.x.copy()
    changed[0] += 1
    changed = run_gru_lib(replace(case, x=changed))
    for name in ("states", "x", "h0"):
        close(changed[name][1:], answer[name][1:])


@given(cases(scale=3.0))
def test_states_stay_within_one_or_the_initial_state(case):
    # each number of h is an average of its past and of a tanh, so it cannot leave [-1, 1] unless it began outside
    bound = np.maximum(1, np.abs(case.start))[:, None]
    assert (np.abs(states_of(case)) <= bound * (1 + 4 * np.finfo(case.x.dtype).eps)).all()


@given(cases(mask="none"))
def test_the_sequence_is_its_steps_one_after_the_other(case):
    h, order = case.start, slice(None, None, -1 if case.go_backwards else 1)
    for x_t, state in zip(case.x[:, order].swapaxes(0, 1), states_of(case).swapaxes(0, 1), strict=True):
        h = gru_step(x_t, h, case.weights, reset_after=case.reset_after)
        close(state, h)


@given(cases(go_backwards=True))
def test_going_backwards_is_reading_the_reversed_sequence(case):
    mask = None if case.mask is None else case.mask[:, ::-1]
    there, back = run_gru_lib(case), run_gru_lib(replace(case, x=case.x[:, ::-1], mask=mask, go_backwards=False))
    back["x"] = back["x"][:, ::-1]
    for name, value in there.items():
        np.testing.assert_array_equal(back[name], value)


@given(cases(min_steps=2, go_backwards=False), st.data())
def test_a_sequence_in_two_parts_is_the_whole(case, data):
    cut = data.draw(st.integers(1, case.x.shape[1] - 1))
    whole = run_gru_lib(case)

    def part(start, stop, h0):
        mask = None if case.mask is None else case.mask[:, start:stop]
        return replace(case, x=case.x[:, start:stop], grad=case.grad[:, start:stop], mask=mask, h0=h0)

    head = part(0, cut, case.h0)
    states, cache = gru_forward(head.x, head.weights, **head.options)
    tail = run_gru_lib(part(cut, None, states[:, -1]))
    close(np.concatenate([states, tail["states"]], axis=1), whole["states"])

    grad = head.grad.copy()
    grad[:, -1] += tail["h0"]  # what the second part asks of the state at the seam
    gradients = gru_backward(grad, cache)
    close(np.concatenate([gradients.x, tail["x"]], axis=1), whole["x"])
    close(gradients.h0, whole["h0"])
    for name, array in zip(("kernel", "recurrent_kernel", "bias"), gradients.arrays(), strict=False):
        close(array + tail[name], whole[name])


@given(cases(min_batch=0, min_steps=0))
def test_no_rows_and_no_steps_are_defined(case):
    answer = run_gru_lib(case)
    assert answer["states"].shape == case.grad.shape
    for name in GRADIENTS:
        wanted = case.start if name == "h0" else getattr(case, name)
        assert (answer[name] is None) == (wanted is None)
        assert wanted is None or answer[name].shape == wanted.shape
    if not case.x.size:
        assert all(not answer[name].any() for name in GRADIENTS if answer[name] is not None)


@given(cases())
def test_arguments_are_left_alone_and_the_cache_owns_its_arrays(case):
    arrays = {name: value.copy() for name, value in vars(case).items() if isinstance(value, np.ndarray)}
    answer = run_gru_lib(case)
    for name, value in arrays.items():
        np.testing.assert_array_equal(getattr(case, name), value)
    # between forward and backward the caller may do with input and output what he likes
    states, cache = gru_forward(case.x, case.weights, **case.options)
    for array in (states, case.x, case.start):
        array += 1
    again = gru_backward(case.grad, cache)
    for name in GRADIENTS:
        np.testing.assert_array_equal(getattr(again, name), answer[name])


@given(cases(), FLAG)
def test_memory_layout_does_not_matter(case, fortran):
    def lay_out(array):
        return np.asfortranarray(array) if fortran else np.repeat(array, 2, axis=-1)[..., ::2]

    arrays = {name: lay_out(value) for name, value in vars(case).items() if isinstance(value, np.ndarray)}
    answer = run_gru_lib(replace(case, **arrays))
    for name, value in run_gru_lib(case).items():
        if value is not None:
            close(answer[name], value)


@pytest.mark.parametrize("reset_after", [True, False], ids=["after", "before"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("scale", [1.0, 1e3, 1e15], ids=["ordinary", "large", "huge"])
def test_ten_thousand_steps_without_overflow_or_nan(scale, dtype, reset_after):
    case = make_case(301, shape=(2, 10_000, 2, 3), dtype=dtype, scale=scale, reset_after=reset_after)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        states = states_of(case)
    assert np.isfinite(states).all()
    assert np.abs(states).max() <= max(1, np.abs(case.h0).max())


@pytest.mark.parametrize("reset_after", [True, False], ids=["after", "before"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gradients_through_ten_thousand_steps_are_finite(dtype, reset_after):
    rng = np.random.default_rng(302)
    weights = GRUWeights.init(2, 3, rng=rng, dtype=dtype, reset_after=reset_after)
    x = rng.normal(size=(2, 10_000, 2)).astype(dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        states, cache = gru_forward(x, weights, reset_after=reset_after)
        gradients = gru_backward(np.ones_like(states), cache)
    for name in GRADIENTS:
        assert np.isfinite(getattr(gradients, name)).all()
        assert getattr(gradients, name).any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigmoid(dtype):
    a = np.array([-np.inf, -1e30, -5, -0.5, 0, 0.5, 5, 1e30, np.inf], dtype)
    with np.errstate(all="raise"):
        values = sigmoid(a)
    assert values.dtype == dtype
    assert values[[0, 1, 4, 7, 8]].tolist() == [0, 0, 0.5, 1, 1]
    np.testing.assert_allclose(values[2:7], 1 / (1 + np.exp(-a[2:7])), atol=2 * np.finfo(dtype).eps)
    np.testing.assert_allclose(values + values[::-1], 1, rtol=0, atol=np.finfo(dtype).eps)
