"""Calls that may never return."""

import queue
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self


class NoAnswerError(Exception):
    """A call did not return within the limit."""


class Caller:
    """A thread that makes one call after the other; one that never returns is left behind.

    A thread, since a signal does not reach code in C, and a process would have to be handed the implementation. Where
    there are none, as in a browser, a call has no limit.
    """

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._stdout = sys.stdout
        self._calls: queue.Queue = queue.Queue()
        self._answers: queue.Queue = queue.Queue()
        self._has_thread = True
        try:
            threading.Thread(target=self._work, daemon=True).start()
        except RuntimeError:
            self._has_thread = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._calls.put(None)

    def __call__(self, function: Callable, *args: Any, **kwargs: Any) -> Any:
        """Return what the function returns, or raise what it raises; NoAnswerError after `limit` seconds."""
        if not self._has_thread:
            return function(*args, **kwargs)
        self._calls.put((function, args, kwargs))
        try:
            answer, error = self._answers.get(timeout=self.limit)
        except queue.Empty:
            sys.stdout = self._stdout  # the call may have redirected it, and is not going to put it back
            raise NoAnswerError(f"gave no answer within {self.limit:g} s") from None
        if error is not None:
            raise error
        return answer

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            function, args, kwargs = call
            try:
                self._answers.put((function(*args, **kwargs), None))
            except BaseException as error:  # handed over to the one who asked, KeyboardInterrupt included
                self._answers.put((None, error))
