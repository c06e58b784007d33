"""What the source does, in our own words: two GRU layers read ten months and name the next one.

Source: Sharmasaravanan, "Time-Series Forecasting Using GRU: A Step-by-Step Guide", Medium, 17 October 2024.
Its program: values scaled to 0..1, windows of 10, GRU(50), GRU(50), Dense(1), Adam, squared error, 100 epochs, batches
of 32; it is fitted on all windows, and its picture compares its answers on the same windows with the truth.
"""

import time

import numpy as np
from data import PASSENGERS

HELD_OUT = 24  # months, December 1958 to November 1960: the source's program has seen them when it answers


def windows(values, steps):
    """Return windows (N, steps) and the value after each (N,): all but the last one, which the source leaves out."""
    starts = range(len(values) - steps - 1)
    return np.array([values[i : i + steps] for i in starts]), np.array([values[i + steps] for i in starts])


def rmse(answers, truth):
    """Return the root of the mean squared error, in thousands of passengers."""
    return float(np.sqrt(np.mean((answers - truth) ** 2)))


def trained(seed, x, y, layer, epochs):
    """Return the source's network, its last loss, and the seconds of processor that all epochs but the first took."""
    import keras

    keras.utils.set_random_seed(seed)
    recurrent, clock = getattr(keras.layers, layer), []
    network = keras.Sequential([recurrent(50, return_sequences=True), recurrent(50), keras.layers.Dense(1)])
    network.compile("adam", "mse")
    timed = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: clock.append(time.process_time()))
    losses = network.fit(x, y, epochs=epochs, batch_size=32, verbose=0, callbacks=[timed]).history["loss"]
    return network, losses[-1], clock[-1] - clock[0]  # the first epoch compiles


def fitted(seed, *, steps=10, layer="GRU", epochs=100, held_out=HELD_OUT, scaled=True):
    """Train without the last months; return errors, on them (on all, if none is held out) and in training, and cost."""
    x, y = windows(PASSENGERS, steps)
    last = len(y) - held_out
    known = PASSENGERS[: last + steps]
    low, span = (known.min(), np.ptp(known)) if scaled else (0, 1)
    x = (x[..., None] - low) / span
    network, loss, seconds = trained(seed, x[:last], (y[:last] - low) / span, layer, epochs)
    asked = slice(last if held_out else 0, None)
    answers = network.predict(x[asked], verbose=0)[:, 0]
    return rmse(answers * span + low, y[asked]), float(loss**0.5 * span), network.count_params(), seconds


def run(seed):
    """Return the numbers of one run, by name; `unseen_long` is a wish of ours, all else is the source's network."""
    order = ("GRU", "LSTM") if seed % 2 == 0 else ("LSTM", "GRU")  # who comes first may be slower
    both = {layer: fitted(seed, layer=layer) for layer in order}
    unseen, training, parameters, seconds = both["GRU"]
    unseen_lstm, _, parameters_lstm, seconds_lstm = both["LSTM"]
    unseen_unscaled, training_unscaled, *_ = fitted(seed, scaled=False)
    return {
        "shown": fitted(seed, held_out=0)[0],
        "unseen": unseen,
        "unseen_lstm": unseen_lstm,
        "unseen_long": fitted(seed, steps=12, epochs=500)[0],
        "unseen_unscaled": unseen_unscaled,
        "training": training,
        "training_unscaled": training_unscaled,
        "parameters": parameters,
        "parameters_lstm": parameters_lstm,
        "seconds": seconds,
        "seconds_lstm": seconds_lstm,
    }


def line(steps, held_out=HELD_OUT):
    """Return the error of a straight line through windows, fitted by least squares, on what `fitted` is asked."""
    x, y = windows(PASSENGERS.astype(float), steps)
    x, last = np.hstack([x, np.ones((len(x), 1))]), len(y) - held_out
    weights, *_ = np.linalg.lstsq(x[:last], y[:last], rcond=None)
    asked = slice(last if held_out else 0, None)
    return rmse(x[asked] @ weights, y[asked])


def baselines():
    """Return what needs no network, by name: on the months held out, or as the last word of the name says."""
    end = len(PASSENGERS) - 1
    months = np.arange(end - HELD_OUT, end)
    truth, a_year_ago = PASSENGERS[months], PASSENGERS[months - 12]
    growth = np.array([PASSENGERS[t - 12 : t].sum() / PASSENGERS[t - 24 : t - 12].sum() for t in months])
    known = PASSENGERS[10 : end - HELD_OUT]
    return {
        "always_0": rmse(0, truth),
        "always_0_training": rmse(0, known),
        "last_month": rmse(PASSENGERS[months - 1], truth),
        "last_year": rmse(a_year_ago, truth),
        "last_year_grown": rmse(a_year_ago * growth, truth),
        "line_10": line(10),
        "line_12": line(12),
        "line_10_shown": line(10, held_out=0),
    }
