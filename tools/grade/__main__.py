"""Grade a folder of submissions: a report for each student, and marks.csv for the teacher.

python -m tools.grade SUBMISSIONS -o MARKS                 every notebook below the folder, one row each
python -m tools.grade SUBMISSIONS -o MARKS --seed 7        other hidden cases

The hidden cases are drawn from the seed: keep it to yourself, and keep it, since the same seed gives the same marks.
"""

import argparse
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.grade.assignments import ASSIGNMENTS
from tools.grade.grading import grade
from tools.grade.isolation import SECONDS, Student
from tools.grade.parts import Assignment
from tools.grade.report import report, table
from tools.grade.submission import UnreadableError, read

FENCES = {
    "memory limit": "memory is not limited on this system",
    "no network": "the network is shut out by Python's audit hook alone, not by the system",
}


def main(arguments: Sequence[str]) -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("submissions", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder for the marks; a new one")
    parser.add_argument(
        "--assignment", choices=sorted(ASSIGNMENTS), help="by default seen from the functions in the files"
    )
    parser.add_argument("--seed", type=int, help="of the hidden cases; by default drawn, and printed")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for a part, by default %(default)g")
    options = parser.parse_args(arguments)
    files = sorted(handed_in(options.submissions))
    if not files:
        parser.error(f"there is no notebook (.ipynb or .py) in {options.submissions}")
    if options.output.exists():
        parser.error(f"{options.output} exists; name a new folder, so that no marks are written over")
    assignment = ASSIGNMENTS[options.assignment] if options.assignment else recognised(files)
    if assignment is None:
        parser.error(
            f"no file defines a function of an assignment; name it with --assignment {{{','.join(ASSIGNMENTS)}}}"
        )
    seed = secrets.randbelow(10**6) if options.seed is None else options.seed
    print(f"{assignment.title}, {len(files)} files, seed {seed}")
    print(*unfenced(), sep="\n", end="")
    grade_all(files, assignment, seed, options)
    return 0


def grade_all(files: Sequence[Path], assignment: Assignment, seed: int, options: argparse.Namespace) -> None:
    """Write a report for each file as soon as it is graded, and the table at the end."""
    options.output.mkdir(parents=True)
    names = {path: path.relative_to(options.submissions).with_suffix("") for path in files}
    for path in [path for path, name in names.items() if list(names.values()).count(name) > 1]:
        names[path] = path.relative_to(options.submissions)  # one.py beside one.ipynb
    marks = []
    for number, path in enumerate(files, start=1):
        who = str(names[path])
        marks.append(mark := grade(path, who, assignment, seed, options.seconds))
        place = options.output / f"{who}.md"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(report(mark), encoding="utf-8")
        print(f"[{number}/{len(files)}] {who}: {mark.points:g} of {mark.most}", *mark.remarks[:1], sep="  ", flush=True)
    table(options.output / "marks.csv", marks)
    print(f"{options.output / 'marks.csv'} and {len(marks)} reports")


def handed_in(folder: Path) -> list[Path]:
    """Return every notebook and Python file below a folder, but for hidden ones and links."""
    return [
        path for path in folder.rglob("*") if path.suffix in {".ipynb", ".py"} and path.is_file()
        and not path.is_symlink() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]  # fmt: skip


def recognised(files: Sequence[Path]) -> Assignment | None:
    """Return the assignment of whose functions the first file, the smallest first, defines most."""
    for path in sorted(files, key=lambda path: path.stat().st_size):
        try:
            defined = read(path).defined()
        except (UnreadableError, OSError, MemoryError):
            continue
        best = max(ASSIGNMENTS.values(), key=lambda one: sum(part.name in defined for part in one.parts))
        if any(part.name in defined for part in best.parts):
            return best
    return None


def unfenced() -> list[str]:
    """Return what of the isolation this system does not offer."""
    with Student("") as student:
        missing = [f"Note: {text}." for name, text in FENCES.items() if name not in student.held]
    return [*missing, ""] if missing else []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
