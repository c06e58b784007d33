"""What a reproduction runs on."""

import sys
from importlib.metadata import version

from gru_lib.records import device


def show_backend() -> None:
    """Print, at the top of a reproduction, what it runs on: Keras, its backend, the device.

    The line differs from machine to machine; ``tests/nbval.cfg`` takes it out of the comparison.

    Raises
    ------
    RuntimeError
        If Keras is not imported: nothing has chosen a backend yet.
    """
    keras = sys.modules.get("keras")
    if keras is None:
        raise RuntimeError("show_backend found no Keras; expected `import keras` before it")
    backend = keras.backend.backend()
    print(f"Runs on: Keras {keras.__version__} · {backend} {version(backend)} · {device()}")
