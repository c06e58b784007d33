"""Write a Python module that holds the weights and runs them: in NumPy alone, in Keras or in PyTorch."""

import base64
import io
import textwrap
from collections.abc import Callable, Mapping
from string import Template

import numpy as np
from numpy.typing import NDArray

from gru_lib.porting.conventions import CONVENTIONS
from gru_lib.porting.stack import StackedGRU, both_rows

GATES = {
    "sigmoid": "0.5 * np.tanh(0.5 * a) + 0.5",  # which cannot overflow
    "hard_sigmoid_0.2": "np.clip(0.2 * a + 0.5, 0, 1)",
    "hard_sigmoid_6": "np.clip(a / 6 + 0.5, 0, 1)",
}
CANDIDATES = {"tanh": "np.tanh(a)", "relu": "np.maximum(a, 0)"}
KERAS_GATES = {  # hard_sigmoid is that of Keras 3
    "sigmoid": '"sigmoid"',
    "hard_sigmoid_0.2": "gate",
    "hard_sigmoid_6": '"hard_sigmoid"',
}
KERAS_GATE = """
@keras.saving.register_keras_serializable("gru_lib")  # Bidirectional makes its layers from their description
def gate(a):
    return keras.ops.clip(0.2 * a + 0.5, 0, 1)

"""
RESET = {True: "r * q[:, 2 * n :]", False: "(r * h) @ U[:, 2 * n :]"}

HEAD = Template('''"""$about. Written by gru_lib.porting; needs NumPy$also."""

import base64
import io

$imports


def arrays():
    """Return the weights by name."""
    return dict(np.load(io.BytesIO(base64.b64decode(WEIGHTS))))

''')
TAIL = Template('WEIGHTS = """\n$weights\n"""\n')

NUMPY = Template('''
def one(x, W, U, b, c):
    """Return the states (B, T, n) of one GRU; gates z, r, h stand side by side in the columns."""
    n, h, states = len(U), np.zeros((len(x), len(U)), x.dtype), []
    for x_t in x.swapaxes(0, 1):
        a, q = x_t @ W + b, h @ U + c
        z, r = np.split(gate(a[:, : 2 * n] + q[:, : 2 * n]), 2, axis=1)
        h = z * h + (1 - z) * candidate(a[:, 2 * n :] + $reset)
        states.append(h)
    return np.stack(states, axis=1)


def gate(a):
    return $gate


def candidate(a):
    return $candidate


def gru(x):
    """Return the states (B, T, D n) of the last layer for x (B, T, m); all states begin at zero."""
    held, x = arrays(), np.asarray(x, "$dtype")
    for k, directions in enumerate($directions):
        ways = (slice(None), slice(None, None, -1))[:directions]
        grus = [[held[f"{part}_{k}_{d}"] for part in "WUbc"] for d in range(directions)]
        x = np.concatenate([one(x[:, way], *gru)[:, way] for way, gru in zip(ways, grus)], axis=-1)
    return x


''')
KERAS = Template('''$define
options = {
    "activation": "$candidate",
    "recurrent_activation": $gate,
    "reset_after": $reset,
    "return_sequences": True,
    "dtype": "$dtype",
}


def model():
    """Return the model, with its weights: x (B, T, m) to the states (B, T, D n) of the last layer."""
    layers = [keras.Input((None, $features), dtype="$dtype"),$layers
    ]
    result, held = keras.Sequential(layers), arrays()
    result.set_weights([held[str(k)] for k in range(len(held))])
    return result


def gru(x):
    return keras.ops.convert_to_numpy(model()(np.asarray(x, "$dtype")))


''')
PYTORCH = Template('''
def module():
    """Return the module, with its weights: x (B, T, m) to the states (B, T, D n) and the final ones."""
    result = torch.nn.GRU($options, batch_first=True, dtype=torch.$dtype)
    result.load_state_dict({name: torch.from_numpy(array) for name, array in arrays().items()})
    return result


def gru(x):
    with torch.no_grad():
        return module()(torch.as_tensor(x, dtype=torch.$dtype))[0].numpy()


''')


def write(stack: StackedGRU, convention: str) -> bytes:
    """Return the module; its function ``gru(x)`` computes states. ValueError: the framework has no such GRU."""
    body, held = WRITERS[convention](stack)
    names = {"scratch": ("import numpy as np", ""), "keras": ("import keras\nimport numpy as np", " and Keras 3")}
    imports, also = names.get(convention, ("import numpy as np\nimport torch", " and PyTorch"))
    head = HEAD.substitute(about=f"GRU: {stack.describe()}", imports=imports, also=also)
    memory = io.BytesIO()
    np.savez(memory, **held)  # type: ignore[arg-type]  # no array is called allow_pickle
    text = textwrap.fill(base64.b64encode(memory.getvalue()).decode(), 116)
    return (head + body + TAIL.substitute(weights=text)).encode()


def _numpy(stack: StackedGRU) -> tuple[str, Mapping[str, NDArray]]:
    held: dict[str, NDArray] = {}
    for k, layer in enumerate(stack.layers):
        for d, gru in enumerate(layer):
            arrays = (gru.kernel, gru.recurrent_kernel, *both_rows(gru))
            held |= {f"{part}_{k}_{d}": array for part, array in zip("WUbc", arrays, strict=True)}
    body = NUMPY.substitute(
        reset=RESET[stack.reset_after],
        gate=GATES[stack.activations[0]],
        candidate=CANDIDATES[stack.activations[1]],
        dtype=stack.layers[0][0].dtype,
        directions=[len(layer) for layer in stack.layers],
    )
    return body, held


def _keras(stack: StackedGRU) -> tuple[str, Mapping[str, NDArray]]:
    layers = []
    for layer in stack.layers:
        text = f"keras.layers.GRU({layer[0].units}, use_bias={layer[0].bias is not None}, **options)"
        layers.append(text if len(layer) == 1 else f'keras.layers.Bidirectional({text}, dtype="{layer[0].dtype}")')
    arrays = [array for layer in stack.layers for gru in layer for array in gru.arrays()]
    body = KERAS.substitute(
        define=KERAS_GATE if KERAS_GATES[stack.activations[0]] == "gate" else "",
        candidate=stack.activations[1],
        gate=KERAS_GATES[stack.activations[0]],
        reset=stack.reset_after,
        dtype=stack.layers[0][0].dtype,
        features=stack.layers[0][0].input_size,
        layers="".join(f"\n        {text}," for text in layers),
    )
    return body, {str(k): array for k, array in enumerate(arrays)}


def _pytorch(stack: StackedGRU) -> tuple[str, Mapping[str, NDArray]]:
    held = CONVENTIONS["pytorch"].write(stack)
    first = stack.layers[0][0]
    options = f"{first.input_size}, {first.units}, num_layers={len(stack.layers)}, bias={first.bias is not None}, "
    options += f"bidirectional={len(stack.layers[0]) == 2}"
    return PYTORCH.substitute(options=options, dtype=first.dtype), held


WRITERS: dict[str, Callable[[StackedGRU], tuple[str, Mapping[str, NDArray]]]] = {
    "scratch": _numpy,
    "keras": _keras,
    "pytorch": _pytorch,
}
