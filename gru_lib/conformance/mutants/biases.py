"""Mistakes in the biases: rows exchanged, added up, used twice, forgotten."""

from collections.abc import Callable
from typing import Any

from gru_lib.conformance.mutants.weights import every, scaled, weight_mutant


def _both(change: Callable) -> Callable:
    """Change b and c together, where there are both."""
    return lambda ops, arrays, two_rows: (
        arrays._replace(**dict(zip("bc", change(ops, arrays.b, arrays.c), strict=True))) if two_rows else arrays
    )


def _split_in_two(ops: Any, b: Any, c: Any) -> tuple[Any, Any]:
    """Leave of c what the candidate needs."""
    return b, scaled(0, 0, 1)(ops, c)


BIAS_MUTANTS = (
    weight_mutant(
        "recurrent-bias-outside",
        _both(lambda ops, b, c: (b + c, ops.zeros_like(c))),
        "recurrent bias outside the reset (bias rows added up)",
        "Keep c_h inside the brackets that r multiplies: r * (h U_h + c_h)",
        "bias",
        "after",
        source="https://github.com/apple/coremltools/issues/1124",
    ),
    weight_mutant(
        "input-bias-inside",
        _both(lambda ops, b, c: (ops.zeros_like(b), b + c)),
        "input bias inside the reset (bias rows added up)",
        "Keep b_h outside the brackets that r multiplies",
        "bias",
        "after",
    ),
    weight_mutant(
        "bias-rows-exchanged",
        _both(lambda _ops, b, c: (c, b)),
        "bias rows exchanged (input bias for recurrent bias)",
        "Row 0 is the input bias (PyTorch's bias_ih), row 1 the recurrent one (bias_hh)",
        "bias",
        "after",
    ),
    weight_mutant(
        "input-bias-twice",
        _both(lambda _ops, b, _c: (b, b)),
        "input bias used twice, recurrent bias never",
        "Use row 1 of the bias for h U",
        "bias",
        "after",
    ),
    weight_mutant(
        "recurrent-bias-twice",
        _both(lambda _ops, _b, c: (c, c)),
        "recurrent bias used twice, input bias never",
        "Use row 0 of the bias for x W",
        "bias",
        "after",
    ),
    weight_mutant(
        "input-bias-forgotten",
        every(lambda ops, b: ops.zeros_like(b), "b"),
        "input bias forgotten",
        "Add row 0 of the bias to x W",
        "bias",
    ),
    weight_mutant(
        "recurrent-bias-forgotten",
        every(lambda ops, c: ops.zeros_like(c), "c"),
        "recurrent bias forgotten",
        "Add row 1 of the bias to h U",
        "bias",
        "after",
        source="https://github.com/nntrainer/nntrainer/pull/1787",
        convention="bias_rows=1",
    ),
    weight_mutant(
        "biases-forgotten",
        every(lambda ops, a: ops.zeros_like(a), "b", "c"),
        "all biases forgotten",
        "Add the biases to x W and h U",
        "bias",
        source="https://github.com/oreilly-japan/deep-learning-from-scratch-2/issues/13",
        convention="bias_rows=0",
    ),
    weight_mutant(
        "candidate-bias-forgotten",
        every(scaled(1, 1, 0), "b"),
        "input bias of the candidate forgotten",
        "Add the last third of row 0 to x W_h",
        "bias",
        source="https://github.com/pytorch/pytorch/pull/529",
    ),
    weight_mutant(
        "candidate-recurrent-bias-forgotten",
        every(scaled(1, 1, 0), "c"),
        "recurrent bias of the candidate forgotten",
        "Add the last third of row 1 to h U_h, inside the reset",
        "bias",
        "after",
        source="https://github.com/google/flax/issues/5594",
    ),
    weight_mutant(
        "gates-recurrent-bias-forgotten",
        _both(_split_in_two),
        "recurrent bias of z and r forgotten",
        "Add the first two thirds of row 1 to the gates",
        "bias",
        "after",
    ),
    weight_mutant(
        "bias-doubled",
        lambda _ops, arrays, two_rows: arrays if two_rows else arrays._replace(b=2 * arrays.b),
        "the one bias of reset before counted twice (put into both rows)",
        "Put the bias into the input row and zeros into the recurrent row",
        "one row",
    ),
)
