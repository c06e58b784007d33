"""Serve the built website from this computer to those of the room: `make serve`, ended with Ctrl-C."""

import socket
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tools import ROOT, bootstrap

HTML = ROOT / "_build" / "html"
PORT = 8000


class Site(SimpleHTTPRequestHandler):
    """Serves files under their true types; Windows may call a script plain text, which no browser runs."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".css": "text/css",
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".json": "application/json",
        ".svg": "image/svg+xml",
        ".webmanifest": "application/manifest+json",
    }

    def log_message(self, *_: object) -> None:
        """Say nothing for each file."""


def address() -> str:
    """Return where the room finds this computer; no packet is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address for documentation
        except OSError:
            return socket.gethostname()
        return str(probe.getsockname()[0])


def server(folder: Path = HTML, port: int = PORT, host: str = "") -> ThreadingHTTPServer:
    """Return the server, or stop with a reason."""
    if not (folder / "index.html").exists():
        bootstrap.stop("There is no website yet: `make live` builds it, with cells that run; `make book` without.")
    try:
        return ThreadingHTTPServer((host, port), partial(Site, directory=folder))
    except OSError as error:
        sys.exit(
            f"\n✗ Port {port} cannot be used ({error}). Is it being served already? Another: … -m tools.serve 8001"
        )


def main(arguments: list[str]) -> None:
    """Run the command line."""
    if len(arguments) > 1 or not all(one.isdigit() for one in arguments):
        bootstrap.stop("usage: python3 -m tools.serve [PORT]")
    running = server(port=int(arguments[0]) if arguments else PORT)
    print(
        f"The website, while this runs (Ctrl-C ends it):\n  on this computer: http://localhost:{running.server_port}\n"
        f"  in the room:      http://{address()}:{running.server_port}",
        flush=True,
    )
    running.serve_forever()


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        print()
