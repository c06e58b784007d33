"""The MNIST handwritten digits, shipped with the package: no network, no account."""

import numpy as np
from numpy.typing import NDArray

from gru_lib.datasets.registry import read_shipped

Split = tuple[NDArray[np.uint8], NDArray[np.uint8]]


def load_mnist() -> tuple[Split, Split]:
    """Return the genuine MNIST digits, in the shapes and order of ``keras.datasets.mnist.load_data()``.

    Returns
    -------
    (x_train, y_train), (x_test, y_test)
        Images (60000, 28, 28) and (10000, 28, 28), labels (60000,) and (10000,), all uint8;
        0 is background, 255 is ink.

    Raises
    ------
    DatasetError
        If a file is missing, truncated or altered.

    Notes
    -----
    Used in the chapter *MNIST, row by row*, a reproduction.
    Source: LeCun, Bottou, Bengio & Haffner (1998); see `gru_lib.datasets.registry.FILES`.

    Examples
    --------
    >>> (x_train, y_train), (x_test, y_test) = load_mnist()
    >>> x_train.shape, y_train[:5].tolist(), x_test.shape
    ((60000, 28, 28), [5, 0, 4, 1, 9], (10000, 28, 28))
    """
    return _split("train"), _split("test")


def _split(part: str) -> Split:
    return _read_idx(f"mnist-{part}-images"), _read_idx(f"mnist-{part}-labels")


def _read_idx(name: str) -> NDArray[np.uint8]:
    """Decode the IDX format: two zeros, type 8, the number of axes, their big-endian lengths, the bytes."""
    content = read_shipped(name)
    axes = content[3]
    shape = np.frombuffer(content, ">i4", count=axes, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(shape).copy()
