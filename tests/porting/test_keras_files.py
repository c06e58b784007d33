"""Models that Keras saved, and the GRU layers in them."""

import warnings

import numpy as np
import pytest

from gru_lib.porting import port
from gru_lib.porting.files import load
from tests.porting.test_files import loaded
from tests.porting.test_port import M, N, bits


@pytest.fixture
def keras(require):
    return require("keras")


def saved(keras, path, *layers):
    """Save a model of these layers with random weights, biases too; return it."""
    model = keras.Sequential([keras.Input((None, M)), *layers])
    rng = np.random.default_rng(0)
    model.set_weights([rng.normal(size=array.shape).astype(array.dtype) for array in model.get_weights()])
    model.save(path)
    return model


@pytest.mark.parametrize("reset_after", [True, False])
@pytest.mark.parametrize("use_bias", [True, False])
def test_the_only_gru_of_a_model_is_read(keras, tmp_path, reset_after, use_bias):
    gru = keras.layers.GRU(N, reset_after=reset_after, use_bias=use_bias, dropout=0.1)
    saved(keras, tmp_path / "model.keras", keras.layers.Dropout(0.5), gru, keras.layers.Dense(2))
    convention, weights, found = loaded(tmp_path / "model.keras")
    assert (convention, found) == ("keras", reset_after)
    assert bits(weights) == bits(port(gru.get_weights(), "keras", "scratch", reset_after=reset_after))


def test_of_several_layers_the_names_are_asked_for(keras, tmp_path):
    both = keras.layers.Bidirectional(keras.layers.GRU(N, return_sequences=True), name="both")
    last = keras.layers.GRU(2, name="last")
    inner = keras.Sequential([keras.layers.Dropout(0.5), last], name="inner")
    saved(keras, tmp_path / "model.keras", both, inner)
    with pytest.raises(ValueError, match=r"has 2 GRU layers; choose with --layer from \['both', 'inner/last'\]"):
        load(tmp_path / "model.keras")
    with pytest.raises(ValueError, match=r"no GRU layer \['gru'\]; choose with --layer from"):
        load(tmp_path / "model.keras", layers=["both", "gru"])
    for names, arrays in (
        (["both"], both.get_weights()),
        (["inner/last"], last.get_weights()),
        (["both", "inner/last"], [both.get_weights(), last.get_weights()]),
    ):
        assert bits(loaded(tmp_path / "model.keras", layers=names)[1]) == bits(port(arrays, "keras", "scratch"))
    with pytest.raises(ValueError, match=r"layer 1: kernel has 3 rows; expected 2"):
        load(tmp_path / "model.keras", layers=["inner/last", "both"])


def bidirectional(forward=None, backward=None, **options):
    def make(keras):
        other = keras.layers.GRU(N, go_backwards=True, **backward) if backward else None
        return keras.layers.Bidirectional(keras.layers.GRU(N, **(forward or {})), backward_layer=other, **options)

    return make


def gru(**options):
    return lambda keras: keras.layers.GRU(N, **options)


REFUSED = {
    "hard sigmoid": (gru(recurrent_activation="hard_sigmoid"), r"activations \['tanh', 'hard_sigmoid'\]"),
    "relu": (gru(activation="relu"), r"activations \['relu', 'sigmoid'\]; the others know \['tanh', 'sigmoid'\] only"),
    "linear": (gru(activation=None), r"activations \['linear', 'sigmoid'\]"),
    "backwards": (gru(go_backwards=True), r"go_backwards=True; expected False"),
    "sum": (bidirectional(merge_mode="sum"), r"merge_mode 'sum'; the others know 'concat' only"),
    "relu in one direction": (bidirectional(backward={"activation": "relu"}), r"\['relu', 'sigmoid'\]"),
    "both resets": (bidirectional(backward={"reset_after": False}), r"different reset_after in its two directions"),
    "LSTM": (lambda keras: keras.layers.LSTM(N), r"has 0 GRU layers"),
    "half precision": (gru(dtype="float16", recurrent_initializer="zeros"), r"kernel has dtype float16"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_layer_that_others_cannot_compute_is_refused(keras, tmp_path, case):
    make, message = REFUSED[case]
    saved(keras, tmp_path / "model.keras", make(keras))
    with pytest.raises(ValueError, match=message):
        load(tmp_path / "model.keras")


def test_a_backward_layer_of_another_kind_is_refused(keras, tmp_path):
    lstm = keras.layers.LSTM(N, go_backwards=True)
    saved(keras, tmp_path / "model.keras", keras.layers.Bidirectional(keras.layers.GRU(N), backward_layer=lstm))
    with pytest.raises(ValueError, match=r"has a LSTM as backward layer; expected a GRU"):
        load(tmp_path / "model.keras")


def test_layers_of_both_resets_are_not_stacked(keras, tmp_path):
    first, second = keras.layers.GRU(N, return_sequences=True), keras.layers.GRU(N, reset_after=False)
    saved(keras, tmp_path / "model.keras", first, second)
    with pytest.raises(ValueError, match=r"have reset_after \[True, False\]; expected the same"):
        load(tmp_path / "model.keras", layers=[first.name, second.name])


def test_what_keras_cannot_load_is_refused(keras, tmp_path):
    path = tmp_path / "model.keras"
    with pytest.raises(FileNotFoundError, match=r"model.keras is no file"):
        load(path)
    saved(keras, path, keras.layers.GRU(N))
    content = path.read_bytes()
    for wrong in (b"", b"no archive", content[: len(content) // 2]):
        path.write_bytes(wrong)
        with warnings.catch_warnings(), pytest.raises(ValueError, match=r"cannot be loaded by Keras"):
            warnings.simplefilter("ignore")
            load(path)


def test_code_in_a_model_is_not_run(keras, tmp_path):
    saved(keras, tmp_path / "model.keras", keras.layers.GRU(N), keras.layers.Lambda(lambda x: x + 1))
    with pytest.raises(ValueError, match=r"cannot be loaded by Keras"):
        load(tmp_path / "model.keras")
