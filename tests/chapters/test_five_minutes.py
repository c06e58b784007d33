"""The page *Test your GRU in five minutes*: each piece of code on it runs as it stands, and says what the page says."""

import contextlib
import io
import os
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest
import yaml

from gru_lib.conformance.__main__ import main, parser
from gru_lib.conformance.report import Report
from tests.support import ROOT

PAGE = ROOT / "chapters/engineering/five_minutes.md"
TEXT = PAGE.read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, flags=re.M | re.S)


def heading(block):
    """Return the heading over a block."""
    return re.findall(r"^#+ (.*)$", TEXT[: TEXT.index(block)].replace("```", ""), flags=re.M)[-1]


@pytest.mark.parametrize("block", blocks("python"), ids=heading)
def test_the_python_on_the_page_runs(block, require, gru_conformance):
    for framework in re.findall(r"^import (torch|keras)", block, flags=re.M):
        require(framework)
    namespace, printed = {"__name__": "page"}, io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(block, PAGE.name, "exec"), namespace)
    expected = re.findall(r"print\(.*\)\s+# (.*)$", block, flags=re.M)
    assert [line for line in expected if line not in printed.getvalue()] == []
    if "test_my_gru" in namespace:
        namespace["test_my_gru"](gru_conformance)
    else:
        assert expected


def test_every_situation_has_a_section():
    [table] = re.findall(r"^\| I have .*?\n\n", TEXT, flags=re.M | re.S)
    wanted = re.findall(r"\(#([\w-]+)\)", table)
    assert len(wanted) == 6
    assert wanted == [label for label in re.findall(r"^\(([\w-]+)\)=$", TEXT, flags=re.M) if label in wanted]


def test_the_commands_on_the_page_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    for path in (PAGE.parent / "examples").iterdir():
        shutil.copy(path, tmp_path)
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)  # node, if it came by pip
    commands = [line for block in blocks("sh") for line in block.splitlines()]
    kit = [line.split("gru_lib.conformance ")[1] for line in commands if "gru_lib.conformance" in line]
    assert [line for line in kit if not parser().parse_args(shlex.split(line))] == []
    assert len(kit) == 3
    if not shutil.which("node"):
        pytest.skip("there is no node on this machine")
    assert main(shlex.split(kit[0])) == 0, capsys.readouterr().out


def test_the_yaml_on_the_page_fits_the_action():
    [block] = blocks("yaml")
    action = yaml.safe_load((ROOT / ".github/actions/conformance/action.yml").read_text(encoding="utf-8"))
    step = yaml.safe_load(block)[-1]
    assert step["uses"].split("@")[0].endswith(".github/actions/conformance")
    assert set(step["with"]) <= set(action["inputs"])


def test_the_verdicts_on_the_page_are_those_of_the_kit():
    named = set(re.findall(r"^\| [✓≈✗?].*?\| `([^`]+)` \|", TEXT, flags=re.M))
    assert named == set(re.findall(r'"([^"]+)"', Report.verdict.__doc__))
