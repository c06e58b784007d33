"""Functions as implementations: whatever has the interface of `check_gru`, and takes weights in a layout of its own."""

import inspect
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from gru_lib.conformance.cases import GRADIENTS
from gru_lib.conformance.implementation import CannotTestError, Implementation
from gru_lib.porting import CONVENTIONS, port
from gru_lib.scratch import GRUWeights

OPTIONS = ("h0", "mask", "lengths", "reset_after", "go_backwards")
SIGNATURE = "(x, weights, {}*, h0=None, mask=None, reset_after=True, go_backwards=False)"
WITHOUT: dict[str, dict[str, Any]] = {
    "h0": {"use_h0": False},
    "mask": {"mask": "none"},
    "go_backwards": {"go_backwards": False},
}
RESETS = dict.fromkeys(("pytorch", "pytorch-cell", "cudnn", "flax", "flax-nnx", "equinox"), True) | {"haiku": False}
CHOICES: tuple[Mapping[str, Any], ...] = (
    {"reset_after": True, "bias_rows": 2},
    {"reset_after": True, "bias_rows": 1},
    {"reset_after": False, "bias_rows": 1},
)


def from_function(gru: Callable, gradients: Callable | None, meant: Mapping[str, Any]) -> Implementation:
    """Return the implementation that a function is with the interface of `check_gru`.

    `meant` holds the arguments of `check_gru` that say which GRU it is. CannotTestError: its signature cannot be read,
    or does not take ``(x, weights)``.
    """
    name = getattr(gru, "__name__", type(gru).__name__)
    offered = _offered(gru, name, 2)
    fixed, reasons = _held(name, offered, meant)
    choices, reason = _choices(name, "reset_after" in offered, meant)
    overwrites = meant.get("update") == "overwrites"
    hand_over = _layout(meant.get("weights"), overwrites)

    def call(x: Any, weights: GRUWeights, **options: Any) -> Any:
        return gru(x, hand_over(weights, options["reset_after"]), **_chosen(options, offered))

    backward = None if gradients is None else _backward(gradients, offered, hand_over, overwrites)
    return Implementation(name, call, fixed, reasons | reason, backward, choices)


def _held(name: str, offered: list[str], meant: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what every case must have, and why the rest is left out."""
    fixed = {key: meant[key] for key in ("gates", "candidate", "bias_rows", "dtype") if meant.get(key) is not None}
    left_out = [option for option in WITHOUT if option not in offered]
    if "lengths" in offered:
        fixed["lengths_only"] = True
        left_out = [*dict.fromkeys([*left_out, "go_backwards"])]
    for option in left_out:
        fixed |= WITHOUT[option]
    reasons = dict.fromkeys(left_out, f"{name} does not take it")
    if "lengths" in offered:
        del fixed["mask"]
        reasons["mask"] = f"{name} takes lengths, so that padding stands at the end only"
    if fixed.get("bias_rows") == 0:
        del fixed["bias_rows"]
        fixed["use_bias"] = False
        reasons["biases"] = "bias_rows=0 was asked for"
    return fixed, reasons


def _chosen(options: dict[str, Any], offered: list[str]) -> dict[str, Any]:
    """Return the options that are offered; lengths are those of the mask."""
    mask = options["mask"]
    known = options | {"lengths": None if mask is None else mask.sum(axis=1)}
    return {name: known[name] for name in offered}


def _choices(
    name: str, offered: bool, meant: Mapping[str, Any]
) -> tuple[tuple[Mapping[str, Any], ...], dict[str, str]]:
    """Return which GRUs the function may be, and why others are left out."""
    after = meant.get("reset_after")
    if meant.get("weights") in RESETS:
        after = RESETS[str(meant["weights"])]  # it knows no other
    if after is not None:
        other = "reset before" if after else "reset after"
        return ({"reset_after": after},), {other: f"reset_after={after} was asked for"}
    if offered:
        return ({},), {}
    choices = [choice for choice in CHOICES if meant.get("bias_rows") in (None, 0, choice["bias_rows"])]
    return tuple(choices), {"the other reset": f"{name} takes no reset_after"}


def _layout(layout: str | Callable | None, overwrites: bool) -> Callable[[GRUWeights, bool], Any]:
    """Return what turns weights and reset_after into what the function takes."""
    if not (layout is None or callable(layout) or (isinstance(layout, str) and layout in CONVENTIONS)):
        raise CannotTestError(f"weights is {layout!r}; expected one of {', '.join(CONVENTIONS)}, or a function")

    def hand_over(weights: GRUWeights, reset_after: bool) -> Any:
        if overwrites and layout != "textbook":  # whose z overwrites anyhow
            weights = GRUWeights(*map(_update_negated, weights.arrays()))
        if isinstance(layout, str):
            return port(weights, "scratch", layout, reset_after=reset_after)
        return weights if layout is None else layout(weights)

    return hand_over


def _update_negated(array: Any) -> Any:
    """Negate the third of z: 1 - sigmoid(a) is sigmoid(-a)."""
    n = array.shape[-1] // 3
    return np.concatenate([-array[..., :n], array[..., n:]], axis=-1)


def _backward(gradients: Callable, needed: list[str], hand_over: Callable, overwrites: bool) -> Callable:
    """Return the gradients with respect to what the kit holds: the weights before they were handed over."""
    name = getattr(gradients, "__name__", "gradients")
    offered = _offered(gradients, name, 3)
    if missing := [option for option in needed if option not in offered]:
        raise CannotTestError(f"{name} does not take {', '.join(missing)}, which the GRU takes")

    def call(x: Any, weights: GRUWeights, grad: Any, **options: Any) -> Any:
        handed = hand_over(weights, options["reset_after"])
        found = gradients(x, handed, grad, **_chosen(options, offered))
        return _with_update_negated(found) if overwrites else found

    return call


def _with_update_negated(found: Any) -> SimpleNamespace:
    """Negate the z part of the gradients with respect to weights, as it is negated in the weights."""
    arrays = {name: getattr(found, name, None) for name in GRADIENTS}
    negated = {n: _update_negated(arrays[n]) for n in ("kernel", "recurrent_kernel", "bias") if arrays[n] is not None}
    return SimpleNamespace(**arrays | negated)


def _offered(function: Callable, name: str, positional: int) -> list[str]:
    """Return the options that a function takes, after it was found to be callable with them."""
    expected = SIGNATURE.format("" if positional == 2 else "grad_hidden_states, ")
    if not callable(function):
        raise CannotTestError(f"{name} is not callable; expected a function {name}{expected}")
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        raise CannotTestError(f"the signature of {name} cannot be read; wrap it in a function {expected}") from None
    kinds = {parameter.kind for parameter in signature.parameters.values()}
    takes = set(signature.parameters)
    anything = inspect.Parameter.VAR_KEYWORD in kinds
    offered = [option for option in OPTIONS if option in takes or (anything and option != "lengths")]
    if "mask" in offered and "lengths" in offered:
        offered.remove("lengths")
    try:
        signature.bind(*range(positional), **dict.fromkeys(offered))
    except TypeError as error:
        given = ", ".join(signature.parameters)
        raise CannotTestError(f"{name}({given}) does not fit ({error}); expected {expected}") from None
    return offered
