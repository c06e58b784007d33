"""PyTorch modules as implementations: classes like `torch.nn.GRU` and `GRUCell`, or live modules with GRUs in them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.conformance.adapters.stack import Place
from gru_lib.conformance.implementation import CannotTestError, Implementation, untestable
from gru_lib.frameworks.pytorch import answers, build_gru, is_cell
from gru_lib.porting import port
from gru_lib.scratch import GRUGradients, GRUWeights


def from_pytorch(gru: Any, dtype: str | None = None) -> list[Implementation]:
    """Return an implementation for a class, or one for each direction of each layer of each GRU in a module.

    A class is built for this dtype, or for every one that comes; a module has its own.
    CannotTestError: there is no GRU. What the constructor of a class raises goes through.
    """
    if isinstance(gru, type):
        return [_from_class(gru, dtype)]
    name = type(gru).__name__
    found = [part for path, module in gru.named_modules() for part in _parts(module, f"{name}.{path}".rstrip("."))]
    if not found:
        raise CannotTestError(f"{name} holds no GRU: no weight_hh_l0, or a cell's weight_hh, of (3n, n)")
    return found


def _from_class(cls: Any, dtype: str | None) -> Implementation:
    probe = cls(2, 3)
    if not _is_gru(probe):
        raise CannotTestError(f"{cls.__name__} is no GRU: it has no weight_hh_l0, or a cell's weight_hh, of (3n, n)")
    options = {} if is_cell(probe) else {"batch_first": True}
    ending = _endings(probe)[0][0]

    def lend(weights: GRUWeights) -> Any:
        return nullcontext(build_gru(cls, weights, _state_dict(weights, ending), dtype=dtype, **options).eval())

    return _Part(probe, Place([[_weights(probe, ending)]], 0, 0), lend).implementation(cls.__name__, live=False)


def _parts(module: Any, name: str) -> Iterator[Implementation]:
    """Yield what is to be tested of a module itself, without those in it."""
    if "quantized" in type(module).__module__ and "GRU" in type(module).__name__:
        yield untestable(name, "its weights are integers; hand over the module as it was before")
    if not _is_gru(module):
        return
    endings = _endings(module)
    own = [[_weights(module, ending) for ending in layer] for layer in endings]
    for k, layer in enumerate(endings):
        for half, ending in enumerate(layer):
            words = [f"layer {k + 1}"] * (len(own) > 1) + [("forward", "backward")[half]] * (len(layer) > 1)
            part = _Part(module, Place(own, k, half), partial(_borrowed, module, ending))
            yield part.implementation(", ".join([name, *words]), live=True)


@dataclass(frozen=True)
class _Part:
    """One place in a module; `lend` takes weights and gives a context in which the module has them there."""

    module: Any
    place: Place
    lend: Callable[[GRUWeights], Any]

    def implementation(self, name: str, *, live: bool) -> Implementation:
        """Return the part as what is tested; a live module has sizes of its own."""
        fixed, reasons = _fixed(self.module, self.place, live), _reasons(self.module, self.place)
        reasons |= {"other sizes, dtypes, biases": "the module has its own"} if live else {}
        if self.place.alone:
            return Implementation(name, self.call, fixed, reasons, self.gradients)
        return Implementation(name, self.call, fixed, reasons, surround=self.place.surround)

    def call(self, x: Any, weights: GRUWeights, *, h0: Any, mask: Any, **_options: Any) -> tuple[Any, Any]:
        """Return the states and the final state."""
        import torch

        with self.lend(weights) as module, torch.no_grad():
            states, final = _run(module, self.place, torch.tensor(x), None if h0 is None else torch.tensor(h0), mask)
            return _array(states), None if final is None else _array(final)

    def gradients(self, x: Any, weights: GRUWeights, grad: Any, *, h0: Any, mask: Any, **_options: Any) -> GRUGradients:
        """Return what autograd finds for the weights of this place, x and h0."""
        import torch

        start = np.zeros((len(x), weights.units), x.dtype) if h0 is None else h0
        x, h0 = (torch.tensor(array, requires_grad=True) for array in (x, start))
        with self.lend(weights) as module:
            ending = _endings(module)[0][self.place.half]
            own = {name: parameter.requires_grad_() for name, parameter in _own(module, ending)}  # it may be frozen
            states, _ = _run(module, self.place, x, h0, mask)
            loss = (states * torch.tensor(grad, device=states.device)).sum()
            found = [_array(tensor) for tensor in torch.autograd.grad(loss, [*own.values(), x, h0])]
        ported = port(dict(zip(own, found, strict=False)), "pytorch", "keras")
        return GRUGradients(*ported, *[None] * (3 - len(ported)), *found[-2:])


def _fixed(module: Any, place: Place, live: bool) -> dict[str, Any]:
    own = place.weights[place.layer][place.half]
    fixed: dict[str, Any] = {"reset_after": True, "go_backwards": bool(place.half)}
    fixed |= {"lengths_only": True} if _packs(module) else {"mask": "none"}
    if live:
        dtype = str(next(module.parameters()).dtype).removeprefix("torch.")
        fixed |= {"features": own.input_size, "units": own.units, "use_bias": own.bias is not None, "dtype": dtype}
    return fixed


def _reasons(module: Any, place: Place) -> dict[str, str]:
    """Say what cannot be tested of a module, and why."""
    reasons = {"reset before": "PyTorch has reset after only"}
    if is_cell(module):
        return reasons | {"mask, go_backwards": "a cell takes one step"}
    if _packs(module):
        reasons["other masks"] = "packed sequences know lengths; after them PyTorch returns zeros, not compared"
    else:
        reasons["mask"] = "only nn.GRU itself takes packed sequences"
    if len(place.weights[0]) == 1:
        reasons["go_backwards"] = "it comes with bidirectional=True"
    if not place.alone:
        reasons["gradients, final states of lower layers"] = "the GRU stands in a stack"
    return reasons


def _run(module: Any, place: Place, x: Any, h0: Any, mask: Any) -> tuple[Any, Any]:
    """Return the states and the final state of one place, as tensors; the other places start from zeros."""
    import torch

    x, lengths = place.inputs(x), None if mask is None else torch.tensor(mask.sum(1))
    if h0 is not None:
        zeros, directions = torch.zeros_like(h0), len(place.weights[0])
        slot = place.layer * directions + place.half
        h0 = torch.stack([h0 if k == slot else zeros for k in range(len(place.weights) * directions)])
    states, final = answers(module, x, h0, lengths)
    return place.output(states), None if final is None else final[-len(place.weights[0]) :][place.half]


def _array(tensor: Any) -> NDArray:
    """Return a tensor as an array; of half precision as float32, since NumPy knows no bfloat16."""
    return (tensor.float() if tensor.element_size() < 4 else tensor).detach().cpu().numpy()


def _is_gru(module: Any) -> bool:
    """Whether a module itself, not one in it, has recurrent weights of three gates."""
    own = dict(module.named_parameters(recurse=False))
    hidden = own.get("weight_hh_l0", own.get("weight_hh"))
    return hidden is not None and hidden.shape[0] == 3 * hidden.shape[-1]


def _packs(module: Any) -> bool:
    """Whether a module takes packed sequences: those of others that are like nn.GRU may not."""
    import torch

    return getattr(type(module), "forward", None) is torch.nn.GRU.forward


def _endings(module: Any) -> list[list[str]]:
    """Return how the names of the parameters end, by layer and direction."""
    if is_cell(module):
        return [[""]]
    directions = 2 if getattr(module, "bidirectional", False) else 1
    return [[f"_l{k}", f"_l{k}_reverse"][:directions] for k in range(getattr(module, "num_layers", 1))]


def _own(module: Any, ending: str) -> Iterator[tuple[str, Any]]:
    """Yield the parameters of one place, under the names that a GRU of one layer has."""
    for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
        if (parameter := dict(module.named_parameters(recurse=False)).get(part + ending)) is not None:
            yield f"{part}_l0", parameter


def _weights(module: Any, ending: str) -> GRUWeights:
    state = {name: _array(tensor.double()) for name, tensor in _own(module, ending)}
    return GRUWeights(*port(state, "pytorch", "keras"))


def _state_dict(weights: GRUWeights, ending: str) -> dict[str, NDArray]:
    return {name.replace("_l0", ending): a for name, a in port(weights.arrays(), "keras", "pytorch").items()}


@contextmanager
def _borrowed(module: Any, ending: str, weights: GRUWeights) -> Iterator[Any]:
    """Lend a module other weights in one place; it gets its own back, whatever happens."""
    import torch

    own, training = {name: value.clone() for name, value in module.state_dict().items()}, module.training
    trained = {parameter: parameter.requires_grad for parameter in module.parameters()}
    try:
        lent = {name: torch.tensor(array) for name, array in _state_dict(weights, ending).items()}
        module.load_state_dict(own | lent)
        yield module.eval()
    finally:
        module.load_state_dict(own)
        module.train(training)
        for parameter, requires_grad in trained.items():
            parameter.requires_grad_(requires_grad)
