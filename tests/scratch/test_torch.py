"""The scratch GRU against nn.GRU in float64, where PyTorch has the convention."""

import numpy as np
import pytest

from tests.support.gru_cases import all_cases, by_name, differences, make_case, run_gru_lib

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
