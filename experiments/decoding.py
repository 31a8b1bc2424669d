"""How a sentence is chosen: beams of every width, and exact search, on models that are sure and models that are not.

    python experiments/decoding.py
    python experiments/decoding.py --models unsure --seeds 0 --beams 1 4 --test-size 20 --out elsewhere
    python experiments/decoding.py --models sure --run runs/captions --corpus multi30k --out elsewhere

sure      the model that experiments/cross_attention.py kept: 20,000 pairs of the whole grammar, twelve epochs. With
          ``--run`` another run folder, measured on the test set of ``--corpus``.
unsure    a model half as wide, trained for three epochs on 5,000 short pairs from a tenth of the lexicon, much as
          chapter 11 trains its own (which clips gradients). It is still learning.
early     the same after one epoch.
smoothed  *unsure* with label smoothing of 0.1. Not among those that are recorded: an exercise of the chapter.

Each run writes OUT/MODEL-seed-SEED.json (OUT/sure.json): configuration, versions, device, duration, the perplexity of
the references, and for each beam size and length penalty BLEU, mean length (end symbol included), mean
log-probability, and how many translations are less probable than the most probable one, found by exact search
(*search_errors*), or than the reference. The same for exact search itself, with the number of beginnings that it had to
look at and of the searches it gave up, for samples drawn from the model, and for the references. Chapter 11 reads
these files.
"""

import argparse
from dataclasses import asdict

import harness
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tfmr.book.results import results_folder
from tfmr.config import TransformerConfig
from tfmr.data import BucketedBatches, Pair, Tokenizer, WordTokenizer, encode_pairs, load_corpus
from tfmr.data.grammar import generate
from tfmr.decoding import beam_search, exact_search, log_probabilities, sample
from tfmr.evaluation import bleu
from tfmr.training import evaluate_loss, perplexity, set_seed, train_step
from tfmr.transformer import Transformer
from tfmr.translator import load_run

# What the trained models are trained on and how: pairs, longest sentence, share of the lexicon, epochs, smoothing.
TRAINED = {
    "unsure": {"size": 5_000, "max_length": 8, "lexicon": 0.1, "epochs": 3, "label_smoothing": 0.0},
    "early": {"size": 5_000, "max_length": 8, "lexicon": 0.1, "epochs": 1, "label_smoothing": 0.0},
    "smoothed": {"size": 5_000, "max_length": 8, "lexicon": 0.1, "epochs": 3, "label_smoothing": 0.1},
}
RECORDED = ["sure", "unsure", "early"]
HELD_OUT = 400  # generated behind the training pairs: half for validation, half to measure on
LEAST = 1e-4  # in nats: what is less probable by no more than this may be the same, rounded


def main(argv: list[str] | None = None) -> None:
    parser = harness.parser(__doc__)
    parser.add_argument("--models", nargs="+", choices=["sure", *TRAINED], default=RECORDED)
    parser.add_argument("--beams", nargs="+", type=int, default=[1, 2, 4, 8, 16, 32, 64])
    parser.add_argument("--penalties", nargs="+", type=float, default=[0.0, 0.6])
    parser.add_argument("--test-size", type=int, default=100, help="sentences to measure on")
    parser.add_argument("--train-size", type=int, help="training pairs (default: those of each model)")
    parser.add_argument("--run", help="a run folder to measure as *sure* (default: the kept model)")
    parser.add_argument("--corpus", default="grammar", help="what its test sentences come from")
    args = parser.parse_args(argv)
    if "sure" in args.models:
        harness.record("decoding", args, {"model": ["sure"]}, measure)
    trained = [name for name in args.models if name in TRAINED]
    if trained:
        harness.record("decoding", args, {"model": trained, "seed": args.seeds}, measure)


def measure(args: argparse.Namespace, model: str, seed: int = 0) -> dict:
    """Load or train one model, and let it write in all ways."""
    if model == "sure":
        run = load_run(args.run or results_folder("cross_attention", "whole-run"), args.device)
        learner, tokenizers, about = run.model, (run.src_tokenizer, run.tgt_tokenizer), {}
        test = load_corpus(args.corpus).test
    else:
        learner, tokenizers, test = learn(args, TRAINED[model], seed)
        about = {"train_config": TRAINED[model]}
    test = test[: args.test_size]
    return about | {"config": asdict(learner.config), **written(args, learner, tokenizers, test)}


