"""A mistake, with what to do about it; and itself a GRU, so that it can stand wherever one is expected."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from numpy.typing import NDArray

from gru_lib.conformance.mutants.arguments import NUMPY, SequenceInput, StepState, weight_arrays
from gru_lib.conformance.mutants.backward import BackwardVariant
from gru_lib.conformance.mutants.forward import GRUVariant
from gru_lib.scratch import GRUGradients, GRUWeights


@dataclass(frozen=True, repr=False)
class Mutant:
    """A GRU with one mistake.

    Attributes
    ----------
    id : str
        Short and stable.
    name : str
        What is wrong, in plain words.
    remedy : str
        What to do about it.
    source : str or None
        Address of a public page where this happened, or where a convention that invites it is written down.
    needs : frozenset of str
        What a case must have; in a case without it the answer is right. Tests hold this to every case.
    tolerance : float or None
        For mistakes of precision: how near is near enough, since rounding depends on the order of the sums.
    forward, backward : mapping from str to callable
        The exchanged parts, named as in `GRUVariant` and `BackwardVariant`.
    """

    id: str
    name: str
    remedy: str
    source: str | None = None
    needs: frozenset[str] = frozenset()
    tolerance: float | None = None
    forward: Mapping[str, Callable] = field(default_factory=dict)
    backward: Mapping[str, Callable] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Mutant({self.id})"

    def gru(self) -> Callable[..., NDArray]:
        """Return a callable with the interface of `check_gru`; it remembers its own calls and nobody else's."""
        variant = GRUVariant(**self.forward)
        memory: dict = {}

        def mutant(
            x: NDArray,
            weights: GRUWeights,
            *,
            h0: NDArray | None = None,
            mask: NDArray | None = None,
            reset_after: bool = True,
            go_backwards: bool = False,
        ) -> NDArray:
            inputs = SequenceInput(x, h0, mask, go_backwards, memory)
            return variant.run(NUMPY, weight_arrays(weights, reset_after), inputs, reset_after)[0]

        return mutant

    def gradients(
        self,
        x: NDArray,
        weights: GRUWeights,
        grad_hidden_states: NDArray,
        *,
        h0: NDArray | None = None,
        mask: NDArray | None = None,
        reset_after: bool = True,
        go_backwards: bool = False,
    ) -> GRUGradients:
        """Return the gradients, with the interface of `check_gru`."""
        trace: list[StepState] = []
        inputs, arrays = SequenceInput(x, h0, mask, go_backwards), weight_arrays(weights, reset_after)
        GRUVariant(**self.forward).run(NUMPY, arrays, inputs, reset_after, trace)
        return BackwardVariant(**self.backward).run(grad_hidden_states, trace, weights.bias is not None, go_backwards)


def forward_mutant(
    id: str,
    name: str,
    remedy: str,
    *needs: str,
    source: str | None = None,
    tolerance: float | None = None,
    **parts: Callable,
) -> Mutant:
    """Return a mutant with other parts of the forward pass, named as in `GRUVariant`."""
    return Mutant(id, name, remedy, source, frozenset(needs), tolerance, forward=parts)


def backward_mutant(
    id: str, name: str, remedy: str, *needs: str, source: str | None = None, **parts: Callable
) -> Mutant:
    """Return a mutant with other parts of the backward pass, named as in `BackwardVariant`."""
    return Mutant(id, name, remedy, source, frozenset(needs), backward=parts)
