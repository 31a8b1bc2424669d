"""Noun phrases around a noun: determiner, adjectives, noun, complement."""

from tfmr.data.grammar import choices
from tfmr.data.grammar.determiners import choose_determiner, put_determiner
from tfmr.data.grammar.lexicon import adjectives_for, select
from tfmr.data.grammar.references import NP, named_again, new_name, preposition
from tfmr.data.grammar.tokens import En, Fr, word


def noun_phrase(state, noun, *, role="object", negated=False, generic=False, number=None, kind=None,
                plain=False, heard=False, loved=False):  # fmt: skip
    """A noun with determiner, and adjectives and a complement where there is room.

    Args:
        noun: the noun.
        role: "subject", "object", "after" (a preposition) or "de": what determiners suit it.
        negated: an indefinite article becomes *de* (*pas de pommes*).
        generic: a definite plural or mass noun means all of its kind, and English drops the article.
        number: 1 or 2; chosen if None.
        kind: the determiner; chosen if None.
        plain: no adjective, no complement.
        heard: *la musique* is some that sounds, and English keeps the article.
        loved: what one loves doing (*aimer manger du pain*): English leaves out *some*.
    """
    tags = noun.tags
    if number is None:
        number = _number(state, tags)
    elif tags & {"pair", "mass", "one"}:
        number = 2 if "pair" in tags else 1
    kind = kind or choose_determiner(state, noun, role, number, negated, generic)
    if kind == "indefinite" and negated and "mass" not in tags:
        number = 2
    before, after = ([], []) if plain else _adjectives(state, noun, kind)
    np, narrowed = _core(state, noun, number, before, after, kind, plain)
    np.narrowed = narrowed is not None or kind == "possessive"  # no relative clause after *mon livre*
    np.kind = kind
    np.binds = number == 1 and "person" in tags and not noun.epicene
    if "bare" in tags and "pair" in tags:
        np.en_number = 1  # les mathématiques sont, mathematics is
    bare = generic or "bare" in tags and not heard
    put_determiner(state, np, kind, negated, bare, bool(before), narrowed, loved)
    return np


def _number(state, tags):
    if "pair" in tags:
        return 2
    if "mass" in tags or "one" in tags:
        return 1
    return 2 if state.chance(0.6 if "plural" in tags else 0.3) else 1


def _adjectives(state, noun, kind):
    """Up to one adjective on either side of the French noun."""
    before, after = [], []
    if kind in ("few", "several", "lot") or not state.spend(1, 0.4):
        return before, after
    options = (
        (adjectives_for(noun, ">") if state.chance(0.62) else ()) or adjectives_for(noun, "<")
    )
    if kind == "definite":  # *la bonne question* is the right one, *la mauvaise* the wrong one
        options = tuple(adjective for adjective in options if adjective.lemma not in ("bon", "mauvais"))
    adjective = state.quality(options) if options else None
    if adjective is None:
        return before, after
    (before if adjective.position[0] == "<" else after).append(adjective)
    if before and (more := adjectives_for(noun, ">")) and state.spend(1, 0.2):
        second = state.quality(more)
        rank = choices.english_rank(adjective.english_for(noun.tags))
        if second and choices.english_rank(second.english_for(noun.tags)) != rank:  # no good delicious soup
            after.append(second)
    return before, after


def _core(state, noun, number, before, after, kind, plain):
    """Adjectives, noun and complement; the second value is an owner's 's, "narrowed", or None."""
    gender = noun.gender
    en_noun = En(noun.english[number - 1])
    fr_noun = Fr(noun.forms[number - 1], (en_noun,))
    fr_before, fr_after, english = [], [], []
    for adjective in (*before, *after):
        en = En(adjective.english_for(noun.tags))
        early = adjective.before_vowel if (gender, number) == ("m", 1) else None
        fr = Fr(adjective.forms[gender, number], (en,), before_vowel=early)
        words = [en]
        if adjective in before:
            fr_before.append(fr)
        elif not before and _in_degrees(state, adjective, kind):
            fr_degree, en_degree = word("très", "very")
            fr_after += [*fr_degree, fr]
            words = [*en_degree, en]
        else:
            fr_after.append(fr)
        english.append((choices.english_rank(en.form), words))
        combination = state.combine("adjective", adjective.lemma, noun.lemma)
        combination.add(fr, fr.to)
        combination.add(fr_noun, fr_noun.to)
    english.sort(key=lambda ranked: ranked[0])
    fr = [*fr_before, fr_noun, *fr_after]
    en = [form for _, words in english for form in words] + [en_noun]
    narrowed = None
    if not plain and "bare" not in noun.tags:
        fr, en, narrowed = _complement(state, noun, fr, en, kind, bool(after))
    np = NP(fr, en, noun, number=number, gender=gender)
    np.head = fr_noun
    return np, narrowed


def _in_degrees(state, adjective, kind):
    return (
        kind in ("definite", "indefinite") and adjective.lemma not in choices.KINDS and state.spend(1, 0.12)
    )


