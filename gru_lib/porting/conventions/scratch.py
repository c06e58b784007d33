"""scratch: GRUWeights; a (forward, backward) tuple for two directions, a list for several layers."""

from collections.abc import Callable
from typing import Any

from gru_lib.porting.stack import DIRECTIONS, StackedGRU, gru_weights, require_usual_activations
from gru_lib.scratch import GRUWeights


def read(weights: Any, reset_after: bool) -> StackedGRU:
    """Read one object with kernel, recurrent_kernel and bias, a pair of them, or a list of either."""
    return read_layers(weights, _gru, reset_after)


def write(stack: StackedGRU) -> Any:
    """Return one GRUWeights, a pair, or a list of either."""
    require_usual_activations("gru_lib", stack)
    return from_layers(stack.layers)


def read_layers(weights: Any, read_one: Callable[[str, Any], GRUWeights], reset_after: bool) -> StackedGRU:
    """Read a thing, a pair of things (forward, backward), or a list of either: one for each layer."""
    layers = []
    for index, layer in enumerate(weights if isinstance(weights, list) else [weights]):
        pair = layer if isinstance(layer, tuple) else (layer,)
        if len(pair) not in (1, 2):
            raise ValueError(f"layer {index} has {len(pair)} directions; expected one, or a (forward, backward) tuple")
        named = zip(DIRECTIONS, pair, strict=False)
        layers.append(tuple(read_one(f"layer {index} {direction}", thing) for direction, thing in named))
    return StackedGRU(layers, reset_after)


def from_layers(layers: list[tuple[Any, ...]]) -> Any:
    """Return a thing, a pair or a list of either."""
    pairs = [layer if len(layer) == 2 else layer[0] for layer in layers]
    return pairs if len(pairs) > 1 else pairs[0]


def _gru(where: str, gru: Any) -> GRUWeights:
    if not all(hasattr(gru, name) for name in ("kernel", "recurrent_kernel", "bias")):
        raise TypeError(f"{where} is a {type(gru).__name__}; expected GRUWeights")
    return gru_weights(where, gru.kernel, gru.recurrent_kernel, gru.bias)
