"""Carry the weights of a GRU from one framework to another without changing its numbers."""

from dataclasses import replace
from typing import Any

import numpy as np

from gru_lib.activations import USUAL
from gru_lib.porting.conventions import CONVENTIONS

__all__ = ["CONVENTIONS", "port"]


def port(
    weights: Any,
    source: str = "keras",
    target: str = "pytorch",
    *,
    reset_after: bool = True,
    gates: str = "sigmoid",
    candidate: str = "tanh",
) -> Any:
    """Return the same GRU's weights as another framework stores them.

    Parameters
    ----------
    weights : see Notes
        In the convention `source`, for m input features and n units.
        Arrays may be anything that NumPy reads, PyTorch tensors and Keras variables included.
    source, target : str
        "keras", "pytorch", "pytorch-cell", "onnx", "cudnn", "textbook", "scratch", "flax", "flax-nnx", "equinox" or
        "haiku".
    reset_after : bool
        What the weights were trained with; it must agree with what can be seen in them.
    gates, candidate : str
        Activations that the weights were trained with: "sigmoid", "hard_sigmoid_0.2" (clip(0.2 a + 0.5): every Keras
        before 2.3 by default, TensorFlow.js) or "hard_sigmoid_6" (Keras 3); "tanh" or "relu". Arrays do not show
        them, an ONNX mapping does. They are carried into "onnx"; of "keras" and "textbook" they are not part, and you
        give them to the layer or the formula yourself; the others have sigmoid and tanh only.

    Returns
    -------
    see Notes
        In the convention `target`; NumPy arrays of its own, in the dtype of the source.

    Raises
    ------
    ValueError, TypeError
        If a key is missing or superfluous, if a shape, dtype or value does not fit,
        or if `target` cannot represent the GRU. Nothing is ever guessed or rounded:
        float16 and bfloat16 are refused, since NumPy knows only one of them; widen them first.

    Notes
    -----
    Derived in the chapter *Conventions and porting*.
    One way and back gives the same bits. A single layer comes without a list around it.

    - keras: ``layer.get_weights()``, ``[kernel, recurrent_kernel, bias]`` or without bias, twice as many for
      Bidirectional (forward first, outputs concatenated); several layers: a list of such lists.
    - pytorch, pytorch-cell: the state_dict of ``nn.GRU`` (layers of equal size), of ``nn.GRUCell``. Reset after only.
    - onnx: ``{"W": (D, 3n, m), "R": (D, 3n, n), "B": (D, 6n), "linear_before_reset": 0 or 1}`` for D directions,
      B optional, other activations as the operator's attributes name them; several layers: a list. With reset before
      the two halves of B count only as a sum: b is written as [b, 0], and [b, c] is read as b + c.
    - cudnn: ``{"buffer", "input_size", "units", "layers", "directions"}``, a flat buffer and what it means;
      without biases it is shorter. Reset after only.
    - textbook: ``{"W_z": (n, m), "U_z": (n, n), "b_z": (n,), ...}`` with letters z, r, h, in which z = 1 overwrites:
      h = (1 - z) h + z g; with reset after also c_z, c_r, c_h. Layers and directions as for scratch.
    - flax, flax-nnx, equinox, haiku: the parameters of linen's and nnx's ``GRUCell`` (nested by name), of
      ``equinox.nn.GRUCell`` (by attribute), of ``haiku.GRU`` (reset before only); one GRU. The first three add up b
      and c of the gates, nnx has no place for c_h.
    - scratch: ``GRUWeights``; a (forward, backward) tuple for two directions, a list for several layers.

    Sources: the manual pages of ``keras.layers.GRU``, ``torch.nn.GRU`` and the ONNX operator GRU, each compared by
    running it. cuDNN itself needs a GPU and was not run: the buffer of one layer was compared with the one that
    Keras's TensorFlow backend packs; the order of layers and directions was only read, in JAX's
    ``unpack_lstm_weights``, which cuts cuDNN's buffer of an LSTM.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> weights = [rng.normal(size=shape) for shape in ((3, 15), (5, 15), (2, 15))]
    >>> state_dict = port(weights, "keras", "pytorch")
    >>> {name: array.shape for name, array in state_dict.items()}
    {'weight_ih_l0': (15, 3), 'weight_hh_l0': (15, 5), 'bias_ih_l0': (15,), 'bias_hh_l0': (15,)}
    >>> all(map(np.array_equal, port(state_dict, "pytorch", "keras"), weights))
    True
    """
    for name, value in (("source", source), ("target", target)):
        if value not in CONVENTIONS:
            raise ValueError(f"{name} is {value!r}; expected one of {', '.join(CONVENTIONS)}")
    if not isinstance(reset_after, bool | np.bool_):
        raise ValueError(f"reset_after is {reset_after!r}; expected True or False")
    stack = CONVENTIONS[source].read(weights, bool(reset_after))
    if (gates, candidate) != USUAL:
        stack = replace(stack, activations=(gates, candidate))
    return CONVENTIONS[target].write(stack)
