"""ONNX models as implementations: each GRU node, cut out, run by ONNX Runtime or, without it, by ONNX's reference."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.activations import USUAL
from gru_lib.conformance.implementation import CannotTestError, Implementation, untestable
from gru_lib.frameworks.onnx import Graph, attributes, open_model, session
from gru_lib.porting import port
from gru_lib.porting.conventions.onnx import ACTIVATIONS, ALPHA, BETA, activations
from gru_lib.scratch import GRUWeights

RANKS = {"X": 3, "W": 3, "R": 3, "B": 2, "sequence_lens": 1, "initial_h": 3}
REFERENCE = "ONNX's reference"


def from_onnx(model: Any, reset_after: bool | None = None) -> list[Implementation]:
    """Return two implementations for each direction of each GRU node: with other weights, and with its own.

    `reset_after` is what the nodes should be; None takes their word for it. CannotTestError: there is no such file, or
    it holds no GRU node.
    """
    name = Path(model).name if isinstance(model, str | Path) else model.graph.name or "model"
    model = _load(model)
    graph = Graph(model.graph)
    if not (grus := graph.grus()):
        found = ", ".join(sorted({node.op_type for node in graph.nodes})) or "none"
        raise CannotTestError(f"{name} holds no GRU node that could be cut out (operators: {found})")
    parts: list[Implementation] = []
    for k, node in enumerate(grus):
        label = name if len(grus) == 1 else f"{name}, {node.name or f'GRU {k + 1}'}"
        try:
            parts += _parts(label, model, graph, node, reset_after)
        except CannotTestError as error:
            parts.append(untestable(label, str(error)))
    return parts


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


def _parts(label: str, model: Any, graph: Graph, node: Any, reset_after: bool | None) -> Iterator[Implementation]:
    """Yield the parts of one node; CannotTestError if it cannot be cut out, or is no GRU by Keras's equations."""
    settings, own = attributes(node), _stored(graph, node)
    after = bool(settings.get("linear_before_reset", 0)) if reset_after is None else reset_after
    run, engine = _runner(model, node, own["W"].dtype)
    for half in range(len(own["W"])):
        way = _Direction(run, own, half, after, settings.get("direction") == "reverse" or half == 1)
        fixed = {"reset_after": after, "go_backwards": way.backwards, "dtype": own["W"].dtype.name}
        fixed |= {"features": own["W"].shape[2], "units": own["R"].shape[2]} | _activations(settings, half, engine)
        fixed |= {"mask": "none"} if engine == REFERENCE else {"lengths_only": True}
        part = ", ".join([label] + [("forward", "backward")[half]] * (len(own["W"]) > 1)) + f" on {engine}"
        reasons = _reasons(after, engine)
        yield Implementation(part, way.call, fixed, reasons)
        own_only = fixed | {"use_bias": True}
        yield Implementation(f"{part}, own weights", way.call_own, own_only, reasons, surround=way.surround_own)


@dataclass(frozen=True)
class _Direction:
    """One direction of a node, whose stored W, R and B are `own`."""

    run: Callable[[dict], list[NDArray]]
    own: dict[str, NDArray]
    half: int
    reset_after: bool
    backwards: bool

    def call(self, x: NDArray, weights: GRUWeights, *, h0: Any, mask: Any, **_options: Any) -> tuple[NDArray, NDArray]:
        """Return the states and the final ones, with these weights in this direction."""
        given = {key: array.copy() for key, array in self.own.items()}
        ported = port(weights.arrays(), "keras", "onnx", reset_after=self.reset_after)
        for key, array in given.items():
            array[self.half] = ported[key][0] if key in ported else 0
        return self._answer(x, given, h0, mask)

    def call_own(self, x: NDArray, _weights: Any, *, h0: Any, mask: Any, **_options: Any) -> tuple[NDArray, NDArray]:
        """Return them with the weights that are in the file."""
        return self._answer(x, self.own, h0, mask)

    def surround_own(self, gru: Callable, x: NDArray, _weights: Any, **options: Any) -> Any:
        """Return what `gru` makes of x with the weights that are in the file."""
        one: dict[str, Any] = {key: a[self.half : self.half + 1].astype(x.dtype) for key, a in self.own.items()}
        one["linear_before_reset"] = int(self.reset_after)
        return gru(x, GRUWeights(*port(one, "onnx", "keras", reset_after=self.reset_after)), **options)

    def _answer(self, x: NDArray, given: dict, h0: Any, mask: Any) -> tuple[NDArray, NDArray]:
        (batch, steps), dtype = x.shape[:2], given["W"].dtype
        initial = np.zeros((len(given["W"]), batch, given["R"].shape[2]), dtype)
        if h0 is not None:
            initial[self.half] = h0
        lengths = np.full(batch, steps) if mask is None else mask.sum(1)
        inputs = {"X": x.swapaxes(0, 1).astype(dtype), "sequence_lens": lengths.astype(np.int32), "initial_h": initial}
        states, final = (array.astype(x.dtype) for array in self.run(given | inputs))
        states = states[:, self.half].swapaxes(0, 1)  # in the order of x, whatever the direction
        return states[:, ::-1] if self.backwards else states, final[self.half]


