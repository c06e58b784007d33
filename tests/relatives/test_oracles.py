"""The references against PyTorch in float64, written from the papers in another form, with z as the papers have it."""

from types import SimpleNamespace

import numpy as np
import pytest

from gru_lib.relatives import RELATIVES


@pytest.fixture
def torch(require):
    return require("torch")


def compare(name, oracle, torch, *, keeps=False):
    def tensors(arrays):
        return {key: torch.tensor(value) for key, value in arrays.items()}

    kind = RELATIVES[name] if keeps else RELATIVES[name].overwriting()
    for case in kind.cases():
        expected = kind.forward(case.x, case.weights, **case.options)
        zeros = {"h0": torch.zeros(expected[:, 0].shape, dtype=torch.float64)}
        weights = SimpleNamespace(**tensors(vars(case.weights)))
        states = oracle(torch.tensor(case.x), weights, **zeros | tensors(case.options))
        scale = max(1, np.abs(expected).max())
        np.testing.assert_allclose(states.numpy(), expected, rtol=0, atol=1e-11 * scale, err_msg=str(case.words))


def solved(torch, keep, right, h0):
    """Solve h_t - keep_t h_{t-1} = right_t for all steps at once: one triangular system, and no loop over time."""
    right[:, 0] += keep[:, 0] * h0
    below = torch.diag_embed(keep[:, 1:].transpose(1, 2), offset=-1)  # (B, n, T, T)
    matrix = torch.eye(keep.shape[1], dtype=torch.float64) - below
    return torch.linalg.solve_triangular(matrix, right.transpose(1, 2)[..., None], upper=False)[..., 0].mT


@pytest.mark.parametrize("name", ["min-gru", "min-gru-log"])
def test_min_gru_is_one_linear_system(torch, name):
    def oracle(x, w, h0):
        gate, a = (x @ w.kernel + w.bias).chunk(2, -1)
        z, keep = torch.sigmoid(gate), torch.sigmoid(-gate)
        right = z * (a if name == "min-gru" else torch.where(a >= 0, a + 0.5, torch.sigmoid(a)))
        return solved(torch, keep, right, h0)

    compare(name, oracle, torch)


def test_hgrn_is_one_linear_system(torch):
    def oracle(x, w, h0):
        gate, a = (x @ w.kernel + w.bias).chunk(2, -1)
        keep = 1 - torch.sigmoid(-gate) * torch.sigmoid(-w.bound)
        return solved(torch, keep, (1 - keep) * torch.nn.functional.silu(a), h0)

    compare("hgrn", oracle, torch, keeps=True)


def test_rg_lru_is_one_linear_system(torch):
    def oracle(x, w, h0):
        r, i = (x @ w.kernel + w.bias).sigmoid().chunk(2, -1)
        log_keep = 8 * r * torch.nn.functional.logsigmoid(-w.decay)  # the paper's a is a sigmoid to a power
        return solved(torch, log_keep.exp(), (1 - (2 * log_keep).exp()).sqrt() * i * x, h0)

    compare("rg-lru", oracle, torch, keeps=True)


def test_para_gru_is_a_gru_with_diagonal_matrices(torch):
    # PyTorch resets after the product, the paper before: with a diagonal there is no difference
    def oracle(x, w, h0):
        m, n = x.shape[2], h0.shape[1]
        gru, order = torch.nn.GRU(m, n, batch_first=True).double(), [1, 0, 2]  # PyTorch's order is r, z, n
        z_r_h = [torch.cat([a.chunk(3)[i] for i in order]) for a in (w.kernel.T, w.bias)]
        with torch.no_grad():
            gru.weight_ih_l0.copy_(z_r_h[0])
            gru.bias_ih_l0.copy_(z_r_h[1])
            gru.bias_hh_l0.zero_()
            gru.weight_hh_l0.copy_(torch.cat([torch.diag(w.recurrent.chunk(3)[i]) for i in order]))
            return gru(x, h0[None])[0]

    compare("para-gru", oracle, torch, keeps=True)


def test_the_log_form_is_what_its_logarithms_say(torch):
    def oracle(x, w, h0):
        gate, a = (x @ w.kernel + w.bias).chunk(2, -1)
        softplus = torch.nn.functional.softplus
        log_g = torch.where(a >= 0, (a.clamp(min=0) + 0.5).log(), -softplus(-a))
        kept = -softplus(gate).cumsum(1)
        values = torch.cat([h0[:, None].log(), log_g - softplus(-gate) - kept], 1)
        return (kept + values.logcumsumexp(1)[:, 1:]).exp()

    compare("min-gru-log", oracle, torch)


