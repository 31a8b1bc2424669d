"""What the networks of chapters 1, 2 and 8 are to be measured by: two translators that understand nothing, a floor.

    python experiments/baselines.py
    python experiments/baselines.py --size 200 --test-size 20 --out elsewhere

The translators learn from the same training pairs as the networks. *nearest* answers with the translation of the
nearest training source; *word by word* puts each word's most frequent translation in its place. OUT/alignment.json
is about the corpus that everyone gets, OUT/length.json about that of ``recurrent.py length``. Each holds, for its
held-out sentences: BLEU of both translators, in all and by source length; the share of sources that are one word
away from a training source; and the lowest alignment error rate that one source word for each target word allows.
"""

import argparse

import harness
from recurrent import CORPORA, DEFAULTS, buckets, by_length

from tfmr.data import Pair
from tfmr.evaluation import bleu, lowest_error_rate, nearest_neighbours, word_by_word, word_dictionary


def main(argv: list[str] | None = None) -> None:
    parser = harness.parser(__doc__, device=False, seeds=False)
    parser.add_argument("--size", type=int, help="training pairs (default: as many as the networks had)")
    parser.add_argument("--test-size", type=int, help="held-out pairs of each set (default: all)")
    parser.add_argument("--iterations", type=int, default=5, help="of expectation-maximisation")
    args = parser.parse_args(argv)
    harness.record("baselines", args, {"sentences": ["alignment", "length"]}, measure)


def measure(args: argparse.Namespace, sentences: str) -> dict:
    corpus = CORPORA[sentences](args.size or DEFAULTS[sentences]["size"])
    dictionary = word_dictionary(corpus.train, args.iterations)
    sets = {"test": corpus.test} | {name: pairs for name, pairs in corpus.extra.items() if name == "long"}
    sets = {name: pairs[: args.test_size] for name, pairs in sets.items()}
    sizes = {"train": len(corpus.train)} | {name: len(pairs) for name, pairs in sets.items()}
    measured = {name: measure_set(pairs, corpus.train, dictionary) for name, pairs in sets.items()}
    return {"corpus": {"name": "grammar"} | sizes, **measured}


def measure_set(pairs: list[Pair], train: list[Pair], dictionary: dict[str, str]) -> dict:
    sources = [pair.src for pair in pairs]
    neighbours = nearest_neighbours(sources, train)
    return {
        "lowest_alignment_error_rate": round(lowest_error_rate(pairs), 4),
        "one_word_away": one_word_away(pairs, [found.distance for found in neighbours]),
        "nearest": quality(pairs, [found.pair.tgt for found in neighbours]),
        "word by word": quality(pairs, word_by_word(sources, dictionary)),
    }


def one_word_away(pairs: list[Pair], distances: list[int]) -> dict:
    """The share of sources to which one change of one word leads from a training source, in all and by length."""

    def share(chosen: list[int]) -> float:
        return round(sum(distances[i] <= 1 for i in chosen) / len(chosen), 4)

    rows = [{**row, "share": share(chosen)} for row, chosen in buckets(pairs)]
    return {"share": share(list(range(len(pairs)))), "by_length": rows}


def quality(pairs: list[Pair], translations: list[str]) -> dict:
    """BLEU in all and by source length."""
    total = bleu(translations, [pair.tgt for pair in pairs])
    return {
        "bleu": round(total.score, 2),
        "bleu_signature": total.signature,
        "by_length": by_length(pairs, translations),
    }


if __name__ == "__main__":
    harness.command(main)
