"""What programs do with Keras's GRU, done with Keras's and with ours on the backend of this process.

A good call has the same result with both, and a bad one raises with both, or it stands in DIFFERENCES with a reason:
one of the three that the docstring of our layer gives. test_layers.py runs this on the backends.
"""

import json
import pickle
import tempfile
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from gru_lib import layers

BACKEND = keras.backend.backend()
KERAS = SimpleNamespace(GRU=keras.layers.GRU, GRUCell=keras.layers.GRUCell)
B, T, M, N = 2, 4, 3, 5
RNG = np.random.default_rng(0)
X, H0 = RNG.normal(size=(B, T, M)).astype("float32"), RNG.normal(size=(B, N)).astype("float32")
MASK = np.array([[True, False, True, False], [True, True, True, False]])
SHAPES = {"GRU": (B, T, M), "GRUCell": (B, M)}
tensor = keras.ops.convert_to_tensor


def filled(layer, shape=X.shape):
    """Return the layer, built, with random weights: the same for the same shapes."""
    if not layer.built:
        layer.build(shape)
    rng = np.random.default_rng(1)
    for weight in layer.weights:
        if weight.path.endswith(("kernel", "bias")):
            weight.assign(rng.normal(size=weight.shape) / 2)
    return layer


# ----- the calls: functions of a module that has a GRU and a GRUCell --------------------------------------------------
def make(kind, arguments, of):
    layer = getattr(of, kind)(**{"units": N, "name": "gru"} | arguments)
    inputs = [X] if kind == "GRU" else [X[:, 0], H0]
    return json.dumps(layer.get_config(), sort_keys=True), filled(layer, SHAPES[kind])(*inputs)


def call(arguments, positional, named, of):
    return filled(of.GRU(N, **arguments))(*positional, **named)


def step(arguments, positional, named, of):
    return filled(of.GRUCell(N, **arguments), (B, M))(*positional, **named)


def model(layer, batch=None):
    return filled(keras.Sequential([keras.Input(batch_shape=(batch, T, M)), layer]))


def stateful(of):
    layer = filled(of.GRU(N, stateful=True))
    answers = [layer(X), layer(X), layer(X, initial_state=H0), layer(X)]
    layer.reset_state()
    return [*answers, layer(X)]


def train(of, stateful=False, jit_compile="auto", **arguments):
    trained = model(of.GRU(N, stateful=stateful, **arguments), B)
    trained.compile("sgd", "mse", jit_compile=jit_compile)
    for _ in range(2):
        trained.train_on_batch(X, H0)
    return trained.get_weights()


def save(of, name="model.keras", **arguments):
    with tempfile.TemporaryDirectory() as folder:
        model(of.GRU(N, **arguments)).save(path := str(Path(folder) / name))
        return keras.models.load_model(path)(X)


def export(run, name, of, **options):
    exported = model(of.GRU(N, unroll=True))  # LiteRT alone has no loop for it
    with tempfile.TemporaryDirectory() as folder:
        exported.export(path := str(Path(folder) / name), verbose=False, **options)
        return run(path)


def run_saved_model(path):
    import tensorflow as tf

    loaded = tf.saved_model.load(path)
    return loaded.serve(X).numpy()


def run_litert(path):
    import tensorflow as tf

    run = tf.lite.Interpreter(model_path=path).get_signature_runner()
    [name] = run.get_input_details()
    return next(iter(run(**{name: X[:1]}).values()))


def mirrored(of):
    import tensorflow as tf

    with tf.distribute.MirroredStrategy(["/cpu:0"]).scope():
        return train(of)


def with_initial_state(of, h0, masked=False):
    inputs = [keras.Input((T, M)), keras.Input((N,))]
    x = keras.layers.Masking(0.0)(inputs[0]) if masked else inputs[0]
    return filled(keras.Model(inputs, of.GRU(N)(x, initial_state=h0(inputs[1]))))([X * MASK[..., None], H0])


def encoder_and_decoder(of):
    inputs = keras.Input((T, M))
    _, state = of.GRU(N, return_state=True)(inputs)
    return filled(keras.Model(inputs, of.GRU(N, return_sequences=True)(inputs, initial_state=state)))(X)


