"""Words of grammar: determiners, pronouns, prepositions, adverbs. Tables again."""

# person, number: French and English subject pronoun (third person: masculine, feminine)
SUBJECTS = {
    (1, 1, "m"): ("je", "I"),
    (2, 1, "m"): ("tu", "you"),
    (3, 1, "m"): ("il", "he"),
    (1, 1, "f"): ("je", "I"),
    (2, 1, "f"): ("tu", "you"),
    (3, 1, "f"): ("elle", "she"),
    (1, 2, "m"): ("nous", "we"),
    (2, 2, "m"): ("vous", "you"),
    (3, 2, "m"): ("ils", "they"),
    (1, 2, "f"): ("nous", "we"),
    (2, 2, "f"): ("vous", "you"),
    (3, 2, "f"): ("elles", "they"),
}
# After a preposition or a comparison: avec moi, with me.
STRONG = {
    (1, 1, "m"): ("moi", "me"),
    (2, 1, "m"): ("toi", "you"),
    (3, 1, "m"): ("lui", "him"),
    (1, 1, "f"): ("moi", "me"),
    (2, 1, "f"): ("toi", "you"),
    (3, 1, "f"): ("elle", "her"),
    (1, 2, "m"): ("nous", "us"),
    (2, 2, "m"): ("vous", "you"),
    (3, 2, "m"): ("eux", "them"),
    (1, 2, "f"): ("nous", "us"),
    (2, 2, "f"): ("vous", "you"),
    (3, 2, "f"): ("elles", "them"),
}
# Object pronouns that are the same for direct and indirect objects. "lui" is left out: him or her?
OBJECTS = {
    (1, 1): ("me", "me"),
    (2, 1): ("te", "you"),
    (1, 2): ("nous", "us"),
    (2, 2): ("vous", "you"),
}
REFLEXIVES = {(1, 1): "me", (2, 1): "te", (3, 1): "se", (1, 2): "nous", (2, 2): "vous", (3, 2): "se"}

# Forms by masculine singular, feminine singular, plural.
DEFINITE = ("le", "la", "les")
INDEFINITE = ("un", "une", "des")
DEMONSTRATIVE = ("ce", "cette", "ces")
# person and number of the owner; the English of the third person singular is his or her, after the owner.
POSSESSIVES = {
    (1, 1): (("mon", "ma", "mes"), "my"),
    (2, 1): (("ton", "ta", "tes"), "your"),
    (3, 1): (("son", "sa", "ses"), None),
    (1, 2): (("notre", "notre", "nos"), "our"),
    (2, 2): (("votre", "votre", "vos"), "your"),
    (3, 2): (("leur", "leur", "leurs"), "their"),
}
NUMBERS = (
    ("deux", "two"),
    ("trois", "three"),
    ("quatre", "four"),
    ("cinq", "five"),
    ("six", "six"),
    ("dix", "ten"),
)

# What a form becomes before a vowel. Determiners and pronouns only: beau -> bel is the adjective's affair.
BEFORE_VOWEL = {
    "le": "l'",
    "la": "l'",
    "je": "j'",
    "me": "m'",
    "te": "t'",
    "se": "s'",
    "ne": "n'",
    "de": "d'",
    "que": "qu'",
    "ce": "cet",
    "ma": "mon",
    "ta": "ton",
    "sa": "son",
}

RARELY = ("rarement", "rarely")
FREQUENCY = (("souvent", "often"), ("toujours", "always"), ("parfois", "sometimes"), RARELY)
DEGREE = (("très", "very"), ("vraiment", "really"), ("assez", "quite"), ("trop", "too"))

