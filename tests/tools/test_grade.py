"""The grader gives a mark and a reason for whatever is handed in, and what one part does costs no other."""

import copy
import csv
import json
import re
from itertools import pairwise

import numpy as np
import pytest

from gru_lib.book.exercises import check
from gru_lib.book.exercises.alone import borrowed
from gru_lib.book.exercises.assignments import EXERCISES
from tests.support import ROOT
from tools.grade import __main__ as command
from tools.grade.assignments import ASSIGNMENTS, claims_on_trial, forward_and_gradient
from tools.grade.child import decode, encode
from tools.grade.isolation import FailedError, Gone, Student
from tools.grade.report import harmless, plain
from tools.grade.submission import read
from tools.notebooks import load
from tools.notebooks.handout import handout

FOLDER = ROOT / "chapters/appendix/assignments"
GOOD = load(FOLDER / "forward_and_gradient.ipynb")


def graded(folder, *options):
    """Run the command on a folder of submissions; return the rows of the table by name."""
    marks = folder.parent / "marks"
    assert command.main([str(folder), "-o", str(marks), "--seed", "1", *options]) == 0
    with (marks / "marks.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["who"]: row for row in csv.DictReader(file)}


def source_of(cell):
    return "".join(cell["source"])


def answers(name, notebook=GOOD):
    """Return the cells that define a function: the stub, then the solution."""
    return [cell for cell in notebook["cells"] if f"\ndef {name}(" in f"\n{source_of(cell)}"]


def with_body(name, body):
    """Return a change: the function now does something else."""

    def change(notebook):
        cell = answers(name, notebook)[-1]
        cell["source"] = re.sub(rf"def {name}\(.*?\):\n", rf"\g<0>    {body}\n", source_of(cell))

    return change


def deleted(notebook):
    notebook["cells"] = [cell for cell in notebook["cells"] if cell not in answers("backward", notebook)]


def renamed(notebook):
    for cell in answers("backward", notebook):
        cell["source"] = source_of(cell).replace("def backward(", "def backwards(")


def duplicated(notebook):
    notebook["cells"].append({**answers("step", notebook)[0], "id": "again"})


def another_kernel(notebook):
    notebook["metadata"]["kernelspec"] = {"name": "ir", "language": "R", "display_name": "R"}
    for cell in answers("forward", notebook):
        cell["source"] = "forward <- function(x, h0, W, U, b) { x }"


def no_python(notebook):
    answers("forward", notebook)[-1]["source"] += "\nif x = 1:"


def megabytes_stored(notebook):
    text = "x" * 200_000_000
    notebook["cells"][5]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": text}]


OPEN_SOLUTION = f"return open({str(FOLDER / 'forward_and_gradient.ipynb')!r}).read()"
PATCH = "np.allclose = lambda *a, **k: True; np.asarray = lambda *a: 0; return np.zeros(h.shape)"
NOTEBOOKS = {  # a change of the model solution, each with one thing wrong
    "endless loop": with_body("forward", "while True: import time; time.sleep(0.1)"),
    "exit": with_body("step", "import os; os._exit(0)"),
    "network": with_body("forward", "import urllib.request as u; return u.urlopen('http://192.0.2.1').read()"),
    "huge array": with_body("backward", "return np.ones((10**6, 10**6))"),
    "prints 200 MB": with_body("backward", "for _ in range(200): print('x' * 10**6)"),
    "200 MB of stored output": megabytes_stored,
    "cells deleted": deleted,
    "renamed": renamed,
    "duplicated": duplicated,
    "another kernel": another_kernel,
    "does not run": no_python,
    "patches the checker": with_body("step", PATCH),
    "reads the solution": with_body("backward", OPEN_SOLUTION),
    "imports the library": with_body("backward", "from gru_lib.scratch import gru_backward"),
}
TEXT = json.dumps(GOOD, ensure_ascii=False)
FILES = {  # and what is no notebook any more
    "invalid JSON": TEXT[: len(TEXT) // 2].encode(),
    "not UTF-8": TEXT.replace("# Solution", "# Größe").encode("latin-1", errors="replace"),
    "no notebook": b'{"cells": 3}',
}


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class") / "handed-in"
    folder.mkdir()
    for name, change in NOTEBOOKS.items():
        change(notebook := copy.deepcopy(GOOD))
        (folder / f"{name}.ipynb").write_text(json.dumps(notebook))
    for name, data in FILES.items():
        (folder / f"{name}.ipynb").write_bytes(data)
    return graded(folder, "--seconds", "10")


def recorded():
    """Return the table of the page, row by row."""
    text = (ROOT / "chapters/appendix/assignments.md").read_text()
    found = re.findall(r"^\| ([^|]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \| (.*) \|$", text, flags=re.M)
    return {name: (points, message) for name, *points, message in found}


def test_the_page_shows_every_bad_submission():
    assert set(recorded()) == set(NOTEBOOKS) | set(FILES)


@pytest.mark.parametrize("name", [*NOTEBOOKS, *FILES])
def test_a_bad_submission_costs_its_part_and_says_why(rows, name):
    points, message = recorded()[name]
    assert [rows[name][column] for column in ("step (3)", "forward (3)", "backward (6)")] == points
    told = plain(rows[name]["for the teacher"])
    assert told.startswith(message) and bool(told) == bool(message)


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_the_solution_has_all_points_and_the_handout_none(tmp_path, name, monkeypatch):
    folder = tmp_path / "handed-in"
    folder.mkdir()
    monkeypatch.setattr("tools.notebooks.handout.CHAPTERS", FOLDER)
    [stub] = [path for path in handout(tmp_path / "class") if path.stem == name]
    (folder / "stub.ipynb").write_bytes(stub.read_bytes())
    (folder / "solved.ipynb").write_bytes((FOLDER / f"{name}.ipynb").read_bytes())
    rows = graded(folder)
    assert rows["solved"]["points"] == rows["solved"]["of"] == "12"
    assert rows["stub"]["points"] == "0"
    told = (tmp_path / "marks/stub.md").read_text()
    assert "0 of 12 points" in told and told.startswith(f"# {ASSIGNMENTS[name].title}\n")
    assert load(FOLDER / f"{name}.ipynb")["cells"][0]["source"][0] == f"# {ASSIGNMENTS[name].title}\n"


def marks(tmp_path, code, name, *options):
    (tmp_path / "handed-in").mkdir()
    (tmp_path / "handed-in/one.py").write_text(code)
    return graded(tmp_path / "handed-in", "--assignment", name, *options)["one"], (
        tmp_path / "marks/one.md"
    ).read_text()


def solved(name):
    return "\n\n".join(
        source_of(cell) for cell in load(FOLDER / f"{name}.ipynb")["cells"] if cell["cell_type"] == "code"
    )


def test_a_wrong_sign_at_the_gate_leaves_the_gradients_of_the_candidate(tmp_path):
    code = solved("forward_and_gradient").replace("(delta * (h - g) - d_h * q)", "(delta * (h - g) + d_h * q)")
    row, told = marks(tmp_path, code, "forward_and_gradient")
    assert (row["forward (3)"], row["backward (6)"]) == ("3", "1.1")
    right = next(line for line in told.splitlines() if line.startswith("| one step: ") and "| 100 % |" in line)
    assert "one step: W, candidate" in right
    assert told.count("not the right numbers") == 1, "cases of one outcome share a row"


WEAK = """

def test_mask(gru):
    x, *weights = draw(4, 6, 2, 3)
    states = gru(x, *weights, mask=np.tile(np.arange(6) < 3, (4, 1)))
    assert np.allclose(states[:, -1], states[:, 2])
"""


BY_DIFFERENCES = """

def backward(grad, **given):
    found = {name: np.zeros_like(array) for name, array in given.items()}
    for name, array in given.items():
        for place in np.ndindex(array.shape):
            ends, kept = [], array[place]
            for array[place] in (kept + 1e-5, kept - 1e-5):
                ends.append(np.sum(grad * forward(**given)))
            array[place] = kept
            found[name][place] = (ends[0] - ends[1]) / 2e-5
    return found
"""


BY_COMPLEX_STEPS = """

def backward(grad, x, h0, W, U, b):
    given, found = dict(x=x, h0=h0, W=W, U=U, b=b), {}
    for name, array in given.items():
        found[name] = np.zeros_like(array)
        for place in np.ndindex(array.shape):
            moved = given | {name: array.astype(complex)}
            moved[name][place] += 1e-200j
            found[name][place] = np.sum(grad * forward(**moved)).imag / 1e-200
    return found
"""


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_finite_differences_are_no_gradient_for_any_seed(tmp_path, seed):
    code = BY_DIFFERENCES.replace(
        "grad, **given):", "grad, x, h0, W, U, b):\n    given = dict(x=x, h0=h0, W=W, U=U, b=b)"
    )
    row, told = marks(tmp_path, solved("forward_and_gradient") + code, "forward_and_gradient", "--seed", seed)
    assert row["backward (6)"] == "0" and "as finite differences are" in told


def test_a_complex_step_is_no_gradient(tmp_path):
    row, told = marks(tmp_path, solved("forward_and_gradient") + BY_COMPLEX_STEPS, "forward_and_gradient")
    assert row["backward (6)"] == "0" and "No points: complex numbers" in told


def test_a_file_that_is_too_large_is_not_opened(tmp_path, monkeypatch):
    monkeypatch.setattr("tools.grade.submission.LARGEST", 10)
    row, told = marks(tmp_path, solved("forward_and_gradient"), "forward_and_gradient")
    assert row["points"] == "0" and "more than 0" in row["for the teacher"] and "No points: the file has" in told


def test_files_of_one_name_have_a_report_each(tmp_path):
    for name in ("a/one.py", "b/one.py", "b/one.ipynb"):
        (tmp_path / "handed-in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "handed-in" / name).write_text("{")
    rows = graded(tmp_path / "handed-in", "--assignment", "claims_on_trial")
    assert set(rows) == {"a/one", "b/one.py", "b/one.ipynb"}
    assert all((tmp_path / "marks" / f"{name}.md").exists() for name in rows)


def test_a_part_that_builds_on_a_wrong_one_is_marked_with_a_right_one_and_says_so(tmp_path):
    code = solved("forward_and_gradient").replace("return z * h + (1 - z) * g", "return g", 1)
    row, told = marks(tmp_path, code, "forward_and_gradient")
    assert [row[name] for name in ("step (3)", "forward (3)", "backward (6)")] == ["0", "3", "6"]
    assert told.count("It was tried with a right `step`, too: the mistake there counts once.") == 2


def test_a_test_that_rejects_a_right_gru_has_no_points_and_a_weak_one_its_share(tmp_path):
    code = solved("write_the_tests").replace("rtol=0, atol=1e-9", "rtol=0, atol=0")
    code += WEAK
    row, told = marks(tmp_path, code, "write_the_tests")
    assert row["test_states (4)"] == "0" and "a right GRU was rejected" in told
    assert 0 < float(row["test_mask (3)"]) < 3 and "not noticed, for one" in told


def test_a_student_cannot_stop_the_grader_with_a_long_sequence(tmp_path):
    code = "import numpy as np\n\ndef test_states(gru):\n    x = np.zeros((1, 101_000, 1))\n"
    code += "    gru(x, np.zeros((1, 3)), np.zeros((1, 3)), np.zeros((2, 3)))"
    _, told = marks(tmp_path, code, "write_the_tests")
    assert "at most 100000 numbers" in told


IN_DEVIATIONS = """

def repaired(series, units=32):
    x, y, cut = days(series)
    known = series[: cut + 7]
    return fitted(gru_features((x - known.mean()) / known.std()), y, cut) / known.std()

VERDICTS = {"A": ("confirmed", 2.194), "B": ("confirmed", 1.0), "C": ("refuted", 2.181)}
"""


def test_half_of_a_repair_is_worth_half_and_a_verdict_needs_its_number(tmp_path):
    row, told = marks(tmp_path, solved("claims_on_trial") + IN_DEVIATIONS, "claims_on_trial")
    assert (row["repaired (4)"], row["VERDICTS (4)"]) == ("2", "1.5")
    assert "still in standard deviations" in told
    assert "the number says something else" in told and "a verdict without it does not count" in told


def test_the_tutorial_of_the_notebook_is_the_one_that_is_judged():
    names = {}
    exec(read(FOLDER / "claims_on_trial.ipynb").code_for("tutorial"), names)
    series = claims_on_trial.made_up(np.random.default_rng(3))
    as_published = {"degrees": False, "all_days": True, "shuffled": True}
    assert names["tutorial"](series) == pytest.approx(claims_on_trial.error(series, **as_published), rel=1e-9)
    public = claims_on_trial.public()
    numbers = [claims_on_trial.error(public, model) for model in ("gru", "yesterday", "linear")]
    shown = [EXERCISES[name].solution for name in ("repaired", "persistence", "linear")]
    assert shown == pytest.approx(numbers, abs=1e-6)


def test_the_gru_without_a_reset_gate_of_its_own_follows_its_equations():
    """An oracle that is not the library: finite differences of the equations as the notebook prints them."""
    one = forward_and_gradient.draw(np.random.default_rng(0), 2, 3, 2, 3)
    grad = np.random.default_rng(1).normal(size=(2, 3, 3))

    def states(x, h0, W, U, b):
        out, h = [], h0
        for x_t in x.swapaxes(0, 1):
            z = 1 / (1 + np.exp(-(x_t @ W[:, :3] + h @ U[:, :3] + b[:3])))
            g = np.tanh(x_t @ W[:, 3:] + b[3:] + (1 - z) * (h @ U[:, 3:]))
            out.append(h := z * h + (1 - z) * g)
        return np.stack(out, axis=1)

    assert np.allclose(states(**one), forward_and_gradient.states(**one), atol=1e-12)
    found = forward_and_gradient.gradients(grad, **one)
    for name, array in one.items():
        for place in np.ndindex(array.shape):
            nudge = np.zeros_like(array)
            nudge[place] = 1e-5
            up, down = (states(**{**one, name: array + sign * nudge}) for sign in (1, -1))
            assert np.sum(grad * (up - down)) / 2e-5 == pytest.approx(found[name][place], abs=1e-6), name


def test_other_seeds_draw_other_cases_and_the_same_seed_the_same():
    def cases(seed):
        class Watched:
            def call(self, _name, *arguments):
                asked.append(arguments[0])
                raise FailedError

        asked = []
        list(forward_and_gradient.judge_forward(Watched(), np.random.default_rng(seed)))
        return asked

    one, same, other = cases(1), cases(1), cases(2)
    assert all(np.array_equal(a, b) for a, b in zip(one, same, strict=True))
    assert not any(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    assert not any(np.array_equal(a, b) for a, b in pairwise(one))


FORBIDDEN = {
    "a process": "import os\nos.system('true')",
    "a fork": "import os\nos.fork()",
    "a file": f"open({str(ROOT / 'README.md')!r})",
    "a folder": f"import os\nos.listdir({str(ROOT)!r})",
    "a file outside": f"open({str(ROOT / 'new.txt')!r}, 'w')",
    "a socket": "import socket\nsocket.socket()",
    "the C library": "import ctypes\nctypes.CDLL(None)",
    "the grader": "import tools.grade",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_what_is_shut_out(what):
    with pytest.raises(FailedError, match=r"PermissionError|ImportError|ModuleNotFoundError"), Student(FORBIDDEN[what]):
        pass


FORGED = """
import os
def f():
    for pipe in range(3, 9):
        try:
            os.write(pipe, b'{"value": 1}\\n[[\\n')
        except OSError:
            pass
"""


def test_an_answer_cannot_be_forged_and_prints_do_not_disturb():
    with Student(FORGED) as student, pytest.raises(Gone, match="no answer"):
        student.call("f")
        student.call("f")
    with Student("def f(x):\n    print('{}')\n    return x") as student:
        assert student.call("f", [1, "a", None, {"b": True}]) == [1, "a", None, {"b": True}]


def test_messages_carry_arrays_bit_by_bit_and_no_objects():
    for array in (np.array(1.5, "float32"), np.empty((0, 3)), np.arange(6).reshape(2, 3)[:, ::-1], np.array([True])):
        back = decode(json.loads(json.dumps(encode(array))))
        assert back.dtype == array.dtype and np.array_equal(back, array)
    assert encode(np.array([object()])) == {"other": "ndarray"}
    with pytest.raises(ValueError, match="object"):
        decode({"array": ["O", [1], ""]})


def test_what_a_student_writes_is_no_formula_and_no_markup():
    assert harmless("=HYPERLINK(1)") == "'=HYPERLINK(1)"
    assert plain("a | b\n<img src=x> [c](d)") == "a / b ‹img src=x› (c)(d)"


def test_the_grader_takes_what_a_function_uses_and_runs_nothing_else(tmp_path):
    path = tmp_path / "one.py"
    path.write_text(
        "import numpy as np, keras\nfrom gru_lib.book import check\n%matplotlib inline\nK = 2\ntable = {}\n"
        "table['a'] = K\ngru = [gru for gru in range(3)]\nwhile True: pass\n"
        "def step(gru):\n    return gru * table['a']\ncheck('x', step)\n"
    )
    code = read(path).code_for("step")
    assert "keras" not in code and "while" not in code and "check" not in code and "range" not in code
    names = {}
    exec(code, names)
    assert names["step"](3) == 6


@pytest.mark.parametrize("arguments", [[], ["--assignment", "write_the_tests"]])
def test_marks_are_not_written_over_and_an_empty_folder_is_said(tmp_path, capsys, arguments):
    (tmp_path / "empty").mkdir()
    with pytest.raises(SystemExit):
        command.main([str(tmp_path / "empty"), "-o", str(tmp_path / "new"), *arguments])
    assert "there is no notebook" in capsys.readouterr().err
    (tmp_path / "empty/one.py").write_text("step = 1")
    with pytest.raises(SystemExit):
        command.main([str(tmp_path / "empty"), "-o", str(tmp_path / "empty"), *arguments])
    assert "exists" in capsys.readouterr().err


INVERTED = ("return z * h + (1 - z) * g", "return (1 - z) * h + z * g")
FOLLOWED = [  # the gradient of that cell
    ("d_h = delta * (1 - z) * (1 - g**2)", "d_h = delta * z * (1 - g**2)"),
    ("(delta * (h - g) - d_h * q)", "(delta * (g - h) - d_h * q)"),
    ("delta * z + d_past @ U.T", "delta * (1 - z) + d_past @ U.T"),
]


@pytest.mark.parametrize("changes", [[INVERTED], [INVERTED, *FOLLOWED]], ids=["in step alone", "everywhere"])
def test_a_mistake_counts_once_wherever_it_is_made(tmp_path, changes):
    code = solved("forward_and_gradient")
    for old, new in changes:
        assert old in code
        code = code.replace(old, new)
    row, told = marks(tmp_path, code, "forward_and_gradient")
    assert [row[name] for name in ("step (3)", "forward (3)", "backward (6)")] == ["0", "3", "6"]
    assert "No points: z and 1 - z are exchanged in the last line.\n" in told
    assert "the mistake there counts once" in told.partition("`backward`")[2]


@pytest.mark.parametrize("signs", forward_and_gradient.MISTAKEN.values())
def test_the_wrong_cells_are_those_that_their_names_say(signs):
    one = forward_and_gradient.draw(np.random.default_rng(0), 2, 1, 2, 3)
    x, h, W, U, b = one["x"][:, 0], one["h0"], one["W"], one["U"], one["b"]
    z = 1 / (1 + np.exp(-(x @ W[:, :3] + h @ U[:, :3] + b[:3])))
    keeps, resets = z if signs[0] > 0 else 1 - z, z if signs[1] > 0 else 1 - z
    states = keeps * h + (1 - keeps) * np.tanh(x @ W[:, 3:] + b[3:] + resets * (h @ U[:, 3:]))
    assert np.allclose(states, forward_and_gradient.states(**one, signs=signs)[:, 0], atol=1e-12)


def test_no_file_vanishes(tmp_path):
    folder = tmp_path / "handed-in"
    names = {"Kim/ONE.IPYNB": "Kim/ONE", "Lea/one.ipynb.txt": "Lea/one", "Mia/one.ipynb.json": "Mia/one"}
    left = {"Nils/one.zip": "packed", "Mia/notes.md": "no notebook", "Mia/my_notes.py": "no function",
            ".DS_Store": "hidden", "Lea/.ipynb_checkpoints/one.ipynb": "hidden"}  # fmt: skip
    for name in [*names, *left]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(TEXT if name in names else "notes = 1")
    (folder / "Lea/two.ipynb").write_text(TEXT)
    rows = graded(folder)
    assert set(rows) == {*names.values(), "Lea/two", *left}
    assert {rows[name]["points"] for name in names.values()} == {"12"}
    for name, why in left.items():
        assert rows[name]["points"] == "" and rows[name]["for the teacher"].startswith(f"not graded: {why}")
    assert rows["Lea/two"]["for the teacher"] == "one of 2 files in this folder: which one counts?"
    assert rows["Kim/ONE"]["for the teacher"] == ""
    assert (tmp_path / "marks/seed.txt").read_text() == "--assignment forward_and_gradient --seed 1\n"


def test_the_wrong_assignment_is_named(tmp_path):
    row, told = marks(tmp_path, solved("write_the_tests"), "forward_and_gradient")
    assert row["for the teacher"] == "this looks like Assignment 2: write the tests"
    assert "renamed" not in told


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_what_is_not_answered_is_said_in_two_words(tmp_path, name):
    stubs = {"VERDICTS": 'VERDICTS = {"A": ..., "B": ..., "C": ..., "D": ...}'}
    code = "\n".join(stubs.get(p.name, f"def {p.name}(*given):\n    return ...") for p in ASSIGNMENTS[name].parts)
    row, told = marks(tmp_path, code, name)
    assert row["for the teacher"] == "; ".join(f"{part.name}: not answered" for part in ASSIGNMENTS[name].parts)
    assert told.count("No points: not answered.\n") == len(ASSIGNMENTS[name].parts)


def test_reports_end_their_sentences_once(tmp_path):
    _, told = marks(tmp_path, "def test_states(gru):\n    assert False\ndef test_masks(gru): pass", "write_the_tests")
    assert "a right GRU was rejected: AssertionError.\n" in told
    assert "was it renamed?\n" in told


def test_an_experiment_at_the_end_is_named_and_a_stub_at_the_beginning_is_not(tmp_path):
    code = solved("forward_and_gradient") + "\n\ndef step(x_t, h, W, U, b):\n    return h"
    row, _ = marks(tmp_path, code, "forward_and_gradient")
    assert row["for the teacher"].startswith("`step` is defined twice; the last one counts; step: ")


BORROWERS = {  # how a function reaches a package, or does without
    "": "def f():\n    return np.tanh(g(1))\ndef g(x):\n    import math\n    return math.exp(x)",
    "gru_lib": "from gru_lib.scratch import gru_forward\ndef wrap(gru):\n    def call(x):\n        return gru(x)\n"
    "    return call\nright = wrap(gru_forward)\ndef f():\n    return [right for _ in range(2)]",
    "gru_lib, in a table": "from gru_lib.conformance import MUTANTS\ndef f():\n    return MUTANTS",
    "scipy": "def f():\n    return g()\ndef g():\n    from scipy.special import expit\n    return expit(1)",
    "keras, in a class": "class A:\n    def go(self):\n        import keras\ndef f():\n    return A().go()",
}


@pytest.mark.parametrize("what", BORROWERS)
def test_notebook_and_grader_refuse_the_same_packages_in_the_same_words(tmp_path, capsys, what):
    names = {"np": np, "__name__": "__main__"}
    exec(BORROWERS[what], names)
    package = borrowed(names["f"])
    assert package == what.partition(",")[0]
    check("assignments/states", [0.0, 1.0, 1.0], of=names["f"])
    said = capsys.readouterr().out
    (tmp_path / "one.py").write_text(BORROWERS[what])
    try:
        with Student(read(tmp_path / "one.py").code_for("f")) as student:
            student.call("f")
        assert not package and said.startswith("✓")
    except FailedError as error:
        words = "is not there when this is graded; NumPy and Python's own modules are"
        assert package in str(error) and words in str(error) and words in said and said.startswith("✗")


BROKEN_LINES = """%%time
!echo it's
def f(x):
    if (
        x
        != 1
    ):
        %time y = 3
        return (x
            % 2)
    return exp(0)
f?
from numpy import *
"""


def test_lines_for_ipython_are_left_out_and_no_others(tmp_path):
    (tmp_path / "one.py").write_text(BROKEN_LINES)
    submission = read(tmp_path / "one.py")
    assert submission.remarks == []
    with Student(submission.code_for("f")) as student:
        assert [student.call("f", x) for x in (1, 5)] == [1, 1]
    with Student("def f():\n    return np.ones(2)") as student:
        assert student.call("f").tolist() == [1, 1]
