"""A size that varies, on CPU and GPU; there need not be a GPU."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gru_lib.benchmark import Shape, crossover, scaled_shapes
from gru_lib.benchmark.scaling import SIZES, varied_size

SHAPE = Shape(8, 12, 3, 16)
shapes = st.builds(Shape, *[st.integers(1, 999)] * 4)


def comparison(shape, seconds, cell="GRU"):
    return {
        "shape": str(shape),
        "cell": cell,
        "mode": "train",
        "timings": {name: {"seconds": s} for name, s in seconds.items()},
    }


@given(shapes, st.sampled_from(list(SIZES)))
def test_one_size_goes_from_a_quarter_to_four_times(shape, letter):
    scaled = scaled_shapes(shape, letter)
    sizes = [getattr(one, SIZES[letter]) for one in scaled]
    assert shape in scaled
    assert sizes == sorted(set(sizes))
    assert sizes[-1] == 4 * getattr(shape, SIZES[letter])
    assert sizes[0] == 1 or abs(4 * sizes[0] - getattr(shape, SIZES[letter])) <= 2
    assert all(replace(one, **{SIZES[letter]: 1}) == replace(shape, **{SIZES[letter]: 1}) for one in scaled)
    assert varied_size([comparison(one, {}) for one in scaled]) == letter


def test_other_letters_are_refused():
    with pytest.raises(ValueError, match="letter is 'k'; expected one of B, T, m, n"):
        scaled_shapes(SHAPE, "k")


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
        ([comparison(SHAPE, {"a": 1, "a@gpu": 2})], "expected that one size varies"),
        ([comparison(Shape(1, 2, 3, 4), {}), comparison(Shape(2, 2, 3, 5), {})], "expected that one size varies"),
        ([comparison(Shape(1, 2, 3, 4), {}), comparison(Shape(2, 2, 3, 4), {}, "LSTM")], "expected one cell and mode"),
        ([comparison(Shape(1, 2, 3, 4), {"a": 1}), comparison(Shape(2, 2, 3, 4), {"a": 1})], "nobody on both devices"),
    ],
)
def test_no_crossover_without_one_size_on_both_devices(comparisons, message):
    with pytest.raises(ValueError, match=message):
        crossover(comparisons)
