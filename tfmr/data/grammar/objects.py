"""What verbs take: direct objects as phrases, pronouns or things taken up again, and receivers.

Each rule takes the state, the subject and a ``Need`` and returns a ``Plan``, or None where the story has no
suitable words left.
"""

from tfmr.data.grammar import choices
from tfmr.data.grammar.french import starts_with_vowel
from tfmr.data.grammar.lexicon import lemmas, objects_of, select, verbs_for
from tfmr.data.grammar.noun_phrases import mention_again, newcomer, noun_phrase
from tfmr.data.grammar.plans import Plan
from tfmr.data.grammar.references import coordinate, named_again, new_name, preposition, subject_pronoun
from tfmr.data.grammar.scene import Thing
from tfmr.data.grammar.tokens import word
from tfmr.data.grammar.verb_groups import Clitic, is_composed, object_clitic, speaking_clitic


def with_object(state, subject, need):
    """A direct object: a noun phrase or a pronoun."""
    scene = state.scene
    if scene.things and not state.depth and state.chance(0.75) and (plan := taken_up(state, subject, need)):
        return plan
    verbs = verbs_for(subject.noun, "object", scene.topic, need.lemmas)
    if subject.number == 2:
        verbs = tuple(verb for verb in verbs if verb.lemma != "porter")  # two people in one coat
    if subject.person == 1 and subject.number == 1 and need.tense == "present":
        verbs = tuple(verb for verb in verbs if verb.lemma != "suivre")  # je suis: I am, or I follow?
    if not verbs:
        return None
    verb = state.verb(verbs)
    if verb is None:
        return None
    if verb.pronoun == "him" and (plan := _of_people(state, subject, need, verb)) is not None:
        return plan
    # A pronoun that stands for nothing in the sentence would seem to stand for whatever was named before.
    opening = not state.said[1:] and not state.story
    if need.clitics and opening and verb.pronoun == "it" and verb.lemma not in ("avoir", "poser") and state.chance(0.25):
        noun = state.pick(objects_of(verb, scene.topic))
        if "bare" not in noun.tags:
            number = 1 if noun.tags & {"mass", "one"} else 2 if state.chance(0.4) else 1
            state.combine("object", verb.lemma, noun.lemma)
            return Plan(verb, clitic=object_clitic(Thing(noun, noun.gender, number, verb.lemma)))
    options = tuple(noun for noun in objects_of(verb, scene.topic) if noun.lemma not in state.said)
    if verb.lemma == "porter":
        options = tuple(noun for noun in options if _wears(subject, noun))
    if verb.pronoun == "him":
        options = tuple(noun for noun in options if not noun.tags & {"person", "animal"})
    if not options:
        return None
    noun = state.fresh(options)
    np = _object(state, need, verb, noun)
    combination = meet(state, verb, np)
    if not need.negated and not np.heavy and verb.lemma not in _ONE_OBJECT and state.spend(3, 0.1):
        more = tuple(other for other in options if other.lemma not in state.said and other.tags & noun.tags)
        if more:
            second = _object(state, need, verb, state.fresh(more), plain=True)
            both = coordinate(np, second)
            scene.latest = None
            scene.things.clear()  # a pronoun would have to take up both
            return Plan(verb, both.fr, both.en, heavy=np.heavy, combos=[combination, meet(state, verb, second)])
    stays = _stage(verb.lemma) < _GONE and not noun.tags & {"bare", "time", "person", "animal"}
    if stays and not (need.negated or need.bare or state.depth):
        scene.add_thing(noun, np.gender, np.number, verb.lemma)
    return Plan(verb, np.fr, np.en, heavy=np.heavy, combos=[combination])


def _object(state, need, verb, noun, plain=False):
    """The phrase of a direct object."""
    heard = verb.lemma in ("écouter", "entendre")
    kind = number = None
    if verb.lemma == "avoir":  # j'ai une sœur, not: j'ai ma sœur
        kind = "indefinite"
    if verb.lemma == "porter":
        number = 1
    if verb.lemma == "quitter":  # not: she left three islands
        kind, number = "definite", 1
    if need.loved and not heard and not noun.tags & {"kin", "bare"}:  # one loves buying scarves, not one scarf
        kind, number = "indefinite", 2
    if plain:
        return noun_phrase(state, noun, kind=kind, number=number, heard=heard, loved=need.loved, plain=True)
    return need.argument(state, noun, negated=need.negated, kind=kind, number=number, heard=heard, loved=need.loved)