# Arguments with values that our layer takes, and with values that it refuses.
OF_THE_CELL = {
    "units": ([5, np.int64(5)], ["3", True, None, 0, -1, 2.5, 3.0]),
    "activation": ([None, "relu", keras.ops.tanh], ["nope", 3]),
    "use_bias": ([False, 1, 0], [None, "yes"]),
    "reset_after": ([False, 1, 0], [None, "no"]),
    "dropout": ([0, 0.5, 1], [-0.1, 1.5, float("nan"), "0.5", None]),
    "kernel_initializer": (["ones", {"class_name": "Ones", "config": {}}], ["nope", 3]),
    "implementation": ([0, 1, 3, "a"], []),
    "seed": ([7, -1], ["a", 2.5]),
    "dtype": (["mixed_bfloat16", "float64"], ["int32", "nope"]),
    "name": (["gate"], [3]),
    "trainable": ([False], []),
    "autocast": ([False], []),
    "time_major": ([], [False]),
    "no_such_argument": ([], [1]),
}
OF_THE_LAYER = {
    "recurrent_activation": ([None, "hard_sigmoid"], ["nope"]),
    "recurrent_dropout": ([0, 0.5, 1], [-0.1, 1.5, None]),
    "recurrent_initializer": (["ones"], ["nope"]),
    "bias_initializer": (["ones"], ["nope"]),
    "kernel_regularizer": (["l2"], ["nope", 3]),
    "activity_regularizer": (["l2"], ["nope"]),
    "kernel_constraint": (["non_neg"], ["nope"]),
    **{
        flag: ([True, 1, None, "yes"], [])
        for flag in ("return_sequences", "return_state", "go_backwards", "unroll", "zero_output_for_mask")
    },
    "use_cudnn": (["auto", False], [True, "yes", None]),
    "input_shape": ([(T, M)], []),
    "batch_input_shape": ([], [(B, T, M)]),
    "input_length": ([], [T]),
}
GOOD, BAD = (
    {
        f"{kind}({name}={getattr(value, '__name__', value)!r})": partial(make, kind, {name: value})
        for kind, table in {"GRUCell": OF_THE_CELL, "GRU": OF_THE_CELL | OF_THE_LAYER}.items()
        for name, values in table.items()
        for value in values[side]
    }
    for side in (0, 1)
)
INTEGERS = tensor((3 * X).astype("int32"))
INPUTS = {
    "tensor": tensor(X),
    "float64": X.astype("float64"),
    "float16": X.astype("float16"),
    "int32": INTEGERS,
    "bool": X > 0,
    "one step": X[:, :1],
    "one row": X[:1],
    "no row": X[:0],
    "NaN": X * np.nan,
}
MASKS = {
    "array": MASK,
    "tensor": tensor(MASK),
    "int": MASK.astype(int),
    "float": MASK.astype("float32"),
    "rank 3": MASK[..., None],
    "one row": MASK[:1],
    "nothing valid": MASK & False,
}
STATES = {
    "array": H0,
    "[array]": [H0],
    "(array,)": (H0,),
    "tensor": tensor(H0),
    "float64": H0.astype("float64"),
    "int": (3 * H0).astype(int),
}
GOOD |= {f"x: {name}": partial(call, {}, [x], {}) for name, x in INPUTS.items()}
GOOD |= {f"mask: {name}": partial(call, {}, [X], {"mask": mask}) for name, mask in MASKS.items()}
GOOD |= {f"initial_state: {name}": partial(call, {}, [X], {"initial_state": h}) for name, h in STATES.items()}
GOOD |= {
    f"{name}, {'backwards' if back else 'forwards'}, {'unrolled' if unroll else 'loop'}": partial(
        call, options | {"return_sequences": True, "go_backwards": back, "unroll": unroll}, [X], {"mask": MASK}
    )
    for name, options in {"mask": {}, "zeros": {"zero_output_for_mask": True}}.items()
    for back in (False, True)
    for unroll in (False, True)
}
WRONG_INPUTS = {
    "list": X.tolist(),
    "no step": X[:, :0],
    "rank 2": X[0],
    "rank 4": X[None],
    "other features": X[..., :2],
    "None": None,
    "text": "text",
}
WRONG_MASKS = {
    "list": MASK.tolist(),
    "rank 1": MASK[0],
    "short": MASK[:, :2],
    "one step": MASK[:, :1],
    "long": np.ones((B, T + 2), bool),
    "three rows": np.ones((3, T), bool),
}
WRONG_STATES = {
    "list": H0.tolist(),
    "two": [H0, H0],
    "none": [],
    "rank 1": H0[0],
    "rank 3, PyTorch's": H0[None],
    "rank 3": H0[:, None],
    "other units": H0[:, :4],
    "three rows": np.ones((3, N), "float32"),
}
BAD |= {f"x: {name}": partial(call, {}, [x], {}) for name, x in WRONG_INPUTS.items()}
BAD |= {f"mask: {name}": partial(call, {}, [X], {"mask": mask}) for name, mask in WRONG_MASKS.items()}
BAD |= {f"initial_state: {name}": partial(call, {}, [X], {"initial_state": h}) for name, h in WRONG_STATES.items()}
TRAINING = {"training": True}
GOOD |= {
    "positional": partial(call, {}, [X, H0, MASK], {}),
    "sequences=": partial(call, {}, [], {"sequences": X}),
    "training=None": partial(call, {"dropout": 0.5, "seed": 1}, [X], {"training": None}),
    "dropout": partial(call, {"dropout": 0.5, "seed": 1}, [X], TRAINING),
    "recurrent dropout": partial(call, {"recurrent_dropout": 0.5, "seed": 1}, [X], TRAINING),
    "dropout, implementation=1": partial(call, {"dropout": 0.5, "seed": 1, "implementation": 1}, [X], TRAINING),
    "dropout of integers": partial(call, {"dropout": 0.5}, [INTEGERS], TRAINING),
    "stateful": stateful,
    "stateful, trained": partial(train, stateful=True, jit_compile=False),
    "reset_state of a stateless layer": lambda of: of.GRU(N).reset_state(),
    "reset_states, the old name": lambda of: of.GRU(N, stateful=True).reset_states(),
    "symbols": lambda of: [(y.shape, y.dtype) for y in of.GRU(N, return_state=True)(keras.Input((None, M)))],
    "symbols of integers": lambda of: of.GRU(N)(keras.Input((T, M), dtype="int32")).dtype,
    "a symbol as state": partial(with_initial_state, h0=lambda h: h),
    "a list with a symbol as state": partial(with_initial_state, h0=lambda h: [h]),
    "a symbol as state, and Masking": partial(with_initial_state, h0=lambda h: h, masked=True),
    "encoder and decoder": encoder_and_decoder,
    "Embedding": lambda of: filled(
        keras.Sequential([keras.Input((T,)), keras.layers.Embedding(9, M, mask_zero=True), of.GRU(N)])
    )(np.array([[1, 2, 0, 0], [3, 0, 4, 0]])),
    "Bidirectional": lambda of: filled(keras.layers.Bidirectional(of.GRU(N, return_sequences=True)))(X, mask=MASK),
    "Bidirectional, two layers": lambda of: filled(
        keras.layers.Bidirectional(of.GRU(N), backward_layer=of.GRU(N, go_backwards=True))
    )(X),
    "Bidirectional, integers": lambda of: filled(keras.layers.Bidirectional(of.GRU(N)))(INTEGERS),
    "Bidirectional, states": lambda of: filled(keras.layers.Bidirectional(of.GRU(N, return_state=True)))(
        X, initial_state=[H0, H0]
    ),
    "use_cudnn of a half": lambda of: keras.layers.Bidirectional(of.GRU(N, use_cudnn=False)).backward_layer.use_cudnn,
    "TimeDistributed": lambda of: filled(keras.layers.TimeDistributed(of.GRU(N)), (1, B, T, M))(X[None]),
    "RNN of a cell": lambda of: filled(keras.layers.RNN(of.GRUCell(N)))(X, mask=MASK),
    "RNN of cells": lambda of: filled(keras.layers.RNN([of.GRUCell(N), of.GRUCell(4)]))(X),
    "cell": partial(step, {}, [X[:, 0], H0], {}),
    "cell, [state]": partial(step, {}, [X[:, 0], [H0]], {}),
    "cell, two states": partial(step, {}, [X[:, 0], [H0, H0]], {}),
    "cell, float64": partial(step, {}, [X[:, 0].astype(float), H0.astype(float)], {}),
    "cell, int32": partial(step, {}, [INTEGERS[:, 0], H0], {}),
    "cell, dropout": partial(step, {"dropout": 0.5, "seed": 1}, [X[:, 0], H0], TRAINING),
    "cell.get_initial_state": lambda of: of.GRUCell(N).get_initial_state(batch_size=B),
    "layer.get_initial_state": lambda of: of.GRU(N).get_initial_state(B),
    "sizes": lambda of: [of.GRUCell(N).state_size, of.GRUCell(N).output_size, of.GRU(N).state_size],
    "compute_output_shape": lambda of: of.GRU(N, return_state=True).compute_output_shape((B, None, M)),
    "compute_mask": lambda of: of.GRU(N, return_sequences=True).compute_mask(X, MASK),
    "input_spec": lambda of: of.GRU(N).input_spec.ndim,
    "count_params": lambda of: filled(of.GRU(N, reset_after=False)).count_params(),
    "paths of weights": lambda of: [w.path for w in filled(of.GRU(N, dropout=0.1, name="g")).weights],
    "frozen": lambda of: len(filled(of.GRU(N, trainable=False)).trainable_weights),
    "build of rank 2": lambda of: of.GRU(N).build((B, M)),
    "build twice": lambda of: [layer := of.GRU(N), layer.build(X.shape), layer.build(X.shape), len(layer.weights)][3],
    "losses": lambda of: [
        layer := filled(of.GRU(N, kernel_regularizer="l2", activity_regularizer="l1")),
        layer(X),
        [float(loss) for loss in layer.losses],
    ][2],
    "clone_model": lambda of: keras.models.clone_model(model(of.GRU(N, dropout=0.1, seed=4))).layers[0].dropout,
    "serialize": lambda of: keras.layers.deserialize(keras.layers.serialize(of.GRU(N, name="g"))).name,
    "to_json": lambda of: keras.models.model_from_json(model(of.GRU(N, reset_after=False)).to_json()).layers[0].units,
    "pickle": lambda of: pickle.loads(pickle.dumps(model(of.GRU(N))))(X),
    "subclass": lambda of: filled(type("MyGRU", (of.GRU,), {})(N, return_sequences=True))(X),
    "names": lambda of: [keras.backend.clear_session(), of.GRU(N).name, of.GRUCell(N).name],
    "repr": lambda of: [repr(of.GRU(N, name="g")), repr(of.GRUCell(N, name="g"))],
    "is an RNN": lambda of: isinstance(of.GRU(N), keras.layers.RNN),
    "float64": lambda of: filled(of.GRU(N, dtype="float64"))(X.astype(float)),
    "trained in mixed precision": partial(train, dtype="mixed_bfloat16"),
}
BAD |= {
    "inputs=": partial(call, {}, [], {"inputs": X}),
    "no such argument": partial(call, {}, [X], {"no_such": 1}),
    "stateful, other batch": lambda of: [layer := filled(of.GRU(N, stateful=True)), layer(X[:1])][1:],
    "stateful, symbol": lambda of: of.GRU(N, stateful=True)(keras.Input((T, M))).shape,
    "no features": lambda of: of.GRU(N)(keras.Input((T, None))).shape,
    "cell, no state": partial(step, {}, [X[:, 0]], {}),
    "cell, state of other units": partial(step, {}, [X[:, 0], H0[:, :4]], {}),
    "cell.get_initial_state()": lambda of: of.GRUCell(N).get_initial_state(),
    "count_params, not built": lambda of: of.GRU(N).count_params(),
    "set_weights of other shapes": lambda of: filled(of.GRU(N)).set_weights([np.ones((M, 12))] * 3),
    "units are fixed": lambda of: setattr(of.GRU(N), "units", 4),
    "quantize": lambda of: filled(of.GRU(N)).quantize("int8"),
    "enable_lora": lambda of: of.GRU(N).enable_lora(2),
}
GOOD |= {
    f"attribute {name}": lambda of, name=name: repr(getattr(of.GRU(N, seed=3), name)).split(" at 0x")[0]
    for name in (
        *(
            "units",
            "activation",
            "recurrent_activation",
            "use_bias",
            "kernel_initializer",
            "bias_constraint",
            "dropout",
        ),
        *("recurrent_dropout", "reset_after", "use_cudnn", "stateful", "unroll", "supports_masking", "states"),
    )
}
GOOD |= {
    f"cell attribute {name}": lambda of, name=name: repr(getattr(of.GRUCell(N, seed=3), name)).split(" at 0x")[0]
    for name in ("implementation", "seed", "recurrent_regularizer", "state_size")
}
GOOD |= {
    "a .keras file": save,
    "a .h5 file": partial(save, name="model.h5"),
    "a file with a function": partial(save, activation=keras.ops.tanh),
}
if BACKEND == "tensorflow":
    GOOD |= {
        "SavedModel": partial(export, run_saved_model, "saved", format="tf_saved_model"),
        "LiteRT": partial(export, run_litert, "gru.tflite", format="litert"),
        "MirroredStrategy": mirrored,
    }


