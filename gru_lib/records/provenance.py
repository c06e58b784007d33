"""What a measured figure depends on: device, versions, commit, date."""

import os
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("numpy", "keras", "tensorflow", "jax", "torch")


def device(framework: str | None = None) -> str:
    """Return the name of the device that a framework computes on: "cpu", or a slug of the accelerator's name.

    Parameters
    ----------
    framework : str, optional
        "torch", "jax" or "tensorflow"; by default the backend of Keras, if Keras is imported.
        Anything else computes on the CPU.
    """
    if framework is None and (keras := sys.modules.get("keras")) is not None:
        framework = keras.backend.backend()
    name = "cpu"
    if framework == "torch":
        import torch

        name = torch.cuda.get_device_name(0) if torch.cuda.is_available() else name
    elif framework == "jax":
        import jax

        name = jax.devices()[0].device_kind if jax.default_backend() != "cpu" else name
    elif framework == "tensorflow":
        import tensorflow as tf

        if cards := tf.config.list_physical_devices("GPU"):
            name = tf.config.experimental.get_device_details(cards[0]).get("device_name", "gpu")
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


def same_conditions(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Say whether two provenances differ in the date alone, and the code is known: a commit without changes."""
    known = re.fullmatch("[0-9a-f]+", one["commit"])
    return bool(known) and one | {"date": None} == other | {"date": None}


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
