"""How a clause is joined to the one before it: conjunctions, and what may stand behind them."""

from tfmr.data.grammar import choices
from tfmr.data.grammar.attributes import feeling
from tfmr.data.grammar.beats import next_beat, other_person, planned, thing_is, told
from tfmr.data.grammar.clauses import Clause, clause
from tfmr.data.grammar.lexicon import all_verbs
from tfmr.data.grammar.objects import taken_up
from tfmr.data.grammar.plans import BE, Need
from tfmr.data.grammar.predicates import bare_predicate, with_infinitive
from tfmr.data.grammar.references import pronoun_for
from tfmr.data.grammar.scene import key
from tfmr.data.grammar.short_sentences import raining
from tfmr.data.grammar.subjects import main_clause, subject_phrase
from tfmr.data.grammar.tokens import En, Fr, word
from tfmr.data.grammar.verb_groups import infinitive, is_state, verb_group


def another(state, last, tense):
    """A conjunction and another clause; ``tense`` is that of the whole story. None if nothing fits any more.

    Each conjunction joins once, *et* as often as it likes, and *mais* twice.
    """
    human = last.subject.human
    deed = human and not is_state(last.verb) and last.verb.kind != "infinitive" and not last.negated
    doing = deed and state.joined[-1:] in ([], [_and])  # no reason of a reason, no "but" of a "when"
    untimed = choices.UNTIMED | choices.STAYING if last.tense == "past" else choices.UNTIMED
    momentary = doing and last.verb.lemma not in untimed
    purposeful = last.verb.lemma in choices.BEFORE_POUR
    options = [(50, _and)]
    for weight, rule, fits in (
        (16, _but, doing and state.joined.count(_but) < 2),
        (30, _because, doing and (last.verb.lemma in choices.REASONS or purposeful)),
        (30, _in_order_to, doing and (purposeful or state.chance(0.15))),
        (22, _when, momentary and not last.closed and last.verb.fr_prep != "avec"),
        (16, _while, doing and not last.closed and tense != "future" and last.verb.kind != "preposition"),
        (28, _if, momentary and tense == "future"),
        (9, _and_says, human and last.subject.number == 1),
    ):  # fmt: skip
        if fits and (rule not in state.joined or rule is _but):
            options.append((weight, rule))
    rule = state.weigh(options)
    found = rule(state, last, tense)
    if found is None and rule is not _and:
        rule, found = _and, _and(state, last, tense)
    state.joined.append(rule)
    return found


def join(french, english, inner):
    """A clause behind a conjunction: every French word of the conjunction is linked to every English one."""
    en = [En(form) for form in english.split()]
    fr = [Fr(form, tuple(en)) for form in french.split()]
    return fr + inner.fr, en + inner.en, inner


def _and(state, last, tense):
    beat = next_beat(state, tense)
    return beat and join("et", "and", beat)


def _but(state, last, tense):
    """What the same person did not do with a thing, did not want to do, or how he felt all the same."""
    subject = pronoun_for(last.subject)
    state.owner, state.tense = subject, tense
    need = Need(tense, "pas", choices.FUTURE if tense == "future" else choices.NEGATED)
    things = state.scene.things  # he must have done something with the thing himself
    plan = taken_up(state, subject, need) if things and things[-1].deed == last.verb.lemma else None
    negation = "pas"
    unwanted = choices.UNWANTED.get(last.verb.lemma)
    if plan is None and unwanted and state.chance(0.5):
        plan = with_infinitive(state, subject, need, only=choices.UNWILLING, lemmas=unwanted)
    feelings = choices.DESPITE.get(last.verb.lemma, ())
    if tense == "future":
        feelings = [mood for mood in feelings if mood not in choices.UNFORESEEN]
    if plan is None and feelings and "feeling" not in state.said:
        state.said.append("feeling")
        plan, negation = feeling(state, subject, feelings), None
    return plan and join(
        "mais", "but", main_clause(state, tense, subject=subject, plan=plan, negation=negation, adjuncts=False)
    )


