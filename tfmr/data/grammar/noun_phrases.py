"""Noun phrases: determiner, adjectives, noun, complement; proper names; pronouns; coordination."""

from tfmr.data.grammar import choices, function_words
from tfmr.data.grammar.determiners import choose_determiner, put_determiner
from tfmr.data.grammar.lexicon import PERSON, adjectives_for, first_names, select
from tfmr.data.grammar.tokens import En, Fr, word


class NP:
    """A noun phrase in both languages, with what agreement needs.

    ``binds`` tells whether *son* may refer to it (a person whose gender French shows), ``narrowed`` whether a
    relative clause would be too much, ``heavy`` whether there is one. ``kind`` is that of the determiner.
    """

    __slots__ = (
        "fr",
        "en",
        "person",
        "number",
        "en_number",
        "gender",
        "noun",
        "binds",
        "pronoun",
        "narrowed",
        "heavy",
        "kind",
    )

    def __init__(self, fr, en, noun, *, person=3, number=1, gender="m", pronoun=False, binds=False):
        self.fr, self.en, self.noun = fr, en, noun
        self.person, self.number, self.gender = person, number, gender
        self.en_number = number
        self.pronoun, self.binds = pronoun, binds
        self.narrowed = self.heavy = False
        self.kind = None

    @property
    def human(self):
        """Who, he and she; the rest of the world is it, and that."""
        return "person" in self.noun.tags


def subject_pronoun(person, number, gender):
    """je, tu, il … as a subject."""
    fr, en = function_words.SUBJECTS[person, number, gender]
    return NP(*word(fr, en), PERSON[gender], person=person, number=number, gender=gender, pronoun=True,
              binds=person == 3 and number == 1)  # fmt: skip


def pronoun_for(np):
    """The subject pronoun that takes up a noun phrase: il, elle; he, she or it."""
    if np.person != 3:
        return subject_pronoun(np.person, np.number, np.gender)
    pronoun = subject_pronoun(3, np.number, np.gender)
    pronoun.noun = np.noun
    pronoun.binds = np.number == 1 and np.human
    if not np.human and np.number == 1:
        pronoun.en[0].form = "it"
    return pronoun


def random_pronoun(state, *, tense="present", strong=False, here=False):
    """Any personal pronoun as a subject.

    The future leaves out tu, nous and vous: rare forms, too many for a small vocabulary.

    Args:
        strong: as what follows a preposition.
        here: only who speaks or is spoken to; a third person would seem to take up somebody named before.
    """
    rare = tense in ("future", "when", "progressive")
    person, number = state.weigh((
        (35, (1, 1)), (0 if rare else 12, (2, 1)), (0 if here else 60, (3, 1)),
        (0 if rare else 18, (1, 2)), (0 if rare else 11, (2, 2)), (0 if here else 28, (3, 2)),
    ))  # fmt: skip
    gender = state.pick("mf") if person == 3 else state.genders[person - 1]
    if not strong:
        return subject_pronoun(person, number, gender)
    fr, en = function_words.STRONG[person, number, gender]
    return NP(*word(fr, en), PERSON[gender], person=person, number=number, gender=gender, pronoun=True)


def name(state):
    """A first name."""
    form, gender = state.pick(first_names())
    for _ in range(6):
        if form not in state.said:
            break
        form, gender = state.pick(first_names())
    state.said.append(form)
    return NP(*word(form, form), PERSON[gender], gender=gender, binds=True)


