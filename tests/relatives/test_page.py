"""The page *Relatives of the GRU*: its code does what it says, and its names and shapes are the library's."""

import re
import subprocess
import sys

from gru_lib.relatives import RELATIVES
from gru_lib.relatives.check import check_relative
from tests.support import ROOT

PAGE = (ROOT / "chapters/engineering/relatives.md").read_text(encoding="utf-8")
CALL, MODULE, EXAMPLE = re.findall(r"```python\n(.*?)```", PAGE, flags=re.S)


def test_the_example_prints_what_the_page_says():
    [promised] = re.findall(r"print\(.*\)  # (.*)$", EXAMPLE, flags=re.M)
    done = subprocess.run([sys.executable, "-c", EXAMPLE], cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert (done.stdout.strip(), done.returncode) == (promised, 0), done.stderr


def test_a_module_is_tested_as_the_page_says(require, capsys):
    torch = require("torch")

    class MyMinGRU(torch.nn.Module):
        def __init__(self, m, n):
            super().__init__()
            self.to_z, self.to_h = torch.nn.Linear(m, n), torch.nn.Linear(m, n)

        def forward(self, x, h):
            z, g, states = torch.sigmoid(self.to_z(x)), self.to_h(x), []
            h = torch.zeros_like(z[:, 0]) if h is None else h
            for t in range(x.shape[1]):
                h = torch.lerp(g[:, t], h, z[:, t])
                states.append(h)
            return torch.stack(states, 1)

    names = {"MyMinGRU": MyMinGRU}
    exec(MODULE + CALL, names)
    assert capsys.readouterr().out == "✓ mine is a min-gru in float64: all 12 cases agree.\n"
    assert names["check_relative"] is check_relative


def test_the_page_names_every_relative_and_its_weights():
    [line] = [line for line in PAGE.splitlines() if line.startswith("The names are ")]
    assert re.findall(r"`([\w-]+)`", line) == list(RELATIVES)
    told = {}
    for line in PAGE.splitlines():
        if line.startswith("Weights of "):
            of, weights = line.split(":", 1)
            arrays = {name: shape.split(", ") for name, shape in re.findall(r"`(\w+)` \((.*?)\)", weights)}
            told |= dict.fromkeys(re.findall(r"`([\w-]+)`", of), arrays)
    assert told == {name: relative.cases()[0].weights.axes() for name, relative in RELATIVES.items()}
