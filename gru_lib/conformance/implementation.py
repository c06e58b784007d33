"""What is tested: something that can be called like a GRU, and what it does not offer."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

OPTIONS = ("h0", "mask", "reset_after", "go_backwards")
SIGNATURE = "(x, weights, {}*, h0=None, mask=None, reset_after=True, go_backwards=False)"
WITHOUT: dict[str, dict[str, Any]] = {
    "h0": {"use_h0": False},
    "mask": {"mask": "none"},
    "go_backwards": {"go_backwards": False},
}


class CannotTestError(Exception):
    """What was handed over is nothing that could be tested; the message says why."""


@dataclass(frozen=True)
class Implementation:
    """A GRU under test.

    Attributes
    ----------
    name : str
    call : (x, weights, h0=, mask=, reset_after=, go_backwards=) -> states, or a tuple that starts with them
    fixed : what every case must have, as arguments of `draw_cases`
    reasons : mapping from what is left out to the reason, in words
    gradients : (x, weights, grad, options) -> object with gradients, or None
    surround : (gru, x, weights, options) -> states, or None
        What comes back when the GRU inside is `gru`, a function like `call`: that of a stack, or of a network.
    problem : str
        Why it cannot be tested, where it is one of several parts; empty if it can.
    """

    name: str
    call: Callable[..., Any]
    fixed: Mapping[str, Any] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    gradients: Callable[..., Any] | None = None
    surround: Callable[..., Any] | None = None
    problem: str = ""

    @property
    def not_tested(self) -> tuple[str, ...]:
        """What is left out, and why."""
        left_out = [f"{feature} ({reason})" for feature, reason in self.reasons.items()]
        return (*left_out, *(["gradients (none were given)"] if self.gradients is None else []))


def untestable(name: str, why: str) -> Implementation:
    """Return a part that is a GRU, and cannot be put to the cases."""
    return Implementation(name, lambda *_args, **_options: None, problem=why)


def from_function(gru: Callable, gradients: Callable | None, reset_after: bool | None) -> Implementation:
    """Return the implementation that a function is with the interface of `check_gru`.

    Raises
    ------
    CannotTestError
        If its signature cannot be read, or does not take ``(x, weights)``.
    """
    name = getattr(gru, "__name__", type(gru).__name__)
    offered = _offered(gru, name, 2)
    missing = [option for option in WITHOUT if option not in offered]
    fixed: dict[str, Any] = {}
    for option in missing:
        fixed |= WITHOUT[option]
    reasons = dict.fromkeys(missing, f"{name} does not take it")
    if reset_after is not None or "reset_after" not in offered:
        after = fixed["reset_after"] = reset_after is not False
        reason = f"{name} takes no reset_after" if reset_after is None else f"reset_after={after} was asked for"
        reasons["reset before" if after else "reset after"] = reason

    def call(x: Any, weights: Any, **options: Any) -> Any:
        return gru(x, weights, **{option: options[option] for option in offered})

    return Implementation(name, call, fixed, reasons, None if gradients is None else _backward(gradients, offered))


def _backward(gradients: Callable, needed: list[str]) -> Callable:
    name = getattr(gradients, "__name__", "gradients")
    offered = _offered(gradients, name, 3)
    if missing := [option for option in needed if option not in offered]:
        raise CannotTestError(f"{name} does not take {', '.join(missing)}, which the GRU takes")
    return lambda x, weights, grad, **options: gradients(x, weights, grad, **{name: options[name] for name in offered})


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
    offered = [option for option in OPTIONS if option in takes or inspect.Parameter.VAR_KEYWORD in kinds]
    try:
        signature.bind(*range(positional), **dict.fromkeys(offered))
    except TypeError as error:
        given = ", ".join(signature.parameters)
        raise CannotTestError(f"{name}({given}) does not fit ({error}); expected {expected}") from None
    return offered
