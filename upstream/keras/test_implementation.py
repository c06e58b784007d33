"""Keras's test_correctness has a parameter `implementation`, and never hands it on."""

import os

os.environ["KERAS_BACKEND"] = "torch"

import unittest
from unittest import mock

from keras.src import layers
from keras.src.layers.rnn import gru_test


def test_both_implementations_are_tested():
    tested = set()

    class Recorder(layers.GRU):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            tested.add(self.cell.implementation)

    with mock.patch.object(layers, "GRU", Recorder):
        for name in ("test_correctness0", "test_correctness1"):
            result = unittest.TestResult()
            gru_test.GRUTest(name).run(result)
            assert result.wasSuccessful()
    assert tested == {1, 2}, f"only implementation {tested} is tested"
