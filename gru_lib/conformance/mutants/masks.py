"""Mistakes with a mask: ignored, misread, misplaced, or not carried."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gru_lib.conformance.mutants.arguments import SequenceInput, where_valid
from gru_lib.conformance.mutants.forward import GRUVariant
from gru_lib.conformance.mutants.mutant import forward_mutant
from gru_lib.conformance.mutants.recurrence import BACKWARDS, first_row

CARRY = "A masked step must pass on the state before it, and return it as its output"


def _mask(change: Callable) -> Callable:
    return lambda ops, inputs: inputs if inputs.mask is None else replace(inputs, mask=change(ops, inputs.mask))


def _as_lengths(ops: Any, mask: Any) -> Any:
    steps = ops.arange(mask.shape[1])
    return steps[None] < ops.sum(ops.cast(mask, steps.dtype), axis=1)[:, None]


def _inputs_zeroed(ops: Any, inputs: SequenceInput) -> SequenceInput:
    if inputs.mask is None:
        return inputs
    return replace(inputs, x=inputs.x * ops.cast(inputs.mask, inputs.x.dtype)[:, :, None], mask=None)


def _turn_the_valid(ops: Any, inputs: SequenceInput) -> tuple[Any, Any]:
    """Turn every row up to its last valid step, and leave the padding where it is."""
    if inputs.mask is None or not inputs.go_backwards:
        return GRUVariant.input_order(ops, inputs)
    t = ops.arange(inputs.mask.shape[1])[None]
    end = ops.max(ops.where(inputs.mask, t + 1, 0), axis=1)[:, None]
    index = ops.where(t < end, end - 1 - t, t)
    x = ops.take_along_axis(inputs.x, ops.broadcast_to(index[:, :, None], ops.shape(inputs.x)), axis=1)
    return x, ops.take_along_axis(inputs.mask, index, axis=1)


def _turn_x_only(ops: Any, inputs: SequenceInput) -> tuple[Any, Any]:
    return GRUVariant.input_order(ops, inputs)[0], inputs.mask


MASK_MUTANTS = (
    forward_mutant(
        "mask-ignored",
        "mask ignored",
        CARRY,
        "padding",
        inputs=_mask(lambda _ops, _mask: None),
        source="https://github.com/NVIDIA/OpenSeq2Seq/issues/69",
    ),
    forward_mutant(
        "mask-inverted",
        "mask inverted",
        "True marks a valid step; some libraries mark padding",
        "mask",
        inputs=_mask(lambda ops, mask: ops.logical_not(mask)),
        source="https://github.com/earthspecies/avex/pull/26",
    ),
    forward_mutant(
        "mask-first-row",
        "mask of row 0 used for all rows",
        "Use the mask row by row",
        "padding",
        "rows",
        inputs=_mask(first_row),
    ),
    forward_mutant(
        "mask-late",
        "mask one step late",
        "Use mask[:, t] at step t",
        "padding",
        "steps",
        inputs=_mask(lambda ops, mask: ops.concatenate([mask[:, :1], mask[:, :-1]], axis=1)),
    ),
    forward_mutant(
        "mask-as-lengths",
        "mask reduced to lengths (padding on the left and holes read as padding on the right)",
        "Use the mask step by step, or refuse masks that are not padding on the right",
        "padding",
        "steps",
        inputs=_mask(_as_lengths),
    ),
    forward_mutant(
        "masked-input-zeroed",
        "masked inputs zeroed, and the step taken all the same",
        CARRY,
        "padding",
        inputs=_inputs_zeroed,
        source="https://github.com/keras-team/keras/issues/1300",
    ),
    forward_mutant(
        "masked-state-zeroed",
        "state zeroed at masked steps",
        CARRY,
        "padding",
        carry=lambda ops, valid, new, h, _start: (where_valid(ops, valid, new, 0 * h),) * 2,
    ),
    forward_mutant(
        "masked-output-zeroed",
        "output zeroed at masked steps, state carried on",
        f"{CARRY}. Packed sequences in PyTorch and sequence_lens in ONNX return zeros",
        "padding",
        carry=lambda ops, valid, new, h, _start: (where_valid(ops, valid, new, 0 * h), where_valid(ops, valid, new, h)),
        source="https://github.com/tensorflow/tensorflow/issues/30423",
    ),
    forward_mutant(
        "mask-not-turned",
        "mask in the order of x with go_backwards",
        BACKWARDS,
        "padding",
        "backwards",
        input_order=_turn_x_only,
        source="https://github.com/keras-team/keras/pull/1934",
    ),
    forward_mutant(
        "backwards-within-length",
        "go_backwards turns only the real part of each row, padding stays at the end",
        f"{BACKWARDS}: padding that was last comes first",
        "padding",
        "backwards",
        "steps",
        input_order=_turn_the_valid,
        source="https://github.com/pytorch/pytorch/issues/1811",
    ),
)
