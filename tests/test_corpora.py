"""Corpora are found, verified, split without leaks; whatever is broken is refused in one sentence."""

import errno
import gzip
import hashlib
import http.server
import io
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfmr.data import (
    Corpus,
    Pair,
    WordTokenizer,
    alibi,
    download,
    load_corpus,
    multi30k,
    tatoeba,
    word_tokenize,
)
from tfmr.data.splits import normalised, split_pairs
from tfmr.errors import InputError

real_data = pytest.mark.skipif(
    not os.environ.get("TFMR_DATA"), reason="needs copies of the real corpora under TFMR_DATA"
)


class Server(http.server.ThreadingHTTPServer):
    """A public home on this machine: what it serves, how badly, and what it was asked for."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.manner = "well"
        self.asked: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        data = self.server.files.get(self.path)
        if data is None:
            self.send_error(404)
            return
        self.send_response(200)
        if self.server.manner != "unannounced":
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.server.manner in ("truncated", "unannounced"):
            data = data[: len(data) // 2]
        elif self.server.manner == "corrupted":
            data = bytes([data[0] ^ 1]) + data[1:]
        elif self.server.manner == "stalled":
            self.wfile.write(data[: len(data) // 2])
            self.wfile.flush()
            time.sleep(1.5)
            return
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    home = Server()
    thread = threading.Thread(target=home.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield home
    home.shutdown()
    thread.join()
    home.server_close()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache, no copies of the user's own, no proxy."""
    monkeypatch.delenv("TFMR_DATA", raising=False)
    monkeypatch.setenv("TFMR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "*")
    return tmp_path / "cache"


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def files_under(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def sentences(pairs, side):
    return {normalised(getattr(pair, side)) for pair in pairs}


def share_no_sentence(corpus):
    return all(
        sentences(first, side).isdisjoint(sentences(second, side))
        for side in ("src", "tgt")
        for first, second in [
            (corpus.train, corpus.test),
            (corpus.train, corpus.valid),
            (corpus.valid, corpus.test),
        ]
    )


# Finding files


def test_a_download_goes_into_the_cache_and_is_asked_for_once(server, cache, capsys):
    server.files["/a.gz"] = b"content" * 50_000
    for _ in range(2):
        path = download.fetch("corpus/a.gz", server.url + "/a.gz", sha256(server.files["/a.gz"]))
        assert path == cache / "corpus/a.gz" and path.read_bytes() == server.files["/a.gz"]
    assert server.asked == ["/a.gz"]
    assert files_under(cache) == ["corpus/a.gz"]
    assert capsys.readouterr() == ("", "")  # no progress bar outside a terminal


@pytest.mark.parametrize("manner", ["truncated", "unannounced", "corrupted", "stalled", "missing"])
def test_a_bad_download_is_refused_and_leaves_nothing(server, cache, monkeypatch, manner):
    monkeypatch.setattr(download, "TIMEOUT", 0.3)
    server.files["/a.gz"] = b"content" * 50_000
    server.manner = manner
    expected, half = sha256(server.files["/a.gz"]), sha256(server.files["/a.gz"][:175_000])
    address = "/b.gz" if manner == "missing" else "/a.gz"
    messages = {
        "truncated": "the connection ended after 175000 of 350000 bytes",
        "unannounced": f"SHA-256 checksum {expected[:12]}…, got {half[:12]}…",
        "corrupted": f"SHA-256 checksum {expected[:12]}…, got [0-9a-f]{{12}}…; the download is not used",
        "stalled": "timed out",
        "missing": "HTTP status 404",
    }
    with pytest.raises(InputError, match=messages[manner]) as caught:
        download.fetch("corpus/a.gz", server.url + address, expected)
    assert "\n" not in str(caught.value)
    assert files_under(cache) == []
    server.manner = "well"
    again = download.fetch("corpus/a.gz", server.url + "/a.gz", expected)
    assert again.read_bytes() == server.files["/a.gz"]


def test_an_interrupted_download_leaves_nothing(server, cache):
    server.files["/a"] = b"content"

    def interrupt(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download.fetch("a", server.url + "/a", None, check=interrupt)
    assert files_under(cache) == []


def test_a_killed_download_is_not_used_and_is_cleaned_up(server, cache):
    server.files["/a"] = b"content" * 50_000
    server.manner = "stalled"
    expected = sha256(server.files["/a"])
    program = f"from tfmr.data.download import fetch; fetch('a', {server.url + '/a'!r}, {expected!r})"
    environment = {**os.environ, "TFMR_CHECK_SHAPES": "0"}
    child = subprocess.Popen([sys.executable, "-c", program], env=environment)
    while child.poll() is None and not files_under(cache):
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait()
    (part,) = files_under(cache)
    assert part.startswith(".a.") and part.endswith(".part")
    server.manner = "well"
    os.utime(cache / part, (0, 0))  # as if it were old; a young one may belong to a running download
    assert download.fetch("a", server.url + "/a", expected).read_bytes() == server.files["/a"]
    assert files_under(cache) == ["a"]


def test_a_damaged_cached_file_is_fetched_again(server, cache):
    server.files["/a"] = b"content"
    path = download.fetch("a", server.url + "/a", sha256(b"content"))
    path.write_bytes(b"conten")
    assert download.fetch("a", server.url + "/a", sha256(b"content")).read_bytes() == b"content"


def test_without_network_one_sentence_says_what_to_do(server, cache):
    (cache / "corpus").mkdir(parents=True)
    (cache / "corpus/a.gz").write_bytes(b"damaged")
    server.server_close()  # nobody answers there any more
    with pytest.raises(InputError, match="connect to the network, or set TFMR_DATA to a folder") as caught:
        download.fetch("corpus/a.gz", server.url + "/a.gz", sha256(b"content"))
    assert "corpus/a.gz" in str(caught.value) and "\n" not in str(caught.value)
    assert files_under(cache) == []


def test_own_copies_come_first(server, cache, tmp_path, monkeypatch):
    own = tmp_path / "own" / "corpus"
    own.mkdir(parents=True)
    (own / "a").write_bytes(b"content")
    monkeypatch.setenv("TFMR_DATA", str(own.parent))
    assert download.fetch("corpus/a", server.url + "/a", sha256(b"content")) == own / "a"
    assert server.asked == [] and not cache.exists()
    with pytest.raises(
        InputError, match=f"checksum {sha256(b'other')[:12]}…, got {sha256(b'content')[:12]}…"
    ):
        download.fetch("corpus/a", server.url + "/a", sha256(b"other"))
    assert (own / "a").read_bytes() == b"content"  # the user's file is not ours to remove
    server.files["/b"] = b"b"  # what the folder lacks is fetched
    assert download.fetch("corpus/b", server.url + "/b", sha256(b"b")) == cache / "corpus/b"
    monkeypatch.setenv("TFMR_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(InputError, match="TFMR_DATA: expected a folder, found none"):
        download.fetch("corpus/a", server.url + "/a", sha256(b"content"))


def test_own_copies_come_before_the_cache(server, cache, tmp_path, monkeypatch):
    for folder, content in ((cache, b"cached"), (tmp_path / "own", b"own")):
        folder.mkdir()
        (folder / "a").write_bytes(content)
    (cache / "a.sha256").write_text(sha256(b"cached") + "\n", encoding="ascii")
    assert download.fetch("a", server.url + "/a", None) == cache / "a"
    monkeypatch.setenv("TFMR_DATA", str(tmp_path / "own"))
    assert download.fetch("a", server.url + "/a", None) == tmp_path / "own" / "a"
    assert server.asked == [] and (cache / "a").read_bytes() == b"cached"


def test_a_download_under_way_is_left_alone(server, cache):
    """A young part may be another process's; only an old one is nobody's."""
    cache.mkdir()
    young, old = cache / ".a.1.part", cache / ".a.2.part"
    for part, age in ((young, 3500), (old, 3700)):
        part.touch()
        os.utime(part, (time.time() - age, time.time() - age))
    server.files["/a"] = b"content"
    download.fetch("a", server.url + "/a", sha256(b"content"))
    assert files_under(cache) == [".a.1.part", "a"]


@pytest.mark.parametrize(
    "answer, message",
    [
        (b"garbage\r\n\r\n", "failed \\(garbage"),
        (b"HTTP/1.1 nine OK\r\n\r\n", "the download from .* failed"),
        (b"", "the download from .* failed"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nother", "SHA-256 checksum"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -7\r\n\r\nother", "SHA-256 checksum"),
    ],
)
def test_an_answer_that_is_no_http_is_one_sentence(cache, answer, message):
    with socket.create_server(("127.0.0.1", 0)) as home:

        def speak():
            connection, _ = home.accept()
            with connection:
                connection.recv(1 << 16)
                connection.sendall(answer)

        thread = threading.Thread(target=speak)
        thread.start()
        url = f"http://127.0.0.1:{home.getsockname()[1]}/a"
        with pytest.raises(InputError, match=message) as caught:
            download.fetch("a", url, sha256(b"content"))
        thread.join()
    assert "\n" not in str(caught.value) and files_under(cache) == []


def test_a_disk_that_is_full_is_not_taken_for_a_missing_network(server, cache, monkeypatch):
    server.files["/a"] = b"content"

    def refuse(*args, **kwargs):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(download, "checksum", refuse)  # the first thing done after writing
    with pytest.raises(InputError, match="a: expected to write this file, got No space left") as caught:
        download.fetch("a", server.url + "/a", sha256(b"content"))
    assert "network" not in str(caught.value)


def test_a_cache_that_cannot_be_written_is_named(server, cache, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("TFMR_CACHE", str(tmp_path / "file"))
    with pytest.raises(InputError, match="TFMR_CACHE: expected a folder to write to"):
        download.fetch("corpus/a", server.url + "/a", None)


def test_the_cache_has_a_place_by_default(monkeypatch, tmp_path):
    monkeypatch.delenv("TFMR_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert download.cache_folder() == tmp_path / "tfmr"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert download.cache_folder() == Path.home() / ".cache" / "tfmr"


def test_a_file_without_a_known_checksum_must_keep_its_first(server, cache):
    server.files["/a"] = b"first"
    path = download.fetch("a", server.url + "/a", None)
    assert files_under(cache) == ["a", "a.sha256"]
    server.files["/a"] = b"second"
    assert download.fetch("a", server.url + "/a", None).read_bytes() == b"first"
    path.write_bytes(b"damaged")
    assert download.fetch("a", server.url + "/a", None).read_bytes() == b"second"
    assert download.fetch("a", server.url + "/a", None).read_bytes() == b"second"
    assert len(server.asked) == 2


# Splitting

numbers = st.integers(0, 30)


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=80))
def test_trap_08_splits_share_no_sentence_on_either_side(edges):
    """However sentences are shared: case and punctuation do not hide that two are the same."""
    pairs = [
        Pair(f"{'S' if n % 2 else 's'}ource {a}{'!' if n % 3 else ''}", f"target  {b} ")
        for n, (a, b) in enumerate(edges)
    ]
    try:
        train, valid, test = split_pairs(pairs)
    except InputError as error:
        assert "expected at least 3 groups" in str(error)
        return
    assert share_no_sentence(Corpus("drawn", "xx", "yy", train, valid, test))
    assert sorted(train + valid + test, key=str) == sorted(pairs, key=str)
    turned = split_pairs([pair.swapped() for pair in pairs])
    assert turned == tuple([pair.swapped() for pair in split] for split in (train, valid, test))


def test_splits_have_the_size_asked_for_and_keep_the_order():
    pairs = [Pair(f"source {number}", f"target {number}") for number in range(2000)]
    train, valid, test = split_pairs(pairs)
    assert (len(train), len(valid), len(test)) == (1900, 50, 50)
    assert all(split == sorted(split, key=pairs.index) for split in (valid, test))
    assert [len(split) for split in split_pairs(pairs, most=10)] == [1980, 10, 10]
    shuffled = split_pairs(pairs[::-1])
    assert tuple(split[::-1] for split in shuffled) == (train, valid, test)


def test_the_split_is_the_same_on_every_machine():
    train, valid, test = split_pairs([Pair(f"source {number}", f"target {number}") for number in range(40)])
    assert [pair.src for pair in valid + test] == ["source 7", "source 30"]


# A file of one's own


def write_pairs(path, count=100):
    text = "".join(f"phrase {number}\tsentence {number}\n" for number in range(count))
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())


@pytest.mark.parametrize("name", ["own.tsv", "own.tsv.gz"])
def test_a_file_of_pairs_is_a_corpus(tmp_path, name):
    write_pairs(tmp_path / name)
    corpus = load_corpus(str(tmp_path / name), src="fr", tgt="en")
    assert (len(corpus.train), len(corpus.valid), len(corpus.test)) == (96, 2, 2)
    assert (corpus.src_lang, corpus.tgt_lang) == ("fr", "en")
    assert all(pair.tgt == pair.src.replace("phrase", "sentence") for pair in corpus.train)
    assert load_corpus(tmp_path / name) == corpus


def test_trap_08_the_choice_of_training_pairs_leaves_the_test_set_alone(tmp_path):
    write_pairs(tmp_path / "own.tsv")
    whole = load_corpus(tmp_path / "own.tsv")
    small, large = (load_corpus(tmp_path / "own.tsv", size=size, seed=1) for size in (10, 20))
    other = load_corpus(tmp_path / "own.tsv", size=10, seed=2)
    assert small.test == large.test == other.test == whole.test and small.valid == whole.valid
    assert large.train[:10] == small.train != other.train
    assert len(small.train) == 10 and set(small.train) <= set(whole.train)
    assert small.train == load_corpus(tmp_path / "own.tsv", size=10, seed=1).train
    everything = load_corpus(tmp_path / "own.tsv", size=96)
    assert sorted(everything.train, key=str) == sorted(whole.train, key=str)
    assert (everything.valid, everything.test) == (whole.valid, whole.test)
    with pytest.raises(InputError, match="size: expected at most the 96 training pairs .* got 97"):
        load_corpus(tmp_path / "own.tsv", size=97)


def test_trap_08_the_vocabulary_of_training_texts_lacks_test_only_words(tmp_path):
    write_pairs(tmp_path / "own.tsv")
    corpus = load_corpus(tmp_path / "own.tsv")
    tok = WordTokenizer.train(pair.src for pair in corpus.train)
    known = {word for pair in corpus.train for word in word_tokenize(pair.src)}
    assert set(tok.words) == known
    assert all(tok.unk_id in tok.encode(pair.src) for pair in corpus.test)  # each has a number of its own


@pytest.mark.parametrize(
    "data, message",
    [
        (b"", "the file is empty"),
        (b"\n \n", "the file is empty"),
        (b"un\tone\ndeux two\n", "line 2 has no tab"),
        (b"un\tone\n\ndeux\ttwo\n", "line 2 has no tab"),
        (b"un\tone\ndeux\t \n", "line 2 has no target"),
        (b"\tone\n", "line 1 has no source"),
        (b"un\tone\n\xe9t\xe9\tsummer\n", "line 2 is not valid UTF-8"),
        (b"un\tone\nun\tone\n", "expected at least 3 groups .* the 2 pairs form 1"),
    ],
)
def test_a_broken_file_is_refused(tmp_path, data, message):
    path = tmp_path / "own.tsv"
    path.write_bytes(data)
    with pytest.raises(InputError, match=message) as caught:
        load_corpus(str(path))
    assert "own.tsv" in str(caught.value) and "\n" not in str(caught.value)


def test_three_pairs_are_enough_and_further_columns_are_passed_over(tmp_path):
    path = tmp_path / "own.tsv"
    path.write_text("un\tone\tCC-BY\ndeux\ttwo\tCC-BY\r\n trois \tthree", encoding="utf-8")
    corpus = load_corpus(path)
    assert {pair.src for pair in (*corpus.train, *corpus.valid, *corpus.test)} == {"un", "deux", "trois"}


TYPED = "L’e\u0301te\u0301\u202fdit „Oui“\u00a0!"  # accents in two pieces, another apostrophe, wide and narrow spaces
WRITTEN = 'L\'été dit "Oui" !'


@pytest.mark.parametrize("side", ["src", "tgt"])
def test_both_sides_of_a_file_are_written_in_one_form(tmp_path, side):
    path = tmp_path / "own.tsv"
    lines = [f"{TYPED} {n}\tsentence {n}" if side == "src" else f"phrase {n}\t{TYPED} {n}" for n in range(9)]
    path.write_text("\n".join(lines), encoding="utf-8")
    corpus = load_corpus(path)
    for pair in (*corpus.train, *corpus.valid, *corpus.test):
        assert getattr(pair, side).startswith(WRITTEN)


def test_a_line_of_what_nobody_sees_has_no_sentence(tmp_path):
    path = tmp_path / "own.tsv"
    path.write_text("un\tone\n\u200b\u00ad\ttwo\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 2 has no source"):
        load_corpus(path)


# Names and languages


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"name": "wmt14"}, "corpus: expected 'grammar', 'tatoeba', .* or the path of a .* got 'wmt14'"),
        ({"name": ""}, "corpus: expected 'grammar'"),
        ({"name": "nowhere/own.tsv"}, "expected a file at nowhere/own.tsv, found none"),
        ({"name": "own.tsv"}, "expected a file at own.tsv, found none"),
        ({"name": "tatoeba", "src": "de"}, "src: expected 'en' or 'fr' for the corpus 'tatoeba', got 'de'"),
        ({"name": "grammar", "tgt": "de"}, "tgt: expected 'en' or 'fr' for the corpus 'grammar', got 'de'"),
        ({"name": "multi30k", "tgt": "cs"}, "tgt: expected 'de' or 'en' or 'fr' for .* got 'cs'"),
        ({"name": "multi30k", "src": "en"}, "tgt: expected another language .* got 'en' for both"),
        ({"name": "grammar", "size": 0}, "size: expected at least 1 training pair, got 0"),
    ],
)
def test_wrong_arguments_are_refused(cache, arguments, message):
    with pytest.raises(InputError, match=message):
        load_corpus(**arguments)


