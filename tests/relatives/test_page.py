"""The page *Relatives of the GRU*: its code prints what it says, and it names every relative."""

import re
import subprocess
import sys

from gru_lib.relatives import RELATIVES
from tests.support import ROOT

PAGE = (ROOT / "chapters/engineering/relatives.md").read_text(encoding="utf-8")


def test_the_code_of_the_page_runs():
    [code] = re.findall(r"```python\n(.*?)```", PAGE, flags=re.S)
    [promised] = re.findall(r"print\(.*\)  # (.*)$", code, flags=re.M)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert (done.stdout.strip(), done.returncode) == (promised, 0), done.stderr


def test_the_page_names_every_relative():
    [line] = [line for line in PAGE.splitlines() if line.startswith("The names are ")]
    assert re.findall(r"`([\w-]+)`", line) == list(RELATIVES)
