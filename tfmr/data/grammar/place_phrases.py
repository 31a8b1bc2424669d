"""Where: places, cities and countries, pieces of furniture, with their prepositions in both languages."""

from tfmr.data.grammar.lexicon import cities_and_countries, select
from tfmr.data.grammar.noun_phrases import noun_phrase, preposition
from tfmr.data.grammar.tokens import word

_HOMES = select("town home ferme château forêt île")
_DESTINATIONS = tuple(noun for noun in select("place") if noun.fr_prep == "à")
_PLACES = select("place")
_AROUND = (("devant", "in front of"), ("derrière", "behind"), ("près de", "near"), ("à côté de", "next to"))
# Where a thing lies: preposition in both languages, and what it lies on or in.
_SPOTS = (
    ("sur", "on", select("table chaise lit")), ("sous", "under", select("table chaise lit")),
    ("dans", "in", select("sac valise boîte voiture")), ("dans", "in", select("room bureau")),
)  # fmt: skip


def place_phrase(state, *, going=False, home=False, arriving=False):
    """*à Paris, dans le jardin, près de la gare*.

    Args:
        going: a place to go to: *à*, to.
        home: a place to live in.
        arriving: a place to arrive at.
    """
    if state.chance(0.55 if home else 0.22):
        return _city(state, going)
    noun = state.fresh(_HOMES if home else _DESTINATIONS if going or arriving else _PLACES)
    near = not (going or home or arriving) and noun.tags & {"building", "green"} and state.chance(0.25)
    fr_prep, en_prep = (noun.fr_prep, "to" if going else noun.en_prep)
    if home:
        en_prep = "on" if noun.en_prep == "on" else "in"
        fr_prep = "dans" if noun.fr_prep == "à" else noun.fr_prep
    if near:
        fr_prep, en_prep = state.pick(_AROUND)
    # à la gare, rarely à une gare
    kind = state.weigh(((8, "definite"), (1, "possessive"), (1, "demonstrative"))) if fr_prep == "à" else None
    if kind == "possessive" and noun.lemma not in ("école", "bureau", "hôtel", "ferme"):
        kind = "definite"
    return preposition(fr_prep, en_prep, noun_phrase(state, noun, role="after", number=1, kind=kind))


def _city(state, going):
    fr, en, fr_prep, en_prep = state.pick(cities_and_countries())
    for _ in range(6):
        if fr not in state.said:
            break
        fr, en, fr_prep, en_prep = state.pick(cities_and_countries())
    state.said.append(fr)
    fr_in, en_in = word(fr_prep, "to" if going else en_prep)
    fr_city, en_city = word(fr, en)
    return fr_in + fr_city, en_in + en_city


def spot_phrase(state):
    """*sur la table, dans le sac*."""
    fr_prep, en_prep, nouns = state.pick(_SPOTS)
    kind = state.weigh(((7, "definite"), (3, None)))
    np = noun_phrase(state, state.fresh(nouns), role="after", number=1, kind=kind, plain=True)
    return preposition(fr_prep, en_prep, np)
