"""Figures keep their provenance, and nothing is lost."""

import json
import math
import resource

import pytest

from gru_lib.records import read_results, record, store, write_results


@pytest.fixture
def results(tmp_path, monkeypatch):
    monkeypatch.setenv(store.RESULTS_VARIABLE, str(tmp_path))
    monkeypatch.setattr(store, "device", lambda: "cpu")
    return tmp_path


def test_record_changes_nothing_unless_asked(tmp_path, monkeypatch):
    monkeypatch.delenv(store.RESULTS_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    assert record("chapter/figure", 0.5) == 0.5
    assert list(tmp_path.iterdir()) == []


def test_record_keeps_provenance_and_other_chapters(results):
    record("first/accuracy", 0.5, seed=0)
    record("second/time", 2, unit="s")
    record("first/accuracy", 0.6, seed=1)
    found = json.loads((results / "cpu.json").read_text())
    assert found["first"]["figures"] == {"accuracy": {"value": 0.6, "unit": "", "seed": 1}}
    assert found["second"]["figures"]["time"] == {"value": 2.0, "unit": "s", "seed": None}
    assert {"device", "processor", "cores", "python", "versions", "commit", "date"} <= set(found["first"]["provenance"])
    assert [path.name for path in results.iterdir()] == ["cpu.json"], "no temporary file is left"


@pytest.mark.parametrize(("name", "value"), [("figure", 1.0), ("/figure", 1.0), ("a/", 1.0), ("a/b", math.nan)])
def test_record_rejects_what_nobody_could_use(name, value):
    with pytest.raises(ValueError, match="expected"):
        record(name, value)


def test_record_says_which_place_cannot_be_written(results, monkeypatch):
    (results / "occupied").write_text("a file, not a folder")
    monkeypatch.setenv(store.RESULTS_VARIABLE, str(results / "occupied"))
    with pytest.raises(OSError, match="occupied"):
        record("first/accuracy", 0.5)
    assert (results / "occupied").read_text() == "a file, not a folder"


@pytest.mark.parametrize(
    ("content", "message"), [(b'{"first": ', "is damaged"), (b"\xff", "is damaged"), (b"[]", "a list")]
)
def test_a_damaged_file_is_named_and_left_alone(results, content, message):
    path = results / "cpu.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=rf"cpu\.json .*{message}"):
        record("second/time", 2)
    assert path.read_bytes() == content


def test_results_are_written_in_one_form_into_folders_that_need_not_exist(tmp_path):
    path = tmp_path / "bench" / "cpu" / "train.json"
    write_results(path, {"b": [1.5], "a": "×"})
    write_results(path, {"b": [1.5], "a": "×"})
    assert path.read_text(encoding="utf-8") == '{\n "a": "×",\n "b": [\n  1.5\n ]\n}\n'
    assert read_results(path) == {"a": "×", "b": [1.5]}
    assert read_results(tmp_path / "nothing.json") == {}


def test_a_full_disk_names_the_file_and_leaves_the_old_one(tmp_path):
    path = tmp_path / "cpu.json"
    write_results(path, {"old": 1})
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
    try:
        with pytest.raises(OSError, match=r"cpu\.json"):
            write_results(path, {"new": "x" * 20_000})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert read_results(path) == {"old": 1}
    assert list(tmp_path.iterdir()) == [path]