def test_a_swapped_corpus_swaps_links_too():
    pair = Pair("a b c", "d e", links=((0, 1), (2, 0)), possible=((1, 0),))
    corpus = Corpus("x", "fr", "en", [pair], [], [], extra={"long": [pair]}, attribution="thanks")
    turned = corpus.swapped()
    assert (turned.src_lang, turned.tgt_lang, turned.attribution) == ("en", "fr", "thanks")
    assert turned.train[0] == turned.extra["long"][0] == Pair("d e", "a b c", ((0, 2), (1, 0)), ((0, 1),))
    assert turned.swapped() == corpus


# Multi30k


@pytest.fixture
def small_multi30k(tmp_path, monkeypatch, cache):
    """Copies under TFMR_DATA: ten training pairs, three of which share a sentence with the test set."""
    sides = {
        "train": ([f"Satz {n}." for n in range(10)], [f"Phrase {n}." for n in range(10)]),
        "val": (["Satz 20."], ["Phrase 20."]),
        "test_2016_flickr": (["satz 3!", "Satz 30."], ["Une autre.", "PHRASE 4"]),
    }
    folder = tmp_path / "own" / "multi30k"
    folder.mkdir(parents=True)
    for split, texts in sides.items():
        for language, lines in zip(("de", "fr"), texts, strict=True):
            name = f"{split}.{language}.gz"
            (folder / name).write_bytes(gzip.compress("".join(line + "\n" for line in lines).encode()))
            monkeypatch.setitem(multi30k.SHA256, name, sha256((folder / name).read_bytes()))
    monkeypatch.setenv("TFMR_DATA", str(folder.parent))
    return folder


