"""Where there is no make, the same targets do the same: held against make itself."""

import os
import re
import subprocess
import sys

import pytest

from tests.support import ROOT
from tools import bootstrap, make

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
NEED_A_SHELL = {"help", "gpu", "bench", "clean"}
SPEAKS = '#!/bin/sh\necho "$(basename "$0")|$GRU_LIB_RESULTS|$TF_CPP_MIN_LOG_LEVEL|$PYTHONPATH|$PYTHONUTF8|$*"\n'


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """Programs that say what they are given, in the place of the environment's and of the Python at hand."""
    folder = tmp_path / "a book" / ".venv" / "bin"
    folder.mkdir(parents=True)
    for name in ("python", "ruff", "at-hand"):
        (folder / name).write_text(SPEAKS)
        (folder / name).chmod(0o755)
    monkeypatch.setattr(make, "ROOT", tmp_path / "a book")
    monkeypatch.setattr(bootstrap, "PYTHON", folder / "python")
    monkeypatch.setattr(make.sys, "executable", str(folder / "at-hand"))
    monkeypatch.setenv("PYTHONPATH", "foreign")
    for name in list(os.environ):
        if name.startswith(("MAKE", "MFLAGS", "GRU_LIB_RESULTS", "TF_")):
            monkeypatch.delenv(name)
    return folder


@pytest.mark.parametrize("target", sorted(set(make.targets(MAKEFILE)) - NEED_A_SHELL))
def test_every_target_does_what_it_does_with_make(programs, capfd, target):
    book = programs.parents[1]
    given = ["make", "-f", ROOT / "Makefile", f"PYTHON={programs / 'at-hand'}", f"VENV={programs}", target]
    given = [str(word).replace(" ", "\\ ") if "=" in str(word) else str(word) for word in given]
    expected = subprocess.run(given, cwd=book, capture_output=True, text=True)
    assert expected.returncode == 0, expected.stderr
    assert make.main([target]) == 0
    said = capfd.readouterr().out
    assert said == expected.stdout
    assert said.count("\n") == len(make.steps(MAKEFILE, target))


@pytest.mark.parametrize("target", sorted(NEED_A_SHELL))
def test_what_needs_a_shell_is_refused_and_not_half_done(target):
    with pytest.raises(SystemExit, match="needs make and a Unix shell"):
        make.steps(MAKEFILE, target)


def test_it_ends_with_the_first_step_that_fails(programs, capfd):
    (programs / "at-hand").write_text("#!/bin/sh\nexit 3\n")
    assert make.main(["book"]) == 3
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize("arguments", [["nonsense"], ["book", "test"]])
def test_an_unknown_target(arguments):
    with pytest.raises(SystemExit, match="one target, please, of help, ready, book"):
        make.main(arguments)


def test_without_a_target_it_lists_them(capsys):
    assert make.main([]) == 0
    assert "notebooks  open JupyterLab on the chapters" in capsys.readouterr().out


def test_the_powershell_script_looks_for_the_pythons_of_the_book_and_hands_on_to_this_module():
    """There is no PowerShell here: what can be held without one."""
    content = (ROOT / "make.ps1").read_bytes()
    assert content.isascii(), "Windows PowerShell 5.1 reads other letters wrongly"
    text = content.decode()
    assert "& $program @version -m tools.make @args\n    exit $LASTEXITCODE" in text
    minors = range(bootstrap.OLDEST[1], bootstrap.NEWEST[1] + 1)
    assert set(re.findall(r"py -3\.(\d+)", text)) == {str(minor) for minor in minors}
    [condition] = re.findall(r'\$allowed = "(.+)"', text)
    assert '"' not in condition, "PowerShell 5.1 loses inner quotation marks"
    assert subprocess.run([sys.executable, "-c", condition]).returncode == 0
    for version, allowed in {(3, 10): 1, (3, 11): 0, (3, 13): 0, (3, 14): 1}.items():
        code = condition.replace("sys.version_info[:2]", str(version))
        assert subprocess.run([sys.executable, "-c", code]).returncode == allowed, version
    assert all(text.count(one) == text.count(other) for one, other in ("()", "[]", "{}"))
