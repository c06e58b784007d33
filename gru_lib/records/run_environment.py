"""The environment variables on which a measured or compared run depends, in one place.

A process must start with them, since libraries read them when they are loaded, and glibc does before that::

    subprocess.run(command, env=os.environ | repeatable_run())
"""

QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "KINETO_LOG_LEVEL": "6"}  # no logs of TensorFlow and of PyTorch's profiler
CPU_ONLY = {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}
SHARED_GPU = {"TF_FORCE_GPU_ALLOW_GROWTH": "true", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}  # by several processes
ALLOCATOR = {  # glibc would hand large blocks back to the system after each step, and fetch them again page by page
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "4294967296",
    "MALLOC_TRIM_THRESHOLD_": "4294967296",
}
SAME_DIGITS = {"TF_ENABLE_ONEDNN_OPTS": "0"}  # oneDNN rounds differently from one processor to the next
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "NUMBA_NUM_THREADS",
)


def thread_settings(count: int) -> dict[str, str]:
    """Return the variables that give every numeric library `count` threads.

    Examples
    --------
    >>> thread_settings(2)["OPENBLAS_NUM_THREADS"]
    '2'
    """
    return dict.fromkeys(THREAD_VARIABLES, str(count)) | {"TF_NUM_INTEROP_THREADS": "1"}


def repeatable_run() -> dict[str, str]:
    """Return the variables of a run whose output is stored, compared or recorded, such as that of a notebook.

    It has one thread: steps as small as this book's gain nothing from a second, and two runs side by side a core each.
    Whether it may use a GPU is another question; `CPU_ONLY` says no.
    """
    return QUIET | SAME_DIGITS | ALLOCATOR | thread_settings(1)