def test_layer_norm_gru_by_the_layer_norm_of_pytorch(torch):
    def oracle(x, w, h0):
        n, h, states = h0.shape[1], h0, []

        def normed(product, gain, bias):
            norm, cut = torch.nn.functional.layer_norm, 2 * n
            gates = norm(product[:, :cut], (cut,), gain[:cut], bias[:cut])
            return gates, norm(product[:, cut:], (n,), gain[cut:], bias[cut:])

        for x_t in x.unbind(1):
            x_gates, x_h = normed(x_t @ w.kernel, w.gain_x, w.bias_x)
            h_gates, h_h = normed(h @ w.recurrent_kernel, w.gain_h, w.bias_h)
            z, r = torch.sigmoid(x_gates + h_gates).chunk(2, 1)
            h = torch.lerp(h, torch.tanh(x_h + r * h_h), z)
            states.append(h)
        return torch.stack(states, 1)

    compare("layer-norm-gru", oracle, torch)


def test_dreamer_gru_by_the_layer_norm_of_pytorch(torch):
    def oracle(x, w, h0):
        h, states = h0, []
        for x_t in x.unbind(1):
            sums = torch.nn.functional.layer_norm(torch.cat([h, x_t], 1) @ w.kernel, w.gain.shape, w.gain, w.bias, 1e-3)
            z, r, g = sums.chunk(3, 1)
            h = torch.lerp(h, torch.tanh(torch.sigmoid(r) * g), torch.sigmoid(z - 1))
            states.append(h)
        return torch.stack(states, 1)

    compare("dreamer-gru", oracle, torch)


def test_block_gru_is_a_gru_with_a_block_diagonal_matrix(torch):
    def oracle(x, w, h0):
        blocks, _, columns = w.kernel.shape
        n = columns // 3
        U = torch.block_diag(*w.kernel[:, :n])  # (k n, 3 k n), columns block by block
        W = torch.cat(list(w.kernel[:, n:]), 1)
        h, states = h0, []
        for x_t in x.unbind(1):
            sums = (h @ U + x_t @ W + w.bias.reshape(-1)).reshape(len(x), blocks, 3, n)
            z, r, g = (sums[:, :, i].reshape(len(x), -1) for i in range(3))
            h = torch.lerp(h, torch.tanh(torch.sigmoid(r) * g), torch.sigmoid(z - 1))
            states.append(h)
        return torch.stack(states, 1)

    compare("block-gru", oracle, torch)


def test_conv_gru_by_the_convolution_of_pytorch(torch):
    def oracle(x, w, h0):
        def conv(a, kernel):
            return torch.nn.functional.conv2d(a, kernel.permute(3, 2, 0, 1), padding=kernel.shape[0] // 2)

        h, n, states = h0.permute(0, 3, 1, 2), h0.shape[-1], []
        for x_t in x.permute(0, 1, 4, 2, 3).unbind(1):
            x_z, x_r, x_h = (conv(x_t, w.kernel) + w.bias[:, None, None]).split(n, 1)
            U_z, U_r, U_h = w.recurrent_kernel.split(n, -1)
            z, r = torch.sigmoid(x_z + conv(h, U_z)), torch.sigmoid(x_r + conv(h, U_r))
            h = torch.lerp(h, torch.tanh(x_h + conv(r * h, U_h)), z)
            states.append(h.permute(0, 2, 3, 1))
        return torch.stack(states, 1)

    compare("conv-gru", oracle, torch)


def test_gru_d_row_by_row_from_the_equations_of_the_paper(torch):
    def oracle(x, w, h0, mask, delta):
        states = torch.empty(*x.shape[:2], h0.shape[1], dtype=torch.float64)
        (W_z, W_r, W_h), (U_z, U_r, U_h), (V_z, V_r, V_h) = (
            a.T.chunk(3) for a in (w.kernel, w.recurrent_kernel, w.mask_kernel)
        )
        b_z, b_r, b_h = w.bias.chunk(3)
        for row in range(len(x)):
            h, last = h0[row], w.x_mean.clone()
            for t in range(x.shape[1]):
                x_t, m, d = x[row, t], mask[row, t], delta[row, t]
                decay_x = torch.exp(-torch.clamp(torch.diag(w.x_decay) @ d + w.x_decay_bias, min=0))
                decay_h = torch.exp(-torch.clamp(w.h_decay.T @ d + w.h_decay_bias, min=0))
                filled = m * x_t + (1 - m) * (decay_x * last + (1 - decay_x) * w.x_mean)
                h = decay_h * h
                z = torch.sigmoid(W_z @ filled + U_z @ h + V_z @ m + b_z)
                r = torch.sigmoid(W_r @ filled + U_r @ h + V_r @ m + b_r)
                h = (1 - z) * h + z * torch.tanh(W_h @ filled + U_h @ (r * h) + V_h @ m + b_h)
                states[row, t], last = h, torch.where(m > 0, x_t, last)
        return states

    compare("gru-d", oracle, torch)
