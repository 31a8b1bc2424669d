"""What somebody or something is: a profession, an adjective, a comparison, hungry or cold."""

from functools import cache

from tfmr.data.grammar import choices, function_words
from tfmr.data.grammar.english import comparative
from tfmr.data.grammar.lexicon import adjectives_for, all_adjectives, select
from tfmr.data.grammar.plans import BE, HAVE_STATE, Plan
from tfmr.data.grammar.references import named_again, new_name, strong_pronoun
from tfmr.data.grammar.tokens import En, Fr, word


def job(state, subject, need):
    """il est médecin: English adds an article."""
    nouns = select("job", state.scene.topic)
    nouns = tuple(noun for noun in nouns if noun.gender == subject.gender and noun.lemma not in state.said)
    if not nouns or "job" in state.said or subject.name is None and not subject.pronoun:
        return None
    state.said.append("job")
    noun = state.fresh(nouns)
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
    adjective = state.quality(options) if options else None
    if adjective is None:
        return None
    form = adjective.forms[subject.gender, subject.number]
    english = adjective.english_for(subject.noun.tags)
    en = En(english)
    fr = Fr(form, (en,))
    if subject.noun.lemma:
        combination = state.combine("adjective", adjective.lemma, subject.noun.lemma)
        if subject.head:
            combination.add(fr, fr.to)
            combination.add(subject.head, subject.head.to)
    graded = adjective.lemma not in choices.KINDS
    comparable = (
        graded and not need.passing and not need.negated and adjective.lemma not in ("bon", "mauvais", "prêt", "content")
    )
    if comparable and "person" in subject.noun.tags and state.spend(3, 0.3):
        return _compared(state, subject, fr, en)
    if graded and adjective.lemma != "prêt" and state.spend(1, 0.4):
        if need.negated or need.passing:
            degrees = function_words.DEGREE[:1]
        else:
            degrees = (
                function_words.DEGREE if adjective.lemma in choices.EXCESS else function_words.DEGREE[:-1]
            )
        fr_degree, en_degree = word(*state.pick(degrees))
        return Plan(BE, [*fr_degree, fr], [*en_degree, en], complete=True)
    return Plan(BE, [fr], [en], complete=True)


@cache
def passing_adjectives(noun):
    return tuple(adjective for adjective in adjectives_for(noun, "=") if adjective.lemma in choices.PASSING)


def _compared(state, subject, fr, en):
    """plus grande que Paul, taller than Paul; aussi grande que lui, as tall as him."""
    other = named_again(state, state.scene.others(subject))
    if other is None and state.chance(0.5):
        other = new_name(state)
        if other is not None:
            state.scene.stand_aside(other)
    other = other or strong_pronoun(state, subject)
    how = state.weigh(((5, "plus"), (2, "moins"), (2, "aussi")))
    one_word = comparative(en.form) if how == "plus" else None
    first, second = {"plus": ("more", "than"), "moins": ("less", "than"), "aussi": ("as", "as")}[how]
    en.form, than = one_word or en.form, En(second)
    en_how = en if one_word else En(first)
    words = [en, than] if one_word else [en_how, en, than]
    return Plan(BE, [Fr(how, (en_how,)), fr, Fr("que", (than,)), *other.fr], words + other.en, complete=True)


def having(state, subject, need):
    """avoir faim, to be hungry."""
    options = function_words.STATES
    if "person" not in subject.noun.tags:
        options = options[: function_words.STATES_OF_ANIMALS]
    # to be right or wrong leads nowhere
    options = [pair for pair in options if pair[0] not in state.said
               and not (pair[0] in ("raison", "tort") and state.room >= 4)]  # fmt: skip
    if not options:
        return None
    pair = state.pick(options)
    state.said.append(pair[0])
    return state_of(pair)


def state_of(pair):
    """avoir faim, from its row in the table."""
    return Plan(HAVE_STATE, *word(*pair), complete=True)


def _contradicted(state, reason):
    """Whether a mood would undo an earlier one: nobody is pleased and rests because he is sick."""
    return any(
        reason in moods and set(others) & set(state.said)
        for moods, others in ((choices.GLAD, choices.UNFORESEEN), (choices.UNFORESEEN, choices.GLAD))
    )


def feeling(state, subject, reasons):
    """How somebody feels, as one of the reasons: a noun after *avoir*, or an adjective; None: all are used up."""
    for _ in range(3):
        reason = state.pick(reasons)
        if reason in state.said or _contradicted(state, reason):
            continue
        state.said.append(reason)
        for pair in function_words.STATES:
            if pair[0] == reason:
                return state_of(pair)
        adjective = next(adjective for adjective in all_adjectives() if adjective.lemma == reason)
        if adjective.group not in state.said:
            state.said.append(adjective.group)
            en = En(adjective.english_for(subject.noun.tags))
            return Plan(BE, [Fr(adjective.forms[subject.gender, subject.number], (en,))], [en], complete=True)
    return None
