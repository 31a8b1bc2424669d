"""Questions: est-ce que, the question words, and inversion."""

from tfmr.data.grammar import choices
from tfmr.data.grammar.lexicon import PERSON, verbs_for
from tfmr.data.grammar.plans import Need, Plan
from tfmr.data.grammar.predicates import bare_predicate, predicate
from tfmr.data.grammar.references import NP
from tfmr.data.grammar.subjects import main_clause, subject_phrase
from tfmr.data.grammar.tokens import En, Fr, stop, word
from tfmr.data.grammar.verb_groups import infinitive

_TENSES = ((45, "present"), (35, "past"), (20, "future"))


def yes_no_question(state):
    """Est-ce que tu manges ?: Do you eat ?"""
    tense = state.weigh(_TENSES)
    subject = subject_phrase(state, tense, known=True)
    return stop(*_asked([], [], main_clause(state, tense, subject=subject, question=True, plain=True)), "?")


def _asked(fr_first, en_first, inner):
    """est-ce que stands for the English auxiliary: surely if nothing else does, else possibly."""
    opener = (inner.opener,)
    if inner.opener_linked:
        particle = [Fr("est-ce", maybe=opener), Fr("que", maybe=opener)]
    else:
        particle = [Fr("est-ce", opener), Fr("que", opener)]
    return [*fr_first, *particle, *inner.fr], [*en_first, *inner.en]


def wh_question(state):
    """Où, quand, pourquoi, comment est-ce que …"""
    fr, en, lemmas = state.weigh((
        (4, ("pourquoi", "why", None)), (3, ("quand", "when", choices.INTENDED)),
        (3, ("où", "where", choices.SOMEWHERE)),
        (2, ("comment", "how", choices.SOMEHOW)),
    ))  # fmt: skip
    tense = state.weigh(_TENSES if fr != "comment" else _TENSES[:2])
    subject = subject_phrase(state, tense, people_only=True, known=True)
    if fr == "pourquoi":
        inner = main_clause(state, tense, subject=subject, question=True, adjuncts=False)
        return stop(*_asked(*word(fr, en), inner), "?")
    state.owner = subject
    goes = [
        verb for verb in verbs_for(PERSON["m"], "place", state.scene.topic)
        if verb.lemma in ("habiter", "aller", "travailler")
    ]  # fmt: skip
    if fr == "où" and goes and state.chance(0.3):
        plan = Plan(state.pick(goes))
    else:
        if tense == "future":
            lemmas = lemmas & choices.FUTURE
        plan = bare_predicate(state, subject, lemmas)
    if plan is None or fr == "où" and plan.fr and plan.complete:
        return None
    plan.complete = True
    inner = main_clause(state, tense, subject=subject, question=True, plain=True, plan=plan, adjuncts=False)
    return stop(*_asked(*word(fr, en), inner), "?")


def what_question(state):
    """Qu'est-ce que tu manges ?: What do you eat ? Qui est-ce que …: Who …"""
    tense = state.weigh(_TENSES)
    subject = subject_phrase(state, tense, people_only=True, known=True)
    verbs = [
        verb for verb in verbs_for(subject.noun, "object", state.scene.topic)
        if verb.lemma not in ("poser", "suivre", "admirer", "avoir")
        and (tense != "future" or verb.lemma in choices.FUTURE)
    ]  # fmt: skip
    if not verbs:
        return None
    verb = state.verb(verbs)
    what = word("qui", "who") if verb.pronoun == "him" else word("que", "what")
    inner = main_clause(state, tense, subject=subject, question=True, plain=True, plan=Plan(verb))
    return stop(*_asked(*what, inner), "?")


def who_question(state):
    """Qui a mangé la pomme ?: Who ate the apple ? No *do* here."""
    subject = NP(*word("qui", "who"), PERSON["m"], pronoun=True)
    tense = state.weigh(_TENSES)
    lemmas = choices.FUTURE_EVENTS if tense == "future" else choices.EVENTS
    state.owner = subject
    need = Need(tense, lemmas=lemmas, clitics=False)
    plan = predicate(state, subject, need)
    inner = main_clause(state, tense, subject=subject, plain=True, plan=plan)
    return stop(inner.fr, inner.en, "?")


# Verb and pronoun in one word: French, English helper, English pronoun, person, number, gender
_INVERTED = (
    ("peux-tu", "can", "you", 2, 1, "m"), ("pouvez-vous", "can", "you", 2, 2, "m"),
    ("peut-il", "can", "he", 3, 1, "m"), ("peut-elle", "can", "she", 3, 1, "f"),
    ("veux-tu", "do", "you", 2, 1, "m"), ("voulez-vous", "do", "you", 2, 2, "m"),
    ("veut-il", "does", "he", 3, 1, "m"), ("veut-elle", "does", "she", 3, 1, "f"),
    ("aime-t-il", "does", "he", 3, 1, "m"), ("aime-t-elle", "does", "she", 3, 1, "f"),
    ("aimes-tu", "do", "you", 2, 1, "m"), ("aimez-vous", "do", "you", 2, 2, "m"),
)  # fmt: skip


def inverted_question(state):
    """Veux-tu manger ?: Do you want to eat ? The French verb and its pronoun are one word."""
    address = state.scene.address
    form, helper, pronoun, person, number, gender = state.pick([row for row in _INVERTED if row[3] == 3 or row[4] == address])
    gender = gender if person == 3 else state.scene.genders[1]
    subject = NP([], [], PERSON[gender], person=person, number=number, gender=gender, pronoun=True,
                 binds=person == 3)  # fmt: skip
    state.owner = subject
    en_helper, en_pronoun = En(helper), En(pronoun)
    likes = form.startswith("aim")
    inner = bare_predicate(state, subject, choices.PLEASANT if likes else choices.INTENDED, loved=likes)
    if inner is None:
        return None
    fr, en = infinitive(subject, inner, "ing" if likes else "bare")
    if helper == "can":
        first = Fr(form, (en_helper, en_pronoun))
    else:
        main = En("like" if likes else "want")
        first = Fr(form, (en_pronoun, main), maybe=(en_helper,))
        if not likes:
            to = En("to")
            fr[-1].to = (to, *fr[-1].to)
            en = [to, *en]
        en = [main, *en]
    return stop([first, *fr, *inner.early, *inner.fr], [en_helper, en_pronoun, *en, *inner.en], "?")
