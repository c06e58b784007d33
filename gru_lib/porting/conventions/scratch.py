"""scratch: GRUWeights; a (forward, backward) tuple for two directions, a list for several layers."""

from typing import Any

from gru_lib.porting.stack import DIRECTIONS, Stack, gru_weights
from gru_lib.scratch import GRUWeights


def read(weights: Any, reset_after: bool) -> Stack:
    """Read one object with kernel, recurrent_kernel and bias, a pair of them, or a list of either."""
    return Stack([_layer(index, layer) for index, layer in enumerate(as_layers(weights))], reset_after)


def write(stack: Stack) -> Any:
    """Return one GRUWeights, a pair, or a list of either."""
    return from_layers(stack.layers)


def as_layers(weights: Any) -> list[tuple[Any, ...]]:
    """Take a thing, a pair of things or a list of either apart: a list of tuples, one for each layer."""
    layers = weights if isinstance(weights, list) else [weights]
    pairs = [layer if isinstance(layer, tuple) else (layer,) for layer in layers]
    for index, pair in enumerate(pairs):
        if len(pair) not in (1, 2):
            raise ValueError(f"layer {index} has {len(pair)} directions; expected one, or a (forward, backward) tuple")
    return pairs


def from_layers(layers: list[tuple[Any, ...]]) -> Any:
    """Undo `as_layers`."""
    pairs = [layer if len(layer) == 2 else layer[0] for layer in layers]
    return pairs if len(pairs) > 1 else pairs[0]


def _layer(index: int, layer: tuple[Any, ...]) -> tuple[GRUWeights, ...]:
    for gru in layer:
        if not all(hasattr(gru, name) for name in ("kernel", "recurrent_kernel", "bias")):
            raise TypeError(f"layer {index} has a {type(gru).__name__}; expected GRUWeights")
    return tuple(
        gru_weights(f"layer {index} {direction}", gru.kernel, gru.recurrent_kernel, gru.bias)
        for direction, gru in zip(DIRECTIONS, layer, strict=False)
    )
