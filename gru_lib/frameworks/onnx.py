"""ONNX models: opened and looked into, and run by ONNX Runtime."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.bounded_read import check_size, read_bytes

DIRECTIONS = {"forward": 1, "reverse": 1, "bidirectional": 2}


def open_model(path: Path) -> Any:
    """Return the model in a file, with data that it keeps in others; raise ValueError if ONNX's checker refuses it."""
    import onnx
    from onnx.external_data_helper import ExternalDataInfo, load_external_data_for_model, uses_external_data

    content = read_bytes(path)
    try:
        model = onnx.load_model_from_string(content)
        for tensor in model.graph.initializer:
            if uses_external_data(tensor):
                check_size(path.parent / ExternalDataInfo(tensor).location)
        load_external_data_for_model(model, str(path.parent))
        onnx.checker.check_model(model)
    except OSError:
        raise
    except Exception as error:  # protobuf and ONNX's checker raise their own kinds
        raise ValueError(f"damaged, or no ONNX model: {error}") from error
    return model


def attributes(node: Any) -> dict[str, Any]:
    """Return the attributes of a node, strings as str."""
    from onnx import helper

    found: dict[str, Any] = {}
    for attribute in node.attribute:
        value = helper.get_attribute_value(attribute)
        found[attribute.name] = _text(value)
    return found


def _text(value: Any) -> Any:
    """Return strings as str, those in lists too."""
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return [_text(item) for item in value] if isinstance(value, list) else value


class Graph:
    """The graph of a model, by the names of its values."""

    def __init__(self, graph: Any) -> None:
        self.nodes = list(graph.node)
        self.inputs = {value.name for value in graph.input}
        self.stored = {tensor.name: tensor for tensor in graph.initializer}
        self.made_by = {name: node for node in graph.node for name in node.output if name}
        self._same: dict[str, str] = {}
        for node in graph.node:  # each stands behind those that it reads
            if node.op_type == "Identity":
                self._same[node.output[0]] = self.origin(node.input[0])

    def origin(self, name: str) -> str:
        """Return the value that operators Identity repeat under this name."""
        return self._same.get(name, name)

    def grus(self) -> list[Any]:
        """Return the operators GRU."""
        return [node for node in self.nodes if node.op_type == "GRU"]

    def constant(self, name: str) -> NDArray | None:
        """Return the stored array of this name, None if there is none."""
        from onnx import numpy_helper

        name = self.origin(name)
        node, tensor = self.made_by.get(name), self.stored.get(name)
        if node is not None:
            tensor = attributes(node).get("value") if node.op_type == "Constant" else None
        if tensor is None:
            return None
        try:
            return np.asarray(numpy_helper.to_array(tensor))
        except Exception as error:  # ONNX promises no type
            raise ValueError(f"the array {name!r} is damaged, or of an unknown type: {error}") from error

    def weights(self, gru: Any) -> dict[str, NDArray]:
        """Return the stored W, R and, if any, B; raise ValueError if one is computed or contradicts the attributes."""
        found: dict[str, NDArray] = {}
        for part, name in zip("WRB", gru.input[1:4], strict=False):
            array = self.constant(name)
            if array is not None:
                found[part] = array
            elif name or part != "B":
                raise ValueError(
                    f"{part} of GRU {gru.name!r} is no stored array; "
                    "export with constant folding, weights inside the model"
                )
        settings = attributes(gru)
        direction, shape = settings.get("direction", "forward"), found["R"].shape
        if settings.get("hidden_size") not in (None, *shape[-1:]):
            raise ValueError(f"hidden_size is {settings['hidden_size']}; expected that of R, {shape}")
        for part, array in found.items():
            if array.shape[:1] != (DIRECTIONS.get(direction),):
                raise ValueError(f"{part} has shape {array.shape}, which contradicts the direction {direction!r}")
        return found


def session(model: bytes, threads: int = 1) -> Any:
    """Return a session on so many threads of the CPU; it prints nothing, and raises where it cannot run the model."""
    import onnxruntime  # type: ignore[import-untyped]

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = threads, 4
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
