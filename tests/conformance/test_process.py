"""The kit on programs in other languages: they answer, or do what programs do instead."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gru_lib.conformance import check_gru, process
from gru_lib.conformance.__main__ import main
from gru_lib.conformance.adapters import as_implementations
from gru_lib.conformance.implementation import CannotTestError
from tests.support import ROOT
from tests.support.parts import problems as few_problems

EXAMPLES = ROOT / "chapters/engineering/examples"

PROGRAM = """
import json, sys
sys.path.insert(0, {root!r})
import numpy as np
from gru_lib.scratch import GRUWeights, gru_forward
{before}
for count, line in enumerate(sys.stdin):
    asked = json.loads(line)
    take = lambda name: None if asked.get(name) is None else np.array(asked[name], asked["dtype"])
    weights = GRUWeights(take("kernel"), take("recurrent_kernel"), take("bias"))
    mask = None if asked.get("mask") is None else np.array(asked["mask"])
    x, states = take("x"), None
    {instead}
    if states is None:
        states = gru_forward(x, weights, h0=take("h0"), mask=mask, go_backwards=asked.get("go_backwards", False))[0]
    answer = {{"states": states.tolist()}}
    {after}
    print(json.dumps(answer), flush=True)
"""


@pytest.fixture
def program(tmp_path):
    """Return a function that makes a program with something in it that it should not have, as arguments for it."""

    def make(before="", instead="", after="", source=PROGRAM):
        path = tmp_path / "program.py"
        path.write_text(source.format(root=str(ROOT), before=before, instead=instead, after=after), encoding="utf-8")
        return [sys.executable, str(path)]

    return make


def problems(gru, **meant):
    """Return what fails in three cases, or why none can be tested."""
    try:
        [part] = as_implementations(gru, meant=meant)
    except CannotTestError as error:
        return [str(error)]
    return few_problems(part, [{}, {"use_h0": False, "steps": 2}, {"dtype": "float32"}])


def needed(name):
    """Return the path of a program, or skip."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    return found or pytest.skip(f"there is no {name} on this machine")


def test_javascript_is_a_gru():
    report = check_gru(process([needed("node"), str(EXAMPLES / "my_gru.js")]))
    assert report.passed, report
    assert (report.convention, report.precision) == ("reset after", "float64 and float32")


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """Return a function that compiles C, and returns the path of the program."""

    def make(source):
        folder = tmp_path_factory.mktemp("c")
        (folder / "gru.c").write_text(source, encoding="utf-8")
        command = [needed("cc"), "-std=c99", "-O1", "-Wall", "-Werror", "-o", "gru", "gru.c", "-lm"]
        subprocess.run(command, cwd=folder, check=True)
        return [str(folder / "gru")]

    return make


def test_c_is_a_gru_in_single_precision_and_its_mistake_is_named(compiled):
    source = (EXAMPLES / "my_gru.c").read_text(encoding="utf-8")
    report = check_gru(process(compiled(source), numbers=True))
    assert report.passed, report
    assert (report.convention, report.precision) == ("reset after", "float32")
    wrong = source.replace("z * h[i] + (1 - z) * ", "(1 - z) * h[i] + z * ")
    assert wrong != source
    assert [m.id for m in check_gru(process(compiled(wrong), numbers=True)).mistakes] == ["update-inverted"]


def test_a_program_may_say_what_it_offers(program):
    said = 'print(json.dumps({"offers": ["h0", "mask", "go_backwards"], "dtype": "float64"}), flush=True)'
    report = check_gru(process(program(before=said)))
    assert report.passed, report
    assert any(case.mask is not None and case.go_backwards for case in report.cases)
    assert report.precision == "float64"
    report = check_gru(process(program(before='print("{\\"offers\\": [\\"masks\\"]}", flush=True)')))
    assert "offers masks; expected some of" in report.problem


def test_the_final_state_is_tested_and_a_mistake_is_named(program):
    final = 'answer["final_state"] = states[:, {}].tolist()'
    assert problems(process(program(after=final.format(-1)))) == []
    assert "final state" in str(problems(process(program(after=final.format(0)))))
    report = check_gru(process(program(instead='asked["h0"] = None')))
    assert [mistake.id for mistake in report.mistakes] == ["h0-ignored"]


