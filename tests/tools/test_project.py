"""A group's project: what it begins with runs, verdicts follow from numbers, and nothing is written over."""

import importlib.util
import re
import subprocess
import sys

import pytest

from tests.support import ROOT
from tools import project


def load(folder, name):
    spec = importlib.util.spec_from_file_location(f"project_{folder.name}_{name}", folder / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def trial(folder, *arguments):
    command = [sys.executable, "trial.py", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


@pytest.fixture
def own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    project.main(["own project"])
    return tmp_path / "own project"


def test_a_group_begins_with_something_that_runs(own):
    assert trial(own, "measure").returncode == 0
    judged = trial(own, "judge")
    assert judged.returncode == 0
    assert "ten-is-better: confirmed, in 10 of 10 runs" in judged.stdout
    again = trial(own, "measure")
    assert again.stdout == "", "what is measured already is not run again"
    assert trial(own).returncode == 1


def test_a_verdict_that_does_not_follow_is_named(own):
    trial(own, "measure")
    claims = (own / "claims.toml").read_text()
    (own / "claims.toml").write_text(claims.replace('verdict = "confirmed"', 'verdict = "refuted"'))
    judged = trial(own, "judge")
    assert judged.returncode == 1
    assert "but claims.toml says refuted" in judged.stdout


@pytest.mark.parametrize(
    ("count", "word"), [(10, "confirmed"), (9, "confirmed"), (8, "depends"), (2, "depends"), (1, "refuted")]
)
def test_nine_of_ten(count, word):
    runs = {str(seed): {"error": float(seed >= count)} for seed in range(10)}
    assert load(ROOT / "project/template", "trial").verdict(
        "error < rival", {"baselines": {"rival": 0.5}, "runs": runs}
    ) == (
        word,
        count,
    )


def test_it_copies_over_nothing(own):
    with pytest.raises(SystemExit, match="exists already"):
        project.main([str(own)])
    with pytest.raises(SystemExit, match="usage"):
        project.main([])


def test_the_points_of_the_rubric_are_a_hundred():
    text = (ROOT / "project" / "README.md").read_text(encoding="utf-8")
    assert sum(int(points) for points in re.findall(r"^\| (\d+) \|", text, flags=re.M)) == 100
