"""With TensorFlow, an unrolled Keras GRU that reads backwards puts the zeros of `zero_output_for_mask` elsewhere."""

import os

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np


def test_unrolling_changes_nothing():
    x = np.random.default_rng(0).normal(size=(1, 4, 3)).astype("float32")
    mask = np.array([[True, True, True, False]])
    options = {"return_sequences": True, "go_backwards": True, "zero_output_for_mask": True}
    loop, unrolled = (keras.layers.GRU(5, unroll=unroll, **options) for unroll in (False, True))
    loop.build(x.shape)
    unrolled.build(x.shape)
    unrolled.set_weights(loop.get_weights())
    zeros = [(layer(x, mask=mask).numpy() == 0).all(axis=2)[0].tolist() for layer in (loop, unrolled)]
    assert zeros[0] == zeros[1], "the zeros stand at other steps"
