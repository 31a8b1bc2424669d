"""Noun phrases with a place or a relative clause behind them."""

from tfmr.data.grammar import choices
from tfmr.data.grammar.clauses import add_adjuncts, clause
from tfmr.data.grammar.lexicon import PERSON, select, verbs_for, verbs_taking
from tfmr.data.grammar.noun_phrases import newcomer, noun_phrase
from tfmr.data.grammar.place_phrases import spot_phrase
from tfmr.data.grammar.plans import Plan
from tfmr.data.grammar.references import pronoun_for, relative_pronoun, speaking_subject
from tfmr.data.grammar.scene import key
from tfmr.data.grammar.tokens import En, Fr
from tfmr.data.grammar.verb_groups import STATES, verb_group

# The tense of a clause -> tenses of a relative clause inside it. What is past has no present in it.
_TENSES = {
    "present": ((60, "present"), (40, "past")),
    "past": ((1, "past"),),
    "progressive": ((1, "past"),),
    "future": ((75, "past"), (25, "present")),
    "when": ((1, "past"),),
}
_PEOPLE = ("person", "adult", "learner")  # subjects that a pronoun may stand for
_PASTS = ("past", "progressive")
_NAPS = frozenset(("dormir", "reposer", "promener"))
# The tense of a clause -> what a relative clause inside it tells of the past: what had been done, not what was going on.
_DONE_BEFORE = {"past": choices.ANY - _NAPS, "progressive": choices.ANY - _NAPS - choices.LASTING}
# What of the present may stand beside the future: how things are, not what is done.
_LASTING_STATES = STATES - {"espérer", "penser", "croire"} | {"travailler"}


def argument(state, noun, **how):
    """A noun phrase, perhaps with a relative clause, perhaps with its place."""
    np = noun_phrase(state, noun, **how)
    if noun.tags & {"person", "animal"} and not (how.get("negated") and np.kind == "indefinite"):
        state.scene.enter(np)
    if (
        not np.narrowed
        and noun.tags & {"small", "page", "breaks"}
        and not noun.tags & {"animal"}
        and np.number == 1
        and how.get("kind") != "indefinite"
        and np.kind == "definite"
        and state.spend(3, 0.15)
    ):
        fr_place, en_place = spot_phrase(state, noun)
        np.fr, np.en, np.narrowed = np.fr + fr_place, np.en + en_place, True
        return np
    return np if how.get("negated") else relative_after(state, np)


def relative_after(state, np):
    """The noun phrase with a relative clause behind it, where there is room and it makes sense."""
    noun = np.noun
    if (
        state.depth or state.relatives >= 2 or np.narrowed or np.kind == "each"
        or noun.tags & {"bare", "time", "kin"} or not state.spend(5, 0.2 if state.room > 12 else 0.35)
    ):  # fmt: skip
        return np
    outer = state.owner, state.tense
    tense = state.weigh(_TENSES[state.tense])
    state.depth += 1
    state.relatives += 1
    takers = tuple(
        verb for verb in verbs_taking(noun)
        if verb.name not in state.said and verb.lemma in choices.TOLD_OF[tense]
        and (verb.subject.startswith(_PEOPLE) or verb.lemma != "voir" and select(verb.subject, state.scene.topic))
    )  # fmt: skip
    about_itself = 0.6 if "person" in noun.tags else 0.5 if "animal" in noun.tags else 0.0
    if outer[1] == "future" and tense == "present":
        fr, en = _who(state, np, tense, _LASTING_STATES)
    elif noun.fr_prep and noun.tags & {"town", "building", "green"} and state.chance(0.5):
        fr, en = _where(state, np, tense)
    elif takers and not state.chance(about_itself):
        fr, en = _whom(state, np, tense, takers)
    elif tense == "present" or not about_itself:  # how a thing is, it is when it is told of
        fr, en = _who(state, np, "past" if outer[1] in _PASTS else "present")
    else:
        fr, en = _who(state, np, tense, _DONE_BEFORE.get(outer[1], choices.EVENTS - _NAPS))
    state.depth -= 1
    state.owner, state.tense = outer
    np.fr, np.en = np.fr + fr, np.en + en
    np.narrowed = np.heavy = True
    return np


def _who(state, np, tense, lemmas=choices.ANY):
    """qui mange la pomme: who eats the apple."""
    inner = clause(state, tense, relative_pronoun(np), plain=not (np.human and state.chance(0.3)), lemmas=lemmas)
    return inner.fr, inner.en


def _whom(state, np, tense, takers):
    """que Marie a mangée: that Mary ate. The participle agrees with what *que* stands for."""
    verb = state.verb(takers)
    subject = _short_subject(state, np, verb, tense)
    state.owner, state.tense = subject, tense
    that = En("that")
    negation = "pas" if state.chance(0.04) else None
    group = verb_group(subject, verb, tense, negation=negation, agree_with=(np.gender, np.number))
    combination = state.combine("object", verb.lemma, np.noun.lemma)
    group.mark([combination])
    combination.add(np.head, np.head.to)
    fr, en = [Fr("que", (that,)), *group.fr], [that, *group.en]
    add_adjuncts(state, fr, en, Plan(verb), tense, bool(negation))
    return fr, en


def _where(state, np, tense):
    """où elle travaille: where she works."""
    where = En("where")
    verbs = [
        verb for kind in ("place", "alone") for verb in verbs_for(PERSON["m"], kind, state.scene.topic)
        if verb.lemma in choices.AT_PLACES
    ]  # fmt: skip
    subject = _short_subject(state, np, None, tense)
    group = verb_group(subject, state.fresh(verbs), tense)
    return [Fr("où", (where,)), *group.fr], [where, *group.en]


def _short_subject(state, np, verb, tense):
    """A light subject for a clause inside a noun phrase: somebody of the story, or somebody new."""
    only = verb.subject.split() if verb else ["person"]
    if only[0] not in _PEOPLE:
        nouns = select(verb.subject, state.scene.topic)
        return noun_phrase(state, state.fresh(nouns), role="subject", plain=True)
    # nobody of the story works at a second place
    known = [other for other in state.scene.others(np) if verb and other is not np]
    if verb and verb.lemma in choices.MAKING and state.owner:
        known = [other for other in known if key(other) != key(state.owner)]
    if known and state.chance(0.6):
        return pronoun_for(state.pick(known))
    if state.chance(0.5):
        people = select("adult learner" if only[0] == "person" else only[0], state.scene.topic)
        someone = newcomer(state, people, role="subject", plain=True, named=0.5)
        if someone is not None:
            return someone
    return speaking_subject(state, tense)
