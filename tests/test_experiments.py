"""Each experiment and benchmark runs, scaled down, and writes what the chapters read."""

import ast
import json
import runpy
import sys
from itertools import product
from pathlib import Path

import nbformat
import notebook_rules as rules
import pytest
import torch

from tfmr import Transformer
from tfmr.book.results import results
from tfmr.translator import load_run

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
    rates = json.loads((tmp_path / "length.json").read_text(encoding="utf-8"))["alignment_error_rate"]
    assert set(rates) == {"diagonal", "IBM Model 1"} and all(0 < rate < 1 for rate in rates.values())


def test_cross_attention_writes_both_models_and_keeps_one(script, tmp_path):
    options = [option.replace("--d-hidden", "--d-model") for option in SMALL]
    script("experiments/cross_attention.py")([*options, "--num-layers", "2", "--out", str(tmp_path)])
    whole, blind, aligners = (
        json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("whole-seed-0", "blind-seed-0", "aligners")
    )
    told = {"config", "train_config", "seed", "versions", "device", "seconds", "test", "long"}
    assert told <= set(whole) and told <= set(blind)
    by_layer = whole["long"]["alignment_error_rate"]["right"]
    assert len(by_layer) == 2 and len(by_layer[0]["heads"]) == 4
    assert set(whole["test"]["cuts"]) == {"memory", "source"} and "cuts" not in blind["test"]
    texts = whole["example"]["written"]
    assert texts["nothing"]["memory"] == texts["nothing"]["source"] and len(texts) == 7
    assert set(aligners["test"]) == set(aligners["long"]) == {"diagonal", "IBM Model 1"}
    run = load_run(tmp_path / "whole-run", torch.device("cpu"))
    assert isinstance(run.model, Transformer)


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
    found = list(results("norms").values())
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
    scores = ("additive", "general", "dot", "scaled_dot")
    for experiment, models in (
        ("length", ("fixed", "additive")),
        ("scores", scores),
        ("cross_attention", ("whole", "blind")),
    ):
        for model in models:
            found = list(results(experiment, f"{model}-seed-*").values())
            assert [result["seed"] for result in found] == [0, 1, 2]
            for key in ("corpus", "config"):
                assert all(result[key] == found[0][key] for result in found)


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process comes from /proc")
def test_attention_memory_writes_what_chapter_4_reads(script, tmp_path):
    script("experiments/attention_memory.py")(
        ["--lengths", "64", "1024", "--seeds", "0", "--out", str(tmp_path)]
    )
    written = {
        name: json.loads((tmp_path / f"{name}-seed-0.json").read_text(encoding="utf-8"))
        for name in ("explicit", "fused")
    }
    peaks = {name: [row["mebibytes"] for row in result["measured"]] for name, result in written.items()}
    assert {"config", "seed", "versions", "device", "seconds", "threads"} <= set(written["fused"])
    assert peaks["explicit"][1] > 8 and peaks["explicit"][1] > 2 * peaks["fused"][1]  # 4 MiB a matrix


def test_recorded_memory_is_of_three_seeds_and_of_one_configuration():
    found = list(results("attention_memory").values())
    assert [(result["method"], result["seed"]) for result in found] == [
        (method, seed) for method in ("explicit", "fused") for seed in (0, 1, 2)
    ]
    assert all(result["config"] == found[0]["config"] for result in found)


def test_heads_writes_what_chapter_5_reads(script, tmp_path):
    models = ["heads-2", "layers-2", "mlp-1"]
    options = ["--seeds", "0", "--steps", "4", "--batch-size", "4", "--device", "cpu"]
    script("experiments/heads.py")(["--models", *models, *options, "--out", str(tmp_path)])
    written = [json.loads((tmp_path / f"{name}-seed-0.json").read_text(encoding="utf-8")) for name in models]
    for result, layers, heads in zip(written, (1, 2, 1), (2, 1, 1), strict=True):
        assert {"config", "train_config", "versions", "device", "seconds", "threads", "curve"} <= set(result)
        assert 0 <= result["both"] <= min(result["left"], result["right"]) <= 1
        looks = result["weight_on_left_and_right"]
        assert len(looks) == layers and all(len(layer) == heads for layer in looks)
    biases = 2 * 4 * 32 + 2 * 32 - 4 * 64  # two small layers have more biases than one large one
    assert written[1]["parameters"] - written[0]["parameters"] == biases


