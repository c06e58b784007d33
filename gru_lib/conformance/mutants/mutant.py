"""A mistake, with what to do about it; and itself a GRU, so that it can stand wherever one is expected."""

from collections.abc import Callable
from dataclasses import dataclass, field

from numpy.typing import NDArray

from gru_lib.conformance.backward import Backward
from gru_lib.conformance.cases import Case
from gru_lib.conformance.recipe import NUMPY, Moment, Recipe, Sequence, arrays_of
from gru_lib.scratch import GRUGradients, GRUWeights

NEEDS: dict[str, Callable[[Case], bool]] = {
    "bias": lambda case: case.weights.bias is not None,
    "one row": lambda case: case.weights.bias is not None and case.weights.bias.ndim == 1,
    "after": lambda case: case.reset_after,
    "before": lambda case: not case.reset_after,
    "h0": lambda case: case.h0 is not None,
    "no h0": lambda case: case.h0 is None,
    "mask": lambda case: case.mask is not None,
    "padding": lambda case: not case.valid.all(),
    "backwards": lambda case: case.go_backwards,
    "float64": lambda case: case.x.dtype == float,
    "steps": lambda case: case.x.shape[1] > 1,
    "rows": lambda case: len(case.x) > 1,
    "features": lambda case: case.x.shape[2] > 1,
    "units": lambda case: case.weights.units > 1,
}


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
    recipe, backward : Recipe, Backward
        The parts; one of them is wrong.
    needs : frozenset of str
        Keys of `NEEDS`: in a case without these it gives the right answer.
    tolerance : float or None
        For mistakes of precision: how near is near enough, since rounding depends on the order of the sums.
    """

    id: str
    name: str
    remedy: str
    source: str | None = None
    recipe: Recipe = field(default_factory=Recipe)
    backward: Backward = field(default_factory=Backward)
    needs: frozenset[str] = frozenset()
    tolerance: float | None = None

    def __repr__(self) -> str:
        return f"Mutant({self.id})"

    @property
    def in_gradients(self) -> bool:
        """Whether the states are right, and only the backward pass is wrong."""
        return self.backward != Backward()

    def shows_in(self, case: Case) -> bool:
        """Whether the case has what the mistake needs."""
        return all(NEEDS[need](case) for need in self.needs)

    def gru(self) -> Callable[..., NDArray]:
        """Return a callable with the interface of `check_gru`; it remembers its own calls and nobody else's."""
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
            sequence = Sequence(x, h0, mask, go_backwards, memory)
            return self.recipe.run(NUMPY, arrays_of(weights, reset_after), sequence, reset_after)

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
        trace: list[Moment] = []
        sequence = Sequence(x, h0, mask, go_backwards)
        arrays = arrays_of(weights, reset_after)
        self.recipe.run(NUMPY, arrays, sequence, reset_after, trace)
        return self.backward.run(grad_hidden_states, trace, weights.bias is not None, go_backwards)


def forward_mutant(
    id: str,
    name: str,
    remedy: str,
    *needs: str,
    source: str | None = None,
    tolerance: float | None = None,
    **parts: Callable,
) -> Mutant:
    """Return a mutant with other parts of the recipe, named as in `Recipe`."""
    return Mutant(id, name, remedy, source, Recipe(**parts), needs=frozenset(needs), tolerance=tolerance)
