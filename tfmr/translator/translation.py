"""What a translator gives back: the text, what else it might have said, and where it looked."""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest
from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor

from tfmr.translator.html import translation_html


class Alternative(NamedTuple):
    """One way to translate.

    Attributes:
        text: the translation.
        score: its log-probability over the length penalty (:func:`tfmr.decoding.beam_search`), the sum of it over
            the sentences of a text; 0 is the best there can be.
    """

    text: str
    score: float


@dataclass(frozen=True)
class Sentence:
    """A sentence as the model met it: what it read, what it wrote, and where it looked meanwhile.

    Attributes:
        src, tgt: the two texts.
        src_words: words of ``src``; the last is the end symbol, ``«end»``.
        tgt_words: words of ``tgt``.
        weights: cross-attention weights, a row for each target word; None if the model does not attend, the weights
            were not asked for, or there was nothing to translate and ``tgt`` is ``src``.
    """

    src: str
    tgt: str
    src_words: Sequence[str] = ()
    tgt_words: Sequence[str] = ()
    weights: Float[Tensor, "tgt_words src_words"] | None = None


@dataclass(frozen=True)
class Translation:
    """A translated text. ``str()`` of it is the text, and a notebook shows it with the attention between its words.

    Attributes:
        text: the translation, with as many lines as the source.
        score: how sure the model is of it; see :class:`Alternative`.
        alternatives: the best translations, at most as many as were asked for, all different; the first is ``text``.
        sentences: what the text was cut into, in order.
    """

    text: str
    score: float
    alternatives: Sequence[Alternative]
    sentences: Sequence[Sentence]

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return translation_html(self)


def best_texts(
    choices: Sequence[Sequence[Alternative]], lines: Sequence[int], most: int
) -> list[Alternative]:
    """The best ways to put a text together from ways to translate its sentences.

    Args:
        choices: for each sentence its translations, best first.
        lines: how many sentences stand in each line of the text.
        most: how many texts are wanted.
    """
    best: list[tuple[tuple[str, ...], float]] = [((), 0.0)]
    for alternatives in choices:  # the best beginnings are enough: what follows adds the same to each
        longer = [((*said, text), score + more) for said, score in best for text, more in alternatives]
        best = nlargest(most, longer, key=lambda beginning: beginning[1])
    return [Alternative(_laid_out(sentences, lines), score) for sentences, score in best]


def _laid_out(sentences: Sequence[str], lines: Sequence[int]) -> str:
    rest = iter(sentences)
    return "\n".join(" ".join(next(rest) for _ in range(count)) for count in lines)
