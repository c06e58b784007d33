"""A Keras GRU with `implementation=1` and dropout of its inputs alone cannot be trained."""

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras


def test_dropout_of_the_inputs():
    layer = keras.layers.GRU(4, dropout=0.5, implementation=1)
    assert layer(keras.ops.ones((2, 3, 5)), training=True).shape == (2, 4)
