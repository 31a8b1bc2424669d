"""Align real stories with a translator that has never seen them, and compare with links made by hand.

    python experiments/alibi.py --forward runs/fr-en --backward runs/en-fr
    python experiments/alibi.py --forward runs/fr-en --backward runs/en-fr --size 200 --test-size 20 --out elsewhere

FORWARD and BACKWARD are run folders of Transformers from French to English and from English to French, trained on
Tatoeba, as ``python -m tfmr train`` makes them; one of them is enough, but then nothing of theirs is symmetrised. The
stories are those of ``load_corpus("alibi")``, aligned by hand; no model trains on them.

Writes OUT/models.json and OUT/counts.json. Links are always (French word, English word), those of *backward* turned.
Each alignment is scored by error rate, precision and recall over all stories.

models    for either direction: each head of each layer, at the row where a word is predicted (*shift 0*) and where it
          is read (*shift 1*); the mean of the last layer's heads; hiding a word from the decoder. *best* names the head
          and row with the lowest error rate on the even sentences, and its scores on the odd ones: to choose and to
          score on the same sentences would flatter. *symmetrised*: both directions' best heads, and both directions'
          hiding, joined by each method, on the odd sentences too
counts    IBM Model 1, trained on Tatoeba's training pairs and the stories' texts (it needs no links), in either
          direction and symmetrised; the diagonal; all of it on the odd sentences as well

Chapter 12 reads these files.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import harness

from tfmr.data import Corpus, Pair, load_corpus, word_tokenize
from tfmr.errors import InputError
from tfmr.evaluation import (
    IBMModel1,
    Link,
    alignment_scores,
    attention_links,
    diagonal_links,
    head_links,
    hiding_effects,
    links_from_hiding,
    symmetrize,
)
from tfmr.evaluation.symmetry import METHODS
from tfmr.translator import load_run

Links = Sequence[set[Link]]
DIRECTIONS = {"forward": ("fr", "en"), "backward": ("en", "fr")}


def main(argv: list[str] | None = None) -> None:
    parser = harness.parser(__doc__, seeds=False)
    parser.add_argument("--parts", nargs="+", choices=["models", "counts"], default=["models", "counts"])
    for name, (src, tgt) in DIRECTIONS.items():
        parser.add_argument(f"--{name}", type=Path, help=f"run folder of a Transformer, {src} to {tgt}")
    parser.add_argument("--size", type=int, help="training pairs for the counts (default: all)")
    parser.add_argument("--test-size", type=int, help="stories' sentences (default: all)")
    parser.add_argument("--iterations", type=int, default=5, help="of expectation-maximisation")
    args = parser.parse_args(argv)
    folders = {name: vars(args).pop(name) for name in DIRECTIONS}  # where a model lies is no setting of a run

    def prepare() -> dict[str, Any]:
        return {"stories": load_corpus("alibi").test[: args.test_size]}

    def measure(args, part: str, stories: list[Pair]) -> dict[str, Any]:
        found = models(args, folders, stories) if part == "models" else counts(args, stories)
        return {"corpus": {"name": "alibi", "test": len(stories)}, **found}

    harness.record("alibi", args, {"part": args.parts}, measure, prepare)


def models(args, folders: dict[str, Path | None], stories: list[Pair]) -> dict[str, Any]:
    """What the heads of the translators find, and what hiding finds."""
    given = {name: folder for name, folder in folders.items() if folder}
    if not given:
        raise InputError(
            "--forward, --backward: expected the run folder of at least one Transformer, got none"
        )
    found, best, hidden = {}, {}, {}
    for name, folder in given.items():
        src, tgt = DIRECTIONS[name]
        run = load_run(folder, args.device)
        if (run.arguments["src"], run.arguments["tgt"]) != (src, tgt):
            raise InputError(f"--{name}: expected a run from {src} to {tgt}, got {run.arguments}")
        turned = stories if name == "forward" else [turn(pair) for pair in stories]
        asked = run.model, turned, run.src_tokenizer, run.tgt_tokenizer
        heads = {shift: head_links(*asked, shift=shift) for shift in (0, 1)}
        ways = {
            f"layer {layer}, head {head}, shift {shift}": back(links, name)
            for shift, layers in heads.items()
            for layer, row in enumerate(layers, start=1)
            for head, links in enumerate(row, start=1)
        }
        mean = back(attention_links(*asked), name)
        effects = (hiding_effects(run.model, pair, *asked[2:]) for pair in turned)
        hidden[name] = back([links_from_hiding(each) for each in effects], name)
        chosen = min(ways, key=lambda way: scores(ways[way][::2], stories[::2])["error_rate"])
        best[name] = ways[chosen]
        found[name] = {
            "heads": {way: scores(links, stories) for way, links in ways.items()},
            "mean of the last layer": both(mean, stories),
            "hiding": both(hidden[name], stories),
            "best": {"name": chosen, **both(best[name], stories)},
            "trained on": {key: run.arguments[key] for key in ("corpus", "size", "seed")},
        }
    if len(given) < len(DIRECTIONS):
        return found
    joined = {"best heads": best, "hiding": hidden}
    return found | {"symmetrised": {name: symmetrised(two, stories) for name, two in joined.items()}}


def counts(args, stories: list[Pair]) -> dict[str, Any]:
    """IBM Model 1 of either direction, both together, and the diagonal."""
    corpus = load_corpus("tatoeba", size=args.size)
    found = {name: ibm(args, corpus, stories, name) for name in DIRECTIONS}
    sizes = [tuple(map(len, words(pair))) for pair in stories]
    return {
        "train": len(corpus.train),
        **{name: both(links, stories) for name, links in found.items()},
        "symmetrised": symmetrised(found, stories),
        "diagonal": both([diagonal_links(*size) for size in sizes], stories),
    }


def ibm(args, corpus: Corpus, stories: list[Pair], name: str) -> Links:
    """The links of IBM Model 1 in one direction, with English words for targets or French ones."""
    pairs = [words(pair) for pair in (*corpus.train, *stories)]
    pairs = pairs if name == "forward" else [(tgt, src) for src, tgt in pairs]
    model = IBMModel1().fit(pairs, args.iterations)
    return back([model.links(*pair) for pair in pairs[len(corpus.train) :]], name)


def turn(pair: Pair) -> Pair:
    """The pair from the other language's side, without its links, which nobody asks for."""
    return Pair(pair.tgt, pair.src)


def back(found: Sequence[set[Link]], name: str) -> Links:
    """Links as (French, English), whichever of the two the model's source was."""
    return found if name == "forward" else [{(src, tgt) for tgt, src in links} for links in found]


def symmetrised(two: dict[str, Links], stories: list[Pair]) -> dict[str, Any]:
    """The scores of the two directions together, by each method."""
    joined = {
        method: [symmetrize(*links, method) for links in zip(two["forward"], two["backward"], strict=True)]
        for method in METHODS
    }
    return {method: both(links, stories) for method, links in joined.items()}


def both(links: Links, stories: list[Pair]) -> dict[str, Any]:
    """The scores on all sentences, and on those of odd number, on which nothing was chosen."""
    return {"all": scores(links, stories), "odd": scores(links[1::2], stories[1::2])}


def scores(links: Links, stories: list[Pair]) -> dict[str, float]:
    gold = [pair.links for pair in stories], [pair.possible or () for pair in stories]
    return {name: round(score, 4) for name, score in alignment_scores(links, *gold)._asdict().items()}


def words(pair: Pair) -> tuple[list[str], list[str]]:
    return word_tokenize(pair.src), word_tokenize(pair.tgt)


if __name__ == "__main__":
    harness.command(main)
