"""The backward pass taken apart into replaceable parts, as `Recipe` does with the forward pass; NumPy only."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gru_lib.conformance.recipe import Moment
from gru_lib.scratch import GRUGradients


class Sums(NamedTuple):
    """Gradients of the gate sums of one step: with respect to x W + b, and to h U + c; each (B, 3n)."""

    a: NDArray
    s: NDArray


def _gate_r(d_rh: NDArray, d_a: NDArray, s: Moment) -> NDArray:
    through = d_a * s.product(np, s.h) if s.after else d_rh * s.h
    return through * s.r * (1 - s.r)


def _block_transpose(kernel: NDArray) -> NDArray:
    return kernel.T


@dataclass(frozen=True)
class Backward:
    """The parts of backpropagation through time; the defaults make the right one.

    Attributes
    ----------
    arriving : (d_h from later steps, gradient of this output) -> d_h
    given : (gradient of the outputs) -> what is used of it
    real : (real, moment) -> (B, 1) mask of this step
    carried : what a masked step passes on -> what is passed on
    straight : (live d_h, moment) -> path through z
    gate_z : (live d_h, moment) -> gradient of the sum in z
    candidate : (live d_h, moment) -> gradient of the sum in tanh
    gate_r : (d_rh, d_a, moment) -> gradient of the sum in r
    reset : (moment) -> r as used on the way back
    transpose : (n, 2n) recurrent kernel of z and r -> (2n, n)
    previous : (trace, t) -> state that met the recurrent kernel at step t
    finish : (gradients, go_backwards) -> gradients
    """

    arriving: Callable = lambda later, now: later + now
    given: Callable = lambda grad: grad
    real: Callable = lambda s: s.real
    carried: Callable = lambda d_h: d_h
    straight: Callable = lambda live, s: live * s.z
    gate_z: Callable = lambda live, s: live * (s.h - s.g) * s.z * (1 - s.z)
    candidate: Callable = lambda live, s: live * (1 - s.z) * (1 - s.g * s.g)
    gate_r: Callable = _gate_r
    reset: Callable = lambda s: s.r
    transpose: Callable = _block_transpose
    previous: Callable = lambda trace, t: trace[t].h
    finish: Callable = lambda gradients, _backwards: gradients

    def step(self, d_h: NDArray, s: Moment) -> tuple[NDArray, Sums]:
        """Carry the gradient of the state back over one step."""
        real = self.real(s)
        live, carried = d_h * real, self.carried(d_h * (1 - np.asarray(real, d_h.dtype)))
        n = s.h.shape[1]
        u_zr, u_h = s.w.recurrent[:, : 2 * n], s.w.recurrent[:, 2 * n :]
        d_z, d_a, r = self.gate_z(live, s), self.candidate(live, s), self.reset(s)
        d_rh = d_a @ u_h.T
        d_zr = np.hstack([d_z, self.gate_r(d_rh, d_a, s)])
        through = (d_a * r) @ u_h.T if s.after else d_rh * r
        d_h = carried + self.straight(live, s) + through + d_zr @ self.transpose(u_zr)
        return d_h, Sums(np.hstack([d_zr, d_a]), np.hstack([d_zr, d_a * r]))

    def run(self, grad: NDArray, trace: list[Moment], has_bias: bool, backwards: bool) -> GRUGradients:
        """Return the gradients of everything."""
        grad = self.given(grad)
        w, after = trace[0].w, trace[0].after
        kernel, recurrent = np.zeros_like(w.kernel), np.zeros_like(w.recurrent)
        bias = np.zeros((2, len(w.b)), w.b.dtype)
        d_x: list[Any] = [None] * len(trace)
        d_h, n = np.zeros_like(grad[:, 0]), grad.shape[2]
        for t in reversed(range(len(trace))):
            s, h = trace[t], self.previous(trace, t)
            d_h, sums = self.step(self.arriving(d_h, grad[:, t]), s)
            d_x[t] = sums.a @ w.kernel.T
            kernel += s.x.T @ sums.a
            bias += sums.a.sum(0), sums.s.sum(0)
            recurrent[:, : 2 * n] += h.T @ sums.s[:, : 2 * n]
            recurrent[:, 2 * n :] += h.T @ sums.s[:, 2 * n :] if after else (s.r * h).T @ sums.a[:, 2 * n :]
        d_bias = (bias if after else bias[0]) if has_bias else None
        order = slice(None, None, -1 if backwards else 1)
        gradients = GRUGradients(kernel, recurrent, d_bias, np.stack(d_x, axis=1)[:, order], d_h)
        return self.finish(gradients, backwards)