def test_trap_08_multi30k_drops_training_copies_of_test_sentences(small_multi30k):
    corpus = load_corpus("multi30k", src="de", tgt="fr")
    assert [pair.src for pair in corpus.train] == [f"Satz {n}." for n in range(10) if n not in (3, 4)]
    assert (corpus.valid, len(corpus.test)) == ([Pair("Satz 20.", "Phrase 20.")], 2)
    assert "Elliott" in corpus.attribution
    turned = load_corpus("multi30k", src="fr", tgt="de")
    assert turned == corpus.swapped()


def test_multi30k_is_written_in_one_form(small_multi30k, monkeypatch):
    for name in ("val.de.gz", "val.fr.gz"):
        (small_multi30k / name).write_bytes(gzip.compress(f"{TYPED}\n".encode()))
        monkeypatch.setitem(multi30k.SHA256, name, sha256((small_multi30k / name).read_bytes()))
    assert load_corpus("multi30k", src="de", tgt="fr").valid == [Pair(WRITTEN, WRITTEN)]


@pytest.mark.parametrize(
    "lines, message",
    [(b"Satz 20.\nSatz 21.\n", "as many lines in de as in fr, got 2 and 1"), (b"\n", "line 1 is empty")],
)
def test_one_sided_multi30k_is_refused(small_multi30k, monkeypatch, lines, message):
    path = small_multi30k / "val.de.gz"
    path.write_bytes(gzip.compress(lines))
    with pytest.raises(InputError, match="val.de.gz: expected a file with SHA-256 checksum"):
        load_corpus("multi30k", src="de", tgt="fr")
    monkeypatch.setitem(multi30k.SHA256, path.name, sha256(path.read_bytes()))
    with pytest.raises(InputError, match=message):
        load_corpus("multi30k", src="de", tgt="fr")


