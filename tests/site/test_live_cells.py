"""Which cells run in the page is found from the code: what needs a framework, directly or through a name, does not."""

import json

import pytest

from tests.support import ROOT


@pytest.fixture
def cells(require, monkeypatch):
    for package in ("imagesize", "sphinx", "tinycss2"):
        require(package)
    monkeypatch.syspath_prepend(ROOT / "chapters" / "_site")
    return require("book_site.live_cells")


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (["import numpy as np", "np.ones(3)"], ["", ""]),
        (["import keras", "keras.layers.GRU(3)"], ["keras", "keras"]),
        (["import keras\nimport numpy as np", "np.ones(3)", "keras.ops"], ["", "", "keras"]),
        (
            ["from keras import layers as l\nimport math", "a = l.GRU(3)", "b = a", "b", "math.pi"],
            ["", *3 * ["keras"], ""],
        ),
        (["from gru_lib.scratch import gru_step", "gru_step"], ["", ""]),
        (["from gru_lib.layers import GRU", "GRU"], ["keras", "keras"]),
        (["import torch\nx = 1", "def f():\n    return torch.ones(x)", "f()", "x"], ["", "torch", "torch", ""]),
        (["import torch\nx = 1", "y = torch.ones(1)", "y = 2", "y"], ["", "torch", "", ""]),
        (["def f():\n    import jax\n    return jax", "f()"], ["jax", "jax"]),
        (["import torch\na = {}", "a['t'] = torch.ones(1)", "a"], ["", "torch", "torch"]),
        (["import torch\na = []", "a.append(torch.ones(1))", "a"], ["", "torch", "torch"]),
        (["import torch\nx = 1", "def f(torch):\n    return torch + x", "f(2)"], ["", "", ""]),
        (["from gru_lib.conformance import check_gru", "check_gru"], ["", ""]),
        (["from gru_lib.conformance import process", "process"], ["subprocess", "subprocess"]),
        (["from gru_lib.book import show_backend\nx = 1\nshow_backend()", "x"], ["keras", ""]),
        (["import keras\nn = 3\nx = [n]\nkeras.layers.GRU(n)", "n", "x"], ["keras", "", "keras"]),
        (["import time\nx = 1", "time.perf_counter()", "x"], ["", "time", ""]),
        (["import subprocess\nx = 1", "subprocess.run('ls')"], ["", "subprocess"]),
        (
            [
                "import torch\nimport numpy as np\nrng = np.random.default_rng(0)",
                "torch.ones(rng.integers(3))",
                "rng.normal()",
            ],
            ["", "torch", "torch"],  # what is drawn next depends on what was drawn
        ),
        (["import torch\nimport numpy as np\nx = np.ones(3)", "torch.tensor(x.copy())", "x"], ["", "torch", ""]),
    ],
)
def test_a_cell_needs_what_its_names_need(cells, sources, expected):
    assert cells.needs(sources) == expected


def test_the_foundations_run_in_the_page(cells):
    for path in sorted((ROOT / "chapters" / "foundations").glob("*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        found = cells.needs("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code")
        assert 4 * found.count("") > 3 * len(found), path.name
