"""Print the whole book into _build/book.pdf, with Chromium: `make pdf`."""

import shutil
import subprocess
import sys
from pathlib import Path

from tools import ROOT
from tools.browser import find_browser
from tools.site import in_the_way

FOLDER = ROOT / "_build" / "singlehtml"
PAGE = FOLDER / "chapters" / "index.html"
PDF = ROOT / "_build" / "book.pdf"


def build() -> bool:
    """Build the book as one page from nothing; return whether there is one."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    program = Path(sys.executable).with_name("jupyter-book")
    command = [program, "build", ROOT, "--builder", "singlehtml", "-W", "-n", "--keep-going", "--quiet"]
    return subprocess.run(command, cwd=ROOT).returncode == 0 and PAGE.exists()


def unfold(page: Path) -> Path:
    """Open what a reader would open, and write the page where its links, which begin at the top folder, hold."""
    text = page.read_text(encoding="utf-8")
    text = text.replace("<details ", "<details open ").replace(' loading="lazy"', "")
    whole = FOLDER / "book.html"
    whole.write_text(text, encoding="utf-8")
    return whole


def main() -> int:
    """Build the book as one page and print it; return the exit status."""
    browser = find_browser()
    if browser is None:
        print("✗ No Chromium found.\n  On Debian and Ubuntu: sudo apt-get install chromium")
        return 1
    if in_the_way():
        return 1
    print("Building the book as one page …", flush=True)
    if not build():
        print("✗ The page was not built; the reasons are above.")
        return 1
    page = unfold(PAGE)
    print("Printing …", flush=True)
    PDF.unlink(missing_ok=True)
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
    command += ["--generate-pdf-document-outline", "--virtual-time-budget=20000", f"--print-to-pdf={PDF}"]
    printed = subprocess.run([*command, page.as_uri()], capture_output=True, text=True)
    if printed.returncode or not PDF.exists():
        print(f"✗ Chromium did not print:\n{printed.stderr[-500:]}")
        return 1
    print(f"✓ {PDF.relative_to(ROOT)}: {PDF.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
