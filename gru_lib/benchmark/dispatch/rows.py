"""The table: for each argument of a layer, whether a fused kernel ran, measured in a process for each backend."""

import inspect
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from textwrap import shorten
from typing import Any

from gru_lib.benchmark.dispatch.layers import ARGUMENTS, CELLS, IN_CALL, TORCH_ARGUMENTS, Work, keras_work, torch_work
from gru_lib.benchmark.dispatch.operators import dispatched, loops
from gru_lib.records.provenance import device as device_name
from gru_lib.records.provenance import provenance
from gru_lib.records.run_environment import CPU_ONLY, QUIET

STEPS = (20, 40)  # a loop that is written out shows by growth


@dataclass(frozen=True)
class Row:
    """What a layer with one argument dispatched.

    Attributes
    ----------
    layer, argument : str
    fused : bool
        Whether one kernel read the whole sequence.
    loop : bool
        Whether something was dispatched at every step.
    kernels : mapping from a recurrent kernel to its number of calls, for the longer sequence
    operators : list of their numbers, for each of `STEPS`
    error : str
        Why there is nothing of all that, or empty.
    """

    layer: str
    argument: str
    fused: bool = False
    loop: bool = False
    kernels: dict[str, int] = field(default_factory=dict)
    operators: list[int] = field(default_factory=list)
    error: str = ""

    def __str__(self) -> str:
        start = f"  {self.layer:<17}{self.argument:<37}"
        if self.error:
            return start + self.error
        flags = "".join(f"{'yes' if flag else 'no':<6}" for flag in (self.fused, self.loop))
        kernels = ", ".join(f"{name} x {count}" for name, count in self.kernels.items()) or "-"
        return start + flags + "".join(f"{count:<6}" for count in self.operators) + kernels


HEAD = f"  {'layer':<17}{'argument':<37}fused loop  " + "".join(f"{f'T={n}':<6}" for n in STEPS) + "kernels"


def row(layer: str, argument: str, backend: str, work: Callable[[int], Work]) -> Row:
    """Measure one row. A configuration that cannot run here is a finding, not the end of the table."""
    try:
        short, long = (dispatched(call, *given, backend=backend) for call, given in map(work, STEPS))
    except Exception as error:
        return Row(layer, argument, error=shorten(f"{type(error).__name__}: {error}", 200))
    loop = loops(short, long, STEPS[1] - STEPS[0])
    return Row(layer, argument, short.fused and long.fused, loop, long.kernels, [short.total, long.total])


def table(device: str = "cpu", cells: Sequence[str] = CELLS) -> list[Row]:
    """Measure every argument on the Keras backend of this process; on PyTorch, the layers of torch.nn as well.

    Parameters
    ----------
    device : str
        "cpu" or "gpu".
    cells : sequence of str
        Of `CELLS`.

    Raises
    ------
    ValueError
        If an argument is none of these.
    RuntimeError
        If this process computes on the other device.
    """
    if device not in ("cpu", "gpu"):
        raise ValueError(f"device is {device!r}; expected 'cpu' or 'gpu'")
    if unknown := [cell for cell in cells if cell not in CELLS]:
        raise ValueError(f"cells has {unknown}; expected some of {', '.join(CELLS)}")
    import keras

    backend = keras.backend.backend()
    if (device == "cpu") != (device_name() == "cpu"):
        raise RuntimeError(f"device is {device}, but {backend} computes on {device_name()} here")
    return [row(layer, argument, backend, work) for layer, argument, work in _works(backend, cells)]


def _works(backend: str, cells: Sequence[str]) -> Iterator[tuple[str, str, Callable[[int], Work]]]:
    import keras

    for cell in cells:
        known = {*inspect.signature(getattr(keras.layers, cell)).parameters, *IN_CALL, "dtype"}
        for argument, settings in ARGUMENTS.items():
            if known.issuperset(settings):
                yield f"Keras {cell}", argument, partial(keras_work, cell, settings)
    for cell in [cell.removeprefix("Simple") for cell in cells] if backend == "torch" else []:
        for argument, settings in TORCH_ARGUMENTS.items():
            yield f"torch.nn.{cell}", argument, partial(torch_work, cell, settings)


def answer(device: str, *cells: str) -> None:
    """Print the table of this process, with its provenance, as JSON."""
    answers, sys.stdout = sys.stdout, sys.stderr  # what a framework prints must not stand in the answer
    rows = [asdict(one) for one in table(device, cells)]
    print(json.dumps({"provenance": provenance(), "steps": STEPS, "rows": rows}), file=answers)


def measure(backend: str, device: str = "cpu", cells: Sequence[str] = CELLS) -> dict[str, Any]:
    """Return what `answer` prints in a process of its own; RuntimeError with its last words if it fails."""
    environment = os.environ | QUIET | {"KERAS_BACKEND": backend} | (CPU_ONLY if device == "cpu" else {})
    code = "import sys; from gru_lib.benchmark.dispatch.rows import answer; answer(*sys.argv[1:])"
    done = subprocess.run([sys.executable, "-c", code, device, *cells], env=environment, capture_output=True, text=True)
    if done.returncode:
        words = done.stderr.strip().splitlines() or [f"{backend} stopped with status {done.returncode}"]
        raise RuntimeError(words[-1].removeprefix("RuntimeError: "))
    return json.loads(done.stdout)
