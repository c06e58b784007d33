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


def build_gru(
    cls: Any, gru: GRUWeights, state: Mapping[str, NDArray], *, dtype: str | None = None, **options: Any
) -> Any:
    """Return a module of a class like `nn.GRU` or `nn.GRUCell` for the weights `gru`, of their dtype or another."""
    import torch

    options |= {"bias": gru.bias is not None, "dtype": getattr(torch, dtype or gru.dtype.name)}
    return with_weights(cls(gru.input_size, gru.units, **options), state)


def is_cell(module: Any) -> bool:
    """Whether a module has the parameters of `nn.GRUCell`, which takes one step."""
    return hasattr(module, "weight_hh")


def states(module: Any, x: Any, h0: Any = None) -> Any:
    """Return the states (B, T, n) of a module like `nn.GRU` of one layer and direction; x (B, T, m), h0 (B, n)."""
    return answers(module, x, None if h0 is None else h0[None])[0]


def answers(module: Any, x: Any, h0: Any = None, lengths: Any = None) -> tuple[Any, Any]:
    """Return the states (B, T, n) of a module like `nn.GRU` or `nn.GRUCell`, and the final ones or None.

    x is (B, T, m); h0 and the final states are (layers times directions, B, n). With lengths (B,) the rows are packed,
    and zeros come after them. Tensors on the module's device.
    """
    from torch.nn.utils import rnn

    own, steps = next(module.parameters()), x.shape[1]
    x, h0 = x.to(own), None if h0 is None else h0.to(own)
    if is_cell(module):
        return _over_time(module, x, None if h0 is None else h0[0]), None
    batch_first = getattr(module, "batch_first", True)
    x = x if batch_first else x.swapaxes(0, 1)
    if lengths is not None:
        x = rnn.pack_padded_sequence(x, lengths, batch_first=batch_first, enforce_sorted=False)
    answer = module(x, h0)
    output, final = answer if isinstance(answer, tuple) else (answer, None)
    if lengths is not None:
        output, _ = rnn.pad_packed_sequence(output, batch_first=batch_first, total_length=steps)
    return output if batch_first else output.swapaxes(0, 1), final


def _over_time(cell: Any, x: Any, h: Any) -> Any:
    """Return the states (B, T, n) that a cell goes through."""
    import torch

    found = []
    for x_t in x.unbind(1):
        found.append(h := cell(x_t, h))
    return torch.stack(found, 1)
