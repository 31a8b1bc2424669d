"""Translators of image captions: the Transformer of chapter 9, Bahdanau's network and the fixed vector side by side.

    python experiments/captions.py                                    # hours: all models, all directions
    python experiments/captions.py --models transformer --directions fr-en
    python experiments/captions.py --corpus grammar --size 200 --epochs 1 --seeds 0 --out elsewhere --runs elsewhere

Multi30k (Elliott et al. 2016), 29,000 captions. Each run is one command of the package, ``python -m tfmr train``, with
the options under MODELS, in a run folder under --runs; a run that was stopped goes on where it was. Each model is then
measured on test_2016_flickr with a beam of 4.

OUT/MODEL-DIRECTION-seed-SEED.json holds the command, the number of parameters, the losses of every epoch, BLEU
(cased 13a), chrF and the lower-cased figure that papers print, each with its signature; BLEU by the length of the
source; greedy BLEU; and the translations, so that systems can be compared sentence by sentence. Chapter 17 reads these
files. The captions themselves are not part of them.
"""

import argparse
import json
import time
from pathlib import Path

import harness
from recurrent import by_length

from tfmr.__main__ import main as tfmr
from tfmr.data import load_corpus
from tfmr.decoding import translate
from tfmr.errors import InputError
from tfmr.evaluation import Score, bleu, evaluate, literature_bleu
from tfmr.translator import load_run, run_folder

DIRECTIONS = ["fr-en", "de-en", "en-fr", "en-de"]
# What makes each model; the rest is the recipe's, or alike.
RECURRENT = (
    "--tokenizer bpe --joint-vocabulary --vocab-size 4000 --d-embed 256 --d-hidden 512 --dropout 0.3 "
    "--label-smoothing 0.1 --max-tokens 1500 --learning-rate 1e-3 --warmup-steps 500 --schedule cosine --average 5 "
    "--epochs 12"
)
MODELS = {
    "transformer": "--recipe small",
    "attention": f"--model attention {RECURRENT}",
    "fixed": f"--model fixed {RECURRENT}",
}
BEAM = 4


def main(argv: list[str] | None = None) -> None:
    parser = harness.parser(__doc__)
    parser.set_defaults(seeds=[0])
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--directions", nargs="+", default=DIRECTIONS, metavar="SRC-TGT")
    parser.add_argument("--corpus", default="multi30k")
    parser.add_argument("--size", type=int, help="training pairs (default: all)")
    parser.add_argument("--epochs", type=int, help="(default: as under MODELS)")
    parser.add_argument(
        "--runs", type=Path, default=Path("runs", "captions"), help="where run folders are kept"
    )
    args = parser.parse_args(argv)
    for direction in args.directions:
        if direction.count("-") != 1:
            raise InputError(f"--directions: expected such as fr-en, got {direction!r}")
    axes = {"model": args.models, "direction": args.directions, "seed": args.seeds}
    harness.record("captions", args, axes, measure)


def measure(args: argparse.Namespace, model: str, direction: str, seed: int) -> dict:
    """Train one model, if it is not trained yet, and measure it."""
    folder = args.runs / f"{model}-{direction}-seed-{seed}"
    command = command_of(args, model, direction, seed)
    learn(folder, [*command, "--device", str(args.device), "--out", str(folder)])

    src, tgt = direction.split("-")
    run = load_run(folder, args.device)
    pairs = load_corpus(args.corpus, src=src, tgt=tgt, size=args.size).test
    tokenizers = run.src_tokenizer, run.tgt_tokenizer
    started = time.perf_counter()
    found = evaluate(run.model, pairs, *tokenizers, beam_size=BEAM)
    seconds = time.perf_counter() - started
    references = [pair.tgt for pair in pairs]
    greedy = translate(run.model, [pair.src for pair in pairs], *tokenizers)
    history = json.loads((folder / run_folder.HISTORY).read_text(encoding="utf-8"))
    epochs = history["epochs"]
    return {
        "command": f"python -m tfmr {' '.join(command)}",
        "parameters": sum(parameter.numel() for parameter in run.model.parameters()),
        "train_loss": [round(epoch["train_loss"], 4) for epoch in epochs],
        "valid_loss": [round(epoch["valid_loss"], 4) for epoch in epochs],
        "best_epoch": history["best_epoch"],
        "train_seconds": round(sum(epoch["seconds"] for epoch in epochs), 1),
        "tokens": sum(epoch["tokens"] for epoch in epochs),
        "measure_seconds": round(seconds, 1),
        "perplexity": round(found.perplexity, 3),
        "bleu": shown(found.bleu),
        "literature_bleu": shown(literature_bleu(found.translations, references)),
        "chrf": shown(found.chrf),
        "greedy_bleu": shown(bleu(greedy, references)),
        "by_length": by_length(pairs, found.translations),
        "translations": found.translations,
    }


def command_of(args: argparse.Namespace, model: str, direction: str, seed: int) -> list[str]:
    """What a reader types after ``python -m tfmr`` to train the same, but for the folder."""
    src, tgt = direction.split("-")
    command = ["train", "--corpus", args.corpus, "--src", src, "--tgt", tgt, *MODELS[model].split()]
    for name, value in (("size", args.size), ("epochs", args.epochs), ("seed", seed or None)):
        command += [] if value is None else [f"--{name}", str(value)]
    return command


def learn(folder: Path, command: list[str]) -> None:
    """Train, go on with a run that was stopped, or leave one alone that is done.

    Raises:
        InputError: training failed; why was said on standard error.
    """
    if (folder / run_folder.HISTORY).is_file():
        return
    begun = (folder / run_folder.CONFIG).is_file()
    if status := tfmr([*command, "--resume"] if begun else command):
        raise InputError(f"train: expected it to end well in {folder}, got exit status {status}")


def shown(score: Score) -> dict:
    return {"score": round(score.score, 2), "signature": score.signature}


if __name__ == "__main__":
    harness.command(main)
