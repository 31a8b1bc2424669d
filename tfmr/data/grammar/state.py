"""What the rules share while a sentence is being made: chance, room left, and what has been said already."""

_SHORT_LIST = 8  # lists up to this size are used whole in every lexicon


class State:
    """The making of one sentence.

    Attributes:
        room: how many French words may still be spent on what is optional.
        combos: (kind, head, dependent) lemma pairs used so far: what the novel split is about.
        said: lemmas used so far; a sentence repeats no noun, verb or adjective if it can help it.
        recent: (noun, gender, number) of objects, for a pronoun to take up.
        owner: the subject of the clause at hand, whom *son*, *sa*, *ses* refer to; None before it is there.
        depth: how many relative clauses we are inside.
        lexicon: the share of each long list of words that may be used, its beginning.
        joined: the conjunctions used so far.
        genders: of the speaker and of the person spoken to; French participles and adjectives show them.
    """

    __slots__ = (
        "random",
        "room",
        "combos",
        "said",
        "recent",
        "owner",
        "depth",
        "joined",
        "lexicon",
        "genders",
    )

    def __init__(self, rng, room, lexicon=1.0):
        self.random = rng.random
        self.room = room
        self.combos = []
        self.said = []
        self.recent = []
        self.owner = None
        self.depth = 0
        self.joined = []
        self.lexicon = lexicon
        self.genders = (self.pick("mf"), self.pick("mf"))

    def pick(self, options):
        """One of a sequence, each as likely; of a long one, the first words only if the lexicon is small."""
        size = len(options)
        if size > _SHORT_LIST:
            size = max(_SHORT_LIST, int(size * self.lexicon))
        return options[int(self.random() * size)]

    def weigh(self, options):
        """One of ((weight, value), …), in proportion to its weight."""
        total = 0
        for weight, _ in options:
            total += weight
        point = self.random() * total
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
