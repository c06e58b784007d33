"""Random GRU problems, an independent answer to each, and the one comparison that all tests share.

The problems are drawn by the test kit (`gru_lib.conformance.draws`); the answer owes nothing to gru_lib.
A case fixes everything, also the gradient of the loss: loss = sum(case.grad * states).
"""

from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np

from gru_lib.conformance import cases
from gru_lib.conformance.cases import GRADIENTS
from gru_lib.conformance.draws import draw_case
from gru_lib.scratch import gru_backward, gru_forward

MASKS = ("none", "right", "left", "holes", "empty-row")


class Case(cases.Case):
    @property
    def start(self):
        """The initial state, zeros if there is none."""
        return np.zeros((len(self.x), len(self.recurrent_kernel)), self.x.dtype) if self.h0 is None else self.h0


def make_case(seed, *, shape=(4, 5, 2, 3), scale=1.0, **options):
    """Draw a case of `shape` (B, T, m, n); `scale` multiplies the weights, `options` are those of `draw_case`."""
    sizes = dict(zip(("batch", "steps", "features", "units"), shape, strict=True))
    return Case(**vars(draw_case(seed, scale=scale, **sizes, **options)))


@cache
def all_cases(dtype=np.float64):
    """Every combination of convention, bias, initial state, mask and direction: 80 cases."""
    flags = (True, False)
    combinations = enumerate(product(flags, flags, flags, MASKS, flags))
    return [
        make_case(seed, reset_after=after, use_bias=bias, use_h0=h0, mask=mask, go_backwards=backwards, dtype=dtype)
        for seed, (after, bias, h0, mask, backwards) in combinations
    ]


def some_cases(dtype=np.float64):
    """A third of them, in which every three properties still meet, for answers that take long."""
    return all_cases(dtype)[::3]


def by_name(case):
    """The id of a case in a parametrised test."""
    return case.name


def run_gru_lib(case, grad=None):
    """What gru_lib answers: states and all gradients, for a gradient of the states that is the case's by default."""
    states, memory = gru_forward(case.x, case.weights, **case.options)
    gradients = gru_backward(case.grad if grad is None else grad, memory)
    return {"states": states} | {name: getattr(gradients, name) for name in GRADIENTS}


def differences(actual, wanted, tolerance):
    """Compare two answers; return one line for each disagreement, so that an empty list means that they agree.

    Only what `wanted` contains is compared; the tolerance is relative to its largest value, or 1 if that is more.
    """
    lines = []
    for name, value in wanted.items():
        got = actual[name]
        if value is None or got is None:
            if value is not got:
                lines.append(f"{name}: one of them is None")
        elif got.shape != value.shape:
            lines.append(f"{name}: shape {got.shape} instead of {value.shape}")
        elif value.size:
            distance = np.abs(got - value).max() / max(1, np.abs(value).max())
            if not distance <= tolerance:  # NaN is a disagreement
                lines.append(f"{name}: differs by {distance:.1e}")
    return lines


def textbook_states(case):
    """The equations as in the book's notation, one step after the other; complex numbers pass through."""
    n = case.recurrent_kernel.shape[0]
    w_z, w_r, w_h = (case.kernel[:, i * n : (i + 1) * n] for i in range(3))
    u_z, u_r, u_h = (case.recurrent_kernel[:, i * n : (i + 1) * n] for i in range(3))
    rows = np.zeros((2, 3 * n)) if case.bias is None else np.atleast_2d(case.bias)
    b_z, b_r, b_h = np.split(rows[0], 3)
    c_z, c_r, c_h = np.split(rows[1] if len(rows) == 2 else np.zeros(3 * n), 3)
    h, states, steps = case.start, [], range(case.x.shape[1])
    for t in reversed(steps) if case.go_backwards else steps:
        x_t = case.x[:, t]
        z = 1 / (1 + np.exp(-(x_t @ w_z + b_z + h @ u_z + c_z)))
        r = 1 / (1 + np.exp(-(x_t @ w_r + b_r + h @ u_r + c_r)))
        g = np.tanh(x_t @ w_h + b_h + (r * (h @ u_h + c_h) if case.reset_after else (r * h) @ u_h))
        new = z * h + (1 - z) * g
        h = new if case.mask is None else np.where(case.mask[:, t, None], new, h)
        states.append(h)
    return np.stack(states, axis=1)


@cache
def textbook_answer(case):
    """States and gradients that owe nothing to gru_lib and nothing to a framework.

    Gradients come from the complex step: f'(a) = Im f(a + ih) / h has no subtraction, so with h = 1e-30
    it is exact to the last digits (Squire & Trapp 1998).
    """
    answer = {"states": textbook_states(case)}
    for name in GRADIENTS:
        value = case.start if name == "h0" else getattr(case, name)
        answer[name] = value if value is None else np.empty(value.shape)
        for index in np.ndindex(value.shape) if value is not None else ():
            nudged = value.astype(complex)
            nudged[index] += 1e-30j
            loss = np.sum(case.grad * textbook_states(replace(case, **{name: nudged})))
            answer[name][index] = loss.imag / 1e-30
    return answer
