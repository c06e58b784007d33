"""The check of a set-up finds what is missing and names the remedy; the faults are real where they can be."""

import os
import subprocess
import sys

import pytest

from tests.support import ROOT
from tools import bootstrap, ready


@pytest.fixture
def computer(tmp_path, monkeypatch):
    """A computer on which the packages are installed: this Python stands for the one of .venv."""
    monkeypatch.setattr(ready, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path)
    monkeypatch.setattr(bootstrap, "PYTHON", sys.executable)
    monkeypatch.setattr(ready.bootstrap, "check_machine", lambda _: None)
    (tmp_path / ".installed-notebooks").write_text(bootstrap.fingerprint("notebooks"))
    (tmp_path / "imdb_reviews.jsonl.xz").write_text("")
    monkeypatch.setenv("GRU_LIB_DATA", str(tmp_path))
    monkeypatch.setitem(bootstrap.ENVIRONMENT, "PYTHONPATH", str(ROOT))
    monkeypatch.setitem(bootstrap.ENVIRONMENT, "GRU_LIB_DATA", str(tmp_path))
    return tmp_path


@pytest.mark.weekly
@pytest.mark.usefixtures("computer")
def test_a_computer_that_has_all_computes_a_gru_and_is_ready(capsys):
    assert ready.main() == 0
    said = capsys.readouterr().out
    assert "✓ Keras computes with " in said
    assert "and this book's GRU agrees with it" in said
    assert "✓ the film reviews are here" in said
    assert "○ the website is not built" in said
    assert said.endswith("✓ Ready.\n")


@pytest.mark.weekly
def test_a_package_that_is_broken(computer, monkeypatch):
    (computer / "keras.py").write_text("raise ImportError('half of Keras is missing')")
    monkeypatch.setitem(bootstrap.ENVIRONMENT, "PYTHONPATH", f"{computer}{os.pathsep}{ROOT}")
    monkeypatch.setitem(bootstrap.ENVIRONMENT, "GRU_LIB_DATA", str(computer / "nowhere"))
    monkeypatch.setitem(bootstrap.ENVIRONMENT, "KERAS_HOME", str(computer))
    lab, keras, reviews = ready.environment()
    assert (lab.sign, keras.sign) == ("✓", "✗")
    assert "half of Keras is missing" in keras.what
    assert keras.remedy.startswith("delete the folder .venv, then make notebooks")
    assert reviews.sign in "✓○", "the package with the reviews may be installed here"


def test_changed_pins_are_a_set_up_of_yesterday(computer, monkeypatch, capsys):
    (computer / ".installed-notebooks").write_text("yesterday's")
    monkeypatch.setattr(ready, "source", lambda: ready.Finding("✓", "pip reaches its packages"))
    assert ready.main() == 1
    assert capsys.readouterr().out.endswith(
        "Not ready: the packages of the notebooks are not installed. The remedy stands above.\n"
    )


def test_no_network(monkeypatch):
    for name, text in {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_FIND_LINKS": "",
    }.items():
        monkeypatch.setitem(bootstrap.ENVIRONMENT, name, text)
    found = ready.source()
    assert (found.sign, found.what) == ("✗", "pip reaches no packages")
    assert "tools/bundle.py" in found.remedy


def test_a_bundle_for_another_computer(tmp_path, monkeypatch):
    monkeypatch.setattr(bootstrap, "WHEELS", tmp_path)
    (tmp_path / bootstrap.MADE_FOR).write_text(bootstrap.machine())
    assert ready.source().sign == "✓"
    (tmp_path / bootstrap.MADE_FOR).write_text("Python 3.9 on Amiga m68k")
    assert "Python 3.9 on Amiga m68k" in ready.source().remedy


def test_a_python_of_the_wrong_version_and_one_without_venv(monkeypatch):
    monkeypatch.setattr(ready.importlib.util, "find_spec", lambda _: None)
    assert ready.python().remedy.endswith("apt-get install python3-venv")
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 9, 0))
    assert "needs Python 3.11 to 3.13" in ready.python().remedy


def test_a_folder_of_somebody_else(monkeypatch):
    monkeypatch.setattr(ready.os, "access", lambda *_: False)
    assert ready.folder().remedy == "put the book into a folder of your own"


def test_a_program_that_does_not_end_is_given_up(monkeypatch):
    monkeypatch.setattr(ready, "PATIENCE", 0.01)
    went_well, said = ready.run(sys.executable, "-c", "while True: pass")
    assert not went_well
    assert "timed out" in said


def test_it_says_what_one_types_on_windows(monkeypatch):
    assert ready.command("book") == "make book"
    monkeypatch.setattr(ready.os, "name", "nt")
    assert ready.command("book") == "powershell -ExecutionPolicy Bypass -File make.ps1 book"


def test_it_runs_before_anything_is_installed():
    """Isolated from all packages, as with a fresh Python."""
    code = f"import sys; sys.path[:0] = [{str(ROOT)!r}]; import tools.ready, tools.make, tools.bundle"
    assert subprocess.run([sys.executable, "-I", "-S", "-c", code]).returncode == 0


def test_the_packages_of_the_tests_are_more_than_enough(computer):
    (computer / ".installed-notebooks").unlink()
    assert not bootstrap.installed("notebooks")
    (computer / ".installed-test").write_text(bootstrap.fingerprint("test"))
    assert bootstrap.installed("notebooks") and bootstrap.installed("book") and not bootstrap.installed("gpu")
