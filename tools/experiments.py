"""Record the experiments of the chapter *GRU or LSTM?*: `make experiments`.

Each run is stored as soon as it has ended; a call that was cut short goes on where it stopped.

python -m tools.experiments                       what is left to do, on all cores, a thread each
python -m tools.experiments counting --jobs 1     one experiment, one run at a time
python -m tools.experiments --backend dask --address tcp://HOST:8786      on the machines of a Dask cluster

The runs are independent, and joblib hands them out. A Dask cluster (`pip install distributed`) needs this package, at
the same commit, on each worker; give the workers one thread (`dask worker --nthreads 1`).
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from gru_lib.book.experiments import EXPERIMENTS, Experiment, finished
from gru_lib.book.experiments.records import FOLDER
from gru_lib.records.provenance import provenance, same_conditions
from gru_lib.records.run_environment import CPU_ONLY, repeatable_run
from gru_lib.records.store import read_results, write_results

READY = "GRU_LIB_EXPERIMENTS"  # set in the process that has one thread for each library


def parser() -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(prog="python -m tools.experiments", description=__doc__.partition("\n")[0])
    result.add_argument("names", nargs="*", metavar="experiment", help=f"of {', '.join(EXPERIMENTS)} (default: all)")
    result.add_argument("--jobs", type=int, default=os.cpu_count(), help="runs side by side (default: all cores)")
    result.add_argument("--backend", default="loky", choices=["loky", "dask"], help="of joblib")
    result.add_argument("--address", help="of a Dask scheduler (default: a cluster on this machine)")
    result.add_argument("-o", "--output", type=Path, default=FOLDER, help="folder of the records")
    return result


def open_record(experiment: Experiment, path: Path) -> dict[str, Any]:
    """Return a record to go on with: what the file has, or an empty one.

    A record of other code, another machine or other packages is left alone: if it is whole, nothing is left to do; if
    not, a ValueError says so.
    """
    content, now = read_results(path), provenance()
    have = finished(experiment, content, path)
    if not have:
        return {"experiment": experiment.name, "outcomes": list(experiment.outcomes), "provenance": now, "runs": []}
    there = content["provenance"]
    if len(have) < len(experiment.settings) and not same_conditions(there, now):
        raise ValueError(
            f"{path} has {len(have)} runs of commit {there['commit']} on {there['processor']}; here it is commit "
            f"{now['commit']} on {now['processor']}, and runs of different conditions are not mixed (a commit with "
            "changes is never the same): go on there, or take the file out of the way"
        )
    return content


def record(experiment: Experiment, path: Path) -> None:
    """Run what a record lacks, within the settings of joblib, and store each run as it ends."""
    import joblib

    content = open_record(experiment, path)
    done = {tuple(one["setting"]) for one in content["runs"]}
    left = [setting for setting in experiment.settings if setting not in done]
    if done:
        where = content["provenance"]
        print(f"{experiment.name}: {len(done)} runs kept from {where['date']}, commit {where['commit']}", flush=True)
    start = time.perf_counter()
    tasks = (joblib.delayed(experiment.timed)(setting) for setting in left)
    for count, (setting, values, seconds) in enumerate(joblib.Parallel(return_as="generator_unordered")(tasks), 1):
        content["runs"].append({"setting": list(setting), "values": values, "seconds": round(seconds, 2)})
        content["runs"].sort(key=lambda one: experiment.settings.index(tuple(one["setting"])))
        write_results(path, content)
        to_go = (time.perf_counter() - start) / count * (len(left) - count)
        shown = ", ".join(f"{name} {value:.4g}" for name, value in zip(experiment.outcomes, values, strict=True))
        ended = f"{experiment.name} {len(done) + count} of {len(experiment.settings)}, {duration(to_go)} left"
        print(f"{ended}: {', '.join(map(str, setting))}: {shown}", flush=True)


def duration(seconds: float) -> str:
    """Say about how long something takes.

    >>> duration(42.3), duration(400), duration(9000)
    ('42 s', '7 min', '2.5 h')
    """
    return (
        f"{seconds:.0f} s"
        if seconds < 90
        else f"{seconds / 60:.0f} min"
        if seconds < 5400
        else f"{seconds / 3600:.1f} h"
    )


@contextmanager
def workers(options: argparse.Namespace) -> Iterator[None]:
    """Let joblib compute where the options say."""
    import joblib

    if options.backend != "dask":
        with joblib.parallel_config(backend=options.backend, n_jobs=options.jobs):
            yield
        return
    try:
        from distributed import Client
    except ImportError as error:
        raise ValueError(
            "backend is dask, and the package distributed is not installed: pip install distributed"
        ) from error
    here = {"n_workers": options.jobs, "threads_per_worker": 1, "dashboard_address": None}
    with Client(options.address) if options.address else Client(**here), joblib.parallel_config(backend="dask"):
        yield


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status: 0, or 1 after one line of explanation."""
    options = parser().parse_args(arguments)
    if unknown := set(options.names) - set(EXPERIMENTS):
        print(f"error: no experiment {', '.join(sorted(unknown))}; expected {', '.join(EXPERIMENTS)}", file=sys.stderr)
        return 1
    try:
        with workers(options):
            for name in options.names or EXPERIMENTS:
                record(EXPERIMENTS[name], options.output / f"{name}.json")
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped; every run that has ended is stored, and the same command goes on from there", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    if READY in os.environ:
        sys.exit(main())
    # libraries read their number of threads when they are loaded, and NumPy is loaded already: begin again
    environment = os.environ | repeatable_run() | CPU_ONLY | {READY: "1"}
    process = subprocess.Popen([sys.executable, "-m", "tools.experiments", *sys.argv[1:]], env=environment)
    while process.returncode is None:
        with suppress(KeyboardInterrupt):  # it has reached that process too, which says what is stored
            process.wait()
    sys.exit(process.returncode)