def test_multi30k_is_fetched_from_its_home(small_multi30k, server, cache, monkeypatch):
    monkeypatch.delenv("TFMR_DATA")
    monkeypatch.setattr(multi30k, "HOME", server.url + "/raw")
    server.files = {f"/raw/{path.name}": path.read_bytes() for path in small_multi30k.iterdir()}
    assert len(load_corpus("multi30k", src="de", tgt="fr").train) == 8
    assert len(server.asked) == 6 and len(files_under(cache)) == 6
    load_corpus("multi30k", src="fr", tgt="de")
    assert len(server.asked) == 6


# Tatoeba


def make_zip(lines, member="fra.txt"):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_about.txt", "about")
        archive.writestr(member, "".join(line + "\n" for line in lines).encode())
    return buffer.getvalue()


TATOEBA_LINES = [f"Go {n // 2}!\tVa {n} !\tCC-BY 2.0 (France) #{n}" for n in range(200)] + ["go 3\tVa donc."]


def test_trap_08_tatoeba_is_split_by_sentence(server, cache, monkeypatch):
    monkeypatch.setattr(tatoeba, "URL", server.url + "/fra-eng.zip")
    server.files["/fra-eng.zip"] = make_zip(TATOEBA_LINES)
    corpus = load_corpus("tatoeba")
    assert (corpus.src_lang, corpus.tgt_lang) == ("fr", "en") and "CC BY 2.0 FR" in corpus.attribution
    assert sum(map(len, (corpus.train, corpus.valid, corpus.test))) == 201
    assert corpus.valid and corpus.test and share_no_sentence(corpus)
    assert all(pair.src.startswith("Va") and pair.tgt.lower().startswith("go") for pair in corpus.test)
    turned = load_corpus("tatoeba", src="en", tgt="fr")
    assert turned.test == [pair.swapped() for pair in corpus.test]
    assert server.asked == ["/fra-eng.zip"]


