"""One set of packages: pyproject.toml asks, constraints.txt pins, environment.yml repeats."""

import re
import tomllib
from importlib.metadata import distributions

import pytest
import yaml
from packaging.specifiers import SpecifierSet

from tests.support import ROOT

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PROJECT = PYPROJECT["project"]
EXTRAS = PROJECT["optional-dependencies"]


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def asked(*extras):
    wanted = PROJECT["dependencies"] + [one for extra in extras for one in EXTRAS[extra]]
    return {canonical(re.match(r"[\w.-]+", one).group()) for one in wanted}


def pins(lines):
    found = (line.split("==") for line in lines if "==" in line and not line.startswith("#"))
    return {canonical(name.strip()): version.strip() for name, version in found}


CONSTRAINTS = pins((ROOT / "constraints.txt").read_text().splitlines())
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text())
[PIP] = [one["pip"] for one in ENVIRONMENT["dependencies"] if isinstance(one, dict)]


def test_everything_asked_for_is_pinned():
    assert asked(*EXTRAS) <= set(CONSTRAINTS)
    assert "torch" in CONSTRAINTS


def test_what_builds_the_package_is_pinned_alike():
    assert PYPROJECT["build-system"]["requires"] == [f"setuptools=={CONSTRAINTS['setuptools']}"]


def test_pins_are_plain():
    """No addresses, no local versions: the file works with every index."""
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        assert line.startswith("#") or re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line), line


@pytest.mark.parametrize("python", ["3.11.0", "3.12.0", "3.13.0"])
def test_every_pin_allows_the_first_release_of_a_python(python):
    """Debian 12 has Python 3.11.2, and a package may ask for a later one."""
    asking = {canonical(one.name): one.metadata["Requires-Python"] for one in distributions()}
    pinned = {name: asking[name] for name in CONSTRAINTS if asking.get(name)}
    assert len(pinned) > 100
    assert {name: wants for name, wants in pinned.items() if python not in SpecifierSet(wants)} == {}


def test_environment_has_the_same_packages_at_the_same_versions():
    listed = pins(PIP)
    assert set(listed) == asked("book", "notebooks", "fast")
    assert {name: CONSTRAINTS[name] for name in listed} == listed


def test_the_environment_with_cuda_differs_in_tensorflow_alone():
    plain, cuda = ((ROOT / name).read_text().splitlines() for name in ("environment.yml", "environment-cuda.yml"))
    plain, cuda = (
        [line for line in lines if not line.startswith(("#", "name:", "      - tensorflow"))] for lines in (plain, cuda)
    )
    assert plain == cuda
    assert f"- tensorflow[and-cuda]=={CONSTRAINTS['tensorflow']}\n" in (ROOT / "environment-cuda.yml").read_text()


def test_environment_installs_the_package_itself():
    assert "--editable ." in PIP


def test_environment_python_is_one_that_the_project_allows():
    [python] = [one for one in ENVIRONMENT["dependencies"] if isinstance(one, str) and one.startswith("python=")]
    minor = int(python.split(".")[1])
    low, high = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", PROJECT["requires-python"]).groups()
    assert int(low) <= minor < int(high)
