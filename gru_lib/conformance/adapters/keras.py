"""Keras layers as implementations: a class like `keras.layers.GRU`, or a live layer, on whatever backend is in use."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from gru_lib.conformance.implementation import CannotTestError, Implementation
from gru_lib.frameworks.keras import build_gru, run
from gru_lib.scratch import GRUWeights

SWITCHES = {"return_sequences": True, "return_state": False, "stateful": False}


def from_keras(gru: Any) -> Implementation:
    """Return the implementation for a class or a layer with the interface of `keras.layers.GRU`.

    CannotTestError: a live layer has not been built, or has other weights than a GRU.
    """
    if isinstance(gru, type):
        return _from_class(gru)
    if not getattr(gru, "built", False) or not hasattr(gru, "units"):
        raise CannotTestError(f"{type(gru).__name__} is not a built GRU layer; call it once, or build it")
    arrays = gru.get_weights()
    try:
        weights = GRUWeights(*arrays)
    except (TypeError, ValueError) as error:
        raise CannotTestError(f"{gru.name} has not the weights of a GRU: {error}") from None
    fixed = {"reset_after": gru.reset_after, "use_bias": gru.use_bias, "go_backwards": gru.go_backwards}
    reasons = {name: f"the layer has {name}={value}" for name, value in fixed.items()}
    fixed |= {"features": weights.input_size, "units": weights.units, "dtype": weights.dtype.name}

    def call(x: Any, weights: GRUWeights, **options: Any) -> np.ndarray:
        with _borrowed(gru, weights):
            return run(gru, x, options["h0"], options["mask"])

    return Implementation(gru.name, call, fixed, reasons | {"other sizes, dtypes": "the layer has its own"})


def _from_class(cls: type) -> Implementation:
    import keras

    double = keras.backend.backend() == "tensorflow"

    def call(x: Any, weights: GRUWeights, *, h0: Any, mask: Any, reset_after: bool, go_backwards: bool) -> np.ndarray:
        options = {"reset_after": reset_after, "go_backwards": go_backwards}
        return run(build_gru(weights, weights.arrays(), cls=cls, **options), x, h0, mask)

    reasons = {} if double else {"float64": f"Keras on {keras.backend.backend()} computes in float32"}
    return Implementation(cls.__name__, call, {} if double else {"dtype": "float32"}, reasons)


@contextmanager
def _borrowed(layer: Any, weights: GRUWeights) -> Iterator[None]:
    """Lend the layer other weights and switches; it gets its own back, whatever happens."""
    own, state = layer.get_weights(), {name: getattr(layer, name) for name in SWITCHES}
    try:
        layer.set_weights(weights.arrays())
        for name, value in SWITCHES.items():
            setattr(layer, name, value)
        yield
    finally:
        for name, value in state.items():
            setattr(layer, name, value)
        layer.set_weights(own)
