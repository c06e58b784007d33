"""Run the reproductions and the benchmark on this machine's accelerator: `make gpu`.

The figures of the chapters go to results/<device>.json, those of the benchmark to results/bench/<device>/.

python -m tools.record_on_gpu [NOTEBOOK ...]      all reproductions by default; KERAS_BACKEND chooses the framework
python -m tools.record_on_gpu --benchmark          the benchmark alone, CPU beside GPU, on every framework at hand
python -m tools.record_on_gpu --allow-cpu …       also where Keras sees no accelerator

It needs Keras, one framework, and what the chapters import, but no Jupyter: any environment with a GPU will do.
The notebooks are not changed.
An expectation that does not hold on this device is reported and stored, and the run goes on.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from tools import ROOT
from tools.notebooks.run import cells, run_cells

REPRODUCTIONS = sorted((ROOT / "chapters" / "reproductions").glob("*.ipynb"))
RESULTS = ROOT / "results"
SHAPE = ("--shape", "64x28x28x64", "--rounds", "7")
BENCHMARK = {  # a file's name, and the command that fills it
    "train": ("gru_lib.benchmark", "--rounds", "7"),
    "grow-n": ("gru_lib.benchmark", *SHAPE, "--grow", "n"),
    "grow-B": ("gru_lib.benchmark", *SHAPE, "--grow", "B"),
    "dispatch": ("gru_lib.benchmark.dispatch",),
}
SCRATCH = ROOT / "_build" / "accelerator"  # a chapter's figures stay here until it has run to its end


def keep(chapter: str, unmet: list[str]) -> Path:
    """Move a finished chapter's figures from the scratch folder to the results; return the file."""
    from gru_lib.records.store import read_results, write_results

    [measured] = SCRATCH.glob("*.json")
    target = RESULTS / measured.name
    entry = read_results(measured)[chapter] | {"unmet": unmet}
    write_results(target, read_results(target) | {chapter: entry})
    return target


def run_chapter(path: Path) -> int:
    """Run one notebook in this process, and keep its figures; return the exit status."""
    for old in SCRATCH.glob("*"):
        old.unlink()
    os.environ["GRU_LIB_RESULTS"] = str(SCRATCH)
    os.chdir(path.parent)
    start = time.perf_counter()
    unmet, finished = run_cells(cells(path))
    if not finished:
        print(f"✗ {path.stem} stopped; nothing of it was stored", flush=True)
        return 1
    stored = keep(path.stem, unmet)
    held = "every expectation held" if not unmet else f"{len(unmet)} expectations did not hold here"
    print(f"✓ {path.stem}: {time.perf_counter() - start:.0f} s, {held}; stored in results/{stored.name}", flush=True)
    return 0


def run_benchmark(device: str) -> int:
    """Measure CPU beside GPU, and what the layers dispatch there; return the exit status."""
    status, folder = 0, RESULTS / "bench" / device
    for name, (module, *options) in BENCHMARK.items():
        print(f"\nbenchmark: {name} …", flush=True)
        command = [sys.executable, "-m", module, "--device", "gpu", *options, "-o", str(folder / f"{name}.json")]
        status |= subprocess.run(command, env=_environment()).returncode != 0
    return status


def found_device() -> str:
    """Ask Keras, in a process of its own, what it computes on."""
    code = "import keras; keras.ops.zeros(1); from gru_lib.book import device; print(device())"
    answer = subprocess.run([sys.executable, "-c", code], env=_environment(), capture_output=True, text=True)
    if answer.returncode:
        sys.exit(f"✗ Keras does not start here:\n{answer.stderr.strip().splitlines()[-1]}")
    return answer.stdout.split()[-1]


def _environment() -> dict[str, str]:
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {"MPLBACKEND": "Agg", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"} | os.environ | {"PYTHONPATH": path}


def main(arguments: list[str]) -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebook", nargs="*", type=Path, default=REPRODUCTIONS)
    parser.add_argument("--allow-cpu", action="store_true")
    parser.add_argument("--benchmark", action="store_true", help="leave the notebooks out")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)  # one notebook, in this process
    options = parser.parse_args(arguments)
    paths = [path.resolve() for path in options.notebook]
    if missing := [str(path) for path in paths if not path.is_file()]:
        parser.error(f"no such notebook: {', '.join(missing)}")
    if options.here:
        return run_chapter(paths[0])
    device = found_device()
    print(f"Keras computes on: {device}", flush=True)
    if device == "cpu" and not options.allow_cpu:
        print(
            "✗ No accelerator was found. On Linux with an NVIDIA card: is the driver installed (`nvidia-smi`)?\n"
            "  Does the framework see it? KERAS_BACKEND=torch or jax tries another; CUDA_VISIBLE_DEVICES hides cards."
        )
        return 2
    SCRATCH.mkdir(parents=True, exist_ok=True)
    status = 0
    for number, path in enumerate([] if options.benchmark else paths, start=1):
        print(f"\n[{number}/{len(paths)}] {path.stem} …", flush=True)
        command = [sys.executable, "-m", "tools.record_on_gpu", "--here", str(path)]
        status |= subprocess.run(command, env=_environment()).returncode != 0
    if device != "cpu" and (options.benchmark or not options.notebook):
        status |= run_benchmark(device)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
