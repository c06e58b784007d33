"""A Keras GRU takes integers, until it has dropout."""

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras


def test_integers_with_dropout():
    x = keras.ops.ones((2, 3, 5), dtype="int32")
    assert keras.layers.GRU(4)(x, training=True).shape == (2, 4)
    assert keras.layers.GRU(4, dropout=0.5)(x, training=True).shape == (2, 4)
