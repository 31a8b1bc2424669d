"""Each experiment runs, scaled down, and writes what the chapters read; what is recorded holds for today's code."""

import argparse
import ast
import json
import math
import runpy
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import notebook_rules as rules
import pytest
import torch

from tfmr import Transformer
from tfmr.book.results import RESULTS, SCRIPTS, results, results_folder
from tfmr.data import BucketedBatches, Pair
from tfmr.errors import InputError
from tfmr.evaluation import bleu
from tfmr.translator import load_run

ROOT = Path(__file__).resolve().parent.parent
SMALL = "--size 120 --epochs 1 --test-size 20 --seeds 0 --device cpu".split()
ENVELOPE = {"experiment", "options", "seconds", "processor_seconds", "device", "threads", "versions"}


@pytest.fixture
def script(monkeypatch):
    """What a script or module of a folder defines, by name."""
    monkeypatch.syspath_prepend(str(ROOT / "experiments"))
    return lambda name: runpy.run_path(str(ROOT / name))


@pytest.fixture
def run(script, tmp_path):
    """Run a script of experiments/; what it wrote, by the names of the files."""

    def run(name, *options, out=tmp_path):
        script(f"experiments/{name}.py")["main"]([*options, "--out", str(out)])
        found = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in out.glob("*.json")}
        assert all(set(record) >= ENVELOPE for record in found.values())
        return found

    return run


# --- the harness ----------------------------------------------------------------------------------------


@pytest.fixture
def harness(script):
    return argparse.Namespace(**script("experiments/harness.py"))


@pytest.fixture
def study(harness, tmp_path):
    """Record a small experiment of two sizes and two seeds; which runs were measured."""

    def study(*options, measure=lambda size, seed: {"sum": size + seed}, prepare=dict):
        measured = []

        def measure_one(args, size, seed, **shared):
            measured.append((size, seed))
            return measure(size, seed, **shared)

        parser = harness.parser("A study.")
        parser.add_argument("--sizes", nargs="+", type=int, default=[10, 20])
        parser.add_argument("--steps", type=int, default=5)
        args = parser.parse_args(["--seeds", "0", "1", "--device", "cpu", "--out", str(tmp_path), *options])
        harness.record("study", args, {"size": args.sizes, "seed": args.seeds}, measure_one, prepare)
        return measured

    return study


def test_a_record_says_how_it_came_about(study, tmp_path):
    study()
    record = json.loads((tmp_path / "20-seed-1.json").read_text(encoding="utf-8"))
    assert set(record) == ENVELOPE | {"size", "seed", "sum"}
    about = {name: record[name] for name in ("experiment", "size", "seed", "sum", "options", "device")}
    assert about == {
        "experiment": "study",
        "size": 20,
        "seed": 1,
        "sum": 21,
        "options": {"steps": 5},
        "device": "cpu",
    }
    assert record["threads"] == torch.get_num_threads()
    assert record["versions"]["torch"] == torch.__version__ and set(record["versions"]) == {"python", "torch"}


def test_what_a_measurement_says_of_itself_comes_first(study, tmp_path):
    study(measure=lambda size, seed: {"threads": 7})
    assert json.loads((tmp_path / "10-seed-0.json").read_text(encoding="utf-8"))["threads"] == 7


def test_seconds_are_those_of_the_clock_on_the_wall_and_of_the_run_alone(study, tmp_path, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])

    def takes(seconds):
        now[0] += seconds
        return {}

    study("--sizes", "1", measure=lambda size, seed: takes(30 + seed), prepare=lambda: takes(500))
    records = [json.loads((tmp_path / f"1-seed-{seed}.json").read_text(encoding="utf-8")) for seed in (0, 1)]
    assert [record["seconds"] for record in records] == [30.0, 31.0]
    assert max(record["processor_seconds"] for record in records) < 30


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not count what children took")
def test_processor_seconds_count_those_of_processes_started(study, tmp_path):
    def works(size, seed):
        subprocess.run([sys.executable, "-c", "sum(range(10**7))"], check=True)
        return {}

    study("--sizes", "1", "--seeds", "0", measure=works)
    assert json.loads((tmp_path / "1-seed-0.json").read_text(encoding="utf-8"))["processor_seconds"] > 0


