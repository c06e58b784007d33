"""The kit on the GRUs of PyTorch: classes, cells, directions, layers of a stack, networks, and with faults in them."""

import pytest

from gru_lib.conformance import check_gru
from tests.support.parts import problems


@pytest.fixture(scope="module")
def torch(require):
    torch = require("torch")
    torch.manual_seed(0)
    return torch


@pytest.fixture(scope="module")
def parts_of(torch):  # noqa: ARG001 - asked for, since without it nothing can be tested
    from gru_lib.conformance.adapters.pytorch import from_pytorch

    return from_pytorch


def named(report):
    return [mutant.id for mutant in report.mistakes]


def test_the_class_passes_with_gradients_and_lengths(torch):
    report = check_gru(torch.nn.GRU)
    assert report.passed, report
    assert {case.x.dtype.name for case in report.cases} == {"float32", "float64"}
    assert {"mask right", "mask all-valid", "no mask"} == {case.features["mask"] for case in report.cases}
    assert {line.split(" (")[0] for line in report.not_tested} == {"reset before", "other masks", "go_backwards"}


def test_the_class_of_a_cell_passes_with_gradients(torch):
    report = check_gru(torch.nn.GRUCell)
    assert report.passed, report
    assert {line.split(" (")[0] for line in report.not_tested} == {"reset before", "mask, go_backwards"}


LAYERS = ["GRU, layer 1", "GRU, layer 2", "GRU, layer 3"]
PLACES = {
    "cell": (lambda nn: nn.GRUCell(3, 5), ["GRUCell"]),
    "cell without bias": (lambda nn: nn.GRUCell(3, 5, bias=False), ["GRUCell"]),
    "time first": (lambda nn: nn.GRU(3, 5), ["GRU"]),
    "batch first": (lambda nn: nn.GRU(3, 5, batch_first=True, bias=False), ["GRU"]),
    "both directions": (lambda nn: nn.GRU(3, 5, bidirectional=True), ["GRU, forward", "GRU, backward"]),
    "layers with dropout": (lambda nn: nn.GRU(2, 5, 3, dropout=0.5), LAYERS),
    "layers, many features": (lambda nn: nn.GRU(12, 3, 3, batch_first=True), LAYERS),
    "layers, both directions": (
        lambda nn: nn.GRU(3, 4, 2, bidirectional=True),
        [f"GRU, layer {k}, {half}" for k in (1, 2) for half in ("forward", "backward")],
    ),
}


@pytest.mark.parametrize("place", PLACES)
def test_every_place_of_a_gru_passes_and_gets_its_own_back(torch, parts_of, place):
    make, names = PLACES[place]
    module = make(torch.nn).double()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    parts = parts_of(module)
    assert [part.name for part in parts] == names
    assert [problems(part) for part in parts] == [[] for _ in parts]
    assert all(torch.equal(before[name], value) for name, value in module.state_dict().items())
    assert module.training and all(p.requires_grad for p in module.parameters())


def test_the_gradients_of_both_directions_are_tested(torch):
    report = check_gru(torch.nn.GRU(3, 5, bidirectional=True))
    assert report.passed, report
    assert not [line for line in report.not_tested if "gradient" in line]


def test_a_frozen_module_is_tested_with_its_gradients_and_stays_frozen(torch):
    module = torch.nn.GRU(3, 4).requires_grad_(False).eval()
    assert check_gru(module).passed
    assert not module.training and not any(p.requires_grad for p in module.parameters())


def test_a_wide_stack_may_round_large_sums(torch, parts_of):
    plans = [{"values": "large"}, {"values": "trained"}]
    assert [problems(part, plans) for part in parts_of(torch.nn.GRU(300, 512, 2))] == [[], []]


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_passes_with_gradients(torch, dtype):
    for module in (torch.nn.GRU(2, 3), torch.nn.GRUCell(2, 3), torch.nn.GRU(2, 3, 2)):
        report = check_gru(module.to(getattr(torch, dtype)))
        assert report.passed, report
        assert {case.features["dtype"] for case in report.cases} == {dtype}


def test_the_grus_of_a_network_are_tested_one_by_one(torch, parts_of):
    nn = torch.nn
    encoder = nn.ModuleDict({"embed": nn.Linear(4, 3), "rnn": nn.GRU(3, 4, 2)})
    network = nn.Sequential(encoder, nn.LSTM(4, 3), nn.GRUCell(3, 3))
    parts = parts_of(network)
    assert [part.name for part in parts] == [
        "Sequential.0.rnn, layer 1",
        "Sequential.0.rnn, layer 2",
        "Sequential.2",
    ]
    assert [problems(part) for part in parts] == [[], [], []]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_was_quantised_is_said_to_be(torch):
    network = torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.GRU(3, 4))
    report = check_gru(torch.ao.quantization.quantize_dynamic(network, {torch.nn.GRU}))
    assert not report.passed and "Sequential.1 could not be tested: its weights are integers" in str(report)


