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

from gru_lib.benchmark.dispatch.layers import ARGUMENTS, CELLS, IN_CALL, TORCH_ARGUMENTS, Call, keras_call, torch_call
from gru_lib.benchmark.dispatch.operators import has_loop, record_dispatch
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


def measure_row(layer: str, argument: str, backend: str, make_call: Callable[[int], Call]) -> Row:
    """Measure one row. A configuration that cannot run here is a finding, not the end of the table."""
    try:
        short, long = (record_dispatch(call, *given, backend=backend) for call, given in map(make_call, STEPS))
    except Exception as error:
        return Row(layer, argument, error=shorten(f"{type(error).__name__}: {error}", 200))
    loop = has_loop(short, long, STEPS[1] - STEPS[0])
    return Row(layer, argument, short.fused and long.fused, loop, long.kernels, [short.total, long.total])


def dispatch_table(
    device: str = "cpu", cells: Sequence[str] = CELLS, arguments: Sequence[str] | None = None
) -> list[Row]:
    """Measure a row for each argument on Keras's backend in this process; on PyTorch, the layers of torch.nn as well.

    Parameters
    ----------
    device : str
        "cpu" or "gpu".
    cells : sequence of str
        Of `CELLS`.
    arguments : sequence of str, optional
        Of the keys of `ARGUMENTS` and `TORCH_ARGUMENTS`; by default all.

    Raises
    ------
    ValueError
        If an argument is none of these.
    RuntimeError
        If this process computes on the other device.
    """
    if device not in ("cpu", "gpu"):
        raise ValueError(f"device is {device!r}; expected 'cpu' or 'gpu'")
    known = {"cells": CELLS, "arguments": ARGUMENTS | TORCH_ARGUMENTS}
    for name, given in (("cells", cells), ("arguments", arguments or ())):
        if unknown := [one for one in given if one not in known[name]]:
            raise ValueError(f"{name} has {unknown}; expected some of {', '.join(known[name])}")
    import keras

    backend = keras.backend.backend()
    if (device == "cpu") != (device_name() == "cpu"):
        raise RuntimeError(f"device is {device}, but {backend} computes on {device_name()} here")
    wanted = [one for one in _calls(backend, cells) if arguments is None or one[1] in arguments]
    return [measure_row(layer, argument, backend, make_call) for layer, argument, make_call in wanted]


def _calls(backend: str, cells: Sequence[str]) -> Iterator[tuple[str, str, Callable[[int], Call]]]:
    import keras

    for cell in cells:
        known = {*inspect.signature(getattr(keras.layers, cell)).parameters, *IN_CALL, "dtype"}
        for argument, settings in ARGUMENTS.items():
            if known.issuperset(settings):
                yield f"Keras {cell}", argument, partial(keras_call, cell, settings)
    for cell in [cell.removeprefix("Simple") for cell in cells] if backend == "torch" else []:
        for argument, settings in TORCH_ARGUMENTS.items():
            yield f"torch.nn.{cell}", argument, partial(torch_call, cell, settings)


def print_table(options: str) -> None:
    """Print the table of this process, with its provenance, as JSON; `options` are those of `dispatch_table`."""
    output, sys.stdout = sys.stdout, sys.stderr  # what a framework prints must not stand in it
    rows = [asdict(one) for one in dispatch_table(**json.loads(options))]
    print(json.dumps({"provenance": provenance(), "steps": STEPS, "rows": rows}), file=output, flush=True)


def measure(backend: str, device: str = "cpu", **options: Any) -> dict[str, Any]:
    """Return what `print_table` prints in a process of its own; RuntimeError with its last line if it fails."""
    environment = os.environ | QUIET | {"KERAS_BACKEND": backend} | (CPU_ONLY if device == "cpu" else {})
    code = "import sys; from gru_lib.benchmark.dispatch.rows import print_table; print_table(sys.argv[1])"
    command = [sys.executable, "-c", code, json.dumps({"device": device, **options})]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"{backend} stopped with status {done.returncode}"]
        raise RuntimeError(lines[-1].removeprefix("RuntimeError: "))
    return json.loads(done.stdout)
