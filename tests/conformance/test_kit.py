"""The kit as a distribution of its own: built, installed and used where there is NumPy and nothing else."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from tests.support import ROOT

GRU = """
from gru_lib.scratch import gru_forward


def right(x, weights, *, h0=None):
    return gru_forward(x, weights, h0=h0)
"""
TEST = """
from my_gru import right


def test_mine(gru_conformance):
    gru_conformance(right)
"""
WHAT_IS_IMPORTED = """
import json, runpy, sys, types
sys.argv = ["kit", "my_gru:right", "--json"]
try:
    runpy.run_module("gru_lib.conformance", run_name="__main__")
except SystemExit as stop:
    status = stop.code
import gru_lib.porting.__main__
found = {name.partition(".")[0] for name, module in sys.modules.items() if getattr(module, "__file__", None)}
print(json.dumps([status, sorted(found - sys.stdlib_module_names - {"__main__"})]), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory, require):
    require("setuptools")
    folder = tmp_path_factory.mktemp("kit")
    shutil.copytree(ROOT / "kit", folder / "kit", ignore=shutil.ignore_patterns("build"))
    shutil.copytree(ROOT / "gru_lib", folder / "gru_lib", ignore=shutil.ignore_patterns("data", "__pycache__"))
    pip(folder, "wheel", "--no-build-isolation", "--wheel-dir", "dist", "./kit")
    [path] = (folder / "dist").iterdir()
    return path


def pip(folder, command, *arguments):
    call = [sys.executable, "-m", "pip", command, "--quiet", "--no-deps", "--no-index", *arguments]
    subprocess.run(call, cwd=folder, check=True)


@pytest.fixture(scope="module")
def run(wheel, tmp_path_factory):
    """Return a function that runs Python with the kit, NumPy, and the packages that are named beside them."""
    folder = tmp_path_factory.mktemp("alone")
    pip(folder, "install", "--target", "installed", str(wheel))
    (folder / "my_gru.py").write_text(GRU, encoding="utf-8")
    (folder / "test_mine.py").write_text(TEST, encoding="utf-8")

    def run(*arguments, beside=()):
        (folder / "site").mkdir(exist_ok=True)
        for package in ("numpy", *beside):
            place = Path(importlib.util.find_spec(package).origin)
            place = place.parent if place.name == "__init__.py" else place
            for path in (place, place.parent / f"{package}.libs"):
                if path.exists() and not (folder / "site" / path.name).exists():
                    (folder / "site" / path.name).symlink_to(path)
        environment = {"PYTHONPATH": f"{folder / 'installed'}:{folder / 'site'}", "PYTHONUTF8": "1"}
        command = [sys.executable, "-S", "-P", *arguments]
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8")

    return run


def test_the_wheel_is_small_and_holds_the_kit_and_the_porter_alone(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    rooms = {name.split("/")[1] for name in names if name.startswith("gru_lib/") and name.count("/") > 1}
    assert rooms == {"conformance", "frameworks", "porting", "records", "scratch"}
    assert wheel.stat().st_size < 300_000
    assert all(name.endswith(".py") for name in names if name.startswith("gru_lib/"))


def test_the_command_works_with_numpy_and_imports_nothing_else(run):
    done = run("-c", "import sys; sys.path.insert(0, str())\n" + WHAT_IS_IMPORTED)
    assert json.loads(done.stderr) == [0, ["gru_lib", "my_gru", "numpy"]], done.stderr
    assert json.loads(done.stdout)["verdict"] == "gru"


def test_pytest_finds_its_plugin(run):
    beside = ("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments", "py")
    done = run("-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", ".", "test_mine.py", beside=beside)
    assert "1 passed" in done.stdout, done.stdout + done.stderr


# ----- the action -----------------------------------------------------------------------------------------------------

ACTION = ROOT / ".github/actions/conformance/action.yml"
FORGETFUL = (
    "from gru_lib.scratch import gru_forward\n\n\ndef gru(x, weights, *, h0=None):\n    return gru_forward(x, weights)"
)


@pytest.mark.parametrize(("inputs", "status"), [({"GRU": "my_gru:right"}, 0), ({"GRU": "wrong:gru"}, 1), ({}, 2)])
def test_the_action_tests_what_it_is_given(tmp_path, inputs, status):
    action = yaml.safe_load(ACTION.read_text(encoding="utf-8"))
    install, test = action["runs"]["steps"]
    assert (ACTION.parent / "../../../kit/pyproject.toml").resolve() == ROOT / "kit/pyproject.toml"
    assert install["run"].endswith('"$GITHUB_ACTION_PATH/../../../kit"')
    (tmp_path / "my_gru.py").write_text(GRU, encoding="utf-8")
    (tmp_path / "wrong.py").write_text(FORGETFUL, encoding="utf-8")
    named = {name: action["inputs"][value.split(".")[1].strip(" }")]["default"] for name, value in test["env"].items()}
    environment = {**os.environ, **named, **inputs, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-e", "-c", test["run"]], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == status, done.stderr
    assert ("✓ right is a GRU" in done.stdout, "initial state ignored" in done.stdout) == (status == 0, status == 1)
    assert (tmp_path / "gru-badge.json").exists() == (status < 2)
