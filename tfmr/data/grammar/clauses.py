"""Clauses: a subject, a predicate, time and place; and the relative clauses inside noun phrases."""

from tfmr.data.grammar import choices, function_words
from tfmr.data.grammar.lexicon import PERSON, adjectives_for, select, verbs_for, verbs_taking
from tfmr.data.grammar.noun_phrases import NP, coordinate, name, noun_phrase, random_pronoun
from tfmr.data.grammar.place_phrases import place_phrase, spot_phrase
from tfmr.data.grammar.plans import HAVE_STATE, Need, Plan
from tfmr.data.grammar.predicates import predicate
from tfmr.data.grammar.tokens import En, Fr
from tfmr.data.grammar.verb_groups import is_state, verb_group

PEOPLE = select("person")
_ANIMALS = select("animal")
_THINGS = tuple(
    noun for noun in select("thing clothing vehicle device food text work idea event place field opens room")
    if adjectives_for(noun, "=")
)  # fmt: skip
_THINGS_SOON = tuple(  # things of which something passing can be said
    noun for noun in _THINGS
    if any(adjective.lemma in choices.PASSING for adjective in adjectives_for(noun, "="))
)  # fmt: skip


class Clause:
    """Both sides of a clause, its subject and verb, and the English word that opens it as a question.

    ``opener_linked`` says that some French word of the clause already stands for that word.
    """

    __slots__ = ("fr", "en", "subject", "verb", "negated", "opener", "opener_linked")

    def __init__(self, fr, en, subject, verb, negated=False, opener=None, opener_linked=True):
        self.fr, self.en, self.subject, self.verb, self.negated = fr, en, subject, verb, negated
        self.opener, self.opener_linked = opener, opener_linked


def subject_phrase(state, tense="present", people_only=False, later=False):
    """Who or what a clause is about; ``later``: it is not the first clause."""
    state.owner = None
    rest = 0 if people_only else 9
    kind = state.weigh(
        ((20 if later else 38, "pronoun"), (19, "name"), (27, "person"), (rest, "animal"), (rest, "thing"))
    )
    if kind == "pronoun":
        return random_pronoun(state, tense=tense, here=later)
    if kind == "name":
        np = name(state)
        return coordinate(np, name(state)) if state.spend(2, 0.12) else np
    if kind == "person":
        if state.spend(3, 0.12):
            first = noun_phrase(state, state.fresh(PEOPLE), role="de", plain=True)
            return coordinate(first, noun_phrase(state, state.fresh(PEOPLE), role="de", plain=True))
        return argument(state, state.fresh(PEOPLE), role="subject")
    if kind == "animal":
        return argument(state, state.fresh(_ANIMALS), role="subject")
    noun = state.fresh(_THINGS_SOON if tense in ("future", "when") else _THINGS)
    return argument(state, noun, role="de", kind="definite" if state.chance(0.5) else None)


def argument(state, noun, **how):
    """A noun phrase, perhaps with a relative clause, perhaps with its place."""
    np = noun_phrase(state, noun, **how)
    if (
        not np.narrowed
        and noun.tags & {"small", "page", "breaks", "pet"}
        and np.number == 1
        and how.get("kind") != "indefinite"
        and state.spend(3, 0.15)
    ):
        fr_place, en_place = spot_phrase(state)
        np.fr, np.en, np.narrowed = np.fr + fr_place, np.en + en_place, True
        return np
    return relative_after(state, np)


def clause(state, tense, *, subject=None, question=False, plain=False, adjuncts=True, plan=None,
           lemmas=choices.ANY, later=False):  # fmt: skip
    """A whole clause in one tense.

    Args:
        tense: see verb_groups.
        subject: an NP; made if None.
        question: English inverts; see :func:`verb_group`.
        plain: affirmative, without an adverb of frequency.
        adjuncts: adds place and time where there is room.
        plan: the predicate; made if None.
        lemmas: the verbs it may be made from.
        later: not the first clause of the sentence.
    """
    subject = subject or subject_phrase(state, tense, later=later)
    outer, state.owner = state.owner, subject
    negation = None
    if plan is None:
        if not plain and subject.kind != "each" and state.chance(0.2):
            negation = state.weigh(((6, "pas"), (2, "jamais"), (2, "plus")))
        lemmas = _suited_lemmas(lemmas, tense, negation)
        plan = predicate(state, subject, Need(tense, negation, lemmas, argument))
        if negation == "plus" and tense == "past" and not is_state(plan.verb):
            negation = "pas"  # no "ne … plus" of what is done once
        if negation == "jamais" and (is_state(plan.verb) or plan.verb.kind == "infinitive"):
            negation = "pas"
        if question and plan.verb.english[0] in ("can", "must"):
            negation = None  # why cannot he …
    adverb = None
    simple = plan.verb.kind != "infinitive" and plan.verb is not HAVE_STATE and not is_state(plan.verb)
    if not negation and not plain and tense != "when" and simple and not plan.early and state.spend(1, 0.12):
        adverb = state.pick(function_words.FREQUENCY)
    fr, en, opener, linked = verb_group(subject, plan.verb, tense, negation=negation, question=question,
                                        clitic=plan.clitic, adverb=adverb, early=plan.early)  # fmt: skip
    fr, en = fr + plan.fr, en + plan.en
    if adjuncts:
        add_adjuncts(state, fr, en, plan, tense, bool(adverb or negation))
    state.owner = outer
    return Clause(fr, en, subject, plan.verb, negation is not None, opener, linked)


