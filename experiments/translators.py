"""What the experiments with translators share: training one on a corpus, and keeping it."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import harness
import torch
from torch import nn

from tfmr.data import BucketedBatches, Corpus, Pair, Tokenizer, WordTokenizer, encode_pairs
from tfmr.decoding import evaluating, translate
from tfmr.training import History, TrainConfig, set_seed, train
from tfmr.translator import run_folder

OUTPUTS = "outputs.json"  # beside a kept model
ABOUT = "What this model gave when it was kept. Later code must find the same: tests/test_experiments.py"


class Trained(NamedTuple):
    """A trained model, its tokenizers of source and target, and what a record says of its training."""

    model: nn.Module
    tokenizers: list[Tokenizer]
    history: History
    about: dict[str, Any]


def learn(
    args: argparse.Namespace, corpus: Corpus, build: Callable[[int, int], nn.Module], config: TrainConfig
) -> Trained:
    """Train the model that ``build`` makes of the sizes of two vocabularies of words."""
    tokenizers = [
        WordTokenizer.train(getattr(pair, side) for pair in corpus.train) for side in ("src", "tgt")
    ]
    batches = BucketedBatches(encode_pairs(corpus.train, *tokenizers), args.batch_size, seed=config.seed)
    valid_batches = BucketedBatches(encode_pairs(corpus.valid, *tokenizers), batch_size=128)
    set_seed(config.seed)
    model = build(*map(len, tokenizers))
    history = train(model, batches, valid_batches, config, device=args.device, progress=True)
    epochs = history.epochs
    about = {
        "config": asdict(model.config),
        "train_config": asdict(config) | {"batch_size": args.batch_size},
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "train_loss": [round(epoch.train_loss, 4) for epoch in epochs],
        "valid_loss": [round(epoch.valid_loss, 4) for epoch in epochs],
        "train_seconds": round(sum(epoch.seconds for epoch in epochs), 1),
        "tokens": sum(epoch.tokens for epoch in epochs),
    }
    return Trained(model, tokenizers, history, about)


def keep(folder: Path, trained: Trained, size: int, pairs: Sequence[Pair]) -> None:
    """Keep a model trained on ``size`` pairs of the grammar corpus in a run folder, with what it gives for some."""
    arguments = {"corpus": "grammar", "src": "fr", "tgt": "en", "size": size, "seed": 0}  # the corpus's seed
    model, tokenizers, epochs = trained.model, trained.tokenizers, trained.history.epochs
    run_folder.start(folder, arguments, model.config, *tokenizers)
    run_folder.finish(folder, arguments, model, {"epochs": [asdict(epoch) for epoch in epochs]})
    harness.write(folder / OUTPUTS, {"about": ABOUT, "outputs": outputs(model, tokenizers, pairs)})


def outputs(model: nn.Module, tokenizers: Sequence[Tokenizer], pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """For each pair the translation of its source, and the cross-attention weights while its target is written."""
    found, device = [], next(model.parameters()).device
    for pair in pairs:
        src, tgt = (torch.tensor([ids], device=device) for ids in encode_pairs([pair], *tokenizers)[0])
        with evaluating(model):  # a row for each word that is written, and one for the end
            weights = model.align(src, tgt[:, :-1])[0]
        found.append(
            {
                "src": pair.src,
                "tgt": pair.tgt,
                "translation": translate(model, [pair.src], *tokenizers)[0],
                "weights": [[round(weight, 4) for weight in row] for row in weights.tolist()],
            }
        )
    return found
