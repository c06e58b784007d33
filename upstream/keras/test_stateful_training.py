"""With PyTorch, a stateful Keras GRU cannot be trained."""

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import torch


def test_a_stateful_layer_has_gradients():
    layer = keras.layers.GRU(4, stateful=True)
    layer(torch.ones(2, 3, 5)).sum().backward()