_OWNED = frozenset(("thing", "clothing", "vehicle", "text", "pet", "home"))
# What a noun may be a vessel of: selector of the contents.
_VESSELS = {
    "tasse": "café thé lait", "verre": "eau lait vin", "bouteille": "eau lait vin",
    "sac": "riz oignon pomme orange", "boîte": "bonbon crayon", "assiette": "riz soupe",
}  # fmt: skip
# What has parts and rooms.
_HOUSES = "maison appartement château ferme école hôtel restaurant magasin hangar"


def _complement(state, noun, fr, en, kind, has_adjective_after):
    """What *de* and *sur* add to a noun, if there is room."""
    lemma, tags = noun.lemma, noun.tags
    topic = state.scene.topic
    if lemma in _VESSELS and not has_adjective_after and state.spend(2, 0.3):  # not: la tasse vide de thé
        content = state.fresh(select(_VESSELS[lemma]))
        number = 1 if "mass" in content.tags else 2
        fr_de, en_of = word("de", "of")
        inner_fr, inner_en = word(content.forms[number - 1], content.english[number - 1])
        return fr + fr_de + inner_fr, en + en_of + inner_en, "narrowed"
    if lemma in ("professeur", "examen", "leçon") and not has_adjective_after:
        fields = select("field !mind", topic)
        if fields and state.spend(2, 0.25):
            field = state.fresh(fields)
            fr_field, en_field = word(field.forms[0], field.english[0])
            # the physics teacher: nothing in English says "de", so it leans on the noun it introduces
            return [*fr, Fr("de", maybe=tuple(en_field)), *fr_field], [*en[:-1], *en_field, en[-1]], "narrowed"
    if lemma in ("livre", "article", "conférence", "film") and state.spend(3, 0.2):
        fr_on, en_about = word("sur", "about")
        noun = state.fresh(select("field wild !mind", topic) or select("wild science language"))
        about = noun_phrase(state, noun, number=2, generic=True, plain=True)
        return fr + fr_on + about.fr, en + en_about + about.en, "narrowed"
    if tags & {"part", "room"} or "image" in tags:
        return _of_what(state, noun, fr, en, kind)
    if kind == "definite" and tags & _OWNED and state.spend(2, 0.45) and (owner := _owner(state, noun)):
        en_s = En("'s")
        return [*fr, Fr("de", (en_s,)), *owner.fr], [*owner.en, en_s, *en], en_s
    return fr, en, None


def _of_what(state, noun, fr, en, kind):
    """la porte de la maison, une photo du château."""
    if "image" in noun.tags:
        options = select("visited animal water", state.scene.topic)
    else:
        options = select(_HOUSES, state.scene.topic) if kind == "definite" else ()
    options = tuple(option for option in options if option.lemma not in state.said)
    if not options or not state.spend(3, 0.3):
        return fr, en, None
    whole = noun_phrase(state, state.fresh(options), role="de", number=1, kind="definite", plain=True)
    fr_of, en_of = preposition("de", "of", whole)
    return fr + fr_of, en + en_of, "narrowed"


def _owner(state, noun):
    """Whose it is: somebody of the story, or somebody who comes in (of another gender than his pet)."""
    womens = noun.lemma in choices.WOMENS
    known = [np for np in _others(state) if not (womens and np.gender == "m")]
    if state.chance(0.6) and (again := named_again(state, known)):
        return again
    genders = [
        gender for gender in state.scene.free_genders()
        if not ("pet" in noun.tags and gender == noun.gender or womens and gender == "m")
    ]  # fmt: skip
    options = tuple(noun for noun in select("adult !kin", state.scene.topic) if noun.gender in genders)
    if state.chance(0.5):
        owner = new_name(state, genders)
    else:
        owner = noun_phrase(state, state.fresh(options), role="de", number=1, plain=True) if options else None
    if owner is not None:
        state.scene.enter(owner)
        state.scene.stand_aside(owner)
    return owner


def _others(state):
    return state.scene.others(state.owner) if state.owner is not None else state.scene.cast.values()


def newcomer(state, nouns, make=None, named=0.4, **how):
    """Somebody who comes into the story, of a gender or number that nobody has yet.

    Args:
        nouns: what he or she may be.
        make: the rule that makes the phrase; :func:`noun_phrase` if None.
        named: how often it is a first name.
        how: for the rule.

    Returns:
        the phrase, or None where every pronoun is taken.
    """
    scene = state.scene
    genders = scene.free_genders()
    if named and genders and state.chance(named) and (np := new_name(state, genders)):
        return np
    many = scene.is_free("", 2) and (not genders or state.chance(0.25))
    for _ in range(6 if nouns else 0):
        noun = state.pick(nouns)
        if noun.lemma not in state.said and ("one" not in noun.tags if many else noun.gender in genders):
            state.said.append(noun.lemma)
            np = (make or noun_phrase)(state, noun, number=2 if many else 1, **how)
            if not (how.get("negated") and np.kind == "indefinite"):  # nobody of whom there is none
                scene.enter(np)
            return np
    return None


def mention_again(state, thing):
    """Something once more, now that it is known: *les pommes*, the apples."""
    return noun_phrase(state, thing.noun, kind="definite", number=thing.number, plain=True)
