"""Sentence pairs by the thousand, and the splits of the corpus."""

import random
import zlib
from dataclasses import replace
from functools import cache

from tfmr.data.corpus import Corpus
from tfmr.data.grammar.sentences import running_example, sentence
from tfmr.data.grammar.state import State
from tfmr.data.grammar.tokens import finish
from tfmr.errors import InputError

# (weight, shortest, longest) aims in French words: a broad mixture with plenty of short and long ones.
_AIMS = ((33, 3, 8), (24, 9, 15), (20, 16, 24), (23, 25, 37))
_SIMPLEST = 5  # words of a sentence without anything optional
_HELD_OUT_SHARE = 32  # one combination in so many is held out
_BANDS = ((3, 8), (9, 15), (16, 24), (25, 40))  # lengths in which novel sentences are as many as those of test
_VALID, _TEST, _LONG, _NOVEL = 1_000, 1_000, 500, 500


def generate(size, seed=0, min_length=3, max_length=40, lexicon=1.0):
    """Distinct sentence pairs with gold links, the same for the same arguments on every machine.

    Args:
        size: how many.
        seed: another one, other sentences.
        min_length, max_length: in French words, the final mark included.
        lexicon: the share of the words to use, from 0 to 1. With fewer words each is met more often, so that
            a small model learns them all and its other weaknesses show.

    Raises:
        InputError: an argument is out of range.
    """
    _check(size, seed, min_length, max_length)
    if not 0 < lexicon <= 1:
        raise InputError(f"lexicon: expected a share above 0 and up to 1, got {lexicon!r}")
    stream = _stream(random.Random(seed), min_length, max_length, seen=set(), lexicon=lexicon)
    return [next(stream)[0] for _ in range(size)]


def _check(size, seed, min_length, max_length):
    for name, value, least in (("size", size, 0), ("seed", seed, 0), ("min_length", min_length, 3)):
        if not isinstance(value, int) or value < least:
            raise InputError(f"{name}: expected a whole number of at least {least}, got {value!r}")
    if not isinstance(max_length, int) or max_length < min_length or max_length < 5:
        raise InputError(
            f"max_length: expected a whole number of at least 5 and min_length, got {max_length!r}"
        )


def _stream(rng, min_length, max_length, seen, lexicon=1.0):
    """Endless (pair, combinations) with no French sentence twice."""
    aims = [
        (w, max(a, min_length), min(b, max_length))
        for w, a, b in _AIMS
        if a <= max_length and b >= min_length
    ]
    if not aims:
        aims = [(1, min_length, max_length)]
    while True:
        shortest, longest = _pick_aim(rng, aims)
        aim = shortest + int(rng.random() * (longest - shortest + 1))
        state = State(rng, max(0, aim - _SIMPLEST), lexicon)
        found = sentence(state)
        # contraction will make it a little shorter
        if found is None or state.spoiled or not shortest <= len(found[0]) <= max_length + 3:
            continue
        pair = finish(*found)
        length = num_words(pair.src)
        if min_length <= length <= max_length and pair.src not in seen:
            seen.add(pair.src)
            yield pair, state.combos


def _pick_aim(rng, aims):
    """The bounds of one aim, in proportion to its weight."""
    point = rng.random() * sum(weight for weight, _, _ in aims)
    for weight, shortest, longest in aims:
        point -= weight
        if point < 0:
            return shortest, longest
    return aims[-1][1:]


@cache
def held_out(lemmas):
    """Whether a (kind, lemma, lemma) combination is kept for the novel split: the same on every machine."""
    if "intelligence" in lemmas:  # the running example is for training
        return False
    return zlib.crc32(" ".join(lemmas).encode()) % _HELD_OUT_SHARE == 0