# ----- what differs, and why: the reasons are words of the docstring --------------------------------------------------
REFUSED, FUSED, FAILS = "can only be a mistake", "there is no fused path", "fail or give wrong numbers in Keras"
EVERYWHERE = {
    "GRU(units=True)": REFUSED,
    **{f"{kind}(use_bias={value!r})": REFUSED for kind in SHAPES for value in (None, "yes")},
    **{f"{kind}(reset_after={value!r})": REFUSED for kind in SHAPES for value in (None, "no")},
    **{f"{kind}(dropout={value})": REFUSED for kind in SHAPES for value in (-0.1, 1.5, "nan")},
    **{f"GRU(recurrent_dropout={value})": REFUSED for value in (-0.1, 1.5)},
    "initial_state: two": REFUSED,
    **{f"{kind}(units=np.int64(5))": FAILS for kind in SHAPES},
    "dropout, implementation=1": FAILS,
    "dropout of integers": FAILS,
    "zeros, backwards, unrolled": FAILS,
}
ON_A_BACKEND = {
    "tensorflow": {},
    "jax": {
        "GRU(use_cudnn=True)": FUSED,
        "initial_state: rank 3, PyTorch's": REFUSED,
        "zeros, forwards, unrolled": FAILS,
    },
    "torch": {
        "GRU(use_cudnn=True)": FUSED,
        "mask: long": REFUSED,
        "mask, backwards, unrolled": FAILS,
        "stateful, trained": FAILS,
    },
}[BACKEND]
DIFFERENCES = EVERYWHERE | ON_A_BACKEND


