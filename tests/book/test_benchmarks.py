"""Stored figures are found by their names, and say where they come from; those of a GPU are summed up."""

import json
import re

import pytest

from gru_lib.benchmark import SHAPES
from gru_lib.benchmark.implementations import IMPLEMENTATIONS
from gru_lib.book.benchmarks import BENCH, accelerator_tables, load_benchmarks

NAMES = ("train", "last", "forward", "step", "scale-T", "scale-n", "scale-B")
PROVENANCE = {"processor": "a card", "cores": 16, "date": "2026-01-01", "commit": "0" * 12}


@pytest.mark.parametrize("name", NAMES)
def test_every_question_has_stored_figures_from_committed_code(name):
    content = json.loads((BENCH / "cpu" / f"{name}.json").read_text())
    assert re.fullmatch(r"[0-9a-f]{12}", content["provenance"]["commit"])
    comparisons, where = load_benchmarks(name)
    assert content["provenance"]["date"] in where
    for comparison in comparisons:
        everybody = set(comparison["timings"])
        assert {"pytorch", "keras-jax", "keras-tensorflow", "keras-torch"} <= everybody <= set(IMPLEMENTATIONS)
        assert comparison["threads"] == 2
    if name in ("train", "last", "forward"):
        assert [comparison["shape"] for comparison in comparisons] == [str(shape) for shape in SHAPES.values()]


def test_a_file_that_is_not_there_says_what_writes_it(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no train.json in .*nvidia; `make gpu` writes it"):
        load_benchmarks("train", "nvidia", tmp_path)
    with pytest.raises(FileNotFoundError, match="`make bench` writes it"):
        load_benchmarks("train", folder=tmp_path)


def comparison(units, cpu, gpu):
    timings = {"pytorch": {"seconds": cpu}, "pytorch@gpu": {"seconds": gpu}}
    return {"shape": f"64x28x28x{units}", "cell": "GRU", "mode": "train", "timings": timings}


@pytest.fixture
def folder(tmp_path):
    card = tmp_path / "nvidia"
    card.mkdir()
    (tmp_path / "cpu").mkdir()
    comparisons = [comparison(32, 1.0, 2.0), comparison(64, 2.0, 1.5), comparison(128, 4.0, 1.6)]
    content = {"provenance": PROVENANCE, "comparisons": comparisons}
    (card / "scale-n.json").write_text(json.dumps(content))
    rows = [
        {"layer": "Keras GRU", "argument": "default", "fused": True, "loop": False, "error": ""},
        {"layer": "Keras GRU", "argument": "use_bias=False", "fused": False, "loop": True, "error": ""},
        {"layer": "Keras GRU", "argument": "dtype='float64'", "fused": False, "loop": False, "error": "ValueError: no"},
    ]
    (card / "dispatch.json").write_text(json.dumps({"torch": {"provenance": PROVENANCE, "rows": rows}}))
    return tmp_path


def test_where_a_gpu_overtakes_and_what_leaves_its_kernels(folder):
    overtaking, unfused = accelerator_tables(folder)
    assert overtaking.rows == (("n", "pytorch", "from 64"),)
    assert overtaking.notes == ("a card, 16 cores; 2026-01-01, commit 000000000000.",)
    assert unfused.rows == (
        ("torch", "Keras GRU", "use_bias=False", "a loop"),
        ("torch", "Keras GRU", "dtype='float64'", "ValueError: no"),
    )


def test_a_gpu_that_is_never_faster(folder):
    slow = {"provenance": PROVENANCE, "comparisons": [comparison(32, 1.0, 2.0), comparison(64, 2.0, 2.5)]}
    (folder / "nvidia" / "scale-n.json").write_text(json.dumps(slow))
    (folder / "nvidia" / "dispatch.json").unlink()
    [overtaking] = accelerator_tables(folder)
    assert overtaking.rows == (("n", "pytorch", "at no size"),)


def test_without_a_gpu_there_is_nothing_to_show(tmp_path):
    (tmp_path / "cpu").mkdir()
    assert accelerator_tables(tmp_path) == []
