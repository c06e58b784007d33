"""Oracles and Hypothesis profile shared by all tests."""

import importlib.util
import os
import platform
import sys

import pytest
from hypothesis import settings

# Derandomised: a change breaks a test because of what it does, never because of the day.
settings.register_profile("book", derandomize=True, deadline=None, max_examples=40)
settings.load_profile("book")

# The frameworks no longer build for Macs with Intel processors; there, and only there, CI may lack them.
NO_BUILD_HERE = sys.platform == "darwin" and platform.machine() == "x86_64"


def import_or_skip(package):
    try:
        return importlib.import_module(package)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise  # it is installed, and broken
    if os.environ.get("CI") == "true" and not NO_BUILD_HERE:
        pytest.fail(f"{package} is not installed; in CI every oracle must run", pytrace=False)
    return pytest.skip(f"{package} is not installed; install the `test` and `notebooks` extras, and PyTorch")


@pytest.fixture(scope="session")
def require_backend():
    """Ask for Keras and a backend without importing them here: a process can have one backend only."""

    def ask(backend):
        for package in ("keras", backend):
            if importlib.util.find_spec(package) is None:
                import_or_skip(package)  # skips or fails, as it has to

    return ask


@pytest.fixture(scope="session")
def require():
    """Import an oracle such as ``require("torch")``; without it the test is skipped, in CI it fails."""
    return import_or_skip
