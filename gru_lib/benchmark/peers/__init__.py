"""The peers: each makes a function that does one step of work, and returns what it computed.

A process can have one Keras backend only, so each peer lives in a process of its own (`worker`).
A peer that is to run on the GPU is called by its name with "@gpu" behind it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.util import find_spec

from gru_lib.benchmark.peers.on_jax import keras_jax
from gru_lib.benchmark.peers.on_numpy import scratch, scratch_compiled
from gru_lib.benchmark.peers.on_tensorflow import keras_tensorflow, keras_tensorflow_xla
from gru_lib.benchmark.peers.on_torch import keras_torch, keras_torch_loop, pytorch
from gru_lib.benchmark.peers.shared import Step
from gru_lib.benchmark.task import CELLS, MODES, Problem, Task


@dataclass(frozen=True)
class Peer:
    """How a step is made, the package that must be installed, and what the peer can do."""

    make: Callable[[Problem], Step]
    package: str
    cells: tuple[str, ...] = tuple(CELLS)
    modes: tuple[str, ...] = MODES
    devices: tuple[str, ...] = ("cpu", "gpu")

    def can(self, task: Task, device: str) -> bool:
        """Say whether the peer has this cell and mode on this device."""
        return task.cell in self.cells and task.mode in self.modes and device in self.devices


PEERS = {
    "scratch": Peer(scratch, "numpy", cells=("GRU",), devices=("cpu",)),
    "scratch-compiled": Peer(scratch_compiled, "numba", cells=("GRU",), devices=("cpu",)),
    "pytorch": Peer(pytorch, "torch"),
    "keras-jax": Peer(keras_jax, "jax"),
    "keras-tensorflow": Peer(keras_tensorflow, "tensorflow"),
    "keras-tensorflow-xla": Peer(keras_tensorflow_xla, "tensorflow"),
    "keras-torch": Peer(keras_torch, "torch"),
    # what Keras runs where it has no fused form
    "keras-torch-loop": Peer(keras_torch_loop, "torch", cells=("GRU", "LSTM"), modes=("train", "last", "forward")),
}


def placed(name: str) -> tuple[str, str]:
    """Split "pytorch@gpu" into peer and device; without "@gpu" it is the CPU.

    Examples
    --------
    >>> placed("pytorch@gpu"), placed("scratch")
    (('pytorch', 'gpu'), ('scratch', 'cpu'))
    """
    peer, _, device = name.partition("@")
    return peer, device or "cpu"


def installed(task: Task, device: str = "cpu") -> list[str]:
    """Return the peers that can do a task on a device and whose packages are there."""
    return [name for name, peer in PEERS.items() if peer.can(task, device) and _found(name, peer)]


def _found(name: str, peer: Peer) -> bool:
    return all(find_spec(package) for package in [peer.package, *["keras"] * name.startswith("keras")])


def on_both(peers: Iterable[str]) -> list[str]:
    """Return every peer on the CPU and on the GPU.

    Examples
    --------
    >>> on_both(["pytorch"])
    ['pytorch', 'pytorch@gpu']
    """
    return [name for peer in peers for name in (peer, f"{peer}@gpu")]
