"""With PyTorch, an unrolled recurrent layer of Keras cannot read a masked sequence backwards."""

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import pytest


@pytest.mark.parametrize("zero_output_for_mask", [False, True])
def test_unrolling_changes_nothing(zero_output_for_mask):
    x = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")
    mask = np.array([[True, True, False, False], [True, True, True, False]])
    options = {"return_sequences": True, "go_backwards": True, "zero_output_for_mask": zero_output_for_mask}
    loop, unrolled = (keras.layers.GRU(5, unroll=unroll, **options) for unroll in (False, True))
    loop.build(x.shape)
    unrolled.build(x.shape)
    unrolled.set_weights(loop.get_weights())
    keras.src.testing.TestCase().assertAllClose(unrolled(x, mask=mask), loop(x, mask=mask), atol=1e-5)
