"""Which verbs and adjectives sound right where: sets of dictionary entries.

A sentence can be grammatical and still be odd: *elle a fini de tomber*, *il adorera la soupe demain*. These
sets keep such sentences out.
"""

from tfmr.data.grammar.lexicon import all_verbs, lemmas
from tfmr.data.grammar.verb_groups import STATES

ANY = frozenset(verb.lemma for verbs in all_verbs().values() for verb in verbs) | {"être", "avoir"}
# What somebody does or what happens, rather than how things are.
EVENTS = ANY - STATES
# Feelings and possessions are hardly announced for tomorrow.
FUTURE = ANY - lemmas(
    "aimer adorer détester préférer connaître ressembler espérer savoir penser croire avoir"
)
# il n'adore pas …: one says *il n'aime pas*
NEGATED = ANY - {"adorer", "préférer"}
FUTURE_EVENTS = FUTURE & EVENTS
# What takes a while, so that one can begin, continue, stop or love doing it, or be interrupted.
LASTING = lemmas(
    "manger boire préparer lire écrire corriger traduire étudier apprendre enseigner écouter chanter "
    "regarder laver nettoyer réparer construire dessiner travailler marcher courir nager danser jouer "
    "rire parler"
)
PLEASANT = LASTING | lemmas("acheter visiter conduire aider voyager dormir promener reposer")
SKILLS = lemmas("nager danser lire écrire chanter conduire dessiner réparer jouer préparer")
# What one sets out to do: everything but accidents and states.
INTENDED = (
    EVENTS
    - lemmas("perdre oublier casser tomber échouer pleurer grandir recevoir sourire rire arriver réussir")
    - frozenset(verb.lemma for verb in all_verbs()["infinitive"])
) | lemmas("apprendre finir aller")
FINISHED = lemmas("lire écrire corriger traduire nettoyer laver réparer préparer construire dessiner")
# What is done for a purpose, and the purpose.
BEFORE_POUR = lemmas(
    "aller rester travailler attendre voyager partir sortir rentrer lever courir marcher acheter chercher "
    "quitter traverser ouvrir utiliser entrer étudier"
)
AFTER_POUR = lemmas(
    "acheter voir rencontrer aider apprendre étudier lire visiter préparer parler écouter regarder "
    "chercher choisir réparer remercier travailler reposer"
)
AFTER_SANS = lemmas(
    "parler regarder lire comprendre attendre écouter manger boire rire utiliser dormir remercier"
)
AFTER_AVANT_DE = lemmas(
    "dormir partir sortir manger préparer fermer ouvrir lire laver boire acheter nettoyer réparer visiter "
    "voyager répondre choisir vendre rentrer"
)
# What a clause with *quand* or *si* tells of.
OCCASIONS = (INTENDED | lemmas("arriver sourire rire tomber réussir")) - lemmas("finir découvrir")
# Which second verbs go with a first one; the others take what is intended.
SECOND = {
    "aimer": PLEASANT, "adorer": PLEASANT, "détester": LASTING, "préférer": PLEASANT, "commencer": LASTING,
    "continuer": LASTING, "arrêter": LASTING, "finir": FINISHED, "savoir": SKILLS, "apprendre": SKILLS,
}  # fmt: skip
# First verbs that make a reason: because she wants to sleep.
WISHES = ("vouloir", "devoir", "aller", "espérer", "aimer")

# Actions that happen at a place worth telling, and those one asks the place of.
SOMEWHERE = lemmas(
    "manger boire acheter chercher trouver perdre oublier lire écrire étudier apprendre écouter entendre "
    "chanter regarder voir rencontrer attendre dessiner réparer construire dormir travailler marcher "
    "courir danser jouer pleurer reposer promener tomber corriger parler"
)
SOMEHOW = lemmas(
    "préparer réparer apprendre trouver ouvrir traduire dessiner construire écrire aller nettoyer"
)
ARRIVALS = lemmas("arriver rentrer entendre voir tomber ouvrir partir sortir")

# Adjectives of passing states: they make a reason, and can be foretold.
PASSING = lemmas(
    "fatigué malade content prêt heureux triste curieux sérieux prudent facile difficile intéressant "
    "utile froid chaud propre sale vide cassé important délicieux mûr bruyant lent rapide"
)
# What one can have too much of: trop froid, but hardly trop joli.
EXCESS = lemmas(
    "difficile cher lourd lent petit grand froid chaud timide prudent curieux sérieux jeune vieux fatigué "
    "malade long bruyant dangereux sale calme"
)
# Adjectives of kind, not of degree: no *très* before them.
KINDS = lemmas(
    "rouge bleu vert jaune noir blanc gris étranger cassé vide secret électrique artificiel humain "
    "français anglais espagnol italien hollandais classique magnifique délicieux"
)
# English puts opinion before size, size before what is neither, then age, colour, origin, kind.
_ORDER = (
    "good bad beautiful pretty magnificent delicious funny kind interesting elegant important famous",
    "small big tall long high",
    "",
    "young old new little",
    "red blue green yellow black white grey",
    "French English Spanish Italian Dutch foreign",
    "electric artificial human classical",
)
_RANKS = {english: rank for rank, words in enumerate(_ORDER) for english in words.split()}


def english_rank(adjective):
    """Where an English adjective stands among those before a noun: the lower, the earlier."""
    return _RANKS.get(adjective, 2)
