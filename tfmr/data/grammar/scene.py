"""What a sentence is about: its topic, who and what has come in so far, and how one person addresses another.

A long sentence is one small story. Its words are chosen from one topic; its people come back as pronouns that
can mean nobody else, because no two of them share gender and number; its things come back as pronouns or with
a definite article; and what is done to a thing follows an order (:data:`choices.STAGES`): nobody washes an
apple that has been eaten.
"""


class Thing:
    """An object of an earlier clause. ``deed`` is the verb of what was done to it last."""

    __slots__ = ("noun", "gender", "number", "deed")

    def __init__(self, noun, gender, number, deed):
        self.noun, self.gender, self.number, self.deed = noun, gender, number, deed


class Scene:
    """The scene of one sentence.

    Attributes:
        topic: a Topic of the lexicon.
        address: 1 for *tu*, 2 for *vous*: one of them in the whole sentence.
        genders: of the speaker and of the person spoken to; French participles and adjectives show them.
        cast: who is in the story, by what a pronoun shows of them (see :func:`key`).
        aside: the keys of those who do nothing in it with the others: owners, people compared with, who has left.
        things: objects that later clauses may take up, the last one at the end.
        latest: the one named last, which alone a pronoun may mean.
        whose: the speaker or hearer whose people and things are in it (*mon frère*), as (person, number).
        subject: of the last clause.
        level: how far the story has come; see beats.
        told: what is said once only: "time", "place", "going".
    """

    __slots__ = ("topic", "address", "genders", "cast", "aside", "things", "latest", "whose", "subject", "level", "told")

    def __init__(self, topic, address, genders, whose):
        self.topic, self.address, self.genders, self.whose = topic, address, genders, whose
        self.subject = None
        self.level = 0
        self.cast = {}
        self.aside = set()
        self.things = []
        self.latest = None
        self.told = set()

    def enter(self, np):
        """Somebody comes in."""
        self.cast[key(np)] = np

    def stand_aside(self, np):
        """Somebody whom *ils* cannot mean together with another."""
        self.aside.add(key(np))

    def is_free(self, gender, number=1):
        """Whether nobody in the story is meant by this pronoun of the third person yet."""
        return (3, number, gender if number == 1 else "") not in self.cast

    def free_genders(self):
        """Genders of which somebody single may still come in."""
        return [gender for gender in "mf" if self.is_free(gender)]

    def others(self, subject):
        """The people of the third person who are not the subject, nor part of it."""
        own = (key(subject), *subject.members)
        return [
            np for place, np in self.cast.items()
            if np.human and place not in own and place[0] == 3 and own[0] not in np.members
        ]  # fmt: skip

    def add_thing(self, noun, gender, number, deed):
        """Something comes in that may be taken up."""
        self.latest = Thing(noun, gender, number, deed)
        self.things.append(self.latest)


def key(np):
    """What a pronoun shows of somebody: person, number and, of *il* and *elle*, gender."""
    return np.person, np.number, np.gender if np.person == 3 and np.number == 1 else ""
