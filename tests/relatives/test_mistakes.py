"""The check passes the references, and names every mistake; a table says which cases notice what."""

import numpy as np
import pytest

from gru_lib.relatives import RELATIVES, check_relative

PAIRS = [(name, mistake) for name, relative in RELATIVES.items() for mistake in relative.mistakes]
PLAIN = {("plain", "h0"), ("plain", "no h0")}
# What the plain cases do not notice, or only one of them, and the words of the cases that do.
NOTICED_ONLY_WITH = {
    "initial state ignored": {"h0"},
    "h0 passed through g, but for T = 1": {"h0"},
    "starts from g(0) = 0.5 where no initial state is given": {"no h0"},
    "last value as it was filled in the step before": {"plain", "one row", "long", "all missing"},
    "sigmoid as exp(a) / (1 + exp(a)), NaN for large a": {"large values"},
    "all steps at once by a product of gates, which vanishes": {"large values"},
}


def run(name, **parts):
    return RELATIVES[name].cell(**parts).run


def words(report):
    return {case.words for case, _, _ in report.failures}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", RELATIVES)
def test_the_reference_passes(name, dtype):
    forward = RELATIVES[name].forward
    case = RELATIVES[name].cases()[0].cast(dtype)
    assert forward(case.x, case.weights, **case.options).dtype == dtype
    assert f"in {dtype}: all" in str(check_relative(name, forward, dtype=dtype))

    of_the_paper = RELATIVES[name].overwriting().forward
    check_relative(name, of_the_paper, update="overwrites", dtype=dtype).raise_if_failed()


@pytest.mark.parametrize(("name", "mistake"), PAIRS, ids=lambda value: getattr(value, "name", value))
def test_every_mistake_is_found_where_the_table_says_and_named(name, mistake):
    report = check_relative(name, run(name, **mistake.parts))
    assert report.mistakes == (mistake,)
    assert f"mistake: {mistake.name}" in str(report)
    if (only := NOTICED_ONLY_WITH.get(mistake.name)) is None:
        assert words(report) >= PLAIN
    else:
        assert words(report)
        assert all(only & set(case) for case in words(report))


@pytest.mark.parametrize("name", ["layer-norm-gru", "dreamer-gru"])
def test_every_mistake_is_named_in_float32_too(name):
    for mistake in RELATIVES[name].mistakes:
        assert mistake in check_relative(name, run(name, **mistake.parts), dtype="float32").mistakes, mistake.name


@pytest.mark.parametrize("name", RELATIVES)
def test_every_mistake_is_named_with_the_z_of_the_paper_too(name):
    for mistake in RELATIVES[name].mistakes:
        function = RELATIVES[name].overwriting().cell(**mistake.parts).run
        assert mistake in check_relative(name, function, update="overwrites").mistakes, mistake.name


def in_part(good):
    """Return what makes a function answer zeros where `good(x, weights, mask)` is False."""

    def broken(forward):
        def function(x, weights, *, h0=None, mask=None, **inputs):
            inputs |= {} if mask is None else {"mask": mask}
            return forward(x, weights, h0=h0, **inputs) * good(x, weights, mask)

        return function

    return broken


def no_batch_of_one(forward):
    return lambda *arguments, **options: forward(*arguments, **options).squeeze()


# A fault that some cases alone show: the relative, these cases, and the fault.
FAULTS = {
    "more units than features": (
        "layer-norm-gru",
        {"more features than units"},
        in_part(lambda x, w, _: x.shape[-1] < len(w.recurrent_kernel)),
    ),
    "no batch of one": ("dreamer-gru", {"one row", "one step"}, no_batch_of_one),
    "no single step": ("gru-d", {"one step"}, in_part(lambda x, _w, _: x.shape[1] > 1)),
    "some value in every batch": ("gru-d", {"all missing"}, in_part(lambda _x, _w, mask: mask.any())),
    "some gap in every batch": ("gru-d", {"nothing missing"}, in_part(lambda _x, _w, mask: not mask.all())),
    "stops after 50 steps": ("min-gru", {"long"}, in_part(lambda x, _w, _: np.arange(x.shape[1])[:, None] < 50)),
    "fewer than eight features": ("min-gru-log", {"ten features"}, in_part(lambda x, _w, _: x.shape[-1] < 8)),
    "two blocks": ("block-gru", {"one block", "four blocks"}, in_part(lambda _x, w, _: len(w.bias) == 2)),
    "kernels of three": (
        "conv-gru",
        {"kernel of one", "kernel of five"},
        in_part(lambda _x, w, _: len(w.kernel) == 3),
    ),
    "a picture of several columns": ("conv-gru", {"narrow"}, in_part(lambda x, _w, _: x.shape[3] > 1)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_kind_of_case_alone_notices_something(fault):
    name, kinds, broken = FAULTS[fault]
    report = check_relative(name, broken(RELATIVES[name].forward))
    assert {case[0] for case in words(report)} == kinds


def test_no_kind_of_case_is_there_for_nothing():
    special = {word for relative in RELATIVES.values() for word in relative.specials} - {"large values"}
    assert special <= {kind for _, kinds, _ in FAULTS.values() for kind in kinds}


def test_two_mistakes_are_named_together():
    relative = RELATIVES["gru-d"]
    never, decay = (m for m in relative.mistakes if m.name in ("reset gate never applied", "state does not decay"))
    report = check_relative("gru-d", run("gru-d", **never.parts, **decay.parts))
    assert "mistake: reset gate never applied; and state does not decay\n    seen in: https://github.com/" in str(
        report
    )


def test_z_the_other_way_round_is_a_question_of_convention():
    inverted = run("min-gru", mix=lambda z, h, g: (1 - z) * h + z * g)
    assert "if it is meant: update='overwrites'" in str(check_relative("min-gru", inverted))
    assert check_relative("min-gru", inverted, update="overwrites").passed
    assert "if it is meant: update='keeps'" in str(
        check_relative("min-gru", RELATIVES["min-gru"].forward, update="overwrites")
    )
