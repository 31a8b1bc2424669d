"""What ``train`` refuses, before anything is written."""

import gzip
import os

import pytest
from cli_tools import TINY, everything_in, refused


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
        (["--corpus=pairs.tsv", "--batch-size=0"], "batch_size: expected a whole number of at least 1"),
        (["--corpus=pairs.tsv", "--d-hidden=7"], "d_hidden: expected an even number"),
        (
            ["--corpus=pairs.tsv", "--d-hidden=900000"],
            "--d-embed, --d-hidden: expected a model that fits into",
        ),
        (["--corpus=pairs.tsv", f"--d-hidden={10**30}"], "--d-hidden: expected at most 1,000,000"),
        (["--corpus=pairs.tsv", f"--d-embed={10**12}"], "--d-embed: expected at most 1,000,000"),
        (
            ["--corpus=pairs.tsv", "--model=transformer", "--d-model=800000"],
            "--decoder-layers, --d-ff: expected a model that fits into",
        ),
        (
            ["--corpus=pairs.tsv", "--model=transformer", "--num-layers=9999999"],
            "--num-layers: expected at most",
        ),
        (
            ["--corpus=pairs.tsv", "--model=transformer", "--num-heads=1048576"],
            "--num-heads: expected at most",
        ),
        (["--corpus=pairs.tsv", f"--epochs={10**400}"], "epochs: expected at least 1, below 2**63"),
        (["--corpus=pairs.tsv", "--threads=100000"], "--threads: expected at least 1, at most"),
        (["--corpus=pairs.tsv", "--threads=99999999999"], "--threads: expected at least 1, at most"),
        (["--corpus=pairs.tsv", "--tokenizer=bpe", "--vocab-size=99999999999"], "at most 1,000,000"),
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
