"""Align the held-out sentences of ``recurrent.py length`` without a network: by the diagonal and by counts.

    python experiments/aligners.py
    python experiments/aligners.py --size 200 --iterations 1 --out elsewhere

Writes OUT/length.json: the alignment error rates of the diagonal and of IBM Model 1, which is trained on the same
pairs as the networks there. Chapter 2 sets the attention weights beside them.
"""

import argparse

import harness
from recurrent import CORPORA, DEFAULTS

from tfmr.data import Pair, word_tokenize
from tfmr.evaluation import IBMModel1, alignment_error_rate, diagonal_links


def main(argv: list[str] | None = None) -> None:
    parser = harness.parser(__doc__, device=False, seeds=False)
    parser.add_argument("--size", type=int, default=DEFAULTS["length"]["size"], help="training pairs")
    parser.add_argument("--iterations", type=int, default=5, help="of expectation-maximisation")
    args = parser.parse_args(argv)
    harness.record("aligners", args, {"sentences": ["length"]}, measure)


def measure(args: argparse.Namespace, sentences: str) -> dict:
    corpus = CORPORA[sentences](args.size)
    [rates] = error_rates(corpus.train, [corpus.test], args.iterations)
    return {
        "corpus": {"name": "grammar", "train": len(corpus.train), "held_out": len(corpus.test)},
        "alignment_error_rate": rates,
    }


def error_rates(train: list[Pair], held_out: list[list[Pair]], iterations: int = 5) -> list[dict]:
    """The error rates of the diagonal and of IBM Model 1, which learns from ``train``, on each held-out set."""
    counts = IBMModel1().fit([words(pair) for pair in train], iterations)
    found = []
    for pairs in held_out:
        links = {
            "diagonal": [diagonal_links(*map(len, words(pair))) for pair in pairs],
            "IBM Model 1": [counts.links(*words(pair)) for pair in pairs],
        }
        gold = [pair.links for pair in pairs], [pair.possible or () for pair in pairs]
        found.append({name: round(alignment_error_rate(each, *gold), 4) for name, each in links.items()})
    return found


def words(pair: Pair) -> tuple[list[str], list[str]]:
    return word_tokenize(pair.src), word_tokenize(pair.tgt)


if __name__ == "__main__":
    harness.command(main)
