"""What runs beside a student's code, in a process of its own, with NumPy alone: no file of the book is within reach.

It is sent source code and arguments and returns answers; what is right is known to the process that asks, not here.
A message is one line of JSON; arrays travel as numbers, never as pickles.
"""

import base64
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

MESSAGE_BYTES = 32 << 20
MEMORY_BYTES = 2 << 30
OUTPUT_BYTES = 4 << 20
THERE = sys.stdlib_module_names | {"numpy"}


def encode(value: Any) -> Any:
    """Return a value as what JSON can hold: a function as its name, and what is none of these as its type."""
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "fiub":
        array = np.ascontiguousarray(value)
        data = base64.b64encode(array.tobytes()).decode("ascii")
        return {"array": [array.dtype.str, list(np.shape(value)), data]}
    if isinstance(value, dict):
        return {"dict": [[str(key), encode(item)] for key, item in value.items()]}
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if callable(value) and hasattr(value, "remote_name"):
        return {"function": value.remote_name}
    return {"other": "..." if value is ... else type(value).__name__}


def decode(value: Any, call: Callable | None = None) -> Any:
    """Return what `encode` was given; ValueError if it is nothing that `encode` writes."""
    if isinstance(value, list):
        return [decode(item, call) for item in value]
    if not isinstance(value, dict):
        return value
    [(kind, content)] = value.items()
    if kind == "array":
        dtype, shape, data = np.dtype(content[0]), tuple(content[1]), base64.b64decode(content[2])
        if dtype.kind not in "fiub":
            raise ValueError(f"an array of {dtype}")
        return np.frombuffer(data, dtype).reshape(shape).copy()
    if kind == "dict":
        return {key: decode(item, call) for key, item in content}
    if kind == "function" and call is not None:
        return lambda *arguments, **options: call(content, arguments, options)
    return Other(content) if kind == "other" else _not_written(kind)


class Other:
    """Stands for a value that does not travel."""

    def __init__(self, type_name: str) -> None:
        self.type_name = str(type_name)[:40]


def _not_written(kind: str) -> Any:
    raise ValueError(f"a message of the kind {kind!r}")


def fence(folder: str) -> list[str]:
    """Shut out network, other programs and other files as far as this system can; return what does it."""
    held = ["audit hook"]
    for name, amount in (("AS", MEMORY_BYTES), ("FSIZE", OUTPUT_BYTES), ("CORE", 0)):
        with suppress(ImportError, ValueError, OSError):
            import resource

            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (amount, amount))
            if name == "AS" and sys.platform == "linux":  # macOS takes the number and does nothing
                held.append("memory limit")
    if sys.platform == "linux":
        import ctypes

        if ctypes.CDLL(None, use_errno=True).unshare(0x10000000 | 0x40000000) == 0:  # CLONE_NEWUSER | CLONE_NEWNET
            held.append("no network")
    may_read = tuple(os.path.realpath(place) + os.sep for place in (folder, sys.prefix, sys.base_prefix))
    sys.addaudithook(lambda event, arguments: _audit(event, arguments, may_read, os.path.realpath(folder) + os.sep))
    return held


FORBIDDEN = ("socket.", "subprocess.", "ctypes.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn",
             "os.kill", "os.startfile", "os.remove", "os.rename", "os.rmdir", "os.link", "os.symlink", "os.chmod",
             "os.chown", "os.putenv", "signal.", "shutil.", "gc.get_objects", "sys._current_frames")  # fmt: skip


def _audit(event: str, arguments: tuple, may_read: tuple[str, ...], may_write: str) -> None:
    """Refuse what a part of an assignment has no need of."""
    if event.startswith(FORBIDDEN):
        raise PermissionError(f"{event} is not allowed here")
    if event == "import" and not str(arguments[0]).startswith("_") and str(arguments[0]).partition(".")[0] not in THERE:
        raise ImportError(f"{arguments[0]} is not there when this is graded; NumPy and Python's own modules are")
    if event in {"open", "os.listdir", "os.scandir"} and not isinstance(arguments[0], int):
        path = os.path.realpath(os.fsdecode(arguments[0] or "."))
        writes = event == "open" and (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if f"{os.sep}gru_lib" in path or not f"{path}{os.sep}".startswith(may_write if writes else may_read):
            raise PermissionError(f"the file {Path(path).name} is not within reach here")


def serve(requests: BinaryIO, answers: BinaryIO, held: list[str]) -> None:
    """Answer: first take the code, then call its functions as long as there are requests."""

    def tell(**message: Any) -> None:
        answers.write(json.dumps(message).encode() + b"\n")
        answers.flush()

    def call(name: str, arguments: tuple, options: dict) -> Any:
        tell(call=name, arguments=encode(arguments), options=encode(options))
        reply = json.loads(requests.readline())
        if "error" in reply:
            raise ValueError(reply["error"])
        return decode(reply["value"])

    tell(ready=held)
    names: dict[str, Any] = {"__name__": "submission", "np": np}  # the cell that imports it may be gone
    for line in requests:
        request = json.loads(line)
        try:
            if "source" in request:
                names |= decode(request["lent"], call)
                exec(compile(request["source"], "<submission>", "exec"), names)
                value = None
            else:
                wanted = names[request["name"]]
                value = wanted(*decode(request["arguments"], call)) if callable(wanted) else wanted
            tell(value=encode(value))
        except BaseException as error:  # an exit too is an answer
            tell(error=f"{type(error).__name__}: {error}".rstrip(": ")[:300])


def main(folder: str) -> None:
    """Keep the two pipes for messages; what the student's code prints goes to a file, and nothing comes in."""
    sys.modules["gru_lib"] = sys.modules["tools"] = None  # type: ignore[assignment]
    answers, requests = os.fdopen(os.dup(1), "wb"), os.fdopen(os.dup(0), "rb")
    printed = os.open(Path(folder) / "printed.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (printed, 1), (printed, 2)):
        os.dup2(source, target)
    serve(requests, answers, fence(folder))


if __name__ == "__main__":
    main(sys.argv[1])
