"""Bad weights: every error names what is wrong, what came and what was expected."""

import numpy as np
import pytest

from gru_lib.porting import port
from tests.support.porting_cases import M, N, draw, scratch


def weights_in(convention, *, reset_after=True, **shape):
    """Fresh random weights in a convention, free to be spoilt."""
    return port(scratch(draw(reset_after=reset_after, **shape)), "scratch", convention, reset_after=reset_after)


def spoilt(key, change=None, **shape):
    """Weights with one entry changed, added, or left out if there is no change; a function of the convention."""

    def make(convention):
        weights = weights_in(convention, **shape)
        if change is None:
            del weights[key]
        else:
            weights[key] = change(weights[key] if isinstance(key, int) else weights.get(key))
        return weights

    return make


def ending_in(value):
    def change(array):
        array.flat[-1] = value
        return array

    return change


def renamed(old, new):
    return lambda convention: {k.replace(old, new): v for k, v in weights_in(convention).items()}


def four_gates(convention):
    return {name: np.concatenate([array, array[:N]]) for name, array in weights_in(convention).items()}


def three_directions(convention):
    return {k: np.repeat(v, 3, axis=0) if k in "WRB" else v for k, v in weights_in(convention).items()}


CASES = {
    "keras: no list": (lambda _: np.zeros((3, 15)), "type ndarray.*expected layer.get_weights"),
    "keras: nothing": (lambda _: None, "type NoneType.*expected layer.get_weights"),
    "keras: empty list": (lambda _: [], "1 levels.*expected layer.get_weights"),
    "keras: one array": (lambda _: weights_in("keras")[:1], "layer 0 is 1 arrays"),
    "keras: five arrays": (lambda _: weights_in("keras", directions=2)[:5], "layer 0 is 5 arrays"),
    "keras: no layer": (lambda _: [weights_in("keras"), 3], "layer 1 is int"),
    "keras: kernel": (spoilt(0, np.transpose), r"layer 0 forward: kernel has shape \(15, 3\)"),
    "keras: recurrent kernel": (spoilt(1, lambda a: a[1:]), r"recurrent_kernel has shape \(4, 15\)"),
    "keras: bias": (spoilt(2, lambda a: a[:, 1:]), r"bias has shape \(2, 14\); expected \(2, 15\)"),
    "keras: dtypes": (spoilt(1, np.float32), "recurrent_kernel has dtype float32; expected float64"),
    "keras: half": (spoilt(0, np.float16), "kernel has dtype float16; expected float32 or float64"),
    "keras: integers": (spoilt(0, lambda a: a.astype(int)), "kernel has dtype int64"),
    "keras: complex": (spoilt(0, lambda a: a + 1j), "kernel has dtype complex128"),
    "keras: strings": (spoilt(0, lambda a: a.astype(str)), "kernel has dtype <U"),
    "keras: masked": (spoilt(0, lambda a: np.ma.masked_less(a, 0)), "kernel is a masked array"),
    "keras: claims": (spoilt(1, lambda _: np.broadcast_to(0.0, (60_000, 180_000))), "has 86,400,000,000 bytes; exp"),
    "keras: ragged": (spoilt(0, lambda _: [[1.0, 2.0], [3.0]]), "kernel is no array"),
    "keras: NaN": (spoilt(0, ending_in(np.nan)), "kernel has 1 values that are NaN"),
    "keras: infinity": (spoilt(2, ending_in(-np.inf)), "bias has 1 values"),
    "keras: no units": (lambda _: [np.zeros((3, 0)), np.zeros((0, 0))], "at least one input feature and one unit"),
    "keras: reset before": (lambda _: weights_in("keras", reset_after=False), "that of reset_after=False, but"),
    "keras: layers": (lambda _: [weights_in("keras"), weights_in("keras", m=6)], "kernel has 6 rows; expected 5"),
    "keras: directions": (lambda _: weights_in("keras") + weights_in("keras", m=4), "the same ones in both directions"),
    "pytorch: no mapping": (lambda _: weights_in("keras"), "state_dict is of type list; expected a mapping"),
    "pytorch: empty": (lambda _: {}, r"lacks \['weight_ih_l0', 'weight_hh_l0'\]"),
    "pytorch: key missing": (spoilt("bias_hh_l0"), r"lacks \['bias_hh_l0'\]"),
    "pytorch: key too many": (spoilt("fc.weight", lambda _: np.eye(2)), r"unexpected \['fc.weight'\]"),
    "pytorch: layer far away": (
        spoilt("weight_hh_l999999999", lambda _: np.eye(5)),
        "lacks .'weight_ih_l1'",
    ),
    "pytorch: layer missing": (renamed("l0", "l1"), "lacks .'weight_ih_l0'"),
    "pytorch: direction": (spoilt("weight_ih_l0_reverse", directions=2), "lacks .'weight_ih_l0_reverse'"),
    "pytorch: prefix": (renamed("weight", "rnn.weight"), "unexpected .'rnn.weight_ih_l0'"),
    "pytorch: of the cell": (lambda _: weights_in("pytorch-cell"), "unexpected .'weight_ih'"),
    "pytorch: number as key": (lambda _: {0: np.eye(3)}, r"unexpected \[0\]"),
    "pytorch: four gates": (four_gates, r"weight_hh_l0 has shape \(20, 5\).*like an LSTM"),
    "pytorch: weight": (spoilt("weight_ih_l0", np.transpose), r"weight_ih_l0 has shape \(3, 15\); expected \(15, 15\)"),
    "pytorch: bias": (spoilt("bias_ih_l0", lambda a: a[1:]), r"bias_ih_l0 has shape \(14,\); expected \(15,\)"),
    "pytorch: dtypes": (spoilt("bias_ih_l0", np.float32), r"arrays of _l0 have dtypes \['float32', 'float64'\]"),
    "pytorch: NaN": (spoilt("weight_hh_l0", ending_in(np.nan)), "weight_hh_l0 has 1 values"),
    "pytorch-cell: layers": (lambda _: weights_in("pytorch"), r"lacks \['weight_ih', 'weight_hh'"),
    "pytorch-cell: four gates": (four_gates, r"weight_hh has shape \(20, 5\)"),
    "onnx: key missing": (spoilt("linear_before_reset"), "lacks .'linear_before_reset'"),
    "onnx: key too many": (spoilt("P", lambda _: 1), r"layer 0 has unexpected \['P'\]"),
    "onnx: no mapping": (lambda _: [1], "layer 0 is of type int; expected a mapping"),
    "onnx: other reset": (spoilt("linear_before_reset", lambda _: 0), "linear_before_reset is 0; expected 1"),
    "onnx: flag": (spoilt("linear_before_reset", lambda _: 2), "linear_before_reset is 2; expected 1"),
    "onnx: W": (spoilt("W", lambda a: a[:, 1:]), r"W has shape \(1, 14, 3\); expected \(1, 15, 3\)"),
    "onnx: R": (spoilt("R", lambda a: a[:, 1:]), r"R has shape \(1, 14, 5\); expected \(1, 15, 5\)"),
    "onnx: B": (spoilt("B", lambda a: a[:, 1:]), r"B has shape \(1, 29\); expected \(1, 30\)"),
    "onnx: axes": (spoilt("W", lambda a: a[0]), r"W has shape \(15, 3\); expected 3 axes"),
    "onnx: directions": (three_directions, "expected 1 or 2 directions"),
    "cudnn: length": (spoilt("buffer", lambda a: a[1:]), "buffer has 149 numbers; expected 150, or 120"),
    "cudnn: axes": (spoilt("buffer", lambda a: a[None]), "buffer has shape .*expected 1 axes"),
    "cudnn: size": (spoilt("units", lambda _: 2.5), "units is 2.5; expected an integer"),
    "cudnn: many layers": (
        spoilt("layers", lambda _: 10**12),
        "buffer has 150 numbers; expected 1799.*, or 1499.* without",
    ),
    "cudnn: directions": (spoilt("directions", lambda _: 3), "directions is 3; expected 1 or 2"),
    "cudnn: key missing": (spoilt("layers"), r"lacks \['layers'\]"),
    "cudnn: NaN": (spoilt("buffer", ending_in(np.nan)), "buffer has 1 values"),
    "textbook: key missing": (spoilt("U_r"), r"layer 0 forward lacks \['U_r'\]"),
    "textbook: key too many": (spoilt("V", lambda _: 1), r"unexpected \['V'\]"),
    "textbook: reset before": (lambda _: weights_in("textbook", reset_after=False), r"lacks \['c_z', 'c_r', 'c_h'\]"),
    "textbook: shape": (spoilt("U_r", lambda a: a[1:, 1:]), r"U_r has shape \(4, 4\); expected \(5, 5\)"),
    "textbook: dtypes": (spoilt("W_r", np.float32), "have dtypes float64, float32, float64"),
    "textbook: three directions": (lambda _: (weights_in("textbook"),) * 3, "layer 0 has 3 directions"),
    "scratch: something else": (lambda _: weights_in("keras"), "layer 0 forward is a ndarray; expected GRUWeights"),
    "scratch: nothing": (lambda _: [], "weights has no layer"),
    "scratch: dtypes": (
        lambda _: [weights_in("scratch"), weights_in("scratch", m=N, dtype=np.float32)],
        "layer 1 forward has dtype float32; expected float64",
    ),
    "scratch: one bias": (
        lambda _: (weights_in("scratch"), weights_in("scratch", bias=False)),
        "the same ones in both directions",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_weights_are_refused_by_name(case):
    make, message = CASES[case]
    convention = case.partition(":")[0]
    with pytest.raises((ValueError, TypeError), match=message):
        port(make(convention), convention, "keras")


@pytest.mark.parametrize("convention", ["pytorch", "pytorch-cell", "cudnn"])
def test_reset_before_has_no_place_there(convention):
    keras = weights_in("keras", reset_after=False)
    for source, target, weights in (("keras", convention, keras), (convention, "keras", weights_in(convention))):
        with pytest.raises(ValueError, match=r"reset_after is False, and .* has reset after only.*use 'onnx'"):
            port(weights, source, target, reset_after=False)


def test_without_a_bias_reset_before_is_still_refused():
    with pytest.raises(ValueError, match=r"has reset after only"):
        port(weights_in("keras", bias=False), reset_after=False)


@pytest.mark.parametrize("shape", [{"layers": 2}, {"directions": 2}])
def test_the_cell_holds_one_gru(shape):
    with pytest.raises(ValueError, match=r"nn.GRUCell holds one GRU; port them one by one"):
        port(weights_in("keras", **shape), "keras", "pytorch-cell")


def test_unknown_words_are_refused():
    weights = weights_in("keras")
    with pytest.raises(ValueError, match=r"source is 'torch'; expected one of keras, pytorch"):
        port(weights, "torch", "keras")
    with pytest.raises(ValueError, match=r"target is 'Keras'; expected one of keras, pytorch"):
        port(weights, "keras", "Keras")
    for value in ("False", 1, None):
        with pytest.raises(ValueError, match=r"reset_after is .*; expected True or False"):
            port(weights, reset_after=value)


def test_half_precision_of_pytorch_is_refused(require):
    torch = require("torch")
    for dtype in (torch.float16, torch.bfloat16):
        state_dict = torch.nn.GRU(M, N, dtype=dtype).state_dict()
        with pytest.raises(ValueError, match=r"weight_hh_l0 .*float32 or float64"):
            port(state_dict, "pytorch", "keras")


def test_other_layers_of_pytorch_are_recognised(require):
    torch = require("torch")
    with pytest.raises(ValueError, match=r"looks like an LSTM"):
        port(torch.nn.LSTM(M, N).state_dict(), "pytorch", "keras")
    with pytest.raises(ValueError, match=r"looks like a plain RNN"):
        port(torch.nn.RNN(M, N).state_dict(), "pytorch", "keras")