def test_tatoeba_is_written_in_one_form(server, cache, monkeypatch):
    monkeypatch.setattr(tatoeba, "URL", server.url + "/fra-eng.zip")
    server.files["/fra-eng.zip"] = make_zip([f"{TYPED} {n}\t{TYPED} {n}" for n in range(9)])
    assert all(pair.src.startswith(WRITTEN) and pair.tgt == pair.src for pair in load_corpus("tatoeba").train)


@pytest.mark.parametrize(
    "data, message",
    [
        (b"<html>Not acceptable</html>", "fra-eng.zip: expected a zip archive that holds fra.txt"),
        (make_zip(TATOEBA_LINES, member="deu.txt"), "fra-eng.zip: expected a zip archive that holds fra.txt"),
        (
            make_zip(TATOEBA_LINES).replace(b"PK\x01\x02", b"PK\x01\x00"),
            "fra-eng.zip: expected a zip archive",
        ),
        (make_zip(["Go."]), "fra.txt: .* line 1 has no tab"),
        (make_zip([]), "fra.txt: .* empty"),
    ],
)
def test_a_bad_tatoeba_archive_is_refused_and_leaves_nothing(server, cache, monkeypatch, data, message):
    monkeypatch.setattr(tatoeba, "URL", server.url + "/fra-eng.zip")
    server.files["/fra-eng.zip"] = data
    with pytest.raises(InputError, match=message):
        load_corpus("tatoeba")
    assert files_under(cache) == []


