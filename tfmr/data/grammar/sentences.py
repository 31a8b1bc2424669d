"""Statements: one clause, or several joined by conjunctions."""

from tfmr.data.grammar import choices
from tfmr.data.grammar.attributes import being, having
from tfmr.data.grammar.clauses import Clause, clause, subject_phrase
from tfmr.data.grammar.determiners import article
from tfmr.data.grammar.lexicon import all_verbs
from tfmr.data.grammar.noun_phrases import pronoun_for, subject_pronoun
from tfmr.data.grammar.plans import BE, Need
from tfmr.data.grammar.predicates import bare_predicate, liking, with_infinitive
from tfmr.data.grammar.questions import (
    inverted_question,
    wh_question,
    what_question,
    who_question,
    yes_no_question,
)
from tfmr.data.grammar.short_sentences import it_is, raining, there_is, weather
from tfmr.data.grammar.tokens import En, Fr, finish, stop, word
from tfmr.data.grammar.verb_groups import infinitive, is_state, verb_group


def sentence(state):
    """One sentence of any kind: French words, English words, the final mark included."""
    return state.weigh(_KINDS)(state)


def statement(state):
    """A clause, and as many more as there is room for."""
    tense = state.weigh(((45, "present"), (35, "past"), (20, "future")))
    if tense == "past" and state.room >= 3 and state.chance(0.15):
        fr, en, last = _interrupted(state)
    elif state.room >= 3 and state.chance(0.1):
        fr, en, last = _saying(state, subject_phrase(state, tense, people_only=True), tense)
    else:
        last = clause(state, tense)
        fr, en = last.fr, last.en
    while state.room >= 4:
        fr_more, en_more, last = _another(state, last, tense)
        fr, en = fr + fr_more, en + en_more
        state.room -= 4
    return stop(fr, en)


def _another(state, last, tense):
    """A conjunction and another clause. Each conjunction joins once, *et* as often as it likes."""
    options = [(26, _and)]
    person = "person" in last.subject.noun.tags
    for weight, rule, fits in (
        (14, _but, True),
        (22, _because, person and last.verb.kind != "be"),
        (20, _in_order_to, person and not last.negated and last.verb.lemma in choices.BEFORE_POUR),
        (14, _when, not is_state(last.verb) and last.verb.kind != "infinitive"),
        (12, _if, tense == "future"),
        (12, _and_says, person),
    ):
        if fits and rule not in state.joined:
            options.append((weight, rule))
    rule = state.weigh(options)
    state.joined.append(rule)
    return rule(state, last, tense)


def _joined(french, english, inner):
    """A clause behind a conjunction: every French word of the conjunction is linked to every English one."""
    en = [En(form) for form in english.split()]
    fr = [Fr(form, tuple(en)) for form in french.split()]
    return fr + inner.fr, en + inner.en, inner


def _and(state, last, tense):
    subject = pronoun_for(last.subject) if _goes_on(last) and state.chance(0.3) else None
    return _joined("et", "and", clause(state, tense, subject=subject, later=True))


def _goes_on(last):
    """Whether there is more to say of a subject: of a person or an animal; a thing only is what it is."""
    return bool(last.subject.noun.tags & {"person", "animal"})


def _but(state, last, tense):
    subject = pronoun_for(last.subject) if _goes_on(last) and state.chance(0.6) else None
    return _joined("mais", "but", clause(state, tense, subject=subject, later=True))


def _because(state, last, tense):
    """The reason: how the same person feels, what they want; or the rain."""
    if not is_state(last.verb) and state.chance(0.1):
        fr, en = raining("past" if tense == "past" else "present")
        return _joined("parce que", "because", Clause(fr, en, last.subject, BE))
    subject = pronoun_for(last.subject)
    when = "past" if tense == "past" else "present"
    state.owner = subject
    need = Need(when, passing=True)
    rule = state.weigh(((35, being), (25, having), (33, _wish), (7, liking)))
    return _joined(
        "parce que",
        "because",
        clause(state, when, subject=subject, plan=rule(state, subject, need), adjuncts=False),
    )


def _wish(state, subject, need):
    """vouloir, devoir, aller and an infinitive."""
    return with_infinitive(state, subject, need, only=choices.WISHES)