def meet(state, verb, np):
    """The combination of a verb and its object, the object in its place."""
    combination = state.combine("object", verb.lemma, np.noun.lemma)
    combination.add(np.head, np.head.to)
    return combination


def _of_people(state, subject, need, verb):
    """An object that is somebody: who is in the story already, or who comes in; None: no person."""
    scene = state.scene
    options = objects_of(verb, scene.topic)
    people = tuple(noun for noun in options if noun.tags & {"person", "animal"})
    if not people or len(people) < len(options) and state.chance(0.5):
        return None
    known = [np for np in scene.others(subject) if np is not subject]
    if known and verb.lemma != "rencontrer" and not state.depth and state.chance(0.85):
        other = state.pick(known)
        # l'attend: him or her? Only a participle would tell
        hidden = starts_with_vowel(verb.lemma) and not is_composed(verb, need.tense) and other.number == 1
        clear = not hidden or sum([np.number == 1 for np in known]) == 1
        if need.clitics and clear and state.chance(0.7):
            return Plan(verb, clitic=object_clitic(other))
        if again := named_again(state, [other]):
            return Plan(verb, again.fr, again.en)
    if need.clitics and state.chance(0.2):
        return Plan(verb, clitic=speaking_clitic(state, subject))
    if need.clitics and not state.said[1:] and state.chance(0.25) and (plan := _unknown(state, verb, need)):
        return plan
    named = 0.3 if verb.lemma not in ("admirer",) and any("adult" in noun.tags for noun in people) else 0
    np = newcomer(state, people, need.argument, named=named, negated=need.negated, loved=need.loved)
    if np is None:
        return Plan(verb, clitic=speaking_clitic(state, subject)) if need.clitics else None
    combos = [meet(state, verb, np)] if np.head else []
    return Plan(verb, np.fr, np.en, heavy=np.heavy, combos=combos)


def _unknown(state, verb, need):
    """elle le voit, whoever he is: not where *l'* hides whether it is him or her."""
    hidden = starts_with_vowel(verb.lemma) and not is_composed(verb, need.tense)
    number = 2 if hidden or state.chance(0.35) else 1
    genders = state.scene.free_genders() if number == 1 else ["m"] * state.scene.is_free("", 2)
    if not genders:
        return None
    np = subject_pronoun(3, number, state.pick(genders))
    state.scene.enter(np)
    return Plan(verb, clitic=object_clitic(np))


def taken_up(state, subject, need):
    """A thing of an earlier clause once more: … et Marie l'a mangée; … et Marie a mangé la pomme."""
    things = state.scene.things
    thing = things[-1] if need.negated or state.chance(0.8) else state.pick(things)
    verbs = tuple(
        verb for verb in verbs_for(subject.noun, "object", state.scene.topic, need.lemmas)
        if thing.noun in verb.objects and verb.name not in state.said and verb.lemma in choices.STAGES and verb.lemma != "quitter"
        and _may_follow(thing.deed, verb.lemma, need.negated) and (verb.lemma != "porter" or _wears(subject, thing.noun))
    )  # fmt: skip
    if not verbs:
        return None
    verb = state.verb(verbs)
    if verb is None:
        return None
    if not need.negated:
        _done(state, thing, verb)
    else:  # what one did not find, finish or understand is told to its end
        things.remove(thing)
    known, state.scene.latest = thing is state.scene.latest, thing
    if need.clitics and known and not _could_be_somebody(state, subject, thing) and state.chance(0.7):
        state.combine("object", verb.lemma, thing.noun.lemma)
        return Plan(verb, clitic=object_clitic(thing))
    np = mention_again(state, thing)
    return Plan(verb, np.fr, np.en, combos=[meet(state, verb, np)])


def _could_be_somebody(state, subject, thing):
    """Whether a French pronoun for a thing could mean a person as well: il a vu la fille et il l'a vendue."""
    return any(
        np.number == thing.number and np.gender == thing.gender and not np.pronoun
        for np in state.scene.others(subject)
    )


