"""The GRUs that a file holds: listed, chosen by name, and put on top of each other."""

import warnings
from collections.abc import Callable, Sequence
from typing import NamedTuple

from gru_lib.porting.checks import few
from gru_lib.porting.stack import StackedGRU

COLUMNS = ("name", "kind", "features", "units", "directions", "dtype", "reset", "bias", "gates", "candidate", "choose")


class Assumed(UserWarning):
    """A file does not show something, and the usual was assumed."""


class Found(NamedTuple):
    """A GRU in a file.

    `name` chooses it, `kind` is what the file calls it, `read` returns its weights or raises ValueError with the
    reason why others cannot compute it, `convention` is that of its arrays, `assumed` says what the file leaves open,
    and `option` is what chooses it on the command line, empty if there is nothing to choose.
    """

    name: str
    kind: str
    read: Callable[[], StackedGRU]
    convention: str = "keras"
    assumed: str = ""
    option: str = ""

    def row(self) -> list[str]:
        """Return the cells of its line in a table, one for each of `COLUMNS`; fewer if it is refused."""
        try:
            stack = self.read()
        except (ValueError, TypeError) as error:
            return [self.name, self.kind, f"refused: {error}"]
        first, open_words = stack.layers[0][0], " (assumed)" if self.assumed else ""
        return [
            self.name,
            self.kind,
            str(first.input_size),
            ", ".join(str(layer[0].units) for layer in stack.layers),
            " or ".join(map(str, sorted({len(layer) for layer in stack.layers}))),
            str(first.dtype),
            "after" if stack.reset_after else "before",
            "no" if first.bias is None else "yes",
            *(name + open_words for name in stack.activations),
            self.option,
        ]


class ChoiceError(ValueError):
    """A file holds several GRUs, or others than were asked for; `found` are those that it holds."""

    def __init__(self, message: str, found: Sequence[Found] = ()) -> None:
        super().__init__(message)
        self.found = tuple(found)


def table(found: Sequence[Found], limit: int | None = None) -> str:
    """Return a line for each GRU below a line of headings; with a limit, say how many are left out."""
    if not found:
        return "no GRU is found in it"
    rows = [list(COLUMNS), *(gru.row() for gru in found[:limit])]
    whole = [row for row in rows if len(row) == len(COLUMNS)]
    widths = [max(len(row[k]) for row in (rows if k < 2 else whole)) for k in range(len(COLUMNS))]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    left_out = len(found) + 1 - len(rows)
    return "\n".join(lines + [f"and {left_out} more"] * (left_out > 0))


def chosen(
    found: Sequence[Found], names: Sequence[str], option: str, others: Sequence[str] = ()
) -> tuple[str, StackedGRU]:
    """Return convention and weights of the GRUs with these names, the first one lowest; without names of the only one.

    `option` is what chooses them on the command line, `others` is what the file holds besides. ChoiceError: it is not
    clear which, or there is none. Where something is assumed there is a warning.
    """
    by_name = {gru.name: gru for gru in found}
    names = list(names) or (list(by_name) if len(by_name) == 1 else [])
    missing = [name for name in names if name not in by_name]
    if missing or not names:
        wanted = f"no GRU {missing or ''}".strip() if missing or not found else f"{len(by_name)} GRUs"
        choice = f"; choose with {option} from {few(list(by_name))}" if found else ""
        beside = f"; its layers are {few(sorted(set(others)))}" if others else ""
        raise ChoiceError(f"it has {wanted}{choice}{beside}", found)
    grus = [by_name[name] for name in names]
    stacks = [gru.read() for gru in grus]
    for what in ("reset_after", "activations"):
        values = [getattr(stack, what) for stack in stacks]
        if len(set(values)) > 1:
            raise ValueError(f"the layers {names} have {what} {values}; expected the same, port them one by one")
    for assumed in {gru.assumed for gru in grus if gru.assumed}:
        warnings.warn(assumed, Assumed, stacklevel=3)
    layers = [layer for stack in stacks for layer in stack.layers]
    return grus[0].convention, StackedGRU(layers, stacks[0].reset_after, stacks[0].activations)
