"""Run folders: what does not hold together is refused, a kill at any moment spoils none, one process trains."""

import json
import os
import pickle
from pathlib import Path

import pytest
import torch
from cli_tools import TINY, everything_in, refused

from tfmr.__main__ import main
from tfmr.data import WordTokenizer
from tfmr.errors import InputError
from tfmr.recurrent import RecurrentConfig, RecurrentSeq2Seq
from tfmr.training.checkpoints import load_tensors, save_tensors
from tfmr.translator import load_run, run_folder


def spoil_weights(run):
    path = run / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1])


def change_a_weight(run):
    content = bytearray((run / "model.safetensors").read_bytes())
    content[-5] ^= 1
    (run / "model.safetensors").write_bytes(content)


def pickle_weights(run):
    (run / "model.safetensors").write_bytes(pickle.dumps({"weights": [1.0]}))


def weights_of_another_size(run):
    tensors, state = load_tensors(run / "model.safetensors")
    save_tensors(run / "model.safetensors", {name: t[..., :1] for name, t in tensors.items()}, state)


def another_vocabulary(run):
    (run / "tgt_tokenizer.json").write_text(WordTokenizer(["a", "b"]).to_json(), encoding="utf-8")


def broken_vocabulary(run):
    (run / "src_tokenizer.json").write_text('{"tokenizer": "word"', encoding="utf-8")


def missing_vocabulary(run):
    (run / "src_tokenizer.json").unlink()


def vocabulary_not_utf8(run):
    (run / "src_tokenizer.json").write_bytes(b'{"tokenizer": "word", "words": ["\xff"]}')


def broken_config(run):
    (run / "config.json").write_text("{", encoding="utf-8")


def config_without_model(run):
    (run / "config.json").write_text('{"arguments": {}}', encoding="utf-8")


def config_of_another_model(run):
    config = json.loads((run / "config.json").read_text(encoding="utf-8"))
    config["model"]["num_heads"] = 8
    (run / "config.json").write_text(json.dumps(config), encoding="utf-8")


def vocabulary_of_another_run(run):
    """The same words, so the same size, in another order: accepted, it would translate into nonsense."""
    words = json.loads((run / "tgt_tokenizer.json").read_text(encoding="utf-8"))["words"]
    (run / "tgt_tokenizer.json").write_text(WordTokenizer(words[::-1]).to_json(), encoding="utf-8")


def weights_of_another_run(run):
    """All shapes fit: these scores have no weights of their own."""
    tensors, state = load_tensors(run / "model.safetensors")
    state["model"]["attention"] = "dot"
    save_tensors(run / "model.safetensors", tensors, state)


def everything_of_a_later_version(run):
    tensors, state = load_tensors(run / "model.safetensors")
    state["model"]["num_experts"] = 8
    save_tensors(run / "model.safetensors", tensors, state)
    config = json.loads((run / "config.json").read_text(encoding="utf-8"))
    (run / "config.json").write_text(json.dumps(config | {"model": state["model"]}), encoding="utf-8")


def config_with_a_number_for_a_name(run):
    config = json.loads((run / "config.json").read_text(encoding="utf-8"))
    config["arguments"]["corpus"] = 3
    (run / "config.json").write_text(json.dumps(config), encoding="utf-8")


def config_of_an_unknown_kind(run):
    config = json.loads((run / "config.json").read_text(encoding="utf-8"))
    (run / "config.json").write_text(json.dumps(config | {"kind": "rnn"}), encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (spoil_weights, "expected a whole safetensors file"),
        (change_a_weight, "checksum differs"),
        (pickle_weights, "expected a whole safetensors file"),
        (weights_of_another_size, "of shape"),
        (
            another_vocabulary,
            "expected the vocabulary of 10 that the model was trained with, got another of 6",
        ),
        (broken_vocabulary, "src_tokenizer.json: tokenizer: expected JSON"),
        (missing_vocabulary, "src_tokenizer.json"),
        (vocabulary_not_utf8, "expected UTF-8"),
        (broken_config, "config.json as train writes it"),
        (config_without_model, "config.json as train writes it"),
        (vocabulary_of_another_run, "expected the vocabulary of 10 that the model was trained with"),
        (weights_of_another_run, "with the sizes that config.json names, got another model's"),
        (config_of_another_model, "with the sizes that config.json names, got another model's"),
        (everything_of_a_later_version, "sizes of a model"),
        (config_with_a_number_for_a_name, "config.json as train writes it"),
        (config_of_an_unknown_kind, "expected a model of kind recurrent, transformer"),
    ],
)
def test_a_run_that_does_not_hold_together_is_refused(copy, capsys, spoil, said):
    spoil(copy / "runs" / "pairs-fr-en-attention")
    before = everything_in(copy)
    for command in (["translate", "un"], ["evaluate"]):
        assert said in refused(capsys, *command, "--run=runs/pairs-fr-en-attention")
    assert everything_in(copy) == before


NAMES = (
    "config.json",
    "src_tokenizer.json",
    "tgt_tokenizer.json",
    "model.safetensors",
    "checkpoint.safetensors",
)
ODD = {
    "nothing": b"",
    "a null": b"null",
    "a list": b"[1]",
    "a number": b"3",
    "an object": b"{}",
    "deep": b"[" * 100_000,
    "zeros": bytes(100),
    "an image": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
}


