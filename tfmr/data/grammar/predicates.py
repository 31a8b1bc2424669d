"""What a clause says of its subject: the verb with its objects, complements, adjectives.

Each rule takes the state, the subject and a ``Need`` and returns a ``Plan``: the verb, what clings to it, and
what follows it in both languages.
"""

from functools import cache

from tfmr.data.grammar import choices, function_words
from tfmr.data.grammar.attributes import being, having, job, passing_adjectives
from tfmr.data.grammar.lexicon import adjectives_for, all_verbs, objects_of, verbs_for
from tfmr.data.grammar.noun_phrases import noun_phrase
from tfmr.data.grammar.objects import liking, meet, somebody, with_object, with_receiver
from tfmr.data.grammar.place_phrases import has_places, place_phrase
from tfmr.data.grammar.plans import BE, Need, Plan
from tfmr.data.grammar.references import preposition, strong_pronoun
from tfmr.data.grammar.tokens import En, Fr
from tfmr.data.grammar.verb_groups import infinitive


def predicate(state, subject, need):
    """A predicate that suits the subject and the need; without one the sentence is spoiled."""
    plan = plan_for(state, subject, need)
    if plan is None:
        state.spoiled = True
        return Plan(BE)
    return plan


def plan_for(state, subject, need):
    """A predicate that suits the subject and the need; None if the topic has no words for one."""
    soon = need.tense in ("future", "when")
    rules = _rules_for(subject.noun, state.scene.topic, need.lemmas, soon)
    if "going" in state.scene.told:
        rules = tuple(rule for rule in rules if rule[1] is not with_place)
    if need.bare:
        rules = tuple(rule for rule in rules if rule[1] is not being)
    for _ in range(5 if rules else 0):
        plan = state.weigh(rules)(state, subject, need)
        if plan is not None:
            return plan
    return None


def bare_predicate(state, subject, allowed, clitics=False, negated=None, loved=False):
    """A predicate for an infinitive: a light one, from a set of verbs; None if the topic has none."""
    return plan_for(
        state, subject, Need(lemmas=allowed, clitics=clitics, bare=True, negated=negated, loved=loved)
    )


@cache
def _rules_for(noun, topic, lemmas, soon):
    """((weight, rule), …) that have something to say of a noun with these verbs; ``soon``: of its future."""
    found = []
    for weight, kind, rule in _WEIGHTS:
        person = "person" in noun.tags
        if kind in ("being", "job"):
            possible = "être" in lemmas and bool(
                passing_adjectives(noun) if soon else adjectives_for(noun, "=")
            )
            possible = possible and (kind != "job" or "named" in noun.tags)
        elif kind == "having":
            possible = "avoir" in lemmas and bool({"person", "animal"} & noun.tags)
        elif kind == "infinitive":
            possible = "vouloir" in lemmas and person
        elif kind == "place":
            possible = has_places(topic) and bool(verbs_for(noun, kind, topic, lemmas))
        else:
            possible = bool(verbs_for(noun, kind, topic, lemmas))
        if possible:
            found.append((weight, rule))
    return tuple(found)


def alone(state, subject, need):
    """No object, perhaps an adverb of manner."""
    verb = state.verb(verbs_for(subject.noun, "alone", state.scene.topic, need.lemmas))
    if verb is None:
        return None
    options = [pair for pair in function_words.MANNER.get(verb.name, ())
               if subject.number == 2 or pair[0] not in function_words.NEED_PLURAL]  # fmt: skip
    if need.bare:  # bien travailler, but elle veut bien travailler means something else
        options = [pair for pair in options if pair[0] not in _EARLY]
    if not options or "person" not in subject.noun.tags or not state.spend(1, 0.4):
        return Plan(verb)
    form, english = state.pick(options)
    if form in ("tôt", "tard"):  # not: early after dinner
        state.scene.told.add("time")
    en = [En(part) for part in english.split(" ")]
    fr = Fr(form, tuple(en))
    if form in _EARLY:
        return Plan(verb, en=en, early=[fr])
    return Plan(verb, [fr], en)


_EARLY = ("bien", "mal", "beaucoup")


