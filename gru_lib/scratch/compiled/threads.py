"""The threads among which a batch is shared, and the rest that the threads of the products take meanwhile."""

import contextlib
import functools
import itertools
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from threadpoolctl import ThreadpoolController

Share = TypeVar("Share")
Result = TypeVar("Result")


def run_shares(run: Callable[[Share], Result], shares: Sequence[Share]) -> list[Result]:
    """Return ``run(share)`` for each of at least one share, computed side by side."""
    with process.single_threaded_blas():
        return [run(shares[0])] if len(shares) == 1 else list(process.pool(len(shares)).map(run, shares))


class ProcessThreads:
    """What all calls in one process have in common: one pool of at most a thread for each core, and one limit."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._calls, self._limit = 0, contextlib.ExitStack()

    def pool(self, threads: int) -> ThreadPoolExecutor:
        """Return the pool; it begins with a core that suits so many threads, and grows as they are needed."""
        with self._lock:
            if self._pool is None:
                cores = usable_cores()
                turns = itertools.cycle(cores_in_turn(cores, os.getpid(), threads))
                self._pool = ThreadPoolExecutor(len(cores), "gru", lambda: _stay_on(next(turns)))
            return self._pool

    @contextlib.contextmanager
    def single_threaded_blas(self) -> Iterator[None]:
        """Hold the products at one thread each, from the first call that computes to the last one.

        The limit is the process's, so a call that ended must not lift it from another, nor restore what that one set.
        """
        with self._lock:
            self._calls += 1
            if self._calls == 1:
                self._limit.enter_context(_blas().limit(limits=1, user_api="blas"))
        try:
            yield
        finally:
            with self._lock:
                self._calls -= 1
                if not self._calls:
                    self._limit.close()

    def after_fork(self) -> None:
        """Begin anew in a forked child, which has none of the threads and none of the calls."""
        self._limit.close()
        self.__init__()  # type: ignore[misc]


process = ProcessThreads()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=process.after_fork)


@functools.cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()


def usable_cores() -> list[int]:
    """Return the numbers of the cores that this process may use."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))


def cores_in_turn(cores: list[int], process: int, threads: int) -> list[int]:
    """Return the cores in the order in which the threads of a process take them.

    Processes that were started one after the other, as by a pool of workers, take cores that follow one another.
    """
    start = process * threads % len(cores)
    return cores[start:] + cores[:start]


def _stay_on(core: int) -> None:
    """Keep this thread on a core: work as short as this leaves Linux no time to move a thread off a shared one."""
    if hasattr(os, "sched_setaffinity"):
        with contextlib.suppress(OSError):  # not allowed, or the core was taken away since
            os.sched_setaffinity(0, {core})
