"""Two lines of the tutorial *Text generation with an RNN* are not for Keras 3 (its `tf.keras` is `keras`)."""

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras


def test_the_model_can_be_made():
    class MyModel(keras.Model):
        def __init__(self):
            super().__init__(self)

    MyModel()


def test_the_state_to_begin_with():
    gru = keras.layers.GRU(4, return_sequences=True, return_state=True)
    x = keras.ops.ones((2, 3, 5))
    states = gru.get_initial_state(x)
    gru(x, initial_state=states)