# Verb -> manner adverbs that go well with it.
MANNER = {
    "dormir": (("bien", "well"), ("mal", "badly"), ("beaucoup", "a lot")),
    "travailler": (("bien", "well"), ("beaucoup", "a lot"), ("ensemble", "together")),
    "marcher": (("vite", "fast"), ("lentement", "slowly"), ("ensemble", "together")),
    "courir": (("vite", "fast"), ("lentement", "slowly"), ("ensemble", "together")),
    "nager": (("bien", "well"), ("mal", "badly"), ("vite", "fast"), ("lentement", "slowly")),
    "danser": (("bien", "well"), ("mal", "badly"), ("ensemble", "together")),
    "voyager": (("beaucoup", "a lot"), ("ensemble", "together")),
    "rire": (("beaucoup", "a lot"), ("ensemble", "together"), ("fort", "loudly")),
    "pleurer": (("beaucoup", "a lot"), ("fort", "loudly"), ("doucement", "softly")),
    "jouer": (("tranquillement", "quietly"), ("ensemble", "together")),
    "grandir": (("vite", "fast"),),
    "partir": (("vite", "quickly"), ("ensemble", "together"), ("tard", "late")),
    "arriver": (("ensemble", "together"), ("tard", "late"), ("tôt", "early")),
    "rentrer": (("ensemble", "together"), ("tard", "late"), ("tôt", "early")),
    "se lever": (("tôt", "early"), ("tard", "late"), ("lentement", "slowly")),
    "se réveiller": (("tôt", "early"), ("tard", "late")),
}
NEED_PLURAL = ("ensemble",)

# Tense -> adverbs right behind the finite verb.
ADVERBS = {
    "present": FREQUENCY,
    "past": FREQUENCY[:1] + FREQUENCY[2:],  # "always" asks for the imparfait of a habit, which is not in this grammar
    "future": (("bientôt", "soon"),),
}
_NEAR = {
    "past": (("hier", "yesterday", "0-0"), ("ce matin", "this morning", "0-0 1-1"),
             ("avant le dîner", "before dinner", "0-0 2-1")),
    "present": (("chaque matin", "every morning", "0-0 1-1"), ("chaque soir", "every evening", "0-0 1-1"),
                ("tous les jours", "every day", "0-0 1-0 2-1"), ("le dimanche", "on Sundays", "0-0 1-1"),
                ("le samedi", "on Saturdays", "0-0 1-1"), ("après le dîner", "after dinner", "0-0 2-1")),
    "future": (("demain", "tomorrow", "0-0"), ("ce soir", "this evening", "0-0 1-1"),
               ("après le dîner", "after dinner", "0-0 2-1")),
}  # fmt: skip
_FAR = {
    "past": (("la semaine dernière", "last week", "1-1 2-0"), ("le mois dernier", "last month", "1-1 2-0"),
             ("l'année dernière", "last year", "1-1 2-0"), ("l'été dernier", "last summer", "1-1 2-0"),
             ("pendant les vacances", "during the holidays", "0-0 1-1 2-2")),
    "present": (("chaque semaine", "every week", "0-0 1-1"), ("en hiver", "in winter", "0-0 1-1"),
                ("en été", "in summer", "0-0 1-1"), ("le dimanche", "on Sundays", "0-0 1-1"),
                ("pendant les vacances", "during the holidays", "0-0 1-1 2-2")),
    "future": (("la semaine prochaine", "next week", "1-1 2-0"), ("le mois prochain", "next month", "1-1 2-0"),
               ("l'année prochaine", "next year", "1-1 2-0"),
               ("pendant les vacances", "during the holidays", "0-0 1-1 2-2")),
}  # fmt: skip
# Tense -> expressions of time, French words and English words with their links: of what is done in a moment,
# and of what takes its time.
TIMES = {tense: (_NEAR[tense], _NEAR[tense] + _FAR[tense]) for tense in _NEAR}

# What of the present is not a habit.
ONCE = tuple(entry for entry in _NEAR["future"] if entry[0] in ("ce soir", "après le dîner"))

# avoir + noun in French, be + adjective in English
STATES = (
    ("faim", "hungry"),
    ("soif", "thirsty"),
    ("froid", "cold"),
    ("chaud", "hot"),
    ("peur", "afraid"),
    ("raison", "right"),
    ("tort", "wrong"),
    ("sommeil", "sleepy"),
)
STATES_OF_ANIMALS = 5  # the first five only: a cat is neither right nor wrong