def learn(args: argparse.Namespace, plan: dict, seed: int) -> tuple[Transformer, list[Tokenizer], list[Pair]]:
    """A small model, and pairs that it has not seen."""
    size = args.train_size or plan["size"]
    pairs = generate(size + HELD_OUT, seed=0, max_length=plan["max_length"], lexicon=plan["lexicon"])
    training, test = pairs[:size], pairs[size + HELD_OUT // 2 :]
    tokenizers = [WordTokenizer.train(getattr(pair, side) for pair in training) for side in ("src", "tgt")]
    batches = BucketedBatches(encode_pairs(training, *tokenizers), batch_size=32, seed=seed)
    set_seed(seed)
    sizes = {"d_model": 64, "num_heads": 4, "d_ff": 128, "norm": "pre", "tie_embeddings": "output"}
    sizes |= {"num_encoder_layers": 2, "num_decoder_layers": 2}
    learner = Transformer(TransformerConfig(*map(len, tokenizers), **sizes)).to(args.device)
    fit(learner, batches, plan["epochs"], plan["label_smoothing"])
    return learner, tokenizers, test


def fit(model: nn.Module, batches: BucketedBatches, epochs: int, label_smoothing: float = 0.0) -> None:
    """Adam, with a rate that rises for 100 steps and falls to zero in a straight line."""
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    steps = epochs * sum(1 for _ in batches.batches(epoch=0))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / 100, (steps - step) / max(steps - 100, 1))
    )
    device = next(model.parameters()).device
    for epoch in range(epochs):
        for batch in batches.batches(epoch):
            src, tgt = batch.src.to(device), batch.tgt.to(device)
            logits = model(src, tgt[:, :-1]).flatten(0, 1)
            options = {"ignore_index": model.config.pad_id, "label_smoothing": label_smoothing}
            train_step(F.cross_entropy(logits, tgt[:, 1:].flatten(), **options), model, optimizer)
            schedule.step()


def written(args: argparse.Namespace, model: nn.Module, tokenizers, test: list[Pair]) -> dict:
    """All that is measured of one model."""
    encoded = encode_pairs(test, *tokenizers)
    sources = [torch.tensor([src], device=args.device) for src, _ in encoded]
    references = [tgt[1:] for _, tgt in encoded]
    exact = [exact_search(model, src) for src in sources]
    best = [one.log_prob for one in exact]
    judged = [scored(model, *one) for one in zip(sources, references, strict=True)]

    def row(found: list[list[int]]) -> dict:
        totals = [scored(model, *one) for one in zip(sources, found, strict=True)]
        return summary(found, totals, references, judged, best, tokenizers[1], test)

    searched = []
    for alpha in args.penalties:
        for beam_size in args.beams:
            found = searched_for(model, encoded, beam_size, alpha, args.device)
            searched.append({"beam_size": beam_size, "length_penalty": alpha, **row(found)})
    beginnings = [sum(one.widths) for one in exact]
    given_up = sum(not one.certain for one in exact)
    texts = [
        {"src": pair.src, "tgt": pair.tgt, "log_prob": round(most, 3), "written": tokenizers[1].decode(ids)}
        for pair, most, ids in zip(test, best, (one.ids.tolist() for one in exact), strict=True)
    ]
    return {
        "test": len(test),
        "perplexity": round(perplexity(evaluate_loss(model, BucketedBatches(encoded, 100))), 3),
        "references": row(references),
        "searched": searched,
        "exact": row([one.ids.tolist() for one in exact])
        | {
            "given_up": given_up,
            "beginnings": sorted(beginnings),
            "widest": max(max(one.widths) for one in exact),
        },
        "sampled": row([sampled(model, src, number) for number, src in enumerate(sources)]),
        "most_probable": texts[:20],
    }


def searched_for(model: nn.Module, encoded: list, beam_size: int, alpha: float, device) -> list[list[int]]:
    """The ids that a beam search finds for each sentence, in batches of 50."""
    found = []
    for start in range(0, len(encoded), 50):
        rows = [torch.tensor(src) for src, _ in encoded[start : start + 50]]
        src = nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=model.config.pad_id).to(device)
        found += [one.ids.tolist() for [one] in beam_search(model, src, beam_size, alpha)]
    return found


def sampled(model: nn.Module, src: Tensor, seed: int) -> list[int]:
    [ids] = sample(model, src, seed=seed).ids.tolist()
    return ids


def scored(model: nn.Module, src: Tensor, ids: list[int]) -> float:
    """The model's log-probability of a translation, whoever wrote it."""
    tgt = torch.tensor([[model.config.bos_id, *ids]], device=src.device)
    return log_probabilities(model, src, tgt).double().sum().item()


def summary(found, totals, references, judged, best, tokenizer: Tokenizer, test: list[Pair]) -> dict:
    """BLEU, lengths and log-probabilities of translations, and how they compare with the best and the references."""
    number = len(found)
    texts = [tokenizer.decode(ids) for ids in found]
    wrong = [
        (total, reference)
        for ids, total, right, reference in zip(found, totals, references, judged, strict=True)
        if ids != right
    ]
    return {
        "bleu": round(bleu(texts, [pair.tgt for pair in test]).score, 2),
        "length": round(sum(map(len, found)) / number, 3),
        "empty": sum(len(ids) == 1 for ids in found),
        "log_prob": round(sum(totals) / number, 4),
        "search_errors": sum(total < most - LEAST for total, most in zip(totals, best, strict=True)),
        "not_the_reference": len(wrong),
        "less_probable_than_the_reference": sum(total < reference - LEAST for total, reference in wrong),
    }


if __name__ == "__main__":
    harness.command(main)
