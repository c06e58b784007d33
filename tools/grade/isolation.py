"""One process for one part: what happens in there fails this part only."""

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tools.grade.child import MESSAGE_BYTES, OUTPUT_BYTES, decode, encode

SECONDS = 20.0  # for a part, all of its cases together
START = 60.0  # until NumPy is imported, which is not the student's fault
PRINTED_TOO_MUCH = f"printed more than {OUTPUT_BYTES >> 20} MB, and was stopped"


class FailedError(Exception):
    """The student's code gave no answer; the message says why."""


class Gone(FailedError):
    """And it cannot be asked again: the process has ended."""


class Student:
    r"""The code of a student, in a process with limits of time, memory and output.

    >>> with Student("def double(x):\n    return 2 * x") as student:
    ...     student.call("double", 21)
    42
    """

    def __init__(self, source: str, seconds: float = SECONDS, lent: Mapping[str, Callable] | None = None) -> None:
        self.source = source
        self.lent = lent or {}
        self.seconds = seconds

    def __enter__(self) -> Self:
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-B", str(Path(__file__).with_name("child.py")), self.folder.name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            cwd=self.folder.name, env=environment(), start_new_session=True,
        )  # fmt: skip
        self.ends = time.monotonic() + START
        self.lines: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        try:
            self.held = self._receive()["ready"]
            self.ends = time.monotonic() + self.seconds
            self._ask({"source": self.source, "lent": encode({name: remote(name) for name in self.lent})}, {})
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._kill()
        for pipe in (self.process.stdin, self.process.stdout):
            with suppress(OSError):
                pipe.close()  # type: ignore[union-attr]
        self.folder.cleanup()

    def call(self, name: str, *arguments: Any, functions: Mapping[str, Callable] | None = None) -> Any:
        """Return what the student's function returns; `functions` are called here, by name, when it calls them."""
        return self._ask({"name": name, "arguments": encode(arguments)}, functions or {})

    def _ask(self, request: dict[str, Any], functions: Mapping[str, Callable]) -> Any:
        self._send(request)
        while True:
            answer = self._receive()
            if "error" in answer:
                too_much = self._printed() >= OUTPUT_BYTES
                raise FailedError(PRINTED_TOO_MUCH if too_much else str(answer["error"])[:300])
            if "value" in answer:
                return self._decoded(answer["value"])
            self._send(self._called(answer, {**self.lent, **functions}))

    def _called(self, message: dict[str, Any], functions: Mapping[str, Callable]) -> dict[str, Any]:
        try:
            arguments, options = self._decoded(message["arguments"]), self._decoded(message["options"])
            return {"value": encode(functions[message["call"]](*arguments, **options))}
        except Gone:
            raise
        except Exception as error:  # what a student hands over may be anything
            return {"error": f"{type(error).__name__}: {error}".rstrip(": ")[:300]}

    def _decoded(self, value: Any) -> Any:
        try:
            return decode(value)
        except Exception:
            raise Gone("sent what is no answer") from None

    def _send(self, message: dict[str, Any]) -> None:
        try:
            self.process.stdin.write(json.dumps(message).encode() + b"\n")  # type: ignore[union-attr]
            self.process.stdin.flush()  # type: ignore[union-attr]
        except OSError:
            raise Gone(self._why_it_ended()) from None

    def _receive(self) -> dict[str, Any]:
        while True:
            if time.monotonic() > self.ends:
                raise Gone(f"took more than {self.seconds:g} s, and was stopped")
            if self._printed() >= OUTPUT_BYTES:
                raise Gone(PRINTED_TOO_MUCH)
            try:
                line = self.lines.get(timeout=0.1)
            except queue.Empty:
                continue
            if not line:
                raise Gone(self._why_it_ended())
            try:
                message = json.loads(line)
                return dict(message)
            except (ValueError, TypeError, RecursionError):
                raise Gone("sent what is no answer") from None

    def _listen(self) -> None:
        """Hand over line after line; an empty one says that the end has come, or a line longer than any answer."""
        try:
            while (line := self.process.stdout.readline(MESSAGE_BYTES)).endswith(b"\n"):  # type: ignore[union-attr]
                self.lines.put(line)
        except (OSError, ValueError):
            pass
        self.lines.put(b"")

    def _printed(self) -> int:
        try:
            return Path(self.folder.name, "printed.txt").stat().st_size
        except OSError:
            return 0

    def _why_it_ended(self) -> str:
        try:
            code = self.process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return f"sent an answer of more than {MESSAGE_BYTES >> 20} MB"
        if self._printed() >= OUTPUT_BYTES:
            return PRINTED_TOO_MUCH
        return f"ended its process before it answered (exit status {code})"

    def _kill(self) -> None:
        """End the process, and what it may have started."""
        try:
            if hasattr(os, "killpg"):
                os.killpg(self.process.pid, signal.SIGKILL)
            else:
                self.process.kill()
        except ProcessLookupError:
            pass
        self.process.wait()


def remote(name: str) -> Callable:
    """Return what stands for a function of this process in a message."""

    def stand_in() -> None: ...

    stand_in.remote_name = name  # type: ignore[attr-defined]
    return stand_in


def environment() -> dict[str, str]:
    """Return what the process needs to start, one thread, and nothing else of this one's environment."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "PATH") if name in os.environ}
    return {**kept, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONUTF8": "1"}
