"""The problems that the kit sets: random, and few enough to be quick.

Constant weights cannot see exchanged gates, zero biases hide what is added, equal sizes hide exchanged axes.
So weights, biases and states are random, and batch, steps, features and units differ.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from gru_lib.scratch import GRUWeights, gru_backward, gru_forward

MASKS = ("none", "all-valid", "right", "left", "holes", "empty-row")
GRADIENTS = ("kernel", "recurrent_kernel", "bias", "x", "h0")


@dataclass(frozen=True, eq=False, repr=False)
class Case:
    """Arguments of a GRU, and the gradient with respect to its states.

    `features` says in words what is special: it names the case, and is what failing cases may have in common.
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
        """
        return np.ones_like(self.valid) if self.h0 is None else np.logical_or.accumulate(self.valid, axis=1)

    @property
    def compared_grad(self) -> NDArray:
        """The gradient with respect to the states, zero where outputs are not compared."""
        return self.grad * self.compared[:, :, None].astype(self.grad.dtype)

    @cached_property
    def expected(self) -> dict[str, NDArray]:
        """States and gradients of the scratch GRU, in float64."""
        double = {name: _double(value) for name, value in self.options.items()}
        states, cache = gru_forward(_double(self.x), GRUWeights(*map(_double, self.weights.arrays())), **double)
        gradients = gru_backward(_double(self.compared_grad), cache)
        return {"states": states} | {name: getattr(gradients, name) for name in GRADIENTS}


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
    use_h0: bool = True,
    mask: str = "none",
    go_backwards: bool = False,
    dtype: DTypeLike = "float64",
    scale: float | None = None,
) -> Case:
    """Draw a case; `mask` is one of `MASKS`, and `scale` the spread of the weights."""
    rng = np.random.default_rng(seed)
    scale = _scale(steps, features, units) if scale is None else scale

    def draw(*size: int, scale: float = 1) -> NDArray:
        return (scale * rng.normal(size=size)).astype(dtype)

    bias = draw(*((2, 3 * units) if reset_after else (3 * units,)), scale=scale) if use_bias else None
    described = {
        "reset": "reset after" if reset_after else "reset before",
        "bias": "bias" if use_bias else "no bias",
        "h0": "h0" if use_h0 else "no h0",
        "mask": "no mask" if mask == "none" else f"mask {mask}",
        "direction": "backwards" if go_backwards else "forwards",
        "sizes": f"B={batch} T={steps} m={features} n={units}",
        "dtype": np.dtype(dtype).name,
    }
    return Case(
        described,
        x=draw(batch, steps, features),
        kernel=draw(features, 3 * units, scale=scale),
        recurrent_kernel=draw(units, 3 * units, scale=scale),
        bias=bias,
        h0=draw(batch, units) if use_h0 else None,
        mask=None if mask == "none" else draw_mask(mask, batch, steps, rng),
        grad=draw(batch, steps, units),
        reset_after=reset_after,
        go_backwards=go_backwards,
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


def _plans() -> Iterator[dict]:
    """Yield the arguments of `draw_case`; the richest case first, since it rules out most mistakes at once."""
    yes_no = (True, False)
    for after, bias, h0, back in product(yes_no, yes_no, yes_no, (False, True)):
        yield {"reset_after": after, "use_bias": bias, "use_h0": h0, "go_backwards": back}
    for i, (mask, after, back) in enumerate(product(MASKS[1:], yes_no, yes_no)):
        yield {"mask": mask, "reset_after": after, "go_backwards": back, "use_h0": i % 3 == 0}
    for steps, after, h0 in product((1, 2, 50), yes_no, yes_no):
        yield {"steps": steps, "reset_after": after, "use_h0": h0, "go_backwards": steps == 2 and h0}
    for after, bias, mask, steps in product(yes_no, yes_no, ("none", "holes"), (5, 50)):
        yield {"reset_after": after, "use_bias": bias, "mask": mask, "steps": steps, "dtype": "float32"}
    for after, (batch, m, n) in product(yes_no, ((1, 1, 1), (3, 7, 16), (2, 4, 1))):
        yield {"reset_after": after, "batch": batch, "features": m, "units": n}


def draw_cases(**fixed: Any) -> Iterator[Case]:
    """Yield the cases of the kit, each once, with everything in `fixed` held: arguments of `draw_case`."""
    seen = set()
    for seed, plan in enumerate(_plans()):
        case = draw_case(seed, **(plan | fixed))
        if case.name not in seen:
            seen.add(case.name)
            yield case
