"""PyTorch layers as implementations: a class like `torch.nn.GRU`, or a live module."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np

from gru_lib.conformance.implementation import CannotTestError, Implementation
from gru_lib.frameworks.pytorch import build_gru, states, with_weights
from gru_lib.porting import port
from gru_lib.scratch import GRUGradients, GRUWeights

FIXED = {"reset_after": True, "mask": "none", "go_backwards": False}
REASONS = {
    "reset before": "PyTorch has reset after only",
    "mask": "a PyTorch layer takes none",
    "go_backwards": "a PyTorch layer has none of its own; its reverse half comes with bidirectional=True",
}


def from_pytorch(gru: Any) -> Implementation:
    """Return the implementation for a class or a module with the interface of `torch.nn.GRU`.

    CannotTestError: the module has several layers or directions, or other weights.
    """
    if isinstance(gru, type):
        return _implementation(gru.__name__, lambda weights: nullcontext(_build(gru, weights)), FIXED)
    if (getattr(gru, "num_layers", 1), getattr(gru, "bidirectional", False)) != (1, False):
        raise CannotTestError("the module has several layers or directions; expected one of each")
    parameters = dict(gru.named_parameters())
    if "weight_ih_l0" not in parameters or "weight_hh_l0" not in parameters:
        raise CannotTestError(f"{type(gru).__name__} has the parameters {sorted(parameters)}; expected weight_ih_l0, …")
    dtype = str(parameters["weight_ih_l0"].dtype).removeprefix("torch.")
    fixed = {"features": gru.input_size, "units": gru.hidden_size, "use_bias": "bias_ih_l0" in parameters}
    return _implementation(
        type(gru).__name__, lambda weights: _borrowed(gru, weights), FIXED | fixed | {"dtype": dtype}
    )


def _implementation(name: str, module_for: Any, fixed: dict) -> Implementation:
    def call(x: Any, weights: GRUWeights, *, h0: Any, **_options: Any) -> np.ndarray:
        import torch

        with module_for(weights) as module, torch.no_grad():
            return states(module, torch.tensor(x), None if h0 is None else torch.tensor(h0)).cpu().numpy()

    def gradients(x: Any, weights: GRUWeights, grad: Any, *, h0: Any, **_options: Any) -> GRUGradients:
        import torch

        start = np.zeros((len(x), weights.units), x.dtype) if h0 is None else h0
        x, h0 = (torch.tensor(array, requires_grad=True) for array in (x, start))
        with module_for(weights) as module:
            parameters = dict(module.named_parameters())
            output = states(module, x, h0)
            loss = (output * torch.tensor(grad, device=output.device)).sum()
            found = torch.autograd.grad(loss, [*parameters.values(), x, h0])
        arrays = [array.cpu().numpy() for array in found]
        ported = port(dict(zip(parameters, arrays, strict=False)), "pytorch", "keras")
        kernel, recurrent_kernel, bias = ported if len(ported) == 3 else [*ported, None]
        return GRUGradients(kernel, recurrent_kernel, bias, *arrays[-2:])

    live = {"other sizes, dtypes, biases": "the module has its own"} if "units" in fixed else {}
    return Implementation(name, call, fixed, REASONS | live, gradients)


@contextmanager
def _borrowed(module: Any, weights: GRUWeights) -> Iterator[Any]:
    """Lend the module other weights; it gets its own back, whatever happens."""
    own, training = {name: value.clone() for name, value in module.state_dict().items()}, module.training
    try:
        yield with_weights(module, _state_dict(weights)).eval()
    finally:
        module.load_state_dict(own)
        module.train(training)


def _build(cls: Any, weights: GRUWeights) -> Any:
    return build_gru(cls, weights, _state_dict(weights), batch_first=True).eval()


def _state_dict(weights: GRUWeights) -> Any:
    return port(weights.arrays(), "keras", "pytorch")
