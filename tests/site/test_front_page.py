"""The lines of code on the front page do what it says."""

import re
import subprocess
import sys

from tests.support import ROOT


def test_the_ten_lines_of_the_front_page_learn_what_it_says_and_less_from_twenty_numbers():
    front = (ROOT / "chapters/index.md").read_text()
    [lines] = re.findall(r"^```python\n(.*?)^```", front, flags=re.M | re.S)
    assert len([line for line in lines.splitlines() if line]) <= 10
    seeded = "import keras; keras.utils.set_random_seed(0); keras.config.disable_interactive_logging()\n"
    last = "\nprint(model.history.history['accuracy'][-1])"
    accuracy = {}
    for numbers in ("10", "20"):
        code = seeded + lines.replace("(2000, 10, 1)", f"(2000, {numbers}, 1)") + last
        run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
        accuracy[numbers] = float(run.stdout.split()[-1])
    assert accuracy["10"] > 0.9 > accuracy["20"] + 0.1
