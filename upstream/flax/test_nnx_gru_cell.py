"""flax.nnx.GRUCell has no b_hn, a bias that stands in its docstring and that linen's cell has."""

import jax
import numpy as np
from flax import linen, nnx


def test_the_cell_of_the_docstring():
    cell = nnx.GRUCell(2, 3, rngs=nnx.Rngs(0))
    assert "b_{hn}" in cell.__doc__
    biases = [b for path, b in jax.tree.leaves_with_path(nnx.state(cell, nnx.Param)) if "bias" in str(path)]
    other = linen.GRUCell(3)
    tree = other.init(jax.random.key(0), np.zeros((1, 3)), np.zeros((1, 2)))
    wanted = [b for path, b in jax.tree.leaves_with_path(tree) if "bias" in str(path)]
    numbers = [sum(b.size for b in cells) for cells in (biases, wanted)]
    assert numbers[0] == numbers[1], f"{numbers[0]} biases for 3 units, linen has {numbers[1]}"
