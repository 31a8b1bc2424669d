"""``translate`` and ``evaluate``: where they print, what they take, and how they refuse."""

import json
import os
from pathlib import Path

import pytest
from cli_tools import everything_in, refused, type_in

from tfmr import commands, runs
from tfmr.__main__ import main

# --- translate ------------------------------------------------------------------------------------------


def test_translate_prints_the_translation_alone_and_the_alignment_beside_it(copy, capsys):
    assert main(["translate", "deux où", "--device=cpu"]) == 0
    out, err = capsys.readouterr()
    assert out.count("\n") == 1 and out.strip()
    assert err.splitlines()[0].split() == ["deux", "où", "«end»"]
    assert any(character in err for character in "░▒▓█") and " ← " in err
    assert main(["translate", "deux", "où", "--no-alignment"]) == 0
    assert capsys.readouterr() == (out, "")


def test_a_model_without_attention_shows_no_alignment(copy, capsys):
    assert main(["translate", "deux où", "--run=runs/pairs-fr-en-fixed"]) == 0
    out, err = capsys.readouterr()
    assert out.count("\n") == 1 and err == ""


def test_sentences_typed_in_are_translated_line_by_line(copy, capsys, monkeypatch):
    type_in(monkeypatch, "deux où\r\n\nun un deux\n  \ntrois".encode())
    assert main(["translate", "--no-alignment"]) == 0
    lines = capsys.readouterr().out.split("\n")
    assert len(lines) == 6 and lines[1] == lines[3] == lines[5] == "" and all(lines[0:5:2])
    assert main(["translate", "deux où", "--no-alignment"]) == 0
    assert capsys.readouterr().out == lines[0] + "\n"


def test_the_latest_run_is_taken(copy, capsys):
    os.utime(copy / "runs/pairs-fr-en-fixed/model.safetensors", (4e9, 4e9))
    assert runs.latest() == Path("runs/pairs-fr-en-fixed")
    os.utime(copy / "runs/pairs-fr-en-attention/model.safetensors", (4e9, 4.1e9))
    assert runs.latest() == Path("runs/pairs-fr-en-attention")


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["translate", ""], "text: expected a sentence"),
        (["translate", " \n"], "text: expected a sentence"),
        (["translate", "caf\udce9"], "text: expected UTF-8"),
        (["translate", "un", "--run=nowhere"], "--run: expected a folder that train has made"),
        (["translate", "un", "--run=pairs.tsv"], "--run: expected a folder that train has made"),
        (["translate", "un", "--device=cuda:99"], "device: expected one that is there"),
        (["translate", "un", "--device=gpu"], "device: expected one that is there"),
        (["translate", "un", "--threads=0"], "--threads: expected at least 1"),
        (["evaluate", "--split=long"], "--split: expected valid, test"),
        (["evaluate", "--output=runs"], "--output: expected a file"),
        (["evaluate", "--run=nowhere"], "--run: expected a folder"),
        (["speak"], "invalid choice: 'speak'"),
        ([], "COMMAND"),
    ],
)
def test_bad_arguments_cost_one_sentence(copy, capsys, argv, said):
    before = everything_in(copy)
    assert said in refused(capsys, *argv)
    assert everything_in(copy) == before


def test_standard_input_must_be_utf8_and_not_empty(copy, capsys, monkeypatch):
    type_in(monkeypatch, b"")
    assert "standard input: expected at least one sentence" in refused(capsys, "translate")
    type_in(monkeypatch, b"un\ncaf\xe9\n")
    assert main(["translate", "--no-alignment"]) == 2
    out, err = capsys.readouterr()
    assert out.count("\n") == 1 and err == "tfmr: standard input: expected UTF-8, but line 2 is not\n"


def test_without_a_run_there_is_advice(corpus, capsys):
    assert "begin with: python -m tfmr train" in refused(capsys, "translate", "un")


# --- evaluate -------------------------------------------------------------------------------------------


def test_evaluate_prints_scores_and_writes_the_translations(copy, trained, capsys):
    run = f"--run={trained}/runs/pairs-fr-en-attention"
    assert main(["evaluate", run, "--split=valid", "--output=said.txt"]) == 0
    out, _ = capsys.readouterr()
    assert [line.split()[:2] for line in out.splitlines()] == [
        ["valid", "BLEU"], ["valid", "chrF"], ["valid", "perplexity"]
    ]  # fmt: skip
    valid = commands.load_corpus(str(trained / "pairs.tsv")).valid
    assert len(Path("said.txt").read_text(encoding="utf-8").splitlines()) == len(valid)


def test_evaluate_repeats_what_train_measured(copy, trained, capsys):
    run = trained / "runs" / "pairs-fr-en-fixed"
    assert main(["evaluate", f"--run={run}"]) == 0
    test = json.loads((run / "history.json").read_text(encoding="utf-8"))["test"]
    out = capsys.readouterr().out
    assert f"perplexity {test['perplexity']:.2f}\n" in out
    assert f"BLEU {test['bleu']['score']:.2f} ({test['bleu']['signature']})\n" in out
