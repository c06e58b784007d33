"""Keras layers as implementations, of Keras 3 and of Keras 2: classes, or live layers and models with GRUs in them."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.activations import USUAL
from gru_lib.conformance.implementation import CannotTestError, Implementation, untestable
from gru_lib.frameworks.keras import answers, home
from gru_lib.scratch import GRUWeights

SWITCHES = {"return_sequences": True, "return_state": True}
LENT = SWITCHES | {"stateful": False, "time_major": False}  # the second of these is Keras 2's
ZEROS = {"kernel_initializer": "zeros", "recurrent_initializer": "zeros"}  # Keras's own fail in half precision
OF_TWO = {"merge_mode": "concat", "zero_output_for_mask": False}  # Bidirectional sets the second by itself
NO_SEQUENCE = {"mask": "none", "go_backwards": False}
ONE_STEP = {"mask, go_backwards": "a cell takes one step"}


def from_keras(gru: Any, dtype: str | None = None) -> list[Implementation]:
    """Return an implementation for a class, or one for each GRU layer, half of Bidirectional, and cell inside a layer.

    A class is built for this dtype, or for every one that comes; a layer has its own.
    CannotTestError: there is no GRU, or it has not been built.
    """
    if isinstance(gru, type):
        return [_from_class(gru, dtype)]
    if not gru.built:
        raise CannotTestError(f"{gru.name} has not been built; call it once, or build it")
    found = list(_parts(gru, gru.name))
    if not found:
        raise CannotTestError(f"{gru.name} holds no GRU: no layer or cell in it has recurrent weights of (n, 3n)")
    return found


def _from_class(cls: Any, dtype: str | None) -> Implementation:
    keras, probe = home(cls), cls(3)
    is_cell = hasattr(probe, "state_size") and not hasattr(probe, "return_sequences")
    if not is_cell and not hasattr(probe, "return_sequences"):
        raise CannotTestError(f"{cls.__name__} is no recurrent layer, and no cell of one")

    @cache  # building one takes as long as a few steps
    def built(features: int, units: int, dtype: str, use_bias: bool, reset_after: bool, go_backwards: bool) -> Any:
        options = {"reset_after": reset_after, "use_bias": use_bias, "dtype": dtype, **ZEROS}
        if is_cell:
            layer = keras.layers.RNN(cls(units, **options), dtype=dtype, **SWITCHES)
        else:
            layer = cls(units, go_backwards=go_backwards, **options, **SWITCHES)
        layer.build((None, None, features))
        return layer

    def call(x: Any, weights: GRUWeights, *, h0: Any, mask: Any, **options: Any) -> tuple[NDArray, ...]:
        layer = built(weights.input_size, weights.units, dtype or x.dtype.name, weights.bias is not None, **options)
        layer.set_weights(weights.arrays())
        return tuple(answers(layer, x, h0, mask))

    fixed, reasons = (NO_SEQUENCE, ONE_STEP) if is_cell else ({}, {})
    if dtype is None and (why := _no_double(keras)):
        fixed, reasons = fixed | {"dtype": "float32"}, reasons | {"float64": why}
    return Implementation(cls.__name__, call, fixed, reasons)


def _no_double(keras: Any) -> str:
    """Say why float64 is not tested, if it is not."""
    backend = "tensorflow" if keras.__name__ == "tf_keras" else keras.backend.backend()
    return "" if backend == "tensorflow" else f"Keras on {backend} computes in float32, or parts of it"


def _parts(layer: Any, name: str) -> Iterator[Implementation]:
    """Yield the GRUs in a layer, in whatever it is wrapped."""
    if hasattr(layer, "backward_layer"):
        for half, inner in enumerate((layer.forward_layer, layer.backward_layer)):
            if _is_gru(inner):
                yield _half(layer, half, f"{name}, {('forward', 'backward')[half]}")
    elif _is_gru(layer):
        yield _alone(layer, name)
    else:
        for inner in layer._flatten_layers(include_self=False, recursive=False):
            yield from _parts(inner, f"{name}.{inner.name}")


def _is_gru(layer: Any) -> bool:
    """Whether a layer, or its cell, has recurrent weights of three gates."""
    cell = getattr(layer, "cell", layer)
    shapes = [tuple(variable.shape) for variable in cell.weights]
    return hasattr(cell, "units") and shapes[1:2] == [(cell.units, 3 * cell.units)]


def _alone(layer: Any, name: str) -> Implementation:
    is_cell = not hasattr(layer, "return_sequences")
    called = home(layer).layers.RNN(layer, dtype=layer.compute_dtype) if is_cell else layer

    def call(x: Any, weights: GRUWeights, *, h0: Any, mask: Any, **_options: Any) -> tuple:
        with _lent(layer, weights, [called], LENT):
            return tuple(answers(called, x, h0, mask))

    fixed, reasons = (NO_SEQUENCE, ONE_STEP) if is_cell else ({}, {})
    return _implementation(layer, name, call, fixed, reasons)


def _half(layer: Any, half: int, name: str) -> Implementation:
    """Return one half of a Bidirectional, whose output and final states are taken apart."""
    both = [layer.forward_layer, layer.backward_layer]

    def call(x: Any, weights: GRUWeights, *, h0: Any, mask: Any, **_options: Any) -> tuple[NDArray, NDArray]:
        starts = None
        if h0 is not None:
            starts = [np.zeros((len(x), getattr(inner, "cell", inner).units), x.dtype) for inner in both]
            starts[half] = h0
        with _lent(both[half], weights, [layer, *both], LENT | OF_TWO):
            merged, *finals = answers(layer, x, starts, mask)
        states = np.split(merged, [finals[0].shape[1]], axis=2)[half]
        return states[:, ::-1] if half else states, finals[half]  # the layer turns the second half round

    reasons = {f"merge_mode={layer.merge_mode!r}": "tested as 'concat'"} if layer.merge_mode != "concat" else {}
    reasons["zero_output_for_mask"] = "Bidirectional sets it; tested without"
    return _implementation(both[half], name, call, {}, reasons)


def _implementation(layer: Any, name: str, call: Any, fixed: dict, reasons: dict) -> Implementation:
    """Return the implementation with what a live layer has of its own."""
    cell = getattr(layer, "cell", layer)
    kernel, recurrent_kernel, *bias = layer.get_weights()
    settings = {
        "reset_after": bias[0].ndim == 2 if bias else getattr(cell, "reset_after", True),
        "use_bias": bool(bias),
        "go_backwards": getattr(layer, "go_backwards", False),
    }
    own = ", ".join(f"{key}={value}" for key, value in settings.items() if hasattr(layer, key))
    reasons = reasons | {"other options, sizes, dtypes": f"the layer has {own}, and its own"}
    dtype = cell.compute_dtype if cell.compute_dtype in ("float16", "bfloat16") else kernel.dtype.name
    if dtype == "float64" and (why := _no_double(home(layer))):
        dtype, reasons["float64"] = "float32", why
    settings |= {"features": len(kernel), "units": len(recurrent_kernel), "dtype": dtype}
    try:
        settings |= _activations(cell)
    except CannotTestError as error:
        return untestable(name, str(error))
    return Implementation(name, call, settings | fixed, reasons)


def _activations(cell: Any) -> dict[str, str]:
    """Return the activations that are not the usual ones, in the words of the kit."""
    hard = "hard_sigmoid_0.2" if home(cell).__name__ == "tf_keras" else "hard_sigmoid_6"
    known = {
        "recurrent_activation": ("gates", {"sigmoid": "sigmoid", "hard_sigmoid": hard}),
        "activation": ("candidate", {"tanh": "tanh", "relu": "relu"}),
    }
    found = {}
    for argument, (role, words) in known.items():
        function = getattr(cell, argument, None)
        name = next(iter(words)) if function is None else getattr(function, "__name__", str(function))
        if name not in words:
            raise CannotTestError(f"it has {argument}={name}; the kit knows {' and '.join(words)}")
        found[role] = words[name]
    return {role: word for role, word in found.items() if word not in USUAL}


@contextmanager
def _lent(layer: Any, weights: GRUWeights, called: list[Any], switches: dict[str, Any]) -> Iterator[None]:
    """Lend a layer other weights, and those that are called other switches; they get their own back in any case."""
    own = layer.get_weights()
    before = [(each, name, getattr(each, name)) for each in called for name in switches if hasattr(each, name)]
    try:
        layer.set_weights(weights.arrays())
        for each, name, _ in before:
            setattr(each, name, switches[name])
        yield
    finally:
        for each, name, value in before:
            setattr(each, name, value)
        layer.set_weights(own)
