"""Everything that can be tested, turned into implementations; frameworks are imported only where one is at hand."""

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from gru_lib.conformance.adapters.function import from_function
from gru_lib.conformance.adapters.process import Process
from gru_lib.conformance.implementation import CannotTestError, Implementation

# Keras is asked first: on that backend its layers are PyTorch modules too.
LAYERS = {
    (("keras", "tf_keras"), "Layer"): "keras",
    (("torch",), "Module"): "pytorch",
    (("flax", "equinox", "haiku"), "Module"): "jax",
}


def as_implementations(
    gru: Any, gradients: Callable | None = None, meant: Mapping[str, Any] | None = None
) -> list[Implementation]:
    """Return every GRU in what was handed over, one for each layer and direction.

    `meant` holds those arguments of `check_gru` that say which GRU it is. CannotTestError: there is none, or none that
    can be put to the cases.
    """
    meant = meant or {}
    if isinstance(gru, Implementation):
        return [gru]
    if isinstance(gru, Process):
        gru.start(from_function(gru, gradients, meant).call)
        return [from_function(gru, gradients, {"dtype": gru.dtype} | dict(meant))]
    if isinstance(gru, str | Path) or _descends(gru, "onnx", "ModelProto"):
        from gru_lib.conformance.adapters.onnx import from_onnx

        _refuse(gradients, meant.keys() - {"reset_after", "dtype"}, "an ONNX model")
        return from_onnx(gru, meant.get("reset_after"))
    for (libraries, base), adapter in LAYERS.items():
        if any(_descends(gru, library, base) for library in libraries):
            _refuse(gradients, meant.keys() - {"dtype"}, "a layer")
            module = import_module(f"{__name__}.{adapter}")
            return list(getattr(module, f"from_{adapter}")(gru, meant.get("dtype")))
    if isinstance(gru, type) or not callable(gru):
        what = f"the class {gru.__name__}" if isinstance(gru, type) else type(gru).__name__
        raise CannotTestError(
            f"{what} is no GRU; expected a function, a layer of Keras, PyTorch or JAX, or an ONNX model"
        )
    return [from_function(gru, gradients, meant)]


def _refuse(gradients: Callable | None, said: set[str], what: str) -> None:
    """Raise CannotTestError for what goes with a function alone."""
    if gradients is not None:
        raise CannotTestError("gradients go with a function; those of PyTorch and JAX are tested anyhow")
    if said:
        names = ", ".join(sorted(said))
        raise CannotTestError(f"{names} came with {what}, which says itself what it is; expected it with a function")


def _descends(thing: Any, framework: str, name: str) -> bool:
    """Whether a class, or the class of an object, descends from a framework's class of that name."""
    classes = (thing if isinstance(thing, type) else type(thing)).__mro__
    return any(cls.__name__ == name and cls.__module__.split(".")[0] == framework for cls in classes)
