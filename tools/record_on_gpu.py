"""Run the published recipes and the benchmark on this machine's accelerator: `make gpu`.

A recipe runs at its source's own scale, as its chapter has it, on every backend at hand. Its figures go to
results/<device>-<backend>.json, those of the benchmark, and which kernels are called, to results/bench/<device>/.

python -m tools.record_on_gpu                  what is left to do, for nine minutes
python -m tools.record_on_gpu --minutes 30     for longer
python -m tools.record_on_gpu --allow-cpu      also where no backend sees an accelerator: a rehearsal

Call it until nothing is left: what is recorded for this commit and device is not run again. A call that has too
little time for the next piece says what is left. An expectation that does not hold is stored, and the run goes on.

It asks nothing of the internet and changes no notebook. It needs Linux, git, PyTorch or JAX (or TensorFlow), NumPy,
the film reviews in the folder GRU_LIB_DATA, and these wheels (`pip download` them where there is internet):
keras absl-py h5py ml-dtypes namex optree packaging rich markdown-it-py mdurl pygments typing-extensions, matplotlib
contourpy cycler fonttools kiwisolver pillow pyparsing python-dateutil, pandas, scikit-learn scipy joblib threadpoolctl.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from gru_lib.records.provenance import provenance
from gru_lib.records.run_environment import QUIET, SHARED_GPU
from gru_lib.records.store import read_results, write_results
from tools import ROOT
from tools.notebooks.run import cells, run_cells

REPRODUCTIONS = sorted((ROOT / "chapters" / "reproductions").glob("*.ipynb"))
RESULTS = ROOT / "results"
SCRATCH = ROOT / "_build" / "accelerator"  # a recipe's figures stay here until it has run to its end
BACKENDS = ("jax", "torch", "tensorflow")
RECIPES = {  # the quickest first: a chapter, and the heading before which its recipe has been run and recorded
    "mnist": "## The same recipe, trained with our own GRU",
    "temperature": "## Baselines first",
    "text": "### The rival",
    "binary": "## Why: three starting values",
    "imdb": "## Why: three looks before any training",
}
SCALED = ("gru_lib.benchmark", "--rounds", "7", "--resume", "--shape", "64x28x28x64", "--scale")
BENCHMARK = {  # a file's name, and the command that fills it
    "dispatch": ("gru_lib.benchmark.dispatch",),
    "train": ("gru_lib.benchmark", "--rounds", "7", "--resume"),
    "scale-n": (*SCALED, "n"),
    "scale-B": (*SCALED, "B"),
}
LEAST = 30  # seconds that are left when something new is still begun


@dataclass
class Piece:
    """One thing to record: the command that does it, and the file, in it the entry, that tells whether it is done."""

    name: str
    command: list[str]
    file: Path
    entry: str = ""
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def unfinished(self) -> Path:
        """Where a benchmark writes until it is complete."""
        return self.file.with_suffix(".part")

    def done(self) -> bool:
        """Tell whether this commit's code has recorded it."""
        stored = read_results(self.file)
        entries = {self.entry: stored.get(self.entry, {})} if self.entry else stored
        if "provenance" in entries:  # one for the whole file
            entries = {"": entries}
        commits = {entry.get("provenance", {}).get("commit") for entry in entries.values()}
        return commits == {provenance()["commit"]} and "+changes" not in str(commits)

    def run(self, seconds: float) -> str:
        """Do it in a process of its own; return what went wrong, or nothing."""
        command, environment = [sys.executable, "-m", *self.command], _environment() | self.environment
        with subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True) as process:
            try:
                status = process.wait(seconds)
            except subprocess.TimeoutExpired:
                return "the time was up before its end"
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)  # its workers too
        if status:
            return f"it ended with status {status}"
        if self.unfinished.exists():
            self.unfinished.replace(self.file)
        return ""


def _environment() -> dict[str, str]:
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {"MPLBACKEND": "Agg"} | QUIET | SHARED_GPU | os.environ | {"PYTHONPATH": path}


