"""Mistakes in the weights: order, orientation, precision."""

from collections.abc import Callable
from typing import Any

from gru_lib.conformance.mutants.arguments import WeightArrays, thirds
from gru_lib.conformance.mutants.mutant import Mutant, forward_mutant

PORT = "gru_lib.porting.port(weights, source, target) does it for you"


def every(change: Callable, *names: str) -> Callable:
    """Change the named arrays, or all of them."""
    return lambda ops, arrays, _two_rows: arrays._replace(
        **{name: change(ops, getattr(arrays, name)) for name in names or WeightArrays._fields}
    )


def scaled(*factors: float) -> Callable:
    """Multiply the thirds by factors."""
    return lambda ops, a: ops.concatenate([f * t for f, t in zip(factors, thirds(a), strict=True)], axis=-1)


def weight_mutant(id: str, weights: Callable, name: str, remedy: str, *needs: str, **more: Any) -> Mutant:
    """Return a mutant whose weights are changed by (ops, arrays, two_rows) -> arrays."""
    return forward_mutant(id, name, remedy, *needs, weights=weights, **more)


def _reorder(ops: Any, a: Any, order: str) -> Any:
    """Put the thirds of the last axis in another order, "102" to exchange the first two."""
    return ops.concatenate([thirds(a)[int(i)] for i in order], axis=-1)


def _ordered(order: str, *names: str) -> Callable:
    return every(lambda ops, a: _reorder(ops, a, order), *names)


def _interleaved(ops: Any, a: Any) -> Any:
    """Take every third column for a gate."""
    return ops.concatenate([a[..., i::3] for i in range(3)], axis=-1)


def _reshaped(ops: Any, a: Any) -> Any:
    return ops.reshape(ops.transpose(a), a.shape)


def _gates_transposed(ops: Any, a: Any) -> Any:
    return ops.concatenate([ops.transpose(third) for third in thirds(a)], axis=1)


def _half(ops: Any, a: Any) -> Any:
    return ops.cast(ops.cast(a, "float16"), a.dtype)


def _eight_bits(ops: Any, a: Any) -> Any:
    scale = ops.max(ops.abs(a)) / 127 + 1e-30
    return ops.round(a / scale) * scale


ORDER = "Exchange the first two thirds"
WEIGHT_MUTANTS = (
    weight_mutant(
        "zr-exchanged",
        _ordered("102"),
        "z and r exchanged in every array (PyTorch's and cuDNN's order r, z, n read as z, r, h)",
        f"{ORDER} of kernel, recurrent kernel and biases; {PORT}",
        source="https://github.com/keras-team/keras/issues/15915",
        convention="weights='pytorch-cell'",
    ),
    weight_mutant(
        "zr-exchanged-kernel",
        _ordered("102", "kernel"),
        "z and r exchanged in the kernel only",
        f"{ORDER} of the kernel's columns too",
    ),
    weight_mutant(
        "zr-exchanged-recurrent",
        _ordered("102", "recurrent"),
        "z and r exchanged in the recurrent kernel only",
        f"{ORDER} of the recurrent kernel's columns too",
    ),
    weight_mutant(
        "zr-exchanged-bias",
        _ordered("102", "b", "c"),
        "z and r exchanged in the biases only",
        f"{ORDER} of both bias rows too",
        "bias",
        source="https://github.com/openvinotoolkit/openvino/pull/17651",
    ),
    weight_mutant(
        "rh-exchanged",
        _ordered("021"),
        "r and the candidate exchanged in every array (order z, h, r)",
        "Exchange the last two thirds of every array",
    ),
    weight_mutant(
        "zh-exchanged",
        _ordered("210"),
        "z and the candidate exchanged in every array (order h, r, z)",
        "Exchange the first and the last third of every array",
    ),
    weight_mutant(
        "gates-interleaved",
        every(_interleaved),
        "gates interleaved: every third column taken for a gate instead of every third part",
        "Reshape columns to (3, n), not (n, 3)",
        "units",
    ),
    weight_mutant(
        "z-half-negated",
        every(scaled(-1, 1, 1), "kernel", "recurrent"),
        "z negated in the matrices, not in the biases",
        "Negate the z part of the biases too; then 1 - z and z have changed places exactly",
    ),
    weight_mutant(
        "kernel-reshaped",
        every(_reshaped, "kernel"),
        "kernel reshaped instead of transposed",
        "Use .T: reshape gives the right shape and scrambles the numbers",
        "features",
        source="https://github.com/keras-team/keras/issues/8720",
    ),
    weight_mutant(
        "recurrent-reshaped",
        every(_reshaped, "recurrent"),
        "recurrent kernel reshaped instead of transposed",
        "Use .T: reshape gives the right shape and scrambles the numbers",
        "units",
    ),
    weight_mutant(
        "recurrent-transposed",
        every(_gates_transposed, "recurrent"),
        "recurrent kernel transposed, gate by gate (h multiplied from the wrong side)",
        "Compute h @ U with row vectors, or transpose every gate's square block",
        "units",
        source="https://github.com/xiph/LPCNet/issues/123",
    ),
    weight_mutant(
        "recurrent-z-for-h",
        _ordered("010", "recurrent"),
        "candidate computed with the recurrent kernel of z",
        "Take the last n columns of the recurrent kernel for the candidate",
    ),
    weight_mutant(
        "weights-int8",
        every(_eight_bits),
        "weights rounded to eight bits, with one scale for each array",
        "Compare with the weights before quantisation; decide afterwards whether the difference is small enough",
        source="https://github.com/tensorflow/tensorflow/issues/48487",
    ),
    weight_mutant(
        "weights-float16",
        every(_half),
        "weights rounded to float16",
        "Load the weights in full precision: look for a half-precision or quantised checkpoint",
    ),
)
