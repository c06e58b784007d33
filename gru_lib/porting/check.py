"""Run the file that came and the file that will be written, each in its own framework, on the same sequences."""

import subprocess
import tempfile
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.activations import parts
from gru_lib.conformance.mutants.forward import gru_of_parts
from gru_lib.frameworks import onnx
from gru_lib.frameworks.c import compile_c
from gru_lib.porting.files import load, onnx_write, python_code, running
from gru_lib.porting.stack import StackedGRU

BATCH, STEPS, SEED = 3, 10, 0
TOLERANCE = 1e-4  # states lie in [-1, 1]: frameworks differ by rounding, 1e-6; exchanged gates by 0.01 and more
FRAMEWORKS = {"keras": "Keras", "pytorch": "PyTorch", "pytorch-cell": "PyTorch", "onnx": "ONNX Runtime"}
OWN = "gru_lib"
Run = tuple[str, NDArray]  # who ran a GRU, and the states (B, T, D n) of its last layer


def check(source: Path, held: str, stack: StackedGRU, target: Path, content: bytes, **choice: Any) -> str:
    """Say how far the states of the two files are apart, or raise ValueError if that is too far.

    `stack` was read from `source` in the convention `held`, where `choice` chose it; `content` is what `target` will
    hold. A file that no framework runs is run by that of its convention, or by gru_lib. If gru_lib has run neither, it
    runs the stack as a third, so that a framework is not only compared with itself.
    """
    x = sequences(stack)
    try:
        came = running.states(source, stack, x, **choice) or _by_convention(stack, held, x)
    except ValueError as error:
        raise ValueError(f"{source}: {error}") from error
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder, f"draft{target.suffix.lower()}")
        draft.write_bytes(content)
        written = _written(draft, stack, x)
    runs = [(f"{source.name} in {came[0]}", came[1]), (f"{target.name} in {written[0]}", written[1])]
    return compare(*runs, *[(OWN, _own(stack, x))] * (OWN not in (came[0], written[0])))


def compare(*runs: Run) -> str:
    """Say how far any two runs are apart at most; ValueError above `TOLERANCE`."""
    difference = max(np.abs(one - other).max() for (_, one), (_, other) in combinations(runs, 2))
    *names, last = (name for name, _ in runs)
    found = f"{', '.join(names)} and {last} differ by {difference:.1e}"
    if not difference <= TOLERANCE:
        raise ValueError(f"{found}; expected {TOLERANCE} or less")
    return f"{found} at most ({BATCH} random sequences of {STEPS} steps, seed {SEED}; {TOLERANCE} is allowed)"


def sequences(stack: StackedGRU) -> NDArray:
    """Return random sequences (B, T, m) for a stack, in its dtype."""
    first = stack.layers[0][0]
    return np.random.default_rng(SEED).normal(size=(BATCH, STEPS, first.input_size)).astype(first.dtype)


def run(stack: StackedGRU, convention: str, x: NDArray) -> NDArray:
    """Return the states (B, T, D n) from the framework that a convention belongs to, or else from gru_lib."""
    if convention not in FRAMEWORKS:
        return _own(stack, x)
    if convention == "onnx":
        return _onnx(onnx_write.write(stack), x)
    return np.asarray(_module(python_code.write(stack, convention.removesuffix("-cell")))(x))


def _by_convention(stack: StackedGRU, convention: str, x: NDArray) -> Run:
    return FRAMEWORKS.get(convention, OWN), run(stack, convention, x)


def _written(draft: Path, stack: StackedGRU, x: NDArray) -> Run:
    """Run the file that will be written."""
    if draft.suffix == ".onnx":
        return "ONNX Runtime", _onnx(draft.read_bytes(), x)
    if draft.suffix == ".py":
        return "its own lines", _module(draft.read_bytes())(x)
    if draft.suffix == ".c":
        return "C", _compiled(draft, stack, x)
    held, again = load(draft)
    return running.states(draft, stack, x) or _by_convention(again, held, x)


def _own(stack: StackedGRU, x: NDArray) -> NDArray:
    one = gru_of_parts(parts(*stack.activations))
    for layer in stack.layers:
        ways = [one(x, gru, reset_after=stack.reset_after, go_backwards=bool(d)) for d, gru in enumerate(layer)]
        x = np.concatenate([states[:, :: 1 - 2 * d] for d, states in enumerate(ways)], axis=-1)
    return x


def _onnx(model: bytes, x: NDArray) -> NDArray:
    if x.dtype != np.float32:
        raise ValueError(f"the weights are {x.dtype}; expected float32, which is all that ONNX Runtime can check")
    return np.asarray(onnx.session(model).run(["Y"], {"X": x})[0])


def _module(content: bytes) -> Any:
    """Return the function that a written module of Python defines; it is ours, so that it may run."""
    names: dict[str, Any] = {}
    exec(compile(content, "gru.py", "exec"), names)
    return names["gru"]


def _compiled(draft: Path, stack: StackedGRU, x: NDArray) -> NDArray:
    """Return what the written file computes of each sequence, compiled."""
    try:
        program = compile_c(draft, draft.with_suffix(""), "-O2", "-DGRU_MAIN")
    except OSError as error:
        raise ValueError(f"{draft.name} cannot be compiled: {error}") from error
    width = len(stack.layers[-1]) * stack.layers[-1][0].units
    answers = [subprocess.run([str(program)], input=row.tobytes(), capture_output=True, check=True).stdout for row in x]
    return np.stack([np.frombuffer(answer, x.dtype).reshape(-1, width) for answer in answers])