def pieces(devices: dict[str, str]) -> Iterator[Piece]:
    """Yield everything that is to be recorded, the longest last.

    devices: what each backend computes on.
    """
    device = next(iter(devices.values()))
    for name, (module, *options) in BENCHMARK.items():
        file = RESULTS / "bench" / device / f"{name}.json"
        kind = "cpu" if device == "cpu" else "gpu"
        piece = Piece(f"benchmark: {name}", [module, "--device", kind, *options], file)
        piece.command += ["-o", str(piece.unfinished)]
        yield piece
    for chapter in RECIPES:
        for backend, found in devices.items():
            file = RESULTS / f"{found}-{backend}.json"
            command = ["tools.record_on_gpu", "--here", chapter]
            yield Piece(f"{chapter} on {backend}", command, file, chapter, {"KERAS_BACKEND": backend})


def run_recipe(chapter: str) -> int:
    """Run a chapter's recipe in this process, and keep its figures; return the exit status."""
    scratch = SCRATCH / f"{chapter}-{os.environ.get('KERAS_BACKEND', 'tensorflow')}"
    shutil.rmtree(scratch, ignore_errors=True)
    os.environ["GRU_LIB_RESULTS"] = str(scratch)
    [path] = [path for path in REPRODUCTIONS if path.stem == chapter]
    os.chdir(path.parent)
    unmet, finished = run_cells(cells(path, before=RECIPES[chapter]))
    if not finished:
        print(f"✗ {chapter} stopped; nothing of it was stored", flush=True)
        return 1
    [measured] = scratch.glob("*.json")
    entry = read_results(measured)[chapter] | {"unmet": unmet}
    target = RESULTS / f"{measured.stem}-{entry['provenance']['backend']}.json"
    write_results(target, read_results(target) | {chapter: entry})
    held = "every expectation held" if not unmet else f"{len(unmet)} expectations did not hold here"
    print(f"✓ {chapter}: {held}; stored in results/{target.name}", flush=True)
    return 0


def found_devices(backends: list[str]) -> dict[str, str]:
    """Ask Keras on each backend, in a process of its own, what it computes on; say which does not start."""
    code = "import keras; keras.ops.zeros(1); from gru_lib.records import device; print(device())"
    devices = {}
    for backend in backends:
        environment = _environment() | {"KERAS_BACKEND": backend}
        answer = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
        if answer.returncode:
            print(f"✗ Keras does not start on {backend}: {answer.stderr.strip().splitlines()[-1]}", flush=True)
        else:
            devices[backend] = answer.stdout.split()[-1]
            print(f"Keras on {backend} computes on: {devices[backend]}", flush=True)
    return devices


def record(todo: list[Piece], minutes: float) -> int:
    """Do one piece after the other until the time is up; say what is left, and return the exit status."""
    end, left, status = time.monotonic() + 60 * minutes, [], 0
    for number, piece in enumerate(todo, start=1):
        seconds = end - time.monotonic()
        if seconds < LEAST:
            left.append(piece.name)
            continue
        print(f"\n[{number}/{len(todo)}] {piece.name} …", flush=True)
        start = time.monotonic()
        if problem := piece.run(seconds):
            left.append(piece.name)
            status = 1
        print(f"{'✗' if problem else '✓'} {piece.name}: {time.monotonic() - start:.0f} s {problem}", flush=True)
    print(f"\nLeft: {', '.join(left)}. Run it again." if left else "\nEverything is recorded.", flush=True)
    return status


def main(arguments: list[str]) -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=9)
    parser.add_argument("--backend", action="append", choices=BACKENDS, help="again for more (default: all at hand)")
    parser.add_argument("--allow-cpu", action="store_true")
    parser.add_argument("--here", choices=RECIPES, help=argparse.SUPPRESS)  # one recipe, in this process
    options = parser.parse_args(arguments)
    if options.here:
        return run_recipe(options.here)
    devices = found_devices(options.backend or [name for name in BACKENDS if find_spec(name)])
    if not options.allow_cpu:
        devices = {backend: device for backend, device in devices.items() if device != "cpu"}
    if not devices:
        print(
            "✗ No accelerator was found. On Linux with an NVIDIA card: is the driver installed (`nvidia-smi`)?\n"
            "  Is there PyTorch or JAX for CUDA? CUDA_VISIBLE_DEVICES hides cards."
        )
        return 2
    return record([piece for piece in pieces(devices) if not piece.done()], options.minutes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
