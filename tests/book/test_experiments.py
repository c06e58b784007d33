"""GRU or LSTM: the rivals are what they are called, and a record is whole, or goes on, or is refused."""

import json
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from gru_lib.book import EvidenceError
from gru_lib.book.experiments import EXPERIMENTS, Experiment, counting, interval, memory, recorded, records, text
from gru_lib.book.experiments.lstm import LSTMModel
from gru_lib.book.experiments.networks import (
    EQUAL_PARAMETERS,
    EQUAL_STATE,
    EQUAL_UNITS,
    LSTM,
    network,
    train,
    units_of,
)
from gru_lib.records import provenance
from tests.support import ROOT
from tools import experiments as command

KINDS = (LSTM, EQUAL_UNITS, EQUAL_PARAMETERS, EQUAL_STATE)


@pytest.mark.parametrize("every_step", [False, True])
def test_the_lstm_and_its_gradients_are_those_of_pytorch(require, every_step):
    torch, rng = require("torch"), np.random.default_rng(every_step)
    model = LSTMModel((3, 5, 2), rng=rng, every_step=every_step, dtype=np.float64)
    for array in model.parameters:
        array += 0.3 * rng.normal(size=array.shape)
    x = rng.normal(size=(4, 9, 3))
    W, U, b, W_out, b_out = tensors = [torch.tensor(array, requires_grad=True) for array in model.parameters]
    theirs = torch.nn.LSTM(3, 5, batch_first=True).double()  # its gates stand in the same order
    weights = {"weight_ih_l0": W.T, "weight_hh_l0": U.T, "bias_ih_l0": b, "bias_hh_l0": torch.zeros_like(b)}
    states, _ = torch.func.functional_call(theirs, weights, (torch.tensor(x),))
    expected = (states if every_step else states[:, -1]) @ W_out + b_out
    pull = rng.normal(size=expected.shape)
    (expected * torch.tensor(pull)).sum().backward()

    np.testing.assert_allclose(model.forward(x, training=True), expected.detach().numpy(), rtol=0, atol=1e-13)
    model.backward(pull)
    for found, tensor in zip(model.gradients, tensors, strict=True):
        np.testing.assert_allclose(found, tensor.grad.numpy(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("sizes", [memory.SIZES, counting.SIZES, text.SIZES])
def test_what_is_called_equal_is_equal(sizes):
    m, n, _ = sizes
    models = {kind: network(kind, sizes, np.random.default_rng(0)) for kind in KINDS}
    size = {kind: sum(array.size for array in model.parameters) for kind, model in models.items()}
    units = {kind: model.parameters[1].shape[0] for kind, model in models.items()}
    assert units == {kind: units_of(kind, sizes) for kind in KINDS}
    assert units[LSTM] == units[EQUAL_UNITS] == units[EQUAL_STATE] / 2 == n
    step = 6 * n + 3 * (m + 3)  # about what one unit more would add
    assert abs(size[EQUAL_PARAMETERS] - size[LSTM]) <= step / 2 + 2 * m
    assert abs(size[EQUAL_PARAMETERS] / size[LSTM] - 1) < 0.05
    assert size[EQUAL_UNITS] < 0.85 * size[LSTM]


def test_both_begin_as_keras_begins_or_with_the_bias_that_is_asked_for():
    for keep, lstm_bias, gru_bias in ((None, 1, 0), (4.0, 4, 4)):
        lstm, gru = (network(kind, (2, 3, 2), np.random.default_rng(0), keep=keep) for kind in (LSTM, EQUAL_UNITS))
        assert lstm.bias.tolist() == [0, 0, 0, *[lstm_bias] * 3, *[0] * 6]
        assert gru.gru.bias[0].tolist() == [*[gru_bias] * 3, *[0] * 6]
        assert not gru.gru.bias[1].any()


def test_words_are_those_that_one_can_spell():
    x, y, asked = counting.words(7)
    for n in range(1, 8):
        word = "a" * n + "b" * n
        there = x[n - 1].any(axis=-1)
        assert "".join("ab"[i] for i in x[n - 1][there].argmax(axis=-1)) == word
        assert there[: 2 * n].all()
        assert not there[2 * n :].any()
        for t, letter in enumerate(word):
            assert asked[n - 1, t] == (letter == "b")
            assert y[n - 1, t] == (word[: t + 1].count("a") == word[: t + 1].count("b"))
        assert not asked[n - 1, 2 * n :].any()


class Counts:
    """Judge words rightly, up to a number of a; beyond it say that a word ends at its first b."""

    def __init__(self, up_to):
        self.up_to = up_to

    def forward(self, x):
        a, b = x[..., 0].cumsum(axis=1), x[..., 1].cumsum(axis=1)
        ends = np.where(a.max(axis=1, keepdims=True) <= self.up_to, a == b, b == 1)
        return np.stack([~ends, ends], axis=-1).astype(float)


@pytest.mark.parametrize("up_to", [1, 17, 40])
def test_reached_is_the_longest_word_before_the_first_mistake(up_to):
    right = counting.judged(Counts(up_to), limit=40)
    np.testing.assert_array_equal(right, np.arange(1, 41) <= max(1, up_to))  # one a: it does end at its first b
    assert counting.reached(right) == max(1, up_to)


def test_training_lowers_the_loss_of_each_rival():
    batch = counting.words(4)
    for kind in (LSTM, EQUAL_UNITS):
        model = network(kind, counting.SIZES, np.random.default_rng(1), every_step=True)
        losses = train(model, lambda _: batch, 100, 0.05)
        assert losses[-1] < 0.2 * losses[0], kind
        assert counting.judged(model, limit=4).all(), kind


def test_bits_per_letter_are_the_losses_of_the_next_letters():
    learn, test = text.numbered()
    assert len(learn) + len(test) == 1_115_394
    model = network(LSTM, text.SIZES, np.random.default_rng(0), every_step=True)
    letters = test[: 3 * 11]
    x, y, _ = text.one_hot(letters.reshape(3, 11))
    scores = model.forward(x).astype(float)
    p = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
    expected = np.mean([-np.log2(p[i, t, y[i, t]]) for i in range(3) for t in range(10)])
    assert text.bits(model, letters, rows=3, steps=10) == pytest.approx(expected, rel=1e-5)


def test_the_interval_is_student_s(require):
    stats = require("scipy.stats")
    values = np.random.default_rng(0).normal(size=(2, 10))
    mean, half = interval(values)
    for row, one, width in zip(values, mean, half, strict=True):
        low, high = stats.t.interval(0.95, 9, loc=row.mean(), scale=stats.sem(row))
        assert (one - width, one + width) == pytest.approx((low, high), abs=1e-4)
    with pytest.raises(ValueError, match="values have 4 seeds"):
        interval(values[:, :4])


# A record: whole, or cut short, or damaged, or of something else.


def toy(setting):
    kind, seed = setting
    return len(kind) + seed / 8, seed


TOY = Experiment("toy", toy, tuple((kind, seed) for seed in range(3) for kind in ("a", "bb")), ("sum", "seed"))


@pytest.fixture
def clean(monkeypatch):
    """Let the tree be one without changes, whatever is being worked on."""
    here = provenance() | {"commit": "0" * 12}
    monkeypatch.setattr(command, "provenance", lambda: dict(here))
    monkeypatch.setitem(EXPERIMENTS, "toy", TOY)
    return here


@pytest.fixture
def path(tmp_path, clean):  # noqa: ARG001
    command.record(TOY, tmp_path / "toy.json")
    return tmp_path / "toy.json"


@pytest.mark.usefixtures("clean")
def test_what_is_recorded_is_read_in_the_order_of_the_seeds(tmp_path, capsys):
    command.record(TOY, tmp_path / "toy.json")
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 6
    assert re.fullmatch(r"toy 6 of 6, 0 s left: \w+, \d: sum [\d.]+, seed \d", said[-1])
    found = recorded("toy", tmp_path)
    np.testing.assert_array_equal(found.values("bb"), [toy(("bb", seed)) for seed in range(3)])
    assert capsys.readouterr().out == f"6 runs, recorded by `make experiments` on {found.provenance['date']}.\n"
    with pytest.raises(ValueError, match=r"setting is \('c',\); expected one of \('a',\), \('bb',\)"):
        found.values("c")


def test_a_run_is_held_to_the_record(path, capsys):
    found = recorded("toy", path.parent)
    found.again("a", 1, tolerance=(0, 0))
    assert "run again: a, 1: sum within 0 of the record (off by 0)" in capsys.readouterr().out
    for wrong, tolerance in ((0.2, (0.1, 9)), (np.nan, (9, 9))):
        changed = Experiment(
            "toy", lambda setting, wrong=wrong: (toy(setting)[0] + wrong, 0), TOY.settings, TOY.outcomes
        )
        with pytest.raises((EvidenceError, ValueError), match=r"toy \('a', 1\)"):
            records.Record(changed, found.runs, found.provenance).again("a", 1, tolerance=tolerance)


def test_only_what_is_missing_is_run(path, capsys):
    content = json.loads(path.read_text())
    whole, kept = content["runs"], content["runs"][::2]
    path.write_text(json.dumps(content | {"runs": kept}))
    with pytest.raises(ValueError, match="lacks 3 of 6 runs; `make experiments` goes on"):
        recorded("toy", path.parent)
    capsys.readouterr()
    command.record(TOY, path)
    said = capsys.readouterr().out.splitlines()
    assert [line.partition(",")[0] for line in said] == [
        f"toy: 3 runs kept from {content['provenance']['date']}",
        "toy 4 of 6",
        "toy 5 of 6",
        "toy 6 of 6",
    ]
    again = json.loads(path.read_text())["runs"]
    assert [one["values"] for one in again] == [one["values"] for one in whole]
    command.record(TOY, path)
    assert capsys.readouterr().out.count("\n") == 1, "nothing is left to do"


def test_runs_of_other_conditions_are_not_mixed(path, clean, monkeypatch):
    content = json.loads(path.read_text())
    monkeypatch.setattr(command, "provenance", lambda: clean | {"commit": "f" * 12})
    command.record(TOY, path)  # it is whole
    part = json.dumps(content | {"runs": content["runs"][:2]})
    path.write_text(part)
    for there in ({"commit": "f" * 12}, {"commit": "0" * 12 + "+changes"}, {"processor": "another"}):
        monkeypatch.setattr(command, "provenance", lambda there=there: clean | there)
        with pytest.raises(ValueError, match=r"toy.json has 2 runs of commit 000000000000 .* not mixed"):
            command.record(TOY, path)
    assert path.read_text() == part, "it is left alone"


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda content: content | {"experiment": "other"}, "is no record of toy"),
        (lambda content: content | {"outcomes": ["sum"]}, "is no record of toy"),
        (lambda content: content | {"runs": content["runs"] + content["runs"][:1]}, "or twice"),
        (
            lambda content: content | {"runs": [{"setting": ["c", 0], "values": [1, 2], "seconds": 0}]},
            "not of this toy",
        ),
        (lambda content: content | {"runs": [{"setting": ["a", 0], "values": [1], "seconds": 0}]}, "not of this toy"),
        (lambda content: content | {"runs": [{"setting": ["a", 0], "values": [1, "x"], "seconds": 0}]}, "not of this"),
        (
            lambda content: content | {"runs": [{"setting": ["a", 0], "values": [1, float("nan")], "seconds": 0}]},
            "not of",
        ),
        (lambda content: content | {"runs": ["a"]}, "not of this toy"),
    ],
)
def test_a_foreign_or_damaged_record_is_named_and_left_alone(path, damage, message):
    path.write_text(json.dumps(damage(json.loads(path.read_text()))))
    before = path.read_bytes()
    for act in (lambda: command.record(TOY, path), lambda: recorded("toy", path.parent)):
        with pytest.raises(ValueError, match=rf"toy\.json .*{message}.*take it out of the way"):
            act()
    assert path.read_bytes() == before


