"""The benchmarks run, scaled down: what they compare gives the same numbers, and what they find makes a table."""

import re
from pathlib import Path

import pytest
import torch

from benchmarks import attention, decoding, recurrent, timing, training
from benchmarks.__main__ import table
from benchmarks.timing import Row, paired_ratio
from tfmr.data import Batch

CORPUS = ["--corpus", "grammar", "--size", "100", "--steps", "2", "--batch-size", "8", "--vocab-size", "300"]


def test_the_recurrent_benchmark_compares_equal_functions(capsys):
    [row] = recurrent.main([*CORPUS, "--d-embed", "8", "--d-hidden", "8"])
    assert min(row[2:]) > 0 and "times as fast" in capsys.readouterr().out


def test_the_training_benchmark_compares_equal_functions(capsys):
    pytest.importorskip("transformers")
    rows = training.main([*CORPUS, "--d-model", "16", "--layers", "1", "--device", "cpu"])
    assert [row.peer for row in rows] == [
        "Marian",
        "torch.nn.Transformer",
        "torch.nn.Transformer, random batches",
        "this machine's best matrix product",
    ]
    assert all(min(row[2:]) > 0 for row in rows) and rows[-1].ratio < 1
    assert "times as fast" in capsys.readouterr().out


def test_unequal_functions_are_not_timed():
    models = training.make_models(30, 16, 1)
    batch = Batch(torch.tensor([[5, 6, 2]]), torch.tensor([[1, 7, 8, 2]]))
    training.check_equal(models, batch)
    with torch.no_grad():
        models["Marian"].marian.lm_head.weight[7] *= 2
    with pytest.raises(AssertionError):
        training.check_equal(models, batch)


def test_the_decoding_benchmark_compares_equal_translations(capsys):
    pytest.importorskip("transformers")
    options = ["--rounds", "1", "--batch-size", "4", "--plain", "2", "--d-model", "32", "--layers", "1"]
    rows = decoding.main(options)
    assert len(rows) == 3 and all(min(row[2:]) > 0 for row in rows)
    assert "times as fast" in capsys.readouterr().out


def test_attention_is_measured_in_a_process_of_its_own(capsys):
    time, memory = attention.main(["--lengths", "64"])
    assert time.ratio == pytest.approx(time.ours / time.theirs)
    assert min(time.ours, time.theirs) > 0 and min(memory.ours, memory.theirs) >= 0
    assert "64" in capsys.readouterr().out


def test_a_ratio_is_the_median_of_pairs_and_above_1_where_ours_is_faster():
    assert paired_ratio([1.0, 2.0, 10.0], [3.0, 4.0, 10.0]) == 2.0


def test_contestants_take_turns_and_warming_up_is_not_counted():
    said = []
    seconds = timing.in_turn(2, {"a": lambda: said.append("a"), "b": lambda: said.append("b")})
    assert said == ["a", "b"] * 3 and [len(times) for times in seconds.values()] == [2, 2]


def test_the_table_has_a_line_for_each_comparison():
    lines = table([Row("training (tokens/s)", "Marian", 1234.5, 617.25, 2.0)], "grammar").splitlines()
    assert lines[-1] == "| training (tokens/s) | 1,234 | Marian | 617.2 | 2.00 |"
    assert "grammar" in lines[2] and f"torch {torch.__version__}" in lines[2]


def test_the_readme_quotes_the_table():
    """Each number of times in the README is a ratio of the table that was made last."""
    root = Path(__file__).resolve().parent.parent
    rows = (root / "benchmarks" / "RESULTS.md").read_text(encoding="utf-8").splitlines()[6:]
    ratios = {row.split("|")[-2].strip() for row in rows if row.startswith("|")}
    readme = (root / "README.md").read_text(encoding="utf-8")
    told = re.findall(r"\b(\d+\.\d\d)\s+times", readme)
    assert len(told) == 5 and set(told) <= ratios