def with_preposition(state, subject, need):
    """parler à quelqu'un, jouer du piano."""
    verb = state.verb(verbs_for(subject.noun, "preposition", state.scene.topic, need.lemmas))
    if verb is None:
        return None
    options = tuple(noun for noun in objects_of(verb, state.scene.topic) if noun.lemma not in state.said)
    if not options:
        return None
    if any("person" in noun.tags for noun in options) and "person" in subject.noun.tags:
        known = state.scene.others(subject)
        if verb.fr_prep == "avec" and (known or not state.said[1:]) and state.chance(0.4):
            np = strong_pronoun(state, subject)
        else:
            np = somebody(state, known)
        if np is None:
            return None
        if verb.lemma == "ressembler":
            state.scene.stand_aside(np)
        return Plan(verb, *preposition(verb.fr_prep, verb.en_prep, np), combos=_with(state, verb, np))
    noun = state.fresh(options)
    if "instrument" in noun.tags:  # always the definite article in both languages
        np = noun_phrase(state, noun, kind="definite", number=1, plain=True)
        fr_of = Fr(verb.fr_prep, maybe=np.head.to)
        return Plan(verb, [fr_of, *np.fr], np.en, combos=_with(state, verb, np))
    indefinite_is_odd = verb.fr_prep in ("de", "dans") or need.negated
    number = 1 if verb.fr_prep == "dans" else None  # one enters one house at a time
    np = noun_phrase(state, noun, role="de" if indefinite_is_odd else "after", number=number)
    return Plan(verb, *preposition(verb.fr_prep, verb.en_prep, np), combos=_with(state, verb, np))


def _with(state, verb, np):
    return [meet(state, verb, np)] if np.head else []


def with_place(state, subject, need):
    """aller à la plage, habiter à Paris."""
    verb = state.verb(verbs_for(subject.noun, "place", state.scene.topic, need.lemmas))
    if verb is None:
        return None
    where = place_phrase(state, going=verb.en_prep == "to", home=verb.lemma == "habiter",
                         arriving=verb.lemma == "arriver")  # fmt: skip
    if where is None:
        return None
    state.scene.told |= {"going", "place"}
    return Plan(verb, *where, complete=True)


def with_infinitive(state, subject, need, only=None, lemmas=None):
    """aimer lire, vouloir partir, commencer à lire, essayer de partir."""
    if need.bare:
        return None
    verb = state.verb(_first_verbs(need.tense, need.negated, only))
    if verb is None or verb.lemma == "décider" and subject.person == 1 and need.tense != "past":
        return None  # who decides says it afterwards
    link = Fr(verb.fr_prep) if verb.fr_prep else None
    lemmas = lemmas or choices.SECOND.get(verb.lemma, choices.INTENDED)
    clitics = verb.lemma in ("vouloir", "pouvoir", "devoir", "aller")
    negated = need.negated if clitics else None  # ne pas vouloir manger de pain
    inner = bare_predicate(
        state, subject, lemmas, clitics=clitics, negated=negated, loved=verb.lemma in choices.LOVING
    )
    if inner is None:
        return None
    form = verb.en_prep
    if verb.lemma == "refuser" and any(word.form == "some" for word in inner.en):  # that would be: any
        state.spoiled = True
    fr, en = infinitive(subject, inner, "ing" if form == "ing" else "bare")
    if form in ("to", "how"):
        en = _with_to(fr, en, link)
    if form == "how":
        how = En("how")
        fr[-1].maybe = (how,)
        en = [how, *en]
    if link:
        if form == "ing":
            link.maybe = (en[0],)
        fr = [link, *fr]
    return Plan(verb, fr + inner.early + inner.fr, en + inner.en, complete=True)


_NEVER_NEGATED = ("adorer", "préférer", "décider", "promettre", "commencer", "apprendre", "espérer", "finir")


@cache
def _first_verbs(tense, negated, only):
    """The verbs before an infinitive that sound right in a tense and under negation."""
    found = []
    for verb in all_verbs()["infinitive"]:
        lemma = verb.lemma
        if only and lemma not in only or negated and lemma in _NEVER_NEGATED:
            continue
        if lemma == "aller" and tense not in ("present", "past"):
            continue
        if lemma == "devoir" and negated and tense != "present":
            continue
        if tense in ("future", "when") and lemma not in choices.FUTURE:
            continue
        found.append(verb)
    return tuple(found)


def _with_to(fr, en, link):
    """Put *to* in front, linked to *à* or *de* if French has one, to the infinitive if not."""
    to = En("to")
    if link:
        link.to = (to,)
    else:
        fr[-1].to = (to, *fr[-1].to)
    return [to, *en]


_WEIGHTS = (
    (36, "object", with_object),
    (11, "alone", alone),
    (9, "preposition", with_preposition),
    (8, "place", with_place),
    (7, "receiver", with_receiver),
    (16, "infinitive", with_infinitive),
    (9, "being", being),
    (7, "liking", liking),
    (3, "job", job),
    (3, "having", having),
)
