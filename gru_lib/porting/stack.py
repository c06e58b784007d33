"""The canonical form that every convention is read into: GRUs in Keras's layout, layer upon layer."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.activations import CANDIDATES, GATES, USUAL
from gru_lib.porting.checks import own_array
from gru_lib.scratch import GRUWeights

DIRECTIONS = ("forward", "backward")
ONE_ROW = (
    "; one row is what Keras before 2.3 trained, with reset_after=False and, unless told otherwise, "
    "gates='hard_sigmoid_0.2'"
)


@dataclass(frozen=True, eq=False)
class StackedGRU:
    """Layers of GRUs, the first one first; each layer is (forward,) or (forward, backward).

    `activations` are those of the gates and of the candidate, in all layers: names in `gru_lib.activations`.

    Raises
    ------
    ValueError
        If the layers cannot stand upon each other, a bias contradicts `reset_after`, or an activation is unknown.
    """

    layers: list[tuple[GRUWeights, ...]]
    reset_after: bool
    activations: tuple[str, str] = USUAL

    def __post_init__(self) -> None:
        for name, value, known in zip(("gates", "candidate"), self.activations, (GATES, CANDIDATES), strict=True):
            if value not in known:
                raise ValueError(f"{name} is {value!r}; expected one of {', '.join(known)}")
        if not self.layers:
            raise ValueError("weights has no layer; expected at least one")
        for where, weights in self.named():
            self._check_bias(where, weights)
            if weights.dtype != self.layers[0][0].dtype:
                raise ValueError(f"{where} has dtype {weights.dtype}; expected {self.layers[0][0].dtype}, as layer 0")
        for index in range(len(self.layers)):
            self._check_layer(index)

    def describe(self) -> str:
        """Say what the weights are of."""
        first, sizes = self.layers[0][0], [str(layer[0].units) for layer in self.layers]
        directions = sorted({len(layer) for layer in self.layers})
        unusual = [name for name, usual in zip(self.activations, USUAL, strict=True) if name != usual]
        return ", ".join(
            [
                f"{len(sizes)} layer(s), {' or '.join(map(str, directions))} direction(s)",
                f"{first.input_size} features, {', '.join(sizes)} units, {first.dtype}",
                f"reset {'after' if self.reset_after else 'before'}, {'no ' if first.bias is None else ''}bias",
                *unusual,
            ]
        )

    def named(self) -> Iterator[tuple[str, GRUWeights]]:
        """Yield every GRU with its place, such as ``layer 0 forward``."""
        for index, layer in enumerate(self.layers):
            for direction, weights in zip(DIRECTIONS, layer, strict=False):
                yield f"layer {index} {direction}", weights

    def _check_bias(self, where: str, weights: GRUWeights) -> None:
        if weights.bias is not None and (weights.bias.ndim == 2) != self.reset_after:
            raise ValueError(
                f"{where}: bias has shape {weights.bias.shape}, which is that of reset_after={not self.reset_after}, "
                f"but reset_after={self.reset_after} was given; pass the value that the weights were trained with"
                + ONE_ROW
                * (weights.bias.ndim == 1)
            )

    def _check_layer(self, index: int) -> None:
        """Raise ValueError unless both directions have the same shapes, and take what the layer below gives."""
        below, layer = self.layers[index - 1], self.layers[index]
        shapes = [[array.shape for array in weights.arrays()] for weights in layer]
        if any(other != shapes[0] for other in shapes):
            raise ValueError(f"layer {index} has arrays of shapes {shapes}; expected the same ones in both directions")
        given = len(below) * below[0].units
        if index and layer[0].input_size != given:
            raise ValueError(
                f"layer {index}: kernel has {layer[0].input_size} rows; expected {given}, the output of layer "
                f"{index - 1} ({len(below)} direction(s) of {below[0].units} units, concatenated)"
            )


def gru_weights(where: str, kernel: Any, recurrent_kernel: Any, bias: Any = None) -> GRUWeights:
    """Return checked copies of the arrays of one GRU in Keras's layout, or raise ValueError saying `where`."""
    rank = 1 if bias is None or getattr(bias, "ndim", 2) == 1 else 2
    try:
        return GRUWeights(
            own_array("kernel", kernel, 2),
            own_array("recurrent_kernel", recurrent_kernel, 2),
            None if bias is None else own_array("bias", bias, rank),
        )
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error


