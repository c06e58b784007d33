"""Grade a folder of submissions: a report for each student, marks.csv for the teacher, and the seed in seed.txt.

python -m tools.grade SUBMISSIONS -o MARKS                 every notebook below the folder, one row each
python -m tools.grade SUBMISSIONS -o MARKS --seed 7        other hidden cases

The hidden cases are drawn from the seed: keep it to yourself, and keep it, since the same seed gives the same marks.
"""

import argparse
import secrets
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tools.grade.assignments import ASSIGNMENTS, likely
from tools.grade.grading import Mark, grade
from tools.grade.isolation import SECONDS, Student
from tools.grade.parts import Assignment
from tools.grade.report import report, table
from tools.grade.submission import ENDING, Submission, UnreadableError, read

OF_ONE_STUDENT = 3  # files at most in a folder that is one student's, and not the whole class's
PACKED = {".zip", ".gz", ".tar", ".7z", ".rar", ".xz"}
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
    files, left = handed_in(options.submissions)
    if not files:
        others = "".join(f"\n  {name}: {why}" for name, why in left.items())
        parser.error(f"there is no notebook (.ipynb or .py) in {options.submissions}{others}")
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
    print(*(f"not graded: {name}: {why}" for name, why in left.items()), sep="\n", end="\n" * bool(left))
    marks = grade_all(files, assignment, seed, options)
    table(options.output / "marks.csv", marks, left)
    (options.output / "seed.txt").write_text(f"--assignment {assignment.name} --seed {seed}\n", encoding="utf-8")
    print(f"{options.output / 'marks.csv'} and {len(marks)} reports; not graded: {len(left)}")
    return 0


def grade_all(files: Sequence[Path], assignment: Assignment, seed: int, options: argparse.Namespace) -> list[Mark]:
    """Write a report for each file as soon as it is graded; return the marks."""
    options.output.mkdir(parents=True)
    names = {path: ENDING.sub("", str(path.relative_to(options.submissions))) for path in files}
    for path in [path for path, name in names.items() if list(names.values()).count(name) > 1]:
        names[path] = str(path.relative_to(options.submissions))  # one.py beside one.ipynb
    folders = Counter(path.parent for path in files if path.parent != options.submissions)
    marks = []
    for number, (path, who) in enumerate(names.items(), start=1):
        marks.append(mark := grade(path, who, assignment, seed, options.seconds))
        if 1 < folders[path.parent] <= OF_ONE_STUDENT:
            mark.remarks.append(f"one of {folders[path.parent]} files in this folder: which one counts?")
        place = options.output / f"{who}.md"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(report(mark), encoding="utf-8")
        said = mark.for_teacher[:1]
        print(f"[{number}/{len(files)}] {who}: {mark.points:g} of {mark.most}", *said, sep="  ", flush=True)
    return marks


def handed_in(folder: Path) -> tuple[list[Path], dict[str, str]]:
    """Return the notebooks and Python files below a folder, and the name of every other file with the reason."""
    files, left = [], {}
    for path in sorted(path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()):
        name = path.relative_to(folder)
        if why := unfit(path, hidden=any(part.startswith(".") for part in name.parts)):
            left[str(name)] = why
        else:
            files.append(path)
    return files, left


def unfit(path: Path, hidden: bool) -> str:
    """Return why a file is not graded; nothing if it is."""
    if hidden or path.is_symlink() or not path.is_file():
        return "hidden" if hidden else "a link, or no file"
    if path.suffix.lower() in PACKED:
        return "packed; unpack it, and grade again"
    if not ENDING.search(path.name):
        return "no notebook"
    if path.suffix.lower() == ".py" and (found := opened(path)) and not (found.remarks or likely(found.defined())):
        return "no function of an assignment"
    return ""


def opened(path: Path) -> Submission | None:
    """Return what a file holds, or None."""
    try:
        return read(path)
    except (UnreadableError, OSError, MemoryError):
        return None


def recognised(files: Sequence[Path]) -> Assignment | None:
    """Return the assignment that most of the files look like."""
    found = Counter(one.name for path in files if (held := opened(path)) and (one := likely(held.defined())))
    return ASSIGNMENTS[found.most_common(1)[0][0]] if found else None


def unfenced() -> list[str]:
    """Return what of the isolation this system does not offer."""
    with Student("") as student:
        missing = [f"Note: {text}." for name, text in FENCES.items() if name not in student.held]
    return [*missing, ""] if missing else []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
