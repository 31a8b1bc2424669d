"""Train one small Transformer well, then without one part of the recipe at a time, and measure what each was worth.

    python experiments/training.py                             # every recipe, three seeds, the grammar's sentences
    python experiments/training.py --recipes whole --seeds 0 --size 100 --epochs 1 --out elsewhere
    python experiments/training.py --corpus multi30k --src de --size 29000 --vocab-size 8000 --d-model 256 --out elsewhere

*whole* has dropout, label smoothing, warm-up and a cosine schedule, batches by length, and the mean parameters of the
last epochs. Each other recipe differs from it in what RECIPES says. All recipes of a seed start from the same
parameters and make the same number of updates from the same pairs, but for two that train twice as long.

Each run writes OUT/RECIPE-seed-SEED.json: the losses by epoch (without label smoothing; that of training with dropout),
and of the parameters of the best epoch, on test pairs: BLEU, greedy and with a beam of four; how surprised the model is
along the references; and how sure it is of the words that it would choose there, and how often it is right
(:func:`calibration`). Also the share of padding in the batches. Chapter 10 reads these files.
"""

import argparse
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import harness
import torch
from torch import nn

from tfmr.config import TransformerConfig
from tfmr.data import BPETokenizer, BucketedBatches, Tokenizer, WordTokenizer, encode_pairs, load_corpus
from tfmr.data.grammar import generate
from tfmr.decoding import evaluating, translate
from tfmr.evaluation import bleu
from tfmr.training import TrainConfig, evaluate_loss, set_seed, train
from tfmr.transformer import Transformer

RECIPES: Mapping[str, Mapping[str, Any]] = {  # what differs from the whole
    "whole": {},
    "no-smoothing": {"label_smoothing": 0.0},
    "no-warm-up": {"warmup_steps": 0},
    "constant": {"schedule": "constant", "warmup_steps": 0},
    "inverse-sqrt": {"schedule": "inverse_sqrt"},
    "random-batches": {"pool": 1},
    "no-averaging": {"average": 1},
    "constant-no-averaging": {"schedule": "constant", "warmup_steps": 0, "average": 1},
    "no-dropout": {"dropout": 0.0},
    "whole-twice-as-long": {"lengthened": 2},
    "constant-twice-as-long": {"schedule": "constant", "warmup_steps": 0, "lengthened": 2},
}
POOL, BEAM, BINS = 20, 4, 10


def main(argv: list[str] | None = None) -> None:
    parser = harness.parser(__doc__)
    parser.add_argument("--recipes", nargs="+", choices=list(RECIPES), default=list(RECIPES))
    parser.add_argument("--corpus", choices=["grammar", "tatoeba", "multi30k"], default="grammar")
    parser.add_argument("--src", default="fr", help="language to translate from, into English")
    parser.add_argument("--size", type=int, default=1500, help="training pairs")
    parser.add_argument(
        "--test-size", type=int, default=300, help="pairs to validate, and pairs to test with"
    )
    parser.add_argument("--max-length", type=int, default=12, help="words of the grammar's longest sentences")
    parser.add_argument("--lexicon", type=float, default=0.1, help="share of the grammar's words")
    parser.add_argument("--vocab-size", type=int, help="of one byte-pair vocabulary (default: two of words)")
    parser.add_argument("--epochs", type=int, default=50)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--learning-rate", type=float, default=3e-3)
    parser.add_argument("--warmup-steps", type=int, default=300)
    parser.add_argument("--label-smoothing", type=float, default=0.1)
    parser.add_argument("--average", type=int, default=5)
    parser.add_argument("--d-model", type=int, default=64)
    parser.add_argument("--num-layers", type=int, default=2, help="of the encoder, and of the decoder")
    parser.add_argument("--dropout", type=float, default=0.2)
    args = parser.parse_args(argv)
    grid = {"recipe": args.recipes, "seed": args.seeds}
    harness.record("training", args, grid, measure, lambda: {"data": prepare(args)})


def prepare(args: argparse.Namespace) -> dict[str, Any]:
    """The pairs of each split, their tokenizers (source, target), and the pairs as numbers."""
    if args.corpus == "grammar":
        made = generate(args.size + 2 * args.test_size, 0, max_length=args.max_length, lexicon=args.lexicon)
        ends = args.size, args.size + args.test_size
        pairs = {"train": made[: ends[0]], "valid": made[slice(*ends)], "test": made[ends[1] :]}
    else:
        corpus = load_corpus(args.corpus, src=args.src, tgt="en", size=args.size)
        pairs = {name: getattr(corpus, name)[: args.test_size] for name in ("valid", "test")}
        pairs["train"] = corpus.train
    tokenizers = make_tokenizers(pairs["train"], args.vocab_size)
    examples = {name: encode_pairs(split, *tokenizers) for name, split in pairs.items()}
    return {"pairs": pairs, "tokenizers": tokenizers, "examples": examples}


def make_tokenizers(pairs, vocab_size: int | None) -> tuple[Tokenizer, Tokenizer]:
    sides = [pair.src for pair in pairs], [pair.tgt for pair in pairs]
    if vocab_size is None:
        return tuple(WordTokenizer.train(side) for side in sides)
    joint = BPETokenizer.train([text for side in sides for text in side], vocab_size=vocab_size)
    return joint, joint


