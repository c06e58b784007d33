"""The variables of the environment on which a time depends: the same ones for every peer."""

import os

from gru_lib.benchmark.peers import PEERS, placed
from gru_lib.records.run_environment import ALLOCATOR, CPU_ONLY, QUIET, SHARED_GPU, thread_settings

CLEARED = ("TF_ENABLE_ONEDNN_OPTS",)  # the book turns it off to repeat digits; here TensorFlow is as people run it


def of_worker(name: str, threads: int) -> dict[str, str]:
    """Return the environment of the process that runs a peer, such as "pytorch@gpu"."""
    peer, device = placed(name)
    environment = os.environ | QUIET | ALLOCATOR | thread_settings(threads)
    environment |= SHARED_GPU if device == "gpu" else CPU_ONLY
    if peer.startswith("keras"):
        environment["KERAS_BACKEND"] = PEERS[peer].package
    removed = (*CLEARED, "JAX_PLATFORMS") if device == "gpu" else CLEARED
    return {variable: value for variable, value in environment.items() if variable not in removed}


def seen() -> dict[str, str | None]:
    """Return what this process has of the variables that are to be the same everywhere; None is not set."""
    return {variable: os.environ.get(variable) for variable in (*thread_settings(1), *ALLOCATOR, *CLEARED)}


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
