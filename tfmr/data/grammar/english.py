"""English inflection: what is regular by rule, what is not in tables."""

_PLURALS = {
    "man": "men",
    "woman": "women",
    "child": "children",
    "mouse": "mice",
    "sheep": "sheep",
    "fish": "fish",
    "knife": "knives",
    "wolf": "wolves",
    "scarf": "scarves",
    "hero": "heroes",
    "hypothesis": "hypotheses",
    "tomato": "tomatoes",
}
_PASTS = {
    "eat": "ate",
    "drink": "drank",
    "buy": "bought",
    "sell": "sold",
    "choose": "chose",
    "find": "found",
    "lose": "lost",
    "forget": "forgot",
    "hide": "hid",
    "keep": "kept",
    "read": "read",
    "write": "wrote",
    "teach": "taught",
    "understand": "understood",
    "hear": "heard",
    "sing": "sang",
    "wear": "wore",
    "break": "broke",
    "drive": "drove",
    "leave": "left",
    "build": "built",
    "draw": "drew",
    "catch": "caught",
    "feed": "fed",
    "see": "saw",
    "meet": "met",
    "know": "knew",
    "cut": "cut",
    "give": "gave",
    "show": "showed",
    "lend": "lent",
    "send": "sent",
    "tell": "told",
    "sleep": "slept",
    "run": "ran",
    "swim": "swam",
    "fall": "fell",
    "go": "went",
    "come": "came",
    "think": "thought",
    "grow": "grew",
    "get": "got",
    "wake": "woke",
    "take": "took",
    "begin": "began",
    "say": "said",
    "have": "had",
    "do": "did",
    "learn": "learned",
    "dream": "dreamed",
    "make": "made",
}
_DOUBLED = ("run", "swim", "cut", "forget", "stop", "get", "begin", "travel", "prefer")
# A vowel letter that sounds like a consonant, and the other way round.
_SAID_WITH_CONSONANT = ("uni", "use", "europ", "one")
_SAID_WITH_VOWEL = ("hour", "honest", "heir", "honour")


def plural(noun: str) -> str:
    """The plural of a noun."""
    if noun in _PLURALS:
        return _PLURALS[noun]
    if noun.endswith(("s", "x", "ch", "sh")):
        return noun + "es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"


def third_person(verb: str) -> str:
    """he eats, she watches, it tries."""
    if verb == "have":
        return "has"
    if verb.endswith(("s", "x", "ch", "sh", "o")):
        return verb + "es"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + "s"


def past(verb: str) -> str:
    """The simple past."""
    if verb in _PASTS:
        return _PASTS[verb]
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ied"
    if verb in _DOUBLED:
        return verb + verb[-1] + "ed"
    return verb + "ed"


def ing(verb: str) -> str:
    """The form in -ing."""
    if verb in _DOUBLED:
        return verb + verb[-1] + "ing"
    if verb.endswith("e") and not verb.endswith("ee"):
        return verb[:-1] + "ing"
    return verb + "ing"


def starts_with_vowel_sound(word: str) -> bool:
    """True where *a* becomes *an*."""
    word = word.lower()
    if word.startswith(_SAID_WITH_VOWEL):
        return True
    return word[0] in "aeiou" and not word.startswith(_SAID_WITH_CONSONANT)


def comparative(adjective: str) -> str | None:
    """taller, nicer, happier; None where English says *more intelligent*."""
    irregular = {
        "good": "better",
        "bad": "worse",
        "big": "bigger",
        "sad": "sadder",
        "hot": "hotter",
        "shy": "shyer",
    }
    if adjective in irregular:
        return irregular[adjective]
    if adjective in _SHORT:
        if adjective.endswith("y"):
            return adjective[:-1] + "ier"
        return adjective + ("r" if adjective.endswith("e") else "er")
    return None


_SHORT = (
    "small", "tall", "young", "old", "new", "long", "high", "kind", "rich", "poor", "shy", "funny",
    "strong", "calm", "quiet", "nice", "easy", "fast", "slow", "heavy", "light", "clean", "dirty",
    "cold", "warm", "pretty", "happy", "lazy", "noisy", "wide", "brave", "polite",
)  # fmt: skip
