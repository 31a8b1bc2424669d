"""The tables read: nouns, adjectives and verbs with their forms, and who goes with whom."""

from dataclasses import dataclass
from functools import cache

from tfmr.data.grammar import adjectives, english, french, nouns, places, topics, verbs


def lemmas(text):
    """A set of dictionary entries, written as one string."""
    return frozenset(text.split())


@dataclass(frozen=True, eq=False)
class Noun:
    """A noun of one gender; ``forms`` and ``english`` hold singular and plural, ``lemma`` the entry."""

    lemma: str
    gender: str
    forms: tuple[str, str]
    english: tuple[str, str]
    tags: frozenset[str]
    epicene: bool = False  # the noun does not show its gender: élève
    fr_prep: str = ""
    en_prep: str = ""


@dataclass(frozen=True, eq=False)
class Adjective:
    """``forms`` by (gender, number); ``elsewhere`` is the English beside a tag: {"person": "tall"}."""

    lemma: str
    forms: dict
    before_vowel: str
    english: str
    elsewhere: dict
    position: str
    selector: str
    group: str  # adjectives of one group do not go together: red and green, happy and sad

    def english_for(self, tags):
        """The English adjective that fits a noun with these tags."""
        for tag, form in self.elsewhere.items():
            if tag in tags:
                return form
        return self.english


@dataclass(frozen=True, eq=False)
class Verb:
    """One use of a verb. ``english`` is split into words: ("look", "for")."""

    lemma: str
    english: tuple[str, ...]
    subject: str = "person"
    objects: tuple[Noun, ...] = ()
    pronoun: str = "it"
    reflexive: bool = False
    fr_prep: str = ""
    en_prep: str = ""
    kind: str = ""

    @property
    def name(self):
        """The dictionary entry, *se lever* with its pronoun."""
        if not self.reflexive:
            return self.lemma
        return ("s'" if french.starts_with_vowel(self.lemma) else "se ") + self.lemma


@cache
def _parsed(selector):
    """The tags that a selector takes, and those that it refuses."""
    parts = selector.split()
    return (
        frozenset(part for part in parts if part[0] != "!"),
        frozenset(part[1:] for part in parts if part[0] == "!"),
    )


def matches(selector, noun_tags, lemma):
    """Whether a selector such as ``food drink !pain`` takes a noun: by tag or by lemma; "!" refuses."""
    taken, refused = _parsed(selector)
    if lemma in refused or not refused.isdisjoint(noun_tags):
        return False
    return lemma in taken or not taken.isdisjoint(noun_tags)


def _rows(table, separator=None):
    for line in table.strip().splitlines():
        yield [cell.strip() for cell in line.split(separator)]


def _noun(lemma, form, gender, en, tags, **more):
    en = en.replace("_", " ")
    singular_only = {"one", "mass", "bare"} & tags and "pair" not in tags
    if "pair" in tags:  # vacances, mathématiques: the table gives the plural
        return Noun(lemma, gender, (form, form), (en, en), frozenset(tags), **more)
    forms = (form, form if singular_only else french.plural(form))
    return Noun(
        lemma, gender, forms, (en, en if singular_only else english.plural(en)), frozenset(tags), **more
    )


@cache
def all_nouns():
    """Every common noun, each gender of a pair on its own."""
    found = []
    for table in (nouns.PEOPLE, nouns.ANIMALS, nouns.FOOD, nouns.TEXTS_AND_WORKS, nouns.THINGS,
                  nouns.CLOTHES_AND_VEHICLES, nouns.FIELDS, nouns.IDEAS_AND_EVENTS):  # fmt: skip
        for form, gender, en, *tags in _rows(table):
            if gender != "mf":
                found.append(_noun(form, form, gender, en, set(tags)))
                continue
            masculine, feminine = form.split("/")
            en_m, en_f = en.split("/") if "/" in en else (en, en)
            epicene = masculine == feminine
            found.append(_noun(masculine, masculine, "m", en_m, set(tags), epicene=epicene))
            found.append(_noun(masculine, feminine, "f", en_f, set(tags), epicene=epicene))
    for form, gender, en, fr_prep, en_prep, *tags in _rows(places.PLACES):
        fr_prep = fr_prep.replace("_", " ")
        found.append(_noun(form, form, gender, en, set(tags), fr_prep=fr_prep, en_prep=en_prep))
    return tuple(found)


@dataclass(frozen=True, eq=False)
class Topic:
    """What a sentence is about: its nouns, its verbs without an object, and whether cities belong to it."""

    nouns: frozenset[Noun]
    acts: frozenset[str]
    cities: bool


@cache
def all_topics():
    """Every topic."""
    found = []
    for _, *selectors, acts in _rows(topics.TOPICS, "|"):
        acts = (act.replace("_", " ") for act in f"{acts} {topics.EVERYWHERE}".split())
        selector = " ".join(selectors)
        found.append(Topic(frozenset(select(selector)), frozenset(acts), "cities" in selector.split()))
    return tuple(found)


@cache
def select(selector, topic=None):
    """The nouns that a selector takes, of a topic or of all."""
    found = (noun for noun in all_nouns() if matches(selector, noun.tags, noun.lemma))
    return tuple(noun for noun in found if topic is None or noun in topic.nouns)


