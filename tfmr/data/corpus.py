"""What every corpus is, whichever loader made it: pairs of sentences in three splits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

Links = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Pair:
    """A sentence and its translation, with gold word alignments where the corpus has them.

    Attributes:
        src: the source sentence.
        tgt: its translation.
        links: the sure links, pairs ``(source word, target word)``, both counted from 0 over
            ``word_tokenize(src)`` and ``word_tokenize(tgt)``; None where nobody aligned the words.
        possible: the links an annotator accepts without asking for them. They come on top of ``links``:
            no link is in both. None where the corpus makes no such difference.
        marked: what a score may look at in particular, as pairs of (positions in the source, positions in the
            target), counted like links; empty where nothing is. In the *novel* split of ``grammar``: the two
            words that never meet in training, and the words that translate them.
    """

    src: str
    tgt: str
    links: Links | None = None
    possible: Links | None = None
    marked: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = ()

    def swapped(self) -> "Pair":
        """The same pair in the other direction."""
        return Pair(
            self.tgt,
            self.src,
            _turned(self.links),
            _turned(self.possible),
            tuple((tgt, src) for src, tgt in self.marked),
        )


@dataclass(frozen=True)
class Corpus:
    """Pairs in three splits that share no sentence, and whatever further test sets the corpus offers.

    Attributes:
        name: the name :func:`tfmr.data.load_corpus` knows it by.
        src_lang, tgt_lang: two-letter codes of the languages, such as ``"fr"`` and ``"en"``.
        train, valid, test: the splits; all that is learnt, vocabularies included, comes from ``train``.
        extra: further test sets by name.
        attribution: whom to thank and under which licence, in one line to show; empty if nobody asks.
    """

    name: str
    src_lang: str
    tgt_lang: str
    train: Sequence[Pair]
    valid: Sequence[Pair]
    test: Sequence[Pair]
    extra: Mapping[str, Sequence[Pair]] = field(default_factory=dict)
    attribution: str = ""

    def swapped(self) -> "Corpus":
        """The same corpus in the other direction; the splits stay what they are."""
        return replace(
            self,
            src_lang=self.tgt_lang,
            tgt_lang=self.src_lang,
            train=[pair.swapped() for pair in self.train],
            valid=[pair.swapped() for pair in self.valid],
            test=[pair.swapped() for pair in self.test],
            extra={name: [pair.swapped() for pair in pairs] for name, pairs in self.extra.items()},
        )


def _turned(links: Links | None) -> Links | None:
    return None if links is None else tuple(sorted((tgt, src) for src, tgt in links))
