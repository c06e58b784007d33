"""The activations that GRUs in use have, by name; each takes a namespace of operators, as the parts of a GRU do."""

from collections.abc import Callable, Mapping
from typing import Any

GATES: Mapping[str, Callable[[Any, Any], Any]] = {
    "sigmoid": lambda ops, a: ops.sigmoid(a),
    "hard_sigmoid_0.2": lambda ops, a: ops.clip(0.2 * a + 0.5, 0, 1),  # Keras 1 and 2, TensorFlow.js, ONNX
    "hard_sigmoid_6": lambda ops, a: ops.clip(a / 6 + 0.5, 0, 1),  # Keras 3, PyTorch, JAX
}
CANDIDATES: Mapping[str, Callable[[Any, Any], Any]] = {
    "tanh": lambda ops, a: ops.tanh(a),
    "relu": lambda ops, a: ops.maximum(a, 0),
}


USUAL = ("sigmoid", "tanh")


def parts(gates: str, candidate: str) -> dict[str, Callable]:
    """Return what a `GRUVariant` with these activations has instead of the usual ones."""
    return {"gate_activation": GATES[gates], "candidate_activation": CANDIDATES[candidate]}
