"""A GRU in a program of any language, which answers on its standard output what it is asked on its input."""

import contextlib
import inspect
import os
import shlex
import signal
import subprocess
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any

from numpy.typing import NDArray

from gru_lib.conformance.adapters import messages
from gru_lib.conformance.adapters.function import OPTIONS
from gru_lib.conformance.draws import draw_case
from gru_lib.conformance.implementation import CannotTestError
from gru_lib.conformance.run_case import BadAnswerError
from gru_lib.conformance.time_limit import NoAnswerError


class Process:
    """A program as a function with the interface of `check_gru`; its signature tells what it offers.

    The lines are those of `messages`. It is started when it is needed, and again after it has ended; it is killed,
    with its children, when it is silent.

    Parameters
    ----------
    command : str or sequence of str
        Split as a shell would, and run without one.
    offers : sequence of str
        Options of `check_gru` that it takes: "h0", "mask" or "lengths", "reset_after", "go_backwards".
    numbers : bool
        Numbers between spaces in place of JSON; the only option is h0.
    limit : float
        Seconds for one answer.
    """

    def __init__(
        self,
        command: str | Sequence[str],
        *,
        offers: Sequence[str] = ("h0",),
        numbers: bool = False,
        limit: float = 20.0,
    ) -> None:
        self.arguments = shlex.split(command) if isinstance(command, str) else list(command)
        self.offers, self.numbers, self.limit = tuple(offers), numbers, limit
        self.dtype: str | None = None
        self.__name__ = shlex.join(self.arguments)
        self._program: subprocess.Popen[str] | None = None
        self._errors: IO[bytes] | None = None
        self._silent = False

    @property
    def __signature__(self) -> inspect.Signature:
        kind = inspect.Parameter
        given = [kind(name, kind.POSITIONAL_OR_KEYWORD) for name in ("x", "weights")]
        return inspect.Signature([*given, *(kind(name, kind.KEYWORD_ONLY, default=None) for name in self.offers)])

    def start(self, call: Callable[..., Any]) -> None:
        """Put a small case to the program, through `call`, which knows its layout, and learn what it offers.

        CannotTestError: it cannot be started, or gives no answer, or offers what there is not.
        """
        case = draw_case(0, dtype="float32", use_h0=False, use_bias=False)
        try:
            call(case.x, case.weights, **case.options)
        except (BadAnswerError, NoAnswerError) as error:
            raise CannotTestError(f"it {error}") from None
        known = {"h0"} if self.numbers else set(OPTIONS)
        if unknown := sorted(set(self.offers) - known):
            raise CannotTestError(f"it offers {', '.join(unknown)}; expected some of {', '.join(sorted(known))}")

    def __call__(self, x: NDArray, weights: Any, **options: Any) -> Any:
        """Return the states (B, T, n) in the dtype of x, or a tuple of them and the final state."""
        line = self._ask(messages.request(x, weights, options, self.numbers))
        return messages.states_of_numbers(line, x) if self.numbers else messages.states_of_json(line, x)

    def _ask(self, request: str) -> str:
        """Send a line and return the answer, without what the program may say first."""
        with self._limit():
            fresh = self._program is None
            program = self._program = self._program or self._started()
            assert program.stdin is not None and program.stdout is not None
            with contextlib.suppress(BrokenPipeError):  # it has ended, and has perhaps said why
                program.stdin.write(request + "\n")
                program.stdin.flush()
            line = program.stdout.readline()
            if fresh and line.lstrip().startswith("{") and "offers" in (said := messages.parsed(line)):
                self.offers, self.dtype = tuple(said["offers"]), said.get("dtype")
                line = program.stdout.readline()
            if not line:
                raise self._ended()
            return line

    @contextlib.contextmanager
    def _limit(self) -> Iterator[None]:
        """Kill the program after the limit, whatever it is doing."""
        if self._silent:
            raise NoAnswerError(f"was stopped, since it once gave no answer within {self.limit:g} s")
        watch = threading.Timer(self.limit, self._give_up)
        watch.daemon = True
        watch.start()
        try:
            yield
        finally:
            watch.cancel()

    def _give_up(self) -> None:
        self._silent = True
        if self._program is not None:
            _stop(self._program)

    def _started(self) -> subprocess.Popen[str]:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - it outlives this function
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": self._errors}
        try:
            program = subprocess.Popen(
                self.arguments, **pipes, text=True, encoding="utf-8", errors="replace", start_new_session=True
            )
        except (OSError, ValueError, IndexError) as error:
            raise BadAnswerError(f"cannot be started: {error}") from None
        weakref.finalize(self, _stop, program)
        return program

    def _ended(self) -> Exception:
        """Return how the program has ended, with the last line of its errors; the next call starts it again."""
        assert self._program is not None and self._errors is not None
        if not self._silent:
            _stop(self._program, patience=1)
        status, self._program = self._program.wait(), None
        if self._silent:
            return NoAnswerError(f"gave no answer within {self.limit:g} s, and was stopped")
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        telling = [line for line in lines if "rror:" in line] or lines  # Node.js ends with its version
        said = f": {telling[-1].strip()}" if telling else ", without a word"
        return BadAnswerError(f"ended with exit status {status}{said}")


def _stop(program: subprocess.Popen, patience: float = 0) -> None:
    """Kill a program and its children, and take leave of it, so that no zombie stays."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        program.wait(patience)
    with contextlib.suppress(OSError):
        os.killpg(program.pid, signal.SIGKILL) if hasattr(os, "killpg") else program.kill()
    program.wait()


process = Process  # the kit's name for it: check_gru(process("node my_gru.js"))