def _with_feeling(state, last, tense, table=choices.REASONS):
    """How whoever did the last thing felt; None if that says nothing here."""
    reasons = table.get(last.verb.lemma)
    subject = pronoun_for(last.subject)
    if reasons and subject.person == 1:
        reasons = [reason for reason in reasons if reason not in choices.VIRTUES]
    if tense == "future" and reasons:  # they will drink because they will be thirsty, and help because they are kind
        passing = [reason for reason in reasons if reason in choices.PASSING_FEELINGS]
        reasons = [reason for reason in passing or reasons if reason not in choices.UNFORESEEN]
        tense = "future" if passing else "present"
    state.owner = subject
    plan = feeling(state, subject, reasons) if reasons else None
    state.said.append("feeling")
    return plan and main_clause(state, tense, subject=subject, plan=plan, adjuncts=False)


def _because(state, last, tense):
    """The reason: how the same person feels, what they want; or the rain."""
    when = "past" if tense == "past" else "present"
    if _shelters(state, last) and not last.closed and state.chance(0.3):  # not: on Sundays because it is raining
        fr, en = raining(when)
        return join("parce que", "because", Clause(fr, en, last.subject, BE, when))
    if last.verb.lemma not in choices.BEFORE_POUR or state.chance(0.5):
        inner = _with_feeling(state, last, tense)
        return inner and join("parce que", "because", inner)
    subject = pronoun_for(last.subject)
    state.owner = subject
    plan = with_infinitive(state, subject, Need(when), only=choices.WISHES, lemmas=choices.AFTER_POUR)
    return plan and join(
        "parce que", "because", main_clause(state, when, subject=subject, plan=plan, adjuncts=False)
    )


def _shelters(state, last):
    """Whether rain may be the reason: not of what is done at a place, which may be a garden."""
    return last.verb.lemma in choices.IN_THE_RAIN and "place" not in state.scene.told


def _in_order_to(state, last, tense):
    """pour acheter du pain: to buy some bread; avant de partir: before leaving; sans …: without …"""
    state.owner, state.tense = last.subject, tense
    undone = choices.SANS.get(last.verb.lemma)
    options = [
        (weight, link)
        for weight, fits, link in (
            (60, last.verb.lemma in choices.BEFORE_POUR, ("pour", "to", "bare", choices.AFTER_POUR, None)),
            (25, not last.closed, ("avant de", "before", "ing", choices.AFTER_AVANT_DE, None)),
            (25, undone, ("sans", "without", "ing", undone, "pas")),
        )
        if fits
    ]
    if not options:
        return None
    fr_link, en_link, form, lemmas, negated = state.weigh(options)
    plan = bare_predicate(state, last.subject, lemmas, negated=negated)
    if plan is None:
        return None
    fr, en = infinitive(last.subject, plan, form)
    state.owner = None
    return join(fr_link, en_link, Clause(fr + plan.early + plan.fr, en + plan.en, last.subject, BE, tense))


def _when(state, last, tense):
    """quand: somebody comes or goes, or how the same person feels; a future there is a present in English."""
    if tense == "present" and state.chance(0.5):
        inner = _with_feeling(state, last, tense, choices.OCCASIONS)
        if inner:
            return join("quand", "when", inner)
    return _somebody_does(state, last, "when" if tense == "future" else tense, "quand", "when", choices.ARRIVALS)


def _while(state, last, tense):
    """pendant que Paul lisait: while Paul was reading."""
    inner_tense = "progressive" if tense == "past" else tense
    return _somebody_does(state, last, inner_tense, "pendant que", "while", choices.LASTING)


def _somebody_does(state, last, tense, french, english, lemmas):
    """A clause about somebody else; None if nobody else comes to mind."""
    subject = other_person(state)
    scene = state.scene
    things, scene.things = scene.things, []  # not: she receives a letter while he reads the letter
    inner = subject and planned(state, tense, subject, lemmas, adjuncts=False)
    scene.things = things + scene.things
    if inner and inner.verb.lemma in choices.LEAVING:
        scene.stand_aside(subject)
    return inner and join(french, english, inner)


