"""Several corpora as one to learn from."""

from collections.abc import Iterable, Sequence

from tfmr.data.corpus import Corpus, Pair
from tfmr.data.splits import normalised
from tfmr.errors import InputError


def join_corpora(corpora: Sequence[Corpus]) -> Corpus:
    """One corpus with the training and the validation pairs of all, one after the other.

    ``test`` is that of the first, so that its scores stay comparable; the test sets of the others go by their names
    into ``extra``, beside the further test sets of each. Every test set stays whole. What is joined shares no
    sentence with any of them, nor training with validation, on either side (case, punctuation and white space aside):
    pairs that would are left out.

    Raises:
        InputError: the languages differ, or a corpus is there twice.
    """
    first, *others = corpora
    names = [corpus.name for corpus in corpora]
    if len(set(names)) < len(names):
        raise InputError(f"corpus: expected different names, got {'+'.join(names)!r}")
    extra = dict(first.extra)
    for corpus in others:
        if (corpus.src_lang, corpus.tgt_lang) != (first.src_lang, first.tgt_lang):
            raise InputError(
                f"corpus: expected {first.src_lang} and {first.tgt_lang} in {corpus.name!r}, as in {first.name!r}, "
                f"got {corpus.src_lang} and {corpus.tgt_lang}"
            )
        extra |= {corpus.name: corpus.test, **corpus.extra}
    tests = [pair for split in (first.test, *extra.values()) for pair in split]
    valid = _apart([pair for corpus in corpora for pair in corpus.valid], tests)
    train = _apart([pair for corpus in corpora for pair in corpus.train], [*valid, *tests])
    attribution = "; ".join(corpus.attribution for corpus in corpora if corpus.attribution)
    languages = first.src_lang, first.tgt_lang
    return Corpus("+".join(names), *languages, train, valid, first.test, extra, attribution)


def _apart(pairs: Iterable[Pair], held_out: Iterable[Pair]) -> list[Pair]:
    """The pairs that share no sentence with those held out."""
    held_out = list(held_out)
    sources = {normalised(pair.src) for pair in held_out}
    targets = {normalised(pair.tgt) for pair in held_out}
    return [p for p in pairs if normalised(p.src) not in sources and normalised(p.tgt) not in targets]
