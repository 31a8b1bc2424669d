"""Who or what a clause is about, and the clauses a sentence consists of."""

from tfmr.data.grammar import choices
from tfmr.data.grammar.clauses import clause
from tfmr.data.grammar.lexicon import adjectives_for, select
from tfmr.data.grammar.noun_phrases import mention_again, newcomer, noun_phrase
from tfmr.data.grammar.references import coordinate, new_name, pronoun_for, speaking_subject, subject_pronoun
from tfmr.data.grammar.relatives import argument

_KINDS_OF_THINGS = "thing clothing vehicle device food text work idea event place field opens room"


def main_clause(state, tense, *, subject=None, later=False, **how):
    """A clause that may hold relative clauses; ``how`` as in :func:`clauses.clause`.

    Args:
        subject: an NP; made if None.
        later: not the first clause of the sentence.
    """
    subject = subject or subject_phrase(state, tense, later=later)
    return clause(state, tense, subject, argument=argument, **how)


def subject_phrase(state, tense, people_only=False, later=False, known=False):
    """Who or what a clause is about.

    Args:
        people_only: no animals and things.
        later: it is not the first clause.
        known: nobody that only *un* or *des* would introduce: one does not ask where a friend works.
    """
    state.owner = None
    state.tense = tense
    if later and state.chance(0.65) and (np := _again(state, people_only)):
        return np
    rest = 0 if people_only else 2 if state.story else 9  # stories are mostly about people
    kinds = ((12 if later else 38, "pronoun"), (46, "person"), (rest, "animal"), (rest if not later else 0, "thing"))
    for _ in range(4):
        np = _RULES[state.weigh(kinds)](state, tense, later, "de" if known else "subject")
        if np is not None:
            if np.human or "animal" in np.noun.tags:
                state.scene.enter(np)
            return np
    return _again(state, people_only=True) or _pronoun(state, tense, later=True)


def _again(state, people_only):
    """Somebody of the story once more, mostly whom the last clause was about; or a thing of it."""
    scene = state.scene
    if not people_only and scene.things and state.chance(0.15):
        thing = scene.things[-1]
        if _can_be_described(thing.noun, state.tense):
            return mention_again(state, thing)
    people = [np for np in scene.cast.values() if np.human or not people_only]
    if not people:
        return None
    last = scene.subject
    return pronoun_for(last if last in people and state.chance(0.5) else state.pick(people))


def _pronoun(state, tense, later, role="subject"):
    """je, tu, nous, vous; at the beginning also il, elle, ils, elles."""
    if later or state.chance(0.43):
        return speaking_subject(state, tense)
    return subject_pronoun(3, 1 if state.chance(0.68) else 2, state.pick("mf"))


def _person(state, tense, later, role):
    """A name, a noun, or two of a kind."""
    scene = state.scene
    if scene.is_free("", 2) and state.spend(2, 0.09):
        first, second = new_name(state), new_name(state)
        if first and second:
            return coordinate(first, second)
        return first
    people = select("person", scene.topic)
    if scene.is_free("", 2) and len(scene.free_genders()) == 2 and state.spend(3, 0.09):
        first = noun_phrase(state, state.fresh(people), role="de", number=1, plain=True)
        return coordinate(first, noun_phrase(state, state.fresh(people), role="de", number=1, plain=True))
    return newcomer(state, people, argument, role=role)


def _animal(state, tense, later, role):
    animals = select("animal", state.scene.topic)
    return newcomer(state, animals, argument, named=0, role=role) if animals else None


def _thing(state, tense, later, role):
    things = tuple(
        noun for noun in select(_KINDS_OF_THINGS, state.scene.topic) if _can_be_described(noun, tense)
    )
    if not things:
        return None
    return argument(state, state.fresh(things), role="de", kind="definite" if state.chance(0.5) else None)


_RULES = {"pronoun": _pronoun, "person": _person, "animal": _animal, "thing": _thing}


def _can_be_described(noun, tense):
    """Whether something can be said of a thing; of the future, only something passing."""
    adjectives = adjectives_for(noun, "=")
    if tense in ("future", "when"):
        return any(adjective.lemma in choices.PASSING for adjective in adjectives)
    return bool(adjectives)
