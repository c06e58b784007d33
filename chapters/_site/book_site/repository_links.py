"""Where the book lives: its repository and its site, if anybody knows; and the ways in that follow from them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

PDF = "build/book.pdf"
GITHUB = re.compile(r"(?:https://(?:[^@/]+@)?|git@|ssh://git@)github\.com[/:]([\w.-]+)/([\w.-]+?)(?:\.git)?/?")


def stated(folder: Path) -> dict[str, str]:
    """Return `repository` as _config.yml has it: Jupyter Book drops it where theme options are given."""
    path = folder / "_config.yml"
    if not path.exists():
        return {}
    return yaml.safe_load(path.read_text(encoding="utf-8")).get("repository") or {}


def origin(folder: Path) -> str:
    """Return what git calls the origin of a working tree; empty if there is none."""
    command = ["git", "-C", str(folder), "remote", "get-url", "origin"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def on_github(address: str) -> tuple[str, str] | None:
    """Return owner and name of a GitHub repository, or None for any other address."""
    found = GITHUB.fullmatch(address)
    return (found[1], found[2]) if found else None


def settle_addresses(app: Sphinx, config: Config) -> None:
    """Offer the repository, Colab and Binder on every page, and canonical addresses.

    The repository is `repository: url` of _config.yml, else git's origin; only GitHub's
    can be opened in Colab. Without one the site is complete and has no such buttons.
    """
    folder = Path(app.srcdir)
    repository = stated(folder)
    found = on_github(repository.get("url") or origin(folder))
    if not found:
        return
    owner, name = found
    config.html_theme_options = config.html_theme_options | {
        "repository_url": f"https://github.com/{owner}/{name}",
        "repository_branch": repository.get("branch") or "main",
        "path_to_docs": "",
        "use_repository_button": True,
        "extra_footer": f"{config.html_theme_options.get('extra_footer', '')}\n"
        f'<p><a href="https://github.com/{owner}/{name}/discussions">Ask, answer or object in the discussions</a></p>',
        "launch_buttons": {
            "colab_url": "https://colab.research.google.com",
            "binderhub_url": "https://mybinder.org",
            "notebook_interface": "jupyterlab",
        },
    }
    config.html_baseurl = config.html_baseurl or f"https://{owner}.github.io/{name}/"


def offer_pdf(app: Sphinx, config: Config) -> None:
    """Link the printed book, where `make pdf` has made one before this build: the publishing workflow does."""
    if (Path(app.srcdir) / PDF).exists():
        config.html_extra_path = [*config.html_extra_path, PDF]
        footer = config.html_theme_options.get("extra_footer", "")
        link = f'<p><a href="{{root}}{Path(PDF).name}">The whole book as PDF</a></p>'
        config.html_theme_options = config.html_theme_options | {"extra_footer": f"{footer}\n{link}"}


def root_links(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: nodes.document | None) -> None:
    """Let the link of the footer begin at the top folder, wherever the page is."""
    context["theme_extra_footer"] = context.get("theme_extra_footer", "").replace("{root}", "../" * page.count("/"))


def setup(app: Sphinx) -> None:
    app.connect("config-inited", settle_addresses)
    app.connect("config-inited", offer_pdf)
    app.connect("html-page-context", root_links)