def test_a_stopped_script_goes_on_where_it_was(study, tmp_path):
    def stops(size, seed):
        if (size, seed) == (20, 0):
            raise KeyboardInterrupt
        return {}

    with pytest.raises(KeyboardInterrupt):
        study(measure=stops)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(before) == {"10-seed-0.json", "10-seed-1.json"}
    assert study() == [(20, 0), (20, 1)]
    assert all((tmp_path / name).read_bytes() == data for name, data in before.items())
    assert study(prepare=lambda: pytest.fail("there is nothing to prepare for")) == []
    assert study("--again", "--seeds", "1") == [(10, 1), (20, 1)]


def test_no_file_is_ever_half_written(study, tmp_path, monkeypatch):
    write = Path.write_text

    def fills_the_disk(path, text, **options):
        write(path, text[: len(text) // 2], **options)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", fills_the_disk)
    with pytest.raises(InputError, match="10-seed-0.json: .* No space left"):
        study()
    assert list(tmp_path.iterdir()) == []


def test_a_run_with_other_options_is_not_passed_off_as_this_one(study, tmp_path):
    study()
    with pytest.raises(InputError, match="10-seed-0.json: .*'steps': 6.*'steps': 5.*--again.*--out"):
        study("--steps", "6")
    (tmp_path / "10-seed-0.json").write_text('{"seed": 0', encoding="utf-8")
    with pytest.raises(InputError, match="10-seed-0.json: .* got one with None"):
        study()
    assert study("--steps", "6", "--again") == [(10, 0), (10, 1), (20, 0), (20, 1)]


def test_listing_measures_nothing(study, capsys):
    study("--sizes", "10")
    capsys.readouterr()
    assert study("--list") == []
    assert capsys.readouterr().out.splitlines() == [
        "10-seed-0 is recorded",
        "10-seed-1 is recorded",
        "20-seed-0 is to be measured",
        "20-seed-1 is to be measured",
    ]


def test_all_but_a_list_is_said_on_standard_error(study, capsys):
    study()
    out, err = capsys.readouterr()
    assert out == "" and "4/4" in err and "20-seed-1.json" in err


def test_a_wrong_option_is_said_in_one_sentence(harness):
    def main():
        raise InputError("device: expected one that is there")

    with pytest.raises(SystemExit, match="device: expected one that is there"):
        harness.command(main)


# --- each script, scaled down ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("experiment", "model"),
    [
        ("length", "fixed"),
        ("bottleneck", "fixed-long"),
        ("patience", "dot-long"),
        ("alignment", "additive"),
        ("scores", "scaled_dot"),
    ],
)
def test_recurrent_writes_what_chapters_1_to_3_read(experiment, model, run, tmp_path):
    written = run("recurrent", experiment, "--models", model, "--d-hidden", "8", *SMALL)
    result = written[f"{model}-seed-0"]
    read = {
        "corpus",
        "config",
        "train_config",
        "train_seconds",
        "parameters",
        "by_length",
        "train_by_length",
        "bleu",
    }
    assert read <= set(result) and result["experiment"] == experiment
    assert ("alignment_error_rate" in result) == (not model.startswith("fixed"))
    kept = {path.name for path in tmp_path.glob("additive-run/*")}
    assert kept >= {"model.safetensors", "outputs.json"} if experiment == "alignment" else not kept


def test_the_fixed_vectors_differ_in_one_thing_each(run):
    options = ["--seeds", "0", "--d-hidden", "8", *SMALL]
    attends = run("recurrent", "length", "--models", "additive", "fixed", *options)
    length = {name: attends[f"{name}-seed-0"] for name in ("additive", "fixed")}
    found = run("recurrent", "bottleneck", "--models", "fixed-long", "fixed-wide", "fixed-twice", *options)
    longer, wide, twice = (found[f"fixed-{name}-seed-0"] for name in ("long", "wide", "twice"))
    assert longer["config"] == length["fixed"]["config"]
    assert len(longer["train_loss"]) == 4 * len(length["fixed"]["train_loss"])
    assert twice["config"] == length["fixed"]["config"] | {"d_hidden": 16}
    assert wide["config"]["d_embed"] == length["additive"]["config"]["d_embed"]
    least = length["additive"]["parameters"]
    assert length["fixed"]["parameters"] < least <= wide["parameters"] < 1.1 * least


def test_aligners_writes_both_baselines(run):
    rates = run("aligners", "--size", "200", "--iterations", "1")["length"]["alignment_error_rate"]
    assert set(rates) == {"diagonal", "IBM Model 1"} and all(0 < rate < 1 for rate in rates.values())


def test_baselines_writes_both_translators_and_the_floor(run):
    written = run("baselines", "--size", "200", "--test-size", "20")
    assert written["alignment"]["corpus"] == {"name": "grammar", "train": 200, "test": 20, "long": 20}
    assert written["length"]["corpus"] == {"name": "grammar", "train": 200, "test": 20}
    for record, names in ((written["alignment"], ("test", "long")), (written["length"], ("test",))):
        for name in names:
            found = record[name]
            assert 0 <= found["lowest_alignment_error_rate"] < 0.1
            tables = [found[key]["by_length"] for key in ("one_word_away", "nearest", "word by word")]
            assert all(sum(row["sentences"] for row in table) == 20 for table in tables)
            assert found["word by word"]["bleu"] > found["nearest"]["bleu"] >= 0


def test_one_word_away_is_a_share_of_each_length(script):
    pairs = [Pair("un " * length, "one") for length in (3, 8, 8, 40)]
    found = script("experiments/baselines.py")["one_word_away"](pairs, [2, 1, 0, 1])
    assert found == {
        "share": 0.75,
        "by_length": [
            {"low": 3, "high": 8, "sentences": 3, "share": 0.6667},
            {"low": 35, "high": 40, "sentences": 1, "share": 1.0},
        ],
    }


def test_cross_attention_writes_both_models_and_keeps_one(run, tmp_path):
    written = run("cross_attention", "--d-model", "8", "--num-layers", "2", *SMALL)
    whole, blind, aligners = (written[name] for name in ("whole-seed-0", "blind-seed-0", "aligners"))
    told = {"corpus", "config", "train_config", "test", "long"}
    assert told <= set(whole) and told <= set(blind)
    by_layer = whole["long"]["alignment_error_rate"]["right"]
    assert len(by_layer) == 2 and len(by_layer[0]["heads"]) == 4
    assert set(whole["test"]["cuts"]) == {"memory", "source"} and "cuts" not in blind["test"]
    texts = whole["example"]["written"]
    assert texts["nothing"]["memory"] == texts["nothing"]["source"] and len(texts) == 7
    assert all(set(one) == {"right", "looked", "chosen"} for one in whole["replaced"].values())
    assert set(aligners["test"]) == set(aligners["long"]) == {"diagonal", "IBM Model 1"}
    assert isinstance(load_run(tmp_path / "whole-run", torch.device("cpu")).model, Transformer)
    assert (tmp_path / "whole-run" / "outputs.json").is_file()


READING = (
    "--choose-size 4 --d-model 8 --num-layers 1 --size 120 --epochs 1 --test-size 4 --seeds 0 --device cpu"
)


def test_reading_writes_what_chapter_12_reads(run, script, tmp_path):
    kept = tmp_path / "models"
    record = run("reading", *READING.split(), "--models", str(kept))["seed-0"]
    told = {"corpus", "whole", "removed", "greedy", "changed", "exchanged", "agreement", "needed"}
    assert told <= set(record) and "models" not in record["options"]
    heads = [[one[key] for key in ("kind", "layer", "head")] for one in record["removed"]]
    assert heads == [[kind, 0, head] for kind in ("encoder", "decoder", "cross") for head in range(4)]
    assert all(0 <= one["better"] <= 1 and -5 < one["median"] < 5 for one in record["removed"])
    gone = [[one[key] for key in ("kind", "layer", "head")] for one in record["greedy"]]
    assert sorted(gone) == sorted(heads)
    ways = {(str(one["where"]), one["weights"]) for one in record["changed"]}
    assert ("[['encoder', 0]]", "uniform") in ways and ("[['cross', 0]]", "permuted 2") in ways
    assert not any("encoder" in where and weights != "uniform" for where, weights in ways)
    assert {"sentences", "own", "layer 1", "all layers"} == set(record["exchanged"])
    assert set(record["agreement"]) == {
        f"layer 1, {name}" for name in ("head 1", "head 2", "head 3", "head 4", "mean")
    }
    assert all(("bleu" in one) == (one["weights"] == "uniform") for one in record["changed"])
    for one in record["agreement"].values():
        assert 0 <= one["top"] <= 1 and -1 <= one["rank"] <= 1 and -1 <= one["rank of sizes"] <= 1
    assert sum(record["needed"].values()) == pytest.approx(1, abs=1e-3)
    trained = script("experiments/reading.py")["trained"]  # it takes the model that was kept, and trains none
    model, _ = trained(argparse.Namespace(device=torch.device("cpu")), 0, None, kept)
    assert isinstance(model, Transformer) and model.config.num_decoder_layers == 1


def test_rank_correlation_is_spearmans(script):
    rank_correlation = script("experiments/reading.py")["rank_correlation"]
    a = torch.tensor([[1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0], [4.0, 1.0, 3.0, 2.0]])
    b = torch.tensor([[1.0, 4.0, 9.0, 16.0], [8.0, 7.0, 6.0, 0.0], [3.0, 1.0, 2.0, 4.0]])
    expected = torch.tensor([1.0, -1.0, 1 - 6 * (1 + 0 + 1 + 4) / (4 * 15)])
    torch.testing.assert_close(rank_correlation(a, b), expected)


def test_equal_numbers_share_their_mean_rank(script):
    reading = script("experiments/reading.py")
    assert reading["ranks"](torch.tensor([3.0, 1.0, 3.0, 2.0])).tolist() == [3, 0.5, 3, 1.5]
    a, b = torch.tensor([[1.0, 2.0, 3.0, 4.0]]), torch.tensor([[0.0, 0.0, 0.0, 1.0]])
    assert reading["rank_correlation"](a, b).item() == pytest.approx(3 / math.sqrt(5 * 3))
    assert reading["rank_correlation"](a, torch.zeros(1, 4)).item() == 0


@pytest.fixture
def stories(monkeypatch):
    """Stories and pairs to count, in the place of what is downloaded."""
    texts = [
        ("le chat dort", "the cat sleeps"),
        ("le chien mange", "the dog eats"),
        ("le chat mange", "the cat eats"),
    ]
    pairs = [Pair(*text, ((0, 0), (1, 1), (2, 2))) for text in texts * 2]
    loaded = {"alibi": argparse.Namespace(test=pairs), "tatoeba": argparse.Namespace(train=pairs)}
    monkeypatch.setattr("tfmr.data.load_corpus", lambda name, **options: loaded[name])
    return pairs


def test_alibi_writes_both_aligners(run, stories, script, tmp_path):
    translators = script("experiments/translators.py")
    reading = script("experiments/reading.py")
    args = argparse.Namespace(
        size=120, epochs=1, batch_size=32, learning_rate=1e-3, warmup_steps=1, d_model=8, num_layers=1, dropout=0.0,
        device=torch.device("cpu"),
    )  # fmt: skip
    folders = []
    for src, tgt in (("fr", "en"), ("en", "fr")):
        turned = stories if src == "fr" else [Pair(pair.tgt, pair.src) for pair in stories]
        corpus = argparse.Namespace(train=turned, valid=turned)
        learned = reading["cross_attention"].learn(args, "whole", 0, corpus)
        folders.append(tmp_path / f"{src}-{tgt}")
        translators["keep"](folders[-1], learned, 120, turned[:1])
        config = json.loads((folders[-1] / "config.json").read_text(encoding="utf-8"))
        config["arguments"] |= {"src": src, "tgt": tgt}
        (folders[-1] / "config.json").write_text(json.dumps(config), encoding="utf-8")
    options = ["--forward", str(folders[0]), "--backward", str(folders[1]), "--device", "cpu"]
    written = run("alibi", *options)
    models, counts = written["models"], written["counts"]
    assert len(models["forward"]["heads"]) == len(models["backward"]["heads"]) == 2 * 4
    assert counts["diagonal"]["all"]["error_rate"] == 0 <= counts["forward"]["all"]["error_rate"] < 0.5
    assert set(counts["symmetrised"]) == set(models["symmetrised"]["hiding"])
    with pytest.raises(InputError, match="--forward: expected a run from fr to en, got"):
        run(
            "alibi", "--forward", str(folders[1]), "--backward", str(folders[1]), "--again", "--device", "cpu"
        )
    with pytest.raises(InputError, match="expected the run folder of at least one Transformer, got none"):
        run("alibi", "--again", "--device", "cpu")
    alone = run("alibi", "--forward", str(folders[0]), "--again", "--device", "cpu")["models"]
    assert alone["forward"] == models["forward"] and not {"backward", "symmetrised"} & set(alone)


def test_adjectives_are_those_behind_a_feminine_noun(script):
    adjectives = script("experiments/cross_attention.py")["adjectives"]
    example = Pair("l'intelligence artificielle", "artificial intelligence", ((1, 1), (2, 0)))
    quiet = Pair("la ville calme", "the quiet city", ((0, 0), (1, 2), (2, 1)))
    before = Pair("la belle ville", "the beautiful city", ((0, 0), (1, 1), (2, 2)))
    masculine = Pair("le lac vert", "the green lake", ((0, 0), (1, 2), (2, 1)))
    predicate = Pair("la ville est calme", "the city is quiet", ((0, 0), (1, 1), (2, 2), (3, 3)))
    of = Pair("la robe d' Anne", "Anne 's dress", ((0, 0), (1, 2), (2, 1), (3, 0)))
    assert adjectives([example, quiet, before, masculine, predicate, of]) == {"calme": "quiet"}


def test_norms_writes_losses_differences_and_gradients_of_every_run(run):
    written = run(
        "norms", *"--depths 2 --rates 1e-3 --warm-ups 0 100 --seeds 0 --steps 40 --device cpu".split()
    )
    assert set(written) == {
        f"{norm}-2-0.001-{warm_up}-seed-0" for norm in ("post", "pre") for warm_up in (0, 100)
    }
    for result in written.values():
        assert result["window"] == 20 and result["learned_below"] == 0.1 and result["ended"] == "falling"
        measured = [result[name] for name in ("loss", "difference", "query_key", "value_output")]
        assert all(len(values) == 2 and all(0 < value < 5 for value in values) for values in measured)
    rates = [written[f"post-2-0.001-{warm_up}-seed-0"]["loss"][-1] for warm_up in (0, 100)]
    assert rates[0] < rates[1]  # two windows are not enough for the warm-up to end


def test_norms_tells_flat_from_falling(script):
    ending = script("experiments/norms.py")["ending"]
    assert ending([2.7] * 75 + [0.09]) == "learned"
    assert ending([2.7] * 40) == "flat" and ending([2.7] * 10) == "falling"  # of ten windows nothing is said
    assert ending([2.7 - 0.0019 * n for n in range(40)]) == "flat"
    assert ending([2.7 - 0.0021 * n for n in range(40)]) == "falling"


SHORT = "--d-model 8 --num-layers 1 --size 60 --test-size 20 --epochs 2 --seeds 0 --device cpu".split()


RECIPES_TRIED = "whole", "random-batches", "constant-no-averaging", "whole-twice-as-long"


def test_training_writes_what_chapter_10_reads(run):
    written = run("training", *SHORT, "--recipes", *RECIPES_TRIED)
    assert set(written) == {f"{name}-seed-0" for name in RECIPES_TRIED}
    whole, random, constant, longer = (written[f"{name}-seed-0"] for name in RECIPES_TRIED)
    for record in written.values():
        epochs = 4 if record is longer else 2
        assert len(record["train_loss"]) == len(record["valid_loss"]) == epochs
        assert record["updates"] == 2 * epochs
        assert all(0 < loss < 10 for loss in (*record["valid_loss"], record["test_loss"]))
        assert set(record["bleu"]) == {"greedy", "beam"} and record["tokens_per_second"] > 0
        bins = record["calibration"]["bins"]
        assert len(bins) == 10 and sum(one["words"] for one in bins) > 100
    assert random["padding"] > 1.5 * whole["padding"]
    assert constant["train_config"]["warmup_steps"] == 0 and constant["train_config"]["average"] == 1
    assert whole["train_config"]["schedule"] == "cosine" and whole["config"]["dropout"] == 0.2


def test_each_recipe_of_training_takes_something_from_the_whole(script):
    recipes = script("experiments/training.py")["RECIPES"]
    whole = {"label_smoothing": 0.1, "warmup_steps": 300, "schedule": "cosine", "average": 5}
    whole |= {"dropout": 0.2, "pool": 20, "lengthened": 1}
    for name, changes in recipes.items():
        assert (name == "whole") == (not changes)
        assert all(whole[key] != value for key, value in changes.items())
    assert len({str(changes) for changes in recipes.values()}) == len(recipes)


def test_training_makes_one_vocabulary_of_pieces_where_it_is_asked_to(run):
    record = run("training", *SHORT, "--recipes", "whole", "--vocab-size", "300")["whole-seed-0"]
    config = record["config"]
    assert config["src_vocab_size"] == config["tgt_vocab_size"] == 300 and config["tie_embeddings"] == "all"


class Sure(torch.nn.Module):
    """Says token 3 with probability 0.75, and token 4 else, whatever it reads."""

    def __init__(self):
        super().__init__()
        self.p = torch.nn.Parameter(torch.tensor([1e-9, 1e-9, 1e-9, 0.75, 0.25]))

    def forward(self, src, tgt):
        return self.p.log().expand(*tgt.shape, 5)


def test_calibration_counts_words_and_no_padding(script):
    calibration = script("experiments/training.py")["calibration"]
    batches = BucketedBatches([([3, 2], [1, 3, 3]), ([3, 2], [1, 3]), ([3, 2], [1, 4, 4, 4])], 3)
    found = calibration(Sure(), batches)
    assert (found["confidence"], found["accuracy"], found["error"]) == (0.75, 0.5, 0.25)
    assert found["bins"][7] == {"words": 6, "confidence": 0.75, "accuracy": 0.5}
    assert found["bins"][0] == {"words": 0, "confidence": None, "accuracy": None}
    too_modest = calibration(Sure(), BucketedBatches([([3, 2], [1, 3, 3])], 1))
    assert (too_modest["accuracy"], too_modest["error"]) == (1.0, 0.25)


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process comes from /proc")
def test_attention_memory_writes_what_chapter_4_reads(run, monkeypatch):
    monkeypatch.setattr(torch, "get_num_threads", lambda: 3)  # of this process; those that measure have one
    written = run("attention_memory", *"--lengths 64 1024 --seeds 0".split())
    peaks = {
        name: [row["mebibytes"] for row in written[f"{name}-seed-0"]["measured"]]
        for name in ("explicit", "fused")
    }
    assert written["fused-seed-0"]["threads"] == 1
    assert peaks["explicit"][1] > 8 and peaks["explicit"][1] > 2 * peaks["fused"][1]  # 4 MiB a matrix


def test_heads_writes_what_chapter_5_reads(run):
    models = ["heads-2", "layers-2", "mlp-1"]
    options = "--seeds 0 --steps 4 --batch-size 4 --device cpu".split()
    written = run("heads", "--models", *models, *options)
    written = [written[f"{name}-seed-0"] for name in models]
    for result, layers, heads in zip(written, (1, 2, 1), (2, 1, 1), strict=True):
        assert {"config", "train_config", "curve"} <= set(result)
        assert 0 <= result["both"] <= min(result["left"], result["right"]) <= 1
        looks = result["weight_on_left_and_right"]
        assert len(looks) == layers and all(len(layer) == heads for layer in looks)
    biases = 2 * 4 * 32 + 2 * 32 - 4 * 64  # two small layers have more biases than one large one
    assert written[1]["parameters"] - written[0]["parameters"] == biases


@pytest.mark.parametrize("task", ["distance", "nearest"])
def test_positions_writes_accuracies_at_each_length(task, run):
    options = "--kinds learned alibi --seeds 0 --steps 3 --device cpu".split()
    written = run("positions", "--tasks", task, *options)
    assert set(written[f"{task}-alibi-seed-0"]["accuracy"]) == {"32", "64", "128"}


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others(run, tmp_path):
    def measured(out, *seeds):
        options = "--tasks distance --kinds rotary --steps 4 --device cpu --seeds".split()
        written = run("positions", *options, *seeds, out=tmp_path / out)
        return [(one["train_loss"], one["accuracy"]) for one in written.values()]

    [first] = measured("one", "0")
    torch.rand(7)  # whatever was drawn before must not matter
    assert measured("two", "0") == [first] != measured("three", "1")


CAPTIONS = "--corpus grammar --size 120 --epochs 2 --directions fr-en --models fixed --seeds 0 --device cpu"


def test_captions_trains_by_one_command_and_measures_what_chapter_17_reads(run, script, tmp_path, capsys):
    options = [*CAPTIONS.split(), "--runs", str(tmp_path / "runs")]
    [found] = run("captions", *options, out=tmp_path / "records").values()
    assert found["command"].startswith(
        "python -m tfmr train --corpus grammar --src fr --tgt en --model fixed"
    )
    assert str(tmp_path) not in json.dumps(found)
    assert len(found["train_loss"]) == len(found["valid_loss"]) == 2 and found["parameters"] > 0
    assert "case:mixed" in found["bleu"]["signature"] and "case:lc" in found["literature_bleu"]["signature"]
    pairs = script("experiments/captions.py")["load_corpus"]("grammar", size=120).test
    assert len(found["translations"]) == len(pairs)
    scored = bleu(found["translations"], [pair.tgt for pair in pairs]).score
    assert found["bleu"]["score"] == pytest.approx(scored, abs=0.01)
    # What is trained is not trained again.
    capsys.readouterr()
    [again] = run("captions", *options, out=tmp_path / "other").values()
    assert "epoch" not in capsys.readouterr().err and again["bleu"] == found["bleu"]


def test_captions_goes_on_where_it_was_stopped(script, monkeypatch, tmp_path):
    asked = []
    learn = script("experiments/captions.py")["learn"]
    monkeypatch.setitem(learn.__globals__, "tfmr", lambda argv: asked.append(argv) or 0)
    learn(tmp_path, ["train"])
    (tmp_path / "config.json").touch()
    learn(tmp_path, ["train"])
    (tmp_path / "history.json").touch()
    learn(tmp_path, ["train"])
    assert asked == [["train"], ["train", "--resume"]]
    monkeypatch.setitem(learn.__globals__, "tfmr", lambda argv: 2)
    with pytest.raises(InputError, match="exit status 2"):
        learn(tmp_path / "new", ["train"])


def test_decoding_writes_all_ways_of_choosing(run):
    options = "--seeds 0 --train-size 120 --test-size 10 --beams 1 4 --device cpu".split()
    written = run("decoding", "--models", "sure", "smoothed", *options)
    assert set(written) == {"sure", "smoothed-seed-0"}
    for result in written.values():
        ways = [(row["beam_size"], row["length_penalty"]) for row in result["searched"]]
        assert ways == [(1, 0.0), (4, 0.0), (1, 0.6), (4, 0.6)] and result["test"] == 10
        rows = [*result["searched"], result["references"], result["sampled"], result["exact"]]
        assert all(row["log_prob"] <= result["exact"]["log_prob"] + 1e-3 for row in rows)
        assert result["references"]["not_the_reference"] == 0 == result["exact"]["search_errors"]
        assert len(result["exact"]["beginnings"]) == 10 and result["exact"]["given_up"] in range(11)
        assert len(result["most_probable"]) == 10
    assert written["sure"]["perplexity"] < 2 < written["smoothed-seed-0"]["perplexity"]
    assert written["sure"]["exact"]["bleu"] > 80


def test_decoding_tells_who_is_to_blame(script):
    summary = script("experiments/decoding.py")["summary"]
    pairs = [Pair("un", "one"), Pair("deux", "two"), Pair("trois", "three")]

    class Words:
        def decode(self, ids):
            return " ".join(str(number) for number in ids)

    found, references = [[5, 2], [6, 2], [2]], [[5, 2], [7, 2], [8, 9, 2]]
    row = summary(
        found, [-1.0, -2.0, -3.0], references, [-1.0, -1.5, -4.0], [-1.0, -1.2, -3.0], Words(), pairs
    )
    told = {"length": 1.667, "empty": 1, "log_prob": -2.0, "search_errors": 1, "not_the_reference": 2}
    assert row == told | {"less_probable_than_the_reference": 1, "bleu": row["bleu"]}


@pytest.mark.parametrize("path", sorted((ROOT / "experiments").glob("*.py")), ids=lambda path: path.stem)
def test_scripts_do_nothing_on_import(path, script, capsys):
    assert script(f"experiments/{path.name}")["__doc__"] and capsys.readouterr() == ("", "")


# --- what is recorded -----------------------------------------------------------------------------------


@pytest.mark.parametrize("experiment", SCRIPTS)
def test_all_that_a_script_would_measure_is_recorded_with_its_options(experiment, script, capsys):
    name, *options = SCRIPTS[experiment].split()
    script(f"experiments/{name}")["main"]([*options, "--list"])
    assert sorted(capsys.readouterr().out.splitlines()) == sorted(
        f"{run} is recorded" for run in results(experiment)
    )


@pytest.mark.parametrize("experiment", SCRIPTS)
def test_records_of_one_model_have_one_configuration(experiment):
    found = {}
    for record in results(experiment).values():
        assert record["experiment"] == experiment and {"options", "device", "versions"} <= set(record)
        assert {"seconds", "processor_seconds"} & set(
            record
        )  # those from before the harness have one of them
        model = tuple(
            record.get(axis)
            for axis in ("model", "method", "norm", "depth", "kind", "task", "sentences", "recipe")
        )
        same = found.setdefault(model, record)
        for key in ("corpus", "config", "options", "parameters", "device"):
            assert record.get(key) == same.get(key)


def test_all_numbers_of_heads_have_one_size():
    recorded = results("heads", "heads-*").values()
    assert len({result["parameters"] for result in recorded}) == 1


KEPT = sorted(path.parent for path in RESULTS.glob("*/*/config.json"))


def test_kept_models_are_found():
    names = {(folder.parent.name, folder.name) for folder in KEPT}
    assert names == {("alignment", "additive-run"), ("cross_attention", "whole-run")}


def loaded(folder: Path):
    run = load_run(results_folder(folder.parent.name, folder.name), torch.device("cpu"))
    return run.model, (run.src_tokenizer, run.tgt_tokenizer)


@pytest.mark.parametrize("folder", KEPT, ids=lambda folder: folder.name)
def test_a_kept_model_gives_what_it_gave_when_it_was_kept(folder, script):
    translators = script("experiments/translators.py")
    stored = json.loads((folder / translators["OUTPUTS"]).read_text(encoding="utf-8"))["outputs"]
    found = translators["outputs"](*loaded(folder), [Pair(one["src"], one["tgt"]) for one in stored])
    assert len(found) == 4
    for one, then in zip(found, stored, strict=True):
        assert one["translation"] == then["translation"]
        # Rounded to four digits; another processor's kernels add up in another order.
        torch.testing.assert_close(
            torch.tensor(one["weights"]), torch.tensor(then["weights"]), rtol=0, atol=2e-4
        )


def test_the_kept_models_are_those_of_the_records(script):
    """The sentences that the records have, from when they were measured, are written again."""
    additive, whole = (loaded(folder) for folder in KEPT)
    translate = script("experiments/translators.py")["translate"]
    samples = results("alignment")["additive-seed-0"]["samples"]
    assert len(samples) == 3
    for sample in samples:
        assert translate(additive[0], [sample["src"]], *additive[1]) == [sample["translation"]]
    then = results("cross_attention")["whole-seed-0"]["example"]
    pair = Pair(then["src"], "I love learning artificial intelligence .")
    found = script("experiments/cross_attention.py")["example"](whole[0], pair, whole[1])
    assert found["written"] == then["written"]
    looked = (torch.tensor(one["looked"]) for one in (found, then))
    torch.testing.assert_close(*looked, rtol=0, atol=2e-3)


# --- what chapters show of them -------------------------------------------------------------------------


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


def test_chapter_7_trains_the_model_of_its_experiment(script):
    recorded = script("experiments/norms.py")
    names = dict(recorded)
    shown = definitions("07_encoder_and_decoder_layers")
    exec(compile(ast.Module([shown["glorot"], shown["Stack"]], []), "chapter 7", "exec"), names)
    outputs = []
    for stack in (recorded["Stack"], names["Stack"]):
        torch.manual_seed(0)
        outputs.append(stack(3, "pre")(torch.arange(recorded["LENGTH"])[None]))
    assert recorded["Stack"] is not names["Stack"] and torch.equal(*outputs)
