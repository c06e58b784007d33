"""Mistakes inside one step: where the gates act, how the state is mixed, in which precision."""

from collections.abc import Callable
from typing import Any

from gru_lib.conformance.mutants.arguments import StepState, thirds
from gru_lib.conformance.mutants.forward import GRUVariant, candidate_reset_after, candidate_reset_before
from gru_lib.conformance.mutants.mutant import forward_mutant


def _with_r(change: Callable) -> Callable:
    """Compute the candidate with another reset gate."""
    return lambda ops, step: GRUVariant.candidate_preactivation(ops, step._replace(r=change(ops, step)))


def _skip_at_zero(ops: Any, step: StepState) -> Any:
    moved = ops.cast(ops.any(step.h != 0), step.x.dtype)
    return step.x_h + moved * (GRUVariant.candidate_preactivation(ops, step) - step.x_h)


def _z_of_candidate(ops: Any, step: StepState) -> Any:
    """Compute z from g instead of the state before the step, then mix."""
    kernel, recurrent, b, c = (thirds(a)[0] for a in step.weights)
    z = ops.sigmoid(step.x @ kernel + b + step.g @ recurrent + c)
    return z * step.h + (1 - z) * step.g


def _normalised(ops: Any, step: StepState) -> Any:
    h = GRUVariant.interpolate(ops, step)
    centred = h - ops.mean(h, axis=-1, keepdims=True)
    return centred / ops.sqrt(ops.mean(centred * centred, axis=-1, keepdims=True) + 1e-5)


def _rounded(dtype: str) -> Callable:
    return lambda ops, step: ops.cast(ops.cast(GRUVariant.interpolate(ops, step), dtype), step.x.dtype)


STEP_MUTANTS = (
    forward_mutant(
        "update-inverted",
        "update gate inverted (z = 1 takes the new instead of keeping the past)",
        "Mix as z h + (1 - z) g, or negate the z part of all weights",
        interpolate=lambda _ops, step: (1 - step.z) * step.h + step.z * step.g,
        source="https://github.com/soroushmehr/sampleRNN_ICLR2017/issues/20",
        convention="update='overwrites'",
    ),
    forward_mutant(
        "past-not-scaled",
        "z missing from the past: h + (1 - z) g",
        "Mix as z h + (1 - z) g",
        interpolate=lambda _ops, step: step.h + (1 - step.z) * step.g,
    ),
    forward_mutant(
        "candidate-not-scaled",
        "1 - z missing from the candidate: z h + g",
        "Mix as z h + (1 - z) g",
        interpolate=lambda _ops, step: step.z * step.h + step.g,
    ),
    forward_mutant(
        "before-for-after",
        "reset before the recurrent product where reset after was asked for",
        "Compute r * (h U_h + c_h); in ONNX set linear_before_reset=1. "
        "If yours is meant to be the original GRU, test it with reset_after=False",
        "after",
        candidate_preactivation=candidate_reset_before,
        source="https://github.com/microsoft/onnxscript/issues/2852",
        convention="reset_after=False",
    ),
    forward_mutant(
        "recurrent-bias-skipped-at-zero",
        "recurrent bias of the candidate skipped while the state is zero (no initial state given)",
        "Treat a missing initial state as zeros, and run the same step",
        "bias",
        "after",
        "no h0",
        candidate_preactivation=_skip_at_zero,
        source="https://github.com/ml-explore/mlx/issues/3249",
    ),
    forward_mutant(
        "after-for-before",
        "reset after the recurrent product where reset before was asked for",
        "Compute (r * h) U_h. PyTorch and cuDNN have reset after only",
        "before",
        candidate_preactivation=candidate_reset_after,
        source="https://github.com/ooples/AiDotNet/pull/722",
        convention="reset_after=True",
    ),
    forward_mutant(
        "reset-flag-inverted",
        "reset_after read the wrong way round",
        "ONNX's linear_before_reset=1 means reset after: there the product comes first",
        "both resets",
        candidate_preactivation=lambda ops, step: (
            candidate_reset_before if step.reset_after else candidate_reset_after
        )(ops, step),
    ),
    forward_mutant(
        "reset-on-input",
        "reset gate on the candidate's whole sum, what comes from x included",
        "Let r multiply only what comes from h",
        candidate_preactivation=lambda ops, step: GRUVariant.candidate_preactivation(
            ops, step._replace(x_h=step.r * step.x_h)
        ),
    ),
    forward_mutant(
        "reset-never",
        "reset gate never applied",
        "Multiply what comes from h by r",
        candidate_preactivation=_with_r(lambda ops, step: ops.ones_like(step.r)),
        source="https://github.com/zhiyongc/GRU-D/issues/2",
    ),
    forward_mutant(
        "reset-twice",
        "reset gate applied before and after the product",
        "Apply r in one place",
        candidate_preactivation=lambda _ops, step: step.x_h + step.r * step.recurrent_product(step.r * step.h),
    ),
    forward_mutant(
        "reset-inverted",
        "reset gate inverted (1 - r)",
        "Multiply by r: 1 lets the past through",
        candidate_preactivation=_with_r(lambda _ops, step: 1 - step.r),
    ),
    forward_mutant(
        "reset-is-z",
        "update gate used as the reset gate",
        "Use r inside the candidate and z in the mix",
        candidate_preactivation=_with_r(lambda _ops, step: step.z),
    ),
    forward_mutant(
        "state-overwritten",
        "state overwritten by r * h before it is mixed",
        "Keep h: z must multiply the state before the reset (look for an operation in place)",
        interpolate=lambda _ops, step: step.z * step.r * step.h + (1 - step.z) * step.g,
    ),
    forward_mutant(
        "z-of-candidate",
        "z computed from the candidate instead of the state before the step",
        "Compute z and r from h before anything changes it",
        interpolate=_z_of_candidate,
    ),
    forward_mutant(
        "layer-norm",
        "state normalised (a layer normalisation left in)",
        "Remove the normalisation: the plain GRU has none",
        interpolate=_normalised,
    ),
    forward_mutant(
        "state-clipped",
        "state clipped to the range from -1 to 1",
        "Do not clip: an initial state may lie outside",
        "h0",
        interpolate=lambda ops, step: ops.clip(GRUVariant.interpolate(ops, step), -1, 1),
    ),
    forward_mutant(
        "float32-inside",
        "computed in float32, or with float32 constants, where float64 was asked for",
        "Keep the dtype of the input: look for arrays made without dtype=",
        "float64",
        precision="float32",
        interpolate=_rounded("float32"),
        source="https://github.com/asappresearch/sru/issues/102",
    ),
    forward_mutant(
        "float16-inside",
        "computed in float16",
        "Keep the dtype of the input: look for mixed precision or a half-precision kernel",
        precision="float16",
        interpolate=_rounded("float16"),
        source="https://github.com/pytorch/pytorch/issues/84261",
    ),
)
