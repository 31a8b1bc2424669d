"""What a clause says of its subject: the verb with its objects, complements, adjectives.

Each rule takes the state, the subject and a ``Need`` and returns a ``Plan``: the verb, what clings to it, and
what follows it in both languages.
"""

from functools import cache

from tfmr.data.grammar import choices, function_words
from tfmr.data.grammar.attributes import being, having, job, passing_adjectives
from tfmr.data.grammar.lexicon import adjectives_for, all_verbs, lemmas, select, verbs_for
from tfmr.data.grammar.noun_phrases import coordinate, name, noun_phrase, preposition, random_pronoun
from tfmr.data.grammar.place_phrases import place_phrase
from tfmr.data.grammar.plans import Need, Plan
from tfmr.data.grammar.tokens import En, Fr, word
from tfmr.data.grammar.verb_groups import Clitic, infinitive, object_clitic


def predicate(state, subject, need):
    """A predicate that suits the subject and the need."""
    return state.weigh(_rules_for(subject.noun, need.lemmas, need.tense in ("future", "when")))(
        state, subject, need
    )


def bare_predicate(state, subject, allowed, clitics=False):
    """A predicate for an infinitive: a light one, from a set of verbs."""
    return predicate(state, subject, Need(lemmas=allowed, clitics=clitics, bare=True))


@cache
def _rules_for(noun, lemmas, soon):
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
        else:
            possible = bool(verbs_for(noun, kind, lemmas))
        if possible:
            found.append((weight, rule))
    return tuple(found) or ((1, being),)


def with_object(state, subject, need):
    """A direct object: a noun phrase or a pronoun."""
    if need.clitics and state.recent and (plan := _taken_up(state, subject, need)):
        return plan
    verb = state.fresh(verbs_for(subject.noun, "object", need.lemmas))
    # A pronoun that stands for nothing in the sentence would seem to stand for whatever was named before.
    opening = not state.said[1:]
    if need.clitics and opening and verb.lemma not in ("avoir", "poser") and state.chance(0.3):
        return Plan(verb, clitic=object_clitic(state, verb, need.tense, subject))
    if verb.pronoun == "him" and verb.lemma != "admirer" and state.chance(0.3):
        who = name(state)
        return Plan(verb, who.fr, who.en)
    noun = state.fresh(verb.objects)
    state.combos.append(("object", verb.lemma, noun.lemma))
    np = need.argument(state, noun, negated=need.negated)
    state.recent.append((noun, np.gender, np.number))
    if not need.negated and not np.heavy and verb.lemma not in _ONE_OBJECT and state.spend(3, 0.12):
        noun = state.fresh(verb.objects)
        state.combos.append(("object", verb.lemma, noun.lemma))
        np = coordinate(np, noun_phrase(state, noun))
    return Plan(verb, np.fr, np.en, heavy=np.heavy)


def _taken_up(state, subject, need):
    """A pronoun for an object of an earlier clause: … et Marie l'a mangée."""
    noun, gender, number = state.recent[-1]
    verbs = tuple(verb for verb in verbs_for(subject.noun, "object", need.lemmas) if noun in verb.objects
                  and verb.lemma not in state.said and verb.lemma != "avoir")  # fmt: skip
    if not verbs or not state.chance(0.5):
        return None
    verb = state.fresh(verbs)
    state.combos.append(("object", verb.lemma, noun.lemma))
    return Plan(verb, clitic=object_clitic(state, verb, need.tense, subject, (gender, number)))


_ONE_OBJECT = lemmas("poser conduire construire quitter traverser commencer finir")


def liking(state, subject, need):
    """aimer, adorer …: generic objects without an English article."""
    verb = state.fresh(verbs_for(subject.noun, "liking", need.lemmas))
    noun = state.fresh(verb.objects)
    state.combos.append(("object", verb.lemma, noun.lemma))
    if "kin" in noun.tags:
        np = noun_phrase(state, noun, number=1, plain=True)
    else:
        plain = not {"work", "story", "art"} & noun.tags
        number = 1 if noun.tags & {"mass", "one"} else 2
        np = noun_phrase(state, noun, generic=True, number=number, plain=plain)
    return Plan(verb, np.fr, np.en)


