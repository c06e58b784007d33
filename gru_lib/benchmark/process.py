"""The parent's end of a process that runs one peer."""

import json
import subprocess
import sys
import tempfile
from contextlib import suppress
from typing import Any

from gru_lib.benchmark.environment import of_worker
from gru_lib.benchmark.task import Task
from gru_lib.benchmark.worker import arguments

COMMAND = [sys.executable, "-m", "gru_lib.benchmark.worker"]


class Process:
    """A worker; see `gru_lib.benchmark.worker` for what it says."""

    def __init__(self, name: str, task: Task) -> None:
        self.name = name
        self.errors = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115  a pipe that nobody reads fills up
        self.process = subprocess.Popen(
            [*COMMAND, *arguments(name, task)],
            env=of_worker(name, task.threads),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
        )

    def answer(self) -> Any:
        """Return what the worker sends next, or raise RuntimeError with its last words."""
        line = self.process.stdout.readline()  # type: ignore[union-attr]
        return json.loads(line) if line else self._stopped()

    def run(self, steps: int) -> list[float]:
        """Return the seconds of each of some steps."""
        with suppress(BrokenPipeError):  # `answer` says why
            self.process.stdin.write(f"{steps}\n")  # type: ignore[union-attr]
            self.process.stdin.flush()  # type: ignore[union-attr]
        return self.answer()

    def _stopped(self) -> None:
        status = self.process.wait()
        self.errors.seek(0)
        words = self.errors.read().strip().splitlines()
        raise RuntimeError(f"{self.name} stopped: {words[-1] if words else f'exit status {status}, and no word'}")

    def close(self) -> None:
        """End the process."""
        self.process.kill()
        with suppress(BrokenPipeError):
            self.process.communicate()
        self.errors.close()
