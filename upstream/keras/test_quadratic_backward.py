"""With PyTorch on a CPU, the work of a Keras GRU's backward pass grows with the square of the steps."""

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import torch
from torch.utils._python_dispatch import TorchDispatchMode


class Written(TorchDispatchMode):
    """Counts the numbers that operations write."""

    numbers = 0

    def __torch_dispatch__(self, function, types, arguments=(), options=None):
        results = function(*arguments, **(options or {}))
        self.numbers += sum(one.numel() for one in keras.tree.flatten(results) if isinstance(one, torch.Tensor))
        return results


def written(steps):
    layer = keras.layers.GRU(8)
    last = layer(torch.ones(4, steps, 3)).sum()
    with Written() as backward:
        last.backward()
    return backward.numbers


def test_twice_the_steps_are_twice_the_work():
    ratio = written(200) / written(100)
    assert ratio < 2.2, f"{ratio:.1f} times as many numbers for twice the steps"
