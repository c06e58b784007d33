"""What the website's networks are packed with: nothing but rounding is lost."""

import ast
import base64
from collections import Counter

import numpy as np
import pytest

from tools import export_models
from tools.notebooks import notebooks
from tools.notebooks.run import cells


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize("kind", ["<f4", ">f4", "i1", "u1"])
def test_text_is_the_bytes_of_the_array_little_endian(rng, kind):
    array = (100 * rng.uniform(size=(3, 5))).astype(kind)
    found = np.frombuffer(base64.b64decode(export_models.text(array)), np.dtype(kind).newbyteorder("<"))
    np.testing.assert_array_equal(found.reshape(3, 5), array)
    assert export_models.text(array[:, ::2]) == export_models.text(array[:, ::2].copy())


def test_a_dense_layer_takes_batch_normalisation_in(rng, require):
    keras = require("keras")
    layers = [keras.layers.BatchNormalization(), keras.layers.Dense(3)]
    model = keras.Sequential([keras.Input((6,)), *layers])
    model.set_weights([rng.uniform(0.2, 2, size=weight.shape) for weight in model.weights])
    x = rng.normal(size=(8, 6))
    kernel, bias = export_models.fold(*layers[1].get_weights(), layers[0].get_weights(), layers[0].epsilon)
    np.testing.assert_allclose(x @ kernel + bias, model.predict(x, verbose=0), rtol=1e-5, atol=1e-5)


def test_eight_bits_are_within_half_a_step(rng):
    matrix = rng.normal(size=(50, 7)).astype("float32") * 10.0 ** np.arange(-3, 4, dtype="float32")
    matrix[:, 2] = 0
    parts, shown = export_models.packed(matrix)
    factors = np.frombuffer(base64.b64decode(parts["factors"]), "<f4")
    whole = np.frombuffer(base64.b64decode(parts["numbers"]), np.int8).reshape(50, 7)
    np.testing.assert_array_equal(shown, whole * factors)
    assert shown.dtype == np.float32
    assert np.abs(whole).max(axis=0).tolist() == [127, 127, 0, 127, 127, 127, 127]
    assert (np.abs(shown - matrix) <= 0.5001 * np.abs(matrix).max(axis=0) / 127).all()


def test_counts_come_out_of_their_bytes_as_they_went_in():
    letters = ["\n", "a", "b", "c"]
    table = {"aa": Counter(b=1), "cc": Counter({"\n": 300, "c": 70_000}), "\na": Counter(a=127, b=128)}
    numbers, parts = [], []
    for byte in export_models.counted(table, letters):
        parts.append(byte & 127)
        if byte < 128:
            numbers.append(sum(part << 7 * i for i, part in enumerate(parts)))
            parts = []
    expected = [(1, "\na"), (5, "aa"), (15, "cc")]
    last, at = 0, 0
    for place, context in expected:
        assert numbers[at : at + 2] == [place - last, len(table[context])]
        pairs = numbers[at + 2 : at + 2 + 2 * numbers[at + 1]]
        assert {letters[i]: count for i, count in zip(pairs[::2], pairs[1::2], strict=True)} == table[context]
        last, at = place, at + 2 + len(pairs)
    assert at == len(numbers)


def test_an_unknown_network_is_refused(capsys):
    assert export_models.main(["nowhere"]) == 2
    assert "nowhere" in capsys.readouterr().out


def code_of(chapter):
    [path] = [path for path in notebooks() if path.stem == chapter]
    return ast.parse("\n".join(cells(path)))


def defined(code):
    """Return the names that a program's top level defines."""
    names = set()
    for statement in code.body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            names.add(statement.name)
        else:
            nodes = (node for node in ast.walk(statement) if isinstance(node, ast.Name))
            names |= {node.id for node in nodes if isinstance(node.ctx, ast.Store)}
    return names


KEYS = {"mnist": {"adam"}, "imdb": {"3,000 words"}, "train_it_yourself": set()}


@pytest.mark.parametrize("chapter", export_models.EXPORTS)
def test_the_notebook_defines_what_is_exported(chapter):
    """Renamed there, it would be missed only after the minutes of its training."""
    code = code_of(chapter)
    for export in export_models.EXPORTS[chapter]:
        assert set(export_models.needs(export)) <= defined(code)
    assert KEYS[chapter] <= {node.value for node in ast.walk(code) if isinstance(node, ast.Constant)}
