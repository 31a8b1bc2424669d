"""Intervene on the attention of a trained Transformer: what does its output care about?

    python experiments/reading.py
    python experiments/reading.py --models runs
    python experiments/reading.py --seeds 0 --size 500 --epochs 1 --test-size 20 --out elsewhere

The models are *whole* of ``cross_attention.py``, trained again with the same options. With ``--models FOLDER`` they
are kept in FOLDER/seed-SEED, and taken from there if they are there; that of seed 0 lies with the book, in
``tfmr/book/results/cross_attention/whole-run``.

Each run writes OUT/seed-SEED.json. All of it is measured on held-out sentences, under forced decoding but for BLEU:

whole      loss (nats a token) and BLEU of the model as it is
removed    the same without each head; *better*, the share of sentences that become more probable without it, and
           *median*, by how many nats the median sentence does
greedy     heads taken out one after the other, each time the one whose loss costs least on sentences of the
           validation set, until none is left; loss and BLEU after each
changed    the loss with other weights in the place of the model's own, in one layer or in several: the same for all
           that may be seen (*uniform*; with BLEU), or dealt out anew within the sentence (*permuted*, several draws)
exchanged  the loss with the weights of another sentence of the same lengths, beside *own* on those sentences
agreement  weights beside hiding, for each head and each layer's mean: *top*, the share of words whose greatest weight
           lies on the source word that costs most when it is hidden; *rank*, the mean rank correlation of weights and
           effects; and *rank of sizes*, that of weights and effects without their signs
needed     how many source words cost a target word more than NOTABLE nats when they are hidden: shares of *none*,
           *one* and *several*

Chapter 12 reads these files.
"""

import argparse
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import cross_attention
import harness
import torch
import torch.nn.functional as F
import translators
from torch import Tensor

from tfmr.book.heads import (
    KINDS,
    Change,
    all_heads,
    attentions,
    changed_weights,
    exchanged,
    permuted,
    uniform,
    without_heads,
)
from tfmr.data import BucketedBatches, Corpus, Pair, Tokenizer, encode_pairs, load_corpus, word_tokenize
from tfmr.decoding import evaluating, log_probabilities, translate
from tfmr.evaluation import bleu, hiding_effects
from tfmr.training import evaluate_loss
from tfmr.transformer import Transformer
from tfmr.translator import load_run

DRAWS = 3  # of permutations
NOTABLE = 0.1  # nats


def main(argv: list[str] | None = None) -> None:
    parser = harness.parser(__doc__)
    cross_attention.add_options(parser)
    parser.set_defaults(test_size=200)
    parser.add_argument("--choose-size", type=int, default=100, help="validation pairs for the greedy order")
    parser.add_argument("--models", type=Path, help="folder to keep models in, and to take them from")
    args = parser.parse_args(argv)
    models = args.models
    del args.models  # where a model lies is no setting of a run

    def prepare() -> dict:
        return {"corpus": load_corpus("grammar", size=args.size), "models": models}

    harness.record("reading", args, {"seed": args.seeds}, measure, prepare)


def measure(args: argparse.Namespace, seed: int, corpus: Corpus, models: Path | None) -> dict:
    """Take or train the model of one seed, and intervene."""
    model, tokenizers = trained(args, seed, corpus, models)
    test, valid = corpus.test[: args.test_size], corpus.valid[: args.choose_size]

    def loss(pairs: Sequence[Pair] = test) -> float:
        return evaluate_loss(model, BucketedBatches(encode_pairs(pairs, *tokenizers), batch_size=50))

    def log_probs() -> Tensor:
        batches = BucketedBatches(encode_pairs(test, *tokenizers), batch_size=50).batches(0)
        batches = (one.to(args.device) for one in batches)
        return torch.cat([log_probabilities(model, one.src, one.tgt).sum(dim=1) for one in batches])

    def quality() -> dict:
        said = translate(model, [pair.src for pair in test], *tokenizers)
        return {"loss": round(loss(), 4), "bleu": round(bleu(said, [pair.tgt for pair in test]).score, 2)}

    return {
        "corpus": {"name": "grammar", "train": len(corpus.train), "test": len(test), "valid": len(valid)},
        "whole": quality(),
        "removed": removed(model, quality, log_probs),
        "greedy": greedy(model, quality, lambda: loss(valid)),
        "changed": changed(model, quality, loss),
        "exchanged": exchanges(model, corpus.test, tokenizers),
        **agreement(model, test, tokenizers),
    }


def trained(
    args: argparse.Namespace, seed: int, corpus: Corpus, models: Path | None
) -> tuple[Transformer, Sequence[Tokenizer]]:
    """The model of a seed and its tokenizers."""
    folder = models and models / f"seed-{seed}"
    if not (folder and folder.is_dir()):
        learned = cross_attention.learn(args, "whole", seed, corpus)
        if not folder:
            return learned.model, learned.tokenizers
        translators.keep(folder, learned, args.size, [corpus.train[0], *corpus.test[:3]])
    run = load_run(folder, args.device)
    return run.model, (run.src_tokenizer, run.tgt_tokenizer)


def removed(model: Transformer, quality: Callable[[], dict], log_probs: Callable[[], Tensor]) -> list[dict]:
    """What each head's removal costs, all sentences together and sentence by sentence."""
    found, before = [], log_probs()
    for head in all_heads(model):
        with without_heads(model, [head]):
            gains = log_probs() - before
            each = {"better": (gains > 0).float().mean().item(), "median": round(gains.median().item(), 4)}
            found.append(head._asdict() | quality() | each)
    return found


