"""What a repeatable run starts with arrives where it is read."""

import os
import subprocess
import sys

from gru_lib.records.run_environment import THREAD_VARIABLES, repeatable_run, thread_settings

COUNT = """
import numpy, threadpoolctl, torch
print({torch.get_num_threads(), *(pool["num_threads"] for pool in threadpoolctl.threadpool_info())})
"""


def test_a_repeatable_run_has_one_thread(require):
    require("threadpoolctl")
    require("torch")
    environment = os.environ | thread_settings(2) | repeatable_run()
    done = subprocess.run([sys.executable, "-c", COUNT], env=environment, capture_output=True, text=True)
    assert done.stdout == "{1}\n", done.stderr


def test_every_library_gets_the_same_number_of_threads():
    assert {thread_settings(3)[name] for name in THREAD_VARIABLES} == {"3"}
