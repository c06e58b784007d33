"""The variables of the environment on which a time depends: the same ones for every peer."""

import os

from gru_lib.benchmark.peers import PEERS, placed

THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "NUMBA_NUM_THREADS",
)
FIXED = {
    # glibc would hand large blocks back to the system after each step, and fetch them again page by page
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "4294967296",
    "MALLOC_TRIM_THRESHOLD_": "4294967296",
    "TF_NUM_INTEROP_THREADS": "1",
}
CLEARED = ("TF_ENABLE_ONEDNN_OPTS",)  # the book turns it off to repeat digits; here TensorFlow is as people run it
ON_CPU = {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}
ON_GPU = {"TF_FORCE_GPU_ALLOW_GROWTH": "true", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}  # they share the card


def of_worker(name: str, threads: int) -> dict[str, str]:
    """Return the environment of the process that runs a peer, such as "pytorch@gpu"."""
    peer, device = placed(name)
    environment = os.environ | FIXED | dict.fromkeys(THREADS, str(threads)) | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    environment |= ON_GPU if device == "gpu" else ON_CPU
    if peer.startswith("keras"):
        environment["KERAS_BACKEND"] = PEERS[peer].package
    removed = (*CLEARED, "JAX_PLATFORMS") if device == "gpu" else CLEARED
    return {variable: value for variable, value in environment.items() if variable not in removed}


def seen() -> dict[str, str | None]:
    """Return what this process has of the variables that are to be the same everywhere; None is not set."""
    return {variable: os.environ.get(variable) for variable in (*THREADS, *FIXED, *CLEARED)}


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
