"""With JAX, an unrolled recurrent layer of Keras ignores `zero_output_for_mask`."""

import os

os.environ["KERAS_BACKEND"] = "jax"

import keras
import numpy as np
import pytest


@pytest.mark.parametrize("go_backwards", [False, True])
def test_unrolling_changes_nothing(go_backwards):
    x = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")
    mask = np.array([[True, False, True, False], [True, True, True, False]])
    options = {"return_sequences": True, "go_backwards": go_backwards, "zero_output_for_mask": True}
    keras.utils.set_random_seed(0)
    loop, unrolled = (keras.layers.GRU(5, unroll=unroll, **options) for unroll in (False, True))
    loop.build(x.shape)
    unrolled.build(x.shape)
    unrolled.set_weights(loop.get_weights())
    difference = np.abs(unrolled(x, mask=mask) - loop(x, mask=mask)).max()
    assert difference < 1e-5, f"the outputs differ by {difference:.2f}"
