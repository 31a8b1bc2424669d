"""The training sentence that is nearest: how new a test sentence is, and a translator that only remembers."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from tfmr.data import Pair, word_tokenize
from tfmr.errors import InputError

_AT_ONCE = 256  # training sentences that a source is compared with at a time: this bounds the memory


class Neighbour(NamedTuple):
    """What :func:`nearest_neighbours` finds for a sentence.

    Attributes:
        pair: the training pair; ``pair.tgt`` is the answer of a translator that only remembers.
        distance: how many words must be put in, left out or replaced to make one sentence of the other.
    """

    pair: Pair
    distance: int


def nearest_neighbours(sources: Sequence[str], train: Sequence[Pair]) -> list[Neighbour]:
    """For each source the training pair whose source is nearest, by edit distance over words.

    The distance is Levenshtein's (1966), over ``word_tokenize`` of the texts, case and marks included. Of several
    that are equally near, the first in the order of ``train`` is taken. The answer is exact, although few
    sentences are compared word by word: those that have too few words in common with the source cannot be near.

    Raises:
        InputError: there are no training pairs.
    """
    if not train:
        raise InputError("train: expected at least one pair of sentences, got none")
    index = _Index([word_tokenize(pair.src) for pair in train])
    found = (index.nearest(word_tokenize(source)) for source in sources)
    return [Neighbour(train[number], distance) for number, distance in found]


class _Index:
    """Sentences as numbers, and for each word the sentences in which it stands.

    Attributes:
        words: the numbers of all words of all sentences, one after the other, and a last one that ends no sentence.
        starts, lengths: where in ``words`` each sentence begins, and how many it has.
        places: for each word, the sentences that hold it and how often.
    """

    def __init__(self, sentences: Sequence[Sequence[str]]):
        self.numbers: dict[str, int] = {}
        words = [self.numbers.setdefault(word, len(self.numbers)) for words in sentences for word in words]
        self.words = np.array([*words, -1])
        self.lengths = np.array([len(words) for words in sentences])
        self.starts = self.lengths.cumsum() - self.lengths
        # Sorted by word, then by sentence; a word's part is cut out where the next one begins.
        sentence_of = np.repeat(np.arange(len(sentences)), self.lengths)
        keys, counts = np.unique(self.words[:-1] * len(sentences) + sentence_of, return_counts=True)
        word_of, holders = np.divmod(keys, len(sentences))
        cuts = np.searchsorted(word_of, np.arange(1, len(self.numbers)))
        self.places = list(zip(np.split(holders, cuts), np.split(counts, cuts), strict=True))

    def nearest(self, query: Sequence[str]) -> tuple[int, int]:
        """The number of the nearest sentence, the first of several, and its distance."""
        least = self._least_distances(query)
        ids = [self.numbers.get(word, -2) for word in query]  # a new word is like no word
        best, best_distance = 0, len(query) + self.lengths.max()
        order = least.argsort(kind="stable")
        for start in range(0, len(order), _AT_ONCE):
            chosen = order[start : start + _AT_ONCE]
            if least[chosen[0]] > best_distance:
                break
            distances = self._distances(ids, chosen)
            place = np.lexsort((chosen, distances))[0]
            best_distance, best = min((best_distance, best), (distances[place], chosen[place]))
        return int(best), int(best_distance)

    def _least_distances(self, query: Sequence[str]) -> Int[np.ndarray, " sentences"]:
        """What the distances are at least: each word of the longer side that the other lacks costs one step."""
        common = np.zeros_like(self.lengths)
        for word, count in Counter(query).items():
            if word in self.numbers:
                holders, counts = self.places[self.numbers[word]]
                common[holders] += np.minimum(counts, count)
        return np.maximum(self.lengths, len(query)) - common

    def _distances(
        self, ids: Sequence[int], chosen: Int[np.ndarray, " chosen"]
    ) -> Int[np.ndarray, " chosen"]:
        """The edit distances of a query from some of the sentences, a row of the usual table at a time."""
        lengths = self.lengths[chosen]
        steps = np.arange(lengths.max() + 1)
        # What stands right of a sentence's end belongs to another one, and changes nothing left of it.
        words = self.words[np.minimum(self.starts[chosen, None] + steps[:-1], len(self.words) - 1)]
        row = np.tile(steps, (len(chosen), 1))  # from no word of the query to each beginning of the sentence
        for word in ids:
            above = row + 1  # the word is left out
            above[:, 1:] = np.minimum(above[:, 1:], row[:, :-1] + (words != word))  # kept or replaced
            row = np.minimum.accumulate(above - steps, axis=1) + steps  # words are put in
        return row[np.arange(len(chosen)), lengths]
