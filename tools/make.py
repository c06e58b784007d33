"""Run a target of the Makefile where there is no make, as on Windows: `python -m tools.make notebooks`.

The Makefile stays the one place that says what a target does. A line that this cannot run is refused, not skipped.
Without a target it lists them.
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from tools import ROOT, bootstrap

TARGET = re.compile(r"^([a-z]+):.*?## (.*)$", re.M)
PLACES = re.compile(r"\$\((AT_HAND|BOOTSTRAP|VENV|CURDIR)\)")
HIDES = ("PYTHONPATH", "PYTHONHOME")  # the environment of the book holds all that it needs

Step = tuple[dict[str, str], list[str]]  # variables, command


def targets(makefile: str) -> dict[str, str]:
    """Return what each target is for, by its name."""
    return dict(TARGET.findall(makefile))


def steps(makefile: str, target: str) -> list[Step]:
    """Return the commands of a target, for this machine."""
    lines = makefile.splitlines()
    start = next(number for number, line in enumerate(lines) if re.match(rf"{target}:.*##", line))
    recipe = []
    for line in lines[start + 1 :]:
        if not line.startswith("\t"):
            break
        recipe.append(_step(line.strip().removeprefix("@"), target))
    return recipe


def _step(line: str, target: str) -> Step:
    variables: dict[str, str] = {}
    simple = not re.search(r"[$;&|\\]", PLACES.sub("", line))
    words = [word.replace("$(CURDIR)", str(ROOT)) for word in shlex.split(line, comments=True)] if simple else []
    while words and re.match(r"\w+=", words[0]):
        name, _, value = words.pop(0).partition("=")
        variables[name] = value
    if words[:1] == ["$(AT_HAND)"]:
        return variables, [sys.executable, *words[1:]]
    if words[:1] == ["$(BOOTSTRAP)"]:
        return variables, [sys.executable, "-m", "tools.bootstrap", *words[1:]]
    if words and words[0].startswith("$(VENV)/"):
        program = words[0].removeprefix("$(VENV)/")
        path = (
            bootstrap.PYTHON if program == "python" else bootstrap.PYTHON.with_name(program + bootstrap.PYTHON.suffix)
        )
        return variables, [str(path), *words[1:]]
    sys.exit(f"\n✗ {target} needs make and a Unix shell, for this line of the Makefile:\n  {line}")


def main(arguments: list[str], makefile: Path = ROOT / "Makefile") -> int:
    """Run the command line; return the exit status."""
    text = makefile.read_text(encoding="utf-8")
    known = targets(text)
    if arguments in ([], ["help"]):
        print(*(f"{name:10} {words}" for name, words in known.items()), sep="\n")
        return 0
    if len(arguments) != 1 or arguments[0] not in known:
        bootstrap.stop(f"one target, please, of {', '.join(known)}; this was {' '.join(arguments)}")
    environment = {name: value for name, value in os.environ.items() if name not in HIDES} | {"PYTHONUTF8": "1"}
    for variables, command in steps(text, arguments[0]):
        status = subprocess.run(command, cwd=ROOT, env=environment | variables).returncode
        if status:
            return status
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        bootstrap.stop("Interrupted. Run the same command again to go on from here.")
