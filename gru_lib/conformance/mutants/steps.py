"""Mistakes inside one step: where the gates act, how the state is mixed, in which precision."""

from collections.abc import Callable
from typing import Any

from gru_lib.conformance.mutants.mutant import forward_mutant
from gru_lib.conformance.recipe import Moment, right_candidate


def _before(o: Any, s: Moment) -> Any:
    return s.x_h + s.product(o, s.r * s.h)  # with a c_h, it stands outside the reset, as in ONNX


def _after(o: Any, s: Moment) -> Any:
    return s.x_h + s.r * s.product(o, s.h)


def _with_r(change: Callable) -> Callable:
    """Compute the candidate with another reset gate."""
    return lambda o, s: right_candidate(o, s._replace(r=change(o, s)))


def _skip_at_zero(o: Any, s: Moment) -> Any:
    moved = o.cast(o.any(s.h != 0), s.x.dtype)
    return s.x_h + moved * (right_candidate(o, s) - s.x_h)


def _z_of_candidate(o: Any, s: Moment) -> Any:
    """Compute z from g instead of the state before the step, then mix."""
    thirds = (o.split(a, 3, axis=-1)[0] for a in (s.w.kernel, s.w.recurrent, s.w.b, s.w.c))
    kernel, recurrent, b, c = thirds
    z = o.sigmoid(s.x @ kernel + b + s.g @ recurrent + c)
    return z * s.h + (1 - z) * s.g


def _next(s: Moment) -> Any:
    return s.z * s.h + (1 - s.z) * s.g


def _normalised(o: Any, s: Moment) -> Any:
    h = _next(s)
    centred = h - o.mean(h, axis=-1, keepdims=True)
    return centred / o.sqrt(o.mean(centred * centred, axis=-1, keepdims=True) + 1e-5)


def _rounded(dtype: str) -> Callable:
    return lambda o, s: o.cast(o.cast(_next(s), dtype), s.x.dtype)


STEP_MUTANTS = (
    forward_mutant(
        "update-inverted",
        "update gate inverted (z = 1 takes the new instead of keeping the past)",
        "Mix as z h + (1 - z) g, or negate the z part of all weights",
        mix=lambda _o, s: (1 - s.z) * s.h + s.z * s.g,
        source="https://github.com/soroushmehr/sampleRNN_ICLR2017/issues/20",
    ),
    forward_mutant(
        "past-not-scaled",
        "z missing from the past: h + (1 - z) g",
        "Mix as z h + (1 - z) g",
        mix=lambda _o, s: s.h + (1 - s.z) * s.g,
    ),
    forward_mutant(
        "candidate-not-scaled",
        "1 - z missing from the candidate: z h + g",
        "Mix as z h + (1 - z) g",
        mix=lambda _o, s: s.z * s.h + s.g,
    ),
    forward_mutant(
        "before-for-after",
        "reset before the recurrent product where reset after was asked for",
        "Compute r * (h U_h + c_h); in ONNX set linear_before_reset=1. "
        "If yours is meant to be the original GRU, test it with reset_after=False",
        "after",
        candidate=lambda o, s: (_before if s.after else right_candidate)(o, s),
        source="https://github.com/microsoft/onnxscript/issues/2852",
    ),
    forward_mutant(
        "recurrent-bias-skipped-at-zero",
        "recurrent bias of the candidate skipped while the state is zero (no initial state given)",
        "Treat a missing initial state as zeros, and run the same step",
        "bias",
        "after",
        "no h0",
        candidate=_skip_at_zero,
        source="https://github.com/ml-explore/mlx/issues/3249",
    ),
    forward_mutant(
        "after-for-before",
        "reset after the recurrent product where reset before was asked for",
        "Compute (r * h) U_h. PyTorch and cuDNN have reset after only",
        "before",
        candidate=lambda o, s: (right_candidate if s.after else _after)(o, s),
        source="https://github.com/ooples/AiDotNet/pull/722",
    ),
    forward_mutant(
        "reset-flag-inverted",
        "reset_after read the wrong way round",
        "ONNX's linear_before_reset=1 means reset after: there the product comes first",
        candidate=lambda o, s: (_before if s.after else _after)(o, s),
    ),
    forward_mutant(
        "reset-on-input",
        "reset gate on the candidate's whole sum, what comes from x included",
        "Let r multiply only what comes from h",
        candidate=lambda o, s: right_candidate(o, s._replace(x_h=s.r * s.x_h)),
    ),
    forward_mutant(
        "reset-never",
        "reset gate never applied",
        "Multiply what comes from h by r",
        candidate=_with_r(lambda o, s: o.ones_like(s.r)),
        source="https://github.com/zhiyongc/GRU-D/issues/2",
    ),
    forward_mutant(
        "reset-twice",
        "reset gate applied before and after the product",
        "Apply r in one place",
        candidate=lambda o, s: s.x_h + s.r * s.product(o, s.r * s.h),
    ),
    forward_mutant(
        "reset-inverted",
        "reset gate inverted (1 - r)",
        "Multiply by r: 1 lets the past through",
        candidate=_with_r(lambda _o, s: 1 - s.r),
    ),
    forward_mutant(
        "reset-is-z",
        "update gate used as the reset gate",
        "Use r inside the candidate and z in the mix",
        candidate=_with_r(lambda _o, s: s.z),
    ),
    forward_mutant(
        "state-overwritten",
        "state overwritten by r * h before it is mixed",
        "Keep h: z must multiply the state before the reset (look for an operation in place)",
        mix=lambda _o, s: s.z * s.r * s.h + (1 - s.z) * s.g,
    ),
    forward_mutant(
        "z-of-candidate",
        "z computed from the candidate instead of the state before the step",
        "Compute z and r from h before anything changes it",
        mix=_z_of_candidate,
    ),
    forward_mutant(
        "layer-norm",
        "state normalised (a layer normalisation left in)",
        "Remove the normalisation: the plain GRU has none",
        mix=_normalised,
    ),
    forward_mutant(
        "state-clipped",
        "state clipped to the range from -1 to 1",
        "Do not clip: an initial state may lie outside",
        "h0",
        mix=lambda o, s: o.clip(_next(s), -1, 1),
    ),
    forward_mutant(
        "float32-inside",
        "computed in float32, or with float32 constants, where float64 was asked for",
        "Keep the dtype of the input: look for arrays made without dtype=",
        "float64",
        tolerance=1e-6,  # measured 6e-8; other orders of the sums give a few times that
        mix=_rounded("float32"),
        source="https://github.com/asappresearch/sru/issues/102",
    ),
    forward_mutant(
        "float16-inside",
        "computed in float16",
        "Keep the dtype of the input: look for mixed precision or a half-precision kernel",
        tolerance=2e-3,  # measured 6e-4
        mix=_rounded("float16"),
        source="https://github.com/pytorch/pytorch/issues/84261",
    ),
)
