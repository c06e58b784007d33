"""Random GRU problems, an independent answer to each, and the one comparison that all tests share.

A case fixes everything, also the gradient of the loss: loss = sum(case.grad * states).
All sizes differ (4 rows, 5 steps, 2 features, 3 units) and all weights are random, biases too:
constant weights cannot see exchanged gates, equal sizes cannot see a transposed matrix.
"""

from dataclasses import dataclass, replace
from functools import cache
from itertools import product

import numpy as np

from gru_lib.scratch import GRUWeights, gru_backward, gru_forward

SHAPE = (4, 5, 2, 3)  # rows, steps, features, units
MASKS = ("none", "right", "left", "holes", "empty-row")
GRADIENTS = ("kernel", "recurrent_kernel", "bias", "x", "h0")


@dataclass(frozen=True, eq=False)
class Case:
    """Arguments of a GRU, and the gradient with respect to its states; None where there is nothing."""

    name: str
    x: np.ndarray
    kernel: np.ndarray
    recurrent_kernel: np.ndarray
    bias: np.ndarray | None
    h0: np.ndarray | None
    mask: np.ndarray | None
    grad: np.ndarray
    reset_after: bool
    go_backwards: bool

    @property
    def weights(self):
        return GRUWeights(self.kernel, self.recurrent_kernel, self.bias)

    @property
    def options(self):
        return {name: getattr(self, name) for name in ("h0", "mask", "reset_after", "go_backwards")}

    @property
    def start(self):
        """The initial state, zeros if there is none."""
        return np.zeros((len(self.x), len(self.recurrent_kernel)), self.x.dtype) if self.h0 is None else self.h0

    @property
    def real(self):
        """(B, T) mask in the order of processing; True is a real step."""
        mask = np.ones(self.x.shape[:2], bool) if self.mask is None else self.mask
        return mask[:, ::-1] if self.go_backwards else mask


def make_mask(kind, batch, steps, rng):
    if kind == "none":
        return None
    lengths = rng.integers(min(1, steps), steps + 1, batch)
    lengths[:1], lengths[-1:] = 1, max(1, steps - 1)  # chance alone might pad nothing, or nearly everything
    if kind == "right":
        return np.arange(steps) < lengths[:, None]
    if kind == "left":
        return np.arange(steps) >= steps - lengths[:, None]
    mask = rng.random((batch, steps)) < 0.6
    mask[-1:] = np.arange(steps) % 3 != 1  # not the same read backwards
    if kind == "empty-row":
        mask[:1] = False
    return mask


def make_case(
    seed,
    *,
    shape=SHAPE,
    reset_after=True,
    use_bias=True,
    use_h0=True,
    mask="none",
    go_backwards=False,
    dtype=np.float64,
    scale=1.0,
):
    """Draw a case of `shape` (B, T, m, n); `scale` multiplies the weights."""
    batch, steps, m, n = shape
    rng = np.random.default_rng(seed)

    def draw(*size):
        return rng.normal(size=size).astype(dtype)

    words = ("after" if reset_after else "before", "bias" if use_bias else "nobias", "h0" if use_h0 else "noh0", mask)
    suffix = ("-backwards" if go_backwards else "") + ("" if shape == SHAPE else "-" + "x".join(map(str, shape)))
    return Case(
        "-".join(words) + suffix,
        x=draw(batch, steps, m),
        kernel=draw(m, 3 * n) * dtype(scale),
        recurrent_kernel=draw(n, 3 * n) * dtype(scale),
        bias=draw(*((2, 3 * n) if reset_after else (3 * n,))) * dtype(scale) if use_bias else None,
        h0=draw(batch, n) if use_h0 else None,
        mask=make_mask(mask, batch, steps, rng),
        grad=draw(batch, steps, n),
        reset_after=reset_after,
        go_backwards=go_backwards,
    )


@cache
def all_cases(dtype=np.float64):
    """Every combination of convention, bias, initial state, mask and direction: 80 cases."""
    flags = (True, False)
    combinations = enumerate(product(flags, flags, flags, MASKS, flags))
    return [
        make_case(seed, reset_after=after, use_bias=bias, use_h0=h0, mask=mask, go_backwards=backwards, dtype=dtype)
        for seed, (after, bias, h0, mask, backwards) in combinations
    ]


def by_name(case):
    """The id of a case in a parametrised test."""
    return case.name


def run_gru_lib(case):
    """What gru_lib answers: states and all gradients."""
    states, memory = gru_forward(case.x, case.weights, **case.options)
    gradients = gru_backward(case.grad, memory)
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