def noun_phrase(
    state, noun, *, role="object", negated=False, generic=False, number=None, kind=None, plain=False
):
    """A noun with determiner, and adjectives and a complement where there is room.

    Args:
        noun: the noun.
        role: "subject", "object", "after" (a preposition) or "de": what determiners suit it.
        negated: an indefinite article becomes *de* (*pas de pommes*).
        generic: a definite plural or mass noun means all of its kind, and English drops the article.
        number: 1 or 2; chosen if None.
        kind: the determiner; chosen if None.
        plain: no adjective, no complement.
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
    core_fr, core_en, narrowed = _core(state, noun, number, before, after, kind, plain)
    np = NP(core_fr, core_en, noun, number=number, gender=noun.gender)
    np.narrowed = narrowed is not None or kind == "possessive"  # no relative clause after *mon livre*
    np.kind = kind
    np.binds = number == 1 and "person" in tags and not noun.epicene
    if "bare" in tags and "pair" in tags:
        np.en_number = 1  # les mathématiques sont, mathematics is
    put_determiner(state, np, kind, negated, generic or "bare" in tags, bool(before), narrowed)
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
    options = adjectives_for(noun, ">") if state.chance(0.62) else adjectives_for(noun, "<")
    if not options:
        return before, after
    adjective = state.fresh(options)
    (before if adjective.position == "<" else after).append(adjective)
    if before and (more := adjectives_for(noun, ">")) and state.spend(1, 0.2):
        second = state.fresh(more)
        rank = choices.english_rank(adjective.english_for(noun.tags))
        if choices.english_rank(second.english_for(noun.tags)) != rank:  # no good delicious soup
            after.append(second)
    for chosen in before + after:
        state.combos.append(("adjective", chosen.lemma, noun.lemma))
    return before, after


def _core(state, noun, number, before, after, kind, plain):
    """Adjectives, noun and complement; the third value is an owner's 's, "narrowed", or None."""
    gender = noun.gender
    fr_before, fr_after, english = [], [], []
    for adjective in before:
        en = En(adjective.english_for(noun.tags))
        early = adjective.before_vowel if (gender, number) == ("m", 1) else None
        fr_before.append(Fr(adjective.forms[gender, number], (en,), before_vowel=early))
        english.append((choices.english_rank(en.form), [en]))
    for adjective in after:
        en = En(adjective.english_for(noun.tags))
        words = [en]
        if (
            kind in ("definite", "indefinite")
            and adjective.lemma not in choices.KINDS
            and state.spend(1, 0.12)
        ):
            fr_degree, en_degree = word("très", "very")
            fr_after += fr_degree
            words = [*en_degree, en]
        fr_after.append(Fr(adjective.forms[gender, number], (en,)))
        english.append((choices.english_rank(en.form), words))
    if len(english) == 2 and english[1][0] < english[0][0]:
        english.reverse()
    en_noun = [En(noun.english[number - 1])]
    fr = [*fr_before, Fr(noun.forms[number - 1], tuple(en_noun)), *fr_after]
    en = [form for _, words in english for form in words] + en_noun
    if plain or "bare" in noun.tags:
        return fr, en, None
    return _complement(state, noun, fr, en, kind, bool(after))


_SUBJECTS = select("field !mind")
_TOPICS = select("field wild !mind")
_OWNED = frozenset(("thing", "clothing", "vehicle", "text", "pet", "home"))
# What a noun may be a vessel of: selector of the contents.
_VESSELS = {
    "tasse": select("café thé lait"), "verre": select("eau lait vin"), "bouteille": select("eau lait vin"),
    "sac": select("riz oignon pomme orange"), "boîte": select("bonbon crayon"),
    "assiette": select("riz soupe"),
}  # fmt: skip


def _complement(state, noun, fr, en, kind, has_adjective_after):
    """What *de* and *sur* add to a noun, if there is room."""
    lemma, tags = noun.lemma, noun.tags
    if lemma in _VESSELS and state.spend(2, 0.3):
        content = state.fresh(_VESSELS[lemma])
        number = 1 if "mass" in content.tags else 2
        fr_de, en_of = word("de", "of")
        inner_fr, inner_en = word(content.forms[number - 1], content.english[number - 1])
        return fr + fr_de + inner_fr, en + en_of + inner_en, "narrowed"
    if lemma in ("professeur", "examen", "leçon") and not has_adjective_after and state.spend(2, 0.25):
        field = state.fresh(_SUBJECTS)
        fr_field, en_field = word(field.forms[0], field.english[0])
        # the physics teacher: nothing in English says "de", so it leans on the noun it introduces
        return [*fr, Fr("de", maybe=tuple(en_field)), *fr_field], [*en[:-1], *en_field, en[-1]], "narrowed"
    if lemma in ("livre", "article", "conférence", "film") and state.spend(3, 0.2):
        fr_on, en_about = word("sur", "about")
        topic = noun_phrase(state, state.fresh(_TOPICS), number=2, generic=True, plain=True)
        return fr + fr_on + topic.fr, en + en_about + topic.en, "narrowed"
    if tags & {"part", "room"} and state.spend(3, 0.3):
        fr_de, en_of = word("de", "of")
        whole = noun_phrase(state, state.fresh(select("building !room")), role="de", number=1, plain=True)
        return fr + fr_de + whole.fr, en + en_of + whole.en, "narrowed"
    if "image" in tags and state.spend(3, 0.3):
        fr_de, en_of = word("de", "of")
        seen = noun_phrase(state, state.fresh(select("visited animal water")), role="de")
        return fr + fr_de + seen.fr, en + en_of + seen.en, "narrowed"
    if kind == "definite" and tags & _OWNED and state.spend(2, 0.3):
        owner = (
            name(state)
            if state.chance(0.5)
            else noun_phrase(state, state.fresh(select("adult")), role="de", number=1, plain=True)
        )
        en_s = En("'s")
        return [*fr, Fr("de", (en_s,)), *owner.fr], [*owner.en, en_s, *en], en_s
    return fr, en, None


def coordinate(first, second):
    """X et Y: plural; masculine as soon as one of them is."""
    fr_and, en_and = word("et", "and")
    both = NP([*first.fr, *fr_and, *second.fr], [*first.en, *en_and, *second.en], first.noun, number=2,
              gender="f" if first.gender == second.gender == "f" else "m")  # fmt: skip
    both.narrowed = True
    return both


def preposition(french, english, np):
    """A preposition before a noun phrase: all its French words are linked to all its English words."""
    en = [En(part) for part in english.split(" ")]
    fr = [Fr(part, tuple(en)) for part in french.split(" ")]
    return fr + np.fr, en + np.en
