"""The test kit passes what is right, rejects every mutant, and calls each by its name."""

from dataclasses import fields
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from gru_lib.conformance import MUTANTS, Mutant, check_gru
from gru_lib.conformance.cases import GRADIENTS
from gru_lib.conformance.diagnosis import combine
from gru_lib.conformance.mutants import FORWARD_MUTANTS, GRADIENT_MUTANTS
from gru_lib.conformance.mutants.needs import shows_in
from gru_lib.conformance.plans import draw_cases
from gru_lib.conformance.precision import TOLERANCE
from gru_lib.porting import port
from gru_lib.scratch import GRUWeights, gru_backward, gru_forward
from tests.support.gru_cases import Case as TextbookCase
from tests.support.gru_cases import textbook_answer

CASES = list(draw_cases())
SMALL = [case for case in CASES if case.x.shape[1] < 10 and case.weights.units < 10]
BOTH = ("reset after and reset before", "float64 and float32")


def scratch_gradients(x, weights, grad, **options):
    return gru_backward(grad, gru_forward(x, weights, **options)[1])


def ids(report):
    return [mutant.id for mutant in report.mistakes]


# ----- the cases ------------------------------------------------------------------------------------------------------


def as_textbook_case(case):
    values = {field.name: getattr(case, field.name) for field in fields(case)} | {"grad": case.compared_grad}
    double = {n: a.astype(float) for n, a in values.items() if getattr(a, "dtype", None) == np.float32}
    return TextbookCase(**(values | double))


# every fifth of the small ones: a complex step for each number takes its time
@pytest.mark.parametrize("case", SMALL[::5], ids=repr)
def test_what_the_cases_expect_is_what_the_textbook_says(case):
    truth = textbook_answer(as_textbook_case(case))
    expected = {"states": case.states, **case.gradients}
    for name in ("states", *GRADIENTS):
        if truth[name] is not None:
            np.testing.assert_allclose(expected[name], truth[name], rtol=0, atol=1e-12)


def test_the_cases_are_many_different_and_the_same_every_time():
    assert 60 <= len(CASES) <= 100
    for cases in (CASES, list(draw_cases(dtype="float32", use_h0=False))):
        assert len({case.name for case in cases}) == len(cases)
    for one, other in zip(CASES, draw_cases(), strict=True):
        assert np.array_equal(one.x, other.x)
    assert {case.x.shape[1] for case in CASES} == {1, 2, 3, 5, 30, 50, 270}
    assert {case.x.dtype.name for case in CASES} == {"float32", "float64"}


def test_rounding_stays_far_below_the_tolerance():
    # in long sequences too: were the weights chaotic, float32 would drift away from the answer in float64
    for case in (case for case in CASES if case.x.dtype == np.float32):
        states, _ = gru_forward(case.x, case.weights, **case.options)
        assert np.abs(states - case.states).max() < TOLERANCE["float32"] / 5


# ----- right and wrong GRUs -------------------------------------------------------------------------------------------


def test_scratch_passes_with_gradients():
    report = check_gru(gru_forward, gradients=scratch_gradients)
    assert report.passed and report.tested and not report.mistakes and not report.not_tested
    assert report.verdict == "gru" and (report.convention, report.precision) == BOTH
    assert str(report) == f"✓ gru_forward is a GRU: {BOTH[0]}, in {BOTH[1]}. All {len(CASES)} cases agree."
    report.raise_if_failed()


def test_a_mutant_without_a_mistake_is_right():
    right = Mutant("none", "no mistake", "none")
    assert check_gru(right.gru(), gradients=right.gradients).passed


def test_a_part_that_does_not_exist_is_refused():
    with pytest.raises(TypeError, match=r"^GRUVariant has no part mix$"):
        Mutant("typo", "a part misspelt", "none", forward={"mix": len}).gru()