def greedy(model: Transformer, quality: Callable[[], dict], choosing_loss: Callable[[], float]) -> list[dict]:
    """Take out the head that costs least, with those before it, again and again."""

    def cost(head) -> float:
        with without_heads(model, [*gone, head]):
            return choosing_loss()

    left, gone, found = all_heads(model), [], []
    while left:
        gone.append(min(left, key=cost))
        left.remove(gone[-1])
        with without_heads(model, gone):
            found.append(gone[-1]._asdict() | quality())
    return found


def changed(model: Transformer, quality: Callable[[], dict], loss: Callable[[], float]) -> list[dict]:
    """The loss with other weights: in each layer of each kind, and in all layers of a kind."""
    places = [[place] for place in attentions(model)]
    places += [[place for place in attentions(model) if place[0] == kind] for kind in KINDS]
    places += [[place for place in attentions(model) if place[0] != "cross"]]
    found = []
    for where in places:
        ways = {"uniform": uniform}
        if all(kind == "cross" for kind, _ in where):
            ways |= {f"permuted {draw}": permuted(draw) for draw in range(DRAWS)}
        for name, change in ways.items():
            with in_all(model, where, change):
                measured = quality() if name == "uniform" else {"loss": round(loss(), 4)}
                found.append({"where": where, "weights": name} | measured)
    return found


def in_all(model: Transformer, where: Sequence[tuple[str, int]], change: Change) -> ExitStack:
    """Change the weights of several attentions, for as long as the stack is open."""
    stack, found = ExitStack(), attentions(model)
    for place in where:
        stack.enter_context(changed_weights(found[tuple(place)], change))
    return stack


def exchanges(model: Transformer, pairs: Sequence[Pair], tokenizers: Sequence[Tokenizer]) -> dict:
    """The loss on sentences that have a neighbour of the same two lengths, with their own weights and with its."""
    groups = defaultdict(list)
    for src, tgt in encode_pairs(pairs, *tokenizers):
        groups[len(src), len(tgt)].append((src, tgt))
    batches = [
        tuple(map(torch.tensor, zip(*group, strict=True))) for group in groups.values() if len(group) > 1
    ]

    def loss() -> float:
        total = tokens = 0
        with evaluating(model):
            for src, tgt in batches:
                src, tgt = (ids.to(next(model.parameters()).device) for ids in (src, tgt))
                logits, right = model(src, tgt[:, :-1]).flatten(0, 1), tgt[:, 1:].flatten()
                total += F.cross_entropy(logits, right, reduction="sum").item()
                tokens += len(right)
        return round(total / max(1, tokens), 4)

    found = {"sentences": sum(len(src) for src, _ in batches), "own": loss()}
    cross = list(attentions(model, ["cross"]))
    for name, where in [
        *((f"layer {n + 1}", [place]) for n, place in enumerate(cross)),
        ("all layers", cross),
    ]:
        with in_all(model, where, exchanged):
            found[name] = loss()
    return found


def agreement(model: Transformer, pairs: Sequence[Pair], tokenizers: Sequence[Tokenizer]) -> dict:
    """Do the words that a head looks at cost most when they are hidden from the decoder?"""
    found, notable = defaultdict(lambda: defaultdict(list)), []
    for pair in pairs:
        words = len(word_tokenize(pair.tgt)), len(word_tokenize(pair.src))
        effects = hiding_effects(model, pair, *tokenizers).cpu()
        notable += (effects > NOTABLE).sum(dim=1).tolist()
        [(src, tgt)] = encode_pairs([pair], *tokenizers)
        device = next(model.parameters()).device
        with evaluating(model):
            cross = model.attention_weights(*(torch.tensor([ids], device=device) for ids in (src, tgt))).cross
        for layer, maps in enumerate(cross, start=1):
            maps = maps[0, :, : words[0], : words[1]].cpu()
            for name, weights in [*enumerate(maps, start=1), ("mean", maps.mean(dim=0))]:
                name = f"layer {layer}, {'mean' if name == 'mean' else f'head {name}'}"
                same = (weights.argmax(dim=-1) == effects.argmax(dim=-1)).float()
                found[name]["top"] += same.tolist()
                found[name]["rank"] += rank_correlation(weights, effects).tolist()
                found[name]["rank of sizes"] += rank_correlation(weights, effects.abs()).tolist()
    words = torch.tensor(notable)
    shares = {"none": words == 0, "one": words == 1, "several": words > 1}
    return {
        "agreement": {
            name: {key: round(sum(values) / len(values), 4) for key, values in kinds.items()}
            for name, kinds in found.items()
        },
        "needed": {name: round(share.float().mean().item(), 4) for name, share in shares.items()},
    }


def rank_correlation(a: Tensor, b: Tensor) -> Tensor:
    """Spearman's, for each row: the correlation of ranks, equal numbers with their mean rank."""
    a, b = (x - x.mean(dim=-1, keepdim=True) for x in map(ranks, (a, b)))
    return (a * b).sum(-1) / (a.norm(dim=-1) * b.norm(dim=-1)).clamp(min=1e-9)


def ranks(x: Tensor) -> Tensor:
    """For each number how many of its row are smaller, and half as many as are equal."""
    smaller, equal = x[..., None, :] < x[..., :, None], x[..., None, :] == x[..., :, None]
    return smaller.sum(-1) + equal.sum(-1) / 2


if __name__ == "__main__":
    harness.command(main)
