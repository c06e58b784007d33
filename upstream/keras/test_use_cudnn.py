"""A Keras GRU that was cloned or saved has forgotten `use_cudnn`."""

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras


def test_a_cloned_model_keeps_use_cudnn():
    model = keras.Sequential([keras.Input((3, 5)), keras.layers.GRU(4, use_cudnn=False)])
    copy = keras.models.clone_model(model).layers[0]
    assert copy.use_cudnn is False, f"use_cudnn=False became {copy.use_cudnn!r}"
