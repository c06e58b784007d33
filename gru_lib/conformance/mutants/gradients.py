"""Mistakes in the backward pass; the states are right."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from gru_lib.conformance.backward import Backward
from gru_lib.conformance.mutants.mutant import Mutant
from gru_lib.scratch import GRUGradients


def _last_only(grad: np.ndarray) -> np.ndarray:
    return grad * (np.arange(grad.shape[1]) == grad.shape[1] - 1)[:, None].astype(grad.dtype)


def _gates_transposed(u_zr: np.ndarray) -> np.ndarray:
    return np.vstack(np.split(u_zr, 2, axis=1))


def _next_state(trace: list, t: int) -> np.ndarray:
    return trace[t + 1].h if t + 1 < len(trace) else 0 * trace[t].h


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


def _back(id: str, name: str, remedy: str, *needs: str, source: str | None = None, **part: Callable) -> Mutant:
    return Mutant(id, name, remedy, source, backward=Backward(**part), needs=frozenset(needs))


CHAIN = "Follow h = z h + (1 - z) g: every factor of the chapter on backpropagation through time is needed"
GRADIENT_MUTANTS = (
    _back("no-straight-path", "gradient: no straight path through z", CHAIN, straight=lambda live, _s: 0 * live),
    _back(
        "no-1-z",
        "gradient: 1 - z missing on the way to the candidate",
        CHAIN,
        candidate=lambda live, s: live * (1 - s.g * s.g),
    ),
    _back(
        "no-tanh-derivative", "gradient: derivative of tanh missing", CHAIN, candidate=lambda live, s: live * (1 - s.z)
    ),
    _back("no-z-derivative", "gradient: derivative of z missing", CHAIN, gate_z=lambda live, s: live * (s.h - s.g)),
    _back(
        "z-without-candidate",
        "gradient: candidate left out of the gradient of z",
        CHAIN,
        gate_z=lambda live, s: live * s.h * s.z * (1 - s.z),
    ),
    _back("no-r-gradient", "gradient: that of r missing", CHAIN, gate_r=lambda d_rh, _d_a, _s: 0 * d_rh),
    _back("no-reset-back", "gradient: reset left out on the way back", CHAIN, reset=lambda s: np.ones_like(s.r)),
    _back(
        "recurrent-one-late",
        "gradient: recurrent kernel sees the state after the step",
        "Multiply by the state before the step",
        previous=_next_state,
        source="https://github.com/VikParuchuri/zero_to_gpt/issues/9",
    ),
    _back(
        "not-transposed",
        "gradient: recurrent kernel not transposed on the way back",
        "Multiply the gradient of h U by U transposed",
        "units",
        transpose=_gates_transposed,
    ),
    _back(
        "no-later-steps",
        "gradient: nothing arrives from later steps",
        "Carry the gradient of the state from step to step, and add that of the output",
        "steps",
        arriving=lambda _later, now: now,
        source="https://github.com/qixianbiao/RNN/issues/2",
    ),
    _back(
        "last-only",
        "gradient: only that of the last state is used",
        "Add the gradient of every state",
        "steps",
        given=_last_only,
    ),
    _back(
        "mask-stops-gradient",
        "gradient: stopped by a masked step",
        "A masked step passes the gradient of the state on unchanged",
        "padding",
        carried=lambda d_h: 0 * d_h,
    ),
    _back(
        "mask-ignored-back",
        "gradient: mask ignored on the way back",
        "A masked step gives nothing to the weights and passes the gradient of the state on",
        "padding",
        real=lambda _s: True,
    ),
    _back(
        "no-h0-gradient",
        "gradient: that of h0 missing",
        "Return what arrives before the first step",
        finish=lambda gradients, _backwards: replace(gradients, h0=0 * gradients.h0),
    ),
    _back(
        "x-as-processed",
        "gradient: that of x in the order of processing with go_backwards",
        "Turn it back into the order of x",
        "backwards",
        "steps",
        finish=_x_as_processed,
    ),
    _back(
        "one-bias-gradient",
        "gradient: that of the recurrent bias is that of the input bias",
        "The candidate's third of row 1 is multiplied by r",
        "bias",
        "after",
        finish=_one_bias,
    ),
    _back(
        "mean-over-batch",
        "gradient: mean over the batch instead of the sum",
        "Sum over the batch",
        "rows",
        finish=_mean,
    ),
)
