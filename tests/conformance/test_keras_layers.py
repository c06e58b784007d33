"""The kit on the GRUs of Keras 3 and of Keras 2: classes, cells, directions, models, and with faults in them."""

import numpy as np
import pytest

from gru_lib.conformance import check_gru
from gru_lib.conformance.adapters.keras import from_keras
from tests.support.parts import problems, random_like


@pytest.fixture(scope="module", params=["keras", "tf_keras"])
def library(request, require):
    """Keras 3, then Keras 2, which knows no backend but TensorFlow."""
    if request.param == "tf_keras" and require("keras").backend.backend() != "tensorflow":
        pytest.skip("Keras 2 runs on TensorFlow alone; this run is for another backend")
    return require(request.param)


def filled(layer, batch=None):
    """Build a layer, and give it random weights, so that what is lent can be told from what is its own."""
    layer.build((batch, None, 3))
    layer.set_weights(random_like(layer.get_weights()))
    return layer


def named(report):
    return [mutant.id for mutant in report.mistakes]


def exchanged(keras, answer):
    """Return a Bidirectional whose answer (output, forward state, backward state) is changed."""

    class Exchanged(keras.layers.Bidirectional):
        def call(self, *args, **kwargs):
            return answer(*super().call(*args, **kwargs))

    return filled(Exchanged(keras.layers.GRU(4)))


def test_the_class_passes(require):
    keras = require("keras")
    report = check_gru(keras.layers.GRU)
    assert report.passed, report
    assert {case.reset_after for case in report.cases} == {case.go_backwards for case in report.cases} == {True, False}
    assert any(case.mask is not None for case in report.cases)


def test_a_live_layer_passes_and_gets_its_own_back(require):
    keras = require("keras")
    layer = filled(keras.layers.GRU(5, reset_after=False, go_backwards=True, stateful=True), batch=2)
    before, switches = layer.get_weights(), (layer.return_sequences, layer.return_state, layer.stateful)
    report = check_gru(layer)
    assert report.passed, report
    assert {case.x.shape[2] for case in report.cases} == {3}
    assert {case.go_backwards for case in report.cases} == {True}
    assert all(map(np.array_equal, before, layer.get_weights()))
    assert switches == (layer.return_sequences, layer.return_state, layer.stateful) == (False, False, True)


def test_classes_agree_in_a_few_cases(library):
    for name in ("GRU", "GRUCell"):
        (part,) = from_keras(getattr(library.layers, name))
        float32 = part.fixed.get("dtype")
        plans = [{"reset_after": after, "dtype": float32 or "float64", "use_bias": after} for after in (True, False)]
        assert problems(part, plans) == []


HALVES = ["layer, forward", "layer, backward"]
PLACES = {
    "cell": (lambda k: k.GRUCell(4, name="layer"), ["layer"]),
    "RNN": (lambda k: k.RNN(k.GRUCell(4, reset_after=False), go_backwards=True, name="layer"), ["layer"]),
    "stacked cells": (
        lambda k: k.RNN(k.StackedRNNCells([k.GRUCell(4, name="1"), k.GRUCell(5, name="2")], name="c"), name="layer"),
        ["layer.c.1", "layer.c.2"],
    ),
    "concat": (lambda k: k.Bidirectional(k.GRU(4), name="layer"), HALVES),
    "sum": (lambda k: k.Bidirectional(k.GRU(4, return_sequences=True), merge_mode="sum", name="layer"), HALVES),
    "apart": (lambda k: k.Bidirectional(k.GRU(4, return_state=True), merge_mode=None, name="layer"), HALVES),
    "two sizes": (
        lambda k: k.Bidirectional(k.GRU(4), backward_layer=k.GRU(5, go_backwards=True, use_bias=False), name="layer"),
        HALVES,
    ),
    "cells in two directions": (lambda k: k.Bidirectional(k.RNN(k.GRUCell(4)), name="layer"), HALVES),
}


@pytest.mark.parametrize("place", PLACES)
def test_every_place_of_a_gru_passes_and_gets_its_own_back(library, place):
    make, names = PLACES[place]
    layer = make(library.layers)
    layer.build((None, 3) if place == "cell" else (None, None, 3))
    layer.set_weights(random_like(layer.get_weights()))
    before = layer.get_weights()
    parts = from_keras(layer)
    assert [part.name for part in parts] == names
    assert parts[-1].fixed["go_backwards"] is (place == "RNN" or names == HALVES)
    assert [problems(part) for part in parts] == [[] for _ in parts]
    assert all(map(np.array_equal, before, layer.get_weights()))


def test_a_layer_that_takes_time_first_is_turned_round(library):
    if library.__name__ == "keras":
        pytest.skip("Keras 3 has no time_major")
    (part,) = from_keras(filled(library.layers.GRU(4, time_major=True)))
    assert problems(part) == []


