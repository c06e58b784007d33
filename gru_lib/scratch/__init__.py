"""The gated recurrent unit in NumPy: weights, forward, backward, and a small trainer."""

from gru_lib.scratch.backward import GRUGradients, gru_backward
from gru_lib.scratch.forward import GRUCache, gru_forward, gru_step, sigmoid
from gru_lib.scratch.heads import BatchNorm, Dense
from gru_lib.scratch.losses import mean_squared_error, softmax, softmax_cross_entropy
from gru_lib.scratch.model import GRUModel
from gru_lib.scratch.optimizers import SGD, Adam
from gru_lib.scratch.training import Trainer
from gru_lib.scratch.weights import GRUWeights, parameter_count

__all__ = [
    "SGD",
    "Adam",
    "BatchNorm",
    "Dense",
    "GRUCache",
    "GRUGradients",
    "GRUModel",
    "GRUWeights",
    "Trainer",
    "gru_backward",
    "gru_forward",
    "gru_step",
    "mean_squared_error",
    "parameter_count",
    "sigmoid",
    "softmax",
    "softmax_cross_entropy",
]
