"""The verb and what clings to it: tense, agreement, negation, object pronouns, auxiliaries, adverbs.

A tense here is a French one, and English follows from it:

============  ====================================  ===================================
name          French                                English
============  ====================================  ===================================
present       il mange                              he eats
past          il a mangé; of states: il avait       he ate; he had
progressive   il mangeait (not of states)           he was eating
future        il mangera                            he will eat
when          il mangera, after *quand*             he eats
============  ====================================  ===================================
"""

from tfmr.data.grammar import english, french
from tfmr.data.grammar.function_words import OBJECTS, REFLEXIVES
from tfmr.data.grammar.lexicon import lemmas
from tfmr.data.grammar.references import speaker_or_hearer
from tfmr.data.grammar.tokens import En, Fr

# Verbs of states: their past is the imparfait in French, and never "was -ing" in English.
STATES = lemmas(
    "être avoir aimer adorer détester préférer vouloir pouvoir devoir savoir espérer connaître penser croire "
    "habiter ressembler"
)
_BE = {
    "present": ("am", "are", "is", "are", "are", "are"),
    "past": ("was", "were", "was", "were", "were", "were"),
}
_FRENCH_FORMS = {
    "present": french.present, "future": french.future, "when": french.future,
    "progressive": french.imparfait,
}  # fmt: skip


def is_composed(verb, tense):
    """Whether the tense is the passé composé."""
    return tense == "past" and not is_state(verb)


def is_state(verb):
    """Whether a verb tells of a state: être, avoir, vouloir … and *aller* where it means "to be going to"."""
    return verb.lemma in STATES or verb.english[0] == "be"


class Group:
    """Subject and verb in both languages, complements still to come.

    Attributes:
        fr, en: the words.
        opener: the English auxiliary that opens the question; None otherwise.
        linked: whether a French word of the group stands for the opener.
        word, main: the French verb (its participle, of two words), and the English words that it means.
    """

    __slots__ = ("fr", "en", "opener", "linked", "word", "main")

    def __init__(self, fr, en, opener, linked, fr_word, main):
        self.fr, self.en, self.opener, self.linked = fr, en, opener, linked
        self.word, self.main = fr_word, main

    def mark(self, combinations):
        """Note the verb in the combinations that it is part of."""
        for combination in combinations:
            combination.add(self.word, self.main)


class Clitic:
    """An object pronoun: before the French verb, after the English; ``direct``: participles agree with it."""

    __slots__ = ("fr", "en", "gender", "number", "direct")

    def __init__(self, french_form, english_form, gender="m", number=1, direct=True):
        en = En(english_form)
        self.fr, self.en = Fr(french_form, (en,)), en
        self.gender, self.number, self.direct = gender, number, direct


def object_clitic(antecedent):
    """le, la, les: him, her, it or them, as what they take up (an NP or a Thing) asks."""
    gender, number = antecedent.gender, antecedent.number
    if number == 2:
        return Clitic("les", "them", gender, 2)
    form = "le" if gender == "m" else "la"
    if "person" in antecedent.noun.tags:
        return Clitic(form, "him" if gender == "m" else "her", gender)
    return Clitic(form, "it", gender)


def speaking_clitic(state, subject, direct=True):
    """me, te, nous, vous as an object."""
    person, number = speaker_or_hearer(state, subject)
    return Clitic(*OBJECTS[person, number], state.scene.genders[person - 1], number, direct)


def verb_group(subject, verb, tense, *, negation=None, question=False, clitic=None, adverb=None,
               agree_with=None, early=()):  # fmt: skip
    """Subject and verb in both languages, complements still to come.

    Args:
        subject: an NP.
        verb: a Verb.
        tense: see the module's table.
        negation: None, "pas", "jamais" or "plus".
        question: English inverts, or uses *do*; French is left for *est-ce que* to be put in front.
        clitic: a Clitic or None.
        adverb: a pair such as ("souvent", "often") or None.
        early: French words right after the finite verb (*il a bien dormi*); their English comes elsewhere.
        agree_with: (gender, number) of a relative pronoun's antecedent, for the participle.

    Returns:
        a Group.
    """
    helper, main, needs_do = _english(subject, verb, tense, negation == "pas" or question)
    before, after = [], []  # around the French finite verb
    middle = []  # between English helper and main verb
    if negation:
        _negate(negation, before, after, middle, helper)
    if adverb:
        en_adverb = En(adverb[1])
        after.append(Fr(adverb[0], (en_adverb,)))
        middle.append(en_adverb)
    after += early
    if verb.reflexive:
        before.append(Fr(REFLEXIVES[subject.person, subject.number], maybe=tuple(main)))
    if clitic:
        before.append(clitic.fr)
    verb_words = _french(subject, verb, tense, helper, main, needs_do, clitic, agree_with)
    fr = [*subject.fr, *before, verb_words[0], *after, *verb_words[1:]]
    object_words = [clitic.en] if clitic else []
    opener = None
    if question:
        opener = helper[0]
        en = [opener, *subject.en, *middle, *helper[1:], *main, *object_words]
    else:
        en = [*subject.en, *helper[:1], *middle, *helper[1:], *main, *object_words]
    # *mange* leaves "do" to est-ce que; in *a mangé* the auxiliary is "did", and in *mangera* the verb is "will"
    return Group(fr, en, opener, not needs_do or len(verb_words) == 2, verb_words[-1], main)


