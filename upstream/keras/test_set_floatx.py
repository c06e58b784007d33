"""Once a layer of Keras has been made, `set_floatx` changes the layers made later no more."""

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import pytest


@pytest.fixture
def fresh():
    """Settings as in a new process, and back again."""
    keras.src.backend.common.global_state.set_global_attribute("dtype_policy", None)
    yield
    keras.config.set_floatx("float32")
    keras.src.backend.common.global_state.set_global_attribute("dtype_policy", None)


@pytest.mark.usefixtures("fresh")
def test_set_floatx_after_the_first_layer():
    keras.layers.GRU(4)
    keras.config.set_floatx("float64")
    assert keras.layers.GRU(4).dtype == "float64"
