"""A cell runs after what it needs of those above, and after nothing else; on a fresh page it gives what is stored."""

import asyncio
import copy
import sys
import time
from pathlib import Path

import pytest

from tests.support import ROOT
from tests.support.stored import code_cells, compared

FRAMEWORKS = ("jax", "keras", "onnx", "pandas", "scipy", "sklearn", "tensorflow", "torch")  # the page has none
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("chapters/**/*.ipynb"))
EVERY_TIME = ("equations", "forward", "shapes")  # of the others too the browser runs all cells, from the top
COSTLY = 0.3  # seconds, from which on a statement runs once for all cells of a page


@pytest.fixture(scope="module")
def kernel():
    """Return the module of the page's Python that runs cells."""
    for package in ("imagesize", "sphinx", "tinycss2", "matplotlib"):
        pytest.importorskip(package)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "chapters" / "_site" / "live")
        patch.syspath_prepend(ROOT / "chapters" / "_site")
        patch.setenv("MPLBACKEND", "module://page_kernel.backend")
        for name in FRAMEWORKS:
            patch.setitem(sys.modules, name, None)
        import matplotlib.pyplot as plt
        from page_kernel import cell

        plt.switch_backend("module://page_kernel.backend")
        yield cell


async def none(_):
    return False


def run(session, *sources):
    """Run the last of some cells; return what it printed or raised, and of which cells something ran before."""
    outputs = []
    ok = asyncio.run(session.run([(n, source, False) for n, source in enumerate(sources, start=1)], outputs.append))
    above = {one["above"] for one in outputs if "above" in one}
    said = [one.get("text") or one.get("ename") or one["data"]["text/plain"] for one in outputs if "output_type" in one]
    assert ok == all("ename" not in one for one in outputs)
    return "".join(said).strip(), above


@pytest.mark.parametrize(
    ("before", "now", "changed"),
    [
        (["a = 1", "b = 2", "a + 1", "b"], ["a = 3", "b = 2", "a + 1", "b"], {3}),
        (["a = 1", "b = a", "b"], ["a = 3", "b = a", "b"], {2, 3}),
        (["a = 1", "a"], ["a  =  1", "a"], set()),
        (["a = 1", "a"], ["a = 1", "a * 2"], set()),  # its own code has changed, not what it rests on
        (["a = 1", "a"], ["a = (", "a"], {2}),
    ],
)
def test_a_cell_rests_on_what_it_needs_of_those_above(kernel, before, now, changed):
    assert kernel
    from page_kernel.bases import bases

    old, new = (bases([(n, one, False) for n, one in enumerate(cells, start=1)]) for cells in (before, now))
    assert {number for number in old if old[number] != new[number]} == changed


@pytest.mark.parametrize(
    ("sources", "said", "above"),
    [
        (["a = 1", "b = 2", "a"], "1", {1}),
        (["a = 1\nb = 1 / 0", "a"], "1", {1}),  # of a cell only the statements that are needed
        (["a = 1", "a = 2", "a"], "2", {2}),
        (["a = 1", "a += 1", "a"], "2", {1, 2}),
        (["a = [1]", "b = a", "b.append(2)", "a"], "[1, 2]", {1, 2, 3}),
        (["a = {}", "a['x'] = 1", "c = 3", "a"], "{'x': 1}", {1, 2}),
        (["import numpy as np\na = np.zeros(2)", "b = a[:1]", "b[0] = 1", "int(a.sum())"], "1", {1, 2, 3}),
        (["def f():\n    return b", "b = 1", "b = 2", "f()"], "2", {1, 3}),
        (["a = [0]", "def f():\n    a[0] += 1", "f()", "a"], "[1]", {1, 2, 3}),
        (["import numpy as np\nrng = np.random.default_rng(0)", "rng.random()", "rng.random() < 0.3"], "True", {1, 2}),
        (["from math import *", "floor(pi)"], "3", {1}),
        (["exec('a = 1')", "a"], "1", {1}),
        (["a = 1", "if a:\n    b = 2\nelse:\n    b = 3", "b"], "2", {1, 2}),
        (["b = 1", "if b > 1:\n    b = 2", "b"], "1", {1, 2}),
        (["i = 9", "for i in range(3):\n    pass", "i"], "2", {2}),
        (["a = [1]", "a.append(2)", "len(a)", "a = 5", "a"], "5", {4}),
        (["a = 1", "del a", "a"], "NameError", {1, 2}),
        (["a = (", "b = 2", "b"], "2", {2}),
        (["a = (", "a"], "SyntaxError", {1}),
        (["a = 1 / 0", "b = 2", "a"], "ZeroDivisionError", {1}),
        (
            ["import matplotlib.pyplot as plt\nx, y = [1], []", "for _ in x:\n    plt.plot(x)\n    y.append(1)", "x"],
            "[1]",
            {1},
        ),
        (
            ["import matplotlib.pyplot as plt\nx, y = [1], []", "for _ in x:\n    plt.plot(x)\n    y.append(1)", "y"],
            "[1]",
            {1, 2},
        ),
        (
            [
                "import matplotlib.pyplot as plt",
                "_, a = plt.subplots()\nx = [1]\na.plot(x)",
                "plt.rcParams['lines.linewidth'] = 3",
                "len(x), plt.rcParams['lines.linewidth']",
            ],
            "(1, 3.0)",
            {1, 2, 3},
        ),
        (["print('unseen')\na = 1\nprint(a)", "a"], "1", {1}),
    ],
)
def test_a_cell_brings_what_it_needs(kernel, sources, said, above):
    assert run(kernel.Session(none), *sources) == (said, above)


