"""Files are read strictly, and written whole or not at all."""

import errno
import gzip
import os
import tempfile
from pathlib import Path

import pytest

from tfmr.errors import InputError
from tfmr.files import atomic_write, read_lines, read_text


def test_a_written_file_appears_under_its_name_only(tmp_path):
    path = tmp_path / "new" / "model.txt"
    with atomic_write(path) as temporary:
        temporary.write_text("whole", encoding="utf-8")
        assert not path.exists()
    assert path.read_text(encoding="utf-8") == "whole"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("interruption", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, interruption):
    path = tmp_path / "model.txt"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(interruption), atomic_write(path) as temporary:
        temporary.write_text("ha", encoding="utf-8")
        raise interruption
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("mask", [0o000, 0o002, 0o022, 0o077])
def test_a_written_file_has_the_usual_permissions(tmp_path, mask):
    usual, written = tmp_path / "usual", tmp_path / "written"
    before = os.umask(mask)
    try:
        usual.touch()
        with atomic_write(written):
            pass
        assert os.umask(mask) == mask, "the process has another umask than before"
    finally:
        os.umask(before)
    assert written.stat().st_mode == usual.stat().st_mode


def test_a_file_is_replaced_not_written_over(tmp_path):
    """Whoever opened the old file goes on reading it, whole."""
    path = tmp_path / "model.txt"
    path.write_text("old", encoding="utf-8")
    with open(path, encoding="utf-8") as earlier:
        with atomic_write(path) as temporary:
            temporary.write_text("new!", encoding="utf-8")
        assert earlier.read() == "old"
    assert path.read_text(encoding="utf-8") == "new!"


def test_the_bytes_are_on_the_disk_before_the_name_changes(tmp_path, monkeypatch):
    path, done = tmp_path / "model.txt", []
    fsync, replace = os.fsync, os.replace

    def noting_fsync(number):
        done.append(("fsync", os.fstat(number).st_size, path.exists()))
        fsync(number)

    def noting_replace(source, target):
        done.append(("replace", target))
        replace(source, target)

    monkeypatch.setattr(os, "fsync", noting_fsync)
    monkeypatch.setattr(os, "replace", noting_replace)
    with atomic_write(path) as temporary:
        temporary.write_text("whole", encoding="utf-8")
    assert done == [("fsync", 5, False), ("replace", path)]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_a_disk_that_takes_no_more_is_named_with_the_file(tmp_path, number):
    path = tmp_path / "model.txt"
    path.write_text("old", encoding="utf-8")
    said = f"model.txt: expected to write this file, got {os.strerror(number)}"
    with pytest.raises(InputError, match=said), atomic_write(path):
        raise OSError(number, os.strerror(number))
    assert path.read_text(encoding="utf-8") == "old" and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("step", ["mkdir", "mkstemp", "fsync", "replace"])
def test_every_step_of_writing_that_fails_names_the_file(tmp_path, monkeypatch, step):
    def refuse(*args, **kwargs):
        raise PermissionError(errno.EACCES, "Permission denied", "/somewhere/else")

    where = {"mkdir": Path, "mkstemp": tempfile, "fsync": os, "replace": os}[step]
    monkeypatch.setattr(where, step, refuse)
    path = tmp_path / "new" / "model.txt"
    said = r"model\.txt: expected to write this file, got Permission denied"
    with pytest.raises(InputError, match=said), atomic_write(path):
        pass
    monkeypatch.undo()
    assert not list(tmp_path.rglob("*.*"))


def test_other_failures_of_the_writer_stay_what_they_are(tmp_path):
    with pytest.raises(ConnectionError), atomic_write(tmp_path / "download"):
        raise ConnectionError("the connection ended")


def test_a_disk_without_permissions_can_be_written_to(tmp_path, monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "chmod", refuse)
    with atomic_write(tmp_path / "model.txt") as temporary:
        temporary.write_text("whole", encoding="utf-8")
    assert (tmp_path / "model.txt").read_text(encoding="utf-8") == "whole"


@pytest.mark.parametrize("suffix", [".txt", ".txt.gz"])
def test_lines_end_at_line_feeds_only(tmp_path, suffix):
    # U+2028 and U+0085 are line ends to str.splitlines, but may stand inside a sentence.
    data = "\ufeffun\u2028deux\r\ntrois\x85quatre\n\ncinq".encode()
    path = tmp_path / f"lines{suffix}"
    path.write_bytes(gzip.compress(data) if suffix.endswith("gz") else data)
    assert read_lines(path) == ["un\u2028deux", "trois\x85quatre", "", "cinq"]


@pytest.mark.parametrize(
    "text, lines", [("", []), ("\n", [""]), ("a", ["a"]), ("a\n", ["a"]), ("a\n\n", ["a", ""])]
)
def test_the_last_line_feed_ends_a_line_and_starts_none(tmp_path, text, lines):
    path = tmp_path / "lines.txt"
    path.write_text(text, encoding="utf-8", newline="")
    assert read_lines(path) == lines


def test_broken_utf8_is_refused_with_its_line(tmp_path):
    path = tmp_path / "latin1.txt"
    path.write_bytes("un\ndeux\nété\n".encode("latin-1"))
    with pytest.raises(InputError, match=r"latin1\.txt, but line 3 is not valid UTF-8"):
        read_text(path)


def test_what_is_no_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="found none"):
        read_text(tmp_path / "nowhere.txt")
    with pytest.raises(InputError, match="found a folder"):
        read_text(tmp_path)


def test_broken_gzip_is_refused(tmp_path):
    path = tmp_path / "text.gz"
    whole = gzip.compress(b"une phrase\n" * 100)
    flipped = bytearray(whole)
    for position in range(10, len(whole)):  # a changed byte in the body, the checksum or the length
        flipped[position] ^= 0xFF
        for broken in (bytes(flipped), whole[:position]):
            path.write_bytes(broken)
            with pytest.raises(InputError, match="expected readable data"):
                read_text(path)
        flipped[position] ^= 0xFF
    path.write_bytes(b"not gzip at all")
    with pytest.raises(InputError, match="expected readable data"):
        read_text(path)
