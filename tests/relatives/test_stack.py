"""The trainable stack of minGRUs against PyTorch's automatic differentiation in float64."""

import numpy as np
import pytest

from gru_lib.relatives.stack import MinGRUStack


def in_torch(torch, parameters, x, *, blocks, signed):
    W_in, b_in, W_out, b_out, *rest = parameters
    h = x @ W_in + b_in

    def normed(h):
        return h * (h.square().mean(-1, keepdim=True) + 1e-6).rsqrt()

    for block in range(blocks):
        W, b, W_1, b_1, W_2, b_2 = rest[6 * block : 6 * block + 6]
        a, g = (normed(h) @ W + b).chunk(2, -1)
        z = torch.tanh(a / 2) if signed else torch.sigmoid(a)
        state, states = torch.zeros_like(g[:, 0]), []
        for t in range(x.shape[1]):
            state = torch.lerp(g[:, t], state, z[:, t])
            states.append(state)
        h = h + torch.stack(states, 1)
        h = h + torch.relu(normed(h) @ W_1 + b_1) @ W_2 + b_2
    return h @ W_out + b_out


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("blocks", [1, 2])
def test_output_and_gradients_are_those_of_pytorch(require, blocks, signed):
    torch, rng = require("torch"), np.random.default_rng(blocks)
    stack = MinGRUStack((3, 5, 2), blocks=blocks, rng=rng, dtype=np.float64, signed=signed)
    for array in stack.parameters:
        array += 0.3 * rng.normal(size=array.shape)  # no bias is 0
    x, pull = rng.normal(size=(4, 9, 3)), rng.normal(size=(4, 9, 2))

    tensors = [torch.tensor(array, requires_grad=True) for array in stack.parameters]
    expected = in_torch(torch, tensors, torch.tensor(x), blocks=blocks, signed=signed)
    (expected * torch.tensor(pull)).sum().backward()

    np.testing.assert_allclose(stack.forward(x, training=True), expected.detach().numpy(), rtol=0, atol=1e-12)
    stack.backward(pull)
    assert len(stack.gradients) == len(tensors)
    for found, tensor in zip(stack.gradients, tensors, strict=True):
        np.testing.assert_allclose(found, tensor.grad.numpy(), rtol=0, atol=1e-11)
