"""What the rules share while a sentence is being made: chance, room left, and what has been said already."""

from tfmr.data.grammar.lexicon import all_topics, unsaid
from tfmr.data.grammar.scene import Scene

_STORY = 8  # words of room from which a sentence has several clauses
_SHORT_LIST = 8  # lists up to this size are used whole in every lexicon


class Combination:
    """Two words that belong together: what the novel split is about.

    Attributes:
        kind: "adjective" (and its noun) or "object" (of its verb).
        head, dependent: their dictionary entries, the verb or the adjective first.
        fr, en: their words in the sentence, first those of the head; a pronoun for the object is not among them.
    """

    __slots__ = ("kind", "head", "dependent", "fr", "en")

    def __init__(self, kind, head, dependent):
        self.kind, self.head, self.dependent = kind, head, dependent
        self.fr, self.en = [], []

    @property
    def lemmas(self):
        """Kind and dictionary entries: what makes two combinations the same."""
        return self.kind, self.head, self.dependent

    def add(self, fr, en):
        """A word of the combination and the English words it translates."""
        self.fr.append(fr)
        self.en.extend(en)

    @property
    def located(self):
        """Where both words stand, (French positions, English positions); None if one is only a pronoun."""
        if len(self.fr) < 2:
            return None
        return tuple(sorted({fr.at for fr in self.fr})), tuple(sorted({en.at for en in self.en}))


class State:
    """The making of one sentence.

    Attributes:
        room: how many French words may still be spent on what is optional.
        scene: what the sentence is about.
        combos: the combinations of words used so far.
        said: lemmas used so far; a sentence repeats no noun, verb or adjective if it can help it.
        unsaid: adjectives that a verb of the sentence rules out.
        owner: the subject of the clause at hand, whom *son*, *sa*, *ses* refer to; None before it is there.
        tense: of the clause at hand; what is embedded in it must suit it.
        depth: how many relative clauses we are inside; ``relatives`` counts all of them.
        joined: the conjunctions used so far.
        story: whether the sentence is long enough to be one.
        spoiled: whether the story came to a place where no suitable words were left; it is thrown away.
        lexicon: the share of each long list of words that may be used, its beginning; and of the topics.
    """

    __slots__ = ("random", "room", "scene", "combos", "said", "unsaid", "owner", "tense", "depth", "relatives", "joined",
                 "story", "spoiled", "lexicon")  # fmt: skip

    def __init__(self, rng, room, lexicon=1.0):
        self.random = rng.random
        self.room = room
        self.story = room > _STORY
        self.combos = []
        self.said = []
        self.unsaid = set()
        self.owner = None
        self.tense = "present"
        self.depth = self.relatives = 0
        self.joined = []
        self.spoiled = False
        self.lexicon = lexicon
        topics = all_topics()
        topic = topics[int(self.random() * max(2, round(len(topics) * lexicon)))]
        address = self.pick((1, 2))
        whose = self.weigh(((50, (1, 1)), (27, (2, address)), (22, (1, 2))))
        self.scene = Scene(topic, address, (self.pick("mf"), self.pick("mf")), whose)

    def pick(self, options):
        """One of a sequence, each as likely; of a long one, the first words only if the lexicon is small."""
        size = len(options)
        if size > _SHORT_LIST:
            size = max(_SHORT_LIST, int(size * self.lexicon))
        return options[int(self.random() * size)]

    def weigh(self, options):
        """One of ((weight, value), …), in proportion to its weight."""
        point = self.random() * sum([weight for weight, _ in options])
        for weight, value in options:
            point -= weight
            if point < 0:
                return value
        return options[-1][1]

    def chance(self, probability):
        """True with this probability."""
        return self.random() < probability

    def spend(self, words, probability):
        """True with this probability, if there is room for so many words; the room is then taken."""
        if self.room >= words and self.random() < probability:
            self.room -= words
            return True
        return False

    def fresh(self, options):
        """One of a sequence of words not yet in the sentence (after a few tries: any)."""
        choice = self.pick(options)
        for _ in range(6):
            if choice.lemma not in self.said:
                break
            choice = self.pick(options)
        self.said.append(choice.lemma)
        return choice

    def verb(self, options):
        """A verb that the sentence does not have yet; None if there is none."""
        for _ in range(4):
            choice = self.pick(options)
            if choice.name not in self.said:
                self.said.append(choice.name)
                self.unsaid.update(unsaid(choice.lemma))
                return choice
        return None

    def quality(self, options):
        """An adjective that nothing said so far contradicts or repeats; None if there is none."""
        for _ in range(6):
            choice = self.pick(options)
            if choice.group not in self.said and choice.lemma not in self.unsaid:
                self.said.append(choice.group)
                return choice
        return None

    def combine(self, kind, head, dependent):
        """Note that two words meet; the caller adds them where they are written out."""
        combination = Combination(kind, head, dependent)
        self.combos.append(combination)
        return combination