# ----- faults ---------------------------------------------------------------------------------------------------------


def test_faults_in_a_module_are_named(torch):
    class Shifted(torch.nn.GRU):
        def forward(self, x, h0=None):
            states, last = super().forward(x, h0)
            first = torch.zeros_like(last) if h0 is None else h0
            return torch.cat([first.swapaxes(0, 1), states[:, :-1]], 1), last

    class Cut(torch.nn.GRU):
        def forward(self, x, h0=None):
            return super().forward(x, None if h0 is None else h0.detach() + 0 * h0)

    class Forgetful(torch.nn.GRUCell):
        def forward(self, x, h=None):  # noqa: ARG002 - the fault
            return super().forward(x)

    assert named(check_gru(Shifted)) == ["output-before-step"]
    assert named(check_gru(Cut)) == ["no-h0-gradient"]
    assert not check_gru(Forgetful).passed


def test_a_fault_of_every_layer_is_named_for_each(torch):
    class Forgetful(torch.nn.GRU):
        def forward(self, x, h0=None):
            return super().forward(x, 0 * h0 if h0 is not None else None)

    report = check_gru(Forgetful(3, 5, 2))
    assert not report.passed and str(report).count("mistake: initial state ignored") == 2


FAULTS = {
    "final states exchanged": (lambda y, h: (y, h.flip(0)), "final state wrong"),
    "halves exchanged": (lambda y, h: (y.roll(4, 2), h), "wrong from step 1"),
    "backward half in its own order": (lambda y, h: _turned(y, h), "wrong from step 1"),
}


def _turned(y, h):
    y = y.clone()
    y[:, :, 4:] = y[:, :, 4:].flip(0)
    return y, h


@pytest.mark.parametrize("fault", FAULTS)
def test_what_two_directions_get_wrong_is_seen(torch, parts_of, fault):
    change, message = FAULTS[fault]

    class Wrong(torch.nn.GRU):
        def forward(self, x, h0=None):
            return change(*super().forward(x, h0))

    for layers in (1, 2):
        *_others, backward = parts_of(Wrong(3, 4, layers, bidirectional=True))
        assert message in problems(backward)[0]


def test_a_backward_half_with_the_forward_weights_is_seen(torch, parts_of):
    class Shared(torch.nn.GRU):
        def forward(self, x, h0=None):
            with torch.no_grad():
                for name, value in self.named_parameters():
                    if name.endswith("_reverse"):
                        value.copy_(self.get_parameter(name.removesuffix("_reverse")))
            return super().forward(x, h0)

    forward, backward = parts_of(Shared(3, 4, bidirectional=True))
    assert problems(forward) == [] != problems(backward)


def test_a_stack_that_hands_each_start_to_another_layer_is_seen(torch, parts_of):
    class Exchanged(torch.nn.GRU):
        def forward(self, x, h0=None):
            return super().forward(x, None if h0 is None else h0.flip(0))

    for part in parts_of(Exchanged(3, 4, 2)):
        with_h0, without = problems(part, [{}]), problems(part, [{"use_h0": False}])
        assert with_h0 and not without


# ----- bad input ------------------------------------------------------------------------------------------------------


def test_what_is_no_gru_is_reported(torch):
    for thing in (torch.nn.Linear(3, 5), torch.nn.LSTM(3, 5), torch.nn.LSTM, torch.nn.RNNCell):
        report = check_gru(thing)
        assert not report.tested and "of (3n, n)" in str(report)
    assert "Tensor is no GRU" in str(check_gru(torch.zeros(3)))
    assert not check_gru(torch.relu).passed


def test_what_breaks_while_it_is_prepared_is_reported(torch):
    class Odd(torch.nn.GRU):
        def named_parameters(self, *_args, **_kwargs):
            raise RuntimeError("no parameters today")

    odd = Odd.__new__(Odd)
    torch.nn.Module.__init__(odd)
    assert "preparing it raised RuntimeError: no parameters today" in str(check_gru(odd))
    assert "preparing it raised TypeError" in str(check_gru(torch.nn.Bilinear))


def test_options_that_a_layer_cannot_have_are_refused(torch):
    for options in ({"reset_after": False}, {"gradients": len}):
        report = check_gru(torch.nn.GRU, **options)
        assert not report.tested and "with a function" in str(report)
