"""Run the file that came and the file that will be written, each in its own framework, on the same sequences."""

import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.frameworks import onnx
from gru_lib.porting import parity
from gru_lib.porting.files import load, running
from gru_lib.porting.stack import StackedGRU


def check(source: Path, held: str, stack: StackedGRU, target: Path, content: bytes, **choice: Any) -> str:
    """Say how far the states of the two files are apart, or raise ValueError if that is too far.

    `stack` was read from `source` in the convention `held`, where `choice` chose it; `content` is what `target` will
    hold. A file that no framework runs is run by that of its convention, or by gru_lib.
    """
    x = parity.sequences(stack)
    try:
        ran = running.states(source, stack, x, **choice)
    except ValueError as error:
        raise ValueError(f"{source}: {error}") from error
    by, states = ran or (parity.framework(held), parity.run(stack, held, x))
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder, f"draft{target.suffix.lower()}")
        draft.write_bytes(content)
        other, others = _written(draft, stack, x)
    return parity.compare((f"{source.name} in {by}", states), (f"{target.name} in {other}", others))


def _written(draft: Path, stack: StackedGRU, x: NDArray) -> tuple[str, NDArray]:
    """Return who runs the written file, and the states."""
    if draft.suffix == ".onnx":
        parity.require_float32(x)
        return "ONNX Runtime", onnx.session(draft.read_bytes()).run(["Y"], {"X": x})[0]
    if draft.suffix in (".py", ".c"):
        return ("its own lines", _module(draft)(x)) if draft.suffix == ".py" else ("C", _compiled(draft, stack, x))
    ran = running.states(draft, stack, x)
    if ran is not None:
        return ran
    convention, again = load(draft)
    return parity.framework(convention), parity.run(again, convention, x)


def _module(draft: Path) -> Any:
    """Return the function that a written module of Python defines; it is ours, so that it may run."""
    names: dict[str, Any] = {}
    exec(compile(draft.read_text(encoding="utf-8"), draft.name, "exec"), names)
    return names["gru"]


def _compiled(draft: Path, stack: StackedGRU, x: NDArray) -> NDArray:
    """Return what the written file computes of each sequence, compiled by ``cc``."""
    program = draft.with_suffix("")
    words = ["cc", "-std=c99", "-O2", "-DGRU_MAIN", str(draft), "-lm", "-o", str(program)]
    try:
        subprocess.run(words, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", None) or error
        raise ValueError(f"cc cannot compile it: {said}") from error
    width = len(stack.layers[-1]) * stack.layers[-1][0].units
    answers = [subprocess.run([str(program)], input=row.tobytes(), capture_output=True, check=True).stdout for row in x]
    return np.stack([np.frombuffer(answer, x.dtype).reshape(-1, width) for answer in answers])
