"""The parent's end of a process that runs one implementation."""

import json
import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from typing import Any

from gru_lib.benchmark.implementations import IMPLEMENTATIONS, parse_implementation
from gru_lib.benchmark.tasks import Task
from gru_lib.records.run_environment import ALLOCATOR, CPU_ONLY, QUIET, SAME_DIGITS, SHARED_GPU, thread_settings

COMMAND = [sys.executable, "-m", "gru_lib.benchmark.worker"]


def worker_environment(name: str, threads: int) -> dict[str, str]:
    """Return the environment of the process that runs an implementation, such as "pytorch@gpu"."""
    implementation, device = parse_implementation(name)
    environment = os.environ | QUIET | ALLOCATOR | thread_settings(threads)
    removed = set(SAME_DIGITS)  # TensorFlow is to be as people run it
    if device == "gpu":
        environment |= SHARED_GPU
        removed.add("JAX_PLATFORMS")
    else:
        environment |= CPU_ONLY
    if implementation.startswith("keras"):
        environment["KERAS_BACKEND"] = IMPLEMENTATIONS[implementation].package
    return {variable: value for variable, value in environment.items() if variable not in removed}


class WorkerProcess:
    """A worker; see `gru_lib.benchmark.worker` for what it sends."""

    def __init__(self, name: str, task: Task) -> None:
        self.name = name
        self.errors = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115  a pipe that nobody reads fills up
        self.process = subprocess.Popen(
            [*COMMAND, name, str(task.shape), task.cell, task.mode, str(task.threads)],
            env=worker_environment(name, task.threads),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
        )

    def receive(self) -> Any:
        """Return what the worker sends next, or raise RuntimeError with the last line of its error output."""
        if line := self.process.stdout.readline():  # type: ignore[union-attr]
            return json.loads(line)
        status = self.process.wait()
        self.errors.seek(0)
        lines = self.errors.read().strip().splitlines()
        raise RuntimeError(f"{self.name} stopped: {lines[-1] if lines else f'exit status {status}, and no word'}")

    def run(self, steps: int) -> list[float]:
        """Return the seconds of each of some steps."""
        with suppress(BrokenPipeError):  # `receive` says why
            self.process.stdin.write(f"{steps}\n")  # type: ignore[union-attr]
            self.process.stdin.flush()  # type: ignore[union-attr]
        return self.receive()

    def close(self) -> None:
        """End the process."""
        self.process.kill()
        with suppress(BrokenPipeError):
            self.process.communicate()
        self.errors.close()