@pytest.mark.parametrize("mutant", FORWARD_MUTANTS, ids=repr)
def test_every_mutant_is_killed_and_named(mutant):
    # float32 is a precision in which something may be a GRU, and a mistake only where float64 is asked for
    report = check_gru(mutant.gru(), dtype="float64" if mutant.precision else None)
    assert not report.passed
    assert ids(report) == [mutant.id]
    # it fails only where it can: what a case needs for it is written down
    for case in report.failing_cases:
        assert shows_in(mutant, case), case.name
    assert mutant.name in str(report) and mutant.remedy in str(report)
    with pytest.raises(AssertionError, match="is not a GRU" if report.verdict == "not a gru" else "is a GRU but for"):
        report.raise_if_failed()


@pytest.mark.parametrize("mutant", GRADIENT_MUTANTS, ids=repr)
def test_every_mutant_in_the_gradients_is_killed_and_named(mutant):
    report = check_gru(gru_forward, gradients=mutant.gradients)
    assert ids(report) == [mutant.id]
    assert all("gradient" in failure.message for failure in report.failures)
    assert all(shows_in(mutant, case) for case in report.failing_cases)


def test_the_library_is_large_and_well_described():
    assert len(FORWARD_MUTANTS) >= 80 and len(GRADIENT_MUTANTS) >= 19
    assert len(MUTANTS) == len(FORWARD_MUTANTS) + len(GRADIENT_MUTANTS)  # every id once
    names = [mutant.name for mutant in MUTANTS.values()]
    assert len(set(names)) == len(names)
    for mutant in MUTANTS.values():
        assert mutant.remedy and (mutant.source is None or mutant.source.startswith("https://"))


# ----- what the report says -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mutant", "common"),
    [
        ("recurrent-bias-outside", ["only with reset after and bias"]),
        ("after-for-before", ["only with reset before"]),
        ("mask-not-turned", ["only with a mask and backwards"]),
        ("h0-ignored", ["only with h0, and always then"]),
        ("recurrent-transposed", ["only with more than one unit"]),
        ("zr-exchanged", []),
        ("state-not-carried", ["never before step 2"]),
    ],
)
def test_the_report_says_what_failing_cases_have_in_common(mutant, common):
    found = list(check_gru(MUTANTS[mutant].gru()).common)
    for wanted in common:
        assert any(set(wanted.replace(",", "").split()) <= set(line.replace(",", "").split()) for line in found), found
    assert bool(found) == bool(common)


def test_the_report_shows_the_first_wrong_step():
    report = check_gru(MUTANTS["output-before-step"].gru())
    first = report.failures[0]
    case, step = first.case, first.step
    assert step == 1 and f"step 1, row 0, unit 0: {case.h0[0, 0]:.6g} instead of" in first.message
    assert str(first) in str(report)


PAIRS = [
    ("kernel-reshaped", "recurrent-reshaped"),
    ("zr-exchanged-kernel", "recurrent-bias-outside"),
    ("zr-exchanged", "update-inverted"),
    ("before-for-after", "state-not-carried"),  # https://github.com/tracel-ai/burn/issues/2701
    ("h0-ignored", "hard-sigmoid-0.2"),
]


@pytest.mark.parametrize("names", PAIRS, ids=" + ".join)
def test_two_mistakes_at_once_are_named(names):
    report = check_gru(combine(*map(MUTANTS.get, names)).gru())
    assert any(set(names) == set(mutant.id.split(" + ")) for mutant in report.mistakes)


@pytest.mark.parametrize("final", ["the last output", "the state that was kept"])
def test_a_mask_taken_as_lengths_has_its_name_whatever_the_final_state_is(final):
    def gru(x, weights, *, h0=None, mask=None):
        lengths = np.ones(x.shape[:2], bool) if mask is None else np.arange(x.shape[1]) < mask.sum(1)[:, None]
        kept = gru_forward(x, weights, h0=h0, mask=lengths)[0]
        zeroed = np.where(lengths[:, :, None], kept, 0)
        return zeroed, (zeroed if final == "the last output" else kept)[:, -1].copy()

    assert "mask-as-lengths + masked-output-zeroed" in ids(check_gru(gru, reset_after=True))


def test_two_mistakes_in_the_same_part_exclude_each_other():
    assert combine(MUTANTS["update-inverted"], MUTANTS["past-not-scaled"]) is None


