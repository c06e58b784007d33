"""A figure is recorded under the device, the processor and the code that made it."""

import platform
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gru_lib.records import device, provenance
from gru_lib.records.provenance import _commit, same_conditions


def test_device_is_cpu_where_no_framework_is_loaded():
    code = "from gru_lib.records import device, provenance; assert provenance()['backend'] is None; print(device())"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "cpu"


def test_device_is_that_of_keras_whatever_else_is_imported(require, monkeypatch):
    keras, torch = require("keras"), require("torch")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _: "NVIDIA H200  NVL")
    for backend, name in {"tensorflow": "cpu", "jax": "cpu", "numpy": "cpu", "torch": "nvidia-h200-nvl"}.items():
        monkeypatch.setattr(keras.backend, "backend", lambda backend=backend: backend)
        assert device() == name, backend
    assert device("torch") == "nvidia-h200-nvl"
    assert device("numba") == "cpu"


def test_device_of_jax_and_tensorflow_is_asked_of_them(require, monkeypatch):
    jax, tf = require("jax"), require("tensorflow")
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    assert device("jax") == "-".join(jax.devices()[0].device_kind.lower().split())
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [f"/physical_device:{kind}:0"])
    monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda _: {"device_name": "Tesla T4"})
    assert device("tensorflow") == "tesla-t4"
    monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda _: {})
    assert device("tensorflow") == "gpu"


def test_the_processor_has_the_name_that_the_system_gives_it():
    cpuinfo = Path("/proc/cpuinfo")
    named = re.search(r"^model name\s*: (.+)$", cpuinfo.read_text(), re.MULTILINE) if cpuinfo.exists() else None
    assert provenance()["processor"] == (named[1] if named else platform.machine())


def test_the_commit_is_that_of_git(tmp_path, monkeypatch):
    assert re.fullmatch(r"[0-9a-f]{12}(\+changes)?|unknown", _commit())
    monkeypatch.setenv("PATH", str(tmp_path))
    assert _commit() == "unknown"


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"date": "2000-01-01"}, True),
        ({"commit": "f" * 12}, False),
        ({"cores": 1}, False),
        ({"versions": {}}, False),
    ],
)
def test_conditions_are_the_same_if_only_the_date_differs(change, same):
    now = provenance() | {"commit": "0" * 12}
    assert same_conditions(now, now | change) == same


@pytest.mark.parametrize("commit", ["unknown", "0" * 12 + "+changes"])
def test_unknown_code_is_never_the_same(commit):
    now = provenance() | {"commit": commit}
    assert not same_conditions(now, now)
