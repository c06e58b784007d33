"""Keras's own ``.keras`` files: the GRU and Bidirectional layers of a saved model."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from gru_lib.porting.conventions import keras as layout
from gru_lib.porting.stack import Stack


def read(path: Path, names: Sequence[str] = ()) -> tuple[str, Stack]:
    """Return the weights of the layers with these names; without names there must be one GRU layer only."""
    import keras

    if not path.is_file():
        raise FileNotFoundError(f"{path} is no file; expected a model that Keras saved")
    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras promises no type: a damaged file alone raises five
        reason = str(error).strip().partition("\n")[0]
        raise ValueError(f"{path} cannot be loaded by Keras: {type(error).__name__}: {reason}") from error
    found = dict(_gru_layers(keras, model))
    names = list(names) or (list(found) if len(found) == 1 else [])
    missing = [name for name in names if name not in found]
    if missing or not names:
        wanted = f"no GRU layer {missing}" if missing else f"{len(found)} GRU layers"
        raise ValueError(f"{path} has {wanted}; choose with --layer from {list(found)}")
    chosen = [found[name] for name in names]
    resets = [_checked(keras, name, layer) for name, layer in zip(names, chosen, strict=True)]
    if len(set(resets)) > 1:
        raise ValueError(f"the layers {names} have reset_after {resets}; expected the same, port them one by one")
    return "keras", layout.read([layer.get_weights() for layer in chosen], resets[0])


def _gru_layers(keras: Any, model: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every GRU and Bidirectional GRU layer with its name, those of inner models as ``inner/name``."""
    for layer in getattr(model, "layers", []):
        inner = layer.forward_layer if isinstance(layer, keras.layers.Bidirectional) else layer
        if isinstance(inner, keras.layers.GRU):
            yield before + layer.name, layer
        else:
            yield from _gru_layers(keras, layer, f"{before}{layer.name}/")


def _checked(keras: Any, name: str, layer: Any) -> bool:
    """Return reset_after of a layer that other frameworks can compute, or raise ValueError."""
    bidirectional = isinstance(layer, keras.layers.Bidirectional)
    if bidirectional and layer.merge_mode not in ("concat", None):
        raise ValueError(f"layer {name!r} has merge_mode {layer.merge_mode!r}; the others know 'concat' only")
    parts = [layer.forward_layer, layer.backward_layer] if bidirectional else [layer]
    for part, backwards in zip(parts, (False, True), strict=False):
        if not isinstance(part, keras.layers.GRU):
            raise ValueError(f"layer {name!r} has a {type(part).__name__} as backward layer; expected a GRU")
        if part.go_backwards is not backwards:
            raise ValueError(
                f"layer {name!r} has go_backwards={part.go_backwards}; expected {backwards}: "
                "port layer.get_weights() with gru_lib.porting.port, and reverse the sequences yourself"
            )
        used = [keras.activations.serialize(f) for f in (part.activation, part.recurrent_activation)]
        if used != ["tanh", "sigmoid"]:
            raise ValueError(f"layer {name!r} has activations {used}; the others know ['tanh', 'sigmoid'] only")
    if len({part.reset_after for part in parts}) > 1:
        raise ValueError(f"layer {name!r} has different reset_after in its two directions")
    return bool(parts[0].reset_after)
