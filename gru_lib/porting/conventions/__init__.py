"""One module for each convention: ``read(weights, reset_after)`` gives a StackedGRU, ``write(stack)`` the way back."""

from collections.abc import Callable
from typing import Any, NamedTuple

from gru_lib.porting.conventions import cudnn, equinox, flax, haiku, keras, onnx, pytorch, scratch, textbook
from gru_lib.porting.stack import StackedGRU


class Convention(NamedTuple):
    """The two directions of a mapping to and from the canonical form."""

    read: Callable[[Any, bool], StackedGRU]
    write: Callable[[StackedGRU], Any]


CONVENTIONS = {
    "keras": Convention(keras.read, keras.write),
    "pytorch": Convention(pytorch.read, pytorch.write),
    "pytorch-cell": Convention(pytorch.read_cell, pytorch.write_cell),
    "onnx": Convention(onnx.read, onnx.write),
    "cudnn": Convention(cudnn.read, cudnn.write),
    "textbook": Convention(textbook.read, textbook.write),
    "scratch": Convention(scratch.read, scratch.write),
    "flax": Convention(flax.read_linen, flax.write_linen),
    "flax-nnx": Convention(flax.read_nnx, flax.write_nnx),
    "equinox": Convention(equinox.read, equinox.write),
    "haiku": Convention(haiku.read, haiku.write),
}
CELLS = ("flax", "flax-nnx", "equinox", "haiku")  # a single GRU, and not every bit comes back: biases are added up
WHOLE = tuple(name for name in CONVENTIONS if name not in CELLS)
