"""The GRUs that a file holds: listed, chosen by name, and put on top of each other."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from gru_lib.porting.checks import few
from gru_lib.porting.stack import StackedGRU


class Found(NamedTuple):
    """A GRU in a file.

    `name` chooses it, `kind` is what the file calls it, `read` returns its weights or raises ValueError with the
    reason why others cannot compute it, and `assumed` says what the file leaves open.
    """

    name: str
    kind: str
    read: Callable[[], StackedGRU]
    assumed: str = ""

    def describe(self) -> str:
        """Return a line for a list."""
        try:
            words = self.read().describe()
        except ValueError as error:
            words = f"cannot be ported: {error}"
        return f"{self.name}: {self.kind}, {words}" + (f" ({self.assumed})" if self.assumed else "")


def chosen(found: Sequence[Found], names: Sequence[str], option: str, others: Sequence[str] = ()) -> StackedGRU:
    """Return the GRUs with these names, the first one lowest; without names there must be one only.

    `option` is what chooses them on the command line, `others` is what the file holds besides.
    """
    by_name = {gru.name: gru for gru in found}
    names = list(names) or (list(by_name) if len(by_name) == 1 else [])
    missing = [name for name in names if name not in by_name]
    if missing or not names:
        wanted = f"no GRU layer {missing}" if missing else f"{len(by_name)} GRU layers"
        beside = f"; its layers are {few(sorted(set(others)))}" if others else ""
        raise ValueError(f"it has {wanted}; choose with {option} from {few(list(by_name))}{beside}")
    stacks = [by_name[name].read() for name in names]
    for what in ("reset_after", "activations"):
        values = [getattr(stack, what) for stack in stacks]
        if len(set(values)) > 1:
            raise ValueError(f"the layers {names} have {what} {values}; expected the same, port them one by one")
    layers = [layer for stack in stacks for layer in stack.layers]
    return StackedGRU(layers, stacks[0].reset_after, stacks[0].activations)
