"""Each experiment and benchmark runs, scaled down, and writes what the chapters read."""

import json
import runpy
import sys
from itertools import product
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SMALL = [
    "--size",
    "120",
    "--epochs",
    "1",
    "--d-hidden",
    "8",
    "--test-size",
    "20",
    "--seeds",
    "0",
    "--device",
    "cpu",
]


@pytest.fixture
def script(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "experiments"))
    return lambda name: runpy.run_path(str(ROOT / name))["main"]


@pytest.mark.parametrize(
    ("experiment", "model"), [("length", "fixed"), ("alignment", "additive"), ("scores", "scaled_dot")]
)
def test_recurrent_writes_a_result_that_says_how_it_came_about(experiment, model, script, tmp_path):
    script("experiments/recurrent.py")([experiment, "--models", model, *SMALL, "--out", str(tmp_path)])
    result = json.loads((tmp_path / f"{model}-seed-0.json").read_text(encoding="utf-8"))
    assert {"config", "train_config", "seed", "versions", "device", "seconds", "by_length", "bleu"} <= set(
        result
    )
    assert ("alignment_error_rate" in result) == (model != "fixed")
    assert (tmp_path / "additive-run" / "model.safetensors").exists() == (experiment == "alignment")


def test_aligners_writes_both_baselines(script, tmp_path):
    script("experiments/aligners.py")(["--size", "200", "--iterations", "1", "--out", str(tmp_path)])
    rates = json.loads((tmp_path / "aligners.json").read_text(encoding="utf-8"))["alignment_error_rate"]
    assert set(rates) == {"diagonal", "IBM Model 1"} and all(0 < rate < 1 for rate in rates.values())


def test_norms_writes_the_losses_of_every_rate_with_warm_up_and_without(script, tmp_path):
    options = ["--depths", "2", "--seeds", "0", "--steps", "20", "--device", "cpu"]
    script("experiments/norms.py")([*options, "--out", str(tmp_path)])
    for norm in ("post", "pre"):
        result = json.loads((tmp_path / f"{norm}-2-seed-0.json").read_text(encoding="utf-8"))
        assert {"config", "seed", "versions", "device", "seconds", "learned_below", "failed_above"} <= set(
            result
        )
        assert {(run["rate"], run["warm_up"]) for run in result["runs"]} == {
            (rate, warm_up) for rate in (3e-4, 1e-3, 3e-3) for warm_up in (0, 100)
        }
        assert all(len(run["loss"]) == 1 and 2 < run["loss"][0] < 5 for run in result["runs"])


def test_recorded_norms_are_of_three_seeds_and_of_one_configuration():
    folder = ROOT / "experiments" / "results" / "norms"
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    settings = [(result["norm"], result["depth"], result["seed"]) for result in found]
    assert sorted(settings) == sorted(product(("post", "pre"), (6, 9, 12), (0, 1, 2)))
    for key in ("config", "steps", "window", "learned_below", "failed_above"):
        assert all(result[key] == found[0][key] for result in found)


def test_the_benchmark_compares_equal_functions(script, capsys):
    options = ["--corpus", "grammar", "--size", "100", "--steps", "2", "--batch-size", "8"]
    ratio = script("benchmarks/recurrent.py")(
        [*options, "--d-embed", "8", "--d-hidden", "8", "--vocab-size", "300"]
    )
    assert ratio > 0 and "times as fast" in capsys.readouterr().out


def test_recorded_results_are_of_three_seeds_and_of_one_configuration():
    for experiment, models in (("length", ("fixed", "additive")),):
        for model in models:
            found = [
                json.loads(path.read_text(encoding="utf-8"))
                for path in sorted(
                    (ROOT / "experiments" / "results" / experiment).glob(f"{model}-seed-*.json")
                )
            ]
            assert [result["seed"] for result in found] == [0, 1, 2]
            for key in ("corpus", "config"):
                assert all(result[key] == found[0][key] for result in found)


def test_scripts_do_nothing_on_import():
    before = set(sys.modules)
    runpy.run_path(str(ROOT / "experiments" / "readme_picture.py"))
    assert "__main__" in before
