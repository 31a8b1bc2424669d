"""French inflection: what is regular by rule, what is not in tables."""

from functools import cache

# --- nouns and adjectives -------------------------------------------------------------------------------

H_ASPIRE = (
    "haricot",
    "homard",
    "hibou",
    "hérisson",
    "hamster",
    "héros",
    "hache",
    "harpe",
    "hangar",
    "haut",
    "hollandais",
)
_PLURALS = {"bijou": "bijoux", "hibou": "hiboux", "œil": "yeux", "festival": "festivals"}
_FEMININES = {
    "beau": "belle",
    "nouveau": "nouvelle",
    "vieux": "vieille",
    "blanc": "blanche",
    "long": "longue",
    "frais": "fraîche",
    "gentil": "gentille",
    "public": "publique",
    "bas": "basse",
    "doux": "douce",
    "secret": "secrète",
    "inquiet": "inquiète",
    "bon": "bonne",
    "jaloux": "jalouse",
}
_BEFORE_VOWEL = {"beau": "bel", "nouveau": "nouvel", "vieux": "vieil"}


def starts_with_vowel(form: str) -> bool:
    """True where elision and liaison happen: *l'eau*, *l'homme*, but not *le haricot* (h aspiré)."""
    form = form.lower()
    return form[0] in "aeiouhàâéèêëîïôûœ" and not form.startswith(H_ASPIRE)


def plural(form: str) -> str:
    """The plural of a noun, or of an adjective's masculine or feminine."""
    if form in _PLURALS:
        return _PLURALS[form]
    if form[-1] in "sxz":
        return form
    if form.endswith(("eau", "eu")) and form != "bleu":
        return form + "x"
    if form.endswith("al"):
        return form[:-2] + "aux"
    return form + "s"


def feminine(form: str) -> str:
    """The feminine singular of an adjective."""
    if form in _FEMININES:
        return _FEMININES[form]
    if form.endswith("e"):
        return form
    for masculine_end, feminine_end in (
        ("eux", "euse"),
        ("er", "ère"),
        ("el", "elle"),
        ("en", "enne"),
        ("f", "ve"),
    ):
        if form.endswith(masculine_end):
            return form[: -len(masculine_end)] + feminine_end
    return form + "e"


def before_vowel(form: str) -> str:
    """A masculine singular adjective before a vowel: *un bel arbre*."""
    return _BEFORE_VOWEL.get(form, form)


# --- verbs ----------------------------------------------------------------------------------------------

TAKES_ETRE = (
    "aller",
    "venir",
    "arriver",
    "partir",
    "sortir",
    "entrer",
    "rentrer",
    "rester",
    "retourner",
    "tomber",
)

# infinitive: six forms of the present, stem of the future, past participle
_IRREGULAR = {
    "être": ("suis es est sommes êtes sont", "ser", "été"),
    "avoir": ("ai as a avons avez ont", "aur", "eu"),
    "aller": ("vais vas va allons allez vont", "ir", "allé"),
    "faire": ("fais fais fait faisons faites font", "fer", "fait"),
    "voir": ("vois vois voit voyons voyez voient", "verr", "vu"),
    "croire": ("crois crois croit croyons croyez croient", "croir", "cru"),
    "savoir": ("sais sais sait savons savez savent", "saur", "su"),
    "pouvoir": ("peux peux peut pouvons pouvez peuvent", "pourr", "pu"),
    "vouloir": ("veux veux veut voulons voulez veulent", "voudr", "voulu"),
    "devoir": ("dois dois doit devons devez doivent", "devr", "dû"),
    "recevoir": ("reçois reçois reçoit recevons recevez reçoivent", "recevr", "reçu"),
    "souvenir": ("souviens souviens souvient souvenons souvenez souviennent", "souviendr", "souvenu"),
    "venir": ("viens viens vient venons venez viennent", "viendr", "venu"),
    "boire": ("bois bois boit buvons buvez boivent", "boir", "bu"),
    "lire": ("lis lis lit lisons lisez lisent", "lir", "lu"),
    "dire": ("dis dis dit disons dites disent", "dir", "dit"),
    "rire": ("ris ris rit rions riez rient", "rir", "ri"),
    "sourire": ("souris souris sourit sourions souriez sourient", "sourir", "souri"),
    "suivre": ("suis suis suit suivons suivez suivent", "suivr", "suivi"),
    "écrire": ("écris écris écrit écrivons écrivez écrivent", "écrir", "écrit"),
    "connaître": ("connais connais connaît connaissons connaissez connaissent", "connaîtr", "connu"),
    "courir": ("cours cours court courons courez courent", "courr", "couru"),
    "peindre": ("peins peins peint peignons peignez peignent", "peindr", "peint"),
    "envoyer": ("envoie envoies envoie envoyons envoyez envoient", "enverr", "envoyé"),
    "pleuvoir": ("- - pleut - - -", "pleuvr", "plu"),
}
_PRESENT_ENDINGS = {
    "er": ("e", "es", "e", "ons", "ez", "ent"),
    "finir": ("is", "is", "it", "issons", "issez", "issent"),
    "dormir": ("s", "s", "t", "ons", "ez", "ent"),
    "ouvrir": ("e", "es", "e", "ons", "ez", "ent"),
    "rendre": ("s", "s", "", "ons", "ez", "ent"),
}
_FUTURE_ENDINGS = ("ai", "as", "a", "ons", "ez", "ont")
_IMPARFAIT_ENDINGS = ("ais", "ais", "ait", "ions", "iez", "aient")


