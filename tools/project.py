"""Begin a project, a tutorial on trial: `python3 -m tools.project NAME` copies the template to a new folder."""

import shutil
import sys
from pathlib import Path

from tools import ROOT

TEMPLATE = ROOT / "project" / "template"


def begin(folder: Path) -> None:
    """Copy the template to a folder that is not there yet."""
    if folder.exists():
        sys.exit(f"✗ {folder} exists already; name a folder that does not.")
    shutil.copytree(TEMPLATE, folder, ignore=shutil.ignore_patterns("__pycache__", "results.json"))


def main(arguments: list[str]) -> None:
    """Run the command line."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        sys.exit("usage: python3 -m tools.project NAME")
    folder = Path(arguments[0])
    begin(folder)
    print(
        f"✓ {folder} is yours. Read project/README.md, then write {folder / 'source.py'} and {folder / 'claims.toml'}."
    )


if __name__ == "__main__":
    main(sys.argv[1:])
