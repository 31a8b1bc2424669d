"""``train``: what it writes, how it refuses, and how it goes on after a kill."""

import gzip
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from cli_tools import ENVIRONMENT, FILES, TINY, everything_in, pairs_text, refused

from tfmr import commands, runs, training
from tfmr.__main__ import main
from tfmr.data import WordTokenizer

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


def test_train_makes_a_run_folder_and_prints_the_test_scores(corpus, capsys):
    assert main(["train", "--corpus", "pairs.tsv", *TINY]) == 0
    folder = corpus / "runs" / "pairs-fr-en-attention"
    assert {path.name for path in folder.iterdir()} == FILES
    out, err = capsys.readouterr()
    names = [line.split()[:2] for line in out.splitlines()]
    assert names == [["test", "BLEU"], ["test", "chrF"], ["test", "perplexity"]]
    assert "tok:13a" in out and "case:mixed" in out
    assert "epoch 1/4" in err and "epoch 4/4" in err and "target tokens/s" in err

    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert (
        config["arguments"]["corpus"] == str(corpus / "pairs.tsv")
        and config["arguments"]["score"] == "additive"
    )
    assert config["model"]["d_hidden"] == 8 and config["versions"]["torch"] == torch.__version__
    history = json.loads((folder / "history.json").read_text(encoding="utf-8"))
    assert [epoch["number"] for epoch in history["epochs"]] == [1, 2, 3, 4]
    assert history["test"]["bleu"]["signature"].startswith("nrefs:1")


def test_trap_08_vocabularies_come_from_the_training_pairs(trained):
    corpus = commands.load_corpus(str(trained / "pairs.tsv"))
    learnt = WordTokenizer.train(pair.src for pair in corpus.train)
    assert runs.load_tokenizers(trained / "runs" / "pairs-fr-en-attention")[0].words == learnt.words


@pytest.mark.parametrize("score", ["general", "dot", "scaled_dot"])
def test_every_score_trains(corpus, score, capsys):
    assert main(["train", "--corpus=pairs.tsv", f"--score={score}", *TINY, "--epochs=1", "--out=r"]) == 0
    assert json.loads(Path("r/config.json").read_text())["model"]["attention"] == score


def test_a_transformer_is_trained_kept_and_used_like_the_others(corpus, capsys, monkeypatch):
    sizes = ["--d-model=16", "--num-heads=2", "--num-layers=1"]
    argv = ["train", "--corpus=pairs.tsv", "--model=transformer", *sizes, *TINY, "--schedule=linear"]
    assert main(argv) == 0
    folder = corpus / "runs" / "pairs-fr-en-transformer"
    assert {path.name for path in folder.iterdir()} == FILES
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert config["kind"] == "transformer" and config["model"]["num_decoder_layers"] == 1
    assert "d_hidden" not in config["arguments"] and config["arguments"]["d_model"] == 16
    scores = capsys.readouterr().out
    assert main(["evaluate", f"--run={folder}"]) == 0
    assert capsys.readouterr().out == scores
    assert main(["translate", "un deux", f"--run={folder}"]) == 0
    out, err = capsys.readouterr()
    assert out.count("\n") == 1 and "deux" in err  # the alignment, beside the translation
    assert main([*argv, "--resume"]) == 0  # nothing is left to do, and it says so by the same scores
    assert capsys.readouterr().out == scores


def test_a_run_that_does_not_say_its_kind_is_recurrent(copy, capsys):
    path = copy / "runs" / "pairs-fr-en-attention" / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    assert config.pop("kind") == "recurrent"
    path.write_text(json.dumps(config), encoding="utf-8")
    assert main(["translate", "un", f"--run={path.parent}"]) == 0


def test_bpe_is_chosen_for_files_and_long_pairs_are_left_out(corpus, capsys):
    settings = [setting for setting in TINY if "tokenizer" not in setting]
    argv = ["train", "--corpus=pairs.tsv", *settings, "--epochs=1", "--vocab-size=300", "--max-length=5"]
    assert main(argv) == 0
    saved = json.loads(Path("runs/pairs-fr-en-attention/src_tokenizer.json").read_text(encoding="utf-8"))
    assert saved["tokenizer"] == "bpe"
    assert " 0 longer ones left out" not in capsys.readouterr().err


def test_a_finished_run_is_kept_unless_overwritten(copy, capsys):
    argv = ["train", "--corpus", str(copy / "pairs.tsv"), *TINY]
    before = everything_in(copy)
    assert "holds a finished run" in refused(capsys, *argv)
    (copy / "runs/pairs-fr-en-attention/history.json").unlink()
    assert "holds an unfinished run" in refused(capsys, *argv)
    argv += ["--overwrite", "--seed=1"]
    assert main(argv) == 0
    after = everything_in(copy)
    assert after.keys() == before.keys()
    model = Path("runs/pairs-fr-en-attention/model.safetensors")
    assert after[model] != before[model]


def test_a_folder_of_other_things_is_not_touched(corpus, capsys):
    (corpus / "thesis").mkdir()
    (corpus / "thesis" / "chapter.tex").write_text("…")
    for more in ([], ["--overwrite"]):
        message = refused(capsys, "train", "--corpus=pairs.tsv", "--out=thesis", *TINY, *more)
        assert "'chapter.tex'" in message
    assert "is a file" in refused(capsys, "train", "--corpus=pairs.tsv", "--out=pairs.tsv", *TINY)
    assert set(everything_in(corpus)) == {Path("pairs.tsv"), Path("thesis/chapter.tex")}


