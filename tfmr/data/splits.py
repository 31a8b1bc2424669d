"""Splitting pairs so that the test sentences are new: the oldest trap of machine learning."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence

from tfmr.data.corpus import Pair
from tfmr.data.text import canonical
from tfmr.errors import InputError

Split = tuple[list[Pair], list[Pair], list[Pair]]


def normalised(text: str) -> str:
    """What two sentences have in common that differ only in case, punctuation or white space."""
    text = canonical(text)
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(words) or text


def split_pairs(pairs: Sequence[Pair], share: float = 0.025, most: int = 2000) -> Split:
    """Training, validation and test pairs that have no sentence in common, on either side.

    A sentence often has several translations, and these have others in turn. Pairs that hang together so, by
    the same source or the same target sentence (case, punctuation and white space aside), form a group, and
    each group goes to one split as a whole. Which one, its checksum decides: no seed, the same on every
    machine, and no other for the opposite direction.

    Args:
        pairs: all pairs, in any order; each split keeps it.
        share: the part of the pairs that validation and test get, each.
        most: the largest number of pairs that validation and test get, each.

    Raises:
        InputError: the pairs form too few groups to give each split one.
    """
    sentences = [(normalised(pair.src), normalised(pair.tgt)) for pair in pairs]
    groups = sorted(_groups(sentences), key=lambda group: _order(group, sentences))
    smallest = min((len(group) for group in groups), default=0)
    wanted = max(smallest, min(most, round(len(pairs) * share)))
    train, valid, test = [], [], []
    for group in groups:
        for split in (test, valid):
            if len(split) + len(group) <= wanted:  # what is too large for both is for training
                split += group
                break
        else:
            train += group
    if not (train and valid and test):
        raise InputError(
            f"pairs: expected at least 3 groups without a common sentence, one for each split, but the "
            f"{len(pairs)} pairs form {len(groups)}"
        )
    return tuple([pairs[number] for number in sorted(split)] for split in (train, valid, test))


def _groups(sentences: list[tuple[str, str]]) -> list[list[int]]:
    """The connected components of the graph whose nodes are sentences and whose edges are pairs."""
    parent: dict[tuple[str, str], tuple[str, str]] = {}  # union–find

    def root(node: tuple[str, str]) -> tuple[str, str]:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]  # halve the way for the next one
            node = parent[node]
        return node

    for src, tgt in sentences:
        parent[root(("src", src))] = root(("tgt", tgt))
    groups: dict[tuple[str, str], list[int]] = {}
    for number, (src, _) in enumerate(sentences):
        groups.setdefault(root(("src", src)), []).append(number)
    return list(groups.values())


def _order(group: list[int], sentences: list[tuple[str, str]]) -> bytes:
    """As good as random, and the same whichever side is the source."""
    first = min(min(sentences[number]) for number in group)
    return hashlib.sha256(first.encode("utf-8", "surrogatepass")).digest()
