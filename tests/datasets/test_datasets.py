"""The data that ships with the package: what it is, and that a damaged file is never a silently wrong array."""

import gzip
import shutil
import subprocess
import sys

import numpy as np
import pytest

from gru_lib.datasets import DatasetError, load_mnist, registry

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
    for entry in registry.FILES.values():
        assert len(entry.sha256) == 64
        assert all((entry.content, entry.source, entry.licence))
        assert (registry.DATA_FOLDER / entry.path).with_name("LICENSE").is_file()
    shipped = {path.relative_to(registry.DATA_FOLDER).as_posix() for path in registry.DATA_FOLDER.rglob("*.gz")}
    assert shipped == set(PATHS.values())


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """Read the data from a copy, which may be damaged."""
    folder = tmp_path / "data"
    shutil.copytree(registry.DATA_FOLDER, folder)
    monkeypatch.setattr(registry, "DATA_FOLDER", folder)
    return folder


def truncate(path):
    path.write_bytes(path.read_bytes()[:-100])


def halve(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path):
    path.write_bytes(b"")


def flip_a_byte(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.write_bytes(content)


def change_the_content(path):
    content = bytearray(gzip.decompress(path.read_bytes()))
    content[-1] ^= 1  # one pixel or one label, in a file that is valid in every other way
    path.write_bytes(gzip.compress(content, 1))


def replace_by_text(path):
    path.write_text("<!doctype html>", encoding="utf-8")  # what a captive portal returns instead of a file


def point_to_a_pointer(path):
    path.write_text("version https://git-lfs.github.com/spec/v1\n", encoding="utf-8")


def remove(path):
    path.unlink()


def make_a_folder(path):
    path.unlink()
    path.mkdir()


FAULTS = {
    truncate: "cannot be read",
    halve: "cannot be read",
    empty: "was altered",
    flip_a_byte: "cannot be read|was altered",
    change_the_content: "was altered",
    replace_by_text: "cannot be read",
    point_to_a_pointer: "cannot be read",
    remove: "is missing",
    make_a_folder: "cannot be read",
}


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_damaged_file_is_an_error_that_names_the_remedy(copied, fault, name):
    registry.read_verified(name)  # the copy is good until it is damaged
    fault(copied / PATHS[name])
    with pytest.raises(DatasetError, match=FAULTS[fault]) as error:
        registry.read_verified(name)
    assert PATHS[name] in str(error.value)
    assert "git checkout -- gru_lib/datasets/data" in str(error.value)


@pytest.mark.parametrize("name", [name for name in PATHS if name.startswith("mnist")])
def test_mnist_is_not_loaded_in_part(copied, name):
    change_the_content(copied / PATHS[name])
    with pytest.raises(DatasetError, match="was altered"):
        load_mnist()


def test_two_files_in_each_others_place_are_noticed(copied):
    train, test = (copied / PATHS[f"mnist-{part}-labels"] for part in ("train", "test"))
    content = train.read_bytes()
    train.write_bytes(test.read_bytes())
    test.write_bytes(content)
    with pytest.raises(DatasetError, match="was altered"):
        load_mnist()


def test_no_flipped_byte_anywhere_gives_another_array(copied):
    # the gzip header holds bytes that mean nothing (a date), so that a flip may be harmless; it is never wrong
    path = copied / PATHS["mnist-test-labels"]
    genuine = path.read_bytes()
    content, errors = registry.read_verified("mnist-test-labels"), 0
    positions = [*range(20), *range(20, len(genuine), 97), *range(len(genuine) - 8, len(genuine))]
    for position in positions:
        damaged = bytearray(genuine)
        damaged[position] ^= 0xFF
        path.write_bytes(damaged)
        try:
            assert registry.read_verified("mnist-test-labels") == content
        except DatasetError:
            errors += 1
    assert errors > len(positions) - 20


@pytest.mark.parametrize("module", ["gru_lib", "gru_lib.scratch", "gru_lib.datasets"])
def test_import_loads_no_framework(module):
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
    code = f"import numpy, sys; before = set(sys.modules); import {module}; print(*(set(sys.modules) - before))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert module in loaded
    assert not {name.partition(".")[0] for name in loaded} & frameworks
