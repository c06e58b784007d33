"""The data that ships with the package: what it is, and that a damaged file is never a silently wrong array."""

import gzip
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gru_lib.datasets import DatasetError, load_mnist, load_shakespeare, load_temperature, registry

TRAIN_COUNTS = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
TEST_COUNTS = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
PATHS = {name: file.path for name, file in registry.FILES.items()}


@pytest.fixture(scope="module")
def mnist():
    return load_mnist()


def test_mnist_has_the_known_shapes_and_counts(mnist):
    (x_train, y_train), (x_test, y_test) = mnist
    assert (x_train.shape, x_test.shape) == ((60000, 28, 28), (10000, 28, 28))
    assert (y_train.shape, y_test.shape) == ((60000,), (10000,))
    assert np.bincount(y_train).tolist() == TRAIN_COUNTS
    assert np.bincount(y_test).tolist() == TEST_COUNTS
    assert y_train[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert y_test[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    # the well-known mean and standard deviation of the training pixels
    assert x_train.mean() / 255 == pytest.approx(0.1307, abs=5e-5)
    assert x_train.std() / 255 == pytest.approx(0.3081, abs=5e-5)


def test_shakespeare_is_the_text_that_others_have_trained_on():
    text = load_shakespeare()
    digest = "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"  # as public programs state it
    assert hashlib.sha256(text.encode()).hexdigest() == digest


def test_mnist_is_upright(mnist):
    # turned or mirrored images have the same shapes, counts and mean; the first test image is a 7:
    # its widest row, the bar, is near the top, and its foot is left of the middle of the bar
    rows, columns = np.nonzero(mnist[1][0][0] > 128)
    bar = np.bincount(rows).argmax()
    assert bar < 10
    assert columns[rows == rows.max()].mean() < columns[rows == bar].mean()


def test_mnist_arrays_are_the_callers_own(mnist):
    for array in (array for split in mnist for array in split):
        assert array.dtype == np.uint8
        assert array.flags.writeable
        assert array.flags.c_contiguous


def test_every_file_has_a_complete_entry_and_no_file_has_none():
    for entry in [*registry.FILES.values(), *registry.EXTERNAL.values()]:
        assert len(entry.digest) == 64 or entry.path == "imdb_word_index.json"
        assert all((entry.path, entry.size, entry.content, entry.source, entry.licence))
    for path in PATHS.values():
        assert (registry.DATA_FOLDER / path).with_name("LICENSE").is_file()
    shipped = {path.relative_to(registry.DATA_FOLDER).as_posix() for path in registry.DATA_FOLDER.rglob("*.gz")}
    assert shipped == set(PATHS.values())


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """Read the data from a copy, which may be damaged."""
    folder = tmp_path / "data"
    shutil.copytree(registry.DATA_FOLDER, folder)
    monkeypatch.setattr(registry, "DATA_FOLDER", folder)
    return folder


def flip_a_byte(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.write_bytes(content)


def change_the_content(path):
    content = bytearray(gzip.decompress(path.read_bytes()))
    content[-1] ^= 1  # one label, in a file that is valid in every other way
    path.write_bytes(gzip.compress(content, 1))


def replace(make):
    def fault(path):
        path.unlink()
        make(path)

    return fault


FAULTS = {
    "truncated": (lambda path: path.write_bytes(path.read_bytes()[:-100]), "was cut off or altered: 4,417 of 4,517"),
    "empty": (lambda path: path.write_bytes(b""), "was cut off or altered: 0 of 4,517"),
    "a web page": (lambda path: path.write_text("<!doctype html>"), "was cut off or altered: 15 of"),
    "flipped": (flip_a_byte, "was cut off or altered: 4,517 of"),
    "another content": (change_the_content, "was cut off or altered"),
    "a bomb": (lambda path: path.write_bytes(gzip.compress(bytes(10**6))), "was cut off or altered: 1,0"),
    "longer": (lambda path: path.write_bytes(path.read_bytes() + b" "), "was cut off or altered: more of"),
    "missing": (Path.unlink, "is missing"),
    "a folder": (replace(Path.mkdir), "cannot be read"),
    "a pipe": (replace(os.mkfifo), "cannot be read"),
    "without end": (replace(lambda path: path.symlink_to("/dev/zero")), "cannot be read"),
}


@pytest.mark.parametrize(("fault", "message"), FAULTS.values(), ids=FAULTS)
def test_a_damaged_file_is_an_error_that_names_the_remedy(copied, monkeypatch, fault, message):
    registry.read_shipped("mnist-test-labels")  # the copy is good until it is damaged
    fault(copied / PATHS["mnist-test-labels"])
    monkeypatch.setattr(registry.gzip, "decompress", lambda _: pytest.fail("unpacked before it was checked"))
    with pytest.raises(DatasetError, match=message) as error:
        registry.read_shipped("mnist-test-labels")
    assert PATHS["mnist-test-labels"] in str(error.value)
    assert "git checkout -- gru_lib/datasets/data" in str(error.value)


@pytest.mark.parametrize("name", PATHS)
def test_no_file_is_loaded_in_part(copied, name):
    flip_a_byte(copied / PATHS[name])
    with pytest.raises(DatasetError, match=f"{PATHS[name]} was cut off or altered"):
        {"mnist": load_mnist, "temperature": load_temperature, "shakespeare": load_shakespeare}[name.split("-")[0]]()


def test_import_loads_no_framework():
    modules = {"gru_lib", "gru_lib.scratch", "gru_lib.datasets"}
    frameworks = {
        "tensorflow",
        "keras",
        "jax",
        "torch",
        "onnx",
        "onnxruntime",
        "sklearn",
        "matplotlib",
        "pandas",
        "pickle",
    }
    code = (
        f"import numpy, sys; before = set(sys.modules); import {', '.join(modules)}; print(*set(sys.modules) - before)"
    )
    loaded = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )
    assert loaded >= modules
    assert not {name.partition(".")[0] for name in loaded} & frameworks
