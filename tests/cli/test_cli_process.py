"""The command as a process: its exit status, its streams, and what it says of mistakes."""

import io
import os
import runpy
import subprocess
import sys

import pytest
import torch
from cli_tools import ENVIRONMENT, refused

from tfmr.__main__ import main
from tfmr.cli import commands
from tfmr.data import WordTokenizer
from tfmr.errors import InputError
from tfmr.translator import translator


def test_help_of_every_command(capsys):
    for command in ([], ["train"], ["translate"], ["evaluate"]):
        with pytest.raises(SystemExit) as leaving:
            main([*command, "--help"])
        assert leaving.value.code == 0
        out = capsys.readouterr().out
        assert out.startswith("usage: python -m tfmr") and "None" not in out and "False" not in out


@pytest.mark.parametrize(("text", "status"), [("un", 0), (" ", 2)])
def test_the_shell_sees_the_exit_status(copy, monkeypatch, text, status):
    monkeypatch.delitem(sys.modules, "tfmr.__main__")  # it is to run anew, as a program
    monkeypatch.setattr(sys, "argv", ["tfmr", "translate", "--run=latest", text])
    with pytest.raises(SystemExit) as leaving:
        runpy.run_module("tfmr", run_name="__main__")
    assert leaving.value.code == status


def test_a_message_of_several_lines_is_one(capsys, monkeypatch):
    def fail(*args, **options):
        raise InputError("expected one line\n  and a second\tand a third")

    monkeypatch.setattr(commands.run_folder, "latest", fail)
    assert (
        refused(capsys, "translate", "--run=latest", "un")
        == "tfmr: expected one line and a second and a third\n"
    )


@pytest.mark.parametrize("command", [["translate", "--run=latest", "un"], ["evaluate", "--run=latest"]])
def test_threads_are_as_many_as_asked_for(copy, monkeypatch, command):
    asked = []
    monkeypatch.setattr(torch, "set_num_threads", asked.append)
    most = os.cpu_count()
    assert main([*command, f"--threads={most}"]) == 0 and asked == [most]
    assert main(command) == 0 and asked == [most]  # PyTorch's own choice, unless asked
    assert main([*command, f"--threads={most + 1}"]) == 2 and asked == [most]


def test_what_memory_has_no_room_for_is_one_sentence(copy, capsys, monkeypatch):
    said = "[enforce fail at alloc_cpu.cpp:127] . DefaultCPUAllocator: can't allocate memory: you tried"
    for error in (MemoryError(), RuntimeError(said), torch.OutOfMemoryError("CUDA out of memory. Tried")):

        def fail(*args, error=error, **options):
            raise error

        monkeypatch.setattr(translator, "beam_search", fail)
        assert "memory: expected room for this model" in refused(capsys, "translate", "--run=latest", "un")
    monkeypatch.setattr(translator, "beam_search", lambda *args, **options: 1 / 0)
    with pytest.raises(ZeroDivisionError):  # a mistake of ours keeps its traceback
        main(["translate", "--run=latest", "un"])

    def fail(*args, **options):
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(translator, "beam_search", fail)
    with pytest.raises(RuntimeError, match="ours"):
        main(["translate", "--run=latest", "un"])


class Terminal(io.TextIOWrapper):
    """A stream as a shell with another encoding sets it up."""

    def __init__(self, encoding):
        super().__init__(io.BytesIO(), encoding=encoding)

    def bytes(self):
        self.flush()
        return self.buffer.getvalue()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-16"])
def test_what_is_written_is_utf8_whatever_the_locale_says(copy, monkeypatch, encoding):
    monkeypatch.setattr(WordTokenizer, "decode", lambda self, ids: "où ? œuvre «字»")
    out, err = Terminal(encoding), Terminal(encoding)
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    assert main(["translate", "--run=latest", "deux où inconnu é"]) == 0
    assert out.bytes().decode("utf-8").strip() == "où ? œuvre «字»"
    assert "not in the vocabulary: inconnu, é" in err.bytes().decode("utf-8")
    assert main(["translate", "un", "--run=caf\udce9"]) == 2  # a folder's name may be no text at all
    assert "caf\\udce9 has no config.json" in err.bytes().decode("utf-8")


def test_in_a_process_without_any_locale_text_is_utf8(copy):
    """Arguments, standard input, both outputs: with all that Python guesses from the environment set to ASCII."""
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "tfmr", "translate", "--run=latest", "--attention", "deux où ’".encode()]
    child = subprocess.run(command, capture_output=True, env=ENVIRONMENT | ascii_only)
    assert child.returncode == 0, child.stderr
    unknown, heading, *_ = child.stderr.decode("utf-8").splitlines()
    assert unknown == "not in the vocabulary: '" and heading.split() == ["deux", "où", "'", "«end»"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
def test_a_full_disk_under_standard_output_is_one_sentence(copy):
    with open("/dev/full", "wb") as full:
        command = [sys.executable, "-m", "tfmr", "translate", "--run=latest", "un"]
        child = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT, encoding="utf-8"
        )
    assert (
        child.returncode == 2
        and child.stderr == "tfmr: standard output: expected to write there, got No space left on device\n"
    )


def test_a_reader_that_leaves_early_is_no_error(copy):
    command = [sys.executable, "-m", "tfmr", "translate", "--run=latest"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=ENVIRONMENT) as child:
        child.stdout.close()
        child.stdin.write(b"un\n" * 5)
        child.stdin.close()
        assert child.wait(timeout=60) == 0
        assert child.stderr.read() == b""
