"""``train``'s options reach what they are for; a recipe is a set of defaults; several processes make one run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli_tools import ENVIRONMENT, FILES, TINY, handed_on, refused

from tfmr.__main__ import main
from tfmr.cli.recipes import RECIPES, described
from tfmr.config import TransformerConfig
from tfmr.training import TrainConfig

SMALL = ["--model=transformer", "--d-model=16", "--num-heads=2", "--num-layers=1"]


def test_what_decides_the_learning_reaches_it(corpus, monkeypatch):
    wanted = {
        "epochs": 7, "learning_rate": 0.01, "warmup_steps": 3, "schedule": "cosine", "min_learning_rate": 0.001,
        "beta1": 0.8, "beta2": 0.95, "eps": 1e-6, "label_smoothing": 0.2, "clip_norm": 0.5, "accumulate": 3,
        "precision": "bf16", "compile": True, "average": 4, "patience": 5, "seed": 6, "log_every": 11,
        "checkpoint_every": 12,
    }  # fmt: skip
    argv = [f"--{n.replace('_', '-')}={v}" for n, v in wanted.items() if v is not True] + ["--compile"]
    (*_, config), more = handed_on(monkeypatch, "--corpus=pairs.tsv", *argv, "--device=cpu")
    assert config == TrainConfig(**wanted)
    assert more["log"].name == "log.csv" and more["tensorboard"] is None


def test_what_decides_the_model_reaches_it(corpus, monkeypatch):
    argv = ["--encoder-layers=2", "--d-ff=24", "--norm=post", "--positions=rotary", "--tie-embeddings=none"]
    argv += ["--dropout=0.1", "--attention-dropout=0.2", "--hidden-dropout=0.3", "--device=cpu"]
    (model, *_), _ = handed_on(monkeypatch, "--corpus=pairs.tsv", *SMALL, *argv)
    sizes = model.config.src_vocab_size, model.config.tgt_vocab_size, 16, 2, 2, 1, 24, 0.1, 0.2, 0.3
    found = model.config
    assert found == TransformerConfig(*sizes, norm="post", positions="rotary", tie_embeddings="none")


def test_one_vocabulary_serves_both_languages(corpus, capsys):
    argv = ["train", "--corpus=pairs.tsv", *SMALL, *TINY, "--epochs=1", "--out=r", "--tie-embeddings=all"]
    assert "--tie-embeddings: expected --joint-vocabulary" in refused(capsys, *argv)
    assert not Path("r").exists()
    assert main([*argv, "--joint-vocabulary"]) == 0
    src, tgt = (Path("r", f"{side}_tokenizer.json").read_text(encoding="utf-8") for side in ("src", "tgt"))
    assert src == tgt and "un" in json.loads(src)["words"] and "one" in json.loads(src)["words"]
    assert "one vocabulary of" in capsys.readouterr().err
    assert main([*argv, "--joint-vocabulary", "--epochs=2", "--resume"]) == 0


def test_one_vocabulary_of_pieces_writes_each_language_as_it_is_printed(corpus):
    argv = ["train", "--corpus=pairs.tsv", *SMALL, *TINY, "--epochs=1", "--out=r", "--tokenizer=bpe"]
    assert main([*argv, "--joint-vocabulary", "--tie-embeddings=all", "--vocab-size=300"]) == 0
    src, tgt = (
        json.loads(Path("r", f"{side}_tokenizer.json").read_text(encoding="utf-8")) for side in ("src", "tgt")
    )
    assert (src.pop("language"), tgt.pop("language")) == ("fr", "en") and src == tgt


def test_batches_are_counted_in_tokens_where_that_is_asked_for(corpus, monkeypatch, capsys):
    def limits(*argv):
        (_, batches, valid, _), _ = handed_on(
            monkeypatch, "--corpus=pairs.tsv", *argv, "--device=cpu", "--overwrite"
        )
        return batches.batch_size, batches.max_tokens, valid.batch_size

    assert limits() == (64, None, 64)
    assert limits("--max-tokens=50") == (None, 50, 64)
    assert limits("--max-tokens=50", "--batch-size=5") == (5, 50, 5)
    assert "max_tokens: expected room for the longest" in refused(
        capsys, "train", "--corpus=pairs.tsv", "--max-tokens=3", "--out=other"
    )


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_is_its_list_of_options_and_what_is_given_wins(corpus, monkeypatch, name):
    small = [
        "--corpus=pairs.tsv",
        "--tokenizer=word",
        "--vocab-size=20",
        "--device=cpu",
        "--d-model=64",
        "--overwrite",
    ]
    by_name = handed_on(monkeypatch, "--recipe", name, *small, "--epochs=3")
    by_hand = handed_on(monkeypatch, *described(RECIPES[name]).split(), *small, "--epochs=3")
    assert by_name[0][3] == by_hand[0][3] and by_name[0][3].epochs == 3
    assert by_name[0][0].config == by_hand[0][0].config and by_name[0][0].config.d_model == 64
    assert by_name[0][1].max_tokens == by_hand[0][1].max_tokens == RECIPES[name]["max_tokens"]
    assert by_name[0][3].average == 5 and by_name[0][0].config.tie_embeddings == "all"


def test_the_base_recipe_is_the_papers():
    recipe, paper = RECIPES["base"], TransformerConfig.base()
    assert recipe["learning_rate"] == pytest.approx((512 * 4000) ** -0.5, rel=0.01)
    for name in ("d_model", "num_heads", "d_ff", "dropout", "norm", "tie_embeddings"):
        assert recipe[name] == getattr(paper, name)
    assert recipe["num_layers"] == paper.num_encoder_layers == paper.num_decoder_layers


def test_the_help_shows_everything_in_groups(capsys):
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    said = capsys.readouterr().out
    places = [
        said.index(f"\n{group}:") for group in ("data", "model", "a transformer", "learning", "running")
    ]
    assert places == sorted(places)
    words = "".join(said.split())  # however its lines are broken
    for recipe in RECIPES.values():
        assert "".join(described(recipe).split()) in words


def test_tensorboard_is_written_beside_the_run_and_replaced_with_it(corpus, capsys, monkeypatch):
    argv = ["train", "--corpus=pairs.tsv", *TINY, "--epochs=1", "--out=r", "--tensorboard"]
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "torch.utils.tensorboard", None)
        assert "tensorboard: expected it installed" in refused(capsys, *argv)
        assert not Path("r").exists()
    pytest.importorskip("tensorboard")
    assert main(argv) == 0
    assert {path.name for path in Path("r").iterdir()} == FILES | {"tensorboard"}
    assert len(list(Path("r/tensorboard").iterdir())) == 1
    assert main([*argv[:-1], "--overwrite"]) == 0
    assert {path.name for path in Path("r").iterdir()} == FILES


@pytest.mark.skipif(sys.platform == "win32", reason="PyTorch's processes meet on Unix")
def test_torchrun_makes_one_run_of_two_processes(corpus, capsys):
    """The losses of one process (no dropout), one folder, and the scores said once."""
    argv = ["train", "--corpus=pairs.tsv", *TINY, "--dropout=0", "--epochs=2", "--checkpoint-every=5"]
    assert main([*argv, "--out=one"]) == 0
    torchrun = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc-per-node=2",
        "-m",
        "tfmr",
    ]
    for more in ([], ["--epochs=3", "--resume"]):
        child = subprocess.run(
            [*torchrun, *argv, "--out=two", *more], capture_output=True, text=True, encoding="utf-8",
            env=os.environ | ENVIRONMENT, timeout=240,
        )  # fmt: skip
        assert child.returncode == 0, child.stderr
        assert [line.split()[1] for line in child.stdout.splitlines()] == ["BLEU", "chrF", "perplexity"]
        assert child.stderr.count("epoch 2/2: ") == (not more)
    assert {path.name for path in Path("two").iterdir()} == FILES
    losses = [
        [
            epoch["valid_loss"]
            for epoch in json.loads(Path(name, "history.json").read_text(encoding="utf-8"))["epochs"]
        ]
        for name in ("one", "two")
    ]
    assert losses[1][:2] == pytest.approx(losses[0], rel=1e-4) and len(losses[1]) == 3
    assert "processes: expected 2" in refused(capsys, *argv, "--out=two", "--epochs=3", "--resume")
