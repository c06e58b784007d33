"""Programs in C, compiled by the compiler of this machine."""

import os
import shutil
import subprocess
from pathlib import Path

COMPILERS = ("cc", "gcc", "clang")


def compiler() -> str:
    """Return the compiler that ``CC`` names, else the first of `COMPILERS`; FileNotFoundError if there is none."""
    wanted = [os.environ["CC"]] if os.environ.get("CC") else COMPILERS
    found = next(filter(None, map(shutil.which, wanted)), None)
    if found is None:
        raise FileNotFoundError(
            f"there is no C compiler: looked for {', '.join(wanted)}; install one, or name it in CC"
        )
    return found


def compile_c(source: Path, output: Path, *options: str) -> Path:
    """Compile a file of C99; return `output`. ValueError with the words of the compiler if it refuses."""
    command = [compiler(), "-std=c99", *options, str(source), "-lm", "-o", str(output)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise ValueError(f"{source.name} cannot be compiled: {done.stderr.strip()}")
    return output
