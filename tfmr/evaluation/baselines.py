"""What a model of translation must beat, and what an aligner cannot."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from tfmr.data import Pair, word_detokenize, word_tokenize
from tfmr.errors import InputError
from tfmr.evaluation.alignment import IBMModel1
from tfmr.evaluation.metrics import alignment_error_rate


def word_dictionary(train: Sequence[Pair], iterations: int = 5) -> dict[str, str]:
    """For each source word its most frequent translation, an empty text where that is none.

    IBM Model 1, which learns from ``train``, links each target word there to one source word or to none. A source
    word's translation is the target word that is linked to it most often; of several, the one met first. It has
    none if it stands more often without any link, as *ne* does where *not* goes to *pas*.

    Args:
        train: the pairs to learn from.
        iterations: of expectation-maximisation.

    Raises:
        InputError: there are no training pairs.
    """
    pairs = [(word_tokenize(pair.src), word_tokenize(pair.tgt)) for pair in train]
    model = IBMModel1().fit(pairs, iterations)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for src, tgt in pairs:
        links = sorted(model.links(src, tgt))
        for i, j in links:
            counts[src[i]][tgt[j]] += 1
        for i in set(range(len(src))) - {i for i, _ in links}:
            counts[src[i]][""] += 1
    return {word: found.most_common(1)[0][0] for word, found in counts.items()}


def word_by_word(sources: Sequence[str], dictionary: Mapping[str, str]) -> list[str]:
    """Put each word's translation in its place, whatever stands around it.

    Words with an empty translation are left out; words that the dictionary has not stay as they are.
    """
    translations = []
    for source in sources:
        words = (dictionary.get(word, word) for word in word_tokenize(source))
        translations.append(word_detokenize([word for word in words if word]))
    return translations


def lowest_error_rate(pairs: Sequence[Pair]) -> float:
    """The lowest alignment error rate of an aligner that gives each target word at most one source word.

    That is the convention by which attention weights and the aligners of this package are scored
    (:func:`tfmr.evaluation.links_from_weights`): one source word for each target word, the one with most weight,
    or none. Where gold has several sure links for a target word (*ne* and *pas* for *not*), all but one are missed.
    The best choice takes a sure link where the word has one, else a possible one, else none.

    Returns:
        A number from 0 to 1; nothing below it can be reached.

    Raises:
        InputError: a pair has no gold links (``links`` is None), or all together have none.
    """
    unaligned = sum(pair.links is None for pair in pairs)
    if unaligned or not any(pair.links or pair.possible for pair in pairs):
        raise InputError(
            f"pairs: expected some with gold links, got {len(pairs)}, {unaligned} of them unaligned"
        )
    # The rate is 1 - hits / total. A sure link adds 2 to the hits and 1 to the total, a possible one 1 and 1, a
    # wrong one 0 and 1. Hits never exceed the total, so the first two do no harm, and a sure one does more good.
    sure, possible = [pair.links for pair in pairs], [pair.possible or () for pair in pairs]
    found = []
    for must, may in zip(sure, possible, strict=True):
        chosen = {tgt: (src, tgt) for src, tgt in (*may, *must)}  # of a word's links the last one stays
        found.append(chosen.values())
    return alignment_error_rate(found, sure, possible)
