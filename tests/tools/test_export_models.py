"""What the website's networks are packed with: nothing but rounding is lost."""

import base64

import numpy as np
import pytest

from tools import export_models


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize("kind", ["<f4", ">f4", "i1", "u1"])
def test_text_is_the_bytes_of_the_array_little_endian(rng, kind):
    array = (100 * rng.uniform(size=(3, 5))).astype(kind)
    found = np.frombuffer(base64.b64decode(export_models.text(array)), np.dtype(kind).newbyteorder("<"))
    np.testing.assert_array_equal(found.reshape(3, 5), array)
    assert export_models.text(array[:, ::2]) == export_models.text(array[:, ::2].copy())


def test_a_dense_layer_takes_batch_normalisation_in(rng, require):
    keras = require("keras")
    layers = [keras.layers.BatchNormalization(), keras.layers.Dense(3)]
    model = keras.Sequential([keras.Input((6,)), *layers])
    model.set_weights([rng.uniform(0.2, 2, size=weight.shape) for weight in model.weights])
    x = rng.normal(size=(8, 6))
    kernel, bias = export_models.fold(*layers[1].get_weights(), layers[0].get_weights(), layers[0].epsilon)
    np.testing.assert_allclose(x @ kernel + bias, model.predict(x, verbose=0), rtol=1e-5, atol=1e-5)


def test_eight_bits_are_within_half_a_step(rng):
    matrix = rng.normal(size=(50, 7)).astype("float32") * 10.0 ** np.arange(-3, 4, dtype="float32")
    matrix[:, 2] = 0
    parts, shown = export_models.packed(matrix)
    factors = np.frombuffer(base64.b64decode(parts["factors"]), "<f4")
    whole = np.frombuffer(base64.b64decode(parts["numbers"]), np.int8).reshape(50, 7)
    np.testing.assert_array_equal(shown, whole * factors)
    assert shown.dtype == np.float32
    assert np.abs(whole).max(axis=0).tolist() == [127, 127, 0, 127, 127, 127, 127]
    assert (np.abs(shown - matrix) <= 0.5001 * np.abs(matrix).max(axis=0) / 127).all()


def test_an_unknown_network_is_refused(capsys):
    assert export_models.main(["nowhere"]) == 2
    assert "nowhere" in capsys.readouterr().out
