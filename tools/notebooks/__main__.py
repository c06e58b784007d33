"""Notebooks as source.

python -m tools.notebooks format [NOTEBOOK ...]     rewrite in canonical form (all of them by default)
python -m tools.notebooks execute [NOTEBOOK ...]    run from top to bottom, store the outputs, then format
python -m tools.notebooks minutes [NOTEBOOK ...]    say how long each takes to read, and its exercises
python -m tools.notebooks handout FOLDER            copy the chapters for a class, without solutions and outputs
"""

import argparse
import os
import sys
from pathlib import Path

from gru_lib.records.run_environment import CPU_ONLY, repeatable_run
from tools.notebooks import CHAPTERS, ROOT, load, notebooks, text_of
from tools.notebooks.form import canonical
from tools.notebooks.handout import handout
from tools.notebooks.minutes import length, table
from tools.notebooks.run import execute


def main(arguments: list[str]) -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["format", "execute", "minutes", "handout"])
    parser.add_argument("notebook", nargs="*", type=Path, default=notebooks(), metavar="NOTEBOOK | FOLDER")
    options = parser.parse_args(arguments)
    if options.command == "handout":
        folder = options.notebook[0].resolve()
        if folder.exists():
            parser.error(f"{folder.name} exists; name a new folder, or move that one away first")
        if len(options.notebook) != 1 or CHAPTERS in folder.parents:
            parser.error("handout needs the name of one new folder, outside chapters/")
        print(f"{len(handout(folder))} notebooks in {folder.name}/, without solutions and outputs")
        return 0
    if options.command == "minutes":
        print(table({str(path.resolve().relative_to(CHAPTERS)): length(load(path)) for path in options.notebook}))
        return 0
    os.environ |= repeatable_run() | CPU_ONLY  # for the kernels: the stored outputs are a CPU's
    for number, path in enumerate(options.notebook, start=1):
        name = path.resolve().relative_to(ROOT)
        if options.command == "execute":
            print(f"[{number}/{len(options.notebook)}] {name} …", flush=True)
            print(f"[{number}/{len(options.notebook)}] {name}: {execute(path):.0f} s", flush=True)
        else:
            before, after = path.read_text(encoding="utf-8"), text_of(canonical(load(path)))
            path.write_text(after, encoding="utf-8")
            print(f"{name}: {'formatted' if after != before else 'unchanged'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
