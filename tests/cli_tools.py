"""What the tests of the command line share: a small language, small settings, and how a refusal looks."""

import io
import os
import random
import sys
from pathlib import Path

import pytest

from tfmr.__main__ import main
from tfmr.cli import train_command

WORDS = {"un": "one", "deux": "two", "trois": "three", "quatre": "four", "cinq": "five", "où": "where"}
TINY = [
    "--d-embed=8", "--d-hidden=8", "--batch-size=8", "--epochs=4", "--learning-rate=0.03", "--tokenizer=word",
    "--checkpoint-every=50", "--schedule=constant", "--warmup-steps=0", "--device=cpu", "--threads=1",
]  # fmt: skip
# As on any machine: without what a developer has set for Python, such as PYTHONUNBUFFERED.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
ENVIRONMENT |= {"PYTHONPATH": str(Path(__file__).parent.parent), "OMP_NUM_THREADS": "1"}
FILES = {"config.json", "src_tokenizer.json", "tgt_tokenizer.json", "checkpoint.safetensors"}
FILES |= {"model.safetensors", "history.json", "log.csv"}


def pairs_text(count=120):
    generator = random.Random(0)
    lines = set()
    while len(lines) < count:
        french = [generator.choice(list(WORDS)) for _ in range(generator.randint(2, 6))]
        lines.add(" ".join(french) + "\t" + " ".join(WORDS[word] for word in french))
    return "\n".join(sorted(lines)) + "\n"


def refused(capsys, *argv):
    """Run a command that must be refused; its one sentence."""
    capsys.readouterr()
    assert main(list(argv)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("tfmr: ") and err.count("\n") == 1 and len(err) > 30, err
    assert "Traceback" not in err
    return err


def everything_in(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def type_in(monkeypatch, data):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


class HandedOn(Exception):
    """What ``train`` was called with."""


def handed_on(monkeypatch, *argv):
    """What a command line makes of its arguments, without training."""

    def stop(*args, **kwargs):
        raise HandedOn(args, kwargs)

    monkeypatch.setattr(train_command, "train", stop)
    with pytest.raises(HandedOn) as caught:
        main(["train", *argv])
    return caught.value.args
