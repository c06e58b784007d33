"""PyTorch's modules."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from gru_lib.scratch import GRUWeights


def with_weights(module: Any, state: Mapping[str, NDArray]) -> Any:
    """Give a module copies of the arrays of a state_dict, and return it."""
    import torch

    module.load_state_dict({name: torch.tensor(array) for name, array in state.items()})
    return module


def build_gru(cls: Any, gru: GRUWeights, state: Mapping[str, NDArray], **options: Any) -> Any:
    """Return a module of a class like `nn.GRU` or `nn.GRUCell`; sizes, dtype and bias are those of `gru`."""
    import torch

    dtype = getattr(torch, gru.dtype.name)
    return with_weights(cls(gru.input_size, gru.units, bias=gru.bias is not None, dtype=dtype, **options), state)


def states(module: Any, x: Any, h0: Any = None) -> Any:
    """Return the states (B, T, n) of a module like `nn.GRU`, a tensor on its device; x (B, T, m), h0 (B, n)."""
    time_first, device = not getattr(module, "batch_first", True), next(module.parameters()).device
    x = x.to(device)
    answer = module(x.swapaxes(0, 1) if time_first else x, None if h0 is None else h0[None].to(device))
    found = answer[0] if isinstance(answer, tuple) else answer
    return found.swapaxes(0, 1) if time_first else found