def outcome(function, of):
    """Return what a call gives, or the exception that it raises."""
    keras.utils.set_random_seed(1)
    try:
        value = function(of)
    except Exception as error:
        return error
    return keras.tree.map_structure(lambda v: keras.ops.convert_to_numpy(v) if keras.ops.is_tensor(v) else v, value)


def agree(mine, wanted, tolerance=1e-5):
    """Tell whether two answers have one structure and agree in every leaf."""
    if isinstance(wanted, Exception):
        return False
    try:
        keras.tree.assert_same_structure(mine, wanted)
    except ValueError:
        return False
    return all(map(partial(leaves_agree, tolerance), keras.tree.flatten(mine), keras.tree.flatten(wanted)))


def leaves_agree(tolerance, mine, wanted):
    if not isinstance(wanted, np.ndarray):
        return mine == wanted
    tolerance = tolerance if wanted.dtype.itemsize > 2 else 0.01
    if (mine.dtype, mine.shape) != (wanted.dtype, wanted.shape):
        return False
    mine, wanted = mine.astype(float), wanted.astype(float)
    scale = np.abs(wanted).max(initial=1, where=np.isfinite(wanted))  # without an activation states grow to thousands
    return np.allclose(mine, wanted, rtol=0, atol=tolerance * scale, equal_nan=True)


