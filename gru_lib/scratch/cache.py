"""What a forward pass keeps for the backward pass: the same in every form, so that each backward pass reads each."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gru_lib.scratch.weights import GRUWeights


class Activations(NamedTuple):
    """The numbers kept of some sequences: time first, in the order of processing, and the sequences last.

    The chapter *Making it fast* shows why the batch stands last (stage 6) and the inputs end in a 1 (stage 7).
    """

    inputs: NDArray  # (T, m + 1, B); the last row is 1
    gates: NDArray  # (T, 3n, B): z, r and the candidate g
    reset_term: NDArray  # (T, n, B), q: h U_h + c_h with reset after, r * h with reset before
    states: NDArray  # (T + 1, n, B): h0 first


@dataclass(frozen=True, eq=False)
class GRUCache:
    """The activations of a batch, and how they were computed; valid as long as the weights are not changed.

    Attributes
    ----------
    weights : GRUWeights
    shares : tuple of Activations
        The batch in the order of its sequences: one share for each thread of the forward pass.
    reset_after, go_backwards : bool
    """

    weights: GRUWeights
    shares: tuple[Activations, ...]
    reset_after: bool
    go_backwards: bool

    @property
    def sizes(self) -> list[int]:
        """How many sequences each share has."""
        return [share.states.shape[2] for share in self.shares]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape of the hidden states, (B, T, n)."""
        steps, n, _ = self.shares[0].reset_term.shape
        return sum(self.sizes), steps, n

    @property
    def activations(self) -> Activations:
        """Those of the whole batch."""
        if len(self.shares) == 1:
            return self.shares[0]
        return Activations(*(np.concatenate(arrays, axis=2) for arrays in zip(*self.shares, strict=True)))
