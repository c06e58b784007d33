"""The page *Upstream* is true: each of its tests fails today as it says, and passes with the patch beside it."""

import json
import os
import re
import subprocess
import sys

import pytest

from tests.support import ROOT
from tests.support.upstream_runs import BACKENDS, PATCHES, TESTS, UPSTREAM, apply, backend_of, run

PAGE = (ROOT / "chapters" / "engineering" / "upstream.md").read_text()


def entries():
    """Return what the page says that each test ends with, one message for each of its test functions."""
    found = {}
    for entry in re.split("^### ", PAGE, flags=re.M)[1:]:
        [test] = set(re.findall(r"`upstream/(\S+\.py)`", entry))
        [came] = re.findall(r"^```text\n(.*?)^```", entry, flags=re.M | re.S)
        found[UPSTREAM / test] = came.splitlines()
    return found


ENTRIES = entries()


def test_the_page_shows_every_file_and_no_other():
    shown = set(re.findall(r"\{literalinclude\} \.\./\.\./upstream/(\S+)", PAGE))
    named = set(re.findall(r"`upstream/(\S+)`", PAGE))
    assert shown == named == {str(path.relative_to(UPSTREAM)) for path in [*TESTS, *PATCHES]}
    assert [patch for patch in PATCHES if patch.with_suffix(".py") not in TESTS] == []


def test_the_versions_of_the_page_are_those_of_the_pins():
    pins = dict(re.findall(r"^([\w-]+)==(\S+)$", (ROOT / "constraints.txt").read_text(), flags=re.M))
    named = re.findall(r"^## (.*?) (\d\S*\d)(?:: .*)?$", PAGE, flags=re.M)
    assert {name for name, _ in named} == {"Keras", "ONNX", "ONNX Runtime", "flax"}
    for name, version in named:
        assert pins[name.lower().replace(" ", "")] == version, name


@pytest.fixture(scope="module", autouse=True)
def projects(require_backend):
    for backend in BACKENDS:
        require_backend(backend)


@pytest.fixture(scope="module")
def today(tmp_path_factory):
    folder = tmp_path_factory.mktemp("today")
    return {test: ends for backend in BACKENDS for test, ends in run(folder, suite_on(backend), backend).items()}


def suite_on(backend, suffix=".py"):
    return [test for test in TESTS if backend_of(test) == backend and test.with_suffix(suffix).exists()]


# What fails, and what is green with our patches, changes with the releases, not with this book: weekly.
@pytest.mark.weekly
@pytest.mark.parametrize("test", TESTS, ids=lambda test: f"{test.parent.name}-{test.stem}")
def test_it_fails_today_as_the_page_says(today, test):
    messages = today[test]
    assert len(messages) == len(ENTRIES[test])
    for message, line in zip(messages, ENTRIES[test], strict=True):
        assert message is not None, "it is mended: move its entry on the page"
        assert message.startswith(line)


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: f"{patch.parent.name}-{patch.stem}")
def test_each_patch_applies_alone_and_is_python(tmp_path, patch):
    apply(tmp_path, [patch])
    changed = [path for path in tmp_path.rglob("*.py") if not path.is_symlink()]
    assert changed
    for path in changed:
        compile(path.read_text(), path.name, "exec")


@pytest.fixture(scope="module")
def patched(tmp_path_factory):
    folder = tmp_path_factory.mktemp("patched")
    apply(folder, PATCHES)
    return folder


@pytest.mark.weekly
@pytest.mark.parametrize("backend", BACKENDS)
def test_with_the_patches_it_passes(patched, backend):
    ends = run(patched, suite_on(backend, ".diff"), backend)
    assert ends
    assert {test.name: messages for test, messages in ends.items() if set(messages) != {None}} == {}


NOTICED = """
import json, unittest
from keras.src import layers
from keras.src.layers.rnn import gru_test
from gru_lib.book.mutation_scores import SCORES
from gru_lib.conformance import MUTANTS
from gru_lib.records import read_results
from tools.mutation_scores.keras_wrapper import keras_layer
from tools.mutation_scores.measure import CONTROL, onnx_verdict

def keras_verdict(mutant):
    layers.GRU = keras_layer(mutant)
    result = unittest.TestResult()
    for number in "01":
        gru_test.GRUTest("test_random_weights" + number).run(result)
    return "survived" if result.wasSuccessful() else "killed"

for suite, verdict in {"keras": keras_verdict, "onnx": onnx_verdict}.items():
    assert verdict(CONTROL) == "survived"
    overlooked = [row["id"] for row in read_results(SCORES)["rows"] if row[suite] == "survived"]
    print(json.dumps([verdict(MUTANTS[name]) for name in overlooked]))
"""


@pytest.mark.weekly
def test_with_the_patches_their_suites_notice_more_than_half_of_what_they_overlook(patched):
    assert PAGE.count("notice more than half of the mistakes") == 2
    environment = {"PYTHONPATH": os.pathsep.join(map(str, (patched, ROOT))), "KERAS_BACKEND": "torch"}
    command = [sys.executable, "-c", NOTICED]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    suites = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(suites) == 2
    for verdicts in suites:
        assert verdicts.count("killed") > 0.5 * len(verdicts) > 5
