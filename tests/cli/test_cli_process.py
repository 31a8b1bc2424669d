"""The command as a process: its exit status, its streams, and what it says of mistakes."""

import subprocess
import sys

import pytest
from cli_tools import ENVIRONMENT

from tfmr.__main__ import main


def test_help_of_every_command(capsys):
    for command in ([], ["train"], ["translate"], ["evaluate"]):
        with pytest.raises(SystemExit) as leaving:
            main([*command, "--help"])
        assert leaving.value.code == 0
        out = capsys.readouterr().out
        assert out.startswith("usage: python -m tfmr") and "None" not in out and "False" not in out


def test_a_reader_that_leaves_early_is_no_error(copy):
    command = [sys.executable, "-m", "tfmr", "translate", "--no-alignment"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=ENVIRONMENT) as child:
        child.stdout.close()
        child.stdin.write(b"un\n" * 5)
        child.stdin.close()
        assert child.wait(timeout=60) == 0
        assert child.stderr.read() == b""