def test_recorded_heads_are_of_five_seeds_one_configuration_and_one_size():
    found = list(results("heads").values())
    models = {f"heads-{2**power}" for power in range(7)} | {"layers-2", "mlp-1"}
    assert {result["model"] for result in found} == models
    for model in models:
        assert [result["seed"] for result in found if result["model"] == model] == [0, 1, 2, 3, 4]
    for key in ("config", "train_config", "device"):
        assert all(result[key] == found[0][key] for result in found)
    assert len({result["parameters"] for result in found if result["model"].startswith("heads")}) == 1


def definitions(chapter: str) -> dict[str, ast.stmt]:
    """The classes and functions that a chapter defines; of two with one name the last, as when it runs."""
    notebook = nbformat.read(ROOT / "chapters" / f"{chapter}.ipynb", as_version=4)
    nodes = (node for cell in rules.code_cells(notebook) for node in ast.parse(cell.source).body)
    return {node.name: node for node in nodes if isinstance(node, (ast.ClassDef, ast.FunctionDef))}


@pytest.mark.parametrize(
    ("experiment", "chapter", "names"),
    [
        ("heads", "05_multi_head_attention", {"circles", "Circle"}),
        ("cross_attention", "08_cross_attention", {"BlindTransformer"}),
    ],
)
def test_a_chapter_shows_the_model_of_its_experiment(experiment, chapter, names):
    script = ast.parse((ROOT / "experiments" / f"{experiment}.py").read_text(encoding="utf-8")).body
    there = {node.name: node for node in script if getattr(node, "name", None) in names}
    here = definitions(chapter)
    assert set(there) == names and all(rules.bare(here[name]) == rules.bare(there[name]) for name in names)


def test_chapter_7_trains_the_model_of_its_experiment():
    recorded = runpy.run_path(str(ROOT / "experiments" / "norms.py"))
    names = dict(recorded)
    shown = definitions("07_encoder_and_decoder_layers")
    exec(compile(ast.Module([shown["glorot"], shown["Stack"]], []), "chapter 7", "exec"), names)
    outputs = []
    for stack in (recorded["Stack"], names["Stack"]):
        torch.manual_seed(0)
        outputs.append(stack(3, "pre")(torch.arange(recorded["LENGTH"])[None]))
    assert recorded["Stack"] is not names["Stack"] and torch.equal(*outputs)


def test_scripts_do_nothing_on_import():
    before = set(sys.modules)
    runpy.run_path(str(ROOT / "experiments" / "readme_picture.py"))
    assert "__main__" in before


@pytest.mark.parametrize("task", ["distance", "nearest"])
def test_positions_writes_accuracies_at_each_length(task, script, tmp_path):
    options = [
        "--tasks",
        task,
        "--schemes",
        "learned",
        "alibi",
        "--seeds",
        "0",
        "--steps",
        "3",
        "--device",
        "cpu",
    ]
    script("experiments/positions.py")([*options, "--out", str(tmp_path)])
    result = json.loads((tmp_path / f"{task}-alibi-seed-0.json").read_text(encoding="utf-8"))
    assert set(result["accuracy"]) == {"32", "64", "128"}
    assert {"config", "train_config", "seed", "versions", "device", "seconds"} <= set(result)


def test_recorded_positions_are_of_three_seeds():
    for task in ("distance", "nearest"):
        for scheme in ("none", "sinusoidal", "learned", "rotary", "alibi"):
            found = list(results("positions", f"{task}-{scheme}-seed-*").values())
            assert [result["seed"] for result in found] == [0, 1, 2]
            assert all(result["train_config"] == found[0]["train_config"] for result in found)
