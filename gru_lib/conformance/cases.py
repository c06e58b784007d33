"""One problem that the kit sets, and what is right."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib import activations
from gru_lib.conformance.mutants.forward import gru_of_parts
from gru_lib.scratch import GRUWeights, gru_backward, gru_forward

GRADIENTS = ("kernel", "recurrent_kernel", "bias", "x", "h0")
USUAL = ("sigmoid", "tanh")


@dataclass(frozen=True, eq=False, repr=False)
class Case:
    """Arguments of a GRU, the gradient with respect to its states, and which GRU is meant.

    `features` says in words what is special: it names the case, and is what failing cases may have in common.
    `surround` is that of an `Implementation`. In a half precision the arrays are of float32 and hold such numbers.
    """

    features: Mapping[str, str]
    x: NDArray
    kernel: NDArray
    recurrent_kernel: NDArray
    bias: NDArray | None
    h0: NDArray | None
    mask: NDArray | None
    grad: NDArray
    reset_after: bool
    go_backwards: bool
    precision: str = "float64"
    activations: tuple[str, str] = USUAL
    lengths_only: bool = False
    surround: Callable[..., NDArray] | None = None

    def __repr__(self) -> str:
        return f"Case({self.name})"

    @property
    def name(self) -> str:
        """Features, one after the other."""
        return ", ".join(self.features.values())

    @cached_property
    def weights(self) -> GRUWeights:
        """The arrays as the GRU takes them."""
        return GRUWeights(self.kernel, self.recurrent_kernel, self.bias)

    @property
    def options(self) -> dict[str, Any]:
        """Keyword arguments for the GRU."""
        return {name: getattr(self, name) for name in ("h0", "mask", "reset_after", "go_backwards")}

    @cached_property
    def valid(self) -> NDArray[np.bool_]:
        """(B, T) mask in the order of processing."""
        mask = np.ones(self.x.shape[:2], bool) if self.mask is None else self.mask
        return mask[:, ::-1] if self.go_backwards else mask

    @cached_property
    def compared(self) -> NDArray[np.bool_]:
        """(B, T): outputs that are compared.

        With an h0, what stands before the first valid step of a row is left out: Keras's own backends disagree there.
        With lengths, what comes after the last step of a row is: libraries return zeros, or the last state.
        """
        if self.lengths_only:
            return self.valid
        return np.ones_like(self.valid) if self.h0 is None else np.logical_or.accumulate(self.valid, axis=1)

    @property
    def compared_grad(self) -> NDArray:
        """The gradient with respect to the states, zero where outputs are not compared."""
        return self.grad * self.compared[:, :, None].astype(self.grad.dtype)

    @cached_property
    def largest_sum(self) -> float:
        """A bound of the sums in x W."""
        return float(np.linalg.norm(self.x, axis=2).max(initial=0) * np.linalg.norm(self.kernel, axis=0).max())

    @cached_property
    def in_double(self) -> tuple[NDArray, GRUWeights, dict[str, Any]]:
        """The inputs, weights and options in float64."""
        weights = GRUWeights(*map(_double, self.weights.arrays()))
        return _double(self.x), weights, {name: _double(value) for name, value in self.options.items()}

    def answer(self, gru: Callable, *, in_double: bool = False) -> Any:
        """Return what is to come back if `gru` is what is inside."""
        x, weights, options = self.in_double if in_double else (self.x, self.weights, self.options)
        return gru(x, weights, **options) if self.surround is None else self.surround(gru, x, weights, **options)

    @cached_property
    def states(self) -> NDArray:
        """The right states in float64: those of the scratch GRU, if it is the usual GRU that is meant."""
        usual = self.activations == USUAL and not self.one_row
        gru = gru_forward if usual else gru_of_parts(activations.parts(*self.activations))
        states = self.answer(gru, in_double=True)
        return states[0] if isinstance(states, tuple) else states

    @property
    def final_state(self) -> NDArray:
        """The right state (B, n) after the last step; a masked step carries it on."""
        return self.states[:, -1]

    @property
    def has_final(self) -> NDArray[np.bool_]:
        """(B,): rows whose final state is compared."""
        found = self.valid.any(axis=1) if self.h0 is not None else np.ones(len(self.x), bool)
        return np.asarray(found)

    @cached_property
    def gradients(self) -> dict[str, NDArray | None]:
        """The right gradients in float64."""
        x, weights, options = self.in_double
        found = gru_backward(_double(self.compared_grad), gru_forward(x, weights, **options)[1])
        return {name: getattr(found, name) for name in GRADIENTS}

    @property
    def usual(self) -> bool:
        """Whether it has nothing special, and sizes that hide nothing."""
        return min(*self.x.shape, self.weights.units) > 1 and self.mask is None and self.bias is not None

    @property
    def one_row(self) -> bool:
        """Whether there is one row of biases, outside the reset, where the usual GRU has two."""
        return self.reset_after and self.bias is not None and self.bias.ndim == 1


def _double(value: Any) -> Any:
    floating = isinstance(value, np.ndarray) and value.dtype == np.float32
    return value.astype(np.float64) if floating else value
