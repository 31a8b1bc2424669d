"""What somebody or something is: a profession, an adjective, a comparison, hungry or cold."""

from functools import cache

from tfmr.data.grammar import choices, function_words
from tfmr.data.grammar.english import comparative
from tfmr.data.grammar.lexicon import adjectives_for, select
from tfmr.data.grammar.noun_phrases import name, random_pronoun
from tfmr.data.grammar.plans import BE, HAVE_STATE, Plan
from tfmr.data.grammar.tokens import En, Fr, word


def job(state, subject, need):
    """il est médecin: English adds an article."""
    noun = state.fresh(tuple(noun for noun in select("job") if noun.gender == subject.gender))
    en_noun = En(noun.english[subject.number - 1])
    if subject.number == 2:
        return Plan(BE, [Fr(noun.forms[1], (en_noun,))], [en_noun], complete=True)
    a = En("a")
    return Plan(BE, [Fr(noun.forms[0], (en_noun,), maybe=(a,))], [a, en_noun], complete=True)


def being(state, subject, need):
    """être and an adjective, perhaps very, perhaps compared."""
    options = adjectives_for(subject.noun, "=")
    if need.passing or need.negated == "plus" or need.tense in ("future", "when"):
        options = passing_adjectives(subject.noun) or options
    adjective = state.fresh(options)
    form = adjective.forms[subject.gender, subject.number]
    english = adjective.english_for(subject.noun.tags)
    if subject.noun.lemma:
        state.combos.append(("adjective", adjective.lemma, subject.noun.lemma))
    graded = adjective.lemma not in choices.KINDS
    comparable = (
        graded and not need.passing and not need.negated and adjective.lemma not in ("bon", "mauvais", "prêt")
    )
    if comparable and "person" in subject.noun.tags and state.spend(3, 0.2):
        return _compared(state, subject, form, english)
    en = En(english)
    if graded and adjective.lemma != "prêt" and state.spend(1, 0.4):
        if need.negated or need.passing:
            degrees = function_words.DEGREE[:1]
        else:
            degrees = (
                function_words.DEGREE if adjective.lemma in choices.EXCESS else function_words.DEGREE[:-1]
            )
        fr_degree, en_degree = word(*state.pick(degrees))
        return Plan(BE, [*fr_degree, Fr(form, (en,))], [*en_degree, en], complete=True)
    return Plan(BE, [Fr(form, (en,))], [en], complete=True)


@cache
def passing_adjectives(noun):
    return tuple(adjective for adjective in adjectives_for(noun, "=") if adjective.lemma in choices.PASSING)


def _compared(state, subject, form, english):
    """plus grande que Paul, taller than Paul; aussi grande que lui, as tall as him."""
    other = name(state) if state.chance(0.5) else random_pronoun(state, strong=True)
    if other.pronoun and other.person == subject.person:
        other = name(state)
    how = state.weigh(((5, "plus"), (2, "moins"), (2, "aussi")))
    one_word = comparative(english) if how == "plus" else None
    first, second = {"plus": ("more", "than"), "moins": ("less", "than"), "aussi": ("as", "as")}[how]
    en_form, than = En(one_word or english), En(second)
    en_how = en_form if one_word else En(first)
    en = [en_form, than] if one_word else [en_how, en_form, than]
    fr = [Fr(how, (en_how,)), Fr(form, (en_form,)), Fr("que", (than,))]
    return Plan(BE, fr + other.fr, en + other.en, complete=True)


def having(state, subject, need):
    """avoir faim, to be hungry."""
    options = function_words.STATES
    if "person" not in subject.noun.tags:
        options = options[: function_words.STATES_OF_ANIMALS]
    fr, en = word(*state.pick(options))
    return Plan(HAVE_STATE, fr, en, complete=True)
