"""Files that do not say what they hold: unlabelled archives, flax's trees, equinox's leaves; a mapping says it."""

import io

import numpy as np
import pytest

from gru_lib.porting import __main__ as command
from gru_lib.porting import port
from gru_lib.porting.files import Assumed, load
from gru_lib.scratch import gru_forward
from tests.support.porting_cases import M, N, T, bits, draw, loaded, scratch

PYTORCH = {"weight_ih": "enc_w_ih", "weight_hh": "enc_w_hh", "bias_ih": "enc_b_ih", "bias_hh": "enc_b_hh"}


def archive(path, arrays):
    np.savez(path, **arrays)
    return path


def states(stack, x):
    return gru_forward(x, stack.layers[0][0], reset_after=stack.reset_after)[0]


def test_a_mapping_names_the_arrays_of_an_archive(tmp_path):
    [[gru]] = weights = draw()
    there = port(gru, "scratch", "pytorch-cell")
    path = archive(tmp_path / "g.npz", {PYTORCH[name]: array for name, array in there.items()} | {"fc": np.eye(2)})
    options = {"convention": "pytorch-cell", "mapping": PYTORCH}
    assert bits(loaded(path, **options)[1]) == bits(scratch(weights))
    line = ",".join(f"{name}={array}" for name, array in PYTORCH.items())
    words = [str(path), "--from", "pytorch-cell", "--map", line, "--to", "keras", "-o", str(tmp_path / "k.npz")]
    assert command.main(words) == 0
    assert bits(loaded(tmp_path / "k.npz")[1]) == bits(scratch(weights))


def test_layers_and_directions_are_mapped_too(tmp_path):
    weights = draw(layers=2, directions=2)
    mapping, arrays = {}, {}
    for k, layer in enumerate(weights):
        for way, gru in zip(("forward", "backward"), layer, strict=True):
            for part, array in zip(("kernel", "recurrent_kernel", "bias"), gru.arrays(), strict=True):
                arrays[f"a/{len(arrays)}"] = array
                mapping[f"layer{k}.{way}.{part}"] = f"a/{len(arrays) - 1}"
    path = archive(tmp_path / "g.npz", arrays)
    with pytest.warns(Assumed, match="does not name activations: sigmoid and tanh"):
        assert bits(loaded(path, convention="keras", mapping=mapping)[1]) == bits(scratch(weights))


def test_what_is_said_is_carried(tmp_path):
    [[gru]] = draw(reset_after=False)
    path = archive(tmp_path / "g.npz", dict(zip(("W", "U", "b"), gru.arrays(), strict=True)))
    mapping = {"kernel": "W", "recurrent_kernel": "U", "bias": "b"}
    said = {"gates": "hard_sigmoid_0.2", "candidate": "tanh"}
    _, stack = load(path, convention="keras", mapping=mapping, reset_after=False, **said)
    assert (stack.reset_after, stack.activations) == (False, ("hard_sigmoid_0.2", "tanh"))
    with pytest.raises(ValueError, match=r"that of reset_after=False, but reset_after=True was given"):
        load(path, convention="keras", mapping=mapping, **said)


@pytest.fixture(scope="module")
def jax_files(require, tmp_path_factory):
    """Files that flax and equinox wrote, and what their own cells compute of x."""
    jax, equinox = require("jax"), require("equinox")
    require("flax")
    import flax.linen
    import flax.serialization
    import flax.traverse_util

    folder, key = tmp_path_factory.mktemp("jax"), jax.random.key(0)
    x, h = jax.random.normal(key, (T, M)), jax.numpy.zeros(N)
    rnn = flax.linen.RNN(flax.linen.GRUCell(N, bias_init=flax.linen.initializers.normal()))
    tree = rnn.init(key, x)
    (folder / "tree.msgpack").write_bytes(flax.serialization.to_bytes(tree))
    np.savez(folder / "tree.npz", **flax.traverse_util.flatten_dict(tree, sep="/"))
    cell = equinox.nn.GRUCell(M, N, key=key)
    equinox.tree_serialise_leaves(folder / "cell.eqx", cell)
    equinox.tree_serialise_leaves(folder / "model.eqx", [equinox.nn.Linear(M, 2, key=key), cell])
    own = [h := cell(x_t, h) for x_t in x]
    return folder, np.asarray(x), {"tree": np.asarray(rnn.apply(tree, x)), "eqx": np.stack(own)}