def load_grammar(size=20_000, seed=0):
    """The corpus: ``size`` pairs for training, and test sets that share no sentence with them, French or English.

    ``valid`` and ``test`` (1,000 each) are drawn like ``train``; ``extra["long"]`` (500) has sentences of 25
    to 40 French words; ``extra["novel"]`` (500) sentences with an adjective and its noun, or a verb and its
    object, that never meet in the other splits, although every word form is in ``train``; a tiny ``train``
    knows too few words, and then there are fewer of them. Where the two words stand is in
    ``Pair.marked``, so that one can ask whether just they are translated right. Of 3 to 8, 9 to 15, 16 to
    24 and 25 to 40 words ``novel`` has the same share as ``test``, and the mean length is the same to
    within one word (nothing meets in fewer than five words, so the shortest of ``test`` have longer
    partners). All but ``train`` and ``novel`` are the same for every ``size``. The running example opens
    ``train``.

    Raises:
        InputError: ``size`` below 1, or ``seed`` not a whole number of at least 0.
    """
    if not isinstance(size, int) or size < 1:
        raise InputError(f"size: expected a whole number of at least 1, got {size!r}")
    _check(size, seed, 3, 40)
    example = running_example()
    seen = {example.src}
    stream = _stream(random.Random(seed), 3, 40, seen)
    stream_of_long = _stream(random.Random(seed + 1_000_003), 25, 40, seen)
    candidates = []  # sentences with a held-out combination
    taken = {example.tgt}  # English sentences of the splits so far: tu pars, vous partez; je suis prêt, prête
    valid = _without_novelty(stream, _VALID, candidates, taken)
    test = _without_novelty(stream, _TEST, candidates, taken)
    long = _without_novelty(stream_of_long, _LONG, [], taken)
    train = [example, *_without_novelty(stream, size - 1, candidates, taken)]
    novel = _novel(stream, train, test, candidates, taken)
    return Corpus("grammar", "fr", "en", train, valid, test, {"long": long, "novel": novel})


def _without_novelty(stream, size, candidates, taken):
    """The next sentences without a held-out combination; those that show one go to ``candidates``, marked.

    Sentences whose English is ``taken`` are passed over; that of the sentences found is taken afterwards.
    """
    found = []
    while len(found) < size:
        pair, combinations = next(stream)
        if pair.tgt in taken:
            continue
        new = [combination.located for combination in combinations if held_out(combination.lemmas)]
        if not new:
            found.append(pair)
        elif None not in new:
            candidates.append(replace(pair, marked=tuple(new)))
    taken.update(pair.tgt for pair in found)
    return found


def _novel(stream, train, test, candidates, taken):
    """Sentences with a held-out combination, of the lengths of ``test``; all of their words occur in ``train``."""
    words = set()
    for pair in train:
        words |= _forms(pair)
    wanted = sorted((num_words(pair.src) for pair in test), reverse=True)[:: len(test) // _NOVEL]
    novel, by_length = [], {}
    while True:
        for pair in candidates:
            if pair.tgt not in taken and words.issuperset(_forms(pair)):
                by_length.setdefault(num_words(pair.src), []).append(pair)
        lacking = [length for length in wanted if not _take(by_length, length, novel)]
        if not lacking or len(train) <= _NOVEL:  # a tiny train knows too few words to go on looking
            return novel
        wanted = lacking
        candidates = []
        _without_novelty(stream, 2_000, candidates, taken)


def _take(by_length, length, novel):
    """Move a sentence of about a length, of the same band in any case, to ``novel``; whether there was one."""
    band = next(range(low, high + 1) for low, high in _BANDS if low <= length <= high)
    for near in sorted(band, key=lambda other: abs(other - length)):
        if by_length.get(near):
            novel.append(by_length[near].pop(0))
            return True
    return False


def _forms(pair):
    """The word forms of both sides, as ``word_tokenize`` finds them; the French ones have a mark."""
    french = pair.src.replace("'", "' ").split(" ")
    english = pair.tgt.replace("'s", " 's").split(" ")
    return {*english, *(f"fr {form}" for form in french)}


def num_words(text):
    """French words in a text: every space and every elision begins one."""
    return text.count(" ") + text.count("'") + 1
