"""Mistakes with a mask: ignored, misread, misplaced, or not carried."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gru_lib.conformance.mutants.mutant import forward_mutant
from gru_lib.conformance.mutants.walks import BACKWARDS, first_row
from gru_lib.conformance.recipe import Sequence, turned, where

CARRY = "A masked step must pass on the state before it, and return it as its output"


def _mask(change: Callable) -> Callable:
    return lambda o, q: q if q.mask is None else replace(q, mask=change(o, q.mask))


def _as_lengths(o: Any, mask: Any) -> Any:
    steps = o.arange(mask.shape[1])
    return steps[None] < o.sum(o.cast(mask, steps.dtype), axis=1)[:, None]


def _inputs_zeroed(o: Any, q: Sequence) -> Sequence:
    return q if q.mask is None else replace(q, x=q.x * o.cast(q.mask, q.x.dtype)[:, :, None], mask=None)


def _turn_the_real(o: Any, q: Sequence) -> tuple[Any, Any]:
    """Turn every row up to its last real step, and leave the padding where it is."""
    if q.mask is None or not q.backwards:
        return turned(o, q)
    t = o.arange(q.mask.shape[1])[None]
    end = o.max(o.where(q.mask, t + 1, 0), axis=1)[:, None]
    index = o.where(t < end, end - 1 - t, t)
    x = o.take_along_axis(q.x, o.broadcast_to(index[:, :, None], o.shape(q.x)), axis=1)
    return x, o.take_along_axis(q.mask, index, axis=1)


def _turn_x_only(o: Any, q: Sequence) -> tuple[Any, Any]:
    return turned(o, q)[0], q.mask


MASK_MUTANTS = (
    forward_mutant(
        "mask-ignored",
        "mask ignored",
        CARRY,
        "padding",
        inputs=_mask(lambda _o, _m: None),
        source="https://github.com/NVIDIA/OpenSeq2Seq/issues/69",
    ),
    forward_mutant(
        "mask-inverted",
        "mask inverted",
        "True marks a real step; some libraries mark padding",
        "mask",
        inputs=_mask(lambda o, m: o.logical_not(m)),
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
        inputs=_mask(lambda o, m: o.concatenate([m[:, :1], m[:, :-1]], axis=1)),
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
        carry=lambda o, real, new, h, _start: (where(o, real, new, 0 * h),) * 2,
    ),
    forward_mutant(
        "masked-output-zeroed",
        "output zeroed at masked steps, state carried on",
        f"{CARRY}. Packed sequences in PyTorch and sequence_lens in ONNX return zeros",
        "padding",
        carry=lambda o, real, new, h, _start: (where(o, real, new, 0 * h), where(o, real, new, h)),
        source="https://github.com/tensorflow/tensorflow/issues/30423",
    ),
    forward_mutant(
        "mask-not-turned",
        "mask in the order of x with go_backwards",
        BACKWARDS,
        "padding",
        "backwards",
        order=_turn_x_only,
        source="https://github.com/keras-team/keras/pull/1934",
    ),
    forward_mutant(
        "backwards-within-length",
        "go_backwards turns only the real part of each row, padding stays at the end",
        f"{BACKWARDS}: padding that was last comes first",
        "padding",
        "backwards",
        "steps",
        order=_turn_the_real,
        source="https://github.com/pytorch/pytorch/issues/1811",
    ),
)
