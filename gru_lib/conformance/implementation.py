"""What is tested: something that can be called like a GRU, and what it does not offer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


class CannotTestError(Exception):
    """What was handed over is nothing that could be tested; the message says why."""


@dataclass(frozen=True)
class Implementation:
    """A GRU under test.

    Attributes
    ----------
    name : str
    call : (x, weights, h0=, mask=, reset_after=, go_backwards=) -> states, or a tuple (states, final state (B, n))
        What follows the states in a tuple is compared where it is an array, and left alone where it is not.
    fixed : what every case must have, as arguments of `draw_case`
        With a half precision as dtype, x, weights and h0 come as float32 arrays that hold such numbers.
    reasons : mapping from what is left out to the reason, in words
    gradients : (x, weights, grad, options) -> object with gradients, or None
    choices : what more the cases may have; the first one that agrees is what the GRU is
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
    choices: tuple[Mapping[str, Any], ...] = ({},)
    surround: Callable[..., Any] | None = None
    problem: str = ""

    @property
    def not_tested(self) -> tuple[str, ...]:
        """What is left out, and why."""
        silent = self.gradients is not None or any("gradients" in feature for feature in self.reasons)
        reasons = dict(self.reasons) if silent else {**self.reasons, "gradients": "none were given"}
        return tuple(f"{feature} ({reason})" for feature, reason in reasons.items())


def untestable(name: str, why: str) -> Implementation:
    """Return a part that is a GRU, and cannot be put to the cases."""
    return Implementation(name, lambda *_args, **_options: None, problem=why)