def test_what_has_run_is_not_run_again_unless_it_changed(kernel):
    session = kernel.Session(none)
    cells = ["a = []", "a.append(1)", "b = 7", "len(a), b"]
    assert run(session, *cells) == ("(1, 7)", {1, 2, 3})
    assert run(session, *cells) == ("(1, 7)", set())
    assert run(session, *cells[:2]) == ("", {1}), "as often as one likes"
    assert run(session, *cells) == ("(1, 7)", set())
    assert run(session, cells[0], "a.append(1); a.append(2)", *cells[2:]) == ("(2, 7)", {2}), "the new"
    assert run(session, cells[0], "a.extend('abc')", *cells[2:]) == ("(3, 7)", {1, 2}), "from the beginning"
    assert run(session, cells[0], "b = 8") == ("", set()), "another cell of the page changes b"
    assert run(session, *cells) == ("(1, 7)", {1, 2, 3})


def test_an_error_above_is_told_with_its_cell_and_mended_by_the_next_run(kernel):
    session, outputs = kernel.Session(none), []
    assert not asyncio.run(session.run([(3, "a = 1 / 0", False), (7, "a", False)], outputs.append))
    [error] = [one for one in outputs if "ename" in one]
    assert (error["cell"], error["ename"], error["line"]) == (3, "ZeroDivisionError", 1)
    assert run(session, "a = 1", "a") == ("1", {1})


def test_a_package_is_brought_when_an_import_asks_for_it(kernel, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    asked = []

    async def fetch(name):
        asked.append(name)
        (tmp_path / f"{name}.py").write_text("x = 1")
        return name == "from_afar"

    run(kernel.Session(fetch), "import from_afar", "b = 1", "b")
    assert asked == [], "not for a cell that does without"
    assert run(kernel.Session(fetch), "import from_afar", "from_afar.x") == ("1", {1})
    assert run(kernel.Session(fetch), "def f():\n    import from_afar as a\n    return a.x", "f()")[0] == "1"
    assert asked == ["from_afar"]
    monkeypatch.delitem(sys.modules, "from_afar")


def remembering(kernel, results):
    """Return a session that takes the results of costly statements from those before it, by how they came about."""

    class Remembering(kernel.Session):
        async def _execute(self, work, outputs):
            key = frozenset(work.after.items())
            if key not in results:
                start = time.perf_counter()
                await super()._execute(work, outputs)
                if key and time.perf_counter() - start > COSTLY and work.after.keys() <= self._names.keys():
                    results[key] = copy.deepcopy({name: self._names[name] for name in work.after})
            else:
                self._names |= copy.deepcopy(results[key])

    return Remembering(none)


@pytest.mark.parametrize(
    "path", [pytest.param(path, marks=() if Path(path).stem in EVERY_TIME else pytest.mark.weekly) for path in PAGES]
)
def test_every_cell_gives_what_is_stored_on_a_fresh_page(kernel, path):
    from book_site.live_cells import needs

    cells = code_cells(path)
    sources = ["".join(cell["source"]) for cell in cells]
    listed = [
        (number, source, bool(lack))
        for number, (source, lack) in enumerate(zip(sources, needs(sources), strict=True), 1)
    ]
    different, results = {}, {}
    for number, _, lacks in listed:
        outputs = []
        if not lacks:
            asyncio.run(remembering(kernel, results).run(listed[:number], outputs.append))
            if found := compared(cells[number - 1], outputs):
                different[number] = found
    assert different == {}
