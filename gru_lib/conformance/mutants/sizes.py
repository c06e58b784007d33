"""Mistakes that only some sizes, values or calls bring to light."""

from typing import Any

from gru_lib.conformance.mutants.arguments import SequenceInput
from gru_lib.conformance.mutants.forward import GRUVariant
from gru_lib.conformance.mutants.mutant import forward_mutant
from gru_lib.conformance.mutants.weights import every, weight_mutant

GROUP = 8  # numbers that one instruction takes at once


def _whole_groups(a: Any) -> Any:
    """Return 1 for the rows of a kernel that stand in whole groups, 0 for those left over."""
    whole = len(a) - len(a) % GROUP if len(a) > GROUP else len(a)
    return [[float(i < whole)] for i in range(len(a))]


def _left_over_forgotten(ops: Any, a: Any) -> Any:
    return a * ops.cast(ops.array(_whole_groups(a)), a.dtype)


def _first_rows_only(ops: Any, states: Any, _inputs: SequenceInput) -> Any:
    rows = ops.cast(ops.arange(states.shape[0]) < 16, states.dtype)
    return states * rows[:, None, None]


def _squeezed(_ops: Any, states: Any, _inputs: SequenceInput) -> Any:
    return states[0] if states.shape[0] == 1 else states


def _index_of_one_byte(ops: Any, inputs: SequenceInput) -> tuple[Any, Any]:
    x, mask = GRUVariant.input_order(ops, inputs)
    t = ops.arange(x.shape[1]) % 256
    return ops.take(x, t, axis=1), mask


def _zero_if_padded(ops: Any, _h: Any, states: Any, inputs: SequenceInput) -> Any:
    """Take the last output of a GRU that returns zeros for padding."""
    _, mask = GRUVariant.input_order(ops, inputs)
    return states[:, -1] if mask is None else ops.where(mask[:, -1:], states[:, -1], 0 * states[:, -1])


def _naive_sigmoid(ops: Any, a: Any) -> Any:
    return ops.exp(a) / (1 + ops.exp(a))


def _naive_tanh(ops: Any, a: Any) -> Any:
    return (ops.exp(2 * a) - 1) / (ops.exp(2 * a) + 1)


def _naive_tanh_of_two(ops: Any, a: Any) -> Any:
    return (ops.exp(a) - ops.exp(-a)) / (ops.exp(a) + ops.exp(-a))


OVERFLOW = "Compute with exp of negative numbers only, or call the library's function"
SIZE_MUTANTS = (
    forward_mutant(
        "batch-of-one-squeezed",
        "a batch of one row loses its axis",
        "Name the axis that squeeze is to remove",
        "batch of one",
        output_order=_squeezed,
        source="https://github.com/Maghoumi/JitGRU/issues/2",
    ),
    forward_mutant(
        "rows-limited",
        "rows after the sixteenth are not computed",
        "Size buffers by the batch that comes",
        "many rows",
        outputs=_first_rows_only,
    ),
    forward_mutant(
        "steps-limited",
        "after step 256 the sequence is read from its beginning again (an index of one byte)",
        "Count steps in a type that is large enough",
        "long",
        input_order=_index_of_one_byte,
    ),
    weight_mutant(
        "recurrent-tail",
        every(_left_over_forgotten, "recurrent"),
        "units beyond a multiple of eight left out of the recurrent product",
        "Let the loop over groups be followed by one over what is left",
        "units left over",
    ),
    weight_mutant(
        "kernel-tail",
        every(_left_over_forgotten, "kernel"),
        "features beyond a multiple of eight left out of the input product",
        "Let the loop over groups be followed by one over what is left",
        "features left over",
    ),
    forward_mutant(
        "sigmoid-overflows",
        "sigmoid as exp(a) / (1 + exp(a)), which is NaN for large a",
        OVERFLOW,
        "large values",
        gate_activation=_naive_sigmoid,
    ),
    forward_mutant(
        "tanh-overflows",
        "tanh as (exp(2a) - 1) / (exp(2a) + 1), which is NaN for large a",
        OVERFLOW,
        "large values",
        candidate_activation=_naive_tanh,
    ),
    forward_mutant(
        "tanh-overflows-twice",
        "tanh as (exp(a) - exp(-a)) / (exp(a) + exp(-a)), which is NaN for large a of either sign",
        OVERFLOW,
        "large values",
        candidate_activation=_naive_tanh_of_two,
    ),
    weight_mutant(
        "weights-limited",
        every(lambda ops, a: ops.clip(a, -4, 4)),
        "weights clipped to the range from -4 to 4 (a fixed-point format)",
        "Choose the format by the largest weight, or scale every row",
        "trained values",
    ),
    forward_mutant(
        "final-state-of-padding",
        "final state taken from the last output, which is zero for a padded row",
        "Take the output of the last real step of each row",
        "padding",
        "final",
        final=_zero_if_padded,
        source="https://github.com/pytorch/pytorch/issues/145073",
    ),
    forward_mutant(
        "final-state-of-last-input",
        "final state of go_backwards taken from the last step of x, which comes first",
        "The final state is the one after the last step that was taken: at step 0 of x",
        "backwards",
        "steps",
        "final",
        final=lambda _ops, _h, states, inputs: states[:, 0 if inputs.go_backwards else -1],
        source="https://github.com/yalesong/pvse/issues/13",
    ),
    forward_mutant(
        "final-state-one-early",
        "final state is the one before the last step",
        "Return the state after the last step",
        "steps",
        "final",
        final=lambda _ops, _h, states, _inputs: states[:, max(states.shape[1] - 2, 0)],
    ),
)
