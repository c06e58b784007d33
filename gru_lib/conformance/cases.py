"""The problems that the kit sets.

Constant weights cannot see exchanged gates, zero biases hide what is added, equal sizes hide exchanged axes.
So weights, biases and states are random, and batch, steps, features and units differ.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from gru_lib.conformance import activations
from gru_lib.conformance.mutants.forward import gru_of_parts
from gru_lib.conformance.precision import rounded
from gru_lib.scratch import GRUWeights, gru_backward, gru_forward

MASKS = ("none", "all-valid", "right", "left", "holes", "empty-row")
VALUES = ("usual", "large", "trained")
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


def draw_case(
    seed: int,
    *,
    batch: int = 4,
    steps: int = 5,
    features: int = 2,
    units: int = 3,
    reset_after: bool = True,
    use_bias: bool = True,
    bias_rows: int = 2,
    use_h0: bool = True,
    mask: str = "none",
    lengths_only: bool = False,
    go_backwards: bool = False,
    dtype: DTypeLike | str = "float64",
    scale: float | None = None,
    values: str = "usual",
    gates: str = "sigmoid",
    candidate: str = "tanh",
    surround: Callable | None = None,
) -> Case:
    """Draw a case.

    `mask` is one of `MASKS`, `values` one of `VALUES`, `dtype` one of `TOLERANCE`, `scale` the spread of the weights;
    `bias_rows` counts with reset after only, `gates` and `candidate` are names in `activations`.
    """
    precision = str(dtype) if dtype in ("float16", "bfloat16") else np.dtype(dtype).name
    rng = np.random.default_rng(seed)
    scale = _scale(steps, features, units) if scale is None else scale

    def draw(*size: int, scale: float = 1) -> NDArray:
        return rounded(scale * rng.normal(size=size), precision)

    rows = (2,) if reset_after and bias_rows == 2 else ()
    bias = draw(*rows, 3 * units, scale=scale) if use_bias else None
    described = {
        "reset": "reset after" if reset_after else "reset before",
        "bias": ("bias" if rows or not reset_after else "one row of biases") if use_bias else "no bias",
        "h0": "h0" if use_h0 else "no h0",
        "mask": "no mask" if mask == "none" else f"mask {mask}",
        "direction": "backwards" if go_backwards else "forwards",
        "sizes": f"B={batch} T={steps} m={features} n={units}",
        "dtype": precision,
    }
    if values != "usual":
        described["values"] = f"{values} values"
    x, kernel = draw(batch, steps, features), draw(features, 3 * units, scale=scale)
    recurrent_kernel = draw(units, 3 * units, scale=scale)
    if values == "large":  # so that exp overflows in every precision
        x = rounded(1000 * x, precision)
    if values == "trained":  # a few weights are far larger than the rest
        kernel = rounded(np.where(rng.random(kernel.shape) < 0.25, 6 * np.sign(kernel), kernel), precision)
    return Case(
        described,
        x=x,
        kernel=kernel,
        recurrent_kernel=recurrent_kernel,
        bias=bias,
        h0=draw(batch, units) if use_h0 else None,
        mask=None if mask == "none" else draw_mask(mask, batch, steps, rng),
        grad=draw(batch, steps, units),
        reset_after=reset_after,
        go_backwards=go_backwards,
        precision=precision,
        activations=(gates, candidate),
        lengths_only=lengths_only and mask != "none",
        surround=surround,
    )


def _scale(steps: int, m: int, n: int) -> float:
    """Return the spread of the weights.

    Random recurrent weights of about 1 make a long or a wide GRU chaotic: it then enlarges rounding at every step, and
    right answers in float32 differ. Halved for long sequences, and shrunk with the size as usual, they forget it.
    """
    return (1.0 if steps <= 10 else 0.5) * np.sqrt(3 / max(m, n, 3))


def draw_mask(kind: str, batch: int, steps: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Draw a mask (B, T) of a kind in `MASKS`; True is a valid step."""
    lengths = rng.integers(min(1, steps), steps + 1, batch)
    lengths[:1], lengths[-1:] = 1, max(1, steps - 1)  # chance alone might pad nothing, or nearly everything
    if kind == "right":
        return np.arange(steps) < lengths[:, None]
    if kind == "left":
        return np.arange(steps) >= steps - lengths[:, None]
    mask = np.ones((batch, steps), bool) if kind == "all-valid" else rng.random((batch, steps)) < 0.6
    if kind != "all-valid":
        mask[-1:] = np.arange(steps) % 3 != 1  # not the same read backwards
    if kind == "empty-row":
        mask[:1] = False
    return mask