def test_every_changed_byte_of_the_archived_text_is_noticed(tmp_path):
    data = bytearray(make_zip(TATOEBA_LINES))
    start = data.index(b"fra.txt") + len("fra.txt")
    for position in range(start, data.index(b"PK\x01\x02"), 40):
        data[position] ^= 0xFF
        (tmp_path / "a.zip").write_bytes(data)
        with pytest.raises(InputError, match="expected a zip archive"):
            tatoeba._read_zip(tmp_path / "a.zip")
        data[position] ^= 0xFF


def test_the_fixed_state_of_tatoeba_comes_first(tmp_path, cache, monkeypatch):
    path = tmp_path / "own" / tatoeba.FIXED
    path.parent.mkdir(parents=True)
    path.write_bytes(gzip.compress("\n".join(TATOEBA_LINES).encode()))
    monkeypatch.setenv("TFMR_DATA", str(tmp_path / "own"))
    with pytest.raises(InputError, match=f"SHA-256 checksum {tatoeba.FIXED_SHA256[:12]}…"):
        load_corpus("tatoeba")
    monkeypatch.setattr(tatoeba, "FIXED_SHA256", sha256(path.read_bytes()))
    assert share_no_sentence(load_corpus("tatoeba"))


# Alibi


@pytest.fixture
def small_alibi(tmp_path, cache, monkeypatch):
    texts = {
        "Le_sents.txt": "0\tLe\n1\tL’ eau , e\u0301d. d' or .\n",
        "The_sents.txt": "0\tThe\n1\tThe water , “Well gold .\n",
        "ali_w2w_Le_The.txt": "0\t\n1\t0-0 1-1 2-2 3p3 3-3 5p4 4p4 6-5 \n",
    }
    folder = tmp_path / "own" / "alignments" / "alibi"
    folder.mkdir(parents=True)
    monkeypatch.setattr(alibi, "STORIES", (("Le", "The"),))
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
        monkeypatch.setitem(alibi.SHA256, name, sha256(text.encode()))
    monkeypatch.setenv("TFMR_DATA", str(tmp_path / "own"))
    return folder