def _stored(graph: Graph, node: Any) -> dict[str, NDArray]:
    """Return the W, R and B of a node, zeros where there is no B."""
    for name in node.input[1:3]:
        maker = graph.made_by.get(graph.origin(name))
        if maker is not None and "Dequantize" in maker.op_type:
            raise CannotTestError(f"its weights are integers ({maker.op_type}); hand over the model before quantising")
    try:
        found = graph.weights(node)
    except ValueError as error:
        raise CannotTestError(str(error)) from None
    directions, gates, _ = found["W"].shape if found["W"].ndim == 3 else (0, 0, 0)
    if found["R"].shape[:2] != (directions, gates) or 3 * found["R"].shape[2] != gates:
        shapes = f"{found['W'].shape} and {found['R'].shape}"
        raise CannotTestError(f"W and R have shapes {shapes}; expected (directions, 3n, m) and (directions, 3n, n)")
    return {"B": np.zeros((directions, 2 * gates), found["W"].dtype)} | found


def _activations(settings: dict[str, Any], half: int, engine: str) -> dict[str, str]:
    """Return the activations of one direction, if they are not the usual ones; CannotTestError if it is no GRU."""
    if "clip" in settings:
        raise CannotTestError(f"it has clip={settings['clip']:g}; by Keras's equations nothing is clipped")
    if settings.get("layout"):
        raise CannotTestError("it has layout=1, which ONNX Runtime does not run; expected time first, layout=0")
    names = [name.lower() for name in settings.get(ACTIVATIONS, ())]
    first, last = (names[: 2 * k].count("hardsigmoid") for k in (half, half + 1))  # these take slopes and offsets
    one = {ACTIVATIONS: settings.get(ACTIVATIONS, ())[2 * half : 2 * half + 2]}
    one |= {key: settings.get(key, ())[first:last] for key in (ALPHA, BETA)}
    try:
        found = activations(one, 1)
    except ValueError as error:
        raise CannotTestError(str(error)) from None
    if engine == REFERENCE and found != USUAL:
        raise CannotTestError(f"it has activations {', '.join(found)}, and {REFERENCE} has {' and '.join(USUAL)} only")
    return {} if found == USUAL else dict(zip(("gates", "candidate"), found, strict=True))


def _reasons(after: bool, engine: str) -> dict[str, str]:
    return {
        "reset before" if after else "reset after": "that is another node",
        "other direction, sizes, dtypes": "the node has its own",
        **(
            {"mask": f"{REFERENCE} knows no lengths"}
            if engine == REFERENCE
            else {"other masks": "the node knows lengths; after them it returns zeros, not compared"}
        ),
    }


def _runner(model: Any, node: Any, dtype: np.dtype) -> tuple[Callable[[dict], list[NDArray]], str]:
    """Return a function that runs the node by itself, weights and initial state being inputs too, and on what."""
    from onnx import TensorProto, helper

    kind = helper.np_dtype_to_tensor_dtype(dtype)
    kinds = dict.fromkeys(RANKS, kind) | {"sequence_lens": TensorProto.INT32}
    bare = helper.make_node("GRU", list(RANKS), ["Y", "Y_h"])
    bare.attribute.extend(node.attribute)
    given = [helper.make_tensor_value_info(key, kinds[key], [None] * rank) for key, rank in RANKS.items()]
    answers = [helper.make_tensor_value_info(key, kind, [None] * rank) for key, rank in (("Y", 4), ("Y_h", 3))]
    graph = helper.make_graph([bare], "gru", given, answers)
    opset = [entry for entry in model.opset_import if entry.domain in ("", "ai.onnx")]
    engine, name = _engine(helper.make_model(graph, opset_imports=opset, ir_version=model.ir_version), dtype)
    return lambda inputs: engine.run(None, {key: np.ascontiguousarray(inputs[key]) for key in RANKS}), name


def _engine(model: Any, dtype: np.dtype) -> tuple[Any, str]:
    try:
        if dtype != np.float32:
            raise NotImplementedError("ONNX Runtime has this operator in float32 only")
        return session(model.SerializeToString()), "ONNX Runtime"
    except Exception:  # not installed, or older than the model
        from onnx.reference import ReferenceEvaluator

        return ReferenceEvaluator(model), REFERENCE
