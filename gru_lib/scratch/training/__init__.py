"""Train the GRU from scratch without a framework: output layers, losses, optimisers, a model and its trainer.

The chapters *Why gates*, *Train it yourself* and *MNIST, row by row* train with it.
"""

from gru_lib.scratch.training.losses import mean_squared_error, softmax, softmax_cross_entropy
from gru_lib.scratch.training.model import GRUModel
from gru_lib.scratch.training.optimizers import SGD, Adam, clip_by_global_norm
from gru_lib.scratch.training.output_layers import BatchNorm, Dense
from gru_lib.scratch.training.sampling import sample
from gru_lib.scratch.training.trainer import Trainer, print_epoch

__all__ = [
    "SGD",
    "Adam",
    "BatchNorm",
    "Dense",
    "GRUModel",
    "Trainer",
    "clip_by_global_norm",
    "mean_squared_error",
    "print_epoch",
    "sample",
    "softmax",
    "softmax_cross_entropy",
]
