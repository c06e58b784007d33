"""The scratch GRU against keras.layers.GRU, on the backend of this process: states, gradients, shapes, initialisers."""

import os

import numpy as np
import pytest

from gru_lib.scratch import GRUWeights, parameter_count
from tests.support.gru_cases import by_name, differences, run_gru_lib, some_cases
from tests.support.keras_oracle import answer

BACKEND = os.environ.get("KERAS_BACKEND", "tensorflow")
# asked for float64, Keras 3.15 uses float32 on JAX and PyTorch
TOLERANCE = {np.float32: 1e-5, np.float64: 1e-12} if BACKEND == "tensorflow" else {np.float32: 1e-5}
CASES = [case for dtype in TOLERANCE for case in some_cases(dtype)]
DRAWS, M, N = 400, 3, 4  # of the initialisers


@pytest.fixture
def keras(require):
    require(BACKEND)
    return require("keras")


@pytest.mark.parametrize("case", CASES, ids=by_name)
def test_states_and_gradients_are_those_of_keras(keras, case):
    before = keras.config.floatx()
    keras.config.set_floatx(case.x.dtype.name)
    try:
        wanted = answer(keras, case)
    finally:
        keras.config.set_floatx(before)
    actual = run_gru_lib(case, case.compared_grad)
    actual["last"] = actual["states"][:, -1].copy()
    # Masked steps before the first valid one carry h0 on in the state on every backend. What is *returned* for them
    # differs in Keras: h0 on JAX, as here; zeros on TensorFlow and PyTorch ("the previous output" is zero at first).
    leading = ~np.maximum.accumulate(case.valid, axis=1)
    carried = np.broadcast_to(case.start[:, None], actual["states"].shape)[leading]
    np.testing.assert_array_equal(actual["states"][leading], carried)
    actual["states"][leading] = carried if BACKEND == "jax" else 0
    assert len(wanted) == 7 - (case.bias is None) - (case.h0 is None)
    assert all(value.dtype == case.x.dtype for value in wanted.values())
    assert not differences(actual, wanted, TOLERANCE[case.x.dtype.type])


def test_a_row_without_a_valid_step_has_its_h0_as_state_but_not_as_output(keras):
    h0, mask = np.array([[0.25, -0.5]], "float32"), np.zeros((1, 3), bool)
    layer = keras.layers.GRU(2, return_state=True)
    output, state = layer(np.ones((1, 3, 4), "float32"), mask=mask, initial_state=keras.ops.convert_to_tensor(h0))
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(state), h0)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(output), h0 if BACKEND == "jax" else 0 * h0)


@pytest.mark.parametrize("size", [(1, 1), (28, 64)], ids=str)
@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize("bias", [True, False])
def test_shapes_and_parameter_counts_are_those_of_keras(keras, size, after, bias):
    m, n = size
    layer = keras.layers.GRU(n, reset_after=after, use_bias=bias)
    layer.build((None, None, m))
    weights = GRUWeights.init(m, n, rng=np.random.default_rng(0), reset_after=after, use_bias=bias)
    assert parameter_count(m, n, reset_after=after, use_bias=bias) == layer.count_params()
    assert [array.shape for array in weights.arrays()] == [array.shape for array in layer.get_weights()]


@pytest.fixture(scope="module")
def drawn():
    """Many draws of GRUWeights.init, stacked."""
    rng = np.random.default_rng(0)
    weights = [GRUWeights.init(M, N, rng=rng, dtype=np.float64) for _ in range(DRAWS)]
    return np.stack([w.kernel for w in weights]), np.stack([w.recurrent_kernel for w in weights])


def distance_of_distributions(a, b):
    """Largest distance of two empirical distribution functions (Kolmogorov and Smirnov)."""
    values = np.sort(np.concatenate([a.ravel(), b.ravel()]))
    return np.abs(np.searchsorted(np.sort(a.ravel()), values, "right") / a.size
                  - np.searchsorted(np.sort(b.ravel()), values, "right") / b.size).max()  # fmt: skip


@pytest.mark.parametrize(("index", "rows"), [(0, M), (1, N)], ids=["kernel", "recurrent kernel"])
def test_initialisers_have_the_distributions_of_keras(keras, drawn, index, rows):
    cell = keras.layers.GRU(N).cell
    initializer = type((cell.kernel_initializer, cell.recurrent_initializer)[index])
    matrices = (initializer(seed=seed)((rows, 3 * N), dtype="float32") for seed in range(DRAWS))
    ours, theirs = drawn[index], np.stack([keras.ops.convert_to_numpy(matrix) for matrix in matrices])
    assert ours.shape == theirs.shape
    # 400 draws of 36 or 48 numbers: 0.03 is far above chance, and a normal instead of a uniform is 0.06 away
    assert distance_of_distributions(ours, theirs) < 0.03
    assert np.std(ours) == pytest.approx(np.std(theirs), rel=0.02)
    # QR alone would give the corner one sign; 400 numbers scatter more, so a wider bound
    assert distance_of_distributions(ours[:, 0, 0], theirs[:, 0, 0]) < 0.14


def test_initialisers_keep_their_promises(drawn):
    kernels, recurrent_kernels = drawn
    bound = np.sqrt(6 / (M + 3 * N))
    assert 0.999 * bound < np.abs(kernels).max() <= bound
    identity = np.broadcast_to(np.eye(N), (DRAWS, N, N))
    np.testing.assert_allclose(recurrent_kernels @ recurrent_kernels.swapaxes(1, 2), identity, atol=1e-14)
    assert not GRUWeights.init(M, N, rng=np.random.default_rng(0)).bias.any()
