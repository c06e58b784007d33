"""The layers that are asked, one for each argument: as a function, and what to call it with."""

from collections.abc import Callable
from typing import Any

import numpy as np

BATCH, FEATURES, UNITS = 4, 8, 16
CELLS = ("GRU", "LSTM", "SimpleRNN")
IN_CALL = {"training", "mask", "initial_state"}
ARGUMENTS: dict[str, dict[str, Any]] = {  # of a Keras layer and, if named in IN_CALL, of its call
    "default": {},
    "activation='relu'": {"activation": "relu"},
    "recurrent_activation='hard_sigmoid'": {"recurrent_activation": "hard_sigmoid"},
    "use_bias=False": {"use_bias": False},
    "reset_after=False": {"reset_after": False},
    "unroll=True": {"unroll": True},
    "recurrent_dropout=0.1, training": {"recurrent_dropout": 0.1, "training": True},
    "dropout=0.1, training": {"dropout": 0.1, "training": True},
    "mask, padded at the end": {"mask": "end"},
    "mask, padded at the front": {"mask": "front"},
    "use_cudnn=False": {"use_cudnn": False},
    "return_sequences=True": {"return_sequences": True},
    "go_backwards=True": {"go_backwards": True},
    "stateful=True": {"stateful": True},
    "dtype='float64'": {"dtype": "float64"},
    "dtype='mixed_float16'": {"dtype": "mixed_float16"},
    "dtype='mixed_bfloat16'": {"dtype": "mixed_bfloat16"},
    "initial_state": {"initial_state": True},
}
TORCH_ARGUMENTS: dict[str, dict[str, Any]] = {  # of a layer of torch.nn; grad says whether gradients are wanted
    "default": {},
    "no gradients": {"grad": False},
    "bias=False": {"bias": False},
    "bidirectional=True": {"bidirectional": True},
    "dtype=float64": {"dtype": "float64"},
}
Call = tuple[Callable[..., Any], list[Any]]  # a function and its arguments


def keras_call(cell: str, settings: dict[str, Any], steps: int) -> Call:
    """Return a Keras layer as a function, and what to call it with; ValueError if it computes in another dtype."""
    import keras

    x = keras.random.normal((BATCH, steps, FEATURES), seed=0)
    layer = getattr(keras.layers, cell)(UNITS, **{k: v for k, v in settings.items() if k not in IN_CALL})
    layer.build(x.shape)
    options = {k: v for k, v in settings.items() if k in IN_CALL}
    if "mask" in options:
        mask = np.arange(steps) < np.linspace(steps, steps // 2, BATCH)[:, None]
        options["mask"] = keras.ops.convert_to_tensor(mask if options["mask"] == "end" else mask[:, ::-1].copy())
    if "initial_state" in options:
        options["initial_state"] = layer.get_initial_state(BATCH)
    found = keras.backend.standardize_dtype(layer(x, **options).dtype)
    if found != layer.compute_dtype:  # JAX knows no float64 unless told to
        raise ValueError(f"{cell} computes in {found}; expected {layer.compute_dtype}")

    def call(weights: list[Any], x: Any) -> Any:  # as Keras's trainer does it
        with keras.StatelessScope(state_mapping=list(zip(layer.variables, weights, strict=True))):
            return layer(x, **options)

    if keras.backend.backend() == "jax":
        return call, [[variable.value for variable in layer.variables], x]
    return lambda x: layer(x, **options), [x]


def torch_call(cell: str, settings: dict[str, Any], steps: int) -> Call:
    """Return a layer of torch.nn as a function, and what to call it with."""
    import torch

    rest: dict[str, Any] = {"batch_first": True, "dtype": "float32", "grad": True} | settings
    grad, dtype = rest.pop("grad"), getattr(torch, rest.pop("dtype"))
    place = {"device": "cuda" if torch.cuda.is_available() else "cpu", "dtype": dtype}
    layer = getattr(torch.nn, cell)(FEATURES, UNITS, **rest, **place)

    def call(x: Any) -> Any:
        with torch.set_grad_enabled(grad):
            return layer(x)

    return call, [torch.ones(BATCH, steps, FEATURES, **place)]
