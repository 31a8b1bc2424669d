"""Clauses: a subject, a predicate, time and place."""

from tfmr.data.grammar import choices, function_words
from tfmr.data.grammar.lexicon import select
from tfmr.data.grammar.noun_phrases import noun_phrase
from tfmr.data.grammar.place_phrases import place_phrase
from tfmr.data.grammar.plans import HAVE_STATE, Need
from tfmr.data.grammar.predicates import predicate
from tfmr.data.grammar.tokens import En, Fr
from tfmr.data.grammar.verb_groups import is_state, verb_group


class Clause:
    """Both sides of a clause, its subject, verb and tense, and the English word that opens it as a question.

    ``opener_linked`` says that some French word of the clause already stands for that word; ``closed`` that no
    *quand* can follow: the clause tells when or how often already, or ends with a relative clause.
    """

    __slots__ = ("fr", "en", "subject", "verb", "tense", "negated", "opener", "opener_linked", "closed")

    def __init__(self, fr, en, subject, verb, tense, negated=False, opener=None, opener_linked=True,
                 closed=False):  # fmt: skip
        self.fr, self.en, self.subject, self.verb, self.tense = fr, en, subject, verb, tense
        self.negated, self.opener, self.opener_linked, self.closed = negated, opener, opener_linked, closed


def clause(state, tense, subject, *, question=False, plain=False, adjuncts=True, plan=None,
           lemmas=choices.ANY, argument=noun_phrase, negative=0.2, negation=None):  # fmt: skip
    """A whole clause in one tense.

    Args:
        tense: see verb_groups.
        subject: an NP.
        question: English inverts; see :func:`verb_group`.
        plain: affirmative, without an adverb of frequency.
        adjuncts: adds place, time and how often where there is room.
        plan: the predicate; made if None.
        lemmas: the verbs it may be made from.
        argument: the rule that makes an object.
        negative: how often it is negated, unless plain.
        negation: that of a given plan.
    """
    outer = state.owner, state.tense
    state.owner, state.tense = subject, tense
    if plan is None:
        if not plain and subject.kind != "each" and state.chance(negative):
            negation = state.weigh(((6, "pas"), (3, "jamais"), (2, "plus")))
        lemmas = _suited_lemmas(lemmas, tense, negation)
        plan = predicate(state, subject, Need(tense, negation, lemmas, argument))
        negation = _suited_negation(negation, plan, tense, question)
    adverb = _adverb(state, plan, tense) if adjuncts and not negation and not plain else None
    closed = adverb is not None or plan.heavy
    group = verb_group(subject, plan.verb, tense, negation=negation, question=question,
                       clitic=plan.clitic, adverb=adverb, early=plan.early)  # fmt: skip
    group.mark(plan.combos)
    fr, en = group.fr + plan.fr, group.en + plan.en
    if adjuncts:
        closed = add_adjuncts(state, fr, en, plan, tense, bool(adverb or negation)) or closed
    state.owner, state.tense = outer
    if not state.depth:
        state.scene.subject = subject
    negative = negation is not None or adverb is function_words.RARELY  # neither has a reason
    return Clause(fr, en, subject, plan.verb, tense, negative, group.opener, group.linked, closed)


def _suited_negation(negation, plan, tense, question):
    if question and plan.verb.english[0] in ("can", "must"):
        return None  # why cannot he …
    if negation == "plus" and tense == "past" and not is_state(plan.verb):
        return "pas"  # no "ne … plus" of what is done once
    once = tense == "present" and plan.verb.lemma in choices.ACCIDENTS
    if negation == "jamais" and (is_state(plan.verb) or plan.verb.kind == "infinitive" or once):
        return "pas"
    return negation


def _adverb(state, plan, tense):
    """How often; of the future, how soon."""
    verb = plan.verb
    if verb.kind == "infinitive" or verb is HAVE_STATE or is_state(verb) or plan.early:
        return None
    if tense == "future" and verb.kind == "alone" and plan.fr:  # not: il partira bientôt tard
        return None
    if tense != "future" and (state.story or state.scene.subject):  # a story tells of one time, not of many
        return None
    if tense != "future" and verb.lemma in choices.ACCIDENTS:
        return None
    adverbs = function_words.ADVERBS.get(tense)
    if not adverbs or tense == "future" and "time" in state.scene.told or not state.spend(1, 0.2):
        return None
    if tense == "future":
        state.scene.told.add("time")
    return state.pick(adverbs)


def _suited_lemmas(lemmas, tense, negation):
    """The verbs that sound right in the tense: nobody will adore soup tomorrow."""
    if tense in ("future", "when"):
        return choices.FUTURE_EVENTS if lemmas is choices.EVENTS else choices.FUTURE & lemmas
    if negation and lemmas is choices.ANY:
        return choices.NEGATED
    return lemmas


def add_adjuncts(state, fr, en, plan, tense, no_time):
    """Where and when, at the end; each once a sentence. Returns whether it tells when."""
    verb, told = plan.verb, state.scene.told
    if plan.heavy:
        return False
    somewhere = verb.lemma in choices.SOMEWHERE
    if verb.lemma == "acheter":
        somewhere = bool(select(choices.SHOPS, state.scene.topic))
    if not plan.complete and "place" not in told and somewhere and state.spend(3, 0.3):
        told.add("place")
        fr_place, en_place = place_phrase(state) or ([], [])
        fr += fr_place
        en += en_place
    if no_time or "time" in told or is_state(verb) or verb.kind == "infinitive":
        return False
    if tense == "present" and verb.lemma in choices.ACCIDENTS:  # nobody loses a key every evening
        return False
    times = _times(state, tense, verb)
    if not times or not state.spend(2, 0.35):
        return False
    told.add("time")
    fr_time, en_time = time_phrase(state.pick(times))
    fr += fr_time
    en += en_time
    return True


def _times(state, tense, verb):
    """Expressions of time that suit a clause: a story has no habits, and its weeks and years at its beginning only."""
    near, far = function_words.TIMES.get(tense, ((), ()))
    later = state.scene.subject is not None
    if tense == "present" and (state.story or later):
        return () if state.depth else function_words.ONCE
    if later and not state.depth:
        return near
    return far if verb.lemma in choices.LONG_DEEDS else near


def time_phrase(entry):
    """The words of an expression of time, from its table."""
    french, english, links = entry
    en = [En(form) for form in english.split()]
    fr = [Fr(form) for form in french.replace("'", "' ").split()]
    for link in links.split():
        i, j = link.split("-")
        fr[int(i)].to = (*fr[int(i)].to, en[int(j)])
    return fr, en
