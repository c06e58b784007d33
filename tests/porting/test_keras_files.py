"""Models that Keras saved, and the GRU layers in them; all of them stand in one file."""

import io
import json
import zipfile
from functools import partial

import numpy as np
import pytest

from gru_lib.porting import CONVENTIONS, port
from gru_lib.porting.check import run
from gru_lib.porting.files import load, save
from tests.support.porting_cases import M, N, bits, loaded


def layers_of(keras, own):
    """Layers under the names by which the tests ask for them; some are no GRU that others can compute."""

    def gru(name, make=keras.layers.GRU, **options):
        return make(N, return_sequences=True, name=name, **options)

    def both(name, forward=None, backward=None, **options):
        return keras.layers.Bidirectional(forward or gru("f"), backward_layer=backward, name=name, **options)

    def rnn(name, cell, **options):
        return keras.layers.RNN(cell, return_sequences=True, name=name, **options)

    back, cell = partial(gru, "b", go_backwards=True), keras.layers.GRUCell
    return [
        gru("first", dropout=0.1),
        keras.layers.Dropout(0.5),
        gru("second", use_bias=False),
        gru("before", reset_after=False),
        both("both"),
        both("both before", gru("f", reset_after=False, use_bias=False)),
        keras.Sequential([keras.layers.Dropout(0.5), gru("last")], name="inner"),
        keras.layers.TimeDistributed(keras.layers.Dense(M), name="dense"),
        rnn("of a cell", cell(N)),
        rnn("of a cell before", cell(N, reset_after=False)),
        both("both of cells", rnn("f", cell(N))),
        gru("own", own.GRU),
        rnn("of an own cell", own.GRUCell(N)),
        both("both own", gru("f", own.GRU)),
        gru("hard sigmoid", recurrent_activation="hard_sigmoid"),
        gru("relu", activation="relu"),
        gru("linear", activation=None),
        gru("backwards", go_backwards=True),
        rnn("cell backwards", cell(N), go_backwards=True),
        rnn("cells", [cell(N), cell(N)]),
        both("sum", merge_mode="sum"),
        both("relu in one", backward=back(activation="relu")),
        both("both resets", backward=back(reset_after=False)),
        both("half LSTM", backward=back(keras.layers.LSTM)),
        gru("LSTM", keras.layers.LSTM),
        gru("half precision", dtype="float16", recurrent_initializer="zeros"),
        gru("bfloat16", dtype="bfloat16", recurrent_initializer="zeros"),
        gru("mixed", dtype="mixed_float16"),
        keras.layers.Lambda(lambda x: 1 / 0 if isinstance(x, str) else x),
    ]


@pytest.fixture(scope="module")
def model(require, tmp_path_factory):
    """Every layer with random weights, and the file of a model of them."""
    keras = require("keras")
    from gru_lib import layers as own

    model = keras.Sequential([keras.Input((None, M)), *layers_of(keras, own)])
    rng = np.random.default_rng(0)
    model.set_weights([rng.normal(size=array.shape).astype(array.dtype) for array in model.get_weights()])
    path = tmp_path_factory.mktemp("keras") / "model.keras"
    model.save(path)
    layers = {layer.name: layer for layer in model.layers}
    return path, layers | {"inner/last": layers["inner"].layers[1]}


READ = {
    "first",
    "second",
    "both",
    "inner/last",
    "of a cell",
    "both of cells",
    "own",
    "of an own cell",
    "both own",
    "mixed",
}
ACTIVATIONS = {"hard sigmoid": ("hard_sigmoid_6", "tanh"), "relu": ("sigmoid", "relu")}
READ_BEFORE = {"before", "both before", "of a cell before"}


@pytest.mark.parametrize("name", sorted(READ | READ_BEFORE))
def test_a_gru_is_read_as_keras_itself_returns_it(model, name):
    path, layers = model
    convention, weights, reset_after = loaded(path, layers=[name])
    assert (convention, reset_after) == ("keras", name in READ)
    assert bits(weights) == bits(port(layers[name].get_weights(), "keras", "scratch", reset_after=reset_after))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_come_along(model, name, tmp_path):
    path, layers = model
    _, stack = load(path, layers=[name])
    assert stack.activations == ACTIVATIONS[name]
    x = np.random.default_rng(1).normal(size=(2, 6, stack.layers[0][0].input_size)).astype("float32")
    np.testing.assert_allclose(run(stack, "onnx", x), np.asarray(layers[name](x)), rtol=0, atol=2e-6)
    for target in ("pytorch", "scratch"):
        with pytest.raises(ValueError, match="has sigmoid and tanh only"):
            CONVENTIONS[target].write(stack)
    save(tmp_path / "gru.npz", stack, "keras")  # an archive notes them
    assert load(tmp_path / "gru.npz")[1].activations == ACTIVATIONS[name]


def test_several_layers_are_read_on_top_of_each_other(model):
    path, layers = model
    names = ["first", "second"]
    ported = port([layers[name].get_weights() for name in names], "keras", "scratch")
    assert bits(loaded(path, layers=names)[1]) == bits(ported)
    with pytest.raises(ValueError, match=r"model.keras: layer 1: kernel has 3 rows; expected 5"):
        load(path, layers=names[::-1])
    with pytest.raises(ValueError, match=r"have reset_after \[True, False\]; expected the same"):
        load(path, layers=["second", "before"])