def test_half_a_file_is_named(path):
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ValueError, match=r"toy\.json is damaged"):
        command.record(TOY, path)


@pytest.mark.usefixtures("clean")
def test_a_number_that_is_none_is_not_stored(tmp_path):
    for bad in (lambda _: (1.0, np.inf), lambda _: (1.0,)):
        broken = Experiment("toy", bad, TOY.settings, TOY.outcomes)
        with pytest.raises(ValueError, match=r"toy \('a', 0\) gave \[1.0.*expected finite numbers: sum, seed"):
            command.record(broken, tmp_path / "toy.json")
    assert list(tmp_path.iterdir()) == []


SLOW = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets what runs behind it ignore the key
from pathlib import Path
from gru_lib.book.experiments import Experiment
from tools import experiments as command

def slow(setting):
    Path(sys.argv[1], "began").open("a").write(f"{setting[0]}\\n")
    time.sleep(0 if setting[0] < 2 else float(sys.argv[2]))
    return (setting[0],)

here = command.provenance() | {"commit": "0" * 12}
command.provenance = lambda: dict(here)
command.record(Experiment("slow", slow, tuple((seed,) for seed in range(4)), ("seed",)), Path(sys.argv[1], "slow.json"))
"""


@pytest.mark.parametrize("signal_sent", [signal.SIGINT, signal.SIGKILL])
def test_a_command_that_was_stopped_goes_on_where_it_stopped(tmp_path, signal_sent):
    start = [sys.executable, "-c", SLOW, str(tmp_path)]
    process = subprocess.Popen([*start, "600"], cwd=ROOT, stderr=subprocess.DEVNULL)
    began, deadline = tmp_path / "began", time.monotonic() + 60
    while not began.exists() or began.read_text().count("\n") < 3:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal_sent)
    assert process.wait(60) != 0
    assert len(json.loads((tmp_path / "slow.json").read_text())["runs"]) == 2
    subprocess.run([*start, "0"], cwd=ROOT, check=True, capture_output=True, timeout=60)
    assert began.read_text().split() == ["0", "1", "2", "2", "3"], "what had ended is not run again"
    assert [one["values"] for one in json.loads((tmp_path / "slow.json").read_text())["runs"]] == [[0], [1], [2], [3]]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["began", "slow.json"]


@pytest.mark.usefixtures("clean")
def test_the_command_says_in_one_line_what_is_wrong(tmp_path, capsys, monkeypatch):
    assert command.main(["toys"]) == 1
    assert "no experiment toys; expected memory, counting, text" in capsys.readouterr().err
    whole = [sys.executable, "-m", "tools.experiments", "toys"]
    done = subprocess.run(whole, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (1, "error: no experiment toys; expected memory, counting, text\n")
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert command.main(["toy", "--backend", "dask", "-o", str(tmp_path)]) == 1
    assert "distributed is not installed: pip install distributed" in capsys.readouterr().err
    (tmp_path / "toy.json").write_text("[")
    assert command.main(["toy", "--jobs", "1", "-o", str(tmp_path)]) == 1
    assert "toy.json is damaged" in capsys.readouterr().err
    with pytest.raises(ValueError, match="name is 'toys'; expected one of memory"):
        recorded("toys")


def test_what_the_book_shows_is_whole_and_comes_from_committed_code():
    for name, experiment in EXPERIMENTS.items():
        found = recorded(name)
        assert set(found.runs) == set(experiment.settings)
        assert re.fullmatch(r"[0-9a-f]{12}", found.provenance["commit"])
    assert {path.stem for path in records.FOLDER.glob("*")} == set(EXPERIMENTS)
