"""Writing whole or not at all, under real faults: a full disk, a kill, a race, links."""

import os
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from gru_lib.atomic_write import atomic_write


@pytest.fixture
def full_disk():
    """No file may grow beyond 100 bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("full_disk")
@pytest.mark.parametrize("replace", [True, False])
def test_a_full_disk_is_named_and_leaves_the_old_file(tmp_path, replace):
    path = tmp_path / "gru.npz"
    path.write_bytes(b"old")
    with pytest.raises(OSError, match=r"File too large: '.*gru.npz'"):
        atomic_write(path, bytes(10_000), replace=replace)
    assert {entry.name: entry.read_bytes() for entry in tmp_path.iterdir()} == {"gru.npz": b"old"}


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_an_interrupt_leaves_the_old_file_and_no_other(tmp_path, monkeypatch, step):
    path = tmp_path / "gru.npz"
    path.write_bytes(b"old")

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(*(os, "fsync") if step == "fsync" else (Path, "replace"), interrupt)
    with pytest.raises(KeyboardInterrupt):
        atomic_write(path, b"new")
    assert {entry.name: entry.read_bytes() for entry in tmp_path.iterdir()} == {"gru.npz": b"old"}


def test_a_link_stays_a_link_and_a_mode_stays_a_mode(tmp_path):
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "real.npz", tmp_path / "link.npz"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link.symlink_to(target)
    atomic_write(link, b"new")
    assert link.is_symlink() and target.read_bytes() == b"new"
    assert target.stat().st_mode & 0o777 == 0o640
    assert [entry.name for entry in (tmp_path / "there").iterdir()] == ["real.npz"]


def test_a_new_file_has_the_usual_mode(tmp_path):
    (tmp_path / "usual").write_bytes(b"")
    atomic_write(tmp_path / "gru.npz", b"new")
    assert (tmp_path / "gru.npz").stat().st_mode == (tmp_path / "usual").stat().st_mode


@pytest.fixture(params=["links", "no-links"])
def _file_system(request, monkeypatch):
    """A file system with hard links, and one without, such as that of a memory stick."""

    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    if request.param == "no-links":
        monkeypatch.setattr(os, "link", refuse)


@pytest.mark.usefixtures("_file_system")
def test_what_is_there_stays_unless_it_may_be_replaced(tmp_path):
    atomic_write(tmp_path / "new", b"new", replace=False)
    (tmp_path / "dangling").symlink_to("nowhere")
    for name in ("new", "dangling"):
        with pytest.raises(FileExistsError, match=f"File exists: '.*{name}'"):
            atomic_write(tmp_path / name, b"newer", replace=False)
    assert (tmp_path / "new").read_bytes() == b"new" and not (tmp_path / "nowhere").exists()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["dangling", "new"]


@pytest.mark.usefixtures("_file_system")
def test_of_several_writers_one_succeeds(tmp_path):
    for turn in range(20):
        path, start, winners = tmp_path / f"{turn}.npz", threading.Barrier(4), []

        def write(content, path=path, start=start, winners=winners):
            start.wait()
            try:
                atomic_write(path, content, replace=False)
            except FileExistsError:
                return
            winners.append(content)

        threads = [threading.Thread(target=write, args=[bytes([number]) * 1000]) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert winners == [path.read_bytes()]


CHILD = """
import os, runpy, sys
def wait(_):
    print("writing", flush=True)
    sys.stdin.read()
os.fsync = wait
sys.argv[1:] = "gru.npz --to scratch -o other.npz".split()
runpy.run_module("gru_lib.porting", run_name="__main__")
"""


def test_a_command_that_is_told_to_stop_leaves_no_draft(tmp_path):
    from gru_lib.porting.files import save
    from tests.support.porting_cases import draw, stack_of

    save(tmp_path / "gru.npz", stack_of(draw()), "keras")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", CHILD], cwd=tmp_path, env=environment, **pipes) as child:
        assert child.stdout.readline() == b"writing\n"
        assert len(list(tmp_path.iterdir())) == 2
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=60) == 143
    assert [entry.name for entry in tmp_path.iterdir()] == ["gru.npz"]
