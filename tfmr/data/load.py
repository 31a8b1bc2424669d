"""One door to all corpora."""

import random
from dataclasses import replace
from pathlib import Path

from tfmr.data.alibi import load_alibi
from tfmr.data.corpus import Corpus
from tfmr.data.joined import join_corpora
from tfmr.data.multi30k import LANGUAGES, load_multi30k
from tfmr.data.tatoeba import load_tatoeba
from tfmr.data.tsv import load_tsv
from tfmr.errors import InputError

NAMES = ("grammar", "tatoeba", "multi30k", "alibi")
GRAMMAR_SIZE = 20_000


def load_corpus(
    name: str | Path, *, src: str = "fr", tgt: str = "en", size: int | None = None, seed: int = 0
) -> Corpus:
    """A corpus by its name, or from the user's own file.

    ======== ======================================================= =====================
    name     what                                                    languages
    ======== ======================================================= =====================
    grammar  made by a grammar in this package, gold links           fr, en
    tatoeba  short sentences that people wrote                       fr, en
    multi30k image captions, the benchmark                           de, en, fr
    alibi    stories, gold links by hand; ``test`` only              fr, en
    a path   ``source TAB target`` a line, plain or gzip             as the caller says
    ======== ======================================================= =====================

    Names joined by ``+``, such as ``"tatoeba+grammar"``, are one corpus (:func:`tfmr.data.joined.join_corpora`): the
    training and validation pairs of all, the test pairs of the first. Each is loaded as it would be alone.

    All but ``grammar`` and a path are looked for in ``$TFMR_DATA``, in the cache, and at their public homes
    (:func:`tfmr.data.download.fetch`).

    Args:
        name: one of the names above, several joined by ``+``, or the path of a file (whatever ends in ``.tsv``,
            ``.txt`` or ``.gz``, or contains a ``/``).
        src, tgt: codes of the source and the target language.
        size: how many training pairs. ``grammar`` makes that many (20,000 if None); of another corpus, or of
            joined ones, it keeps a random choice (all if None). The validation and test sets do not depend on it
            there.
        seed: what ``grammar`` makes, and which training pairs are chosen elsewhere. The splits of the other
            corpora do not depend on it.

    Raises:
        InputError: the name is unknown, the corpus has no such language, ``size`` is more than it has, or a
            file is missing or broken.
    """
    if size is not None and size < 1:
        raise InputError(f"size: expected at least 1 training pair, got {size}")
    if is_path(name):
        return _choose(load_tsv(name, src, tgt), size, seed)
    if "+" in name:
        parts = [load_corpus(part, src=src, tgt=tgt, seed=seed) for part in name.split("+")]
        return _choose(join_corpora(parts), size, seed)
    if name not in NAMES:
        expected = ", ".join(repr(known) for known in NAMES)
        raise InputError(f"corpus: expected {expected} or the path of a .tsv file, got {name!r}")
    _check_languages(name, src, tgt)
    if name == "multi30k":
        return _choose(load_multi30k(src, tgt), size, seed)
    if name == "grammar":
        from tfmr.data.grammar import load_grammar  # its lexicon is not built for those who do without

        corpus = load_grammar(size=size or GRAMMAR_SIZE, seed=seed)
    else:
        corpus = _choose(load_tatoeba() if name == "tatoeba" else load_alibi(), size, seed)
    return corpus if src == corpus.src_lang else corpus.swapped()


def is_path(name: str | Path) -> bool:
    """Whether :func:`load_corpus` takes this for a file, not for the name of a corpus."""
    return isinstance(name, Path) or name.endswith((".tsv", ".txt", ".gz")) or "/" in name or "\\" in name


def _check_languages(name: str, src: str, tgt: str) -> None:
    languages = LANGUAGES if name == "multi30k" else ("en", "fr")
    for argument, language in (("src", src), ("tgt", tgt)):
        if language not in languages:
            expected = " or ".join(repr(known) for known in languages)
            raise InputError(f"{argument}: expected {expected} for the corpus {name!r}, got {language!r}")
    if src == tgt:
        raise InputError(f"tgt: expected another language than the source's, got {tgt!r} for both")


def _choose(corpus: Corpus, size: int | None, seed: int) -> Corpus:
    """The corpus with ``size`` training pairs; a smaller choice is part of a larger one."""
    if size is None:
        return corpus
    if size > len(corpus.train):
        most = len(corpus.train)
        raise InputError(f"size: expected at most the {most} training pairs of {corpus.name!r}, got {size}")
    shuffled = list(corpus.train)
    random.Random(f"size {seed}").shuffle(shuffled)
    return replace(corpus, train=shuffled[:size])