def test_alibi_links_count_the_words_of_the_tokenizer(small_alibi):
    corpus = load_corpus("alibi")
    assert (corpus.train, corpus.valid) == ([], []) and "CC BY-SA 4.0" in corpus.attribution
    title, pair = corpus.test
    assert (title.links, title.possible) == ((), ())
    src, tgt = word_tokenize(pair.src), word_tokenize(pair.tgt)
    named = {(src[i], tgt[j]) for i, j in pair.links}
    # The full stop of «éd.» and the mark of «"Well» are words of their own here, with the links of the whole.
    assert named == {("L'", "The"), ("eau", "water"), (",", ","), (".", ".")} | {
        (french, english) for french in ("éd", ".") for english in ('"', "Well")
    }
    assert {(src[i], tgt[j]) for i, j in pair.possible} == {("d'", "gold"), ("or", "gold")}
    assert (pair.src, pair.tgt) == ("L' eau , éd. d' or .", 'The water , "Well gold .')  # written in one form
    turned = load_corpus("alibi", src="en", tgt="fr").test[1]
    assert turned.links == tuple(sorted((j, i) for i, j in pair.links))
    with pytest.raises(InputError, match="size: expected at most the 0 training pairs of 'alibi'"):
        load_corpus("alibi", size=1)


@pytest.mark.parametrize(
    "name, text, message",
    [
        (
            "ali_w2w_Le_The.txt",
            "0\t\n1\t9-0\n",
            "line 2: expected links between words of the pair, got '9-0'",
        ),
        (
            "ali_w2w_Le_The.txt",
            "0\t\n1\t0:0\n",
            "line 2: expected links between words of the pair, got '0:0'",
        ),
        ("ali_w2w_Le_The.txt", "0\t\n", "as many lines in each of its three files, got 2, 2, 1"),
        ("Le_sents.txt", "0\tLe\n2\tL’ eau\n", "Le_sents.txt: expected 1 and a tab at the start of a line"),
    ],
)
def test_broken_alibi_files_are_refused(small_alibi, monkeypatch, name, text, message):
    (small_alibi / name).write_text(text, encoding="utf-8")
    monkeypatch.setitem(alibi.SHA256, name, sha256(text.encode()))
    with pytest.raises(InputError, match=message):
        load_corpus("alibi")


