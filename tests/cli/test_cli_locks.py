"""One process at a time trains in a folder; the lock dies with it."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli_tools import ENVIRONMENT, FILES, TINY, everything_in, refused

from tfmr.__main__ import main
from tfmr.cli import preparing, train_command
from tfmr.errors import InputError
from tfmr.translator import locks
from tfmr.translator.locks import only_process


def test_two_trainings_in_one_folder_are_one_too_many(copy, trained, capsys):
    run = copy / "runs" / "pairs-fr-en-attention"
    argv = ["train", f"--corpus={trained}/pairs.tsv", *TINY]
    with only_process(run):
        before = everything_in(copy)
        for more in ("--overwrite", "--resume"):
            assert "expected a folder in which nobody trains, but another process" in refused(
                capsys, *argv, more
            )
        assert everything_in(copy) == before
        assert main(["translate", "--run=latest", "un"]) == 0  # reading is free
    assert main([*argv, "--resume"]) == 0
    assert {path.name for path in run.iterdir()} == FILES


def test_while_it_trains_the_folder_is_locked(corpus, monkeypatch):
    def try_the_door(*args, **kwargs):
        with pytest.raises(InputError, match="another process"), only_process(Path("r")):
            pass
        raise InputError("seen")

    monkeypatch.setattr(train_command, "train", try_the_door)
    assert main(["train", "--corpus=pairs.tsv", "--out=r", *TINY]) == 2
    with only_process(Path("r")):  # a training that fails leaves no lock
        pass


def test_a_run_that_appeared_meanwhile_is_not_removed(corpus, capsys, monkeypatch):
    """Two are started at once; the second comes to the door when the first has finished."""

    def slow(*args, **kwargs):
        (corpus / "r").mkdir()
        (corpus / "r" / "config.json").write_text("of the other", encoding="utf-8")
        return load_corpus(*args, **kwargs)

    load_corpus = preparing.load_corpus
    monkeypatch.setattr(preparing, "load_corpus", slow)
    assert "holds an unfinished run" in refused(capsys, "train", "--corpus=pairs.tsv", "--out=r", *TINY)
    assert everything_in(corpus / "r") == {Path("config.json"): b"of the other"}


_HOLDER = """
import os, signal, sys
from pathlib import Path
from tfmr.translator.locks import only_process
with only_process(Path(sys.argv[1])):
    print("in", flush=True)
    signal.pause()
"""


@pytest.mark.skipif(os.name == "nt", reason="signal.pause")
def test_a_lock_dies_with_its_process(tmp_path):
    command = [sys.executable, "-c", _HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=ENVIRONMENT) as child:
        try:
            assert child.stdout.readline() == b"in\n"
            with pytest.raises(InputError, match="another process"), only_process(tmp_path):
                pass
        finally:
            child.kill()
    assert (tmp_path / ".lock").exists()  # it could not be removed, and means nothing
    with only_process(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows does not remove open files")
def test_a_lock_on_a_file_that_is_gone_is_no_lock(tmp_path, monkeypatch):
    """Its holder removes the file between our opening and our locking it: the lock must be on the next file."""
    lock, tries = locks._lock, []

    def late(handle):
        tries.append(handle)
        if len(tries) == 1:
            (tmp_path / ".lock").unlink()
        return lock(handle)

    monkeypatch.setattr(locks, "_lock", late)
    with only_process(tmp_path):
        assert len(tries) == 2
        with pytest.raises(InputError, match="another process"), only_process(tmp_path):
            pass


@pytest.mark.skipif(os.name == "nt", reason="fcntl")
def test_a_disk_without_locks_is_used_without(tmp_path, monkeypatch):
    import fcntl

    def refuse(*args):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with only_process(tmp_path), only_process(tmp_path):
        pass
