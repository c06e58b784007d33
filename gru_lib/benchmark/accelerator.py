"""The GPU as each framework sees it: is there one, and how much of its memory is in use.

All of them are told to multiply float32 as float32. By default PyTorch's cuDNN, TensorFlow and JAX round the factors
to ten bits of fraction (TF32) on the cards that can, and that is other work than the CPU does.
"""

from gru_lib.benchmark.memory import MemoryCounter


def open_gpu(package: str) -> MemoryCounter:
    """Return the counter of the card's memory, with TF32 turned off; stop the process if there is no card."""
    counter = {"torch": _torch, "jax": _jax, "tensorflow": _tensorflow}[package]()
    if counter is None:
        raise SystemExit(f"{package} finds no GPU; install its build for CUDA, or measure on the CPU")
    return counter


def _torch() -> MemoryCounter | None:
    import torch

    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    cuda = torch.cuda
    if not cuda.is_available():
        return None
    return MemoryCounter(cuda.memory_allocated, cuda.reset_peak_memory_stats, cuda.max_memory_allocated)


def _jax() -> MemoryCounter | None:
    import jax

    jax.config.update("jax_default_matmul_precision", "highest")
    if jax.default_backend() != "gpu":
        return None
    (card, *_) = jax.devices()

    def read(field: str) -> int:
        return card.memory_stats()[field]

    # this peak cannot be reset: it is that of the process, so an upper bound
    return MemoryCounter(lambda: read("bytes_in_use"), lambda: None, lambda: read("peak_bytes_in_use"))


def _tensorflow() -> MemoryCounter | None:
    import tensorflow as tf

    config = tf.config.experimental
    config.enable_tensor_float_32_execution(False)
    if not tf.config.list_physical_devices("GPU"):
        return None

    def read(field: str) -> int:
        return config.get_memory_info("GPU:0")[field]

    return MemoryCounter(lambda: read("current"), lambda: config.reset_memory_stats("GPU:0"), lambda: read("peak"))