def test_alibi_is_fetched_from_its_home(small_alibi, server, cache, monkeypatch):
    monkeypatch.delenv("TFMR_DATA")
    monkeypatch.setattr(alibi, "HOME", server.url)
    server.files = {f"/Le_The/{path.name}": path.read_bytes() for path in small_alibi.iterdir()}
    assert len(load_corpus("alibi").test) == 2
    assert files_under(cache / "alignments/alibi") == files_under(small_alibi)


# Grammar, through the same door


def test_size_and_seed_reach_the_grammar(monkeypatch):
    asked = []

    def load_grammar(**arguments):
        asked.append(arguments)
        return Corpus("grammar", "fr", "en", [], [], [])

    monkeypatch.setattr("tfmr.data.grammar.load_grammar", load_grammar)
    load_corpus("grammar", size=7, seed=3)
    load_corpus("grammar")
    assert asked == [{"size": 7, "seed": 3}, {"size": 20_000, "seed": 0}]


def test_trap_08_grammar_splits_share_no_sentence():
    corpus = load_corpus("grammar", size=1000, src="en", tgt="fr")
    assert (corpus.src_lang, corpus.tgt_lang, len(corpus.train)) == ("en", "fr", 1000)
    assert "the" in {word for pair in corpus.train for word in word_tokenize(pair.src)}
    for pairs in (corpus.valid, corpus.test, *corpus.extra.values()):
        for side in ("src", "tgt"):
            assert pairs and sentences(corpus.train, side).isdisjoint(sentences(pairs, side))


# The real files


@real_data
@pytest.mark.parametrize("src, tgt", [("fr", "en"), ("en", "de"), ("de", "fr")])
def test_trap_08_real_multi30k_is_whole_and_has_no_test_sentence_in_training(src, tgt):
    corpus = load_corpus("multi30k", src=src, tgt=tgt)
    assert (len(corpus.train), len(corpus.valid), len(corpus.test)) == (29_000, 1014, 1000)
    for side in ("src", "tgt"):
        assert sentences(corpus.train, side).isdisjoint(sentences(corpus.test, side))


@real_data
def test_trap_08_real_tatoeba_has_no_test_sentence_in_training():
    corpus = load_corpus("tatoeba")
    assert (len(corpus.train), len(corpus.valid), len(corpus.test)) == (72_235, 1901, 1901)
    assert share_no_sentence(corpus)


@real_data
def test_real_alibi_words_and_links_fit():
    corpus = load_corpus("alibi")
    assert len(corpus.test) == 522
    recut = []
    for pair in corpus.test:
        words = word_tokenize(pair.src), word_tokenize(pair.tgt)
        assert all(i < len(words[0]) and j < len(words[1]) for i, j in pair.links + pair.possible)
        assert set(pair.links).isdisjoint(pair.possible)
        recut += [text for text, cut in zip((pair.src, pair.tgt), words, strict=True) if text.split() != cut]
    assert len(recut) == 2
