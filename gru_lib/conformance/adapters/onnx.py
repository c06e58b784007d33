"""ONNX models with one GRU node as implementations, run by ONNX Runtime or, without it, by ONNX's reference."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from gru_lib.conformance.implementation import CannotTestError, Implementation
from gru_lib.frameworks.onnx import Graph, attributes, open_model, session
from gru_lib.porting import port
from gru_lib.scratch import GRUWeights

PLAIN = {"hidden_size", "linear_before_reset", "direction"}


def from_onnx(model: Any, reset_after: bool | None = None) -> Implementation:
    """Return the implementation for a model, or for the path of one: its GRU node, by itself and with other weights.

    `reset_after` is what the node should be; None takes its word for it. CannotTestError: there is no such file, or
    it holds no model with exactly one plain GRU node of one direction.
    """
    name = Path(model).name if isinstance(model, str | Path) else model.graph.name or "model"
    model = _load(model)
    node, w, settings = _checked(model, name)
    after = bool(settings.get("linear_before_reset", 0)) if reset_after is None else reset_after
    backwards = settings.get("direction") == "reverse"
    run, engine = _runner(model, node, w.dtype)

    def call(x: Any, weights: GRUWeights, *, h0: Any, **_options: Any) -> np.ndarray:
        inputs = {key: np.asarray(a) for key, a in port(weights.arrays(), "keras", "onnx", reset_after=after).items()}
        inputs |= {"X": x.swapaxes(0, 1), "initial_h": np.zeros((1, len(x), weights.units), x.dtype)}
        if h0 is not None:
            inputs["initial_h"] = h0[None]
        inputs.setdefault("B", np.zeros((1, 6 * weights.units), x.dtype))
        states = run(inputs)[:, 0].swapaxes(0, 1)
        return states[:, ::-1] if backwards else states  # ONNX keeps the order of x

    fixed = {"reset_after": after, "go_backwards": backwards, "mask": "none", "dtype": w.dtype.name}
    reasons = {
        "reset before" if after else "reset after": "that is another node",
        "other direction, sizes, dtypes": "the node has its own",
        "mask": "the node knows lengths, and returns zeros after them",
    }
    fixed |= {"features": w.shape[2], "units": w.shape[1] // 3}
    return Implementation(f"{name} on {engine}", call, fixed, reasons)


def _load(model: Any) -> Any:
    try:
        import onnx  # noqa: F401
    except ImportError:
        raise CannotTestError("the package onnx is not installed") from None
    if not isinstance(model, str | Path):
        return model
    path = Path(model)
    if path.suffix != ".onnx" or not path.is_file():
        raise CannotTestError(f"{model} is no .onnx file that exists")
    try:
        return open_model(path)
    except (ValueError, OSError) as error:
        raise CannotTestError(f"{path.name}: {error}") from None


def _checked(model: Any, name: str) -> tuple[Any, np.ndarray, dict[str, Any]]:
    """Return the only GRU node of a model, its W and its attributes."""
    if not model.graph.node:
        raise CannotTestError(f"{name} holds no ONNX model with nodes")
    graph = Graph(model.graph)
    grus = graph.grus()
    if len(grus) != 1:
        found = ", ".join(sorted({node.op_type for node in graph.nodes}))
        raise CannotTestError(f"{name} has {len(grus)} GRU nodes (operators: {found}); expected one")
    try:
        w = graph.weights(grus[0])["W"]
    except ValueError as error:
        raise CannotTestError(f"{name}: {error}") from None
    if w.ndim != 3 or len(w) != 1:
        raise CannotTestError(f"W of {name} has shape {w.shape}; expected (1, 3n, m): one direction")
    settings = attributes(grus[0])
    if other := {key for key, value in settings.items() if key not in PLAIN and not (key == "layout" and value == 0)}:
        raise CannotTestError(f"the GRU node of {name} has {', '.join(sorted(other))}; expected a plain GRU")
    return grus[0], w, settings


def _runner(model: Any, node: Any, dtype: np.dtype) -> tuple[Callable[[dict], np.ndarray], str]:
    """Return a function that runs the node by itself, weights and initial state being inputs too, and on what."""
    from onnx import helper

    kind = helper.np_dtype_to_tensor_dtype(dtype)
    names = ["X", "W", "R", "B", "", "initial_h"]
    bare = helper.make_node("GRU", names, ["Y"])
    bare.attribute.extend(node.attribute)
    ranks = {"X": 3, "W": 3, "R": 3, "B": 2, "initial_h": 3}
    given = [helper.make_tensor_value_info(key, kind, [None] * rank) for key, rank in ranks.items()]
    graph = helper.make_graph([bare], "gru", given, [helper.make_tensor_value_info("Y", kind, [None] * 4)])
    opset = [entry for entry in model.opset_import if entry.domain in ("", "ai.onnx")]
    engine, name = _engine(helper.make_model(graph, opset_imports=opset, ir_version=model.ir_version), dtype)
    return lambda inputs: engine.run(None, {key: np.ascontiguousarray(inputs[key]) for key in ranks})[0], name


def _engine(model: Any, dtype: np.dtype) -> tuple[Any, str]:
    try:
        if dtype != np.float32:
            raise NotImplementedError("ONNX Runtime has this operator in float32 only")
        return session(model.SerializeToString()), "ONNX Runtime"
    except Exception:  # not installed, or older than the model
        from onnx.reference import ReferenceEvaluator

        return ReferenceEvaluator(model), "ONNX's reference"
