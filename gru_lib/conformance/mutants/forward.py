"""A GRU taken apart into replaceable parts, so that a mistake is one part exchanged.

Every part is handed a namespace of operators (`ops`: NumPy's names, which `keras.ops` has too), which lets the same
mistake run in NumPy, inside a Keras layer, and as an ONNX operator.
"""

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

from gru_lib.conformance.mutants.arguments import (
    NUMPY,
    SequenceInput,
    StepState,
    WeightArrays,
    weight_arrays,
    where_valid,
)
from gru_lib.scratch import GRUWeights


def candidate_reset_after(_ops: Any, step: StepState) -> Any:
    """Return x W_h + b_h + r * (h U_h + c_h)."""
    return step.x_h + step.r * step.recurrent_product(step.h)


def candidate_reset_before(_ops: Any, step: StepState) -> Any:
    """Return x W_h + b_h + (r * h) U_h + c_h: a c_h stands outside the reset, as in ONNX."""
    return step.x_h + step.recurrent_product(step.r * step.h)


class Variant:
    """Something of which parts can be exchanged: ``Variant(part=function)``."""

    def __init__(self, **parts: Callable) -> None:
        if unknown := parts.keys() - set(dir(self)):
            raise TypeError(f"{type(self).__name__} has no part {', '.join(sorted(unknown))}")
        vars(self).update(parts)


class GRUVariant(Variant):
    """The forward pass; without exchanged parts it is right."""

    @staticmethod
    def weights(_ops: Any, arrays: WeightArrays, _two_rows: bool) -> WeightArrays:
        """Return the weights as they are used; `two_rows` tells whether there is a recurrent row of biases too."""
        return arrays

    @staticmethod
    def inputs(_ops: Any, inputs: SequenceInput) -> SequenceInput:
        """Return what is used of the inputs."""
        return inputs

    @staticmethod
    def input_order(ops: Any, inputs: SequenceInput) -> tuple[Any, Any]:
        """Return x and mask in the order of processing."""
        if not inputs.go_backwards:
            return inputs.x, inputs.mask
        return ops.flip(inputs.x, axis=1), None if inputs.mask is None else ops.flip(inputs.mask, axis=1)

    @staticmethod
    def gate_activation(ops: Any, a: Any) -> Any:
        """Return z or r (B, n)."""
        return ops.sigmoid(a)

    @staticmethod
    def candidate_preactivation(ops: Any, step: StepState) -> Any:
        """Return the sum (B, n) inside the candidate's activation."""
        return (candidate_reset_after if step.reset_after else candidate_reset_before)(ops, step)

    @staticmethod
    def candidate_activation(ops: Any, a: Any) -> Any:
        """Return the candidate (B, n)."""
        return ops.tanh(a)

    @staticmethod
    def interpolate(_ops: Any, step: StepState) -> Any:
        """Return the next state (B, n)."""
        return step.z * step.h + (1 - step.z) * step.g

    @staticmethod
    def carry(ops: Any, valid: Any, new: Any, h: Any, _start: Any) -> tuple[Any, Any]:
        """Return output and state (B, n) of a step; `valid` is (B, 1), or True where there is no mask."""
        h = where_valid(ops, valid, new, h)
        return h, h

    @staticmethod
    def outputs(_ops: Any, states: Any, _inputs: SequenceInput) -> Any:
        """Return the states (B, T, n)."""
        return states

    @staticmethod
    def final(_ops: Any, h: Any, _states: Any, _inputs: SequenceInput) -> Any:
        """Return the state (B, n) after the last step: h, which the steps hand on, whatever the outputs are."""
        return h

    @staticmethod
    def output_order(_ops: Any, states: Any, _inputs: SequenceInput) -> Any:
        """Return the states in the order in which they leave."""
        return states

    def step(self, ops: Any, step: StepState, zr: Any) -> tuple[Any, StepState]:
        """Return the state (B, n) after a step, and what was computed on the way; `zr` (B, 2n) is x W + b of both."""
        n = zr.shape[-1] // 2
        recurrent = step.h @ step.weights.recurrent + step.weights.c
        gates = self.gate_activation(ops, zr + recurrent[:, : 2 * n])
        step = step._replace(z=gates[:, :n], r=gates[:, n:])
        step = step._replace(g=self.candidate_activation(ops, self.candidate_preactivation(ops, step)))
        return self.interpolate(ops, step), step

    def run(
        self,
        ops: Any,
        weights: WeightArrays,
        inputs: SequenceInput,
        reset_after: bool,
        trace: list[StepState] | None = None,
        two_rows: bool | None = None,
    ) -> tuple[Any, Any]:
        """Return the states (B, T, n) and the last one.

        `trace` collects the steps; `two_rows` of biases is `reset_after` where nothing is said.
        """
        weights = self.weights(ops, weights, reset_after if two_rows is None else two_rows)
        inputs = self.inputs(ops, inputs)
        x, mask = self.input_order(ops, inputs)
        zeros = ops.zeros((ops.shape(x)[0], weights.recurrent.shape[0]), x.dtype)
        h = start = zeros if inputs.h0 is None else inputs.h0
        projected, outputs = ops.matmul(x, weights.kernel) + weights.b, []
        n = projected.shape[-1] // 3
        for t in range(x.shape[1]):
            valid = True if mask is None else mask[:, t, None]
            step = StepState(x[:, t], h, weights, reset_after, x_h=projected[:, t, 2 * n :])
            new, step = self.step(ops, step, projected[:, t, : 2 * n])
            output, h = self.carry(ops, valid, new, h, start)
            outputs.append(output)
            if trace is not None:
                trace.append(step._replace(valid=valid))
        states = self.outputs(ops, ops.stack(outputs, axis=1), inputs)
        return self.output_order(ops, states, inputs), self.final(ops, h, states, inputs)


def gru_of_parts(parts: dict[str, Callable], *, final: bool = False) -> Callable[..., Any]:
    """Return a GRU with the interface of `check_gru`, of these parts instead of the right ones.

    It remembers its own calls and nobody else's; `final` makes it return the final state too.
    """
    variant = GRUVariant(**parts)
    memory: dict = {}

    def gru(
        x: NDArray,
        weights: GRUWeights,
        *,
        h0: NDArray | None = None,
        mask: NDArray | None = None,
        reset_after: bool = True,
        go_backwards: bool = False,
    ) -> Any:
        inputs = SequenceInput(x, h0, mask, go_backwards, memory)
        two_rows = reset_after and (weights.bias is None or weights.bias.ndim == 2)
        found = variant.run(NUMPY, weight_arrays(weights, reset_after), inputs, reset_after, two_rows=two_rows)
        return found if final else found[0]

    return gru
