"""Cutting a French or English sentence into words, and putting it together again."""

import re

from tfmr.data.text import canonical

# French forms that lose their vowel before another vowel: j', l', d', qu', jusqu' … but not «aujourd'hui».
_ELIDED = r"(?:[cdjlmnst]|(?:jus|lors|puis|quoi|quel)?qu)'"
_ELISION = re.compile(_ELIDED, re.IGNORECASE)
_ELISION_BEFORE_WORD = re.compile(_ELIDED + r"(?=\w)(?!s(?!\w))", re.IGNORECASE)  # but not "c's"
_POSSESSIVE = re.compile(r"'s", re.IGNORECASE)
_POSSESSIVE_AFTER_WORD = re.compile(r"(?<=.)'s\Z", re.IGNORECASE)
_OPENING = re.compile(r"[\"«(\[{¿¡]")
_CLOSING = re.compile(r"(?:\.{2,}|[.,;:!?…\"»)\]}])\Z")
# One letter and a full stop («M.», «U.S.»), and the common titles: their full stop ends no sentence.
_ABBREVIATION = re.compile(r"(?:(?:[^\W\d_]\.)+|(?:Mr|Mrs|Ms|Dr|St|Mme|Mlle|etc)\.)\Z", re.IGNORECASE)


def word_tokenize(text: str) -> list[str]:
    """The words of a French or English sentence, punctuation marks among them, in canonical form.

    White space separates words. Inside what it leaves, three things are cut: an elided French form before
    its word (``l'eau`` → ``l'``, ``eau``), an English possessive (``cat's`` → ``cat``, ``'s``), and
    punctuation at either end. Hyphens bind (``mange-t-il`` is one word), and so does any other apostrophe
    (``aujourd'hui``, ``don't``). A text already cut into such words, separated by spaces, comes back so.

    >>> word_tokenize("J'aime apprendre l'intelligence artificielle .")
    ["J'", 'aime', 'apprendre', "l'", 'intelligence', 'artificielle', '.']

    The form is :func:`tfmr.data.text.canonical`'s: every apostrophe is ``'``.
    """
    return [word for chunk in canonical(text).split() for word in _cut(chunk)]


def word_detokenize(words: list[str]) -> str:
    """The sentence that the words make: one space between them, none after an elided form nor before ``'s``.

    The space before a full stop stays, as the ``grammar`` corpus writes it, so
    ``word_detokenize(word_tokenize(text)) == text`` for every sentence of that corpus. Real text, where
    punctuation leans on words, is better served by byte-pair encoding, which gives back what it was given.
    """
    parts: list[str] = []
    for position, word in enumerate(words):
        follows_elision = position > 0 and _ELISION.fullmatch(words[position - 1])
        if position > 0 and not follows_elision and not _POSSESSIVE.fullmatch(word):
            parts.append(" ")
        parts.append(word)
    return "".join(parts)


def _cut(chunk: str) -> list[str]:
    """Cut one piece of text without white space into words."""
    before, after = [], []
    while match := _OPENING.match(chunk) or _ELISION_BEFORE_WORD.match(chunk):
        before.append(match[0])
        chunk = chunk[match.end() :]
    while not _ABBREVIATION.match(chunk) and (
        match := _CLOSING.search(chunk) or _POSSESSIVE_AFTER_WORD.search(chunk)
    ):
        after.append(match[0])
        chunk = chunk[: match.start()]
    return [word for word in (*before, chunk, *reversed(after)) if word]
