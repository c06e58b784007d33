"""What the cells run with is brought whole or not at all, from a folder or from a server that fails in every way."""

import hashlib
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tools import live

CONTENT = bytes(range(256)) * 4000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


class Server(BaseHTTPRequestHandler):
    """Sends CONTENT, or what `faults` has left for this request."""

    def do_GET(self):
        start = int(re.sub(r"\D", "", self.headers.get("Range", "0")))
        self.server.asked.append(start)
        fault = self.server.faults.pop(0) if self.server.faults else ""
        if fault == "no range":
            start = 0
        if start >= len(CONTENT):
            return self.send_error(416)
        body = CONTENT[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if fault == "cut":
            body = body[: len(body) // 2]
        if fault == "altered":
            body = bytes([body[0] ^ 1]) + body[1:]
        return self.wfile.write(body)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    server.asked, server.faults = [], []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.address = f"http://127.0.0.1:{server.server_port}/python.zip"
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("faults", [[], ["cut"], ["cut", "cut"], ["altered"], ["cut", "no range"], ["cut", "altered"]])
def test_a_download_ends_with_the_listed_file(server, tmp_path, faults):
    server.faults[:] = faults
    live.download(server.address, tmp_path / "python.zip", DIGEST)
    assert (tmp_path / "python.zip").read_bytes() == CONTENT
    assert [path.name for path in tmp_path.iterdir()] == ["python.zip"]


def test_an_interrupted_download_goes_on_where_it_ended(server, tmp_path):
    (tmp_path / "python.zip.part").write_bytes(CONTENT[:1000])
    live.download(server.address, tmp_path / "python.zip", DIGEST)
    assert server.asked == [1000]
    assert (tmp_path / "python.zip").read_bytes() == CONTENT


def test_a_download_that_only_lacked_its_name_is_complete(server, tmp_path):
    (tmp_path / "python.zip.part").write_bytes(CONTENT)
    live.download(server.address, tmp_path / "python.zip", DIGEST)
    assert (tmp_path / "python.zip").read_bytes() == CONTENT


def test_another_file_than_the_listed_one_is_refused(server, tmp_path):
    with pytest.raises(live.NotFetchedError, match="another than the one that is listed"):
        live.download(server.address, tmp_path / "python.zip", "0" * 64)
    assert list(tmp_path.iterdir()) == []


def test_no_server_is_an_error_that_names_the_address(server, tmp_path):
    server.shutdown()
    server.server_close()
    with pytest.raises(live.NotFetchedError, match=r"python\.zip"):
        live.download(server.address, tmp_path / "python.zip", DIGEST)


@pytest.fixture
def listed(monkeypatch):
    monkeypatch.setattr(live, "sums", lambda: {"python.zip": DIGEST})


@pytest.mark.usefixtures("listed")
def test_files_come_from_the_folder_that_the_variable_names(monkeypatch, tmp_path):
    given, folder = tmp_path / "given", tmp_path / "live"
    given.mkdir()
    monkeypatch.setenv(live.VARIABLE, str(given))
    with pytest.raises(live.NotFetchedError, match=r"python\.zip is not there"):
        live.bring_python(folder)
    (given / "python.zip").write_bytes(CONTENT[1:])
    with pytest.raises(live.NotFetchedError, match="or is another"):
        live.bring_python(folder)
    (given / "python.zip").write_bytes(CONTENT)
    live.bring_python(folder)
    assert (folder / "python.zip").read_bytes() == CONTENT


@pytest.mark.usefixtures("listed")
def test_what_is_there_and_whole_is_not_asked_for_again(server, monkeypatch, tmp_path):
    monkeypatch.delenv(live.VARIABLE, raising=False)
    release = server.address.removesuffix("python.zip")
    live.bring_python(tmp_path, release)
    live.bring_python(tmp_path, release)
    assert server.asked == [0]


def test_every_file_of_pyodides_lock_is_listed_with_the_same_sum():
    lock = json.loads((live.SOURCE / "pyodide-lock.json").read_text())
    sums = live.sums()
    assert {one["file_name"]: one["sha256"] for one in lock["packages"].values()}.items() <= sums.items()
    needed = {name for one in lock["packages"].values() for name in one["depends"]}
    assert needed <= set(lock["packages"])
    assert f"/v{lock['info']['version']}/" in live.RELEASE
