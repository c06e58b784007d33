"""Everything that can be tested, turned into an `Implementation`; frameworks are imported only where one is at hand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from gru_lib.conformance.implementation import CannotTestError, Implementation, from_function

LAYERS = (("keras", "Layer"), ("torch", "Module"), ("flax", "Module"), ("equinox", "Module"), ("haiku", "Module"))


def as_implementation(gru: Any, gradients: Callable | None = None, reset_after: bool | None = None) -> Implementation:
    """Return the implementation for a callable, a layer (class or live) of Keras, PyTorch or JAX, or an ONNX model.

    CannotTestError: it is none of these, or is one that cannot be put to the cases.
    """
    onnx = isinstance(gru, str | Path) or _descends(gru, "onnx", "ModelProto")
    layer = any(_descends(gru, *base) for base in LAYERS)
    if gradients is not None and (onnx or layer):
        raise CannotTestError("gradients go with a function; those of PyTorch and JAX are tested anyhow")
    if reset_after is not None and layer:
        raise CannotTestError("reset_after goes with a function or an ONNX model; a layer says itself what it is")
    if onnx:
        from gru_lib.conformance.adapters.onnx import from_onnx

        return from_onnx(gru, reset_after)
    if layer:
        return _from_layer(gru)
    if isinstance(gru, type) or not callable(gru):
        what = f"the class {gru.__name__}" if isinstance(gru, type) else type(gru).__name__
        raise CannotTestError(
            f"{what} is no GRU; expected a function, a layer of Keras, PyTorch or JAX, or an ONNX model"
        )
    return from_function(gru, gradients, reset_after)


def _from_layer(gru: Any) -> Implementation:
    if _descends(gru, "keras", "Layer"):  # asked first: on that backend Keras's layers are PyTorch modules too
        from gru_lib.conformance.adapters.keras import from_keras

        return from_keras(gru)
    if _descends(gru, "torch", "Module"):
        from gru_lib.conformance.adapters.pytorch import from_pytorch

        return from_pytorch(gru)
    from gru_lib.conformance.adapters.jax import from_jax

    return from_jax(gru)


def _descends(thing: Any, framework: str, name: str) -> bool:
    """Whether a class, or the class of an object, descends from a framework's class of that name."""
    classes = (thing if isinstance(thing, type) else type(thing)).__mro__
    return any(cls.__name__ == name and cls.__module__.split(".")[0] == framework for cls in classes)
