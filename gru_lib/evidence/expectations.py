"""Evidence: figures that are recorded with their provenance, and expectations that fail when they no longer hold."""

import json
import math
import os
import platform
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

RESULTS_VARIABLE = "GRU_LIB_RESULTS"
PACKAGES = ("numpy", "keras", "tensorflow", "jax", "torch")


class EvidenceError(AssertionError):
    """An expectation of a chapter does not hold."""


def expect(
    claim: str,
    value: float,
    *,
    between: tuple[float, float] | None = None,
    above: float | None = None,
    below: float | None = None,
) -> None:
    """Check a measured value, and print what holds without printing the value itself.

    Parameters
    ----------
    claim : str
        What is measured, or the order that is claimed.
    value : float
        The measurement; NaN never passes.
    between : (low, high), optional
        A band, ends included. It is printed, so give it as plain numbers.
    above, below : float, optional
        Another measurement that the value must exceed, or stay under.

    Raises
    ------
    EvidenceError
        If it does not hold; the message names the value.
    ValueError
        If not exactly one of between, above and below is given.

    Examples
    --------
    >>> expect("validation accuracy", 0.957, between=(0.94, 0.97))
    ✓ validation accuracy: between 0.94 and 0.97
    >>> expect("Adam learns faster than SGD", 0.98, above=0.95)
    ✓ Adam learns faster than SGD
    """
    given = [bound for bound in (between, above, below) if bound is not None]
    if len(given) != 1:
        raise ValueError(f"expect got {len(given)} of between, above and below; expected exactly one")
    if between is not None:
        low, high = between
        if not low <= value <= high:
            raise EvidenceError(f"{claim}: {value} is not between {low} and {high}")
        print(f"✓ {claim}: between {low} and {high}")
        return
    holds = value > above if above is not None else value < below  # type: ignore[operator]
    if not holds:
        relation, bound = ("above", above) if above is not None else ("below", below)
        raise EvidenceError(f"{claim}: {value} is not {relation} {bound}")
    print(f"✓ {claim}")


def record(name: str, value: float, *, unit: str = "", seed: int | None = None) -> float:
    """Store one measured figure in ``<results>/<device>.json``, with its provenance.

    Nothing is written unless the environment variable GRU_LIB_RESULTS names a folder
    (``make record`` sets it), so that reading a chapter changes no file.

    Parameters
    ----------
    name : str
        ``"chapter/what-was-measured"``.
    value : float
        A finite number.
    unit : str
        Such as "s", or empty for a share or a count.
    seed : int, optional
        The seed of the run.

    Returns
    -------
    float
        The value, so that a call can stand in an expression.

    Raises
    ------
    ValueError
        If the name has no chapter or the value is not finite.
    """
    chapter, _, figure = name.partition("/")
    if not chapter or not figure:
        raise ValueError(f"name is {name!r}; expected 'chapter/what-was-measured'")
    if not math.isfinite(value):
        raise ValueError(f"value of {name} is {value}; expected a finite number")
    folder = os.environ.get(RESULTS_VARIABLE)
    if folder:
        path = Path(folder) / f"{device()}.json"
        results = json.loads(path.read_text()) if path.exists() else {}
        entry = results.setdefault(chapter, {"figures": {}})
        entry["provenance"] = provenance()
        entry["figures"][figure] = {"value": float(value), "unit": unit, "seed": seed}
        _write(path, results)
    return value


def recorded(name: str, folder: Path, device: str = "cpu") -> float:
    """Return a figure that `record` stored, or raise KeyError naming what is missing."""
    chapter, _, figure = name.partition("/")
    path = Path(folder) / f"{device}.json"
    results = json.loads(path.read_text()) if path.exists() else {}
    try:
        return results[chapter]["figures"][figure]["value"]
    except KeyError:
        raise KeyError(f"{name} is not recorded in {path.name}; run `make record`") from None


def device() -> str:
    """Return the name of the device that Keras computes on: "cpu", or a slug of the accelerator's name."""
    torch, jax, tensorflow = (sys.modules.get(name) for name in ("torch", "jax", "tensorflow"))
    name = "cpu"
    if torch is not None and torch.cuda.is_available():
        name = torch.cuda.get_device_name(0)
    elif jax is not None and jax.default_backend() != "cpu":
        name = jax.devices()[0].device_kind
    elif tensorflow is not None and (gpus := tensorflow.config.list_physical_devices("GPU")):
        name = tensorflow.config.experimental.get_device_details(gpus[0]).get("device_name", "gpu")
    return "-".join(name.lower().split())


def provenance() -> dict[str, Any]:
    """Return what a figure depends on: device, processor, versions, backend, commit and date."""
    keras = sys.modules.get("keras")
    return {
        "device": device(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: found for name in PACKAGES if (found := _version(name))},
        "backend": keras.backend.backend() if keras is not None else None,
        "commit": _commit(),
        "date": datetime.now(UTC).date().isoformat(),
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    return next((line.split(": ", 1)[1] for line in lines if line.startswith("model name")), platform.machine())


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _commit() -> str:
    """Return the commit of the code; "+changes" if the tree differs from it in more than results."""
    folder = Path(__file__).parent

    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout

    try:
        changed = git("status", "--porcelain", "--", ":/gru_lib", ":/constraints.txt").strip()
        return git("rev-parse", "--short=12", "HEAD").strip() + ("+changes" if changed else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _write(path: Path, results: dict[str, Any]) -> None:
    """Replace the file in one move: an interruption leaves the old one whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=".tmp", delete=False, encoding="utf-8") as file:
        json.dump(results, file, indent=1, sort_keys=True, ensure_ascii=False)
        file.write("\n")
    Path(file.name).chmod(0o644)
    Path(file.name).replace(path)
