"""The backward pass taken apart into replaceable parts, as `GRUVariant` does with the forward pass; NumPy only."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gru_lib.conformance.mutants.arguments import StepState
from gru_lib.conformance.mutants.forward import Variant
from gru_lib.scratch import GRUGradients


class PreactivationGradients(NamedTuple):
    """Gradients of one step with respect to x W + b, and to h U + c; each (B, 3n)."""

    from_x: NDArray
    from_h: NDArray


class BackwardVariant(Variant):
    """Backpropagation through time; without exchanged parts it is right.

    `d_h` is the gradient (B, n) of a state, `live` what of it meets a valid step.
    """

    @staticmethod
    def output_gradients(grad: NDArray) -> NDArray:
        """Return what is used of the gradient (B, T, n) of the outputs."""
        return grad

    @staticmethod
    def arriving(later: NDArray, output: NDArray) -> NDArray:
        """Return d_h: what later steps send, and the gradient of this output."""
        return later + output

    @staticmethod
    def valid(step: StepState) -> Any:
        """Return the mask (B, 1) of a step, or True."""
        return step.valid

    @staticmethod
    def masked_path(d_h: NDArray) -> NDArray:
        """Return what a masked step passes on."""
        return d_h

    @staticmethod
    def identity_path(live: NDArray, step: StepState) -> NDArray:
        """Return what passes through z h."""
        return live * step.z

    @staticmethod
    def z_gradient(live: NDArray, step: StepState) -> NDArray:
        """Return the gradient of the sum inside z."""
        return live * (step.h - step.g) * step.z * (1 - step.z)

    @staticmethod
    def candidate_gradient(live: NDArray, step: StepState) -> NDArray:
        """Return the gradient of the sum inside tanh."""
        return live * (1 - step.z) * (1 - step.g * step.g)

    @staticmethod
    def r_gradient(d_reset_state: NDArray, d_candidate: NDArray, step: StepState) -> NDArray:
        """Return the gradient of the sum inside r, from that of r h and that of the sum inside tanh."""
        through = d_candidate * step.recurrent_product(step.h) if step.reset_after else d_reset_state * step.h
        return through * step.r * (1 - step.r)

    @staticmethod
    def reset_gate(step: StepState) -> NDArray:
        """Return r as it is used on the way back."""
        return step.r

    @staticmethod
    def transposed(kernel: NDArray) -> NDArray:
        """Return the recurrent kernel (n, 2n) of z and r as the gradient meets it."""
        return kernel.T

    @staticmethod
    def previous_state(trace: list[StepState], t: int) -> NDArray:
        """Return the state that met the recurrent kernel at step t."""
        return trace[t].h

    @staticmethod
    def finish(gradients: GRUGradients, _go_backwards: bool) -> GRUGradients:
        """Return the gradients as they leave."""
        return gradients

    def step(self, d_h: NDArray, step: StepState) -> tuple[NDArray, PreactivationGradients]:
        """Carry the gradient (B, n) of the state back over one step."""
        valid, r, n = self.valid(step), self.reset_gate(step), step.h.shape[1]
        live, masked = d_h * valid, self.masked_path(d_h * (1 - np.asarray(valid, d_h.dtype)))
        u_zr, u_h = step.weights.recurrent[:, : 2 * n], step.weights.recurrent[:, 2 * n :]
        d_z, d_candidate = self.z_gradient(live, step), self.candidate_gradient(live, step)
        d_reset_state = d_candidate @ u_h.T
        d_zr = np.hstack([d_z, self.r_gradient(d_reset_state, d_candidate, step)])
        through = (d_candidate * r) @ u_h.T if step.reset_after else d_reset_state * r
        d_h = masked + self.identity_path(live, step) + through + d_zr @ self.transposed(u_zr)
        return d_h, PreactivationGradients(np.hstack([d_zr, d_candidate]), np.hstack([d_zr, d_candidate * r]))

    def run(self, grad: NDArray, trace: list[StepState], has_bias: bool, go_backwards: bool) -> GRUGradients:
        """Return the gradients of everything for that of the outputs (B, T, n)."""
        grad = self.output_gradients(grad)
        weights, after = trace[0].weights, trace[0].reset_after
        kernel, recurrent = np.zeros_like(weights.kernel), np.zeros_like(weights.recurrent)
        bias = np.zeros((2, len(weights.b)), weights.b.dtype)
        d_x = np.empty((*grad.shape[:2], len(kernel)), kernel.dtype)
        d_h, n = np.zeros_like(grad[:, 0]), grad.shape[2]
        for t in reversed(range(len(trace))):
            step, h = trace[t], self.previous_state(trace, t)
            d_h, found = self.step(self.arriving(d_h, grad[:, t]), step)
            d_x[:, t] = found.from_x @ weights.kernel.T
            kernel += step.x.T @ found.from_x
            bias += found.from_x.sum(0), found.from_h.sum(0)
            d_zr, reset = found.from_h[:, : 2 * n], found.from_h if after else found.from_x
            recurrent[:, : 2 * n] += h.T @ d_zr
            recurrent[:, 2 * n :] += (h if after else step.r * h).T @ reset[:, 2 * n :]
        d_bias = (bias if after else bias[0]) if has_bias else None
        d_x = d_x[:, ::-1] if go_backwards else d_x
        return self.finish(GRUGradients(kernel, recurrent, d_bias, d_x, d_h), go_backwards)
