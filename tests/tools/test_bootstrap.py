"""The set-up says plainly what is missing, and can be repeated; the faults are real where they can be."""

import os
import shutil
import subprocess
import sys
from collections import namedtuple

import pytest

from tests.support import ROOT
from tools import bootstrap, pdf, site


@pytest.fixture
def project(tmp_path):
    """A copy of what the set-up reads, in a folder with spaces; nothing here touches the real environment."""
    folder = tmp_path / "a folder with spaces"
    for name in ("pyproject.toml", "constraints.txt", "tools/__init__.py", "tools/bootstrap.py", "Makefile"):
        target = folder / name
        target.parent.mkdir(exist_ok=True, parents=True)
        shutil.copy(ROOT / name, target)
    return folder


def run_without_network(project):
    """Run the set-up with a package index at a closed port of this machine."""
    offline = {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_EXTRA_INDEX_URL": "",
        "PIP_FIND_LINKS": "",
        "PIP_RETRIES": "0",
        "PIP_NO_CACHE_DIR": "1",
        "PIP_USER": "1",  # pip refuses that in an environment, and it must not hide what is really wrong
        "PIP_TARGET": str(project / "elsewhere"),
    }
    command = [sys.executable, "-m", "tools.bootstrap", "book"]
    return subprocess.run(command, cwd=project, env=os.environ | offline, capture_output=True, text=True)


def test_no_network_and_a_broken_environment(project):
    """A half-made .venv is made again; without the index the message names the network and what to do."""
    (project / ".venv/bin").mkdir(parents=True)
    (project / ".venv/bin/python").write_text("#!/bin/sh\nexit 1\n")
    (project / ".venv/bin/python").chmod(0o755)
    run = run_without_network(project)
    assert run.returncode != 0
    assert "no network" in run.stderr
    assert "user" not in run.stderr
    assert not (project / "elsewhere").exists()
    assert "Run the same command again" in run.stderr
    assert "Traceback" not in run.stderr.rsplit("✗", 1)[-1]
    assert subprocess.run([project / ".venv/bin/python", "-m", "pip", "--version"], capture_output=True).returncode == 0
    assert not list((project / ".venv").glob(".installed-*")), "a failed installation must not count as done"


def test_a_file_where_the_environment_goes(project):
    (project / ".venv").write_text("mine")
    run = run_without_network(project)
    assert run.returncode == 1
    assert ".venv is in the way" in run.stderr
    assert (project / ".venv").read_text() == "mine"


def test_a_checkout_that_cannot_be_written(monkeypatch, tmp_path):
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / "python")
    monkeypatch.setattr(bootstrap.os, "access", lambda path, mode: (path, mode) != (ROOT, os.W_OK))
    with pytest.raises(SystemExit, match=r"cannot be written, and [.]venv goes there"):
        bootstrap.make_environment()


@pytest.mark.parametrize("build", [site.main, pdf.main])
def test_a_file_where_the_site_goes(monkeypatch, tmp_path, capsys, build):
    (tmp_path / "_build").write_text("mine")
    monkeypatch.setattr(site, "HTML", tmp_path / "_build" / "html")
    monkeypatch.setattr(pdf, "find_browser", lambda: "chromium")
    assert build() == 1
    assert "_build is in the way" in capsys.readouterr().out
    assert (tmp_path / "_build").read_text() == "mine"


@pytest.mark.parametrize(
    ("target", "results", "command"),
    [("record", "/results", "-m tools.notebooks execute"), ("notebooks", "", "-m jupyterlab chapters")],
)
def test_make_hands_on_paths_with_spaces_and_neither_foreign_packages_nor_threads(project, target, results, command):
    """With a program that shows what it is given in the place of the environment's Python."""
    python = project / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$GRU_LIB_RESULTS|$PYTHONPATH|$OPENBLAS_NUM_THREADS|$*"\n')
    python.chmod(0o755)
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("OPENBLAS", "MAKE", "MFLAGS"))
    }
    environment["PYTHONPATH"] = "foreign"
    make = ["make", "PYTHON=true", target]
    run = subprocess.run(make, cwd=project, env=environment, capture_output=True, text=True)
    assert run.stdout == f"{project if results else ''}{results}|||{command}\n", run.stderr


@pytest.mark.parametrize("version", [(3, 10, 9), (3, 14, 0), (2, 7, 18)])
def test_python_of_the_wrong_version(monkeypatch, version):
    monkeypatch.setattr(bootstrap.sys, "version_info", version)
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 to 3\.13"):
        bootstrap.check_machine(0)


def test_full_disk(monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(bootstrap.shutil, "disk_usage", lambda _: usage(10, 9, 500_000_000))
    with pytest.raises(SystemExit, match=r"0\.5 GB are free .* needs 6 GB"):
        bootstrap.check_machine(6)


def test_python_without_venv(monkeypatch, tmp_path):
    """As on Debian without python3-venv: the module fails."""
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / "python")
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / "file" / "venv")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SystemExit, match="apt-get install python3-venv"):
        bootstrap.make_environment()


def test_installs_once_and_again_when_the_pins_change(monkeypatch, project):
    calls = []
    monkeypatch.setattr(bootstrap, "VENV", project)
    monkeypatch.setattr(bootstrap, "CONSTRAINTS", project / "constraints.txt")
    monkeypatch.setattr(bootstrap, "pip", lambda *arguments: calls.append(arguments) or True)
    bootstrap.install("book")
    bootstrap.install("book")
    assert len(calls) == 1
    (project / "constraints.txt").write_text("numpy==2.0.0\n")
    bootstrap.install("book")
    assert len(calls) == 2


def test_unknown_set():
    with pytest.raises(SystemExit, match="usage"):
        bootstrap.main(["everything"])


@pytest.mark.parametrize("newest", [True, False])
def test_the_pins_are_left_out_only_where_the_newest_are_asked_for(monkeypatch, newest):
    commands = []
    done = subprocess.CompletedProcess([], 0)
    monkeypatch.setattr(bootstrap, "NEWEST_RELEASES", newest)
    monkeypatch.setattr(bootstrap.subprocess, "run", lambda command, **_: commands.append(command) or done)
    assert bootstrap.pip("numpy")
    assert ("-c" in commands[0]) != newest


def test_without_pytorch_the_next_run_tries_again(monkeypatch, project):
    tries = []
    monkeypatch.setattr(bootstrap, "VENV", project)
    monkeypatch.setattr(bootstrap, "pip", lambda *_: True)
    monkeypatch.setattr(bootstrap, "check_machine", lambda _: None)
    monkeypatch.setattr(bootstrap, "install_pytorch", lambda: tries.append(1) or len(tries) > 1)
    for _ in range(3):
        bootstrap.install("test")
    assert len(tries) == 2