def _wears(subject, noun):
    """Whether somebody may wear something: not two people one coat, no man a dress."""
    return subject.number == 1 and not (noun.lemma in choices.WOMENS and subject.gender == "m")


_GONE = 4  # the stage after which there is nothing to take up any more


def _stage(deed):
    return choices.STAGES.get(deed, 2)


def _may_follow(deed, next_deed, negated):
    """Whether something may be done to a thing after a deed; if negated, whether one expected it."""
    if negated:
        return next_deed in choices.EXPECTED.get(deed, ())
    if deed in choices.NEXT:
        return next_deed in choices.NEXT[deed]
    return _stage(next_deed) > _stage(deed) or _stage(next_deed) == _stage(deed) == 2


def _done(state, thing, verb):
    """Something is done to a thing; afterwards it may be gone."""
    thing.deed = verb.lemma
    if _stage(verb.lemma) >= _GONE:
        state.scene.things.remove(thing)


def given(state, subject, need):
    """A thing of an earlier clause goes to somebody: et elle l'a donnée à Paul."""
    scene = state.scene
    thing = scene.things[-1]
    verbs = tuple(
        verb for verb in verbs_for(subject.noun, "receiver", scene.topic, need.lemmas)
        if thing.noun in verb.objects and verb.name not in state.said
        and _stage(verb.lemma) > _stage(thing.deed) > 0
    )  # fmt: skip
    receiver = somebody(state, scene.others(subject)) if verbs and thing is scene.latest else None
    if receiver is None:
        return None
    verb = state.verb(verbs)
    if verb is None:
        return None
    _done(state, thing, verb)
    state.combine("object", verb.lemma, thing.noun.lemma)
    return Plan(verb, *preposition("à", "to", receiver), clitic=object_clitic(thing))


_ONE_OBJECT = lemmas("poser conduire construire quitter traverser commencer finir avoir porter")


def liking(state, subject, need):
    """aimer, adorer …: generic objects without an English article."""
    verb = state.verb(verbs_for(subject.noun, "liking", state.scene.topic, need.lemmas))
    if verb is None:
        return None
    options = tuple(noun for noun in objects_of(verb, state.scene.topic) if noun.lemma not in state.said)
    if not options:
        return None
    noun = state.fresh(options)
    if "kin" in noun.tags:
        np = newcomer(state, (noun,), named=0, kind="possessive", plain=True)
        if np is None:
            return None
    else:
        plain = not {"work", "story", "art"} & noun.tags
        number = 1 if noun.tags & {"mass", "one"} else 2
        np = noun_phrase(state, noun, generic=True, number=number, plain=plain)
    return Plan(verb, np.fr, np.en, combos=[meet(state, verb, np)])


def with_receiver(state, subject, need):
    """donner quelque chose à quelqu'un; elle me donne un livre."""
    scene = state.scene
    verb = state.verb(verbs_for(subject.noun, "receiver", scene.topic, need.lemmas))
    if verb is None:
        return None
    options = tuple(noun for noun in objects_of(verb, scene.topic) if noun.lemma not in state.said)
    if not options:
        return None
    known = scene.others(subject)
    several = [np for np in known if np.number == 2]
    clitic = receiver = None
    if need.clitics and several and state.chance(0.6):
        clitic = Clitic("leur", "them", direct=False)
    elif need.clitics and state.chance(0.35):
        clitic = speaking_clitic(state, subject, direct=False)
    else:
        receiver = somebody(state, known)
        if receiver is None:
            return None
        state.said.append((receiver.name, "again"))  # not: Anne's hat to Anne
    np = noun_phrase(state, state.fresh(options), negated=need.negated)
    plan = Plan(verb, np.fr, np.en, clitic=clitic, combos=[meet(state, verb, np)])
    if receiver is not None:
        fr_to, en_to = word("à", "to")
        plan.fr, plan.en = np.fr + fr_to + receiver.fr, np.en + en_to + receiver.en
    return plan


def somebody(state, known):
    """Somebody of the story by name, or somebody who comes in; None if there is nobody."""
    if state.chance(0.6) and (again := named_again(state, known)):
        return again
    people = select("kin job learner child adult", state.scene.topic)
    return newcomer(state, people, role="de") or (new_name(state))
