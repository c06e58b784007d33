"""The docstring of Keras's GRU names a default variant that is not the default."""

import os

os.environ["KERAS_BACKEND"] = "torch"

import inspect
import re

import keras

DOCSTRING = " ".join(keras.layers.GRU.__doc__.split())


def test_the_default_variant_is_the_default():
    reset_after = inspect.signature(keras.layers.GRU).parameters["reset_after"].default
    [(version, order)] = re.findall(
        r"The default one is based on \[(.*?)\].*? has (?:the )?reset gate applied to hidden state (\w+)", DOCSTRING
    )
    assert (version, order) == (("original", "after") if reset_after else ("v3", "before"))


def test_the_default_of_training():
    training = inspect.signature(keras.layers.GRU.call).parameters["training"].default
    [said] = re.findall(r" training: .*?Defaults to `(\w+)`", DOCSTRING)
    assert said == str(training)
