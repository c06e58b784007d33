"""HDF5 files of Keras 2 and Keras 3: whole models, and weights alone."""

import io

import numpy as np
import pytest

from gru_lib.porting.check import run
from gru_lib.porting.files import Assumed, hdf5, inventory, load

M, N = 4, 3


def layers_of(library):
    gru, cell = library.layers.GRU, library.layers.GRUCell
    return {
        "old": gru(N, reset_after=False, recurrent_activation="hard_sigmoid", return_sequences=True, name="old"),
        "after": gru(N, return_sequences=True, dropout=0.1, name="after"),
        "both": library.layers.Bidirectional(gru(N, return_sequences=True), name="both"),
        "cell": library.layers.RNN(cell(N, activation="relu"), return_sequences=True, name="cell"),
        "cells": library.layers.RNN([cell(N), cell(5)], return_sequences=True, name="cells"),
        "inner": library.Sequential(
            [
                library.layers.Input((None, 5)),
                gru(N, return_sequences=True, name="first"),
                library.layers.Dense(3 * N, name="dense"),
                gru(N, return_sequences=True, name="second"),
            ],
            name="inner",
        ),
        "bare": gru(N, use_bias=False, return_sequences=True, name="bare"),
        "LSTM": library.layers.LSTM(N, return_sequences=True, name="LSTM"),
    }


@pytest.fixture(scope="module", params=["tf_keras", "keras"])
def model(require, request, tmp_path_factory):
    """The folder of the files of a model with random weights, its layers by name, and who made them."""
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
    model.save_weights(folder / "model.weights.h5")
    if request.param == "tf_keras":
        model.save_weights(folder / "weights.h5")
    inner = {f"inner/{name}": layers["inner"].get_layer(name) for name in ("first", "second")}
    return folder, layers | inner, request.param


def compared(stack, layer):
    x = np.random.default_rng(1).normal(size=(2, 7, stack.layers[0][0].input_size)).astype("float32")
    np.testing.assert_allclose(run(stack, "onnx", x), np.asarray(layer(x)), rtol=1e-6, atol=2e-6)


GRUS = ["old", "after", "both", "cell", "cells", "inner/first", "inner/second", "bare"]
CLASSES = ["gru", "gru_1", "bidirectional", "rnn", "rnn_1", "sequential/gru", "sequential/gru_1", "gru_2"]


@pytest.mark.parametrize("name", GRUS)
@pytest.mark.parametrize("suffix", [".h5", ".keras"])
def test_a_model_computes_what_its_own_keras_computes(model, suffix, name):
    folder, layers, _ = model
    compared(load(folder / f"model{suffix}", layers=[name])[1], layers[name])


@pytest.mark.parametrize("suffix", [".h5", ".keras"])
def test_what_a_file_holds_is_listed(model, suffix):
    rows = [gru.row() for gru in inventory(model[0] / f"model{suffix}")]
    assert [row[0] for row in rows] == GRUS
    assert rows[4][2:5] == [str(N), f"{N}, 5", "1"]  # a stack of two


def test_a_hard_sigmoid_is_that_of_its_version(model):
    folder, _, library = model
    expected = {"tf_keras": "hard_sigmoid_0.2", "keras": "hard_sigmoid_6"}[library]
    for suffix in (".h5", ".keras"):
        assert load(folder / f"model{suffix}", layers=["old"])[1].activations == (expected, "tanh")


@pytest.mark.parametrize("file", ["model.weights.h5", "weights.h5"])
def test_weights_alone_say_what_they_do_not_show(model, file):
    folder, layers, library = model
    if not (folder / file).exists():
        pytest.skip("Keras 3 writes .weights.h5 only")
    known = CLASSES if (library, file) == ("tf_keras", "model.weights.h5") else GRUS  # Keras 2 notes no names there
    names = dict(zip(GRUS, known, strict=True))
    assert {gru.name for gru in inventory(folder / file)} == set(known)
    for name in set(GRUS) - {"old", "bare", "cell"}:
        with pytest.warns(Assumed, match="sigmoid and tanh are assumed"):
            _, stack = load(folder / file, layers=[names[name]])
        compared(stack, layers[name])
    hard = "hard_sigmoid_0.2" if library == "tf_keras" else "hard_sigmoid_6"
    for name, missing, said in (
        ("cell", None, {"gates": "sigmoid", "candidate": "relu"}),
        ("bare", "no bias to show .* --reset-before", {"reset_after": True, "gates": "sigmoid", "candidate": "tanh"}),
        ("old", "does not name the activation; say --gates", {"gates": hard, "candidate": "tanh"}),
    ):
        if missing:
            with pytest.raises(ValueError, match=missing):
                load(folder / file, layers=[names[name]])
        compared(load(folder / file, layers=[names[name]], **said)[1], layers[name])


def test_what_cudnn_stored_is_turned_round(require, tmp_path):
    """Keras 2 itself loads such weights into a GRU layer, which says what they mean."""
    keras = require("tf_keras")
    from tf_keras.src.layers.rnn.cudnn_gru import CuDNNGRU

    def model(gru):
        one = gru(N, return_sequences=True, name="one")
        two = keras.layers.Bidirectional(gru(N, return_sequences=True), name="two")
        return keras.Sequential([keras.layers.Input((None, M)), one, two])

    old, new = model(CuDNNGRU), model(keras.layers.GRU)
    rng = np.random.default_rng(0)
    old.set_weights([rng.normal(size=array.shape).astype("float32") for array in old.get_weights()])
    for file in ("model.keras", "model.h5", "weights.h5"):
        (old.save_weights if file == "weights.h5" else old.save)(tmp_path / file)
    new.load_weights(tmp_path / "weights.h5")
    for name in ("one", "two"):
        for file in ("model.keras", "model.h5"):
            compared(load(tmp_path / file, layers=[name])[1], new.get_layer(name))
        with pytest.warns(Assumed):
            compared(load(tmp_path / "weights.h5", layers=[name])[1], new.get_layer(name))


