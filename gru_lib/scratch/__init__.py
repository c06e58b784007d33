"""The gated recurrent unit in NumPy. Read `weights`, `checks`, `forward` and `backward` in this order.

`fast_forward` and `fast_backward` compute the same in less time. Behind them: `training` and `compiled`.
"""

from gru_lib.scratch.backward import GRUGradients, gru_backward_plain
from gru_lib.scratch.cache import GRUCache
from gru_lib.scratch.fast_backward import gru_backward
from gru_lib.scratch.fast_forward import gru_forward, gru_step
from gru_lib.scratch.forward import gru_forward_plain, sigmoid
from gru_lib.scratch.weights import GRUWeights, parameter_count

__all__ = [
    "GRUCache",
    "GRUGradients",
    "GRUWeights",
    "gru_backward",
    "gru_backward_plain",
    "gru_forward",
    "gru_forward_plain",
    "gru_step",
    "parameter_count",
    "sigmoid",
]
