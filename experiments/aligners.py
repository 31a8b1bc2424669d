"""Align the held-out sentences of ``recurrent.py length`` without a network: by the diagonal and by counts.

    python experiments/aligners.py

Writes OUT/length.json: the alignment error rates of the diagonal and of IBM Model 1, which is
trained on the same pairs as the networks there. Chapter 2 sets the attention weights beside them.
"""

import argparse
import json
import platform
import time
from pathlib import Path

from recurrent import DEFAULTS, length_corpus

from tfmr.book.results import RESULTS
from tfmr.data import Pair, word_tokenize
from tfmr.evaluation import IBMModel1, alignment_error_rate, diagonal_links
from tfmr.files import atomic_write


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=DEFAULTS["length"]["size"], help="training pairs")
    parser.add_argument("--iterations", type=int, default=5, help="of expectation-maximisation")
    parser.add_argument("--out", type=Path, default=RESULTS / "aligners")
    args = parser.parse_args(argv)

    started = time.perf_counter()
    corpus = length_corpus(args.size)
    model = IBMModel1().fit([words(pair) for pair in corpus.train], args.iterations)
    gold = [pair.links for pair in corpus.test], [pair.possible or () for pair in corpus.test]
    diagonal = [diagonal_links(*map(len, words(pair))) for pair in corpus.test]
    counted = [model.links(*words(pair)) for pair in corpus.test]
    result = {
        "experiment": "aligners",
        "corpus": {"name": "grammar", "train": len(corpus.train), "held_out": len(corpus.test)},
        "iterations": args.iterations,
        "alignment_error_rate": {
            "diagonal": round(alignment_error_rate(diagonal, *gold), 4),
            "IBM Model 1": round(alignment_error_rate(counted, *gold), 4),
        },
        "seconds": round(time.perf_counter() - started, 1),
        "device": "cpu",
        "versions": {"python": platform.python_version()},
    }
    with atomic_write(args.out / "length.json") as path:
        path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(result["alignment_error_rate"])


def words(pair: Pair) -> tuple[list[str], list[str]]:
    return word_tokenize(pair.src), word_tokenize(pair.tgt)


if __name__ == "__main__":
    main()
