"""A mistake, with what to do about it; and itself a GRU, so that it can stand wherever one is expected."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from gru_lib import activations
from gru_lib.conformance.mutants.arguments import NUMPY, SequenceInput, StepState, weight_arrays
from gru_lib.conformance.mutants.backward import BackwardVariant
from gru_lib.conformance.mutants.forward import GRUVariant, gru_of_parts
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
    convention : str or None
        Who computes so on purpose, and how to say that it is meant; then it is a GRU but for this.
    precision : str or None
        For mistakes of precision: whose numbers the states are. How they are rounded depends on the order of the sums.
    forward, backward : mapping from str to callable
        The exchanged parts, named as in `GRUVariant` and `BackwardVariant`.
    """

    id: str
    name: str
    remedy: str
    source: str | None = None
    needs: frozenset[str] = frozenset()
    convention: str | None = None
    precision: str | None = None
    forward: Mapping[str, Callable] = field(default_factory=dict)
    backward: Mapping[str, Callable] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Mutant({self.id})"

    def gru(self, gates: str = "sigmoid", candidate: str = "tanh", *, final: bool | None = None) -> Callable[..., Any]:
        """Return a callable with the interface of `check_gru`, with these activations where they are not the mistake.

        With `final` it returns the final state too; by default if that is what is wrong.
        """
        parts = {**activations.parts(gates, candidate), **self.forward}
        return gru_of_parts(parts, final="final" in self.forward if final is None else final)

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
    convention: str | None = None,
    precision: str | None = None,
    **parts: Callable,
) -> Mutant:
    """Return a mutant with other parts of the forward pass, named as in `GRUVariant`."""
    return Mutant(id, name, remedy, source, frozenset(needs), convention, precision, forward=parts)


def backward_mutant(
    id: str, name: str, remedy: str, *needs: str, source: str | None = None, **parts: Callable
) -> Mutant:
    """Return a mutant with other parts of the backward pass, named as in `BackwardVariant`."""
    return Mutant(id, name, remedy, source, frozenset(needs), backward=parts)