@cache
def all_adjectives():
    """Every adjective."""
    found = []
    for masculine, en, position, *selector in _rows(adjectives.ADJECTIVES):
        en, *others = en.split("|")
        feminine = french.feminine(masculine)
        forms = {("m", 1): masculine, ("f", 1): feminine,
                 ("m", 2): french.plural(masculine), ("f", 2): french.plural(feminine)}  # fmt: skip
        elsewhere = dict(other.split(":") for other in others)
        group = next((group for group in adjectives.GROUPS if masculine in group.split()), masculine)
        found.append(Adjective(masculine, forms, french.before_vowel(masculine), en, elsewhere, position,
                               " ".join(selector), group))  # fmt: skip
    return tuple(found)


@cache
def unsaid(verb):
    """Adjectives that are not said of anything once this verb, a dictionary entry, is in the sentence."""
    return tuple(
        adjective for verbs, found in adjectives.UNSAID if verb in verbs.split() for adjective in found.split()
    )


@cache
def adjectives_for(noun, where):
    """Adjectives that may describe a noun: where is ``<`` or ``>`` beside the noun, ``=`` after *être*.

    Positions ``>>`` and ``<<`` are beside the noun only: *un nouveau piano*, but hardly *il est nouveau*.
    """
    found = []
    for adjective in all_adjectives():
        places = {"<": "<=", ">": ">=", ">>": ">", "<<": "<", "=": "="}[adjective.position]
        beside = adjective.selector
        after_be = beside.replace("=", "").replace("!person", "")
        selector = after_be if where == "=" else " ".join(part for part in beside.split() if part[0] != "=")
        if where in places and matches(selector, noun.tags, noun.lemma):
            found.append(adjective)
    return tuple(found)


@cache
def first_names():
    """((name, gender), …)"""
    return tuple((name, gender) for name, gender in _rows(places.FIRST_NAMES))


@cache
def cities_and_countries():
    """((French, English, French *in*, English *in*), …)"""
    return tuple((fr, en, fr_in, en_in) for fr, _, en, fr_in, en_in in _rows(places.CITIES_AND_COUNTRIES))


# Whom a pronoun or a first name may stand for, as far as verbs and adjectives care.
PERSON = {
    gender: Noun("", gender, ("", ""), ("", ""), frozenset({"person", "adult", "learner", "named"}))
    for gender in ("m", "f")
}


def _verb(name, en, **more):
    reflexive = name.startswith(("se ", "s'"))
    lemma = name.removeprefix("se ").removeprefix("s'") if reflexive else name
    return Verb(lemma, tuple(en.split("_")), reflexive=reflexive, **more)


@cache
def all_verbs():
    """Every use of a verb, by kind."""
    return {
        "object": tuple(
            _verb(fr, en, subject=subject, objects=select(objects), pronoun=pronoun, kind="object")
            for fr, en, subject, pronoun, objects in _rows(verbs.WITH_OBJECT, "|")
        ),
        "liking": tuple(
            _verb(fr, en, subject=subject, objects=select(objects), pronoun=pronoun, kind="liking")
            for fr, en, subject, pronoun, objects in _rows(verbs.OF_LIKING, "|")
        ),
        "receiver": tuple(
            _verb(fr, en, subject=subject, objects=select(objects), kind="receiver")
            for fr, en, subject, objects in _rows(verbs.WITH_RECEIVER, "|")
        ),
        "alone": tuple(
            _verb(fr, en, subject=subject, kind="alone")
            for fr, en, subject in _rows(verbs.WITHOUT_OBJECT, "|")
        ),
        "preposition": tuple(
            _verb(
                fr,
                en,
                subject=subject,
                objects=select(objects),
                fr_prep=fr_prep,
                en_prep=en_prep,
                kind="preposition",
            )
            for fr, en, subject, fr_prep, en_prep, objects in _rows(verbs.WITH_PREPOSITION, "|")
        ),
        "place": tuple(
            _verb(fr, en, subject=subject, en_prep=en_prep, kind="place")
            for fr, en, subject, en_prep in _rows(verbs.WITH_PLACE, "|")
        ),
        "infinitive": tuple(
            _verb(fr, en, fr_prep=fr_prep.replace("-", ""), en_prep=form, kind="infinitive")
            for fr, fr_prep, en, form in _rows(verbs.WITH_INFINITIVE, "|")
        ),
        "clause": tuple(_verb(fr, en, kind="clause") for fr, en in _rows(verbs.WITH_CLAUSE, "|")),
    }


@cache
def objects_of(verb, topic):
    """What a verb may take within a topic."""
    return tuple(noun for noun in verb.objects if noun in topic.nouns)


@cache
def _verbs_of(noun, kind, topic):
    """The verbs of a kind that a noun may be the subject of, in a topic."""
    return tuple(
        verb for verb in all_verbs()[kind]
        if matches(verb.subject, noun.tags, noun.lemma) and _belongs(verb, topic)
    )  # fmt: skip


@cache
def verbs_for(noun, kind, topic, lemmas=None):
    """The verbs of a kind that a noun may be the subject of, in a topic; ``lemmas`` narrows the choice."""
    found = _verbs_of(noun, kind, topic)
    return found if lemmas is None else tuple(verb for verb in found if verb.lemma in lemmas)


def _belongs(verb, topic):
    """Whether a topic has what a verb needs: an object, or the deed itself."""
    if verb.kind in ("object", "liking", "receiver"):
        return bool(objects_of(verb, topic))
    if verb.kind == "preposition" and not objects_of(verb, topic):
        return False
    return verb.kind == "infinitive" or verb.name in topic.acts or verb.fr_prep == "de"


@cache
def verbs_taking(noun):
    """The verbs of an action that may have a noun as their direct object."""
    return tuple(verb for verb in all_verbs()["object"] if noun in verb.objects and verb.lemma != "avoir")