@pytest.mark.parametrize(
    ("name", "who", "options"),
    [
        ("tree.msgpack", "tree", {"prefix": "params.cell."}),
        ("tree.npz", "tree", {"prefix": "params/cell/", "convention": "flax"}),
        ("cell.eqx", "eqx", {}),
        ("model.eqx", "eqx", {"prefix": "2."}),
        ("model.eqx", "eqx", {"mapping": {name: f"2.{name}" for name in ("weight_ih", "weight_hh", "bias", "bias_n")}}),
        ("tree.msgpack", "tree", {}),
        ("model.eqx", "eqx", {}),
    ],
)
def test_what_flax_and_equinox_write_is_read(jax_files, name, who, options):
    folder, x, expected = jax_files
    _, stack = load(folder / name, **options)
    np.testing.assert_allclose(states(stack, x[None])[0], expected[who], rtol=0, atol=2e-6)


@pytest.mark.parametrize("name", ["tree.msgpack", "cell.eqx"])
def test_a_damaged_file_is_refused(jax_files, tmp_path, name):
    content, path = (jax_files[0] / name).read_bytes(), tmp_path / name
    prefix = {"tree.msgpack": "params.cell.", "cell.eqx": ""}[name]
    for length in np.linspace(0, len(content) - 1, 25).astype(int):
        path.write_bytes(content[:length])
        with pytest.raises(ValueError, match=name):
            load(path, prefix=prefix)


def claiming(shape):
    memory = io.BytesIO()
    np.lib.format.write_array_header_1_0(memory, {"descr": "<f4", "fortran_order": False, "shape": shape})
    return memory.getvalue()


def test_arrays_that_are_not_there_take_no_memory(tmp_path):
    (tmp_path / "g.eqx").write_bytes(claiming((10**6, 10**6)))
    with pytest.raises(ValueError, match=r"array 0 is no plain array: it claims the shape \(1000000, 1000000\)"):
        load(tmp_path / "g.eqx")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, r"lacks \['convention', 'reset_after'\] and has \['U', 'W'\]; .* or --from and --map"),
        (
            {"convention": "keras", "mapping": {"kernel": "V"}},
            r"it lacks \['V'\]; it has \['W \[3, 15\]', 'U \[5, 15\]'",
        ),
        ({"convention": "keras", "prefix": "x."}, r"has no name that begins with 'x.'"),
        ({"convention": "keras"}, r"expected GRUWeights"),
        ({"mapping": {"kernel": "W"}}, r"--map came for .* without --from"),
        ({"convention": "flax", "mapping": {"ir": "W", "ir.kernel": "U"}}, r"another one of which this is a part"),
        ({"convention": "haiku", "mapping": {"w_i": "W", "w_h": "U"}}, r"lacks \['b'\]"),
    ],
)
@pytest.mark.filterwarnings("ignore::gru_lib.porting.files.Assumed")
def test_what_is_not_clear_is_refused(tmp_path, options, message):
    path = archive(tmp_path / "g.npz", dict(zip("WU", draw(bias=False)[0][0].arrays(), strict=True)))
    with pytest.raises((ValueError, TypeError), match=message):
        load(path, **options)


@pytest.mark.parametrize("text", ["kernel", "kernel=a=b", "kernel=a,kernel=b"])
def test_a_mapping_is_one_name_for_each_array(tmp_path, capsys, text):
    with pytest.raises(SystemExit):
        command.main([str(tmp_path / "g.npz"), "--from", "keras", "--map", text, "--to", "keras", "-o", "o.npz"])
    assert "expected one name=array for each array" in capsys.readouterr().err
