"""A long experiment is recorded once, and a piece of it is run again and held to the record."""

import json

import numpy as np
import pytest

from gru_lib.book import EvidenceError, repeated, runs
from gru_lib.records import store


@pytest.fixture
def results(tmp_path, monkeypatch):
    monkeypatch.setattr(repeated, "RESULTS", tmp_path)
    monkeypatch.setattr(store, "device", lambda: "cpu")
    monkeypatch.setattr(repeated, "device", lambda: "cpu")
    return tmp_path


def record_it(monkeypatch, results, *arguments, **options):
    with monkeypatch.context() as patch:
        patch.setenv(store.RESULTS_VARIABLE, str(results))
        return runs(*arguments, **options)


@pytest.mark.parametrize("of", [lambda seed: seed / 7, lambda seed: [seed / 7, seed + 1]])
def test_only_a_piece_is_run_where_the_rest_is_recorded(monkeypatch, results, capsys, of):
    asked = []

    def experiment(seed):
        asked.append(seed)
        return of(seed)

    first = record_it(monkeypatch, results, "toy/accuracy", experiment, range(4), again=[2], tolerance=0)
    said, asked[:] = capsys.readouterr().out, []
    second = runs("toy/accuracy", experiment, range(4), again=[2], tolerance=0)
    assert capsys.readouterr().out == said, "what is stored while recording is what a reader's run prints"
    assert asked == [2]
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(second, [of(seed) for seed in range(4)])
    assert {"settings", "values", "date", "commit"} == set(
        json.loads((results / "cpu.json").read_text())["toy"]["runs"]["accuracy"]
    )


def test_a_run_that_leaves_its_record_fails(monkeypatch, results):
    record_it(monkeypatch, results, "toy/accuracy", float, range(4), again=[2], tolerance=0)
    assert runs("toy/accuracy", lambda seed: seed + 0.01, range(4), again=[1], tolerance=0.02)[1] == 1
    for other in (lambda seed: seed + 0.03, lambda _: np.nan, lambda seed: [seed, seed]):
        with pytest.raises(EvidenceError, match=r"toy/accuracy: .* is recorded"):
            runs("toy/accuracy", other, range(4), again=[1], tolerance=0.02)


def test_what_is_not_recorded_is_not_made_up(monkeypatch, results):
    with pytest.raises(ValueError, match="recorded: nothing"):
        runs("toy/accuracy", float, range(4), again=[2], tolerance=0)
    record_it(monkeypatch, results, "toy/accuracy", float, range(4), again=[2], tolerance=0)
    with pytest.raises(ValueError, match="recorded: settings"):
        runs("toy/accuracy", float, range(5), again=[2], tolerance=0)
    for again in ([], [7]):
        with pytest.raises(ValueError, match="expected at least one of"):
            runs("toy/accuracy", float, range(4), again=again, tolerance=0)
    with pytest.raises(ValueError, match="finite"):
        record_it(monkeypatch, results, "toy/other", lambda _: np.inf, range(2), again=[0], tolerance=0)
