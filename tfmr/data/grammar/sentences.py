"""Sentences of every kind: statements of one clause or several, questions, and those about nobody."""

from tfmr.data.grammar import choices
from tfmr.data.grammar.determiners import article
from tfmr.data.grammar.joining import another, interrupted, saying
from tfmr.data.grammar.lexicon import all_verbs
from tfmr.data.grammar.plans import Plan
from tfmr.data.grammar.questions import (
    inverted_question,
    wh_question,
    what_question,
    who_question,
    yes_no_question,
)
from tfmr.data.grammar.references import subject_pronoun
from tfmr.data.grammar.short_sentences import it_is, there_is, weather
from tfmr.data.grammar.subjects import main_clause, subject_phrase
from tfmr.data.grammar.tokens import finish, stop, word
from tfmr.data.grammar.verb_groups import infinitive, is_state, verb_group

_CLAUSE = 5  # words of a further clause without anything optional
_TENSES = ((45, "present"), (35, "past"), (20, "future"))
_STORY_TENSES = ((25, "present"), (60, "past"), (15, "future"))


def sentence(state):
    """One sentence of any kind: French words, English words, the final mark included; None if words are lacking."""
    return state.weigh(_KINDS)(state)


def statement(state):
    """A clause, and as many more as there is room for."""
    tense = state.weigh(_STORY_TENSES if state.story else _TENSES)
    if tense == "past" and state.room >= 3 and state.chance(0.15):
        fr, en, last = interrupted(state)
        state.scene.level = 1  # whoever was reading has got there already
    elif state.room >= 3 and state.chance(0.08):
        fr, en, last = saying(state, subject_phrase(state, tense, people_only=True), tense)
    else:
        last = main_clause(state, tense, negative=0.05 if state.story else 0.2)
        fr, en = last.fr, last.en
        # whoever does something first has got there already
        state.scene.level = 0 if is_state(last.verb) or last.verb.kind == "infinitive" else 1
    alone = not state.story and last.verb.lemma in (*choices.LOVING, "être")  # not: they hated apples and they came home
    while state.room >= _CLAUSE - 1 and not state.spoiled and not alone:
        more = another(state, last, tense)
        if more is None:
            break
        fr_more, en_more, last = more
        fr, en = fr + fr_more, en + en_more
        state.room -= _CLAUSE
    return stop(fr, en)


_KINDS = (
    (62, statement), (11, yes_no_question), (7, wh_question), (4, what_question), (3, inverted_question),
    (2, who_question), (5, there_is), (4, it_is), (2, weather),
)  # fmt: skip


def running_example():
    """J'aime apprendre l'intelligence artificielle."""
    me = subject_pronoun(1, 1, "m")
    aimer = next(verb for verb in all_verbs()["infinitive"] if verb.lemma == "aimer")
    apprendre = next(verb for verb in all_verbs()["object"] if verb.lemma == "apprendre")
    group = verb_group(me, aimer, "present")
    fr_inf, en_inf = infinitive(me, Plan(apprendre), "ing")
    fr_noun, en_noun = word("intelligence", "intelligence")
    fr_adjective, en_adjective = word("artificielle", "artificial")
    fr, en = [*group.fr, *fr_inf, article("la"), *fr_noun, *fr_adjective], [*group.en, *en_inf, *en_adjective, *en_noun]
    return finish(*stop(fr, en))
