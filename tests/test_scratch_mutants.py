"""The comparison that the scratch GRU passes must reject wrong GRUs: otherwise passing it means nothing.

Each mutant is a plain GRU, forward and backward, that is broken in one place. The answer it is held against is
the textbook's with complex-step gradients (`gru_cases.textbook_answer`), which shares no code with gru_lib.
"""

from dataclasses import replace

import numpy as np
import pytest
from gru_cases import all_cases, by_name, differences, run_gru_lib, textbook_answer

TOLERANCE = 1e-12


def always(_):
    return True


def has_mask(case):
    return case.mask is not None


def has_two_biases(case):
    return case.reset_after and case.bias is not None


def goes_backwards(case):
    return case.go_backwards


def has_h0(case):
    return case.h0 is not None


def starts_masked(case):
    return not case.real[:, 0].all()


# name of the fault -> the cases in which it must show, every one of them
FORWARD_FAULTS = {
    "gates z and r exchanged": always,
    "z keeps the new instead of the past": always,
    "reset at the other place": always,
    "reset gate never applied": always,
    "candidate without tanh": always,
    "hard sigmoid": always,
    "sigmoid for tanh": always,
    "kernel columns r, z, h": always,
    "recurrent kernel columns r, z, h": always,
    "recurrent kernel transposed": always,
    "candidate from the recurrent kernel of z": always,
    "input bias forgotten": lambda case: case.bias is not None,
    "bias rows exchanged": has_two_biases,
    "recurrent bias forgotten": has_two_biases,
    "recurrent bias outside the reset": has_two_biases,
    "mask ignored": has_mask,
    "mask inverted": has_mask,
    "mask in the order of x, not of processing": lambda case: has_mask(case) and case.go_backwards,
    "masked state zeroed": lambda case: has_mask(case) and (has_h0(case) or not starts_masked(case)),
    "masked output zeroed, state carried": lambda case: has_mask(case) and (has_h0(case) or not starts_masked(case)),
    "go_backwards ignored": goes_backwards,
    "states in the order of x": goes_backwards,
    "h0 ignored": has_h0,
    "h0 of the first row for all": has_h0,
    "state not carried": always,
}
GRADIENT_FAULTS = {
    "no straight path through z": always,
    "1 - z missing": always,
    "derivative of tanh missing": always,
    "derivative of z missing": always,
    "candidate left out of the gradient of z": always,
    "gradient of r missing": always,
    "reset left out on the way back": always,
    "states one step late in the recurrent kernel": always,
    "recurrent gradient not transposed": always,
    "no gradient from later steps": always,
    "gradient of the last state only": always,
    "masked step stops the gradient": lambda case: has_mask(case) and (has_h0(case) or not starts_masked(case)),
    "mask ignored on the way back": has_mask,
    "gradient of h0 missing": always,
    "gradient of x in the order of processing": goes_backwards,
    "recurrent bias gradient is that of the input bias": has_two_biases,
    "mean over the batch instead of the sum": always,
}
FAULTS = FORWARD_FAULTS | GRADIENT_FAULTS


def swap_zr(array):
    z, r, h = np.split(array, 3, axis=-1)
    return np.concatenate([r, z, h], axis=-1)


def broken_weights(case, fault):
    """Return kernel, recurrent kernel, input bias, recurrent bias."""
    kernel, recurrent = case.kernel, case.recurrent_kernel
    n = len(recurrent)
    bias = np.zeros((2, 3 * n))
    if case.bias is not None:
        bias[: 2 if case.reset_after else 1] = case.bias
    if fault in ("kernel columns r, z, h", "gates z and r exchanged"):
        kernel = swap_zr(kernel)
    if fault in ("recurrent kernel columns r, z, h", "gates z and r exchanged"):
        recurrent = swap_zr(recurrent)
    if fault == "gates z and r exchanged":
        bias = swap_zr(bias)
    if fault == "recurrent kernel transposed":
        recurrent = np.hstack([block.T for block in np.split(recurrent, 3, axis=1)])
    if fault == "candidate from the recurrent kernel of z":
        recurrent = np.hstack([recurrent[:, : 2 * n], recurrent[:, :n]])
    if fault == "bias rows exchanged":
        bias = bias[::-1]
    if fault == "input bias forgotten":
        bias[0] = 0
    if fault == "recurrent bias forgotten":
        bias[1] = 0
    if fault == "recurrent bias outside the reset":
        bias[0, 2 * n :] += bias[1, 2 * n :]
        bias[1, 2 * n :] = 0
    return kernel, recurrent, *bias


