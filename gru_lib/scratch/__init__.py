"""The gated recurrent unit in NumPy: weights, forward and backward. Behind it: `training` and `compiled`."""

from gru_lib.scratch.backward import GRUGradients, gru_backward
from gru_lib.scratch.forward import GRUCache, gru_forward, gru_step, sigmoid
from gru_lib.scratch.weights import GRUWeights, parameter_count

__all__ = [
    "GRUCache",
    "GRUGradients",
    "GRUWeights",
    "gru_backward",
    "gru_forward",
    "gru_step",
    "parameter_count",
    "sigmoid",
]
