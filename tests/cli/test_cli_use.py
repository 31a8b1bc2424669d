"""``translate`` and ``evaluate``: where they print, what they take, and how they refuse."""

import json
import os
from pathlib import Path

import pytest
from cli_tools import TINY, everything_in, pairs_text, refused, type_in

from tfmr.__main__ import main
from tfmr.cli import commands
from tfmr.data import Corpus, Pair
from tfmr.evaluation import AlignmentScores, Evaluation, Score
from tfmr.translator import run_folder, translator

# --- translate ------------------------------------------------------------------------------------------


def test_translate_prints_the_translation_alone_and_what_it_looked_at_if_asked_to(copy, capsys):
    assert main(["translate", "--run=latest", "deux", "où"]) == 0
    out, err = capsys.readouterr()
    assert out.count("\n") == 1 and out.strip() and err == ""
    assert main(["translate", "--run=latest", "--attention", "deux où", "--device=cpu"]) == 0
    again, err = capsys.readouterr()
    assert again == out
    assert err.splitlines()[0].split() == ["deux", "où", "«end»"]
    assert any(character in err for character in "░▒▓█") and " ← " in err


def test_a_model_without_attention_shows_none(copy, capsys):
    assert main(["translate", "deux où", "--run=runs/pairs-fr-en-fixed", "--attention", "--html=a.html"]) == 0
    out, err = capsys.readouterr()
    assert out.count("\n") == 1 and err == ""
    assert "<table>" not in Path("a.html").read_text(encoding="utf-8")


def test_every_line_of_the_argument_is_a_line(copy, capsys):
    assert main(["translate", "--run=latest", "deux où\n\nun"]) == 0
    assert [bool(line) for line in capsys.readouterr().out.split("\n")] == [True, False, True, False]


def test_alternatives_are_listed_with_their_scores(copy, capsys, monkeypatch):
    assert main(["translate", "--run=latest", "deux où"]) == 0
    best = capsys.readouterr().out
    assert main(["translate", "--run=latest", "--nbest=5", "deux où"]) == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    scores = [float(score) for score, _ in lines]
    assert lines[0][1] + "\n" == best and len(lines) == len({text for _, text in lines}) == 5
    assert scores == sorted(scores, reverse=True) and scores[0] <= 0
    type_in(monkeypatch, "deux où\nun\n".encode())
    assert main(["translate", "--run=latest", "--nbest=2"]) == 0
    assert [len(block.split("\n")) for block in capsys.readouterr().out.strip().split("\n\n")] == [2, 2]


def test_a_page_shows_text_and_attention(copy, capsys):
    assert main(["translate", "--run=latest", "--html=new/page.html", "deux <b>où</b> & un"]) == 0
    said = capsys.readouterr().out.strip()
    page = Path("new/page.html").read_text(encoding="utf-8")
    assert f'<h2 lang="en">{said}</h2>' in page and "deux &lt;b&gt;où&lt;/b&gt; &amp; un" in page
    assert '<th scope="col">où' not in page and '<th scope="col">&lt;b&gt;où' in page
    assert "<script" not in page and "http" not in page


def test_options_of_the_search_reach_it(copy, capsys, monkeypatch):
    asked = []
    monkeypatch.setattr(
        translator, "beam_search", lambda model, src, **settings: asked.append((len(src), settings)) or 1 / 0
    )
    type_in(monkeypatch, b"un\ndeux\n")
    options = ["--nbest=3", "--beam-size=2", "--length-penalty=0.9", "--batch-size=1", "--attention"]
    with pytest.raises(ZeroDivisionError):
        main(["translate", "--run=latest", *options])
    wanted = {"beam_size": 3, "length_penalty": 0.9, "num_best": 3, "need_weights": True}
    assert asked == [(1, wanted)]
    with pytest.raises(ZeroDivisionError):
        main(["translate", "--run=latest", "un"])
    wanted = {"beam_size": 4, "length_penalty": 0.6, "num_best": 1, "need_weights": False}
    assert asked[1:] == [(1, wanted)]


@pytest.mark.parametrize("option", ["--nbest", "--beam-size", "--batch-size"])
def test_counts_are_at_least_one(copy, capsys, option):
    for value in ("0", "-1", "1.5", "many"):
        said = refused(capsys, "translate", "--run=latest", "un", f"{option}={value}")
        assert f"argument {option}: expected a whole number of at least 1, got '{value}'" in said


def test_without_a_run_it_is_the_translator_that_comes_with_the_package(copy, capsys, monkeypatch):
    monkeypatch.setattr(translator, "SHIPPED", copy / "nothing")
    for command in (["translate", "un"], ["evaluate"]):
        assert "--run: expected the folder of a trained run, for this copy of tfmr" in refused(
            capsys, *command
        )
    shipped = copy / "runs" / "pairs-fr-en-fixed"
    monkeypatch.setattr(translator, "SHIPPED", shipped)
    assert main(["translate", f"--run={shipped}", "deux où un"]) == 0
    expected = capsys.readouterr()
    assert main(["translate", "deux où un"]) == 0
    assert capsys.readouterr() == expected
    assert main(["translate", "deux où un", "--run=latest"]) == 0
    assert capsys.readouterr() != expected