def _suited_lemmas(lemmas, tense, negation):
    """The verbs that sound right in the tense: nobody will adore soup tomorrow."""
    if tense in ("future", "when"):
        return choices.FUTURE_EVENTS if lemmas is choices.EVENTS else choices.FUTURE
    if negation and lemmas is choices.ANY:
        return choices.NEGATED
    return lemmas


def add_adjuncts(state, fr, en, plan, tense, no_time):
    """Where and when, at the end."""
    verb = plan.verb
    if plan.heavy:
        return
    if not plan.complete and verb.lemma in choices.SOMEWHERE and state.spend(3, 0.3):
        fr_place, en_place = place_phrase(state)
        fr += fr_place
        en += en_place
    times = function_words.TIMES.get(tense)
    if times and not no_time and not is_state(verb) and verb.kind != "infinitive" and state.spend(2, 0.35):
        fr_time, en_time = time_phrase(state.pick(times))
        fr += fr_time
        en += en_time


def time_phrase(entry):
    """The words of an expression of time, from its table."""
    french, english, links = entry
    en = [En(form) for form in english.split()]
    fr = [Fr(form) for form in french.replace("'", "' ").split()]
    for link in links.split():
        i, j = link.split("-")
        fr[int(i)].to = (*fr[int(i)].to, en[int(j)])
    return fr, en


def relative_after(state, np):
    """The noun phrase with a relative clause behind it, where there is room and it makes sense."""
    noun = np.noun
    if (
        state.depth >= 2
        or np.narrowed
        or noun.tags & {"bare", "time", "kin"}
        or not state.spend(5, 0.25 if state.depth else 0.4)
    ):
        return np
    outer, state.owner = state.owner, None
    state.depth += 1
    takers = tuple(verb for verb in verbs_taking(noun) if verb.lemma not in state.said)
    tense = state.weigh(((45, "present"), (45, "past"), (12, "future")))
    about_itself = 0.6 if "person" in noun.tags else 0.5 if "animal" in noun.tags else 0.0
    if noun.fr_prep and noun.tags & {"town", "building", "green"} and state.chance(0.5):
        fr, en = _where(state, tense)
    elif takers and not state.chance(about_itself):
        fr, en = _whom(state, np, tense, takers)
    else:
        fr, en = _who(state, np, tense)
    state.depth -= 1
    state.owner = outer
    np.fr, np.en = np.fr + fr, np.en + en
    np.narrowed = np.heavy = True
    return np


def _who(state, np, tense):
    """qui mange la pomme: who eats the apple."""
    who = En("who" if np.human else "that")
    subject = NP([Fr("qui", (who,))], [who], np.noun, number=np.number, gender=np.gender, binds=np.binds)
    subject.en_number = np.en_number
    inner = clause(state, tense, subject=subject, plain=not state.chance(0.5))
    return inner.fr, inner.en


def _whom(state, np, tense, takers):
    """que Marie a mangée: that Mary ate. The participle agrees with what *que* stands for."""
    verb = state.fresh(takers)
    if tense == "future" and is_state(verb):
        tense = "present"
    subject = _short_subject(state, verb, tense)
    outer, state.owner = state.owner, subject
    state.combos.append(("object", verb.lemma, np.noun.lemma))
    that = En("that")
    negation = "pas" if state.chance(0.08) else None
    fr, en, _, _ = verb_group(subject, verb, tense, negation=negation, agree_with=(np.gender, np.number))
    fr, en = [Fr("que", (that,)), *fr], [that, *en]
    add_adjuncts(state, fr, en, Plan(verb), tense, bool(negation))
    state.owner = outer
    return fr, en


def _where(state, tense):
    """où elle travaille: where she works."""
    where = En("where")
    subject = _short_subject(state, None, tense)
    fr, en, _, _ = verb_group(subject, state.pick(_AT_PLACES), tense)
    return [Fr("où", (where,)), *fr], [where, *en]


_AT_PLACES = tuple(
    verb for verb in (*verbs_for(PERSON["m"], "place"), *verbs_for(PERSON["m"], "alone"))
    if verb.lemma in ("habiter", "travailler", "dormir", "attendre")
)  # fmt: skip


def _short_subject(state, verb, tense):
    """A light subject for a clause inside a noun phrase."""
    only = verb.subject.split()[0] if verb else "person"
    if only not in ("person", "adult"):
        return noun_phrase(state, state.fresh(select(only)), role="subject", plain=True)
    kind = state.weigh(((55, "pronoun"), (25, "name"), (20, "noun")))
    if kind == "pronoun":
        return random_pronoun(state, tense=tense)
    if kind == "name":
        return name(state)
    return noun_phrase(
        state,
        state.fresh(select("adult learner" if only == "person" else "adult")),
        role="subject",
        plain=True,
    )