def _if(state, last, tense):
    """si and a present: if."""
    inner = None
    if _shelters(state, last) and state.chance(0.5):
        inner = Clause(*raining("present"), last.subject, BE, "present")
    elif state.chance(0.5):
        inner = _with_feeling(state, last, "present", choices.OCCASIONS)
    if inner is None:
        found = _somebody_does(state, last, "present", "si", "if", choices.ARRIVALS)
    else:
        found = join("si", "if", inner)
    if found and found[0][1].form in ("il", "ils"):
        found[0][0].form = "s'"
    return found


def _and_says(state, last, tense):
    """et elle dit que la soupe est bonne: of a thing of the story, or of somebody's mood."""
    subject = pronoun_for(last.subject)
    verbs = ("dire",) if tense == "future" else ("dire", "penser", "savoir", "croire")
    verb = state.pick([verb for verb in all_verbs()["clause"] if verb.lemma in verbs])
    inner_tense = "present" if tense == "future" else tense  # il dira que la soupe est bonne
    state.unsaid |= choices.VISIBLE
    inner = thing_is(state, inner_tense) or _mood_of_another(state, subject, inner_tense)
    if inner is None:
        return None
    fr, en, inner = _that(state, subject, verb, tense, inner)
    fr_and, en_and = word("et", "and")
    return fr_and + fr, en_and + en, inner


def _mood_of_another(state, subject, tense):
    known = state.scene.others(subject)
    if not known or "feeling" in state.said:
        return None
    state.said.append("feeling")
    other = pronoun_for(state.pick(known))
    return told(state, tense, other, feeling(state, other, choices.MOODS), adjuncts=False)


def saying(state, subject, tense):
    """penser que …: think that …; what was said in the past is told in the imparfait of states.

    What is said may be of another time than the rest, so nothing follows it but what belongs to it.
    """
    state.unsaid |= choices.VISIBLE
    verbs = all_verbs()["clause"]
    if tense == "future":
        verb = next(verb for verb in verbs if verb.lemma == "dire")
    else:
        verb = state.pick([verb for verb in verbs if tense != "past" or verb.lemma != "espérer"])
    if tense == "past":
        who = subject_phrase(state, tense, people_only=True, later=True)
        how = {"plain": True, "adjuncts": False, "lemmas": choices.SAID_OF_THE_PAST}
        if key(who) == key(subject):  # nobody thinks that he has a friend; but: that he must leave
            state.owner, state.tense = who, tense
            how = {"adjuncts": False, "plan": with_infinitive(state, who, Need(tense), only=choices.OWN_DUTIES)}
            if how["plan"] is None:
                how["plan"] = feeling(state, who, choices.MOODS[2:])
        return _that(state, subject, verb, tense, main_clause(state, tense, subject=who, **how))
    inner_tense = "future" if verb.lemma == "espérer" else state.pick((tense, tense, "past"))
    if tense == "future":
        inner_tense = tense
    state.room = min(state.room, 4)
    inner = main_clause(state, inner_tense, later=True)
    state.room = 0
    return _that(state, subject, verb, tense, inner)


def _that(state, subject, verb, tense, inner):
    group = verb_group(subject, verb, tense)
    that = En("that")
    state.joined.append(_and_says)
    return [*group.fr, Fr("que", (that,)), *inner.fr], [*group.en, that, *inner.en], inner


def interrupted(state):
    """Elle lisait quand Paul est arrivé; il dormait pendant que je travaillais."""
    subject = subject_phrase(state, "past", people_only=True)
    # no relative clause at its end, to which *quand* would seem to belong
    first = clause(state, "progressive", subject, plain=True, adjuncts=False, lemmas=choices.LASTING)
    meanwhile = first.verb.kind != "preposition" and state.chance(0.3)  # not: with her while she ran
    # not: she was working with him when he arrived
    found = None if first.verb.fr_prep == "avec" else (_while if meanwhile else _when)(state, first, "past")
    if found is None:
        return first.fr, first.en, first
    state.joined += [_while, _when]
    fr, en, last = found
    return first.fr + fr, first.en + en, last