def measure(args: argparse.Namespace, recipe: str, seed: int, data: dict[str, Any]) -> dict[str, Any]:
    """Train by one recipe, and test."""
    chosen = {
        "label_smoothing": args.label_smoothing,
        "warmup_steps": args.warmup_steps,
        "schedule": "cosine",
        "average": args.average,
        "dropout": args.dropout,
        "pool": POOL,
        "lengthened": 1,
    } | RECIPES[recipe]
    dropout, pool, lengthened = (chosen.pop(name) for name in ("dropout", "pool", "lengthened"))
    config = TrainConfig(args.epochs * lengthened, args.learning_rate, beta2=0.98, seed=seed, **chosen)
    examples, tokenizers, test = data["examples"], data["tokenizers"], data["pairs"]["test"]
    batches = BucketedBatches(examples["train"], args.batch_size, seed=seed, pool=pool)
    valid_batches, test_batches = (BucketedBatches(examples[name], 100) for name in ("valid", "test"))
    set_seed(seed)
    model = build(args, tokenizers, dropout)
    history = train(model, batches, valid_batches, config, device=args.device, progress=True)
    epochs = history.epochs
    sources, references = ([getattr(pair, side) for pair in test] for side in ("src", "tgt"))
    greedy, beam = (translate(model, sources, *tokenizers, beam_size=size) for size in (1, BEAM))
    tokens, seconds = (sum(getattr(epoch, name) for epoch in epochs) for name in ("tokens", "seconds"))
    return {
        "corpus": {"name": args.corpus, **{name: len(split) for name, split in data["pairs"].items()}},
        "config": asdict(model.config),
        "train_config": asdict(config) | {"batch_size": args.batch_size, "pool": pool},
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "updates": len(batches) * len(epochs),
        "train_loss": [round(epoch.train_loss, 4) for epoch in epochs],
        "valid_loss": [round(epoch.valid_loss, 4) for epoch in epochs],
        "best_epoch": history.best.number,
        "test_loss": round(evaluate_loss(model, test_batches), 4),
        "bleu": {
            "greedy": round(bleu(greedy, references).score, 2),
            "beam": round(bleu(beam, references).score, 2),
        },
        "signature": bleu(greedy, references).signature,
        "calibration": calibration(model, test_batches),
        "padding": round(padding_share(batches), 4),
        "train_seconds": round(seconds, 1),
        "tokens_per_second": round(tokens / seconds),
    }


def build(args: argparse.Namespace, tokenizers: tuple[Tokenizer, Tokenizer], dropout: float) -> Transformer:
    sizes = {"d_model": args.d_model, "d_ff": 2 * args.d_model, "num_heads": 4, "dropout": dropout}
    sizes |= dict.fromkeys(("num_encoder_layers", "num_decoder_layers"), args.num_layers)
    tied = "all" if tokenizers[0] is tokenizers[1] else "output"
    return Transformer(TransformerConfig(*map(len, tokenizers), norm="pre", tie_embeddings=tied, **sizes))


def calibration(model: nn.Module, batches: BucketedBatches) -> dict[str, Any]:
    """How sure a model is of the words that it would choose along the references, and how often it is right.

    Returns:
        ``confidence``, the mean probability of the chosen words; ``accuracy``, the share that is right; ``error``,
        the expected calibration error (Guo et al. 2017, equation 3); ``bins``: the same two means, and the number of
        words, for the words whose probability lies between n and n + 1 tenths.
    """
    device, found = next(model.parameters()).device, []
    with evaluating(model):
        for batch in batches.batches(0):
            batch = batch.to(device)
            sure, chosen = model(batch.src, batch.tgt[:, :-1]).softmax(dim=-1).max(dim=-1)
            right, real = chosen == batch.tgt[:, 1:], batch.tgt[:, 1:] != batch.pad_id
            found.append(torch.stack([sure[real], right[real].float()]))
    sure, right = torch.cat(found, dim=1).cpu().double()
    place = (sure * BINS).long().clamp(max=BINS - 1)
    bins = []
    for number in range(BINS):
        here = place == number
        means = (sure[here].mean().item(), right[here].mean().item()) if here.any() else (None, None)
        bins.append({"words": int(here.sum()), "confidence": means[0], "accuracy": means[1]})
    gaps = (one["words"] * abs(one["confidence"] - one["accuracy"]) for one in bins if one["words"])
    whole = {
        "confidence": sure.mean().item(),
        "accuracy": right.mean().item(),
        "error": sum(gaps) / len(sure),
    }
    return rounded(whole | {"bins": bins})


def rounded(found: Any) -> Any:
    """The same with four decimals."""
    if isinstance(found, dict):
        return {name: rounded(value) for name, value in found.items()}
    if isinstance(found, list):
        return [rounded(value) for value in found]
    return round(found, 4) if isinstance(found, float) else found


def padding_share(batches: BucketedBatches) -> float:
    """The share of padding in the batches of the first epoch, source and target together."""
    sides = [side for batch in batches.batches(0) for side in (batch.src, batch.tgt)]
    return sum((side == batches.pad_id).sum().item() for side in sides) / sum(side.numel() for side in sides)


if __name__ == "__main__":
    harness.command(main)