def test_resume_with_more_epochs_equals_all_epochs_at_once(copy, trained, capsys):
    corpus = str(trained / "pairs.tsv")
    assert main(["train", "--corpus", corpus, *TINY, "--epochs=6", "--out=whole"]) == 0
    assert main(["train", "--corpus", corpus, *TINY, "--epochs=6", "--resume"]) == 0
    run = copy / "runs" / "pairs-fr-en-attention"
    assert (run / "model.safetensors").read_bytes() == (copy / "whole" / "model.safetensors").read_bytes()
    assert json.loads((run / "config.json").read_text())["arguments"]["epochs"] == 6
    assert len(json.loads((run / "history.json").read_text())["epochs"]) == 6


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


def test_resume_refuses_a_corpus_that_has_changed(copy, capsys):
    (copy / "runs" / "own").mkdir()
    assert main(["train", "--corpus=pairs.tsv", *TINY, "--out=own"]) == 0
    (copy / "pairs.tsv").write_text(pairs_text(110), encoding="utf-8")
    assert "batches: expected" in refused(
        capsys, "train", "--corpus=pairs.tsv", *TINY, "--out=own", "--resume"
    )


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
        child = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT)
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


def test_a_loss_that_explodes_is_explained(corpus, capsys, monkeypatch):
    monkeypatch.setattr(training, "evaluate_loss", lambda *args: float("nan"))
    assert main(["train", "--corpus=pairs.tsv", *TINY]) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("tfmr: learning_rate: expected a finite")


# --- corpora that cannot be used ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"un\tone\ndeux\n", "line 2"),
        (b"un\tone\ndeux\t\n", "line 2"),
        (b"\tone\n", "line 1"),
        (b"un\tone\ncaf\xe9\tcoffee\n", "line 2 is not valid UTF-8"),
        (b"un\tone\n", "expected at least 3"),
    ],
)
def test_a_broken_corpus_is_refused_before_anything_is_written(corpus, capsys, content, said):
    (corpus / "broken.tsv").write_bytes(content)
    before = everything_in(corpus)
    message = refused(capsys, "train", "--corpus=broken.tsv", *TINY)
    assert said in message and "broken.tsv" in message
    assert everything_in(corpus) == before and not (corpus / "runs").exists()


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--corpus=gramar"], "corpus: expected 'grammar'"),
        (["--corpus=missing.tsv"], "missing.tsv"),
        (["--corpus=pairs.tsv.gz"], "pairs.tsv.gz"),
        (["--corpus=grammar", "--src=de"], "src: expected"),
        (["--corpus=pairs.tsv", "--size=5000"], "size: expected at most"),
        (["--corpus=pairs.tsv", "--device=cuda:99"], "device: expected"),
        (["--corpus=pairs.tsv", "--epochs=0"], "epochs: expected at least 1"),
        (["--corpus=pairs.tsv", "--epochs=many"], "--epochs: invalid int value: 'many'"),
        (["--corpus=pairs.tsv", "--learning-rate=nan"], "learning_rate: expected"),
        (["--corpus=pairs.tsv", "--learning-rate=1e38"], "learning_rate: expected"),
        (["--corpus=pairs.tsv", "--batch-size=0"], "batch_size: expected at least 1"),
        (["--corpus=pairs.tsv", "--d-hidden=7"], "d_hidden: expected an even number"),
        (["--corpus=pairs.tsv", "--dropout=1"], "dropout: expected"),
        (["--corpus=pairs.tsv", "--max-length=1"], "max_length: expected"),
        (["--corpus=pairs.tsv", "--vocab-size=2"], "vocab_size"),
        (["--corpus=pairs.tsv", "--tokenizer=bpe", "--vocab-size=100"], "vocab_size: expected at least 260"),
        (["--corpus=pairs.tsv", "--seed=-1"], "seed: expected"),
        (
            ["--corpus=pairs.tsv", "--model=fixed", "--score=dot"],
            "--score: expected it with --model attention",
        ),
        (["--corpus=pairs.tsv", "--model=transformer", "--score=dot"], "got it with --model transformer"),
        (["--corpus=pairs.tsv", "--model=transformer", "--num-heads=3"], "num_heads: expected a divisor"),
        (["--corpus=pairs.tsv", "--model=lstm"], "--model: invalid choice"),
    ],
)
def test_bad_training_arguments_are_refused_before_anything_is_written(corpus, capsys, argv, said):
    before = everything_in(corpus)
    assert said in refused(capsys, "train", *TINY, *argv)
    assert everything_in(corpus) == before and not (corpus / "runs").exists()


def test_a_file_with_another_checksum_is_refused(corpus, capsys, monkeypatch):
    (corpus / "data" / "multi30k").mkdir(parents=True)
    for split in ("train", "val", "test_2016_flickr"):
        for language in ("fr", "en"):
            path = corpus / "data" / "multi30k" / f"{split}.{language}.gz"
            path.write_bytes(gzip.compress(b"un\n" * 10))
    monkeypatch.setenv("TFMR_DATA", str(corpus / "data"))
    assert "checksum" in refused(capsys, "train", "--corpus=multi30k", *TINY)
    assert not (corpus / "runs").exists()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_named(corpus, capsys):
    (corpus / "locked").mkdir(mode=0o500)
    assert "locked" in refused(capsys, "train", "--corpus=pairs.tsv", *TINY, "--out=locked/run")
