"""The references against PyTorch in float64, written in another form: at once, by its own operators, batch by batch."""

import numpy as np
import pytest

from gru_lib.relatives import RELATIVES


@pytest.fixture
def torch(require):
    return require("torch")


def compare(name, oracle, torch):
    def tensors(arrays):
        return {key: torch.tensor(value) for key, value in arrays.items()}

    for case in RELATIVES[name].cases():
        expected = case.call(RELATIVES[name].cell().run)
        h0 = torch.zeros(expected[:, 0].shape, dtype=torch.float64) if case.h0 is None else torch.tensor(case.h0)
        states = oracle(torch.tensor(case.x), tensors(case.weights), h0, **tensors(case.inputs))
        scale = max(1, np.abs(expected).max())
        np.testing.assert_allclose(states.numpy(), expected, rtol=0, atol=1e-11 * scale, err_msg=case.name)


@pytest.mark.parametrize("name", ["min-gru", "min-gru-log"])
def test_min_gru_is_one_linear_system(torch, name):
    # h_t - (1 - z_t) h_{t-1} = z_t g_t for all steps at once: a triangular system, solved without a loop over time
    def oracle(x, w, h0):
        gate, a = x @ w["W_z"] + w["b_z"], x @ w["W_h"] + w["b_h"]
        z, keep = torch.sigmoid(gate), torch.sigmoid(-gate)
        g = a if name == "min-gru" else torch.where(a >= 0, a + 0.5, torch.sigmoid(a))
        right = z * g
        right[:, 0] += keep[:, 0] * h0
        eye = torch.eye(x.shape[1], dtype=torch.float64)
        matrix = eye - torch.diag_embed(keep[:, 1:].transpose(1, 2), offset=-1)  # (B, n, T, T)
        return torch.linalg.solve_triangular(matrix, right.transpose(1, 2)[..., None], upper=False)[..., 0].transpose(
            1, 2
        )

    compare(name, oracle, torch)


def test_layer_norm_gru_by_the_layer_norm_of_pytorch(torch):
    def oracle(x, w, h):
        n, states = h.shape[1], []
        for x_t in x.unbind(1):
            sides = []
            for product, side in ((x_t @ w["kernel"], "x"), (h @ w["recurrent_kernel"], "h")):
                gain, bias = w[f"gain_{side}"], w[f"bias_{side}"]
                cut = 2 * n
                norm = torch.nn.functional.layer_norm
                sides.append(
                    (
                        norm(product[:, :cut], (cut,), gain[:cut], bias[:cut]),
                        norm(product[:, cut:], (n,), gain[cut:], bias[cut:]),
                    )
                )
            z, r = torch.sigmoid(sides[0][0] + sides[1][0]).chunk(2, 1)
            h = torch.lerp(h, torch.tanh(sides[0][1] + r * sides[1][1]), z)
            states.append(h)
        return torch.stack(states, 1)

    compare("layer-norm-gru", oracle, torch)


def test_block_gru_is_a_gru_with_a_block_diagonal_matrix(torch):
    def oracle(x, w, h):
        blocks, _, columns = w["kernel"].shape
        width = columns // 3
        U = torch.block_diag(*w["kernel"][:, :width])  # (n, 3n), columns block by block
        W = torch.cat(list(w["kernel"][:, width:]), 1)
        states = []
        for x_t in x.unbind(1):
            sums = (h @ U + x_t @ W + w["bias"].reshape(-1)).reshape(len(x), blocks, 3, width)
            r, g, z = (sums[:, :, i].reshape(len(x), -1) for i in range(3))
            h = torch.lerp(h, torch.tanh(torch.sigmoid(r) * g), torch.sigmoid(z - 1))
            states.append(h)
        return torch.stack(states, 1)

    compare("block-gru", oracle, torch)


def test_conv_gru_by_the_convolution_of_pytorch(torch):
    def oracle(x, w, h):
        def conv(a, kernel):
            return torch.nn.functional.conv2d(a, kernel.permute(3, 2, 0, 1), padding=kernel.shape[0] // 2)

        h, n, states = h.permute(0, 3, 1, 2), h.shape[-1], []
        W, U = w["kernel"], w["recurrent_kernel"]
        for x_t in x.permute(0, 1, 4, 2, 3).unbind(1):
            from_x = conv(x_t, W) + w["bias"][:, None, None]
            z = torch.sigmoid(from_x[:, :n] + conv(h, U[..., :n]))
            r = torch.sigmoid(from_x[:, n : 2 * n] + conv(h, U[..., n : 2 * n]))
            h = torch.lerp(h, torch.tanh(from_x[:, 2 * n :] + conv(r * h, U[..., 2 * n :])), z)
            states.append(h.permute(0, 2, 3, 1))
        return torch.stack(states, 1)

    compare("conv-gru", oracle, torch)


def test_gru_d_row_by_row_from_the_equations_of_the_paper(torch):
    def oracle(x, w, h0, mask, delta):
        states = torch.empty(*x.shape[:2], h0.shape[1], dtype=torch.float64)
        for row in range(len(x)):
            h, last = h0[row], w["x_mean"].clone()
            for t in range(x.shape[1]):
                x_t, m, d = x[row, t], mask[row, t], delta[row, t]
                decay_x = torch.exp(-torch.clamp(w["W_dx"] * d + w["b_dx"], min=0))
                decay_h = torch.exp(-torch.clamp(w["W_dh"].T @ d + w["b_dh"], min=0))
                filled = m * x_t + (1 - m) * (decay_x * last + (1 - decay_x) * w["x_mean"])
                h = decay_h * h
                (W_z, W_r, W_h), (U_z, U_r, U_h), (V_z, V_r, V_h) = (w[name].T.chunk(3) for name in "WUV")
                b_z, b_r, b_h = w["b"].chunk(3)
                z = torch.sigmoid(W_z @ filled + U_z @ h + V_z @ m + b_z)
                r = torch.sigmoid(W_r @ filled + U_r @ h + V_r @ m + b_r)
                h = (1 - z) * h + z * torch.tanh(W_h @ filled + U_h @ (r * h) + V_h @ m + b_h)
                states[row, t], last = h, torch.where(m > 0, x_t, last)
        return states

    compare("gru-d", oracle, torch)
