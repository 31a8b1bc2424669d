"""Train the recurrent models over several seeds and measure them on held-out sentences.

    python experiments/recurrent.py length      # a fixed vector beside additive attention, by sentence length
    python experiments/recurrent.py bottleneck  # what a fixed vector gets by more training, parameters, room
    python experiments/recurrent.py alignment   # how well additive attention finds the gold links
    python experiments/recurrent.py scores      # the four scores beside each other
    python experiments/recurrent.py patience    # the same, one seed each, until the loss is flat
    python experiments/recurrent.py length --models fixed --seeds 1 --size 2000 --epochs 1 --out elsewhere

*length* asks what length alone does to a model: it takes a fifth of the lexicon, so that few words are rare,
trains on three short sentences for each long one, and tests on equally many sentences of every length.
*bottleneck* asks on the same pairs whether a fixed vector fails for want of something else: *fixed-long* is trained
four times as long, *fixed-wide* has as many parameters as the model that attends, *fixed-twice* twice the vector.
*alignment* uses the corpus that everyone gets, ``load_corpus("grammar")``. *scores* takes sentences of up to
16 words from a fifth of the lexicon, so that four models by three seeds can be trained in minutes; *patience*
trains them on the same pairs four times as long.

Each run writes one small file, OUT/MODEL-seed-SEED.json: its configuration, versions, device, duration, the
loss by epoch, BLEU by source length on held-out pairs and on pairs of the training set, some translations, and
how well the attention weights align words. Of *alignment* the model of seed 0 is kept too, in the run
folder OUT/additive-run, so that ``python -m tfmr translate --run OUT/additive-run`` works. Chapters 1 to 3 read
these files.
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import harness
import torch
import translators
from torch import nn

from tfmr.data import Corpus, Pair, WordTokenizer, load_corpus, word_tokenize
from tfmr.data.grammar import generate
from tfmr.decoding import translate
from tfmr.evaluation import alignment_error_rate, attention_links, bleu
from tfmr.recurrent import RecurrentConfig, RecurrentSeq2Seq
from tfmr.training import TrainConfig


class Kind(NamedTuple):
    """How a model differs from others of its experiment.

    Attributes:
        attention: the score; None for a fixed vector.
        times_hidden: how often ``--d-hidden`` its vectors are long, or None: so long that it has at least as many
            parameters as the model with additive attention.
        times_epochs: how often ``--epochs`` it is trained.
    """

    attention: str | None
    times_hidden: int | None = 1
    times_epochs: int = 1


ALL_SCORES = ["additive", "general", "dot", "scaled_dot"]
KINDS = {
    "fixed": Kind(None),
    "fixed-long": Kind(None, times_epochs=4),
    "fixed-wide": Kind(None, times_hidden=None),
    "fixed-twice": Kind(None, times_hidden=2),
    **{name: Kind(name) for name in ALL_SCORES},
    **{f"{name}-long": Kind(name, times_epochs=4) for name in ALL_SCORES},
}
LENGTH = {
    "models": ["fixed", "additive"],
    "size": 100_000,
    "epochs": 5,
    "batch_size": 64,
    "learning_rate": 2e-3,
    "d_hidden": 192,
}
MEDIUM_LENGTH = {
    "models": ALL_SCORES,
    "size": 24_000,
    "epochs": 6,
    "batch_size": 32,
    "learning_rate": 2e-3,
    "d_hidden": 128,
}
DEFAULTS = {
    "alignment": {
        "models": ["additive"],
        "seeds": [0],
        "size": 20_000,
        "epochs": 10,
        "batch_size": 32,
        "learning_rate": 3e-3,
        "d_hidden": 128,
    },
    "scores": MEDIUM_LENGTH,
    "patience": MEDIUM_LENGTH | {"models": [f"{name}-long" for name in ALL_SCORES], "seeds": [0]},
    "length": LENGTH,
    "bottleneck": LENGTH | {"models": ["fixed-long", "fixed-wide", "fixed-twice"], "seeds": [0]},
}
BUCKETS = [(3, 8), (9, 12), (13, 16), (17, 20), (21, 24), (25, 29), (30, 34), (35, 40)]
LEXICON = 0.2  # the share of the words that *length* and *scores* use
SHORT, MEDIUM = 8, 16  # words: the longest short sentence of *length*, the longest of *scores*


def main(argv: list[str] | None = None) -> None:
    parser = harness.parser(__doc__)
    parser.add_argument("experiment", choices=DEFAULTS)
    parser.add_argument("--models", nargs="+", choices=KINDS)
    parser.add_argument("--size", type=int, help="training pairs")
    parser.add_argument("--test-size", type=int, help="held-out pairs to measure on (default: all)")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--batch-size", type=int)
    parser.add_argument("--learning-rate", type=float)
    parser.add_argument("--d-hidden", type=int)
    parser.set_defaults(**DEFAULTS[parser.parse_args(argv).experiment])
    args = parser.parse_args(argv)

    def prepare() -> dict:
        return {"corpus": CORPORA[args.experiment](args.size)}

    axes = {"model": args.models, "seed": args.seeds}
    harness.record(args.experiment, args, axes, measure, prepare)


def length_corpus(size: int) -> Corpus:
    """Pairs from a small lexicon: three short ones for a long one in training, all lengths in test."""
    num_short = size * 3 // 4
    train = generate(num_short, seed=0, max_length=SHORT, lexicon=LEXICON)
    train += generate(size - num_short, seed=0, min_length=SHORT + 1, lexicon=LEXICON)
    known = {pair.src for pair in train}
    valid, test = [], []
    for low, high in BUCKETS:
        fresh = generate(600, seed=1, min_length=low, max_length=high, lexicon=LEXICON)
        fresh = [pair for pair in fresh if pair.src not in known]
        test += fresh[:150]
        valid += fresh[150:200]
    return Corpus("grammar", "fr", "en", train, valid, test)


def scores_corpus(size: int) -> Corpus:
    """Short and middling pairs from a small lexicon."""
    pairs = generate(size + 1_500, seed=2, max_length=MEDIUM, lexicon=LEXICON)  # all different
    return Corpus("grammar", "fr", "en", pairs[1_500:], pairs[:500], pairs[500:1_500])


def alignment_corpus(size: int) -> Corpus:
    """The grammar corpus as everyone gets it."""
    return load_corpus("grammar", size=size)


CORPORA = {
    "length": length_corpus,
    "bottleneck": length_corpus,
    "alignment": alignment_corpus,
    "scores": scores_corpus,
    "patience": scores_corpus,
}


def measure(args: argparse.Namespace, model: str, seed: int, corpus: Corpus) -> dict:
    """Train one model with one seed and measure it; of *alignment*, keep that of seed 0."""

    kind = KINDS[model]

    def build(src_vocab_size: int, tgt_vocab_size: int) -> RecurrentSeq2Seq:
        sizes = src_vocab_size, tgt_vocab_size, args.d_hidden // 2
        if kind.times_hidden is None:
            return as_large_as(RecurrentConfig(*sizes, args.d_hidden, "additive"))
        return RecurrentSeq2Seq(RecurrentConfig(*sizes, kind.times_hidden * args.d_hidden, kind.attention))

    epochs = kind.times_epochs * args.epochs
    config = TrainConfig(epochs, args.learning_rate, schedule="linear", seed=seed)
    trained = translators.learn(args, corpus, build, config)
    held_out = [*corpus.test, *corpus.extra.get("long", [])][: args.test_size]
    if (args.experiment, model, seed) == ("alignment", "additive", 0):
        folder = harness.folder(args.experiment, args) / "additive-run"
        translators.keep(folder, trained, args.size, [corpus.train[0], *held_out[:3]])
    return {
        "corpus": {"name": "grammar", "train": len(corpus.train), "held_out": len(held_out)},
        **trained.about,
        **quality(trained.model, held_out, *trained.tokenizers),
        "train_by_length": by_length_on(trained, seen(corpus.train)),
    }


def as_large_as(config: RecurrentConfig) -> RecurrentSeq2Seq:
    """The smallest model with a fixed vector that has at least as many parameters as the config's."""
    d_hidden = config.d_hidden
    while True:
        with torch.device("meta"):
            given = RecurrentSeq2Seq(config)
            fixed = replace(config, attention=None, d_hidden=d_hidden)
            found = RecurrentSeq2Seq(fixed)
        if parameters(found) >= parameters(given):
            return RecurrentSeq2Seq(fixed)
        d_hidden += 2


