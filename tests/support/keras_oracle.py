"""What a GRU layer of Keras answers to a case, on the backend of this process."""


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
    states, last, gradients = compute(build(layer_class or keras.layers.GRU, case), case, case.compared_grad)
    weights = ["kernel", "recurrent_kernel", *(["bias"] if case.bias is not None else [])]
    named = {"states": states, "last": last} | dict(zip([*weights, "x", "h0"], gradients, strict=True))
    if case.h0 is None:
        del named["h0"]
    return {name: keras.ops.convert_to_numpy(value) for name, value in named.items()}
