"""Say which share of gru_lib, room by room, the tests have executed; below the floor of pyproject.toml it fails.

COVERAGE_FILE names the data, of which each process left a piece: python -m tools.covered
"""

import json
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

import coverage

from tools import ROOT


def shares(files: dict[str, tuple[int, int]]) -> dict[str, float]:
    """Return per cent for the library and each room of it, from each file's lines and the executed ones of them."""
    lines, executed = Counter[str](), Counter[str]()
    for name, (count, covered) in files.items():
        for room in ("gru_lib", "/".join(Path(name).parts[:2])):
            lines[room] += count
            executed[room] += covered
    return {room: 100 * executed[room] / count for room, count in lines.items() if count}


def main() -> int:
    """Print the shares; return the exit status."""
    measured = coverage.Coverage(os.environ["COVERAGE_FILE"], config_file=str(ROOT / "pyproject.toml"))
    measured.combine()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        measured.json_report(outfile=str(report))
        files = json.loads(report.read_text(encoding="utf-8"))["files"]
    found = shares(
        {name: (of["summary"]["num_statements"], of["summary"]["covered_lines"]) for name, of in files.items()}
    )
    print(", ".join(f"{room.removeprefix('gru_lib/')} {share:.1f} %" for room, share in found.items()))
    floor = measured.get_option("report:fail_under")
    if found["gru_lib"] < float(floor):
        print(f"below the floor of {floor} %")
    return int(found["gru_lib"] < float(floor))


if __name__ == "__main__":
    sys.exit(main())
