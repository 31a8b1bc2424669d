"""What happens next in a story: a few kinds of beats in a sensible order.

Somebody goes somewhere, gets something, does something with it, meets somebody, feels somehow, and leaves. A
beat never goes back behind the level of the one before it; each returns a Clause, or None if it does not fit.
"""

from functools import cache

from tfmr.data.grammar import choices
from tfmr.data.grammar.attributes import being, feeling
from tfmr.data.grammar.clauses import clause
from tfmr.data.grammar.lexicon import adjectives_for, select
from tfmr.data.grammar.noun_phrases import mention_again, newcomer
from tfmr.data.grammar.objects import given, taken_up
from tfmr.data.grammar.plans import Need
from tfmr.data.grammar.predicates import plan_for
from tfmr.data.grammar.references import pronoun_for, subject_pronoun
from tfmr.data.grammar.relatives import argument
from tfmr.data.grammar.scene import key


def next_beat(state, tense):
    """The next clause; None if nothing fits any more."""
    scene = state.scene
    options = _beats_from(scene.level, state.room < 12)
    while options:
        level, rule = chosen = state.weigh(options)
        options = tuple(option for option in options if option[1] is not chosen)
        found = rule(state, tense)
        if found is not None:
            scene.level = level
            return found
    return None


@cache
def _beats_from(level, near_the_end):
    """((weight, (level, rule)), …) of a level or a later one."""
    return tuple(
        (weight, (at, rule)) for weight, at, rule in _BEATS if at >= level and (at < _LAST or near_the_end)
    )


def told(state, tense, subject, plan, **how):
    """A clause from a plan; None without one."""
    return plan and clause(state, tense, subject, plan=plan, **how)


def planned(state, tense, subject, lemmas, **how):
    """A clause with one of some verbs; None if the topic has none."""
    state.owner, state.tense = subject, tense
    if tense in ("future", "when"):
        lemmas = lemmas & choices.FUTURE
    need = Need(tense, lemmas=lemmas, argument=argument)
    return told(state, tense, subject, plan_for(state, subject, need), **how)


def same_person(state):
    """Whom the last clause was about, or somebody else of the story; None if there is nobody yet."""
    last = state.scene.subject
    if last is not None and last.human and state.chance(0.7):
        return pronoun_for(last)
    people = [np for np in state.scene.cast.values() if np.human]
    return pronoun_for(state.pick(people)) if people else None


def other_person(state):
    """Somebody other than whom the last clause was about."""
    scene = state.scene
    last = scene.subject
    own = (key(last), *last.members) if last else ()  # nor one of two: they rest while she works
    known = [np for place, np in scene.cast.items() if np.human and place not in own and not (own and own[0] in np.members)]
    if known and state.chance(0.5):
        return pronoun_for(state.pick(known))
    state.owner = None
    return newcomer(state, select("person", scene.topic), argument, role="subject")


def _goes(state, tense):
    subject = same_person(state)
    if subject is None or key(subject) in state.scene.aside:  # not: he left and he arrived
        return None
    return planned(state, tense, subject, choices.GOING)


def _gets(state, tense):
    subject = same_person(state)
    return subject and planned(state, tense, subject, choices.GETTING)


def _uses(state, tense):
    """Something is done with a thing of the story: by the same person, or by another."""
    subject = same_person(state)
    if subject is None or not state.scene.things or key(subject) in state.scene.aside:  # not: they left and cleaned it
        return None
    state.owner, state.tense = subject, tense
    need = Need(tense, lemmas=choices.FUTURE if tense == "future" else choices.ANY)
    rule = given if state.chance(0.25) else taken_up
    return told(state, tense, subject, rule(state, subject, need), adjuncts=False)


def thing_is(state, tense):
    """et les pommes étaient délicieuses."""
    if not state.scene.things or "thing" in state.said:
        return None
    state.said.append("thing")
    thing = state.scene.things[-1]
    if not adjectives_for(thing.noun, "=") or thing.deed in choices.NEXT:  # nobody judges what he still looks for
        return None
    state.scene.latest = thing
    subject = mention_again(state, thing)
    state.owner, state.tense = subject, tense
    return told(state, tense, subject, being(state, subject, Need(tense)))


def _meets(state, tense):
    """Somebody else comes in and has to do with whom the story is about; or the other way round."""
    known = any(np.human and np.person == 3 for np in state.scene.cast.values())
    subject = other_person(state) if known and state.chance(0.6) else same_person(state)
    # whoever is new has to do with who was there before
    return subject and planned(state, tense, subject, choices.MEETING if subject.pronoun else choices.JOINING)


def _together(state, tense):
    """et ils ont dansé: both of them."""
    scene = state.scene
    single = [
        np for place, np in scene.cast.items()
        if np.human and np.person == 3 and np.number == 1 and place not in scene.aside
    ]  # fmt: skip
    if len(single) < 2 or not scene.is_free("", 2):
        return None
    gender = "m" if "m" in (np.gender for np in single) else "f"
    both = subject_pronoun(3, 2, gender)
    both.members = tuple(key(np) for np in single)
    scene.enter(both)
    return planned(state, tense, both, choices.COMPANY)


def _feels(state, tense):
    subject = same_person(state)
    if subject is None or "feeling" in state.said:
        return None
    state.said.append("feeling")
    state.owner = subject
    return told(state, tense, subject, feeling(state, subject, choices.MOODS), adjuncts=False)


def _leaves(state, tense):
    subject = same_person(state)
    if subject is None or "left" in state.said:
        return None
    state.said.append("left")
    return planned(state, tense, subject, choices.LEAVING)


_LAST = 4  # the level of what ends a story
# (weight, level, rule)
_BEATS = (
    (12, 0, _goes), (26, 1, _gets), (40, 2, _uses), (10, 2, thing_is), (24, 2, _meets), (8, 2, _gets),
    (14, 3, _together), (6, 3, _meets), (6, 3, _feels), (10, _LAST, _leaves),
)  # fmt: skip
