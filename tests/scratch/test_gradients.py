"""Every gradient against central finite differences in float64: GRU, heads, losses, whole model.

Five points instead of three (Richardson's extrapolation) make the error of order step⁴, so that a step of 1e-3
leaves about ten correct digits; the bound of 1e-7 is what a wrong factor anywhere cannot meet.
"""

from dataclasses import replace

import numpy as np
import pytest

from gru_lib.scratch import GRUWeights, gru_backward, gru_forward
from gru_lib.scratch.training import BatchNorm, Dense, GRUModel, mean_squared_error, softmax_cross_entropy
from tests.support.gru_cases import GRADIENTS, all_cases, by_name, make_case

BOUND, STEP = 1e-7, 1e-3


def numerical_gradient(function, array):
    """Differentiate `function()`, which reads `array`, by each of its numbers."""
    gradient = np.empty_like(array)
    for index in np.ndindex(array.shape):
        original, values = array[index], {}
        for steps in (-2, -1, 1, 2):
            array[index] = original + steps * STEP
            values[steps] = function()
        array[index] = original
        gradient[index] = (8 * (values[1] - values[-1]) - (values[2] - values[-2])) / (12 * STEP)
    return gradient


def check(record_property, pairs):
    """Assert that (analytic, numerical) gradients agree; the report of the test records the largest error."""
    errors = {}
    for name, (analytic, numerical) in pairs.items():
        assert analytic.shape == numerical.shape, name
        size = np.linalg.norm(analytic) + np.linalg.norm(numerical)
        assert size > 0, f"{name}: nothing to compare"
        errors[name] = np.linalg.norm(analytic - numerical) / size
    record_property("largest_relative_error", float(max(errors.values())))
    print(f"largest relative error {max(errors.values()):.1e}")
    assert all(error < BOUND for error in errors.values()), errors


def loss_of_states(states, factors):
    """A smooth loss in which every state has its own slope and curvature; also its gradient."""
    return float(np.sum(factors * np.sin(2 * states))), 2 * factors * np.cos(2 * states)


LONGER = make_case(201, shape=(2, 25, 3, 4), scale=0.7)


@pytest.mark.parametrize("case", [*all_cases(), LONGER], ids=by_name)
def test_gru(record_property, case):
    # a copy with its own arrays, since the finite differences write into them; h0 is differentiated if None, too
    arrays = {name: case.start if name == "h0" else getattr(case, name) for name in GRADIENTS}
    case = replace(case, **{name: array if array is None else array.copy() for name, array in arrays.items()})

    def loss():
        return loss_of_states(gru_forward(case.x, case.weights, **case.options)[0], case.grad)[0]

    states, cache = gru_forward(case.x, case.weights, **case.options)
    gradients = gru_backward(loss_of_states(states, case.grad)[1], cache)
    names = [name for name in GRADIENTS if getattr(case, name) is not None]
    assert (gradients.bias is None) == (case.bias is None)
    check(
        record_property,
        {name: (getattr(gradients, name), numerical_gradient(loss, getattr(case, name))) for name in names},
    )


def make_layer(kind, rng):
    layer = Dense(3, 4, rng=rng, dtype=np.float64) if kind == "dense" else BatchNorm(3, dtype=np.float64)
    for parameter in layer.parameters:
        parameter += rng.normal(size=parameter.shape)  # no zeros and ones where a factor could hide
    return layer


@pytest.mark.parametrize("kind", ["dense", "batch norm"])
def test_layer(record_property, kind):
    rng = np.random.default_rng(202)
    layer, x = make_layer(kind, rng), rng.normal(size=(6, 3))
    factors = rng.normal(size=layer.forward(x, training=True).shape)

    def loss():
        return loss_of_states(layer.forward(x, training=True), factors)[0]

    grad_x = layer.backward(loss_of_states(layer.forward(x, training=True), factors)[1])
    analytic = [grad_x, *layer.gradients]
    numerical = [numerical_gradient(loss, array) for array in (x, *layer.parameters)]
    check(record_property, dict(zip(("x", "first", "second"), zip(analytic, numerical, strict=True), strict=True)))


@pytest.mark.parametrize("loss_function", [softmax_cross_entropy, mean_squared_error])
def test_loss(record_property, loss_function):
    rng = np.random.default_rng(203)
    outputs = rng.normal(size=(5, 4))
    targets = rng.integers(0, 4, 5) if loss_function is softmax_cross_entropy else rng.normal(size=(5, 4))
    _, gradient = loss_function(outputs, targets)
    numerical = numerical_gradient(lambda: loss_function(outputs, targets)[0], outputs)
    check(record_property, {"outputs": (gradient, numerical)})


@pytest.mark.parametrize("masked", [False, True], ids=["unmasked", "masked"])
@pytest.mark.parametrize("reset_after", [True, False], ids=["after", "before"])
@pytest.mark.parametrize("loss_function", [softmax_cross_entropy, mean_squared_error])
def test_model(record_property, loss_function, reset_after, masked):
    rng = np.random.default_rng(204)
    gru = GRUWeights.init(2, 4, rng=rng, dtype=np.float64, reset_after=reset_after)
    gru.bias[...] = rng.normal(size=gru.bias.shape)
    head = [BatchNorm(4, dtype=np.float64), Dense(4, 3, rng=rng, dtype=np.float64)]
    model = GRUModel(gru, head, reset_after=reset_after)
    x, mask = rng.normal(size=(6, 5, 2)), rng.random((6, 5)) < 0.7 if masked else None
    targets = rng.integers(0, 3, 6) if loss_function is softmax_cross_entropy else rng.normal(size=(6, 3))

    def loss():
        return loss_function(model.forward(x, mask=mask, training=True), targets)[0]

    inner = model.backward(loss_function(model.forward(x, mask=mask, training=True), targets)[1])
    names = ["kernel", "recurrent_kernel", "bias", "gamma", "beta", "dense kernel", "dense bias"]
    pairs = {
        name: (gradient, numerical_gradient(loss, parameter))
        for name, gradient, parameter in zip(names, model.gradients, model.parameters, strict=True)
    }
    check(record_property, pairs | {"x": (inner.x, numerical_gradient(loss, x))})
