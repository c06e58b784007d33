"""HDF5 files of Keras 2 and Keras 3: whole models, and weights alone."""

import numpy as np
import pytest

from gru_lib.porting.files import Assumed, load
from gru_lib.porting.parity import run

M, N = 4, 3


def layers_of(library):
    gru, cell = library.layers.GRU, library.layers.GRUCell
    return {
        "old": gru(N, reset_after=False, recurrent_activation="hard_sigmoid", return_sequences=True, name="old"),
        "after": gru(N, return_sequences=True, dropout=0.1, name="after"),
        "both": library.layers.Bidirectional(gru(N, return_sequences=True), name="both"),
        "cell": library.layers.RNN(cell(N, activation="relu"), return_sequences=True, name="cell"),
    }


@pytest.fixture(scope="module", params=["tf_keras", "keras"])
def model(require, request, tmp_path_factory):
    """A model with random weights, its layers, and the folder of its files."""
    library = require(request.param)
    require("tensorflow")
    layers = layers_of(library)
    model = library.Sequential([library.layers.Input((None, M)), *layers.values()])
    model.compile("adam", "mse")  # optimizers leave numbers in the file too
    rng = np.random.default_rng(0)
    model.set_weights([rng.normal(size=array.shape).astype("float32") for array in model.get_weights()])
    folder = tmp_path_factory.mktemp(request.param)
    model.save(folder / "model.h5")
    model.save(folder / "model.keras")
    model.save_weights(folder / ("model.weights.h5" if request.param == "keras" else "weights.h5"))
    return folder, layers, request.param


@pytest.mark.parametrize("name", ["old", "after", "both", "cell"])
@pytest.mark.parametrize("suffix", [".h5", ".keras"])
def test_a_model_computes_what_its_own_keras_computes(model, suffix, name):
    folder, layers, _ = model
    _, stack = load(folder / f"model{suffix}", layers=[name])
    x = np.random.default_rng(1).normal(size=(2, 7, stack.layers[0][0].input_size)).astype("float32")
    np.testing.assert_allclose(run(stack, "onnx", x), np.asarray(layers[name](x)), rtol=0, atol=2e-6)


def test_a_hard_sigmoid_is_that_of_its_version(model):
    folder, _, library = model
    expected = {"tf_keras": "hard_sigmoid_0.2", "keras": "hard_sigmoid_6"}[library]
    for suffix in (".h5", ".keras"):
        assert load(folder / f"model{suffix}", layers=["old"])[1].activations == (expected, "tanh")


def test_weights_alone_say_what_they_do_not_show(model):
    folder, layers, library = model
    path = next(folder.glob("*weights.h5"))
    names = {"old": "gru", "after": "gru_1", "both": "bidirectional", "cell": "rnn"}
    names = {name: (name if library == "tf_keras" else by_class) for name, by_class in names.items()}
    with pytest.warns(Assumed, match="sigmoid and tanh are assumed"):
        _, stack = load(path, layers=[names["both"]])
    assert [len(layer) for layer in stack.layers] == [2]
    x = np.random.default_rng(1).normal(size=(2, 7, N)).astype("float32")
    np.testing.assert_allclose(run(stack, "onnx", x), np.asarray(layers["both"](x)), rtol=0, atol=2e-6)
    with pytest.raises(ValueError, match="does not name the activation; say --gates"):
        load(path, layers=[names["old"]])
    gates = "hard_sigmoid_0.2" if library == "tf_keras" else "hard_sigmoid_6"
    _, stack = load(path, layers=[names["old"]], gates=gates, candidate="tanh")
    x = np.random.default_rng(1).normal(size=(2, 7, M)).astype("float32")
    np.testing.assert_allclose(run(stack, "onnx", x), np.asarray(layers["old"](x)), rtol=0, atol=2e-6)
