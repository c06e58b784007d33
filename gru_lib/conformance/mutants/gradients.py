"""Mistakes in the backward pass; the states are right."""

from dataclasses import replace

import numpy as np

from gru_lib.conformance.mutants.mutant import backward_mutant
from gru_lib.scratch import GRUGradients, sigmoid


def _last_only(grad: np.ndarray) -> np.ndarray:
    return grad * (np.arange(grad.shape[1]) == grad.shape[1] - 1)[:, None].astype(grad.dtype)


def _gates_transposed(u_zr: np.ndarray) -> np.ndarray:
    return np.vstack(np.split(u_zr, 2, axis=1))


def _next_state(trace: list, t: int) -> np.ndarray:
    return trace[t + 1].h if t + 1 < len(trace) else 0 * trace[t].h


def _slope(gate: np.ndarray) -> np.ndarray:
    again = sigmoid(gate)
    return again * (1 - again)


def _one_bias(gradients: GRUGradients, _backwards: bool) -> GRUGradients:
    bias = gradients.bias
    return gradients if bias is None or bias.ndim == 1 else replace(gradients, bias=np.stack([bias[0], bias[0]]))


def _mean(gradients: GRUGradients, _backwards: bool) -> GRUGradients:
    bias, rows = gradients.bias, len(gradients.h0)
    return replace(
        gradients,
        kernel=gradients.kernel / rows,
        recurrent_kernel=gradients.recurrent_kernel / rows,
        bias=None if bias is None else bias / rows,
    )


def _x_as_processed(gradients: GRUGradients, backwards: bool) -> GRUGradients:
    return replace(gradients, x=gradients.x[:, ::-1]) if backwards else gradients


CHAIN = "Follow h = z h + (1 - z) g: every factor of the chapter on backpropagation through time is needed"
GRADIENT_MUTANTS = (
    backward_mutant(
        "no-straight-path", "gradient: no straight path through z", CHAIN, identity_path=lambda live, _step: 0 * live
    ),
    backward_mutant(
        "no-1-z",
        "gradient: 1 - z missing on the way to the candidate",
        CHAIN,
        candidate_gradient=lambda live, step: live * (1 - step.g * step.g),
    ),
    backward_mutant(
        "no-tanh-derivative",
        "gradient: derivative of tanh missing",
        CHAIN,
        candidate_gradient=lambda live, step: live * (1 - step.z),
    ),
    backward_mutant(
        "no-z-derivative",
        "gradient: derivative of z missing",
        CHAIN,
        z_gradient=lambda live, step: live * (step.h - step.g),
    ),
    backward_mutant(
        "sigmoid-derivative-of-gate",
        "gradient: derivative of the sigmoid taken at the gate instead of at the sum inside it",
        "With the gate itself the derivative is z (1 - z): no further sigmoid",
        z_gradient=lambda live, step: live * (step.h - step.g) * _slope(step.z),
        r_gradient=lambda d_reset_state, d_candidate, step: (
            (d_candidate * step.recurrent_product(step.h) if step.reset_after else d_reset_state * step.h)
            * _slope(step.r)
        ),
    ),
    backward_mutant(
        "tanh-derivative-of-candidate",
        "gradient: derivative of tanh taken at the candidate instead of at the sum inside it",
        "With the candidate itself the derivative is 1 - g²: no further tanh",
        candidate_gradient=lambda live, step: live * (1 - step.z) * (1 - np.tanh(step.g) ** 2),
    ),
    backward_mutant(
        "z-without-candidate",
        "gradient: candidate left out of the gradient of z",
        CHAIN,
        z_gradient=lambda live, step: live * step.h * step.z * (1 - step.z),
    ),
    backward_mutant(
        "no-r-gradient",
        "gradient: that of r missing",
        CHAIN,
        r_gradient=lambda d_reset_state, _d_candidate, _step: 0 * d_reset_state,
    ),
    backward_mutant(
        "no-reset-back", "gradient: reset left out on the way back", CHAIN, reset_gate=lambda step: np.ones_like(step.r)
    ),
    backward_mutant(
        "recurrent-one-late",
        "gradient: recurrent kernel sees the state after the step",
        "Multiply by the state before the step",
        previous_state=_next_state,
        source="https://github.com/VikParuchuri/zero_to_gpt/issues/9",
    ),
    backward_mutant(
        "not-transposed",
        "gradient: recurrent kernel not transposed on the way back",
        "Multiply the gradient of h U by U transposed",
        "units",
        transposed=_gates_transposed,
    ),
    backward_mutant(
        "no-later-steps",
        "gradient: nothing arrives from later steps",
        "Carry the gradient of the state from step to step, and add that of the output",
        "steps",
        arriving=lambda _later, now: now,
        source="https://github.com/qixianbiao/RNN/issues/2",
    ),
    backward_mutant(
        "last-only",
        "gradient: only that of the last state is used",
        "Add the gradient of every state",
        "steps",
        output_gradients=_last_only,
    ),
    backward_mutant(
        "mask-stops-gradient",
        "gradient: stopped by a masked step",
        "A masked step passes the gradient of the state on unchanged",
        "padding",
        masked_path=lambda d_h: 0 * d_h,
    ),
    backward_mutant(
        "mask-ignored-back",
        "gradient: mask ignored on the way back",
        "A masked step gives nothing to the weights and passes the gradient of the state on",
        "padding",
        valid=lambda _step: True,
    ),
    backward_mutant(
        "no-h0-gradient",
        "gradient: that of h0 missing",
        "Return what arrives before the first step",
        finish=lambda gradients, _backwards: replace(gradients, h0=0 * gradients.h0),
    ),
    backward_mutant(
        "x-as-processed",
        "gradient: that of x in the order of processing with go_backwards",
        "Turn it back into the order of x",
        "backwards",
        "steps",
        finish=_x_as_processed,
    ),
    backward_mutant(
        "one-bias-gradient",
        "gradient: that of the recurrent bias is that of the input bias",
        "The candidate's third of row 1 is multiplied by r",
        "bias",
        "after",
        finish=_one_bias,
    ),
    backward_mutant(
        "mean-over-batch",
        "gradient: mean over the batch instead of the sum",
        "Sum over the batch",
        "rows",
        finish=_mean,
    ),
)
