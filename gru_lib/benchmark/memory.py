"""The memory that the work of an implementation needs, above what its framework needs to be there.

It is the difference of two readings of one process:

- before: its resident memory after the imports and a run of a tiny problem, so that frameworks and compilers are
  loaded;
- peak: the highest resident memory during steps of the real problem, which has been compiled and run before.

It holds inputs and weights, what the forward pass keeps for the backward pass, the results, and the program that was
compiled for this shape: with XLA some 10 to 30 MB, which outweigh a small problem. Before both readings what was freed
goes back to the system: what a compiler used for a while does not count.
On a GPU the framework's own counter of the card's memory stands for resident memory (`accelerator`).
"""

import ctypes
import gc
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
STEPS = 2  # in which the peak is looked for: what the first one leaves may stand beside the second


class MemoryCounter(NamedTuple):
    """Functions: the bytes in use, forget the old peak, and the bytes of the peak since."""

    current: Callable[[], int]
    reset: Callable[[], Any]
    peak: Callable[[], int]


def process_counter() -> MemoryCounter | None:
    """Return the counter of this process; None where the system has none that can be reset (only Linux has)."""
    counter = MemoryCounter(lambda: _status("VmRSS"), lambda: CLEAR.write_text("5"), lambda: _status("VmHWM"))
    try:
        counter.current(), counter.reset(), counter.peak()
    except OSError:
        return None
    return counter


def _status(field: str) -> int:
    found = re.search(rf"^{field}:\s+(\d+) kB$", STATUS.read_text(), re.MULTILINE)
    if found is None:
        raise OSError(f"{STATUS} has no {field}")
    return 1024 * int(found[1])


def bytes_in_use(counter: MemoryCounter | None) -> int | None:
    """Return the bytes in use, once what was freed has gone back."""
    _release_freed()
    return counter.current() if counter else None


def peak_increase(counter: MemoryCounter | None, before: int | None, step: Callable[[], Any]) -> int | None:
    """Return by how many bytes the peak of some steps is above `before`."""
    if counter is None or before is None:
        return None
    _release_freed()
    counter.reset()
    for _ in range(STEPS):
        step()
    return max(0, counter.peak() - before)


def _release_freed() -> None:
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if STATUS.exists() else None
    if trim:  # glibc
        trim(0)
