"""The summary of `make test` cannot be green where something failed, or where nothing ran."""

from xml.etree import ElementTree

import pytest

from tools import check

ISOLATED = ("-p", "no:cacheprovider", "-o", "addopts=")


def outcome(folder, source):
    (folder / "test_it.py").write_text(source)
    return check._pytest(*ISOLATED, str(folder))[0]


def test_passed_failed_and_skipped_are_counted(tmp_path):
    source = (
        "import pytest\n"
        "def test_a(): pass\n"
        "def test_b(): assert 0\n"
        "def test_c(): pytest.skip('no oracle')\n"
        "def test_d(missing_fixture): pass\n"
    )
    result = outcome(tmp_path, source)
    assert (result.ok, result.passed, result.failed) == (False, 1, 2)
    assert result.skipped == ["no oracle"]


def test_green_only_if_something_ran(tmp_path):
    assert outcome(tmp_path, "def test_a(): pass\n").ok
    assert not outcome(tmp_path, "x = 1\n").ok
    assert not outcome(tmp_path, "syntax error\n").ok


@pytest.mark.parametrize("seconds", [1, 61])
def test_a_notebook_over_its_budget_fails(monkeypatch, seconds):
    case = ElementTree.Element("testcase", classname="chapters.one.ipynb", name="Cell 0", time=str(seconds))
    monkeypatch.setattr(check, "BUDGETS", {"chapters/one.ipynb": 60})
    monkeypatch.setattr(check, "_pytest", lambda *_: (check.Result(True, passed=1), [case]))
    result = check.notebooks()
    assert result.ok == (seconds < 60)
    assert f"{seconds:6.0f} s of  60 s  chapters/one.ipynb" in result.detail


def test_one_failed_step_fails_the_whole_and_the_others_still_run(monkeypatch, capsys):
    ran = []

    def step(name, ok):
        return lambda: ran.append(name) or check.Result(ok, passed=int(ok), failed=int(not ok), skipped=["why"])

    monkeypatch.setattr(check, "STEPS", {"first": step("first", False), "second": step("second", True)})
    assert check.main() == 1
    assert ran == ["first", "second"]
    shown = capsys.readouterr().out
    assert "✗ first" in shown
    assert "skipped: why" in shown
    assert shown.endswith("1 passed, 1 failed\n")


def test_the_quick_notebooks_that_use_keras_run_on_both_other_backends(monkeypatch):
    asked = []

    def record(*arguments, **environment):
        asked.append((environment["KERAS_BACKEND"], [one for one in arguments if one.endswith(".ipynb")]))
        return check.Result(environment["KERAS_BACKEND"] != "torch", passed=1), []

    monkeypatch.setattr(check, "_pytest", record)
    assert not check.backends().ok
    assert [backend for backend, _ in asked] == ["jax", "torch"]
    assert asked[0][1] == asked[1][1]
    assert "chapters/foundations/forward.ipynb" in asked[0][1]
    assert "chapters/foundations/bptt.ipynb" not in asked[0][1], "it uses NumPy alone"
    assert not any("reproductions" in path for path in asked[0][1])