def broken_inputs(case, fault):
    """Return x and mask in the order of processing, and the initial state."""
    x, real, h = case.x, case.real.copy(), case.start
    if case.go_backwards and fault != "go_backwards ignored":
        x = x[:, ::-1]
    if case.go_backwards and fault in ("go_backwards ignored", "mask in the order of x, not of processing"):
        real = real[:, ::-1]
    if fault == "mask ignored":
        real[...] = True
    if fault == "mask inverted":
        real = ~real
    if fault == "h0 ignored":
        h = np.zeros_like(h)
    if fault == "h0 of the first row for all":
        h = np.broadcast_to(h[0], h.shape)
    return x, real[:, :, None], h


def forward(case, fault):
    """Return the outputs and what the backward pass needs of each step."""
    kernel, recurrent, b, c = broken_weights(case, fault)
    x, real, h = broken_inputs(case, fault)
    n, outputs, steps = h.shape[1], [], []
    sigmoid = (lambda a: np.clip(a / 6 + 0.5, 0, 1)) if fault == "hard sigmoid" else (lambda a: 1 / (1 + np.exp(-a)))
    squash = {"candidate without tanh": lambda a: a, "sigmoid for tanh": sigmoid}.get(fault, np.tanh)
    for t in range(x.shape[1]):
        if fault == "state not carried":
            h = case.start
        a, s = x[:, t] @ kernel + b, h @ recurrent + c
        z, r = sigmoid(a[:, :n] + s[:, :n]), sigmoid(a[:, n : 2 * n] + s[:, n : 2 * n])
        after = case.reset_after != (fault == "reset at the other place")
        gate = np.ones_like(r) if fault == "reset gate never applied" else r
        g = squash(a[:, 2 * n :] + (gate * s[:, 2 * n :] if after else (gate * h) @ recurrent[:, 2 * n :]))
        keep = 1 - z if fault == "z keeps the new instead of the past" else z
        steps.append((x[:, t], h, z, r, g, s[:, 2 * n :], real[:, t]))
        new = keep * h + (1 - keep) * g
        outputs.append(np.where(real[:, t], new, 0 * h if "zeroed" in str(fault) else h))
        h = np.where(real[:, t], new, h) if fault == "masked output zeroed, state carried" else outputs[-1]
    if case.go_backwards and fault == "states in the order of x":
        outputs.reverse()
    return np.stack(outputs, axis=1), steps


def step_back(case, d_h, step, fault):
    """Carry the gradient of the state back over one step; return it, and the gradients of the gate sums a and s."""
    _, h, z, r, g, s_h, real = step
    n, u = h.shape[1], case.recurrent_kernel
    if fault == "mask ignored on the way back":
        real = np.ones_like(real)
    live, carried = d_h * real, d_h * ~real
    past = h if fault == "candidate left out of the gradient of z" else h - g
    d_z = live * past * (1 if fault == "derivative of z missing" else z * (1 - z))
    d_a = live * (1 if fault == "1 - z missing" else 1 - z)
    d_a = d_a * (1 if fault == "derivative of tanh missing" else 1 - g * g)
    back_r = np.ones_like(r) if fault == "reset left out on the way back" else r
    u_zr, u_h = u[:, : 2 * n], u[:, 2 * n :]
    d_rh = d_a @ u_h.T
    d_r = (d_a * s_h if case.reset_after else d_rh * h) * r * (1 - r) * (fault != "gradient of r missing")
    d_s = np.hstack([d_z, d_r, d_a * back_r])
    if fault == "recurrent gradient not transposed":
        u_zr = np.hstack([u_zr[:, :n].T, u_zr[:, n:].T])
    through_h = (d_a * back_r) @ u_h.T if case.reset_after else d_rh * back_r
    straight = 0 if fault == "no straight path through z" else live * z
    carried = 0 if fault == "masked step stops the gradient" else carried
    return carried + straight + through_h + d_s[:, : 2 * n] @ u_zr.T, np.hstack([d_z, d_r, d_a]), d_s


