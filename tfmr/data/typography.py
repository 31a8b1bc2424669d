"""Where the spaces around punctuation go, and which quotation marks a language writes.

People and corpora differ in it: «Quoi ?», «Quoi?», «Quoi\\u202f?» ask the same. A model should not have to learn each
habit, so it reads and writes the tidy form alone; what it wrote is then set as its language is printed.
"""

import re

from tfmr.data.text import canonical

NARROW = "\u202f"  # the narrow space at which no line breaks
# «:)» and its like are pictures; the sign that begins one leans on no word.
_NO_PICTURE = r"(?![:;=]-?[()])"
_AFTER_A_MARK = r"(?=[\s\"«»)\]}]|\Z)"  # so that «.NET» and «10:30» are left alone
_BEFORE_CLOSING = re.compile(
    rf"(?<!\.) (?=\.[.,;:!?…]*{_AFTER_A_MARK})"  # two full stops that stand apart are no dots of omission
    rf"| (?={_NO_PICTURE}[,;:!?…][.,;:!?…]*{_AFTER_A_MARK})"
    r"| (?=[)\]}])"
)
_AFTER_OPENING = re.compile(r"(?<=(?<![:;=-])[(\[{]) ")
_QUOTE = re.compile(r'["«»]')
# French puts a space before these, and between «guillemets» and what they hold.
_FRENCH_HIGH_SIGNS = re.compile(rf"(?<=[^\s(\[{{«;:!?])(?={_NO_PICTURE}[;:!?][.,;:!?…]*{_AFTER_A_MARK})")


def tidy(text: str) -> str:
    """The text in :func:`tfmr.data.text.canonical` form, with punctuation in the one way that models learn.

    Closing signs follow their word without a space and opening ones precede theirs so; every double quotation mark,
    « and » among them, is ``"``. Spaces are taken away and none is put in: between what is left nothing moves.
    ``tidy(tidy(text))`` is ``tidy(text)``.

    >>> tidy("« Quoi ? » dit-il . ( Rien . )")
    '"Quoi?" dit-il. (Rien.)'
    """
    text = _set_quotes(_AFTER_OPENING.sub("", canonical(text)), '"', '"')
    return _BEFORE_CLOSING.sub("", text)


def typeset(text: str, language: str) -> str:
    """The text as ``language`` is printed; whatever its spaces were, they come out alike.

    French (``"fr"``) has « quotation marks » and a narrow no-break space before ``; : ! ?`` and inside the marks
    (Lexique des règles typographiques en usage à l'Imprimerie nationale). Any other language is left
    tidy, as English is printed. ``tidy(typeset(text, language))`` is ``tidy(text)``, and apostrophes stay ``'``.

    >>> typeset('"Quoi?" dit-il.', "fr").replace(NARROW, "_")
    '«_Quoi_?_» dit-il.'
    """
    text = tidy(text)
    if language != "fr":
        return text
    return _FRENCH_HIGH_SIGNS.sub(NARROW, _set_quotes(text, "«" + NARROW, NARROW + "»"))


def _set_quotes(text: str, opening: str, closing: str) -> str:
    """Each double quotation mark joined to what it holds, and written as its side of the quotation is."""
    signs, joined, is_open = {}, set(), False
    for match in _QUOTE.finditer(text):
        place = match.start()
        side = _side(text, place, is_open)
        if side is not None:
            is_open = side == "opening"
            signs[place] = opening if is_open else closing
            joined.add(place + 1 if is_open else place - 1)
    kept = (place for place, sign in enumerate(text) if not (place in joined and sign == " "))
    return "".join(signs.get(place, text[place]) for place in kept)


def _side(text: str, place: int, is_open: bool) -> str | None:
    """Which side of a quotation the mark at ``place`` is, as its shape or its neighbours say; None inside a word."""
    sign, left, right = text[place], text[:place][-1:], text[place + 1 :][:1]
    if left in ("", *"([{"):
        return "opening"
    if right == "" or (left != " " and right in ",;:.!?…)]}"):
        return "closing"
    if sign != '"':
        return "opening" if sign == "«" else "closing"
    if left == right == " ":
        return "closing" if is_open else "opening"
    if right == " ":
        return "closing"
    return "opening" if left in " '" else None  # l'"eau"