def test_the_grus_of_a_model_are_tested_one_by_one(library):
    k = library.layers
    inner = library.Sequential([library.Input((5, 3)), k.GRU(4, name="deep", return_sequences=True)], name="inner")
    x = library.Input((5, 3))
    y = k.LSTM(3, return_sequences=True)(inner(k.Dense(3)(x)))
    y = k.Dense(1)(k.Bidirectional(k.GRU(2), name="both")(y))
    parts = from_keras(library.Model(x, y, name="model"))
    assert [part.name for part in parts] == ["model.inner.deep", "model.both, forward", "model.both, backward"]
    assert [problems(part) for part in parts] == [[], [], []]


def test_a_fault_of_one_layer_is_found_in_it(library):
    k = library.layers

    class Forgetful(k.GRU):
        def call(self, sequences, initial_state=None, **options):  # noqa: ARG002 - the fault
            return super().call(sequences, **options)

    right, wrong = from_keras(
        library.Sequential([library.Input((5, 3)), k.GRU(3, return_sequences=True), Forgetful(2)])
    )
    assert problems(right) == [] != problems(wrong)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda y, first, second: (y, second, first), "final state wrong"),
        (lambda y, *final: (np.roll(y, 4, 2), *final), "wrong from step 1"),
        (lambda y, *final: (np.concatenate([y[..., :4], y[:, ::-1, 4:]], 2), *final), "wrong from step 1"),
    ],
    ids=["final states", "halves", "order"],
)
def test_what_two_directions_get_wrong_is_seen(require, answer, message):
    keras = require("keras")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("the fault is made of NumPy's functions, which take TensorFlow's tensors")
    _forward, backward = from_keras(exchanged(keras, answer))
    assert message in problems(backward, [{}])[0]


def test_a_backward_half_with_the_forward_weights_is_seen(require):
    keras = require("keras")

    class Shared(keras.layers.Bidirectional):
        def call(self, *args, **kwargs):
            self.backward_layer.set_weights(self.forward_layer.get_weights())
            return super().call(*args, **kwargs)

    forward, backward = from_keras(filled(Shared(keras.layers.GRU(4))))
    assert problems(forward) == [] != problems(backward)


def test_activations_are_those_of_the_library(library):
    k = library.layers
    for gates in ("sigmoid", "hard_sigmoid"):
        for candidate in ("tanh", "relu"):
            layer = filled(k.GRU(4, recurrent_activation=gates, activation=candidate))
            (part,) = from_keras(layer)
            assert problems(part) == []
    assert part.fixed["gates"] == {"keras": "hard_sigmoid_6", "tf_keras": "hard_sigmoid_0.2"}[library.__name__]
    (part,) = from_keras(filled(k.GRU(4, activation="elu")))
    assert problems(part) == ["it has activation=elu; the kit knows tanh and relu"]


def test_a_hard_sigmoid_under_the_name_of_the_soft_one_is_named(require):
    keras = require("keras")

    def sigmoid(x):
        return keras.activations.hard_sigmoid(x)

    assert named(check_gru(filled(keras.layers.GRU(5, recurrent_activation=sigmoid)))) == ["hard-sigmoid-6"]
    assert named(check_gru(filled(keras.layers.GRU(5, zero_output_for_mask=True)))) == ["masked-output-zeroed"]


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "mixed_float16", "mixed_bfloat16", "float64"])
def test_every_precision_passes(library, dtype):
    if library.__name__ == "tf_keras" and dtype.startswith("mixed"):
        dtype = library.mixed_precision.Policy(dtype)
    (part,) = from_keras(filled(library.layers.GRU(4, dtype=dtype, recurrent_initializer="zeros")))
    expected = str(getattr(dtype, "name", dtype)).removeprefix("mixed_")
    if library.__name__ == "keras" and library.backend.backend() != "tensorflow":
        expected = expected.replace("64", "32")
    assert part.fixed["dtype"] == expected
    assert problems(part) == []


def test_a_layer_gets_its_own_back_after_an_error(require):
    keras = require("keras")

    class Broken(keras.layers.GRU):
        def inner_loop(self, *_args, **_kwargs):
            raise RuntimeError("out of order")

    layer = filled(Broken(5))
    before = layer.get_weights()
    assert "out of order" in str(check_gru(layer))
    assert all(map(np.array_equal, before, layer.get_weights())) and not layer.return_sequences


def test_what_is_no_gru_is_reported(library):
    k = library.layers
    expected = {
        "has not been built": k.GRU(3),
        "holds no GRU: no layer or cell in it has recurrent weights of (n, 3n)": filled(k.LSTM(3)),
        "Dense is no recurrent layer, and no cell of one": k.Dense,
    }
    for message, layer in expected.items():
        report = check_gru(layer)
        assert not report.tested and message in str(report)
    assert not check_gru(k.LSTM).passed