def test_sentences_typed_in_are_translated_line_by_line(copy, capsys, monkeypatch):
    type_in(monkeypatch, "deux où\r\n\nun un deux\n  \ntrois".encode())
    assert main(["translate", "--run=latest"]) == 0
    lines = capsys.readouterr().out.split("\n")
    assert len(lines) == 6 and lines[1] == lines[3] == lines[5] == "" and all(lines[0:5:2])
    assert main(["translate", "--run=latest", "deux où"]) == 0
    assert capsys.readouterr().out == lines[0] + "\n"


def test_lines_are_whole_wherever_reading_pauses(copy, capsys, monkeypatch):
    """A pipe may stop inside a line, even inside a letter; the number of a broken line counts from the first."""
    text = "deux où\n\nun où deux\ntrois"
    type_in(monkeypatch, text.encode())
    assert main(["translate", "--run=latest"]) == 0
    expected = capsys.readouterr()
    for size in (1, 2, 7, 9):
        monkeypatch.setattr(commands, "BLOCK", size)
        type_in(monkeypatch, text.encode())
        assert main(["translate", "--run=latest"]) == 0
        assert capsys.readouterr() == expected
        type_in(monkeypatch, text.encode() + b"\nun\ncaf\xe9\nun\n")
        assert main(["translate", "--run=latest"]) == 2
        out, err = capsys.readouterr()
        assert out.count("\n") == 5 and "line 6 is not" in err


@pytest.mark.parametrize("typed", ["l’où", "l\u2019ou\u0300", "l´où", "\u00a0lʼo\u00adù"])
def test_an_apostrophe_is_an_apostrophe_however_it_is_typed(copy, capsys, monkeypatch, typed):
    """Typed in or given as an argument, it is translated and looked at like the plain one."""
    (copy / "own.tsv").write_text(pairs_text().replace("un ", "l'"), encoding="utf-8")
    assert main(["train", "--corpus=own.tsv", *TINY, "--epochs=1", "--out=own"]) == 0
    capsys.readouterr()
    assert main(["translate", "l'où", "--run=own"]) == 0
    plain = capsys.readouterr()
    assert "not in the vocabulary" not in plain.err
    assert main(["translate", typed, "--run=own"]) == 0
    assert capsys.readouterr() == plain
    type_in(monkeypatch, typed.encode())
    assert main(["translate", "--run=own"]) == 0
    assert capsys.readouterr() == plain


def test_words_that_the_vocabulary_lacks_are_named(copy, capsys):
    assert main(["translate", "--run=latest", "un Chat deux chien Chat"]) == 0
    out, err = capsys.readouterr()
    assert out.count("\n") == 1 and err == "not in the vocabulary: Chat, chien\n"


def test_arguments_are_utf8_whatever_the_locale_made_of_them(copy, capsys, monkeypatch):
    assert main(["translate", "--run=latest", "deux où"]) == 0
    expected = capsys.readouterr()
    monkeypatch.setattr(os, "fsencode", lambda text: text.encode("latin-1"))  # under a Latin-1 locale
    assert main(["translate", "--run=latest", "deux où".encode().decode("latin-1")]) == 0
    assert capsys.readouterr() == expected
    assert "text: expected UTF-8" in refused(capsys, "translate", "--run=latest", "deux où")  # Latin-1 bytes


def test_a_line_of_what_nobody_sees_is_an_empty_line(copy, capsys, monkeypatch):
    type_in(monkeypatch, "\u200b\u00a0\nun\n".encode())
    assert main(["translate", "--run=latest"]) == 0
    assert capsys.readouterr().out.startswith("\n")
    assert "text: expected a sentence" in refused(capsys, "translate", "--run=latest", "\u200b")


def test_the_latest_run_is_taken(copy, capsys):
    os.utime(copy / "runs/pairs-fr-en-fixed/model.safetensors", (4e9, 4e9))
    assert run_folder.latest() == Path("runs/pairs-fr-en-fixed")
    os.utime(copy / "runs/pairs-fr-en-attention/model.safetensors", (4e9, 4.1e9))
    assert run_folder.latest() == Path("runs/pairs-fr-en-attention")


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["translate", "--run=latest", ""], "text: expected a sentence"),
        (["translate", "--run=latest", " \n"], "text: expected a sentence"),
        (["translate", "--run=latest", "caf\udce9"], "text: expected UTF-8"),
        (["translate", "un", "--run=nowhere"], "--run: expected a folder that train has made"),
        (["translate", "un", "--run=pairs.tsv"], "--run: expected a folder that train has made"),
        (["translate", "--run=latest", "un", "--device=cuda:99"], "device: expected one that is there"),
        (["translate", "--run=latest", "un", "--device=gpu"], "device: expected one that is there"),
        (["translate", "--run=latest", "un", "--threads=0"], "--threads: expected at least 1"),
        (["translate", "--run=latest", "un", "--threads=100000"], "--threads: expected at least 1"),
        (["evaluate", "--run=latest", "--split=long"], "--split: expected valid, test"),
        (["evaluate", "--run=latest", "--output=runs"], "--output: expected a file"),
        (["translate", "--run=latest", "un", "--html=runs"], "--html: expected a file"),
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
    assert "standard input: expected at least one sentence" in refused(capsys, "translate", "--run=latest")
    type_in(monkeypatch, b"un\ncaf\xe9\n")
    assert main(["translate", "--run=latest"]) == 2
    out, err = capsys.readouterr()
    assert out.count("\n") == 1 and err == "tfmr: standard input: expected UTF-8, but line 2 is not\n"


