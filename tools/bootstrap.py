"""Make the project's own environment in .venv, with pinned packages; safe to repeat and to interrupt.

python3 -m tools.bootstrap book         what the site build needs
python3 -m tools.bootstrap notebooks    that, and what the notebooks need
python3 -m tools.bootstrap test         that, and every checker and oracle
python3 -m tools.bootstrap gpu          what the notebooks need, with TensorFlow for CUDA (on Linux)

GRU_LIB_NEWEST=1 leaves the pins out, for the weekly test with the newest releases.
Where a folder `wheels` stands in the book, as tools/bundle.py makes it, packages come from there and from nowhere else.
It uses nothing but the standard library, since it runs before anything is installed.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from tools import ROOT

VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
CONSTRAINTS = ROOT / "constraints.txt"
NEWEST_RELEASES = bool(os.environ.get("GRU_LIB_NEWEST"))
# They would send packages elsewhere, or bring others in.
MISLEADING = ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PYTHONPATH", "PYTHONHOME")
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in MISLEADING} | {"PIP_USER": "0"}
WHEELS = ROOT / "wheels"
MADE_FOR = "made-for.txt"  # in that folder: the kind of computer that its packages are for
if WHEELS.is_dir():
    ENVIRONMENT |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": WHEELS.as_uri()}  # an address, for there may be spaces
OLDEST, NEWEST = (3, 11), (3, 13)
# For each set: the extras of pyproject.toml, and the free disk space that they need, in GB.
SETS = {
    "book": ("book", 1),
    "notebooks": ("book,notebooks,fast", 4),
    "test": ("book,notebooks,fast,test", 6),
    "gpu": ("notebooks,fast,cuda" if sys.platform == "linux" else "notebooks,fast", 12),
}


def stop(message: str) -> None:
    """End with a message that says what is missing and what to do."""
    sys.exit(f"\n✗ {message}")


def machine() -> str:
    """Return the kind of this computer, as far as packages depend on it."""
    return f"Python {sys.version_info[0]}.{sys.version_info[1]} on {platform.system()} {platform.machine()}"


def check_wheels() -> None:
    """Stop where the packages in this folder are incomplete, or for another kind of computer."""
    if not WHEELS.is_dir():
        return
    if not (WHEELS / MADE_FOR).exists():
        stop(f"{WHEELS} is not complete: its {MADE_FOR} is missing. Copy the folder again, or make it again.")
    made_for = (WHEELS / MADE_FOR).read_text(encoding="utf-8").strip()
    if made_for != machine():
        stop(
            f"The packages in {WHEELS} are for {made_for}; this is {machine()}.\n"
            "  Take that Python (make PYTHON=python3.12 …, Windows: py -3.12 -m tools.make …) or another bundle.\n"
            "  Where there is a network, delete the folder."
        )


def check_machine(gigabytes: int) -> None:
    """Stop if this Python or the disk cannot do it."""
    have = ".".join(map(str, sys.version_info[:3]))
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        stop(
            f"This is Python {have}; the book needs Python 3.{OLDEST[1]} to 3.{NEWEST[1]}.\n"
            "  Install one of them (Debian and Ubuntu: sudo apt-get install python3.12 python3.12-venv; macOS: brew "
            "install python@3.12)\n  and run `make PYTHON=python3.12 …`."
        )
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < gigabytes:
        stop(f"{free:.1f} GB are free on the disk of {ROOT.name}/; this step needs {gigabytes} GB. Free some space.")


def make_environment() -> None:
    """Create .venv if there is none that works; a broken or half-made one is made again."""
    pip_says = [PYTHON, "-m", "pip", "--version"]
    if PYTHON.exists() and subprocess.run(pip_says, env=ENVIRONMENT, capture_output=True).returncode == 0:
        return
    if not os.access(ROOT, os.W_OK):
        stop(f"The folder {ROOT} cannot be written, and .venv goes there. Clone the book into a folder of your own.")
    if os.path.lexists(VENV) and not VENV.is_dir():
        stop(f"{VENV} is in the way: the environment is a folder of that name. Move it elsewhere, or delete it.")
    print("Making the environment .venv …", flush=True)
    if subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], env=ENVIRONMENT).returncode:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        stop(
            "Python could not make a virtual environment (its own words are above).\n"
            f"  On Debian and Ubuntu: sudo apt-get install python3-venv (or python{version}-venv), then run this again."
        )


def fingerprint(name: str) -> str:
    """Return what the installed set depends on, in one word."""
    digest = hashlib.sha256(f"{name} {NEWEST_RELEASES}".encode())
    for path in (ROOT / "pyproject.toml", CONSTRAINTS, Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def installed(name: str) -> bool:
    """Say whether a set, or one that has all of it, is installed as it is pinned today."""
    wanted = set(SETS[name][0].split(","))
    stamps = {one: VENV / f".installed-{one}" for one, (extras, _) in SETS.items() if wanted <= set(extras.split(","))}
    return any(stamp.exists() and stamp.read_text() == fingerprint(one) for one, stamp in stamps.items())


def pip(*arguments: str, show: bool = True) -> bool:
    """Run pip within the pins, by default with its progress shown; return whether it succeeded."""
    pins = [] if NEWEST_RELEASES else ["-c", str(CONSTRAINTS)]
    command = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", *pins, *arguments]
    return subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=not show).returncode == 0


def install_pytorch() -> bool:
    """Install PyTorch's CPU build, an oracle of the tests; the default build for Linux brings gigabytes of CUDA.

    A wheel at hand (pip's find-links) comes first, then the CPU build chosen by uv, which knows where PyTorch keeps it.
    """
    pin = next(line for line in CONSTRAINTS.read_text().splitlines() if line.startswith("torch=="))
    version = "import torch; print(torch.__version__.split('+')[0])"
    found = subprocess.run([PYTHON, "-c", version], env=ENVIRONMENT, capture_output=True)
    if found.stdout.decode().strip() == pin.removeprefix("torch=="):
        return True
    print("Installing PyTorch (CPU) …", flush=True)
    # What it needs, by name, so that `--no-index` finds all of it installed.
    pip("--quiet", "filelock", "fsspec", "jinja2", "networkx", "setuptools", "sympy", "typing-extensions", "uv")
    if pip("--no-index", pin, show=False):
        return True
    if sys.platform != "linux":
        return pip(pin)
    uv = [PYTHON, "-m", "uv", "pip", "install", "--torch-backend=cpu", f"--python={PYTHON}", pin]
    return subprocess.run(uv, env=ENVIRONMENT).returncode == 0


def install(name: str) -> None:
    """Install one set, unless it is installed already."""
    if installed(name):
        return
    extras, gigabytes = SETS[name]
    check_machine(gigabytes)
    check_wheels()
    print(f"Installing the packages for '{name}' …", flush=True)
    if not pip("-e", f".[{extras}]"):
        stop(
            "pip could not install the packages (its own words are above). The usual reasons:\n"
            "  no network, or a proxy that pip does not know (set HTTPS_PROXY); the disk is full.\n"
            "  Run the same command again: what was downloaded is kept."
        )
    if name == "test" and not install_pytorch():
        print("PyTorch could not be installed; the tests that compare with it are skipped, and say so.", flush=True)
        return  # without the stamp the next run tries again
    (VENV / f".installed-{name}").write_text(fingerprint(name))


def main(arguments: list[str]) -> None:
    """Run the command line."""
    if len(arguments) != 1 or arguments[0] not in SETS:
        stop(f"usage: python3 -m tools.bootstrap {{{','.join(SETS)}}}")
    check_machine(0)
    make_environment()
    install(arguments[0])


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        stop("Interrupted. Run the same command again to go on from here.")
    except OSError as error:
        stop(f"{error}. The disk may be full or not writable.")
