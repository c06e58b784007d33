"""Sizes that grow, on CPU and GPU; there need not be a GPU."""

import json
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gru_lib.benchmark import Shape, accelerator, compare, crossover, grow
from gru_lib.benchmark.__main__ import main
from gru_lib.benchmark.growth import SIZES, growing
from tests.support.benchmark_workers import alter_workers

SHAPE = Shape(8, 12, 3, 16)
shapes = st.builds(Shape, *[st.integers(1, 999)] * 4)
# the GPU's part is played by NumPy, on the CPU
PLAYED = """
PEERS["pytorch"] = replace(PEERS["scratch"], devices=("cpu", "gpu"))
accelerator.open_gpu = lambda package: memory.resident()
"""


def comparison(shape, seconds, cell="GRU"):
    return {
        "shape": str(shape),
        "cell": cell,
        "mode": "train",
        "peers": {p: {"seconds": s} for p, s in seconds.items()},
    }


@given(shapes, st.sampled_from(list(SIZES)))
def test_one_size_grows_from_a_quarter_to_four_times(shape, letter):
    grown = grow(shape, letter)
    sizes = [getattr(one, SIZES[letter]) for one in grown]
    assert shape in grown
    assert sizes == sorted(set(sizes))
    assert sizes[-1] == 4 * getattr(shape, SIZES[letter])
    assert sizes[0] == 1 or abs(4 * sizes[0] - getattr(shape, SIZES[letter])) <= 2
    assert all(replace(one, **{SIZES[letter]: 1}) == replace(shape, **{SIZES[letter]: 1}) for one in grown)
    assert growing([comparison(one, {}) for one in grown]) == letter


def test_other_letters_are_refused():
    with pytest.raises(ValueError, match="letter is 'k'; expected one of B, T, m, n"):
        grow(SHAPE, "k")


times = st.floats(1e-6, 10)


@given(st.dictionaries(st.integers(1, 999), st.tuples(times, times), min_size=2), st.randoms(), st.sampled_from("Bn"))
def test_the_crossover_is_the_first_size_at_which_the_gpu_is_faster(measured, random, letter):
    comparisons = [
        comparison(replace(SHAPE, **{SIZES[letter]: size}), {"pytorch": cpu, "pytorch@gpu": gpu, "scratch": 1})
        for size, (cpu, gpu) in measured.items()
    ]
    random.shuffle(comparisons)
    faster = [size for size, (cpu, gpu) in measured.items() if gpu < cpu]
    assert crossover(comparisons) == {"pytorch": min(faster, default=None)}


@pytest.mark.parametrize(
    ("comparisons", "message"),
    [
        ([comparison(SHAPE, {"a": 1, "a@gpu": 2})], "expected that one size grows"),
        ([comparison(Shape(1, 2, 3, 4), {}), comparison(Shape(2, 2, 3, 5), {})], "expected that one size grows"),
        ([comparison(Shape(1, 2, 3, 4), {}), comparison(Shape(2, 2, 3, 4), {}, "LSTM")], "expected one cell and mode"),
        ([comparison(Shape(1, 2, 3, 4), {"a": 1}), comparison(Shape(2, 2, 3, 4), {"a": 1})], "no peer on both devices"),
    ],
)
def test_no_crossover_without_one_growth_on_both_devices(comparisons, message):
    with pytest.raises(ValueError, match=message):
        crossover(comparisons)


def test_the_command_measures_growth_on_both_devices(tmp_path, monkeypatch, capsys, require):
    require("torch")
    require("matplotlib")
    alter_workers(PLAYED, tmp_path, monkeypatch)
    figures, picture = tmp_path / "figures.json", tmp_path / "growth.svg"
    command = f"--device gpu --shape {replace(SHAPE, units=2)} --grow n --peer pytorch --threads 1 --rounds 3"
    assert main(f"{command} -o {figures} --plot {picture}".split()) == 0
    assert "pytorch (GRU) is faster on the GPU " in capsys.readouterr().out
    comparisons = json.loads(figures.read_text())["comparisons"]
    assert [one["shape"] for one in comparisons] == [str(replace(SHAPE, units=n)) for n in (1, 2, 4, 8)]
    assert all(set(one["peers"]) == {"pytorch", "pytorch@gpu"} for one in comparisons)
    assert set(crossover(comparisons)) == {"pytorch"}
    for text in ("n, units", "ms a step", "memory, MB", "pytorch@gpu"):
        assert f"<!-- {text} -->" in picture.read_text()


def test_a_growth_is_drawn_alone(tmp_path, capsys):
    command = f"--shape 1x1x1x1 --shape 2x1x1x1 --grow n --peer scratch --plot {tmp_path / 'a.svg'}"
    assert main(command.split()) == 1
    assert "expected one --shape" in capsys.readouterr().err


@pytest.mark.parametrize("peer", ["pytorch", "keras-jax", "keras-tensorflow"])
def test_without_a_gpu_there_is_one_clear_line(require_backend, monkeypatch, peer):
    package = {"pytorch": "torch"}.get(peer, peer.removeprefix("keras-"))
    require_backend(package)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    with pytest.raises(RuntimeError, match=f"^{peer}@gpu stopped: {package} finds no GPU; install .* CPU$"):
        compare(SHAPE, [f"{peer}@gpu"], rounds=3)


def fake_torch(seen):
    cuda = SimpleNamespace(
        is_available=lambda: True,
        memory_allocated=lambda: 1,
        reset_peak_memory_stats=lambda: seen.append("reset"),
        max_memory_allocated=lambda: 3,
    )
    backends = SimpleNamespace(
        cuda=SimpleNamespace(matmul=SimpleNamespace(allow_tf32=True)), cudnn=SimpleNamespace(allow_tf32=True)
    )
    seen.append(lambda: not (backends.cuda.matmul.allow_tf32 or backends.cudnn.allow_tf32))
    return SimpleNamespace(cuda=cuda, backends=backends)


def fake_jax(seen):
    precision = {}
    card = SimpleNamespace(memory_stats=lambda: {"bytes_in_use": 1, "peak_bytes_in_use": 3})
    seen.append(lambda: precision == {"jax_default_matmul_precision": "highest"})
    config = SimpleNamespace(update=precision.__setitem__)
    return SimpleNamespace(config=config, default_backend=lambda: "gpu", devices=lambda: [card])


def fake_tensorflow(seen):
    tf32 = []
    experimental = SimpleNamespace(
        enable_tensor_float_32_execution=tf32.append,
        get_memory_info=lambda _: {"current": 1, "peak": 3},
        reset_memory_stats=lambda _: seen.append("reset"),
    )
    seen.append(lambda: tf32 == [False])
    return SimpleNamespace(
        config=SimpleNamespace(experimental=experimental, list_physical_devices=lambda _: ["a card"])
    )


@pytest.mark.parametrize("fake", [fake_torch, fake_jax, fake_tensorflow])
def test_on_a_card_float32_is_float32_and_memory_is_its_own(monkeypatch, fake):
    seen, package = [], fake.__name__.removeprefix("fake_")
    monkeypatch.setitem(sys.modules, package, fake(seen))
    counter = accelerator.open_gpu(package)
    assert seen[0](), "TF32 is off"
    counter.reset()
    assert (counter.current(), counter.peak()) == (1, 3)
    assert ("reset" in seen) == (package != "jax"), "JAX cannot reset its peak"
