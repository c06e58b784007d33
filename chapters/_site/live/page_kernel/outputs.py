"""What a cell gives: text as it is printed, and values as a notebook shows them."""

from __future__ import annotations

import builtins
import contextlib
import io
import time
from collections.abc import Callable, Iterator
from typing import Any

LONGEST = 100_000  # characters that one cell may print
PAUSE = 0.05  # seconds between two pieces of text: a page cannot draw faster
FORMATS = {"text/html": "_repr_html_", "image/svg+xml": "_repr_svg_"}
Output = dict[str, Any]
Send = Callable[[Output], object]


class Outputs:
    """Sends the outputs of one cell in their order; of text that never ends only the beginning."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._name = "stdout"
        self._text: list[str] = []
        self._sent = time.monotonic()
        self._left = LONGEST

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        """Take what is printed and displayed; nothing can be typed."""
        builtins.input = _no_input
        builtins.display = lambda *values: [self.send(display(value)) for value in values]  # type: ignore[attr-defined]
        with contextlib.redirect_stdout(Stream(self, "stdout")), contextlib.redirect_stderr(Stream(self, "stderr")):
            yield

    def write(self, name: str, text: str) -> None:
        """Keep text until it is worth sending."""
        if self._left <= 0:
            return
        if name != self._name:
            self.flush()
        self._name = name
        self._text.append(text[: self._left])
        self._left -= len(text)
        if self._left <= 0:
            self._text.append(f"\n… The output is cut after {LONGEST:,} characters.\n")
        if self._left <= 0 or time.monotonic() - self._sent > PAUSE:
            self.flush()

    def flush(self) -> None:
        """Send what is kept."""
        if self._text:
            self._send({"output_type": "stream", "name": self._name, "text": "".join(self._text)})
        self._text = []
        self._sent = time.monotonic()

    def send(self, output: Output) -> None:
        """Send anything but text, after the text before it."""
        self.flush()
        self._send(output)


class Stream(io.TextIOBase):
    """A file for `print`."""

    def __init__(self, outputs: Outputs, name: str) -> None:
        self._outputs = outputs
        self._name = name

    def write(self, text: str) -> int:
        """Take text."""
        self._outputs.write(self._name, text)
        return len(text)

    def writable(self) -> bool:
        """Say that it can be written."""
        return True


def display(value: object, kind: str = "display_data") -> Output:
    """Return a value as an output, in every form that it has."""
    forms = {form: getattr(value, method)() for form, method in FORMATS.items() if hasattr(type(value), method)}
    return {
        "output_type": kind,
        "data": {form: text for form, text in forms.items() if text} | {"text/plain": repr(value)},
    }


def _no_input(prompt: object = "") -> str:
    print(prompt, end="")
    raise OSError("input() waits for a keyboard that a page does not have. Write the value into the cell instead.")
