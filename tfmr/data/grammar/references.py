"""Noun phrases as records, and the words that refer without describing: pronouns and first names."""

from tfmr.data.grammar import function_words
from tfmr.data.grammar.lexicon import PERSON, first_names
from tfmr.data.grammar.scene import key
from tfmr.data.grammar.tokens import En, Fr, word


class NP:
    """A noun phrase in both languages, with what agreement and later mentions need.

    Attributes:
        fr, en: the words of both sides.
        noun: the noun it is about; of a pronoun that stands for nobody in particular, ``PERSON``.
        person, number, gender: what French agrees with; ``en_number``: what an English verb agrees with.
        pronoun: whether it is a pronoun.
        binds: whether *son* may refer to it (a person whose gender French shows).
        narrowed, heavy: whether a relative clause would be too much; whether there is one.
        kind: that of the determiner.
        name: the first name, or None.
        members: of two people together, what pronouns show of each (see :func:`scene.key`).
        head: the French noun, and the English words that it translates.
    """

    __slots__ = ("fr", "en", "noun", "person", "number", "en_number", "gender", "pronoun", "binds", "narrowed",
                 "heavy", "kind", "name", "head", "members")  # fmt: skip

    def __init__(self, fr, en, noun, *, person=3, number=1, gender="m", pronoun=False, binds=False, name=None):
        self.fr, self.en, self.noun = fr, en, noun
        self.person, self.number, self.gender = person, number, gender
        self.en_number = number
        self.pronoun, self.binds, self.name = pronoun, binds, name
        self.narrowed = self.heavy = False
        self.kind = self.head = None
        self.members = ()

    @property
    def human(self):
        """Who, he and she; the rest of the world is it, and that."""
        return "person" in self.noun.tags


def subject_pronoun(person, number, gender):
    """je, tu, il … as a subject."""
    fr, en = function_words.SUBJECTS[person, number, gender]
    return NP(*word(fr, en), PERSON[gender], person=person, number=number, gender=gender, pronoun=True,
              binds=person == 3 and number == 1)  # fmt: skip


def pronoun_for(np):
    """The subject pronoun that takes up a noun phrase: il, elle; he, she or it."""
    pronoun = subject_pronoun(np.person, np.number, np.gender)
    pronoun.noun, pronoun.name, pronoun.members = np.noun, np.name, np.members
    if np.person == 3 and np.number == 1:
        pronoun.binds = np.human
        if not np.human:
            pronoun.en[0].form = "it"
    return pronoun


def relative_pronoun(np):
    """*qui* for a noun phrase, as the subject of its relative clause: who, or that."""
    who = word("qui", "who" if np.human else "that")
    subject = NP(*who, np.noun, number=np.number, gender=np.gender, binds=np.binds)
    subject.en_number = np.en_number
    return subject


def speaker_or_hearer(state, subject=None, tense="present"):
    """je, tu, nous or vous, as (person, number); not the person of ``subject``.

    The future leaves out tu, nous and vous: rare forms, too many for a small vocabulary.
    """
    rare = tense in ("future", "when", "progressive")
    options = ((35, (1, 1)), (0 if rare else 23, (2, state.scene.address)), (0 if rare else 18, (1, 2)))
    if subject is not None:
        options = tuple((weight, key) for weight, key in options if key[0] != subject.person)
    return state.weigh(options)


def speaking_subject(state, tense):
    """A subject pronoun of the first or second person."""
    person, number = speaker_or_hearer(state, tense=tense)
    return subject_pronoun(person, number, state.scene.genders[person - 1])


def strong_pronoun(state, subject):
    """avec moi, avec elle: who speaks or is spoken to, or somebody of the story other than the subject."""
    others = state.scene.others(subject)
    if others and state.chance(0.7):
        other = state.pick(others)
        person, number, gender = 3, other.number, other.gender
    else:
        person, number = speaker_or_hearer(state, subject)
        gender = state.scene.genders[person - 1]
    return NP(*word(*function_words.STRONG[person, number, gender]), PERSON[gender], person=person, number=number,
              gender=gender, pronoun=True)  # fmt: skip


def new_name(state, genders=None):
    """A first name that comes into the story, of one of the genders; None where *il* and *elle* are taken."""
    genders = state.scene.free_genders() if genders is None else genders
    options = [entry for entry in first_names() if entry[1] in genders and entry[0] not in state.said]
    if not options:
        return None
    form, gender = state.pick(options)
    state.said.append(form)
    np = NP(*word(form, form), PERSON[gender], gender=gender, binds=True, name=form)
    state.scene.enter(np)
    return np


def named_again(state, people):
    """Somebody of the story by first name once more, each only once; None if there is nobody.

    Not inside a relative clause, nor after a clause about them: *Alice invite ceux qui travaillent avec elle*.
    """
    last = state.scene.subject
    if state.depth:
        return None
    people = [
        np for np in people
        if np.name and (np.name, "again") not in state.said and not (last is not None and np.name == last.name)
    ]  # fmt: skip
    if not people:
        return None
    np = state.pick(people)
    state.said.append((np.name, "again"))
    return NP(*word(np.name, np.name), np.noun, gender=np.gender, binds=True, name=np.name)


def coordinate(first, second):
    """X et Y: plural; masculine as soon as one of them is."""
    fr_and, en_and = word("et", "and")
    both = NP([*first.fr, *fr_and, *second.fr], [*first.en, *en_and, *second.en], first.noun, number=2,
              gender="f" if first.gender == second.gender == "f" else "m")  # fmt: skip
    both.narrowed = True
    both.members = (key(first), key(second))
    return both


def preposition(french, english, np):
    """A preposition before a noun phrase: all its French words are linked to all its English words."""
    en = [En(part) for part in english.split(" ")]
    fr = [Fr(part, tuple(en)) for part in french.split(" ")]
    return fr + np.fr, en + np.en
