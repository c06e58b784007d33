"""Files are looked at before they take memory."""

import io
import zipfile

import pytest

from gru_lib import bounded_read
from gru_lib.bounded_read import MAX_BYTES, members, read_bytes


def archive(**files):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return memory.getvalue()


def test_a_file_is_read_whole(tmp_path):
    (tmp_path / "file").write_bytes(bytes(range(256)))
    assert read_bytes(tmp_path / "file") == bytes(range(256))


def test_a_file_beyond_the_limit_is_refused(tmp_path):
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(MAX_BYTES + 1)  # a hole, which takes no room on the disk
    with pytest.raises(ValueError, match=r"4,294,967,297 bytes; expected 4,294,967,296 at most"):
        read_bytes(tmp_path / "huge")


@pytest.mark.parametrize("path", [".", "/dev/zero"])
def test_what_is_no_regular_file_is_refused(tmp_path, path):
    with pytest.raises(ValueError, match=r"no regular file"):
        read_bytes(tmp_path / path)


def test_an_archive_is_unpacked():
    assert list(members(archive(a=b"one", b=b""))) == [("a", b"one"), ("b", b"")]


@pytest.mark.parametrize(
    "limits", [{"MAX_ENTRIES": 1}, {"MAX_BYTES": 2}, {"FREE_BYTES": 2, "MAX_EXPANSION": 0}], ids=str
)
def test_an_archive_beyond_a_limit_is_refused(monkeypatch, limits):
    for name, value in limits.items():
        monkeypatch.setattr(bounded_read, name, value)
    with pytest.raises(ValueError, match=r"2 files of 3 bytes; expected .* files of .* bytes at most"):
        list(members(archive(a=b"one", b=b"")))


def test_a_wrong_checksum_is_noticed():
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as file:  # stored as it is
        file.writestr("a", b"one")
    with pytest.raises(ValueError, match=r"damaged, or no zip archive: Bad CRC-32 for file 'a'"):
        list(members(memory.getvalue().replace(b"one", b"two")))
