"""Keras's tests of its GRU pass a layer that takes the reset gate for the update gate."""

import os

os.environ["KERAS_BACKEND"] = "torch"

import unittest
from unittest import mock

from keras import ops
from keras.src import layers
from keras.src.layers.rnn import gru_test

# They trace the layer, or concern the fused path: in neither can the mistake be planted in this way.
LEFT_OUT = {"test_basics", "test_stateful_with_symbolic_batch_size", "test_torch_cudnn_dispatch_fires"}


class Exchanged(layers.GRU):
    """A GRU with a mistake: the first two thirds of the columns change places."""

    def inner_loop(self, *arguments, **options):
        weights = [w for w in (self.cell.kernel, self.cell.recurrent_kernel, self.cell.bias) if w is not None]
        right = [ops.copy(w) for w in weights]
        for weight, value in zip(weights, right, strict=True):
            z, r, h = ops.split(value, 3, axis=-1)
            weight.assign(ops.concatenate([r, z, h], axis=-1))
        states = super().inner_loop(*arguments, **options)
        for weight, value in zip(weights, right, strict=True):
            weight.assign(value)
        return states


def test_exchanged_gates_are_noticed():
    result = unittest.TestResult()
    with mock.patch.object(layers, "GRU", Exchanged):
        for name in unittest.defaultTestLoader.getTestCaseNames(gru_test.GRUTest):
            if name not in LEFT_OUT:
                gru_test.GRUTest(name).run(result)
    assert not result.wasSuccessful(), f"{result.testsRun} tests pass with exchanged gates"