def test_an_unknown_mistake_is_not_given_a_name():
    def odd(x, weights, **options):
        return gru_forward(1.1 * x, weights, **options)[0].astype(x.dtype)

    report = check_gru(odd)
    assert not report.passed and report.mistakes == ()
    assert "none of the known ones" in str(report)
    assert report.evidence == ("right as soon as the kernel is zero",)


def test_several_mistakes_are_named_where_the_signature_cannot_tell_them_apart():
    def one_step_only(x, weights, *, reset_after=True):
        return MUTANTS["update-inverted"].gru()(x, weights, reset_after=reset_after)

    report = check_gru(one_step_only)
    assert "update-inverted" in ids(report)
    assert {"h0", "mask", "go_backwards"} <= {line.split()[0] for line in report.not_tested}


def test_what_the_signature_does_not_offer_is_said():
    def plain(x, weights):
        return gru_forward(x, weights)[0]

    report = check_gru(plain)
    assert report.passed
    assert [line.split(" (")[0] for line in report.not_tested] == [
        "h0",
        "mask",
        "go_backwards",
        "the other reset",
        "gradients",
    ]
    assert all(f"not tested: {line}" in str(report) for line in report.not_tested)
    assert {case.features["h0"] for case in report.cases} == {"no h0"}
    assert {case.x.dtype.name for case in report.cases} == {"float32", "float64"}


def test_a_gru_without_the_option_can_be_meant_as_reset_before():
    def original(x, weights):
        return gru_forward(x, weights, reset_after=False)[0]

    assert check_gru(original, reset_after=False).passed
    assert check_gru(original).convention == "reset before"  # found out
    assert not check_gru(original, reset_after=True).passed


@pytest.mark.parametrize("after", [True, False])
def test_one_convention_can_be_asked_for(after):
    report = check_gru(gru_forward, reset_after=after)
    assert report.passed and {case.reset_after for case in report.cases} == {after}
    assert f"reset_after={after} was asked for" in str(report)


def test_missing_gradients_are_not_offered_and_not_failed():
    class KernelOnly:
        def __init__(self, kernel):
            self.kernel = kernel

    report = check_gru(gru_forward, gradients=lambda *args, **kw: KernelOnly(scratch_gradients(*args, **kw).kernel))
    assert report.passed
    assert [line for line in report.not_tested if line.startswith("gradient of")] == [
        f"gradient of {name} (not offered)" for name in ("recurrent_kernel", "bias", "x", "h0")
    ]


def test_gradients_are_judged_where_the_states_are_right():
    report = check_gru(MUTANTS["h0-ignored"].gru(), gradients=scratch_gradients)
    assert ids(report) == ["h0-ignored"]
    assert not [failure for failure in report.failures if "gradient" in failure.message]


# ----- what is said about a GRU holds for its gradients too -----------------------------------------------------------


def overwriting(x, weights, *, h0=None):
    """Mix as (1 - z) h + z g, reset before, in PyTorch."""
    return overwriting_in_torch(*(torch.tensor(a) for a in (x, *weights.arrays())), h0=h0)


def overwriting_in_torch(x, kernel, recurrent_kernel, bias=0.0, *, h0=None):
    h = torch.zeros(len(x), len(recurrent_kernel), dtype=x.dtype) if h0 is None else torch.as_tensor(h0)
    U_z, U_r, U_h = recurrent_kernel.chunk(3, 1)
    states = []
    for x_z, x_r, x_h in ((row @ kernel + bias).chunk(3, 1) for row in x.unbind(1)):
        z, r = torch.sigmoid(x_z + h @ U_z), torch.sigmoid(x_r + h @ U_r)
        h = (1 - z) * h + z * torch.tanh(x_h + (r * h) @ U_h)
        states.append(h)
    return torch.stack(states, 1)


def overwriting_gradients(x, weights, grad, *, h0=None):
    arrays = {"x": x, "kernel": weights.kernel, "recurrent_kernel": weights.recurrent_kernel}
    arrays |= {name: array for name, array in (("bias", weights.bias), ("h0", h0)) if array is not None}
    tensors = {name: torch.tensor(array, requires_grad=True) for name, array in arrays.items()}
    overwriting_in_torch(**tensors).backward(torch.tensor(grad))
    return SimpleNamespace(**{name: tensor.grad for name, tensor in tensors.items()})


