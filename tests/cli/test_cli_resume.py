"""``train --resume``: to the same bits after a kill, and never with anything else than it began with."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cli_tools import ENVIRONMENT, FILES, TINY, WORDS, everything_in, pairs_text, refused

from tfmr.__main__ import main
from tfmr.cli import commands

# The command, in a process that sends itself a signal in the middle of an optimizer step: a signal from outside
# would race with the training. Not waiting for the disk, which may be busy: the process dies, not the machine.
DYING = """
import os, signal, sys
import torch
from tfmr.__main__ import main

last, name, *sys.argv[1:] = sys.argv[1:]
steps, step = 0, torch.optim.Adam.step

def dying_step(self, *args, **kwargs):
    global steps
    steps += 1
    if steps == int(last):
        signal.raise_signal(getattr(signal, name))
    return step(self, *args, **kwargs)

torch.optim.Adam.step = dying_step
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the tests may have it ignored
os.fsync = lambda file: None
sys.exit(main())
"""


def test_resume_with_more_epochs_equals_all_epochs_at_once(copy, trained, capsys):
    corpus = str(trained / "pairs.tsv")
    assert main(["train", "--corpus", corpus, *TINY, "--epochs=6", "--out=whole"]) == 0
    assert main(["train", "--corpus", corpus, *TINY, "--epochs=6", "--resume"]) == 0
    run = copy / "runs" / "pairs-fr-en-attention"
    assert (run / "model.safetensors").read_bytes() == (copy / "whole" / "model.safetensors").read_bytes()
    assert json.loads((run / "config.json").read_text(encoding="utf-8"))["arguments"]["epochs"] == 6
    assert len(json.loads((run / "history.json").read_text(encoding="utf-8"))["epochs"]) == 6


def test_resume_refuses_what_does_not_go_together(copy, trained, capsys):
    argv = ["train", "--corpus", str(trained / "pairs.tsv"), *TINY, "--resume"]
    before = everything_in(copy)
    assert "--batch-size: expected 8" in refused(capsys, *argv, "--batch-size=4")
    assert "--d-hidden: expected 8" in refused(capsys, *argv, "--d-hidden=16")
    assert "--score: expected 'additive'" in refused(capsys, *argv, "--score=dot")
    assert "epochs: expected 4" in refused(capsys, *argv, "--epochs=1")
    assert "--resume: expected a folder" in refused(capsys, *argv, "--out=nowhere")
    assert "not allowed with" in refused(capsys, *argv, "--overwrite")
    assert everything_in(copy) == before


@pytest.mark.parametrize("side", ["source", "target"])
def test_resume_refuses_a_corpus_of_which_one_word_has_changed(corpus, capsys, side):
    assert main(["train", "--corpus=pairs.tsv", *TINY, "--out=own"]) == 0
    train = commands.load_corpus("pairs.tsv").train
    for pair in (train[0], train[40], train[-1]):  # wherever it stands
        words = (pair.src if side == "source" else pair.tgt).split()
        others = WORDS if side == "source" else WORDS.values()
        words[-1] = next(word for word in others if word != words[-1])
        changed = f"{' '.join(words)}\t{pair.tgt}" if side == "source" else f"{pair.src}\t{' '.join(words)}"
        text = pairs_text()
        assert text.count(f"{pair.src}\t{pair.tgt}\n") == 1
        Path("pairs.tsv").write_text(
            text.replace(f"{pair.src}\t{pair.tgt}\n", changed + "\n"), encoding="utf-8"
        )
        said = refused(capsys, "train", "--corpus=pairs.tsv", *TINY, "--out=own", "--resume")
        assert "train_batches: expected" in said
    Path("pairs.tsv").write_text(pairs_text(), encoding="utf-8")
    assert main(["train", "--corpus=pairs.tsv", *TINY, "--out=own", "--resume"]) == 0


def test_resume_refuses_another_vocabulary_even_for_the_same_numbers(copy, trained, capsys):
    """A word that no pair has makes no number differ."""
    path = copy / "runs" / "pairs-fr-en-attention" / "src_tokenizer.json"
    saved = path.read_text(encoding="utf-8")
    path.write_text(saved.replace('"tokenizer"', ' "tokenizer"'), encoding="utf-8")
    argv = ["train", "--corpus", str(trained / "pairs.tsv"), *TINY, "--resume"]
    assert "src_tokenizer.json: expected" in refused(capsys, *argv)


def test_a_corpus_is_the_same_however_its_path_is_typed(corpus, capsys, monkeypatch):
    assert main(["train", "--corpus=pairs.tsv", *TINY, "--epochs=1", "--out=own"]) == 0
    scores = capsys.readouterr().out
    for typed in ("./pairs.tsv", str(corpus / "pairs.tsv"), f"../{corpus.name}/pairs.tsv"):
        assert main(["train", "--corpus", typed, *TINY, "--epochs=1", "--out=own", "--resume"]) == 0
    (corpus / "elsewhere").mkdir()
    monkeypatch.chdir(corpus / "elsewhere")
    capsys.readouterr()
    assert main(["evaluate", "--run=../own"]) == 0
    assert capsys.readouterr().out == scores


def test_resume_refuses_a_broken_checkpoint_and_keeps_it(copy, trained, capsys):
    path = copy / "runs" / "pairs-fr-en-attention" / "checkpoint.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    before = everything_in(copy)
    argv = ["train", "--corpus", str(trained / "pairs.tsv"), *TINY, "--resume"]
    assert "checkpoint: expected a whole safetensors file" in refused(capsys, *argv)
    assert everything_in(copy) == before


def test_interrupted_then_killed_then_resumed_it_is_the_same_model(copy, trained, capsys):
    """The command in its own process: Ctrl-C, then SIGKILL, and in the end the same file, bit for bit."""
    argv = ["train", "--corpus", str(trained / "pairs.tsv"), *TINY, "--epochs=12", "--checkpoint-every=1"]
    run = copy / "run"

    def live_until_step(number, signal_name, *more):
        """Start the command, which sends itself the signal in that step; exit status and what it said."""
        command = [sys.executable, "-c", DYING, str(number), signal_name, *argv, f"--out={run}", *more]
        child = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, encoding="utf-8")
        assert child.stdout == ""
        return child.returncode, child.stderr.splitlines()

    status, said = live_until_step(29, "SIGINT")
    assert status == 130
    assert said[-1] == "tfmr: interrupted; to go on, give the same command with --resume"
    assert "is not over" in refused(capsys, "translate", "--run", str(run), "un")

    status, said = live_until_step(61, "SIGKILL", "--resume")
    assert status == -signal.SIGKILL
    assert not said[0].startswith("epoch 1/")
    assert not (run / "model.safetensors").exists()

    assert main([*argv, f"--out={run}", "--resume"]) == 0
    assert main([*argv, "--out=whole"]) == 0
    assert (run / "model.safetensors").read_bytes() == (copy / "whole/model.safetensors").read_bytes()
    assert {path.name for path in run.iterdir()} == FILES
