"""What the experiments recorded is found by name, ships with the package, and speaks when it is missing."""

from pathlib import Path

import pytest
import torch

from tfmr.book.results import RESULTS, SCRIPTS, results, results_folder
from tfmr.errors import InputError
from tfmr.translator import load_run

ROOT = Path(__file__).resolve().parent.parent


def test_every_experiment_is_recorded_and_has_its_script():
    assert set(SCRIPTS) == {path.name for path in RESULTS.iterdir() if path.is_dir() and path.name[0] != "_"}
    for experiment, script in SCRIPTS.items():
        assert (ROOT / "experiments" / script.split()[0]).is_file()
        assert all(isinstance(record, dict) for record in results(experiment).values())


def test_runs_come_by_name_in_order_and_by_pattern():
    everything = results("length")
    assert list(everything) == sorted(everything) and len(everything) == 6
    fixed = results("length", "fixed-seed-*")
    assert list(fixed) == [f"fixed-seed-{seed}" for seed in range(3)]
    assert [record["seed"] for record in fixed.values()] == [0, 1, 2]
    assert fixed["fixed-seed-1"] == everything["fixed-seed-1"]


@pytest.mark.parametrize(
    ("experiment", "name"), [("alignment", "additive-run"), ("cross_attention", "whole-run")]
)
def test_a_kept_model_can_be_loaded(experiment, name):
    assert not load_run(results_folder(experiment, name), torch.device("cpu")).model.training


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: results("lenght"), "experiment: expected one of .*length.*, got 'lenght'"),
        (lambda: results_folder("../data", "grammar"), "experiment: expected one of"),
        (
            lambda: results("scores", "dott-*"),
            "runs that match 'dott-.'.*python experiments/recurrent.py scores",
        ),
        (lambda: results_folder("heads", "run"), "a model 'run'.*python experiments/heads.py"),
    ],
)
def test_what_is_missing_is_named_in_one_sentence_that_says_what_to_do(call, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        call()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ['{"seed": 0', "[1, 2]", ""])
def test_a_broken_file_is_named(text, tmp_path, monkeypatch):
    monkeypatch.setattr("tfmr.book.results.RESULTS", tmp_path)
    (tmp_path / "norms").mkdir()
    (tmp_path / "norms" / "pre-6-seed-0.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="pre-6-seed-0.json.*JSON object.*python experiments/norms.py"):
        results("norms")
