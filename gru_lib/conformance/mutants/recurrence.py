"""Mistakes on the way through time: initial state, direction, axes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gru_lib.conformance.mutants.arguments import SequenceInput, where_valid
from gru_lib.conformance.mutants.forward import GRUVariant
from gru_lib.conformance.mutants.mutant import forward_mutant

BACKWARDS = "With go_backwards turn x and the mask, and leave the states in the order of processing"


def _h0(change: Callable) -> Callable:
    return lambda ops, inputs: inputs if inputs.h0 is None else replace(inputs, h0=change(ops, inputs.h0))


def first_row(ops: Any, a: Any) -> Any:
    """Give every row what row 0 has."""
    return ops.broadcast_to(a[:1], ops.shape(a))


def turn_states(ops: Any, states: Any, inputs: SequenceInput) -> Any:
    """Return the states of a backward walk in the order of x."""
    return ops.flip(states, axis=1) if inputs.go_backwards else states


def _exchange(ops: Any, a: Any) -> Any:
    return None if a is None else ops.swapaxes(a, 0, 1)


def _view(ops: Any, a: Any) -> Any:
    """Read (B, T, ...) as (T, B, ...) without moving a number, then put the batch first again."""
    return None if a is None else _exchange(ops, ops.reshape(a, (a.shape[1], -1, *a.shape[2:])))


def _viewed_back(ops: Any, states: Any, _inputs: SequenceInput) -> Any:
    steps = states.shape[1]
    return ops.reshape(_exchange(ops, states), (-1, steps, states.shape[2]))


def _one_row(ops: Any, inputs: SequenceInput) -> tuple[Any, Any]:
    """Read all rows as a single long one."""
    x, mask = GRUVariant.input_order(ops, inputs)
    return ops.reshape(x, (1, -1, x.shape[2])), None if mask is None else ops.reshape(mask, (1, -1))


def _remembered(_ops: Any, inputs: SequenceInput) -> SequenceInput:
    last = inputs.memory.get("last")
    fits = last is not None and (last.shape[0], last.dtype) == (inputs.x.shape[0], inputs.x.dtype)
    return replace(inputs, h0=last) if inputs.h0 is None and fits else inputs


def _remember(_ops: Any, states: Any, inputs: SequenceInput) -> Any:
    inputs.memory["last"] = states[:, -1]
    return states


RECURRENCE_MUTANTS = (
    forward_mutant(
        "h0-ignored",
        "initial state ignored",
        "Start from h0 where it is given",
        "h0",
        inputs=lambda _ops, inputs: replace(inputs, h0=None),
        source="https://github.com/nyu-dl/dl4mt-tutorial/pull/65",
    ),
    forward_mutant(
        "h0-first-row",
        "initial state of row 0 used for all rows",
        "Use h0 row by row",
        "h0",
        "rows",
        inputs=_h0(first_row),
    ),
    forward_mutant(
        "h0-reshaped",
        "initial state with rows and units exchanged (reshaped, not transposed)",
        "h0 is (batch, units): transpose, or drop the axis of layers with h0[0]",
        "h0",
        "rows",
        "units",
        inputs=_h0(lambda ops, h: ops.reshape(ops.transpose(h), ops.shape(h))),
        source="https://medium.com/mcgill-artificial-intelligence-review/the-dangers-of-reshaping-and-other-fun-mistakes-ive-learnt-from-pytorch-b6a5bdc1c275",
    ),
    forward_mutant(
        "state-shared-by-rows",
        "state carried from the last step of a row to the first step of the next row",
        "Start every row of the batch from its own initial state",
        "rows",
        inputs=_h0(lambda _ops, h: h[:1]),
        input_order=_one_row,
        outputs=lambda ops, states, inputs: ops.reshape(states, (inputs.x.shape[0], inputs.x.shape[1], -1)),
        source="https://github.com/alibaba/MNN/issues/1573",
    ),
    forward_mutant(
        "state-not-carried",
        "state not carried from step to step",
        "Hand the new state to the next step",
        "steps",
        carry=lambda ops, valid, new, _h, start: (where_valid(ops, valid, new, start), start),
        source="https://github.com/tracel-ai/burn/issues/2701",
    ),
    forward_mutant(
        "state-kept",
        "state kept from one call to the next",
        "Start from zeros where no h0 is given; reset the state between independent batches",
        "no h0",
        inputs=_remembered,
        outputs=_remember,
        source="https://github.com/soumith/cudnn.torch/issues/348",
    ),
    forward_mutant(
        "output-before-step",
        "output one step late (the state before the step)",
        "Collect the state after the step",
        carry=lambda ops, valid, new, h, _start: (h, where_valid(ops, valid, new, h)),
    ),
    forward_mutant(
        "backwards-ignored",
        "go_backwards ignored",
        BACKWARDS,
        "backwards",
        "steps",
        inputs=lambda _ops, inputs: replace(inputs, go_backwards=False),
        source="https://github.com/stanfordmlgroup/nlc/issues/8",
    ),
    forward_mutant(
        "states-in-input-order",
        "states returned in the order of x with go_backwards (as PyTorch and ONNX do)",
        f"{BACKWARDS}; here the first state belongs to the last step of x",
        "backwards",
        "steps",
        output_order=turn_states,
        source="https://github.com/keras-team/keras/issues/1431",
    ),
    forward_mutant(
        "backwards-turns-states",
        "go_backwards turns the states, not the input",
        BACKWARDS,
        "backwards",
        "steps",
        input_order=lambda _ops, inputs: (inputs.x, inputs.mask),
        output_order=turn_states,
    ),
    forward_mutant(
        "batch-time-exchanged",
        "batch and time exchanged",
        "x is (batch, steps, features): PyTorch needs batch_first=True, ONNX a transpose",
        inputs=lambda ops, inputs: replace(inputs, x=_exchange(ops, inputs.x), mask=_exchange(ops, inputs.mask)),
        outputs=lambda ops, states, _inputs: _exchange(ops, states),
        source="https://github.com/google-deepmind/dm-haiku/issues/298",
    ),
    forward_mutant(
        "batch-time-reshaped",
        "batch and time reshaped (view) instead of transposed",
        "Use transpose or swapaxes: reshape mixes the rows",
        "rows",
        "steps",
        inputs=lambda ops, inputs: replace(inputs, x=_view(ops, inputs.x), mask=_view(ops, inputs.mask)),
        outputs=_viewed_back,
    ),
)