def test_weights_come_in_another_layout(program):
    """What comes is a state_dict of PyTorch, which the program ports back."""
    before = "from gru_lib.porting import port"
    instead = """names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    state = {name: take(name) for name in names if name in asked}
    states = gru_forward(x, port(state, "pytorch-cell", "scratch"), h0=take("h0"))[0]"""
    source = PROGRAM.replace(
        'take("kernel"), take("recurrent_kernel"), take("bias")', "np.ones((1, 3)), np.ones((1, 3))"
    )
    assert problems(process(program(before=before, instead=instead, source=source)), weights="pytorch-cell") == []


LATE = "count > 1 and "  # the first call is the probe


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"before": 'sys.exit("no licence")'}, "it ended with exit status 1: no licence"),
        ({"before": "print('Loading model ...')"}, "it answered 'Loading model ...'; expected an object of JSON"),
        ({"instead": "import os; os.close(1); break"}, "it ended with exit status "),
        ({"after": 'answer = {"error": "not today"}'}, "it answered an error: not today"),
        ({"after": "answer = {}"}, "expected an object with states"),
        ({"after": 'answer["states"] = [[1], [2, 3]]'}, "it answered no array of numbers"),
        ({"after": f"{LATE} sys.exit('out of memory')"}, "ended with exit status 1: out of memory"),
        ({"after": f"{LATE} print('step', count)"}, "answered 'step"),
        (
            {"after": 'answer["states"] = answer["states"][1:]'},
            "returned shape (3, 5, 3); expected (B, T, n) = (4, 5, 3)",
        ),
        ({"after": 'answer["states"] = [[[float("nan")] * 3] * 5] * 4'}, "nan"),
        ({"after": 'answer["states"] = [[[None] * 3] * 5] * 4'}, "nan"),
    ],
    ids=lambda value: "" if isinstance(value, str) else " ".join(value.values())[:30],
)
def test_what_programs_do_instead_is_reported(program, parts, message):
    found = problems(process(program(**parts)))
    assert message in str(found), found


def test_what_does_not_exist_is_reported():
    assert "it cannot be started: [Errno 2]" in check_gru(process("./nothing here")).problem
    assert "it cannot be started" in check_gru(process("")).problem


def test_a_silent_program_is_stopped_with_its_children(program, tmp_path):
    child = "import subprocess; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])"
    noted = f"; import os; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpgid(0)))"
    gru = process(program(before=child + noted, instead="import time; time.sleep(600)"), limit=1.0)
    report = check_gru(gru)
    assert report.problem == "it gave no answer within 1 s, and was stopped"
    group = (tmp_path / "pid").read_text()
    for _ in range(100):  # the system takes its time
        if group not in running():
            break
        time.sleep(0.05)
    assert group not in running()
    with pytest.raises(Exception, match="was stopped, since it once gave no answer"):
        gru.start(lambda *_args, **_options: gru._ask(""))


def test_after_a_program_has_been_silent_the_report_ends(program):
    late = "if len(asked['x']) == 33: import time; time.sleep(600)"
    report = check_gru(process(program(instead=late), limit=2.0))
    assert report.verdict == "not tested" and "gave no answer within 2 s, and was stopped" in report.problem
    assert len(report.cases) > 10 and not report.failures


def running():
    """Return the process groups of this machine, zombies included."""
    return subprocess.run(["ps", "-eo", "pgid"], capture_output=True, text=True, check=True).stdout.split()


# ----- the command ----------------------------------------------------------------------------------------------------


def test_the_command_line_starts_a_program_and_writes_a_badge(program, tmp_path, capsys):
    command, badge = subprocess.list2cmdline(program()), tmp_path / "badge.json"
    assert main(["--command", command, "--badge", str(badge), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "gru"
    shown = {"schemaVersion": 1, "label": "GRU", "message": "reset after, float64 and float32", "color": "brightgreen"}
    assert json.loads(badge.read_text()) == shown
    assert (
        main(["--command", subprocess.list2cmdline(program(instead='asked["h0"] = None')), "--badge", str(badge)]) == 1
    )
    assert json.loads(badge.read_text()) | {
        "message": "but for initial state ignored",
        "color": "yellow",
    } == json.loads(badge.read_text())
    assert main(["--command", "./nothing", "--badge", str(badge)]) == 2
    assert json.loads(badge.read_text())["message"] == "not tested"


def test_the_command_line_wants_one_of_both(capsys):
    for arguments in ([], ["module:gru", "--command", "node gru.js"]):
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        assert stop.value.code == 2 and "usage" in capsys.readouterr().err