def test_without_a_run_there_is_advice(corpus, capsys):
    assert "begin with: python -m tfmr train" in refused(capsys, "translate", "--run=latest", "un")


# --- evaluate -------------------------------------------------------------------------------------------


def test_evaluate_prints_scores_and_writes_the_translations(copy, trained, capsys):
    run = f"--run={trained}/runs/pairs-fr-en-attention"
    assert main(["evaluate", "--run=latest", run, "--split=valid", "--output=said.txt"]) == 0
    out, _ = capsys.readouterr()
    assert [line.split()[:2] for line in out.splitlines()] == [
        ["valid", "BLEU"], ["valid", "chrF"], ["valid", "perplexity"]
    ]  # fmt: skip
    valid = commands.load_corpus(str(trained / "pairs.tsv")).valid
    assert len(Path("said.txt").read_text(encoding="utf-8").splitlines()) == len(valid)


@pytest.mark.parametrize("split", ["valid", "test", "novel"])
def test_evaluate_measures_the_split_and_the_corpus_of_the_run(copy, capsys, monkeypatch, split):
    run = copy / "runs" / "pairs-fr-en-attention"
    config = json.loads((run / "config.json").read_text(encoding="utf-8"))
    config["arguments"] |= {"corpus": "grammar", "src": "en", "tgt": "fr", "size": 11, "seed": 3}
    (run / "config.json").write_text(json.dumps(config), encoding="utf-8")
    pairs = {name: [Pair("un", name)] for name in ("train", "valid", "test", "novel")}
    asked, measured = [], []

    def load(name, **settings):
        asked.append((name, settings))
        extra = {"novel": pairs["novel"]}
        return Corpus("grammar", "en", "fr", pairs["train"], pairs["valid"], pairs["test"], extra)

    def evaluate(model, pairs, *tokenizers, **settings):
        measured.append((pairs, settings))
        return Evaluation(Score(1.0, "s"), Score(2.0, "s"), 3.0, None, ["said"])

    monkeypatch.setattr(commands, "load_corpus", load)
    monkeypatch.setattr(commands, "evaluate", evaluate)
    options = ["--beam-size=3", "--length-penalty=0.9", "--batch-size=7"]
    assert main(["evaluate", f"--run={run}", f"--split={split}", *options]) == 0
    assert asked == [("grammar", {"src": "en", "tgt": "fr", "size": 11, "seed": 3})]
    assert measured == [(pairs[split], {"batch_size": 7, "beam_size": 3, "length_penalty": 0.9})]
    assert capsys.readouterr().out.startswith(f"{split} BLEU 1.00")


def test_precision_and_recall_stand_beside_the_error_rate(capsys):
    scores = Score(1.0, "s"), Score(2.0, "s"), 3.0
    commands.print_scores("test", Evaluation(*scores, AlignmentScores(0.75, 0.5, 0.4), ["said"]))
    out = capsys.readouterr().out
    assert out.endswith(
        "test perplexity 3.00\ntest alignment error rate 0.400 (precision 0.750, recall 0.500)\n"
    )
    commands.print_scores("test", Evaluation(*scores, None, ["said"]))
    assert "alignment" not in capsys.readouterr().out


def test_translations_are_written_in_the_order_of_the_pairs(copy, trained, capsys, monkeypatch):
    assert main(["evaluate", "--run=latest", "--split=valid", "--output=new/said.txt"]) == 0
    said = Path("new/said.txt").read_text(encoding="utf-8").splitlines()
    capsys.readouterr()
    type_in(monkeypatch, "\n".join(pair.src for pair in commands.load_corpus("pairs.tsv").valid).encode())
    assert main(["translate", "--run=latest"]) == 0
    assert capsys.readouterr().out.splitlines() == said and len(set(said)) > 1


def test_evaluate_repeats_what_train_measured(copy, trained, capsys):
    run = trained / "runs" / "pairs-fr-en-fixed"
    assert main(["evaluate", f"--run={run}"]) == 0
    test = json.loads((run / "history.json").read_text(encoding="utf-8"))["test"]
    out = capsys.readouterr().out
    assert f"perplexity {test['perplexity']:.2f}\n" in out
    assert f"BLEU {test['bleu']['score']:.2f} ({test['bleu']['signature']})\n" in out