@cache
def present(verb: str) -> tuple[str, ...]:
    """The six persons of the present: je, tu, il, nous, vous, ils."""
    if verb in _IRREGULAR:
        return tuple(_IRREGULAR[verb][0].split())
    if verb.endswith("er"):
        return tuple(_respelled(verb, ending) for ending in _PRESENT_ENDINGS["er"])
    if verb.endswith(("prendre", "mettre", "duire", "truire")):
        return _present_of_two_stems(verb)
    if verb.endswith(("vrir", "frir")):
        return tuple(verb[:-2] + ending for ending in _PRESENT_ENDINGS["ouvrir"])
    if verb in ("dormir", "partir", "sortir"):
        stems = [verb[:-3]] * 3 + [verb[:-2]] * 3
        return tuple(stem + ending for stem, ending in zip(stems, _PRESENT_ENDINGS["dormir"], strict=True))
    if verb.endswith("dre"):
        return tuple(verb[:-2] + ending for ending in _PRESENT_ENDINGS["rendre"])
    if verb.endswith("ir"):
        return tuple(verb[:-2] + ending for ending in _PRESENT_ENDINGS["finir"])
    raise ValueError(f"no rule conjugates {verb!r}")


def _present_of_two_stems(verb: str) -> tuple[str, ...]:
    """prendre, mettre, conduire, construire and the like: one stem for je, tu, il, others for the rest."""
    if verb.endswith("prendre"):
        short, third, long, longest = verb[:-2] + "s", verb[:-2], verb[:-3], verb[:-3] + "n"
    elif verb.endswith("mettre"):
        short, third, long, longest = verb[:-3] + "s", verb[:-3], verb[:-2], verb[:-2]
    else:
        short, third, long, longest = verb[:-2] + "s", verb[:-2] + "t", verb[:-2] + "s", verb[:-2] + "s"
    return short, short, third, long + "ons", long + "ez", longest + "ent"


def _respelled(verb: str, ending: str) -> str:
    """Stem and ending of an -er verb, with the spelling that keeps the sound: mangeons, achète, envoie."""
    stem = verb[:-2]
    if ending[0] in "oa":
        return (
            stem[:-1] + "ç" if stem.endswith("c") else stem + "e" if stem.endswith("g") else stem
        ) + ending
    silent = ending in ("e", "es", "ent", "er")
    if silent and verb in ("acheter", "lever", "promener"):
        at = stem.rindex("e")
        return stem[:at] + "è" + stem[at + 1 :] + ending
    if silent and ending != "er" and verb in ("préférer", "espérer", "protéger"):
        at = stem.rindex("é")
        return stem[:at] + "è" + stem[at + 1 :] + ending
    if silent and stem.endswith(("oy", "ay")):
        return stem[:-1] + "i" + ending
    return stem + ending


@cache
def future(verb: str) -> tuple[str, ...]:
    """The six persons of the future."""
    if verb in _IRREGULAR:
        stem = _IRREGULAR[verb][1]
    elif verb.endswith("er"):
        stem = _respelled(verb, "er")
    else:
        stem = verb.removesuffix("e")
    return tuple(stem + ending for ending in _FUTURE_ENDINGS)


@cache
def imparfait(verb: str) -> tuple[str, ...]:
    """The six persons of the imparfait: the stem of *nous*, with its spelling kept in sound."""
    if verb == "être":
        return tuple("ét" + ending for ending in _IMPARFAIT_ENDINGS)
    if verb.endswith("er") and verb not in _IRREGULAR:
        return tuple(_respelled(verb, ending) for ending in _IMPARFAIT_ENDINGS)
    if verb == "pleuvoir":
        return ("-", "-", "pleuvait", "-", "-", "-")
    return tuple(present(verb)[3].removesuffix("ons") + ending for ending in _IMPARFAIT_ENDINGS)


@cache
def participle(verb: str) -> str:
    """The past participle, masculine singular."""
    if verb in _IRREGULAR:
        return _IRREGULAR[verb][2]
    for infinitive_end, participle_end in (
        ("er", "é"),
        ("prendre", "pris"),
        ("mettre", "mis"),
        ("uire", "uit"),
        ("vrir", "vert"),
        ("frir", "fert"),
        ("ir", "i"),
        ("dre", "du"),
    ):
        if verb.endswith(infinitive_end):
            return verb[: -len(infinitive_end)] + participle_end
    raise ValueError(f"no rule gives the participle of {verb!r}")


def agreed(participle_form: str, gender: str, number: int) -> str:
    """A participle in gender and number: venu, venue, venus, venues."""
    form = participle_form + "e" if gender == "f" else participle_form
    return plural(form) if number == 2 else form