def backward(case, steps, fault):
    grad = case.grad.copy()
    if fault == "gradient of the last state only":
        grad[:, :-1] = 0
    n = grad.shape[2]
    kernel, recurrent = np.zeros_like(case.kernel), np.zeros_like(case.recurrent_kernel)
    b, c, d_x = np.zeros(3 * n), np.zeros(3 * n), np.zeros_like(case.x)
    d_h = np.zeros_like(grad[:, 0])
    for t in reversed(range(len(steps))):
        x_t, h, _, r, _, _, _ = steps[t]
        d_h = grad[:, t] if fault == "no gradient from later steps" else d_h + grad[:, t]
        d_h, d_a, d_s = step_back(case, d_h, steps[t], fault)
        kernel, b, c, d_x[:, t] = kernel + x_t.T @ d_a, b + d_a.sum(0), c + d_s.sum(0), d_a @ case.kernel.T
        if fault == "states one step late in the recurrent kernel":
            h = steps[t + 1][1] if t + 1 < len(steps) else 0 * h
        zr = h.T @ d_a[:, : 2 * n]
        candidate = h.T @ d_s[:, 2 * n :] if case.reset_after else (r * h).T @ d_a[:, 2 * n :]
        recurrent = recurrent + np.hstack([zr, candidate])
    bias = np.stack([b, b if fault == "recurrent bias gradient is that of the input bias" else c])
    scale = 1 / len(h) if fault == "mean over the batch instead of the sum" else 1
    turn = case.go_backwards and fault != "gradient of x in the order of processing"
    return {
        "kernel": kernel * scale,
        "recurrent_kernel": recurrent * scale,
        "bias": None if case.bias is None else (bias if case.reset_after else b) * scale,
        "x": d_x[:, ::-1] if turn else d_x,
        "h0": np.zeros_like(d_h) if fault == "gradient of h0 missing" else d_h,
    }


def run_mutant(case, fault=None):
    states, steps = forward(case, fault)
    return {"states": states} | backward(case, steps, fault)


@pytest.mark.parametrize("run", [run_gru_lib, run_mutant], ids=["gru_lib", "mutant without a fault"])
@pytest.mark.parametrize("case", all_cases(), ids=by_name)
def test_right_implementations_pass(run, case):
    assert differences(run(case), textbook_answer(case), TOLERANCE) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_wrong_implementations_are_rejected(fault):
    cases = [case for case in all_cases() if FAULTS[fault](case)]
    assert cases
    for case in cases:
        lines = differences(run_mutant(case, fault), textbook_answer(case), TOLERANCE)
        # a fault of the forward pass must show in the states, one of the backward pass in the gradients alone
        assert any(line.startswith("states") for line in lines) == (fault in FORWARD_FAULTS), case.name
        assert lines, case.name


@pytest.mark.parametrize("name", ["states", "kernel", "recurrent_kernel", "bias", "x", "h0"])
def test_the_comparison_sees_nan_shape_and_absence(name):
    case = all_cases()[0]
    good = textbook_answer(case)
    assert differences(good, good, 0) == []
    assert differences(good | {name: np.full_like(good[name], np.nan)}, good, TOLERANCE)
    assert differences(good | {name: good[name][:1]}, good, TOLERANCE)
    assert differences(good | {name: None}, good, TOLERANCE)
    assert differences(good | {name: good[name] + 1e-9}, good, TOLERANCE)


def test_constant_weights_would_let_exchanged_gates_pass():
    # why every weight here is random: frameworks test their GRU with constants, and cannot see this
    case = all_cases()[0]
    names = ("kernel", "recurrent_kernel", "bias")
    constant = replace(case, **{name: np.full_like(getattr(case, name), 0.5) for name in names})
    states, _ = forward(constant, "gates z and r exchanged")
    assert differences({"states": states}, {"states": forward(constant, None)[0]}, TOLERANCE) == []
