"""ONNX models, run by ONNX Runtime."""

from typing import Any


def session(model: bytes) -> Any:
    """Return a session on one thread of the CPU; it prints nothing, and raises where it cannot run the model."""
    import onnxruntime  # type: ignore[import-untyped]

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 4
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
