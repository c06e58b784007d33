"""Every live cell of every page is run in the browser, and gives what is stored, by the rules of nbval."""

import json
import re
from collections import defaultdict

import pytest

from tests.support import ROOT

from .conftest import live_pages

nbval = pytest.importorskip("nbval.plugin", reason="nbval is not installed; `make test` brings it")
pytestmark = pytest.mark.usefixtures("live")
RULES = nbval.get_sanitize_patterns((ROOT / "tests" / "nbval.cfg").read_text(encoding="utf-8"))
RUN_ALL = """async () => {
  const results = {};
  document.addEventListener("live:ran", ({ target, detail }) => { results[target.number] = detail.outputs; });
  const live = [...document.querySelectorAll("live-cell:not([needs])")];
  await live.at(-1).run();
  return results;
}"""


def sanitized(text):
    for pattern, replacement in RULES:
        text = re.sub(pattern, replacement, text)
    return text


def content(outputs):
    """Return what nbval compares: text by stream, values by their form; of pictures that there is one."""
    found = defaultdict(list)
    for output in outputs:
        kind = output["output_type"]
        if kind == "stream":
            found[output["name"]] = [sanitized("".join([*found[output["name"]], *output["text"]]))]
        elif kind == "error":
            found["error"].append(f"{output['ename']}: {output['evalue']}")
        for form, value in output.get("data", {}).items():
            picture = form.startswith("image/")
            found["picture" if picture else form].append("" if picture else sanitized("".join(value)))
    return dict(found)


@pytest.mark.parametrize("name", live_pages())
def test_every_live_cell_gives_what_is_stored(open_page, served, name):
    page = open_page(name, at=served)
    page.set_default_timeout(300_000)
    numbers = page.evaluate("[...document.querySelectorAll('live-cell:not([needs])')].map((cell) => cell.number)")
    results = page.evaluate(RUN_ALL)
    notebook = json.loads((ROOT / name).with_suffix(".ipynb").read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [int(number) for number in results] == numbers
    different = {}
    for number in numbers:
        cell, outputs = code[number - 1], results[str(number)]
        ignored = "nbval-ignore-output" in cell["metadata"].get("tags", [])
        if not ignored and content(outputs) != content(cell["outputs"]):
            different[number] = content(outputs), content(cell["outputs"])
    assert different == {}
    assert page.faults == []
