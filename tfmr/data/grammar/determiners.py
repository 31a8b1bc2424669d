"""Determiners: which one suits a noun, and what it is in both languages."""

from tfmr.data.grammar import choices, function_words
from tfmr.data.grammar.tokens import En, Fr


def article(form, to=(), maybe=()):
    """A definite article: *le* and *la* elide, *le* and *les* contract."""
    return Fr(form, to, maybe, is_article=True)


def choose_determiner(state, noun, role, number, negated, generic):
    """Which determiner: ``definite``, ``indefinite``, ``possessive`` and so on."""
    tags = noun.tags
    if "bare" in tags or "time" in tags or (generic and (number == 2 or "mass" in tags)):
        return "definite"
    long_story = state.room >= 8  # what comes in for the first time is rather *un* than *le*
    indefinite = 0 if role == "de" else 34 if long_story else 24
    if "kin" in tags:  # somebody's, wherever it stands
        if "one" in tags or role == "de":
            return "possessive"
        if noun.lemma not in _ANYBODY_S:
            return "possessive"
        return state.weigh(((75, "possessive"), (indefinite, "indefinite")))
    options = [
        (24 if long_story else 42, "definite"),
        (0 if noun.lemma in choices.WOMENS and _is_a_mans(state) else ownership(noun), "possessive"),
        (3 if long_story else 9, "demonstrative"),
        (indefinite, "indefinite"),
    ]
    if number == 2 and tags & {"instrument", "vehicle", "device", "building", "furniture", "mass"}:
        pass  # hardly three pianos
    elif number == 2 and role != "de" and not negated:
        options += [(9, "number"), (4, "several"), (4, "few")]
    if number == 1 and role == "subject" and "person" in tags and not long_story:
        options.append((4, "each"))
    if role == "object" and ("mass" in tags or number == 2):
        options.append((4, "lot"))
    return state.weigh(options)


def _is_a_mans(state):
    return state.owner is not None and state.owner.gender == "m"


def ownership(noun):
    """How likely a noun is somebody's: my bag, my doctor, but hardly my wolf, my king or my tourist."""
    tags = noun.tags
    if noun.lemma in ("train", "bus", "concert", "conférence"):
        return 0
    if tags & {"food", "drink"}:
        return 5
    if tags & {"wild", "water", "town", "crossed"} or "person" in tags and noun.lemma not in _OWN_PEOPLE:
        return 0
    if "place" in tags and noun.lemma not in _OWN_PLACES:
        return 0
    return 25 if tags & {"clothing", "vehicle", "home", "thing", "pet"} else 14


_SIBLINGS = ("frère", "sœur")
_ANYBODY_S = ("ami", "voisin", "collègue")  # un ami, but hardly un frère
_OWN_PEOPLE = (
    "professeur",
    "médecin",
    "avocat",
    "dentiste",
    "boulanger",
    "jardinier",
    "directeur",
    "élève",
    "invité",
)
_OWN_PLACES = ("maison", "appartement", "jardin", "cuisine", "chambre", "bureau", "école", "hôtel", "ferme")


def put_determiner(state, np, kind, negated, bare, adjective_first, narrowed, loved=False):
    """Put the determiner in front on both sides; see :func:`noun_phrases.noun_phrase`."""
    index = 2 if np.number == 2 else ("m", "f").index(np.gender)
    if kind == "definite":
        form = function_words.DEFINITE[index]
        if isinstance(
            narrowed, En
        ):  # the neighbour's book: "the" belongs to the owner, 's does the work of "le"
            np.fr.insert(0, article(form, maybe=(narrowed,)))
        elif bare and narrowed is None and (np.number == 2 or {"mass", "bare"} & np.noun.tags):
            np.fr.insert(0, article(form))
        else:
            _put(np, (form, "the"), article=True)
    elif kind == "indefinite":
        _indefinite(np, index, negated, adjective_first, loved)
    elif kind == "possessive":
        _possessive(state, np, index)
    elif kind == "demonstrative":
        _put(np, (function_words.DEMONSTRATIVE[index], "these" if np.number == 2 else "this"))
    elif kind == "number":
        _put(np, state.pick(function_words.NUMBERS))
    elif kind == "several":
        _put(np, ("plusieurs", "several"))
    elif kind == "each":
        _put(np, ("chaque", "every"))
    elif kind == "few":
        few = [En("a"), En("few")]
        np.fr.insert(0, Fr("quelques", tuple(few)))
        np.en[:0] = few
    else:
        lot, of = [En("a"), En("lot")], En("of")
        np.fr[:0] = [Fr("beaucoup", tuple(lot)), Fr("de", (of,))]
        np.en[:0] = [*lot, of]


def _put(np, pair, article=False):
    en = En(pair[1])
    np.fr.insert(0, Fr(pair[0], (en,), is_article=article))
    np.en.insert(0, en)


def _indefinite(np, index, negated, adjective_first, loved):
    """un, une: a. du, de la, des: some. After a negation all of them are de: any."""
    mass = "mass" in np.noun.tags
    plural_form = "de" if adjective_first else "des"
    if negated:
        _put(np, ("de", "any"))
    elif mass or np.number == 2:
        some = () if loved else (En("some"),)
        maybe = np.head.to if loved else ()
        if mass:  # du pain: de + le, both "some"
            form = function_words.DEFINITE[index]
            np.fr[:0] = [Fr("de", some, maybe), article(form, some, maybe)]
        else:
            np.fr.insert(0, Fr(plural_form, some, maybe))
        np.en[:0] = some
    else:
        _put(np, (function_words.INDEFINITE[index], "a"))


def _possessive(state, np, index):
    """mon, ton … and, where the subject shows whose, son: his or her."""
    owner = state.owner
    if owner is not None and owner.noun.lemma in _SIBLINGS and "kin" in np.noun.tags:
        owner = None  # my brother's uncle is mine too
    if owner is not None and owner.binds and state.chance(0.7):
        forms, _ = function_words.POSSESSIVES[3, 1]
        english = "his" if owner.gender == "m" else "her"
    elif owner is not None and owner.person == 3 and owner.number == 2 and owner.human and state.chance(0.7):
        forms, english = function_words.POSSESSIVES[3, 2]
    elif owner is not None and owner.person != 3 and state.chance(0.8):
        forms, english = function_words.POSSESSIVES[owner.person, owner.number]
    else:
        forms, english = function_words.POSSESSIVES[state.scene.whose]
    _put(np, (forms[index], english))
