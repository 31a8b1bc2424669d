"""How good is a translation, how good an alignment: numbers that others can reproduce."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import sacrebleu

from tfmr.data import word_tokenize
from tfmr.errors import InputError

Link = tuple[int, int]
# force: the grammar corpus writes a space before its full stops, which sacreBLEU would warn about on stderr.
METRICS = {"bleu": lambda: sacrebleu.metrics.BLEU(force=True), "chrf": lambda: sacrebleu.metrics.CHRF()}


class Score(NamedTuple):
    """A corpus score from 0 to 100, with the signature that says exactly how it was computed."""

    score: float
    signature: str

    def __str__(self) -> str:
        return f"{self.score:.2f} ({self.signature})"


def bleu(hypotheses: Sequence[str], references: Sequence[str]) -> Score:
    """Corpus BLEU (Papineni et al. 2002), through sacreBLEU (Post 2018).

    The texts are cased and *detokenised*: sacreBLEU applies its own tokenisation (13a), one for all.

    Args:
        hypotheses: what the model wrote, a sentence each.
        references: what a translator wrote, one for each hypothesis. The order of the two arguments matters.

    Raises:
        InputError: the lists are empty, of unequal length, or hold something else than text.
    """
    return _score(METRICS["bleu"](), hypotheses, references)


def chrf(hypotheses: Sequence[str], references: Sequence[str]) -> Score:
    """Corpus chrF, an F-score over character n-grams (Popović 2015); arguments as for :func:`bleu`."""
    return _score(METRICS["chrf"](), hypotheses, references)


def literature_bleu(hypotheses: Sequence[str], references: Sequence[str]) -> Score:
    """BLEU to stand beside papers that score lower-cased, tokenised text, as those on Multi30k do.

    Such papers cut text with the Moses tokenizer before they count. Here the texts are raw, as for :func:`bleu`, and
    sacreBLEU lower-cases them (``case:lc`` in the signature) and cuts them by 13a, which anyone can repeat from the
    signature alone. The two tokenizers differ little: both cut off punctuation and keep hyphens; at apostrophes
    Moses cuts (*l' homme*, *man 's*) and 13a does not. So figures that lie a few tenths apart are not to be compared.

    Args, Raises:
        As for :func:`bleu`.
    """
    return _score(sacrebleu.metrics.BLEU(lowercase=True, force=True), hypotheses, references)


class AlignmentScores(NamedTuple):
    """How well links found agree with gold ones, counted over a whole corpus.

    Attributes:
        precision: the share of the links found that gold allows, |A∩P| / |A|; 1 if none was found.
        recall: the share of gold's sure links that were found, |A∩S| / |S|; 1 if none is sure.
        error_rate: 1 − (|A∩S| + |A∩P|) / (|A| + |S|), from 0 (perfect) to 1.
    """

    precision: float
    recall: float
    error_rate: float

    def __str__(self) -> str:
        return f"{self.error_rate:.3f} (precision {self.precision:.3f}, recall {self.recall:.3f})"


def alignment_scores(
    found: Sequence[Collection[Link]],
    sure: Sequence[Collection[Link]],
    possible: Sequence[Collection[Link]] | None = None,
) -> AlignmentScores:
    """Precision, recall and error rate of alignments (Och and Ney 2003, section 5).

    Links are summed over all sentences before anything is divided, so a long sentence counts for more.

    Args:
        found: for each sentence the links (source position, target position) to be judged.
        sure: the gold links that must be found.
        possible: gold links that may be found; every sure link counts as possible too.

    Raises:
        InputError: the lists have unequal lengths, or there is no link at all.
    """
    possible = sure if possible is None else possible
    if not len(found) == len(sure) == len(possible):
        raise InputError(
            "found, sure, possible: expected one set of links a sentence in each, "
            f"got {len(found)}, {len(sure)} and {len(possible)}"
        )
    allowed_hits = sure_hits = num_found = num_sure = 0
    for links, must, may in zip(map(set, found), map(set, sure), map(set, possible), strict=True):
        allowed_hits += len(links & (may | must))
        sure_hits += len(links & must)
        num_found += len(links)
        num_sure += len(must)
    if num_found + num_sure == 0:
        raise InputError("found, sure: expected at least one link, got none")
    return AlignmentScores(
        precision=allowed_hits / num_found if num_found else 1.0,
        recall=sure_hits / num_sure if num_sure else 1.0,
        error_rate=1.0 - (sure_hits + allowed_hits) / (num_found + num_sure),
    )


def alignment_error_rate(
    predicted: Sequence[Collection[Link]],
    sure: Sequence[Collection[Link]],
    possible: Sequence[Collection[Link]] | None = None,
) -> float:
    """1 − (|A∩S| + |A∩P|) / (|A| + |S|), summed over all sentences (Och and Ney 2003, equation 37).

    Args, Raises:
        As for :func:`alignment_scores`, which gives this number beside its two parts.
    """
    return alignment_scores(predicted, sure, possible).error_rate


def combination_rate(
    hypotheses: Sequence[str], references: Sequence[str], combinations: Sequence[Sequence[str]]
) -> float:
    """The share of hypotheses that hold a combination of words of their reference, *modern museum* say.

    BLEU hardly sees two words among twenty. Here nothing else counts: a hypothesis must have these very words, in
    this order, and the last no farther from the first than in the reference. What stands side by side there must
    do so here; for *ate … apple* of *ate the red apple*, *ate an apple* will do, *ate while he washed the apple*
    will not.

    Args:
        hypotheses: what the model wrote, a sentence each.
        references: what a translator wrote, one for each hypothesis.
        combinations: for each reference the words that count, as ``word_tokenize`` finds them there, in its order.

    Returns:
        A number from 0 to 1.

    Raises:
        InputError: the lists are empty, of unequal length, or hold something else than text; a reference does not
            hold its combination.
    """
    check_texts(hypotheses, references)
    if len(combinations) != len(references):
        raise InputError(
            f"combinations: expected one for each of the {len(references)} references, got {len(combinations)}"
        )
    found = 0
    for hypothesis, reference, combination in zip(hypotheses, references, combinations, strict=True):
        room = _stretch(word_tokenize(reference), combination)
        if not room:
            raise InputError(
                f"combinations: expected words of {reference!r} in their order, got {tuple(combination)}"
            )
        needed = _stretch(word_tokenize(hypothesis), combination)
        found += needed is not None and needed <= room
    return found / len(hypotheses)


def _stretch(words: Sequence[str], combination: Sequence[str]) -> int | None:
    """The number of words from the first to the last of a combination where it stands closest; None if nowhere."""
    shortest = None
    for start in range(len(words)):
        end = start
        for word in combination:
            if word not in words[end:]:
                return shortest  # and none begins further right
            end = words.index(word, end) + 1
        shortest = end - start if shortest is None else min(shortest, end - start)
    return shortest


def _score(metric, hypotheses: Sequence[str], references: Sequence[str]) -> Score:
    check_texts(hypotheses, references)
    result = metric.corpus_score(list(hypotheses), [list(references)])
    return Score(result.score, str(metric.get_signature()))


def check_texts(hypotheses: Sequence[str], references: Sequence[str], name: str = "hypotheses") -> None:
    """Refuse what is not two lists of texts, of one length; ``name`` is what the first is called in the message.

    Raises:
        InputError: a list is a single text or holds something else than text; the lists are empty or of unequal length.
    """
    for argument, texts in ((name, hypotheses), ("references", references)):
        if isinstance(texts, str) or not all(isinstance(text, str) for text in texts):
            raise InputError(f"{argument}: expected a list of sentences as text, got something else")
    if len(hypotheses) != len(references) or not hypotheses:
        raise InputError(
            f"{name}, references: expected two lists of the same length, at least 1, "
            f"got {len(hypotheses)} and {len(references)}"
        )