def with_receiver(state, subject, need):
    """donner quelque chose à quelqu'un; elle me donne un livre."""
    verb = state.fresh(verbs_for(subject.noun, "receiver", need.lemmas))
    noun = state.fresh(verb.objects)
    state.combos.append(("object", verb.lemma, noun.lemma))
    np = noun_phrase(state, noun, negated=need.negated)
    if need.clitics and state.chance(0.45):
        person = state.pick([key for key in function_words.OBJECTS if key[0] != subject.person] + [(3, 2)])
        fr, en = ("leur", "them") if person == (3, 2) else function_words.OBJECTS[person]
        return Plan(verb, np.fr, np.en, clitic=Clitic(fr, en, direct=False))
    receiver = _somebody(state)
    fr_to, en_to = word("à", "to")
    return Plan(verb, np.fr + fr_to + receiver.fr, np.en + en_to + receiver.en)


def _somebody(state):
    """A name or a noun."""
    if state.chance(0.35):
        return name(state)
    kind = state.weigh(((6, None), (4, "definite")))
    return noun_phrase(state, state.fresh(select("kin job learner child")), role="de", kind=kind, number=1)


def alone(state, subject, need):
    """No object, perhaps an adverb of manner."""
    verb = state.fresh(verbs_for(subject.noun, "alone", need.lemmas))
    options = [pair for pair in function_words.MANNER.get(verb.name, ())
               if subject.number == 2 or pair[0] not in function_words.NEED_PLURAL]  # fmt: skip
    if need.bare:  # bien travailler, but elle veut bien travailler means something else
        options = [pair for pair in options if pair[0] not in _EARLY]
    if not options or "person" not in subject.noun.tags or not state.spend(1, 0.4):
        return Plan(verb)
    form, english = state.pick(options)
    en = [En(part) for part in english.split(" ")]
    fr = Fr(form, tuple(en))
    if form in _EARLY:
        return Plan(verb, en=en, early=[fr])
    return Plan(verb, [fr], en)


_EARLY = ("bien", "mal", "beaucoup")


def with_preposition(state, subject, need):
    """parler à quelqu'un, jouer du piano."""
    verb = state.fresh(verbs_for(subject.noun, "preposition", need.lemmas))
    takes_people = verb.fr_prep in ("à", "avec") and any("adult" in noun.tags for noun in verb.objects)
    if takes_people and state.chance(0.4):
        np = (
            random_pronoun(state, strong=True)
            if verb.fr_prep == "avec" and state.chance(0.5)
            else name(state)
        )
        if np.pronoun and np.person == subject.person:
            np = name(state)
        return Plan(verb, *preposition(verb.fr_prep, verb.en_prep, np))
    noun = state.fresh(verb.objects)
    state.combos.append(("object", verb.lemma, noun.lemma))
    if "instrument" in noun.tags:  # always the definite article in both languages
        np = noun_phrase(state, noun, kind="definite", number=1, plain=True)
        return Plan(verb, [Fr(verb.fr_prep), *np.fr], np.en)
    np = noun_phrase(state, noun, role="de" if verb.fr_prep == "de" or need.negated else "after")
    return Plan(verb, *preposition(verb.fr_prep, verb.en_prep, np))


def with_place(state, subject, need):
    """aller à la plage, habiter à Paris."""
    verb = state.fresh(verbs_for(subject.noun, "place", need.lemmas))
    fr, en = place_phrase(state, going=verb.en_prep == "to", home=verb.lemma == "habiter",
                          arriving=verb.lemma == "arriver")  # fmt: skip
    return Plan(verb, fr, en, complete=True)


def with_infinitive(state, subject, need, only=None):
    """aimer lire, vouloir partir, commencer à lire, essayer de partir."""
    verb = state.fresh(_first_verbs(need.tense, need.negated, only))
    link = Fr(verb.fr_prep) if verb.fr_prep else None
    lemmas = choices.SECOND.get(verb.lemma, choices.INTENDED)
    inner = bare_predicate(
        state, subject, lemmas, clitics=verb.lemma in ("vouloir", "pouvoir", "devoir", "aller")
    )
    form = verb.en_prep
    fr, en = infinitive(subject, inner.verb, "ing" if form == "ing" else "bare", inner.clitic)
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


@cache
def _first_verbs(tense, negated, only):
    """The verbs before an infinitive that sound right in a tense and under negation."""
    found = []
    for verb in all_verbs()["infinitive"]:
        lemma = verb.lemma
        if only and lemma not in only or negated and lemma in ("adorer", "préférer"):
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
    (12, "infinitive", with_infinitive),
    (9, "being", being),
    (7, "liking", liking),
    (3, "job", job),
    (3, "having", having),
)