def _in_order_to(state, last, tense):
    """pour acheter du pain: to buy some bread; avant de partir: before leaving; sans …: without …"""
    state.owner = last.subject
    fr_link, en_link, form, lemmas = state.weigh((
        (60, ("pour", "to", "bare", choices.AFTER_POUR)),
        (25, ("avant de", "before", "ing", choices.AFTER_AVANT_DE)),
        (15, ("sans", "without", "ing", choices.AFTER_SANS)),
    ))  # fmt: skip
    inner = bare_predicate(state, last.subject, lemmas)
    fr, en = infinitive(last.subject, inner.verb, form)
    state.owner = None
    return _joined(fr_link, en_link, Clause(fr + inner.early + inner.fr, en + inner.en, last.subject, BE))


def _when(state, last, tense):
    """quand: a future there is a present in English."""
    inner_tense = "when" if tense == "future" else tense
    return _joined(
        "quand",
        "when",
        clause(state, inner_tense, plain=True, lemmas=choices.OCCASIONS, subject=_actor(state, inner_tense)),
    )


def _actor(state, tense):
    """A subject that can do something."""
    subject = subject_phrase(state, tense, later=True)
    while not subject.noun.tags & {"person", "animal"}:
        subject = subject_phrase(state, tense, later=True)
    return subject


def _interrupted(state):
    """Elle lisait quand Paul est arrivé; il dormait pendant que je travaillais."""
    subject = subject_phrase(state, people_only=True)
    first = clause(state, "progressive", subject=subject, plain=True, adjuncts=False, lemmas=choices.LASTING)
    if state.chance(0.3):
        second = clause(
            state,
            "progressive",
            subject=_other_person(state),
            plain=True,
            adjuncts=False,
            lemmas=choices.LASTING,
        )
        fr, en, last = _joined("pendant que", "while", second)
    else:
        second = clause(
            state, "past", subject=_other_person(state), plain=True, adjuncts=False, lemmas=choices.ARRIVALS
        )
        fr, en, last = _joined("quand", "when", second)
    state.joined.append(_when)
    return first.fr + fr, first.en + en, last


def _other_person(state):
    return subject_phrase(state, people_only=True, later=True)


def _if(state, last, tense):
    """si and a present: if."""
    fr, en, inner = _joined(
        "si", "if", clause(state, "present", subject=_actor(state, "present"), lemmas=choices.OCCASIONS)
    )
    if fr[1].form in ("il", "ils"):
        fr[0].form = "s'"
    return fr, en, inner


def _and_says(state, last, tense):
    """et elle dit que …: and she says that …"""
    subject = pronoun_for(last.subject)
    fr, en, inner = _saying(state, subject, tense)
    fr_and, en_and = word("et", "and")
    return fr_and + fr, en_and + en, inner


def _saying(state, subject, tense):
    """penser que …: think that …; what was said in the past is told in the imparfait of states."""
    if tense == "future":
        verb = next(verb for verb in all_verbs()["clause"] if verb.lemma == "dire")
    else:
        verb = state.pick(all_verbs()["clause"])
    fr, en, _, _ = verb_group(subject, verb, tense)
    that = En("that")
    if tense == "past":
        who = subject_phrase(state, people_only=True, later=True)
        state.owner = who
        rule = state.weigh(((40, being), (15, having), (45, _wish)))
        inner = clause(
            state, "past", subject=who, plan=rule(state, who, Need("past", passing=True)), adjuncts=False
        )
    else:
        inner = clause(
            state,
            "future" if verb.lemma == "espérer" else state.pick(("present", "present", "past", "future")),
            later=True,
        )
    return [*fr, Fr("que", (that,)), *inner.fr], [*en, that, *inner.en], inner


_KINDS = (
    (62, statement), (11, yes_no_question), (7, wh_question), (4, what_question), (2, inverted_question),
    (2, who_question), (5, there_is), (4, it_is), (2, weather),
)  # fmt: skip


def running_example():
    """J'aime apprendre l'intelligence artificielle."""
    me = subject_pronoun(1, 1, "m")
    aimer = next(verb for verb in all_verbs()["infinitive"] if verb.lemma == "aimer")
    apprendre = next(verb for verb in all_verbs()["object"] if verb.lemma == "apprendre")
    fr, en, _, _ = verb_group(me, aimer, "present")
    fr_inf, en_inf = infinitive(me, apprendre, "ing")
    fr_noun, en_noun = word("intelligence", "intelligence")
    fr_adjective, en_adjective = word("artificielle", "artificial")
    fr, en = [*fr, *fr_inf, article("la"), *fr_noun, *fr_adjective], [*en, *en_inf, *en_adjective, *en_noun]
    return finish(*stop(fr, en))