def here(calls):
    """PyTorch, the quickest, makes all calls; JAX, which compiles each, only those that differ there alone."""
    arguments = ("GRU(", "GRUCell(")  # are no matter of the backend
    chosen = {"tensorflow": lambda name: not name.startswith(arguments), "jax": ON_A_BACKEND.__contains__}
    return list(filter(chosen.get(BACKEND), calls))


@pytest.mark.parametrize("name", here(GOOD))
def test_a_call_gives_what_it_gives_in_keras(name):
    mine, wanted = (outcome(GOOD[name], of) for of in (layers, KERAS))
    assert not isinstance(mine, Exception), mine
    assert agree(mine, wanted, 1e-3 if "mixed" in name else 1e-5) != (name in DIFFERENCES), (mine, wanted)


@pytest.mark.parametrize("name", here(BAD))
def test_what_keras_refuses_is_refused(name):
    mine, wanted = (outcome(BAD[name], of) for of in (layers, KERAS))
    assert isinstance(mine, Exception)
    assert isinstance(wanted, Exception) != (name in DIFFERENCES), wanted
    assert isinstance(mine, ValueError | type(wanted)), mine  # what a backend stumbles over may be a sentence


def test_every_difference_is_a_call_and_its_reason_stands_in_the_docstring():
    text = " ".join(layers.GRU.__doc__.split())
    for name, reason in DIFFERENCES.items():
        assert name in (GOOD if reason == FAILS else BAD)
        assert reason in text