@pytest.mark.parametrize("library", ["keras", "tf_keras"])
def test_a_gru_for_each_of_several_sequences_is_read(require, tmp_path, library):
    keras = require(library)
    layer = keras.layers.TimeDistributed(keras.layers.GRU(N, return_sequences=True), name="each")
    model = keras.Sequential([keras.layers.Input((2, 5, M)), layer])
    x = np.random.default_rng(0).normal(size=(3, 2, 5, M)).astype("float32")
    states = np.asarray(model(x))
    for suffix in (".keras", ".h5"):
        model.save(tmp_path / f"model{suffix}")
        _, stack = load(tmp_path / f"model{suffix}", layers=["each"])
        np.testing.assert_allclose(run(stack, "onnx", x[:, 1]), states[:, 1], rtol=0, atol=2e-6)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_is_widened_when_that_is_asked_for(require, tmp_path, dtype):
    keras = require("keras")
    layer = keras.layers.GRU(N, dtype=dtype, recurrent_initializer="zeros", name="half")
    model = keras.Sequential([keras.Input((None, M), dtype=dtype), layer])
    rng = np.random.default_rng(0)
    layer.set_weights([rng.normal(size=weight.shape) for weight in layer.weights])
    exact = [np.asarray(keras.ops.cast(weight, "float32")) for weight in layer.weights]
    model.save(tmp_path / "model.keras"), model.save_weights(tmp_path / "model.weights.h5")
    for file, said in (("model.keras", {}), ("model.weights.h5", {"gates": "sigmoid", "candidate": "tanh"})):
        with pytest.raises(ValueError, match=rf"has dtype {dtype}; .* widen it with --dtype float32"):
            load(tmp_path / file, **said)
        ((gru,),) = load(tmp_path / file, dtype="float32", **said)[1].layers
        assert all(map(np.array_equal, gru.arrays(), exact)) and gru.dtype == np.float32


@pytest.mark.parametrize("gates", ["hard_sigmoid_0.2", "hard_sigmoid_6"])
def test_keras_runs_both_directions_with_a_hard_sigmoid(model, gates):
    folder, _, library = model
    name = dict(zip(GRUS, CLASSES, strict=True))["both"] if library == "tf_keras" else "both"
    _, stack = load(folder / "model.weights.h5", layers=[name], gates=gates, candidate="tanh")
    x = np.random.default_rng(1).normal(size=(2, 7, N)).astype("float32")
    np.testing.assert_allclose(run(stack, "keras", x), run(stack, "textbook", x), rtol=0, atol=2e-6)


def test_hdf5_by_the_name_of_the_newer_format_is_read(model, tmp_path):
    folder, layers, _ = model
    (tmp_path / "model.keras").write_bytes((folder / "model.h5").read_bytes())
    compared(load(tmp_path / "model.keras", layers=["both"])[1], layers["both"])


def test_names_too_many_for_one_attribute_are_read_on(require, tmp_path):
    """Keras cuts a list of names that HDF5 cannot hold in one piece."""
    h5py = require("h5py")
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for name, names in (("names0", [b"a", b"b"]), ("names1", [b"c"]), ("whole", [b"d"])):
            file.attrs[name] = names
        assert [hdf5.strings(file, name) for name in ("names", "whole", "none")] == [["a", "b", "c"], ["d"], []]


def spoilt(change):
    """A file of the weights of a GRU, changed."""
    import h5py

    memory, rng = io.BytesIO(), np.random.default_rng(0)
    with h5py.File(memory, "w") as file:
        group = file.create_group("layers/gru/cell/vars")
        for index, shape in enumerate(((M, 3 * N), (N, 3 * N), (2, 3 * N))):
            group[str(index)] = rng.normal(size=shape)
        change(h5py, file, group)
    return memory.getvalue()


def replaced(value):
    def change(h5py, _file, group):
        del group["1"]
        group["1"] = value(h5py) if callable(value) else value

    return change


SPOILT = {
    "cycle": (lambda _, file, group: group.__setitem__("again", file["layers"]), "nest deeper than 50"),
    "soft link": (replaced(lambda h5py: h5py.SoftLink("/layers/gru/cell/vars/0")), "missing, or a link"),
    "foreign file": (replaced(lambda h5py: h5py.ExternalLink("/etc/passwd", "/a")), "missing, or a link"),
    "records": (replaced(np.zeros((N, 3 * N), [("a", "f4")])), "has dtype"),
    "NaN": (replaced(np.full((N, 3 * N), np.nan)), "NaN"),
    "four gates": (replaced(np.zeros((N, 4 * N))), "it has no GRU"),
    "truncated": (None, "damaged"),
}


@pytest.mark.parametrize("case", SPOILT)
def test_spoilt_weights_are_refused(require, tmp_path, case):
    require("h5py")
    change, message = SPOILT[case]
    content = spoilt(change or (lambda *_: None))
    (tmp_path / "a.weights.h5").write_bytes(content if change else content[: len(content) // 2])
    with pytest.raises(ValueError, match=message):
        load(tmp_path / "a.weights.h5")
