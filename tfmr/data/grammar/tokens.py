"""Words that know their translation, and the last step that turns them into a sentence pair.

A rule of the grammar builds both sides of a constituent at once. Each French word is made with the English
words that it translates, so a link can never be lost or guessed: whatever order the rules put the words in,
the positions are only read off at the end, here. This is where a French word looks at its neighbours: elision
(*le arbre* → *l'arbre*), the forms before a vowel (*beau* → *bel*, *ma* → *mon*), contraction (*du*).
"""

from tfmr.data.corpus import Pair
from tfmr.data.grammar.english import starts_with_vowel_sound
from tfmr.data.grammar.french import starts_with_vowel
from tfmr.data.grammar.function_words import BEFORE_VOWEL

_CONTRACTED = {("de", "le"): "du", ("de", "les"): "des", ("à", "le"): "au", ("à", "les"): "aux"}


class En:
    """An English word. Two of the same form are two words."""

    __slots__ = ("form", "at")

    def __init__(self, form):
        self.form = form
        self.at = -1


class Fr:
    """A French word with the English words it translates.

    Attributes:
        form: how it is written.
        at: where it stands in the sentence; -1 until :func:`finish` knows.
        to: English words with a sure link to it.
        maybe: English words with a possible link to it.
        before_vowel: how it is written before a vowel; None: the same.
        is_article: contracts with *de* and *à* before it (the article *le* does, the pronoun *le* does not).
    """

    __slots__ = ("form", "to", "maybe", "before_vowel", "is_article", "at")

    def __init__(self, form, to=(), maybe=(), before_vowel=None, is_article=False):
        self.form = form
        self.to = to
        self.maybe = maybe
        self.before_vowel = before_vowel or BEFORE_VOWEL.get(form)
        self.is_article = is_article
        self.at = -1


def word(french, english):
    """One word each, linked to each other."""
    en = En(english)
    return [Fr(french, (en,))], [en]


def stop(french, english, mark="."):
    """The final mark on both sides."""
    fr_mark, en_mark = word(mark, mark)
    return french + fr_mark, english + en_mark


def finish(french, english):
    """The sentence pair: spelling, positions, links."""
    french = _contract(_elide(french))
    _choose_a_or_an(english)
    for at, en in enumerate(english):
        en.at = at
    for at, fr in enumerate(french):
        fr.at = at
    sure = sorted({(i, en.at) for i, fr in enumerate(french) for en in fr.to})
    linked = set(sure)
    possible = sorted({(i, en.at) for i, fr in enumerate(french) for en in fr.maybe} - linked)
    return Pair(
        _text([fr.form for fr in french]), _text([en.form for en in english]), tuple(sure), tuple(possible)
    )


def _elide(words):
    """Give each word the form that the next one asks for."""
    last = None
    for fr in words:
        if last is not None and last.before_vowel is not None and starts_with_vowel(fr.form):
            last.form = last.before_vowel
        last = fr
    return words


def _contract(words):
    """Make *du, des, au, aux* of preposition and article; the one word keeps the links of both."""
    result = []
    for fr in words:
        if fr.is_article and result and (result[-1].form, fr.form) in _CONTRACTED:
            first = result.pop()
            form = _CONTRACTED[first.form, fr.form]
            fr = Fr(form, (*first.to, *fr.to), (*first.maybe, *fr.maybe))
        result.append(fr)
    return result


def _choose_a_or_an(words):
    for i, en in enumerate(words):
        if en.form == "a" and starts_with_vowel_sound(words[i + 1].form):
            en.form = "an"


def _text(forms):
    """A space between words, but none after an elided form nor before a possessive 's."""
    forms[0] = forms[0][0].upper() + forms[0][1:]
    return " ".join(forms).replace("' ", "'").replace(" 's", "'s")
