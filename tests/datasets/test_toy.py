"""Toy sequences: their best answer is what the docstring says, and nothing but the first step tells it."""

import numpy as np
import pytest

from gru_lib.datasets.toy import first_sign


def draw(sequences=2000, lag=20, seed=0):
    return first_sign(sequences, lag, rng=np.random.default_rng(seed))


def test_shapes_and_types():
    x, y = draw(7, 3)
    assert (x.shape, x.dtype, y.shape, y.dtype) == ((7, 4, 2), np.float32, (7,), np.int64)


def test_the_first_step_tells_the_label_and_is_marked():
    x, y = draw()
    assert np.array_equal(x[:, 0, 0], 2 * y - 1)
    assert np.array_equal(x[:, :, 1], np.eye(21)[0] * np.ones((2000, 1)))


def test_nothing_else_tells_it():
    x, y = draw()
    correlations = [abs(np.corrcoef(x[:, step, 0], y)[0, 1]) for step in range(1, 21)]
    assert max(correlations) < 4 / np.sqrt(2000)


def test_noise_is_standard_normal_and_the_labels_are_fair():
    x, y = draw(20_000)
    assert x[:, 1:, 0].mean() == pytest.approx(0, abs=0.01)
    assert x[:, 1:, 0].std() == pytest.approx(1, abs=0.01)
    assert y.mean() == pytest.approx(0.5, abs=0.02)


def test_one_seed_one_set():
    for same in (True, False):
        assert np.array_equal(draw()[0], draw(seed=0 if same else 1)[0]) is same


@pytest.mark.parametrize(("arguments", "name"), [((0, 5), "sequences"), ((5, 0), "lag"), ((5, -1), "lag")])
def test_errors_name_the_argument(arguments, name):
    with pytest.raises(ValueError, match=f"{name} is .*; expected at least 1"):
        first_sign(*arguments, rng=np.random.default_rng(0))
