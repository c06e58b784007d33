"""`use_cudnn=True` without cuDNN is an error with TensorFlow, and silently something else with PyTorch and JAX."""

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import pytest
import torch


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a cuDNN here")
def test_without_cudnn_true_is_an_error():
    layer = keras.layers.GRU(4, use_cudnn=True)
    with pytest.raises(ValueError, match="cuDNN is not supported"):
        layer(keras.ops.ones((2, 3, 5)))