@pytest.mark.parametrize("name", NAMES)
def test_odd_files_in_a_run_folder_cost_one_sentence(copy, trained, capsys, name):
    """Each file of a run in turn is a folder, empty, cut, or another file: of this run, or of no run at all."""
    run = copy / "runs" / "pairs-fr-en-attention"
    good = (run / name).read_bytes()
    odd = ODD | {other: (run / other).read_bytes() for other in {*NAMES, "history.json"} - {name}}
    odd["a half"] = good[: len(good) // 2]
    commands = [["translate", "un", f"--run={run}"], ["evaluate", f"--run={run}"]]
    commands += [["train", f"--corpus={trained}/pairs.tsv", *TINY, f"--out={run}", "--resume"]]
    for content in (*odd.values(), None):
        (run / name).unlink()
        (run / name).mkdir() if content is None else (run / name).write_bytes(content)
        for command in commands:
            capsys.readouterr()
            status, (out, err) = main(command), capsys.readouterr()
            untouched = (
                name == "checkpoint.safetensors" if command[0] != "train" else name == "model.safetensors"
            )
            if status == 0 and untouched:  # not a file that this command reads
                continue
            assert status == 2 and out == "", (command, content)
            assert err.startswith("tfmr: ") and err.count("\n") == 1, err


def test_a_run_from_before_there_were_checksums_is_taken(copy):
    path = copy / "runs" / "pairs-fr-en-attention" / "model.safetensors"
    tensors, state = load_tensors(path)
    assert set(state.pop("vocabularies")) == {"src_tokenizer.json", "tgt_tokenizer.json"}
    save_tensors(path, tensors, state)
    assert main(["translate", "un", f"--run={path.parent}"]) == 0


def test_a_run_is_loaded_to_be_used(trained):
    """No dropout: the same sentence has the same translation every time."""
    model = load_run(trained / "runs" / "pairs-fr-en-attention", torch.device("cpu")).model
    assert not any(module.training for module in model.modules())


# --- writing, in an order that a kill cannot spoil --------------------------------------------------------


class Killed(BaseException):
    pass


@pytest.fixture
def parts():
    """What a run is made of, without training."""
    tokenizer = WordTokenizer(["a", "b"])
    config = RecurrentConfig(6, 6, d_embed=4, d_hidden=4)
    arguments = {"corpus": "grammar", "src": "fr", "tgt": "en", "size": 10, "seed": 0, "epochs": 1}
    return arguments, RecurrentSeq2Seq(config), tokenizer


@pytest.mark.parametrize("writes", range(3))
def test_killed_while_it_starts_a_folder_is_no_run_yet(tmp_path, monkeypatch, parts, writes):
    arguments, model, tokenizer = parts
    die_after(monkeypatch, writes)
    with pytest.raises(Killed):
        run_folder.start(tmp_path, arguments, model.config, tokenizer, tokenizer)
    monkeypatch.undo()
    run_folder.require_free(tmp_path, overwrite=False)  # a new start is welcome


@pytest.mark.parametrize("writes", range(3))
def test_killed_while_it_finishes_a_run_is_whole_or_unfinished(tmp_path, monkeypatch, parts, writes):
    arguments, model, tokenizer = parts
    run_folder.start(tmp_path, arguments, model.config, tokenizer, tokenizer)
    die_after(monkeypatch, writes)
    with pytest.raises(Killed):
        run_folder.finish(tmp_path, arguments, model, {"epochs": []})
    monkeypatch.undo()
    assert not (tmp_path / "history.json").exists()
    with pytest.raises(InputError, match="holds an unfinished run"):
        run_folder.require_free(tmp_path, overwrite=False)
    if (tmp_path / "model.safetensors").exists():
        load_run(tmp_path, torch.device("cpu"))


@pytest.mark.parametrize("removals", range(6))
def test_killed_while_an_earlier_run_is_removed_what_is_left_holds_together(
    tmp_path, monkeypatch, parts, removals
):
    arguments, model, tokenizer = parts
    run_folder.start(tmp_path, arguments, model.config, tokenizer, tokenizer)
    (tmp_path / "checkpoint.safetensors").touch()
    run_folder.finish(tmp_path, arguments, model, {"epochs": []})
    unlink, left = Path.unlink, [removals]

    def dying_unlink(self, missing_ok=False):
        if left[0] == 0:
            raise Killed
        left[0] -= 1
        unlink(self, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", dying_unlink)
    with pytest.raises(Killed):
        run_folder.start(tmp_path, arguments, model.config, tokenizer, tokenizer)
    monkeypatch.undo()
    files = {path.name for path in tmp_path.iterdir()}
    assert removals == 0 or "history.json" not in files  # it does not say that it is finished any more
    if "model.safetensors" in files:
        load_run(tmp_path, torch.device("cpu"))
    elif "config.json" in files:  # an unfinished run: what going on with it needs is there
        run_folder.load_tokenizers(tmp_path)


def die_after(monkeypatch, writes):
    """Let ``writes`` files be written, and die at the next."""
    replace, left = os.replace, [writes]

    def dying_replace(source, target):
        if left[0] == 0:
            raise Killed
        left[0] -= 1
        replace(source, target)

    monkeypatch.setattr(os, "replace", dying_replace)
