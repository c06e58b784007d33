"""The scratch GRU against PyTorch in float64: nn.GRU where it has the convention, plain autograd for all cases."""

import numpy as np
import pytest

from tests.support.gru_cases import GRADIENTS, all_cases, by_name, differences, make_case, run_gru_lib

TOLERANCE = 1e-12
NN_GRU_CASES = [
    *(case for case in all_cases() if case.reset_after and case.mask is None),
    make_case(101, shape=(4, 1, 2, 3)),  # one step
    make_case(102, shape=(1, 7, 5, 1), use_h0=False),  # one row, one unit
    make_case(103, shape=(2, 40, 3, 6), use_bias=False),  # a longer sequence
]


@pytest.fixture(scope="module")
def torch(require):
    return require("torch")


def to_pytorch(matrix):
    """Map columns z, r, h to rows r, z, n; a bias row likewise."""
    z, r, h = np.split(matrix, 3, axis=-1)
    return np.ascontiguousarray(np.concatenate([r, z, h], axis=-1).T)


def from_pytorch(tensor):
    """Map rows r, z, n back to columns z, r, h."""
    r, z, h = np.split(tensor.detach().numpy().T, 3, axis=-1)
    return np.concatenate([z, r, h], axis=-1)


def build(torch, case):
    """Return nn.GRU with the weights of a case."""
    m, n = case.kernel.shape[0], case.recurrent_kernel.shape[0]
    layer = torch.nn.GRU(m, n, bias=case.bias is not None, batch_first=True, dtype=torch.float64)
    arrays = [case.kernel, case.recurrent_kernel, *(() if case.bias is None else case.bias)]
    with torch.no_grad():
        for parameter, array in zip(layer.parameters(), arrays, strict=True):
            parameter.copy_(torch.tensor(to_pytorch(array)))
    return layer


def run_nn_gru(torch, case):
    """What nn.GRU answers; it reads forwards only, so a case that goes backwards is turned round first."""
    layer = build(torch, case)
    x = torch.tensor(case.x, requires_grad=True)
    h0 = torch.tensor(case.start, requires_grad=True)
    order = x.flip(1) if case.go_backwards else x
    states, _ = layer(order) if case.h0 is None else layer(order, h0[None])
    (torch.tensor(case.grad) * states).sum().backward()
    kernel, recurrent_kernel, *bias = [from_pytorch(parameter.grad) for parameter in layer.parameters()]
    return {
        "states": states.detach().numpy(),
        "kernel": kernel,
        "recurrent_kernel": recurrent_kernel,
        "bias": np.stack(bias) if bias else None,
        "x": x.grad.numpy(),
    } | ({} if case.h0 is None else {"h0": h0.grad.numpy()})


@pytest.mark.parametrize("case", NN_GRU_CASES, ids=by_name)
def test_states_and_gradients_are_those_of_nn_gru(torch, case):
    assert not differences(run_gru_lib(case), run_nn_gru(torch, case), TOLERANCE)


def test_right_padding_is_what_nn_gru_does_with_a_packed_sequence(torch):
    case = make_case(104, mask="right")
    layer, lengths = build(torch, case), torch.tensor(case.mask.sum(1))
    pack = torch.nn.utils.rnn.pack_padded_sequence
    packed = pack(torch.tensor(case.x), lengths, batch_first=True, enforce_sorted=False)
    states, last = layer(packed, torch.tensor(case.start)[None])
    padded, _ = torch.nn.utils.rnn.pad_packed_sequence(states, batch_first=True, total_length=case.x.shape[1])
    actual = run_gru_lib(case)["states"]
    real = {"last": actual[:, -1], "states": actual * case.mask[:, :, None]}  # PyTorch returns zeros for padding
    assert not differences(real, {"last": last[0].detach().numpy(), "states": padded.detach().numpy()}, TOLERANCE)


def run_autograd(torch, case):
    """The equations in plain PyTorch, differentiated by autograd."""
    arrays = {name: case.start if name == "h0" else getattr(case, name) for name in GRADIENTS}
    leaves = {name: torch.tensor(a, requires_grad=True) for name, a in arrays.items() if a is not None}
    kernel_z, kernel_r, kernel_h = leaves["kernel"].chunk(3, dim=1)
    recurrent_z, recurrent_r, recurrent_h = leaves["recurrent_kernel"].chunk(3, dim=1)
    bias = leaves.get("bias", torch.zeros(3 * case.weights.units, dtype=torch.float64))
    b, c = (bias[0], bias[1]) if bias.ndim == 2 else (bias, torch.zeros_like(bias))
    (b_z, b_r, b_h), (c_z, c_r, c_h) = b.chunk(3), c.chunk(3)
    h, states = leaves["h0"], []
    for t in sorted(range(case.x.shape[1]), reverse=case.go_backwards):
        x_t = leaves["x"][:, t]
        z = torch.sigmoid(x_t @ kernel_z + b_z + h @ recurrent_z + c_z)
        r = torch.sigmoid(x_t @ kernel_r + b_r + h @ recurrent_r + c_r)
        reset_part = r * (h @ recurrent_h + c_h) if case.reset_after else (r * h) @ recurrent_h
        g = torch.tanh(x_t @ kernel_h + b_h + reset_part)
        real = torch.ones(len(h), dtype=torch.bool) if case.mask is None else torch.tensor(case.mask[:, t])
        h = torch.where(real[:, None], z * h + (1 - z) * g, h)
        states.append(h)
    states = torch.stack(states, dim=1)
    (torch.tensor(case.grad) * states).sum().backward()
    gradients = {name: leaves[name].grad.numpy() if name in leaves else None for name in GRADIENTS}
    return {"states": states.detach().numpy()} | gradients


@pytest.mark.parametrize("case", all_cases(), ids=by_name)
def test_states_and_gradients_are_those_of_autograd(torch, case):
    assert not differences(run_gru_lib(case), run_autograd(torch, case), TOLERANCE)