def parameters(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def seen(pairs: list[Pair]) -> list[Pair]:
    """The first 150 training pairs of each length, as many as there are of held-out ones."""
    return [pairs[i] for _, chosen in buckets(pairs) for i in chosen[:150]]


def by_length_on(trained: translators.Trained, pairs: list[Pair]) -> list[dict]:
    """BLEU by source length on these pairs."""
    return by_length(pairs, translate(trained.model, [pair.src for pair in pairs], *trained.tokenizers))


def quality(
    model: RecurrentSeq2Seq, pairs: list[Pair], src_tokenizer: WordTokenizer, tgt_tokenizer: WordTokenizer
) -> dict:
    """BLEU in all and by length, some translations, and the alignment error rate if the model attends."""
    translations = translate(model, [pair.src for pair in pairs], src_tokenizer, tgt_tokenizer)
    total = bleu(translations, [pair.tgt for pair in pairs])
    measured = {
        "bleu": round(total.score, 2),
        "bleu_signature": total.signature,
        "by_length": by_length(pairs, translations),
        "samples": samples(pairs, translations),
    }
    if model.config.attention is not None:
        links = attention_links(model, pairs, src_tokenizer, tgt_tokenizer)
        gold, possible = [pair.links for pair in pairs], [pair.possible or () for pair in pairs]
        measured["alignment_error_rate"] = round(alignment_error_rate(links, gold, possible), 4)
    return measured


def by_length(pairs: list[Pair], translations: list[str]) -> list[dict]:
    """BLEU for each bucket of source lengths in words."""
    rows = []
    for row, chosen in buckets(pairs):
        score = bleu([translations[i] for i in chosen], [pairs[i].tgt for i in chosen]).score
        rows.append({**row, "bleu": round(score, 2)})
    return rows


def buckets(pairs: list[Pair]) -> Iterator[tuple[dict, list[int]]]:
    """Each bucket of source lengths that has pairs: how a record shows it, and the numbers of the pairs."""
    lengths = [len(word_tokenize(pair.src)) for pair in pairs]
    for low, high in BUCKETS:
        chosen = [i for i, length in enumerate(lengths) if low <= length <= high]
        if chosen:
            yield {"low": low, "high": high, "sentences": len(chosen)}, chosen


def samples(pairs: list[Pair], translations: list[str]) -> list[dict]:
    """The first sentence of three lengths, whatever became of it."""
    chosen = []
    for low, high in [(6, 8), (15, 18), (28, 32)]:
        for pair, translation in zip(pairs, translations, strict=True):
            if low <= len(word_tokenize(pair.src)) <= high:
                chosen.append({"src": pair.src, "tgt": pair.tgt, "translation": translation})
                break
    return chosen


if __name__ == "__main__":
    harness.command(main)
