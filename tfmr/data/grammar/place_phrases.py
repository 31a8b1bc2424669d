"""Where: places, cities and countries, pieces of furniture, with their prepositions in both languages."""

from tfmr.data.grammar.lexicon import cities_and_countries, select
from tfmr.data.grammar.noun_phrases import noun_phrase
from tfmr.data.grammar.references import preposition
from tfmr.data.grammar.tokens import word

_HOMES = "town home ferme château forêt île"
_DESTINATIONS = (
    "public_building plage marché aéroport bureau cinéma château musée ferme zoo parc lac rivière montagne "
    "village laboratoire"
)
_AROUND = (("devant", "in front of"), ("derrière", "behind"), ("près de", "near"), ("à côté de", "next to"))
# Where a thing lies: preposition in both languages, and what it lies on or in.
_SPOTS = (
    ("sur", "on", "table chaise"), ("sous", "under", "table chaise lit"), ("dans", "in", "sac valise boîte"),
    ("dans", "in", "chambre cuisine bureau"),
)  # fmt: skip
_SPOTS_FOR_FOOD = (("sur", "on", "table"), ("dans", "in", "sac boîte"), ("dans", "in", "cuisine"))
_SPOTS_FOR_PETS = (("sur", "on", "lit chaise"), ("sous", "under", "table lit chaise"), ("dans", "in", "chambre cuisine"))


def has_places(topic):
    """Whether a topic has somewhere to go to or to live in."""
    return topic.cities or bool(select(_DESTINATIONS, topic)) and bool(select(_HOMES, topic))


def place_phrase(state, *, going=False, home=False, arriving=False, outside=False):
    """*à Paris, dans le jardin, près de la gare*.

    Args:
        going: a place to go to: *à*, to.
        home: a place to live in.
        arriving: a place to arrive at.
        outside: not under a roof.

    Returns:
        French words and English words, or None where the topic has no such place left.
    """
    topic = state.scene.topic
    if home:
        wanted = _HOMES
    elif going or arriving:
        wanted = _DESTINATIONS
    else:
        wanted = "place water !building !room" if outside else "place water !cinéma"
    nouns = tuple(noun for noun in select(wanted, topic) if noun.lemma not in state.said)
    if topic.cities and (not nouns or state.chance(0.5)):
        return _city(state, going)
    if not nouns:
        return None
    noun = state.fresh(nouns)
    near = not (going or home or arriving) and noun.tags & {"building", "green"} and state.chance(0.15)
    fr_prep, en_prep = ("à", "to") if going else (noun.fr_prep, noun.en_prep)
    if arriving:
        fr_prep, en_prep = "à", "at"
    if home:
        en_prep = "on" if noun.en_prep == "on" else "in"
        fr_prep = "dans" if noun.fr_prep == "à" else noun.fr_prep
    if near:
        fr_prep, en_prep = state.pick(_AROUND)
    # à la gare, rarely à une gare
    kind = state.weigh(((8, "definite"), (1, "possessive"), (1, "demonstrative")))
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


def spot_phrase(state, noun):
    """*sur la table, dans le sac*: where something lies."""
    tags = noun.tags
    spots = _SPOTS_FOR_FOOD if "food" in tags else _SPOTS_FOR_PETS if "pet" in tags else _SPOTS
    fr_prep, en_prep, where = state.pick(spots)
    options = tuple(spot for spot in select(where) if spot is not noun)
    np = noun_phrase(state, state.fresh(options), role="after", number=1, kind="definite", plain=True)
    return preposition(fr_prep, en_prep, np)
