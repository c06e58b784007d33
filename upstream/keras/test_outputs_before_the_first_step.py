"""With JAX, what a Keras GRU returns before the first valid step depends on `unroll`: h0, or zeros."""

import os

os.environ["KERAS_BACKEND"] = "jax"

import keras
import numpy as np


def test_unrolling_changes_nothing():
    x = np.random.default_rng(0).normal(size=(1, 3, 2)).astype("float32")
    h0 = np.full((1, 4), 0.5, "float32")
    mask = np.array([[False, True, True]])
    loop, unrolled = (keras.layers.GRU(4, unroll=unroll, return_sequences=True) for unroll in (False, True))
    loop.build(x.shape)
    unrolled.build(x.shape)
    unrolled.set_weights(loop.get_weights())
    first = [layer(x, mask=mask, initial_state=h0)[0, 0, 0] for layer in (loop, unrolled)]
    assert first[0] == first[1], f"{first[0]} in the loop, {first[1]} unrolled"
