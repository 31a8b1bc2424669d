"""What is shipped translates like the run it was made of."""

import json
import shutil
from pathlib import Path

import pytest
import ship
import torch
from cli_tools import TINY, pairs_text
from test_house import PROJECT_FILE
from torch import nn

from tfmr.__main__ import main
from tfmr.data import load_corpus
from tfmr.errors import InputError
from tfmr.training.checkpoints import load_tensors
from tfmr.translator import load_run, load_translator, translator
from tfmr.translator.translator import SHIPPED

TIED = ["--model=transformer", "--d-model=32", "--num-heads=2", "--num-layers=1", "--dropout=0"]
LEARNS = ["--learning-rate=0.005", "--epochs=20", "--max-length=50"]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run that has learnt its small language. Not to be changed."""
    folder = tmp_path_factory.mktemp("ship")
    (folder / "pairs.tsv").write_text(pairs_text(), encoding="utf-8")
    options = [f"--corpus={folder}/pairs.tsv", f"--out={folder}/run", *TINY, *TIED, *LEARNS]
    assert main(["train", *options]) == 0
    return folder / "run"


@pytest.fixture
def shipped(run, tmp_path):
    """Where it was shipped to."""
    ship.ship(run, tmp_path / "tfmr" / "shipped")
    return tmp_path / "tfmr" / "shipped"


def test_translations_are_those_of_the_run(run, shipped, monkeypatch):
    texts = [pair.src for pair in load_corpus(run.parent / "pairs.tsv").test]
    before = load_translator(run, "cpu")(texts)
    monkeypatch.setattr(translator, "SHIPPED", shipped)
    after = load_translator(device="cpu")(texts)
    assert [str(translation) for translation in after] == [str(translation) for translation in before]
    assert [t.score for t in after] == pytest.approx([t.score for t in before], abs=0.05)


def test_weights_are_half_on_disk_and_whole_in_memory(run, shipped):
    weights, _ = load_tensors(shipped / "model.safetensors")
    assert {weight.dtype for weight in weights.values()} == {torch.float16}
    model = load_run(shipped, torch.device("cpu")).model
    assert {weight.dtype for weight in model.parameters()} == {torch.float32}
    assert len(weights) == len(list(model.parameters())) < len(model.state_dict())  # tied: once on disk
    whole, _ = load_tensors(run / "model.safetensors")
    for name, weight in model.state_dict().items():
        torch.testing.assert_close(weight, whole[name], rtol=1e-3, atol=1e-4)


def test_nobodys_folders_are_shipped(run, shipped):
    assert {path.name for path in shipped.iterdir()} == {
        "config.json", "history.json", "model.safetensors", "src_tokenizer.json", "tgt_tokenizer.json"
    }  # fmt: skip
    assert all(str(run.parent).encode() not in path.read_bytes() for path in shipped.iterdir())
    config = json.loads((shipped / "config.json").read_text(encoding="utf-8"))
    assert config["arguments"]["corpus"] == "pairs.tsv" and config["arguments"]["src"] == "fr"


def test_the_history_is_an_excerpt(run, shipped):
    whole, excerpt = (json.loads((f / "history.json").read_text(encoding="utf-8")) for f in (run, shipped))
    assert len(whole["epochs"]) == 20 and [e["number"] for e in excerpt["epochs"]] == [whole["best_epoch"]]
    assert excerpt["test"] == whole["test"]


def test_it_replaces_what_was_shipped_before(run, shipped):
    (shipped / "old.txt").write_text("old", encoding="utf-8")
    size = ship.ship(run, shipped)
    assert not (shipped / "old.txt").exists() and list(shipped.parent.iterdir()) == [shipped]
    assert size == sum(path.stat().st_size for path in shipped.iterdir())


def test_what_cannot_be_shipped_leaves_what_was_shipped_before(run, shipped, tmp_path, monkeypatch):
    (shipped / "old.txt").write_text("old", encoding="utf-8")
    unfinished = shutil.copytree(run, tmp_path / "unfinished")
    (unfinished / "history.json").unlink()
    for folder, said in (
        (unfinished, "expected a finished run"),
        (tmp_path, "run_folder: expected a folder"),
    ):
        with pytest.raises(InputError, match=said):
            ship.ship(folder, shipped)
    monkeypatch.setattr(ship, "MOST_BYTES", 1000)
    with pytest.raises(InputError, match="run_folder: expected at most 1,000 bytes to ship, got"):
        ship.ship(run, shipped)
    monkeypatch.undo()
    monkeypatch.setattr(ship, "load_run", _too_large)
    with pytest.raises(InputError, match="expected weights within half precision, got others in"):
        ship.ship(run, shipped)
    assert (shipped / "old.txt").exists() and len(list(shipped.parent.iterdir())) == 1


def _too_large(*args, **options):
    run = load_run(*args, **options)
    nn.init.constant_(next(run.model.parameters()), 1e6)
    return run


def test_the_command_says_what_it_did(run, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(ship, "ship", lambda folder: 12345)
    monkeypatch.setattr("sys.argv", ["ship.py", str(run)])
    assert ship.main() == 0 and capsys.readouterr().out.startswith("12,345 bytes in ")
    monkeypatch.undo()
    monkeypatch.setattr("sys.argv", ["ship.py", str(tmp_path)])
    assert ship.main() == 2 and capsys.readouterr().err.startswith("ship: run_folder: expected a folder")


def test_it_is_a_part_of_the_package():
    data = PROJECT_FILE["tool"]["setuptools"]["package-data"]["tfmr"]
    place = translator.SHIPPED.relative_to(Path(translator.__file__).parents[1]).as_posix()
    assert f"{place}/*" in data


def test_the_card_tells_of_the_model_that_is_shipped():
    """Scores, sizes and training pairs in the card are those of the files beside it; its command is the run's."""
    card = (SHIPPED.parent / "MODEL_CARD.md").read_text(encoding="utf-8")
    config, history = (
        json.loads((SHIPPED / name).read_text(encoding="utf-8")) for name in ("config.json", "history.json")
    )
    model = load_translator(device="cpu").model
    assert f"{sum(p.numel() for p in model.parameters()):,} parameters" in card
    for score in ("bleu", "chrf"):
        told = history["test"][score]
        assert f"| {told['score']:.2f} |" in card and told["signature"] in card
    for name in ("vocab_size", "corpus", "src", "tgt", "dropout", "max_tokens", "epochs"):
        assert f"--{name.replace('_', '-')} {config['arguments'][name]} " in card.replace("\n", " ")
    assert history["test"]["bleu"]["score"] > 45


def test_what_the_card_shows_is_what_it_writes():
    """All but one: a processor that rounds otherwise may choose another word."""
    card = (SHIPPED.parent / "MODEL_CARD.md").read_text(encoding="utf-8")
    rows = [row.split(" | ") for row in card.splitlines() if row.count(" | ") == 2 and "French" not in row]
    shown = {row[0].removeprefix("| "): row[1] for row in rows if row[1][0].isupper()}
    assert len(shown) == 10
    said = load_translator(device="cpu")(list(shown), need_weights=False)
    assert sum(one.text == text for one, text in zip(said, shown.values(), strict=True)) >= 9
