"""A group's project: what it begins with runs, verdicts follow from numbers, and nothing is written over."""

import importlib.util
import json
import re
import subprocess
import sys
import tomllib

import pytest

from gru_lib.scratch import parameter_count
from tests.support import ROOT
from tools import project

MODEL = ROOT / "project" / "airline"


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


def test_numbers_of_other_programs_are_not_judged(own):
    assert "have not been measured" in trial(own, "judge").stderr
    trial(own, "measure")
    old = json.loads((own / "results.json").read_text())
    source = own / "source.py"
    source.write_text(source.read_text().replace("1, 7, size=(1000, 10)", "1, 13, size=(1000, 10)"))
    refused = trial(own, "judge")
    assert refused.returncode == 1
    assert "have changed since: run `python trial.py measure` first." in refused.stderr
    again = trial(own, "measure")
    assert "all runs are made anew" in again.stdout
    new = json.loads((own / "results.json").read_text())
    assert json.loads((own / "results.before.json").read_text()) == old
    assert len(new["runs"]) == 10
    assert new["runs"]["0"]["error_of_one"] > 1.5 * old["runs"]["0"]["error_of_one"], "of dice with twelve sides"
    assert trial(own, "judge").returncode == 0


def test_a_measurement_that_is_interrupted_goes_on(own):
    results = own / "results.json"
    trial(own, "measure")
    whole = json.loads(results.read_text())
    results.write_text(json.dumps(whole | {"runs": {"0": whole["runs"]["0"]}}))
    assert "Only 1 of 10 runs are measured: no verdict is final." in trial(own, "judge").stdout
    assert trial(own, "measure").stdout.count("seed") == 9
    assert json.loads(results.read_text()) == whole


@pytest.mark.parametrize(
    ("claim", "follows", "says"),
    [
        ({"verdict": "outdated", "reason": "It was so in Keras 2."}, True, "outdated, It was so in Keras 2."),
        ({"verdict": "inconsistent"}, False, "with a `reason`"),
        ({"verdict": "confirmed", "reason": "We believe it."}, False, "one of outdated, inconsistent, open"),
        ({"verdict": "confirmed", "holds": "max(abs(x), min(x, 0)) < rival"}, True, "confirmed, in 10 of 10"),
        ({"verdict": "confirmed", "holds": "y < rival"}, False, "name 'y' is not defined"),
    ],
)
def test_a_verdict_rests_on_a_count_or_on_a_reason(claim, follows, says):
    results = {"baselines": {"rival": 0.5}, "runs": {str(seed): {"x": -0.25} for seed in range(10)}}
    said, right = load(project.TEMPLATE, "trial").judged(claim, results)
    assert right == follows
    assert says in said


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


def test_the_points_of_the_rubric_are_a_hundred_and_those_of_the_specimen_add_up():
    text = (ROOT / "project" / "README.md").read_text(encoding="utf-8")
    rows = [tuple(map(int, row)) for row in re.findall(r"^\| (\d+) \|.*\| (\d+) \|$", text, flags=re.M)]
    assert sum(points for points, _ in rows) == 100
    assert all(given in {0, points} for points, given in rows)
    assert f"| **100** | | | **{sum(given for _, given in rows)}** |" in text


@pytest.fixture(scope="module")
def model():
    return json.loads((MODEL / "results.json").read_text())


def asked(expression):
    code = f"import json, source; print(json.dumps({expression}))"
    answer = subprocess.run([sys.executable, "-c", code], cwd=MODEL, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def test_the_model_keeps_to_the_rules(model):
    assert (MODEL / "trial.py").read_bytes() == (project.TEMPLATE / "trial.py").read_bytes()
    assert set(model["runs"]) == {str(seed) for seed in range(10)}
    judged = trial(MODEL, "judge")
    assert judged.returncode == 0, judged.stdout
    headings = [
        re.findall(r"^## .*", (folder / "REPORT.md").read_text(encoding="utf-8"), flags=re.M)
        for folder in (project.TEMPLATE, MODEL)
    ]
    assert headings[0] == headings[1]


def test_the_numbers_of_the_model_come_out_again(model):
    assert asked("source.baselines()") == pytest.approx(model["baselines"], rel=1e-5)
    counted = parameter_count(1, 50) + parameter_count(50, 50) + 51
    assert {run["parameters"] for run in model["runs"].values()} == {counted}


def test_the_report_of_the_model_says_what_was_judged(model):
    report = (MODEL / "REPORT.md").read_text(encoding="utf-8")
    for claim in tomllib.loads((MODEL / "claims.toml").read_text(encoding="utf-8"))["claims"]:
        assert len(claim["quote"].split()) <= 12
        assert claim.get("finding") or claim["reason"]
        assert f"| “{claim['quote']}” | {claim['verdict']} |" in report
    assert all(f"{error:.1f}" in report for error in model["baselines"].values())


def test_the_report_says_how_other_rivals_would_have_judged(model):
    verdict = load(MODEL, "trial").verdict
    counts = {rival: verdict(f"unseen < {rival}", model) for rival in ("last_month", "last_year", "line_10")}
    assert counts == {"last_month": ("confirmed", 9), "last_year": ("depends", 8), "line_10": ("refuted", 0)}


@pytest.mark.weekly
def test_one_run_of_the_model_is_like_its_record(model):
    pytest.importorskip("keras", reason="keras is not installed; `make test` brings it")
    error, _, parameters, _ = asked("source.fitted(0)")
    errors = [run["unseen"] for run in model["runs"].values()]
    assert parameters == model["runs"]["0"]["parameters"]
    assert 0.8 * min(errors) < error < 1.25 * max(errors), "another backend draws other numbers, but not another result"