REFUSED = {
    "linear": r"activations \['linear', 'sigmoid'\]",
    "backwards": r"go_backwards=True; expected False",
    "cell backwards": r"go_backwards=True; expected False",
    "sum": r"merge_mode 'sum'; the others know 'concat' only",
    "relu in one": r"different reset_after or activations in its two directions",
    "both resets": r"different reset_after or activations in its two directions",
    "half LSTM": r"has a LSTM as backward layer; expected a GRU",
    "half precision": r"has dtype float16; expected float32 or float64: widen it",
    "bfloat16": r"has dtype bfloat16; expected float32 or float64",
    "LSTM": r"no GRU \['LSTM'\]; choose with --layer from \['first', .*; its layers are .*LSTM",
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_layer_that_others_cannot_compute_is_refused(model, name):
    with pytest.raises(ValueError, match=REFUSED[name]):
        load(model[0], layers=[name])


def test_of_several_layers_the_names_are_asked_for(model, edited):
    with pytest.raises(ValueError, match=r"has 25 GRUs; choose with --layer from \['first', 'second', 'before',"):
        load(model[0])

    def only_one(config):
        config["config"]["layers"] = config["config"]["layers"][:3]

    path = edited(config=only_one)
    assert bits(loaded(path)[1]) == bits(port(model[1]["first"].get_weights(), "keras", "scratch"))


@pytest.fixture
def edited(model, tmp_path):
    """Write a model again with changes in its description, a dict, or its weights, a file of h5py."""
    import h5py

    def edit(config=None, weights=None, **others):
        with zipfile.ZipFile(model[0]) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        if config:
            content = json.loads(members["config.json"])
            config(content)
            members["config.json"] = json.dumps(content).encode()
        if weights:
            memory = io.BytesIO(members["model.weights.h5"])
            with h5py.File(memory, "r+") as file:
                weights(h5py, file)
            members["model.weights.h5"] = memory.getvalue()
        with zipfile.ZipFile(tmp_path / "edited.keras", "w") as archive:
            for name, content in (members | others).items():
                archive.writestr(name, content)
        return tmp_path / "edited.keras"

    return edit


def described(**changes):
    """A change of the first GRU's description."""

    def change(config):
        config["config"]["layers"][1]["config"].update(changes)

    return {"config": change}


def stored(replace):
    """Something else in the place of the first GRU's recurrent kernel."""

    def change(h5py, file):
        group = file["layers/gru/cell/vars"]
        del group["1"]
        replace(h5py, group)

    return {"weights": change}


def virtual(h5py, group):
    layout = h5py.VirtualLayout((N, 3 * N), "f4")
    layout[:] = h5py.VirtualSource("other.h5", "data", (N, 3 * N))
    group.create_virtual_dataset("1", layout)


EDITED = {
    "name": (described(name="other"), "other", r"layers/gru is of the layer 'first'; expected 'other'"),
    "units": (described(units=7), "first", r"the recurrent kernel has shape \(5, 15\); expected 7 units"),
    "huge units": (described(units=200_000), "first", r"expected 200000 units"),
    "bias": (described(use_bias=False), "first", r"vars has 3 arrays; expected 2"),
    "flag": (described(reset_after="no"), "first", r"reset_after='no'; expected True or False"),
    "missing": (stored(lambda *_: None), "first", r"is damaged: 1 is missing"),
    "a group": (stored(lambda _, group: group.create_group("1")), "first", r"weights is damaged"),
    "soft link": (stored(lambda h5, group: group.update({"1": h5.SoftLink("/vars")})), "first", r"missing, or a link"),
    "foreign file": (
        stored(lambda h5, group: group.update({"1": h5.ExternalLink("/etc/x.h5", "/a")})),
        "first",
        r"missing, or a link",
    ),
    "virtual": (stored(virtual), "first", r"claims .* that the file does not hold"),
    "terabytes": (
        stored(lambda _, group: group.create_dataset("1", (10**6, 10**6), "f4", chunks=(9, 9))),
        "first",
        r"claims 4,000,000,000,000 bytes that the file does not hold",
    ),
    "no weights": ({"model.weights.h5": b"nothing"}, "first", r"file of weights is damaged"),
    "no description": ({"config.json": b"[]"}, "first", r"edited.keras: damaged, or no model that Keras saved"),
    "deep": ({"config.json": b"[" * 100_000}, "first", r"no model that Keras saved: RecursionError"),
}


@pytest.mark.parametrize("case", EDITED)
def test_a_model_that_contradicts_itself_is_refused(edited, case):
    changes, name, message = EDITED[case]
    with pytest.raises(ValueError, match=message):
        load(edited(**changes), layers=[name])


def test_a_damaged_file_is_refused(model, tmp_path):
    path, content = tmp_path / "damaged.keras", model[0].read_bytes()
    flipped = bytearray(content)
    flipped[len(content) // 2] ^= 1
    for wrong in (b"", b"no archive", content[: len(content) // 2], bytes(flipped)):
        path.write_bytes(wrong)
        with pytest.raises(ValueError, match=r"damaged.keras: damaged, or no zip archive"):
            load(path, layers=["first"])


def test_many_layers_are_quick_to_read(edited):
    """Keras itself would build and initialise every one of them."""

    def repeat(config):
        wide = {"module": "keras.layers", "class_name": "GRU", "config": {"name": "wide", "units": 20_000}}
        config["config"]["layers"] += [wide] * 5_000

    assert loaded(edited(config=repeat), layers=["second"])[0] == "keras"