def test_gradients_get_the_weights_that_the_gru_gets():
    report = check_gru(overwriting, gradients=overwriting_gradients, update="overwrites", reset_after=False)
    assert report.passed and not any("gradient" in what for what in report.not_tested)

    def of_arrays(x, arrays, **options):
        return gru_forward(x, GRUWeights(*arrays), **options)[0]

    def its_gradients(x, arrays, grad, **options):
        return scratch_gradients(x, GRUWeights(*arrays), grad, **options)

    assert check_gru(of_arrays, gradients=its_gradients, weights=lambda weights: weights.arrays()).passed


def test_a_wrong_gradient_of_a_gru_that_overwrites_is_found():
    def careless(x, weights, grad, *, h0=None):
        found = overwriting_gradients(x, weights, grad, h0=h0)
        return SimpleNamespace(kernel=-found.kernel, x=found.x)

    report = check_gru(overwriting, gradients=careless, update="overwrites", reset_after=False)
    assert report.verdict == "gru but for" and report.exception == "its gradients"


def test_what_is_known_of_wrong_gradients_of_one_step_is_said():
    def careless(x, weights, grad, *, h0=None):
        found = overwriting_gradients(x, weights, grad, h0=h0)
        of_z, later = np.arange(3 * weights.units) < weights.units, 1.0 + (x.shape[1] > 1)
        factor = np.where(of_z, 1.1, 1) * later
        kernel, recurrent_kernel = (np.asarray(a) * factor for a in (found.kernel, found.recurrent_kernel))
        return SimpleNamespace(kernel=kernel, recurrent_kernel=recurrent_kernel, x=found.x * later)

    report = check_gru(overwriting, gradients=careless, update="overwrites", reset_after=False)
    assert report.evidence == (
        "with one step, always right: the gradient of x",
        "with one step, among the weights, wrong only for the update gate",
    )


def test_gradients_take_lengths_too():
    def of_lengths(x, weights, *, h0=None, lengths=None):
        mask = None if lengths is None else np.arange(x.shape[1]) < lengths[:, None]
        return gru_forward(x, weights, h0=h0, mask=mask)[0]

    def its_gradients(x, weights, grad, *, h0=None, lengths=None):
        mask = None if lengths is None else np.arange(x.shape[1]) < lengths[:, None]
        return gru_backward(grad, gru_forward(x, weights, h0=h0, mask=mask)[1])

    assert check_gru(of_lengths, gradients=its_gradients, reset_after=True).passed


def test_the_textbook_overwrites_and_may_be_told_so():
    def textbook(x, letters, *, h0=None):
        weights = port(letters, "textbook", "scratch", reset_after=False)
        return gru_forward(x, weights, h0=h0, reset_after=False)[0]

    for update in ({}, {"update": "overwrites"}):
        assert check_gru(textbook, weights="textbook", reset_after=False, **update).passed


def test_a_gru_without_biases_is_one():
    def without(x, weights, *, h0=None):
        return gru_forward(x, GRUWeights(weights.kernel, weights.recurrent_kernel, None), h0=h0, reset_after=False)[0]

    report = check_gru(without)
    assert report.verdict == "gru but for" and report.exception == "all biases forgotten"
    report = check_gru(without, bias_rows=0)
    assert report.passed and report.convention == "reset before"
    assert any("biases (bias_rows=0" in what for what in report.not_tested)


def test_two_conventions_at_once_are_two_arguments():
    parts = combine(MUTANTS["update-inverted"], MUTANTS["hard-sigmoid-0.2"])
    report = check_gru(parts.gru())
    assert report.mistakes[0].convention == "update='overwrites', gates='hard_sigmoid_0.2'"
    assert check_gru(parts.gru(), update="overwrites", gates="hard_sigmoid_0.2").passed

    def before(x, weights, *, h0=None):
        return parts.gru()(x, weights, h0=h0, reset_after=False)

    report = check_gru(before)  # which of the three GRUs it is was not said
    assert report.convention == "reset before" and report.mistakes[0].convention == parts.convention
