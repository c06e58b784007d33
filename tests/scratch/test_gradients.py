"""The gradients of what stands on the GRU, and of the whole model, against differences in float64.

A derivative along one random direction needs two values of the loss and sees every number of a gradient.
Five points instead of three (Richardson's extrapolation) make the error of order step⁴, so that a step of 1e-3
leaves about ten correct digits; the bound of 1e-7 is what a wrong factor anywhere cannot meet.
"""

import numpy as np
import pytest

from gru_lib.scratch import GRUWeights
from gru_lib.scratch.training import BatchNorm, Dense, GRUModel, mean_squared_error, softmax_cross_entropy

BOUND, STEP = 1e-7, 1e-3


@pytest.fixture
def rng():
    return np.random.default_rng(202)


def check(rng, function, pairs):
    """Assert that (gradient, array) pairs hold the derivatives of `function()`, which reads the arrays."""
    for number, (gradient, array) in enumerate(pairs):
        assert gradient.shape == array.shape, number
        direction, original, values = rng.normal(size=array.shape), array.copy(), {}
        for steps in (-2, -1, 1, 2):
            array[...] = original + steps * STEP * direction
            values[steps] = function()
        array[...] = original
        numerical = (8 * (values[1] - values[-1]) - (values[2] - values[-2])) / (12 * STEP)
        size = np.linalg.norm(gradient) * np.linalg.norm(direction)
        assert size > 0, f"array {number}: nothing to compare"
        assert abs(np.sum(gradient * direction) - numerical) < BOUND * size, f"array {number}"


@pytest.mark.parametrize("kind", [Dense, BatchNorm])
def test_layer(rng, kind):
    layer = Dense(3, 4, rng=rng, dtype=np.float64) if kind is Dense else BatchNorm(3, dtype=np.float64)
    for parameter in layer.parameters:
        parameter += rng.normal(size=parameter.shape)  # no zeros and ones where a factor could hide
    x = rng.normal(size=(6, 3))
    factors = rng.normal(size=layer.forward(x, training=True).shape)

    def loss():  # smooth, and every output has its own slope and curvature
        return np.sum(factors * np.sin(2 * layer.forward(x, training=True)))

    grad_x = layer.backward(2 * factors * np.cos(2 * layer.forward(x, training=True)))
    check(rng, loss, zip([grad_x, *layer.gradients], [x, *layer.parameters], strict=True))


def targets(rng, loss_function, outputs):
    rows, classes = outputs.shape
    return rng.integers(0, classes, rows) if loss_function is softmax_cross_entropy else rng.normal(size=outputs.shape)


@pytest.mark.parametrize("loss_function", [softmax_cross_entropy, mean_squared_error])
def test_loss(rng, loss_function):
    outputs = rng.normal(size=(5, 4))
    wanted = targets(rng, loss_function, outputs)
    check(rng, lambda: loss_function(outputs, wanted)[0], [(loss_function(outputs, wanted)[1], outputs)])


@pytest.mark.parametrize("masked", [False, True], ids=["unmasked", "masked"])
@pytest.mark.parametrize("reset_after", [True, False], ids=["after", "before"])
@pytest.mark.parametrize("loss_function", [softmax_cross_entropy, mean_squared_error])
def test_model(rng, loss_function, reset_after, masked):
    gru = GRUWeights.init(2, 4, rng=rng, dtype=np.float64, reset_after=reset_after)
    gru.bias[...] = rng.normal(size=gru.bias.shape)
    head = [BatchNorm(4, dtype=np.float64), Dense(4, 3, rng=rng, dtype=np.float64)]
    model = GRUModel(gru, head, reset_after=reset_after)
    x, mask = rng.normal(size=(6, 5, 2)), rng.random((6, 5)) < 0.7 if masked else None
    wanted = targets(rng, loss_function, np.empty((6, 3)))

    def loss():
        return loss_function(model.forward(x, mask=mask, training=True), wanted)[0]

    inner = model.backward(loss_function(model.forward(x, mask=mask, training=True), wanted)[1])
    check(rng, loss, [*zip(model.gradients, model.parameters, strict=True), (inner.x, x)])
