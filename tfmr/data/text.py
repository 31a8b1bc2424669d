"""The one way in which a sentence is written inside the package, however it was typed."""

import unicodedata

# The same sign in another shape: a model that has learnt «j'aime» must not see a new word in «j’aime».
# French «guillemets» and dashes are signs of their own, and stay.
_APOSTROPHES = (
    "\u2018\u2019\u201a\u201b\u02b9\u02bb\u02bc\u02bd\u2032\u00b4\u0060\uff07"  # ‘ ’ ‚ ‛ ʹ ʻ ʼ ʽ ′ ´ ` ＇
)
_QUOTES = "\u201c\u201d\u201e\u201f\u2033\uff02"  # “ ” „ ‟ ″ ＂
_HYPHENS = "\u2010\u2011"  # the typographer's, and the one that does not break
_UNSEEN = "\u00ad\u200b\u2060\ufeff"  # a hyphen for line ends, no-width spaces, a byte-order mark
_SIGNS = str.maketrans(
    dict.fromkeys(_APOSTROPHES, "'") | dict.fromkeys(_QUOTES, '"') | dict.fromkeys(_HYPHENS, "-")
    | dict.fromkeys(_UNSEEN)
)  # fmt: skip


def canonical(text: str) -> str:
    """The text with one code for each sign, whatever keyboard, editor or web page it comes from.

    Letters are in Unicode normal form C (``é`` is one character), every apostrophe is ``'``, every double
    quotation mark but « and » is ``"``, hyphens are ``-``, characters that show nothing are gone, and each
    stretch of white space, of whatever width, is one space; none is left at the ends.

    Corpora are written so when they are read, and tokenizers write so whatever they are given: what a model
    learns from, what it is asked, and what it is compared with agree. ``canonical(canonical(text))`` is
    ``canonical(text)``.

    >>> canonical(" J’aime\\u00a0l’e\\u0301te\\u0301 ")
    "J'aime l'été"
    """
    # Taken apart first: some letters and signs have several codes, of which the table names one.
    signs = unicodedata.normalize("NFD", text).translate(_SIGNS)
    return " ".join(unicodedata.normalize("NFC", signs).split())
