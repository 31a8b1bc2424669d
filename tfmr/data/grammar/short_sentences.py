"""Sentences with a subject that is nobody: il y a, c'est, il pleut."""

from tfmr.data.grammar import function_words
from tfmr.data.grammar.clauses import time_phrase
from tfmr.data.grammar.determiners import ownership
from tfmr.data.grammar.lexicon import select
from tfmr.data.grammar.noun_phrases import noun_phrase
from tfmr.data.grammar.place_phrases import place_phrase, spot_phrase
from tfmr.data.grammar.relatives import argument, relative_after
from tfmr.data.grammar.tokens import En, Fr, stop, word

_OUTSIDE = "person animal vehicle plant !kin"
_LYING = "small page breaks fruit pet paper !oiseau !poule !hérisson"
_POINTED_AT = "text image idea event clothing vehicle animal thing song home !vacances !kin"


def there_is(state):
    """Il y a un chat sous la table: There is a cat under the table ."""
    tense = state.weigh(((65, "present"), (25, "past"), (10, "future")))
    state.tense = tense
    topic = state.scene.topic
    lying, outside = select(_LYING, topic), select(_OUTSIDE, topic)
    inside = bool(lying) and (not outside or state.chance(0.5))
    noun = state.fresh(lying if inside else outside)
    np = noun_phrase(state, noun, kind="indefinite")
    fr_place, en_place = spot_phrase(state, noun) if inside else place_phrase(state)
    np = relative_after(state, np) if state.chance(0.4) else np
    there = En("there")
    form = {"present": "a", "past": "avait", "future": "aura"}[tense]
    be = {"present": ("is", "are"), "past": ("was", "were"), "future": ("will be", "will be")}[tense][
        np.number - 1
    ]
    verbs = [En(part) for part in be.split()]
    fr = [Fr("il", (there,)), Fr("y", maybe=(there,)), Fr(form, tuple(verbs)), *np.fr, *fr_place]
    return stop(fr, [there, *verbs, *np.en, *en_place])


def it_is(state):
    """C'est un bon livre: It is a good book."""
    past = state.chance(0.25)
    state.tense = "past" if past else "present"
    noun = state.fresh(select(_POINTED_AT, state.scene.topic))
    kind = "possessive" if ownership(noun) and state.chance(0.4) else "indefinite"
    np = argument(state, noun, number=1, kind=kind)
    it, verb = En("it"), En("was" if past else "is")
    fr = [Fr("ce", (it,), before_vowel="c'"), Fr("était" if past else "est", (verb,)), *np.fr]
    return stop(fr, [it, verb, *np.en])


def raining(tense):
    """il pleut: it is raining."""
    it = En("it")
    en = [
        En(part)
        for part in {"present": "is raining", "past": "was raining", "future": "will rain"}[tense].split()
    ]
    fr = Fr({"present": "pleut", "past": "pleuvait", "future": "pleuvra"}[tense], tuple(en))
    return [Fr("il", (it,)), fr], [it, *en]


def weather(state):
    """Il pleut: It is raining. Il fait froid: It is cold."""
    tense = state.pick(("present", "past", "future"))
    rains = state.chance(0.4)
    if rains:
        fr, en = raining(tense)
    else:
        it = En("it")
        be = [En(part) for part in {"present": "is", "past": "was", "future": "will be"}[tense].split()]
        fr_how, en_how = word(*state.pick((("froid", "cold"), ("chaud", "hot"), ("noir", "dark"))))
        form = {"present": "fait", "past": "faisait", "future": "fera"}[tense]
        fr, en = [Fr("il", (it,)), Fr(form, tuple(be)), *fr_how], [it, *be, *en_how]
    if tense == "future" and state.chance(0.6):
        fr_more, en_more = time_phrase(state.pick(function_words.TIMES[tense][0]))
    else:
        where = place_phrase(state, outside=rains)
        if where is None:
            return None
        fr_more, en_more = where
    return stop(fr + fr_more, en + en_more)
