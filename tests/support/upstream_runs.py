"""Run the minimal tests of upstream/ as their receivers would: on the packages as released, or with our patches."""

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

from tests.support import ROOT

UPSTREAM = ROOT / "upstream"
TESTS = sorted(UPSTREAM.glob("*/test_*.py"))
PATCHES = sorted(UPSTREAM.glob("*/test_*.diff"))
BACKENDS = ("tensorflow", "jax", "torch")
RUN = """
import sys, pytest
sys.modules |= dict.fromkeys({"tensorflow"} - {sys.argv[1]})  # Keras does without it, and its import takes seconds
sys.exit(pytest.main(sys.argv[2:]))
"""


def backend_of(test):
    """Return the backend of Keras that a test asks for; one that asks for none runs beside those on JAX."""
    return "".join(re.findall(r'"KERAS_BACKEND"\] = "(\w+)"', test.read_text())) or "jax"


def as_installed(text):
    """ONNX Runtime's package has another layout than its repository."""
    return text.replace("onnxruntime/python/tools/", "onnxruntime/")


def patched_files(patch):
    return re.findall(r"^\+\+\+ b/(\S+)", as_installed(patch.read_text()), flags=re.M)


def copy_and_link(folder, place):
    """Copy one file of an installed package into a folder, and link all that lies beside its way."""
    [package] = find_spec(place.split("/")[0]).submodule_search_locations
    for part in [*reversed(Path(place).parents)][1:]:
        here = folder / part
        if here.is_symlink():
            here.unlink()
        here.mkdir(exist_ok=True)
        for beside in (Path(package).parent / part).iterdir():
            if beside.name != "__pycache__" and not (here / beside.name).exists():
                (here / beside.name).symlink_to(beside)
    if (folder / place).is_symlink():
        (folder / place).unlink()
        shutil.copy(Path(package).parent / place, folder / place)


def apply(folder, patches):
    """Make packages in a folder that differ from the installed ones by the patches alone."""
    for patch in patches:
        for place in patched_files(patch):
            copy_and_link(folder, place)
        command = ["git", "apply", "-"]
        subprocess.run(command, cwd=folder, input=as_installed(patch.read_text()), text=True, check=True)


def run(folder, tests, backend):
    """Return of each test file what its tests end with: None, or a message; with the packages of the folder, if any."""
    (folder / "empty.ini").touch()
    options = ["-c", "empty.ini", "--rootdir", str(ROOT), "--noconftest", "--import-mode=importlib"]
    options += ["-p", "no:cacheprovider", "-q", "--junitxml", "report.xml"]
    environment = {"PYTHONPATH": str(folder), "KERAS_BACKEND": backend, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    environment |= {"JAX_DISABLE_MOST_OPTIMIZATIONS": "true", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", RUN, backend, *options, *map(str, tests)]
    done = subprocess.run(command, cwd=folder, env=os.environ | environment, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    ends = {test: [] for test in tests}
    for case in ElementTree.parse(folder / "report.xml").iter("testcase"):
        [test] = [test for test in tests if case.get("classname").endswith(f"{test.parent.name}.{test.stem}")]
        ends[test].append(message(case))
    return ends


def message(case):
    """Return the message of a failure on one line, without colours."""
    if case.find("skipped") is not None:
        return f"skipped: {case.find('skipped').get('message')}"
    failure = case.find("failure")
    if failure is None:
        return None
    return " ".join(re.sub(r"\x1b\[[\d;]*m|#x1B\[[\d;]*m", "", failure.get("message")).split())