def _negate(negation, before, after, middle, helper):
    """ne … pas: not; ne … jamais: never; ne … plus: no longer. Both words mean it."""
    if helper and helper[0].form == "can" and negation == "pas":
        helper[0].form = "cannot"
        words = (helper[0],)
    else:
        words = tuple(
            En(form) for form in {"pas": "not", "jamais": "never", "plus": "no longer"}[negation].split()
        )
        middle += words
    before.append(Fr("ne", words))
    after.append(Fr(negation, words))


def _english(subject, verb, tense, with_do):
    """Auxiliaries, main verb, and whether the auxiliary is *do*."""
    base = verb.english
    person = subject.person - 1 if subject.en_number == 1 else subject.person + 2
    first, rest = base[0], [En(part) for part in base[1:]]
    if first == "love" and with_do:
        first = "like"  # je n'aime pas, aimes-tu …?
    if first == "can":
        return _can(tense, person)
    if first == "must":
        return _must(tense, with_do)
    if first == "be":
        if tense in ("present", "when", "past"):
            return [En(_BE["past" if tense == "past" else "present"][person])], rest, False
        return [En("will")], [En("be"), *rest], False
    if tense == "future":
        return [En("will")], [En(first), *rest], False
    if tense == "progressive":
        return [En(_BE["past"][person])], [En(english.ing(first)), *rest], False
    if with_do:
        if tense == "past":
            do = "did"
        else:
            do = "does" if person == 2 else "do"
        return [En(do)], [En(first), *rest], True
    if tense == "past":
        return [], [En(english.past(first)), *rest], False
    return [], [En(english.third_person(first) if person == 2 else first), *rest], False


def _can(tense, person):
    if tense == "future":
        return [En("will")], [En("be"), En("able"), En("to")], False
    return [En("could" if tense == "past" else "can")], [], False


def _must(tense, with_do):
    if tense == "present":
        return [En("must")], [], False
    if tense == "future":
        return [En("will")], [En("have"), En("to")], False
    if with_do:
        return [En("did")], [En("have"), En("to")], True
    return [], [En("had"), En("to")], False


def _french(subject, verb, tense, helper, main, needs_do, clitic, agree_with):
    """The finite verb, and the participle if there is one, with their links."""
    index = subject.person - 1 + 3 * (subject.number - 1)
    lexical = tuple(main)
    if is_composed(verb, tense):
        etre = verb.reflexive or verb.lemma in french.TAKES_ETRE
        auxiliary = french.present("être" if etre else "avoir")[index]
        participle = french.participle(verb.lemma)
        if etre:
            participle = french.agreed(participle, subject.gender, subject.number)
        elif agree_with:
            participle = french.agreed(participle, *agree_with)
        elif clitic and clitic.direct:
            participle = french.agreed(participle, clitic.gender, clitic.number)
        # a mangé: ate, both; n'a pas mangé: did not eat, one to one
        return [Fr(auxiliary, tuple(helper) if needs_do else lexical), Fr(participle, lexical)]
    forms = _FRENCH_FORMS.get(tense, french.imparfait)(verb.lemma)
    if needs_do:
        return [Fr(forms[index], lexical, maybe=tuple(helper))]
    return [Fr(forms[index], (*helper, *lexical))]


def infinitive(subject, plan, form):
    """A second verb: French infinitive; English with *to*, in *-ing*, or bare.

    Returns French words and English words. *to* is part of the infinitive unless the caller links it.
    """
    verb, clitic = plan.verb, plan.clitic
    first, rest = verb.english[0], [En(part) for part in verb.english[1:]]
    main = [En(english.ing(first) if form == "ing" else first), *rest]
    fr = []
    if verb.reflexive:
        fr.append(Fr(REFLEXIVES[subject.person, subject.number], maybe=tuple(main)))
    if clitic:
        fr.append(clitic.fr)
    fr.append(Fr(verb.lemma, tuple(main)))
    for combination in plan.combos:
        combination.add(fr[-1], main)
    return fr, [*main, clitic.en] if clitic else main
