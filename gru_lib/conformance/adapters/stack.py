"""What a stack of GRUs computes when one of them has other weights: so each can be tested where it stands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.scratch import GRUWeights


@dataclass(frozen=True)
class Place:
    """One direction of one layer of a stack, which holds `weights[layer][half]`; half 1 reads from the end."""

    weights: Sequence[Sequence[GRUWeights]]
    layer: int
    half: int

    @property
    def alone(self) -> bool:
        """Whether there is one layer, whose halves know nothing of each other."""
        return len(self.weights) == 1

    def inputs(self, x: NDArray) -> NDArray:
        """Return an input of the whole stack: the columns of x (B, T, m), repeated or cut to the width of layer 1."""
        return x if self.alone else x[:, :, np.arange(self.weights[0][0].input_size) % x.shape[2]]

    def output(self, states: Any) -> Any:
        """Return this direction's half of the output (B, T, n or 2n), in its own order; an array or a tensor."""
        n = states.shape[2] // len(self.weights[-1])
        if not self.half:
            return states[:, :, :n]
        return states[:, list(range(states.shape[1]))[::-1], n:]

    def surround(self, gru: Callable, x: NDArray, weights: GRUWeights, *, h0: Any, **options: Any) -> NDArray:
        """Return that output for a stack of `gru`, with these weights and h0 in this place."""
        x = self.inputs(x)
        for k, layer in enumerate(self.weights):
            halves: list[NDArray] = []
            for half, own in enumerate(layer):
                here = (k, half) == (self.layer, self.half)
                given = weights if here else GRUWeights(*(array.astype(x.dtype) for array in own.arrays()))
                options["go_backwards"] = bool(half)
                found = gru(x, given, h0=h0 if here else None, **options)
                states = found[0] if isinstance(found, tuple) else found
                halves.append(states[:, ::-1] if half else states)
            x = np.concatenate(halves, axis=2)
        return self.output(x)