def require_reset_after(convention: str, reset_after: bool) -> None:
    """Raise ValueError if weights with reset before meet a convention that has no place for them."""
    if not reset_after:
        raise ValueError(
            f"reset_after is False, and {convention} has reset after only; the two are different functions, "
            "and there is no general recipe for other weights: use 'onnx' or a cell of your own, "
            "or train with reset_after=True"
        )


def require_usual_activations(convention: str, stack: StackedGRU) -> None:
    """Raise ValueError if the GRUs have other activations, and a convention has no place for them."""
    if stack.activations != USUAL:
        raise ValueError(
            f"the gates have {stack.activations[0]} and the candidate {stack.activations[1]}, and {convention} has "
            "sigmoid and tanh only; the numbers would be others: use 'onnx' or 'keras'"
        )


def single(convention: str, stack: StackedGRU, *, reset_after: bool = True) -> GRUWeights:
    """Return the only GRU of a stack for a convention that holds one; ValueError if it cannot be that."""
    require_usual_activations(convention, stack)
    if reset_after:
        require_reset_after(convention, stack.reset_after)
    elif stack.reset_after:
        raise ValueError(f"reset_after is True, and {convention} has reset before only")
    if len(stack.layers) > 1 or len(stack.layers[0]) > 1:
        counts = f"{len(stack.layers)} layer(s) with {len(stack.layers[0])} direction(s)"
        raise ValueError(f"{counts} came, and {convention} holds one GRU; port them one by one")
    return stack.layers[0][0]


def both_rows(gru: GRUWeights) -> tuple[NDArray, NDArray]:
    """Return b and c (3n,), zeros for what a GRU lacks; with reset before c stands for nothing."""
    zeros = np.zeros(3 * gru.units, gru.dtype)
    rows = [] if gru.bias is None else list(np.atleast_2d(gru.bias))
    b, c = [*rows, zeros, zeros][:2]
    return b, c


def folded(gru: GRUWeights) -> tuple[NDArray, NDArray]:
    """Return one bias (3n,) for z, r and h, b + c for the gates, and what the candidate has beside it, c_h (n,)."""
    b, c = np.zeros((2, 3 * gru.units), gru.dtype) if gru.bias is None else gru.bias
    gates = slice(0, 2 * gru.units)
    both = b.copy()
    both[gates] = np.where(c[gates] == 0, b[gates], b[gates] + c[gates])  # b + 0 would turn a -0 into a +0
    return both, c[2 * gru.units :].copy()


def require_uniform(convention: str, stack: StackedGRU) -> None:
    """Raise ValueError unless all layers are usual ones, of the same units and directions, all or none with biases."""
    require_reset_after(convention, stack.reset_after)
    require_usual_activations(convention, stack)
    kinds = {(layer[0].units, len(layer), layer[0].bias is not None) for layer in stack.layers}
    if len(kinds) > 1:
        seen = [f"{n} units, {d} direction(s), {'' if bias else 'no '}bias" for n, d, bias in sorted(kinds)]
        raise ValueError(
            f"layers differ ({'; '.join(seen)}), and {convention} holds equal ones only; port them one by one, "
            "and give a layer without bias zeros"
        )


def cast(stack: StackedGRU, dtype: np.dtype) -> StackedGRU:
    """Return the same GRUs in another dtype, or raise ValueError if a value is too large for it."""
    layers = []
    for layer in stack.layers:
        with np.errstate(over="ignore"):  # GRUWeights refuses infinity
            layers.append(tuple(GRUWeights(*(array.astype(dtype) for array in gru.arrays())) for gru in layer))
    return replace(stack, layers=layers)
