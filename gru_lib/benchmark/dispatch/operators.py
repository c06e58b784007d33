"""The operators that a call dispatched, counted on each backend.

They are counted as the host hands them out; what a kernel such as cuDNN's does inside is not seen.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

SEQUENCE_KERNELS = {  # one call reads a whole sequence
    *("aten::_cudnn_rnn", "aten::miopen_rnn", "aten::mkldnn_rnn_layer", "aten::_lstm_mps"),  # PyTorch
    *("CudnnRNN", "CudnnRNNV2", "CudnnRNNV3"),  # TensorFlow
    *("cudnn_rnn_ffi", "hipdnn_rnn_ffi"),  # JAX
}
STEP_KERNELS = {"aten::_thnn_fused_gru_cell", "aten::_thnn_fused_lstm_cell"}  # fused, and still one call a step
LOOPS = {"While", "StatelessWhile", "while"}
INSTRUCTION = re.compile(r"^\s+(?:ROOT )?%?[\w.-]+ = (?:\(.*?\)|\S+) ([\w-]+)\((.*)$", re.MULTILINE)  # of HLO
TARGET = re.compile(r'custom_call_target="([^"]+)"')


@dataclass(frozen=True)
class Dispatch:
    """The operators that a call dispatched, and how often.

    Examples
    --------
    >>> Dispatch({"aten::gru": 1, "aten::cudnn_is_acceptable": 1, "aten::addmm": 20}).fused
    False
    >>> Dispatch({"aten::gru": 1, "aten::_cudnn_rnn": 1}).kernels
    {'aten::_cudnn_rnn': 1}
    """

    operators: dict[str, int]

    @property
    def total(self) -> int:
        """How many operators."""
        return sum(self.operators.values())

    @property
    def kernels(self) -> dict[str, int]:
        """The kernels made for recurrent layers, be it for a sequence or for a step."""
        return {name: n for name, n in self.operators.items() if name in SEQUENCE_KERNELS | STEP_KERNELS}

    @property
    def fused(self) -> bool:
        """Whether one kernel read a whole sequence."""
        return not SEQUENCE_KERNELS.isdisjoint(self.operators)


def has_loop(short: Dispatch, long: Dispatch, added: int) -> bool:
    """Tell from sequences of two lengths, `added` steps apart, whether something was dispatched at every step.

    A loop that is one operator of a graph does not grow. Beside a kernel that reads the sequence such a loop is
    not the layer's: drawing random numbers may need one.
    """
    in_graph = not long.fused and not LOOPS.isdisjoint(long.operators)
    return in_graph or long.total - short.total >= added


def record_dispatch(call: Callable[..., Any], *arguments: Any, backend: str = "torch") -> Dispatch:
    """Run a call, and tell what it dispatched.

    Parameters
    ----------
    call : callable
        PyTorch runs it twice, and the second run is recorded. TensorFlow and JAX compile it and run it once:
        what cannot run on this device is an error.
    *arguments
        What to call it with. On JAX this includes the weights: what a function closes over becomes a constant.
    backend : str
        "torch", "tensorflow" or "jax".

    Raises
    ------
    ValueError
        If there is no such backend.
    """
    if backend not in BACKENDS:
        raise ValueError(f"backend is {backend!r}; expected one of {', '.join(BACKENDS)}")
    return Dispatch(BACKENDS[backend](call, *arguments))


def _on_torch(call: Callable[..., Any], *arguments: Any) -> dict[str, int]:
    from torch.profiler import ProfilerActivity, profile

    call(*arguments)  # what is made once is not counted
    with profile(activities=[ProfilerActivity.CPU]) as recorded:  # the host dispatches a GPU's operators, too
        call(*arguments)
    return {event.key: event.count for event in recorded.key_averages() if event.key.startswith("aten::")}


def _on_tensorflow(call: Callable[..., Any], *arguments: Any) -> dict[str, int]:
    import tensorflow as tf

    function = tf.function(call).get_concrete_function(*arguments)
    function(*arguments)
    return graph_operators(function.graph.as_graph_def())


def _on_jax(call: Callable[..., Any], *arguments: Any) -> dict[str, int]:
    import jax

    compiled = jax.jit(call).lower(*arguments).compile()
    compiled(*arguments)
    return hlo_operators(compiled.as_text())


BACKENDS: dict[str, Callable[..., dict[str, int]]]
BACKENDS = {"torch": _on_torch, "tensorflow": _on_tensorflow, "jax": _on_jax}


def graph_operators(graph: Any) -> dict[str, int]:
    """Count the operators of a TensorFlow GraphDef, those inside its loops and branches included."""
    parts = [graph.node, *(function.node_def for function in graph.library.function)]
    return dict(Counter(node.op for part in parts for node in part))


def hlo_operators(text: str) -> dict[str, int]:
    """Count the instructions of a module in HLO text; a call of foreign code goes by the name of its target."""
    found = ((match[1], TARGET.search(match[2])) for match in INSTRUCTION.finditer(text))
    return dict(Counter(target[1] if target else name for name, target in found))
