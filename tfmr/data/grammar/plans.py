"""What is asked of a predicate, and what comes back: the records that the rules of predicates pass around."""

from tfmr.data.grammar import choices
from tfmr.data.grammar.lexicon import Verb
from tfmr.data.grammar.noun_phrases import noun_phrase

BE = Verb("être", ("be",), kind="be")
HAVE_STATE = Verb("avoir", ("be",), kind="state")  # avoir faim, to be hungry


class Need:
    """What is asked of a predicate.

    Attributes:
        tense: see verb_groups.
        negated: "pas", "jamais" or "plus" if it will stand after the verb.
        lemmas: the verbs to choose from.
        argument: the rule that makes an object; with or without relative clauses.
        clitics: whether an object may be a pronoun.
        passing: whether an adjective must be of a passing state.
        bare: whether the verb will be an infinitive.
        loved: whether it is what one loves doing (*aimer manger du pain*).
    """

    __slots__ = ("tense", "negated", "lemmas", "argument", "clitics", "passing", "bare", "loved")

    def __init__(self, tense="present", negated=None, lemmas=choices.ANY, argument=noun_phrase, clitics=True,
                 passing=False, bare=False, loved=False):  # fmt: skip
        self.tense, self.negated, self.lemmas, self.argument = tense, negated, lemmas, argument
        self.clitics, self.passing, self.bare, self.loved = clitics, passing, bare, loved


class Plan:
    """A predicate before tense and negation are put on it.

    ``early`` are French words that follow the finite verb (*il a bien dormi*); their English is in ``en``.
    """

    __slots__ = ("verb", "clitic", "fr", "en", "early", "complete", "heavy", "combos")

    def __init__(self, verb, fr=(), en=(), clitic=None, early=(), complete=False, heavy=False,
                 combos=()):  # fmt: skip
        self.verb, self.fr, self.en, self.clitic, self.early = verb, list(fr), list(en), clitic, list(early)
        self.complete = complete  # takes no place
        self.combos = combos  # to which the verb belongs
        self.heavy = heavy  # ends with a relative clause: what follows would seem to belong there
