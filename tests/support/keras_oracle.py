"""What keras.layers.GRU answers to all cases; run as a script, since a process can have one Keras backend only.

Usage: KERAS_BACKEND=jax python tests/keras_oracle.py answers.npz
"""

import sys
from itertools import product

import numpy as np

from tests.support.gru_cases import all_cases

DRAWS, DRAWN_SHAPE = 400, (3, 4)  # of the initialisers: how many, and for which m and n
SIZES = [(m, n, after, bias) for (m, n), after, bias in product([(1, 1), (28, 64)], [True, False], [True, False])]


def dtypes(backend):
    """The dtypes that a backend can compute in: asked for float64, Keras 3.15 uses float32 on JAX and PyTorch."""
    return (np.float32, np.float64) if backend == "tensorflow" else (np.float32,)


def build(layer_class, case):
    """Return the layer of a case, with its weights."""
    layer = layer_class(
        case.weights.units,
        return_sequences=True,
        return_state=True,
        reset_after=case.reset_after,
        use_bias=case.bias is not None,
        go_backwards=case.go_backwards,
        dtype=case.x.dtype.name,
    )
    layer.build(case.x.shape)
    layer.set_weights(case.weights.arrays())
    return layer


def grad_without_leading(case):
    """The gradient of the loss, zero at masked steps before the first real one if there is an h0.

    There the backends disagree about what they return, and so about its gradient too.
    """
    started = np.maximum.accumulate(case.valid, axis=1)
    return case.grad if case.h0 is None else case.grad * started[:, :, None].astype(case.grad.dtype)


def with_tensorflow(layer, case, grad):
    import tensorflow as tf

    x, h0 = tf.constant(case.x), tf.constant(case.start)
    with tf.GradientTape() as tape:
        tape.watch([x, h0])
        states, last = layer(x, mask=case.mask, initial_state=None if case.h0 is None else h0)
        loss = tf.reduce_sum(grad * states)
    sources = [*layer.trainable_variables, x, h0]
    zeros = tf.UnconnectedGradients.ZERO
    return states, last, tape.gradient(loss, [getattr(s, "value", s) for s in sources], unconnected_gradients=zeros)


def with_jax(layer, case, grad, compiled={}):  # noqa: B006 - one compilation serves every case of a kind
    import jax

    def run(variables, x, h0, mask, grad):
        fixed = [v.value for v in layer.non_trainable_variables]
        (states, last), _ = layer.stateless_call(variables, fixed, x, mask=mask, initial_state=h0)
        return (grad * states).sum(), (states, last)

    kind = (type(layer), case.reset_after, case.bias is None, case.go_backwards, case.mask is None)
    call = compiled.setdefault(kind, jax.jit(jax.value_and_grad(run, argnums=(0, 1, 2), has_aux=True)))
    (_, (states, last)), (weights, *others) = call(case.weights.arrays(), case.x, case.start, case.mask, grad)
    return states, last, [*weights, *others]


def with_torch(layer, case, grad):
    import torch

    x, h0 = (torch.tensor(array, requires_grad=True) for array in (case.x, case.start))
    mask = None if case.mask is None else torch.tensor(case.mask)
    states, last = layer(x, mask=mask, initial_state=None if case.h0 is None else h0)
    sources = [*(v.value for v in layer.trainable_variables), x, h0]
    gradients = torch.autograd.grad((torch.tensor(grad) * states).sum(), sources, materialize_grads=True)
    return states, last, gradients


def answer(keras, case, layer_class=None):
    """Return states, last state and gradients, each under its name; of Keras's layer if not told otherwise."""
    compute = {"tensorflow": with_tensorflow, "jax": with_jax, "torch": with_torch}[keras.backend.backend()]
    states, last, gradients = compute(build(layer_class or keras.layers.GRU, case), case, grad_without_leading(case))
    weights = ["kernel", "recurrent_kernel", *(["bias"] if case.bias is not None else [])]
    named = {"states": states, "last": last} | dict(zip([*weights, "x", "h0"], gradients, strict=True))
    if case.h0 is None:
        del named["h0"]
    return {name: keras.ops.convert_to_numpy(value) for name, value in named.items()}


def draw_weights(keras):
    """Draw kernel and recurrent kernel with the initialisers of a fresh layer, many times."""
    m, n = DRAWN_SHAPE
    cell = keras.layers.GRU(n).cell
    drawn = {}
    for initializer, name, rows in (
        (cell.kernel_initializer, "drawn_kernels", m),
        (cell.recurrent_initializer, "drawn_recurrent_kernels", n),
    ):
        fresh = (type(initializer)(seed=seed)((rows, 3 * n)) for seed in range(DRAWS))
        drawn[name] = np.stack([keras.ops.convert_to_numpy(matrix) for matrix in fresh])
    return drawn


def count_parameters(keras):
    """Count the parameters for every entry of SIZES, and list the shapes of their arrays."""
    counts, shapes = [], []
    for m, n, after, bias in SIZES:
        layer = keras.layers.GRU(n, reset_after=after, use_bias=bias)
        layer.build((None, None, m))
        counts.append(layer.count_params())
        shapes.append(str([array.shape for array in layer.get_weights()]))
    return {"counts": np.array(counts), "shapes": np.array(shapes)}


def last_output(keras):
    """What a layer without return_sequences gives for a row in which every step is masked, and its state."""
    layer = keras.layers.GRU(2, return_state=True)
    h0 = keras.ops.convert_to_tensor(np.array([[0.25, -0.5]], "float32"))
    mask = keras.ops.convert_to_tensor(np.zeros((1, 3), bool))
    output, state = layer(keras.ops.ones((1, 3, 4)), mask=mask, initial_state=h0)
    return {"masked_output": keras.ops.convert_to_numpy(output), "masked_state": keras.ops.convert_to_numpy(state)}


def main(path):
    import keras

    backend = keras.backend.backend()
    if backend == "jax":
        import jax

        jax.config.update("jax_disable_most_optimizations", True)  # it compiles longer than it computes
    answers = draw_weights(keras) | count_parameters(keras) | last_output(keras)
    for dtype in map(np.dtype, dtypes(backend)):
        keras.config.set_floatx(dtype.name)
        for case in all_cases(dtype.type):
            answers |= {f"{dtype}/{case.name}/{name}": value for name, value in answer(keras, case).items()}
    np.savez(path, **answers)


if __name__ == "__main__":
    main(sys.argv[1])
