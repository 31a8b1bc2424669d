"""``train``: what it writes, how it refuses, and how it goes on after a kill."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from cli_tools import ENVIRONMENT, FILES, TINY, WORDS, everything_in, handed_on, pairs_text, refused

from tfmr.__main__ import main
from tfmr.cli import commands, preparing, train_command
from tfmr.data import WordTokenizer
from tfmr.errors import InputError
from tfmr.evaluation import AlignmentScores, Evaluation, Score, measure
from tfmr.recurrent import RecurrentSeq2Seq
from tfmr.training import loop
from tfmr.translator import run_folder

RATES = ("error_rate", "precision", "recall")


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


@pytest.mark.parametrize(
    ("alignment", "kept"), [(AlignmentScores(0.75, 0.5, 0.4), [0.4, 0.75, 0.5]), (None, [None] * 3)]
)
def test_history_keeps_the_scores_of_an_alignment(corpus, monkeypatch, alignment, kept):
    score = Score(1.0, "s")
    found = Evaluation(score, score, 3.0, alignment, ["said"])
    monkeypatch.setattr(train_command, "evaluate", lambda *args, **settings: found)
    assert main(["train", "--corpus=pairs.tsv", *TINY, "--epochs=1", "--out=r"]) == 0
    test = json.loads(Path("r/history.json").read_text(encoding="utf-8"))["test"]
    assert list(test) == ["bleu", "chrf", "perplexity", *(f"alignment_{name}" for name in RATES)]
    assert [test[f"alignment_{name}"] for name in RATES] == kept


def test_trap_08_vocabularies_come_from_the_training_pairs(trained):
    corpus = commands.load_corpus(str(trained / "pairs.tsv"))
    learnt = WordTokenizer.train(pair.src for pair in corpus.train)
    assert run_folder.load_tokenizers(trained / "runs" / "pairs-fr-en-attention")[0].words == learnt.words


@pytest.mark.parametrize("score", ["general", "dot", "scaled_dot"])
def test_every_score_trains(corpus, score, capsys):
    assert main(["train", "--corpus=pairs.tsv", f"--score={score}", *TINY, "--epochs=1", "--out=r"]) == 0
    assert json.loads(Path("r/config.json").read_text(encoding="utf-8"))["model"]["attention"] == score


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
    assert main(["translate", "--attention", "un deux", f"--run={folder}"]) == 0
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
    (corpus / "thesis" / "chapter.tex").write_text("…", encoding="utf-8")
    for more in ([], ["--overwrite"]):
        message = refused(capsys, "train", "--corpus=pairs.tsv", "--out=thesis", *TINY, *more)
        assert "'chapter.tex'" in message
    assert "is a file" in refused(capsys, "train", "--corpus=pairs.tsv", "--out=pairs.tsv", *TINY)
    assert set(everything_in(corpus)) == {Path("pairs.tsv"), Path("thesis/chapter.tex")}


def test_arguments_reach_what_they_are_for(corpus, monkeypatch):
    argv = ["--corpus=pairs.tsv", "--model=transformer", "--d-model=16", "--num-heads=2", "--num-layers=2"]
    argv += ["--dropout=0.35", "--seed=5", "--tokenizer=word", "--device=cpu", "--batch-size=7"]
    (model, train_batches, valid_batches, config), more = handed_on(monkeypatch, *argv)
    assert (config.warmup_steps, config.schedule, config.seed, config.epochs) == (200, "linear", 5, 8)
    assert (train_batches.seed, train_batches.batch_size, train_batches.shuffle) == (5, 7, True)
    assert {module.p for module in model.modules() if isinstance(module, torch.nn.Dropout)} == {0.0, 0.35}
    assert (model.config.norm, model.config.tie_embeddings, model.config.d_ff) == ("pre", "output", 64)
    assert (model.config.num_heads, model.config.num_encoder_layers, model.config.num_decoder_layers) == (
        2,
        2,
        2,
    )
    assert set(more["identity"]) == {"src_tokenizer.json", "tgt_tokenizer.json"}
    torch.manual_seed(5)
    layers = {"num_layers": 2, "encoder_layers": None, "decoder_layers": None}
    fresh = preparing.build(vars(model.config) | {"model": "transformer", **layers}, 10, 10)
    for (name, weight), other in zip(model.named_parameters(), fresh.parameters(), strict=True):
        assert torch.equal(weight, other), name  # the seed is the weights' too


@pytest.mark.parametrize("model", ["fixed", "attention"])
def test_dropout_of_a_recurrent_model_is_the_one_asked_for(corpus, monkeypatch, model):
    argv = ["--corpus=pairs.tsv", f"--model={model}", *TINY, "--dropout=0.35"]
    (made, *_), _ = handed_on(monkeypatch, *argv)
    assert {module.p for module in made.modules() if isinstance(module, torch.nn.Dropout)} == {0.35}


def test_long_pairs_are_left_out_of_training_alone(corpus, monkeypatch):
    (_, train_batches, valid_batches, _), _ = handed_on(
        monkeypatch, "--corpus=pairs.tsv", *TINY, "--max-length=2"
    )
    pairs = commands.load_corpus("pairs.tsv")
    assert 0 < len(train_batches.examples) < len(pairs.train)
    assert len(valid_batches.examples) == len(pairs.valid)
    assert max(len(src) for src, _ in valid_batches.examples) > 3


def longer(corpus, split, words):
    """Write ``long.tsv``: the same pairs, and one of so many words that falls into this split."""
    generator = random.Random(0)
    while True:
        french = [*["un"] * (words - 9), *generator.choices(list(WORDS), k=9)]
        source, target = " ".join(french), " ".join(WORDS[word] for word in french)
        (corpus / "long.tsv").write_text(f"{pairs_text()}{source}\t{target}\n", encoding="utf-8")
        if any(pair.src == source for pair in getattr(commands.load_corpus("long.tsv"), split)):
            return


def test_one_long_pair_does_not_make_a_batch_of_long_pairs(corpus, monkeypatch):
    longer(corpus, "valid", 3000)
    (_, _, valid_batches, _), _ = handed_on(monkeypatch, "--corpus=long.tsv", *TINY)
    sizes = [batch.tgt.numel() for batch in valid_batches.batches(0)]
    assert max(sizes) == 3002


@pytest.mark.parametrize("split", ["valid", "test"])
@pytest.mark.parametrize(
    "reason", [InputError("length: expected at most 512 learned positions, got 600"), MemoryError()]
)
def test_what_a_model_has_no_room_for_is_shown_before_anything_is_written(
    corpus, capsys, monkeypatch, split, reason
):
    longer(corpus, split, 600)
    encode = RecurrentSeq2Seq.encode

    def narrow(self, src):
        if src.size(1) > 512:
            raise reason
        return encode(self, src)

    monkeypatch.setattr(RecurrentSeq2Seq, "encode", narrow)
    said = refused(capsys, "train", "--corpus=long.tsv", *TINY)
    assert f"--corpus: expected {split} pairs that the model has room for, got one of 602 tokens" in said
    assert "that starts 'un un un un" in said and (str(reason) or "out of memory") in said
    assert not (corpus / "runs").exists()


def test_a_figure_of_many_digits_is_a_power_of_ten(corpus, capsys, monkeypatch):
    monkeypatch.setattr(loop, "evaluate_loss", lambda *args: 345.0)
    assert main(["train", "--corpus=pairs.tsv", *TINY, "--epochs=1", "--out=r"]) == 0
    assert "validation loss 345.000 (perplexity 6.79e+149)" in capsys.readouterr().err
    monkeypatch.setattr(measure, "evaluate_loss", lambda *args: 1e5)
    assert main(["train", "--corpus=pairs.tsv", *TINY, "--epochs=1", "--out=s"]) == 0
    assert "test perplexity inf\n" in capsys.readouterr().out
    assert '"perplexity": null' in Path("s/history.json").read_text(
        encoding="utf-8"
    )  # JSON has no infinite numbers


FULL_DISK = """
import resource, sys
from tfmr.__main__ import main
resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))  # the vocabularies fit, a checkpoint does not
sys.exit(main())
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of a file")
def test_a_full_disk_is_one_sentence_that_names_the_file(corpus, capsys):
    command = [sys.executable, "-c", FULL_DISK, "train", "--corpus=pairs.tsv", *TINY, "--out=r"]
    child = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, encoding="utf-8")
    last = child.stderr.splitlines()[-1]
    assert child.returncode == 2 and child.stdout == "" and "Traceback" not in child.stderr
    assert last.startswith("tfmr: r/checkpoint.safetensors: expected to write this file, got")
    assert {path.name for path in Path("r").iterdir()} == FILES - {
        "checkpoint.safetensors", "model.safetensors", "history.json"
    }  # fmt: skip
    assert main(["train", "--corpus=pairs.tsv", *TINY, "--out=r", "--resume"]) == 0


def test_a_loss_that_explodes_is_explained(corpus, capsys, monkeypatch):
    monkeypatch.setattr(loop, "evaluate_loss", lambda *args: float("nan"))
    assert main(["train", "--corpus=pairs.tsv", *TINY]) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("tfmr: learning_rate: expected one so small that losses stay finite")
