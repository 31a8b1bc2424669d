"""Cutting running text into sentences, and a sentence that is too long at its clauses."""

import re
from collections.abc import Callable

from tfmr.data.text import canonical

# Where a sentence may end: after . ! ? … and whatever closes there («Oui ! »), before white space.
_END = re.compile(r'([.!?…]+)(?: ?[»)\]}]|"(?!\w))* (?=(\S))')
# Before a name: one letter («M.», «J. R.», «U.S.») or a title.
_TITLE = re.compile(
    r"(?:(?:[^\W\d_]\.)+|(?:MM|Mr|Mrs|Ms|Dr|Drs|Pr|Prof|St|Ste|Mme|Mmes|Mlle|Mlles|Mgr|Sr|Gen|Col|Capt|Lt|vs)\.)\Z"
)
_CLAUSE_END = re.compile(r"(?<=[,;:—–]) ")


def split_sentences(text: str) -> list[str]:
    """The sentences of a French or English text, in :func:`tfmr.data.text.canonical` form.

    One ends at ``. ! ? …`` and the marks that close there, if white space follows and then anything but a small
    letter («Quoi ? » dit-il goes on). A full stop also ends none after a title or an initial (M. Hamel), nor before
    a digit (p. 12). ``" ".join(split_sentences(text))`` is ``canonical(text)``.

    >>> split_sentences("M. Hamel lit. « Il dort ? » dit-elle… Oui !")
    ['M. Hamel lit.', '« Il dort ? » dit-elle…', 'Oui !']
    """
    text = canonical(text)
    sentences, start = [], 0
    for match in _END.finditer(text):
        signs, following = match.groups()
        chunk = text[start : match.end(1)].split(" ")[-1].lstrip("«\"'([{")
        goes_on = signs == "." and (following.isdecimal() or _TITLE.match(chunk))
        if not goes_on and not following.islower():
            sentences.append(text[start : match.end() - 1])
            start = match.end()
    return [*sentences, text[start:]] if text else []


def cut_long(sentence: str, fits: Callable[[str], bool]) -> list[str]:
    """The sentence in parts that fit: cut at the clause mark nearest the middle, else at the space nearest to it.

    A word that does not fit stays whole, as the one part that is too long. ``" ".join`` of the parts is the sentence.

    Args:
        sentence: one in :func:`tfmr.data.text.canonical` form.
        fits: whether a part is short enough.
    """
    clauses = [match.start() for match in _CLAUSE_END.finditer(sentence)]
    places = clauses or [match.start() for match in re.finditer(" ", sentence)]
    if not places or fits(sentence):
        return [sentence]
    place = min(places, key=lambda place: abs(2 * place - len(sentence)))
    return [*cut_long(sentence[:place], fits), *cut_long(sentence[place + 1 :], fits)]
