"""Which verbs and adjectives sound right where: sets of dictionary entries.

A sentence can be grammatical and still be odd: *elle a fini de tomber*, *il adorera la soupe demain*. These
sets keep such sentences out.
"""

from tfmr.data.grammar.lexicon import all_verbs
from tfmr.data.grammar.verb_groups import STATES

ANY = frozenset(verb.lemma for verbs in all_verbs().values() for verb in verbs) | {"être", "avoir"}
# What somebody does or what happens, rather than how things are.
EVENTS = ANY - STATES
# Feelings and possessions are hardly announced for tomorrow.
FUTURE = ANY - frozenset("aimer adorer détester préférer connaître ressembler espérer savoir penser croire avoir".split())
# il n'adore pas …: one says *il n'aime pas*
NEGATED = ANY - {"adorer", "préférer"}
FUTURE_EVENTS = FUTURE & EVENTS
# What takes a while, so that one can begin, continue, stop or love doing it, or be interrupted.
LASTING = frozenset(
    "manger boire préparer lire écrire corriger traduire étudier apprendre enseigner écouter chanter regarder laver "
    "nettoyer réparer construire dessiner travailler marcher courir nager danser jouer rire parler".split()
)
PLEASANT = LASTING | frozenset("acheter visiter conduire aider voyager dormir promener reposer".split())
SKILLS = frozenset("nager danser lire écrire chanter conduire dessiner réparer jouer préparer".split())
# What one sets out to do: everything but accidents and states.
INTENDED = EVENTS - frozenset(
    "perdre oublier casser tomber échouer pleurer grandir recevoir être avoir sourire rire arriver réussir".split()
) - {verb.lemma for verb in all_verbs()["infinitive"] if verb.lemma not in ("apprendre", "oublier", "finir", "aller")}
FINISHED = frozenset("lire écrire corriger traduire nettoyer laver réparer préparer construire dessiner".split())
# What is done for a purpose, and the purpose.
BEFORE_POUR = frozenset(
    "aller rester travailler attendre voyager partir sortir rentrer lever courir marcher acheter chercher quitter traverser "
    "ouvrir utiliser entrer étudier".split()
)
AFTER_POUR = frozenset(
    "acheter voir rencontrer aider apprendre étudier lire visiter préparer parler écouter regarder chercher photographier "
    "choisir réparer remercier travailler reposer".split()
)
AFTER_SANS = frozenset("parler regarder lire comprendre attendre écouter manger boire réfléchir rire utiliser dormir remercier".split())
AFTER_AVANT_DE = frozenset(
    "dormir partir sortir manger préparer fermer ouvrir lire appeler laver boire acheter nettoyer réparer visiter voyager "
    "répondre coucher choisir vendre rentrer".split()
)
# What a clause with *quand* or *si* tells of.
OCCASIONS = (INTENDED | frozenset("arriver sourire rire tomber réussir".split())) - frozenset("finir découvrir".split())
# Which second verbs go with a first one; the others take what is intended.
SECOND = {
    "aimer": PLEASANT, "adorer": PLEASANT, "détester": LASTING, "préférer": PLEASANT, "commencer": LASTING,
    "continuer": LASTING, "arrêter": LASTING, "finir": FINISHED, "savoir": SKILLS, "apprendre": SKILLS,
}  # fmt: skip
# First verbs that make a reason: because she wants to sleep.
WISHES = ("vouloir", "devoir", "aller", "espérer", "aimer")

# Actions that happen at a place worth telling, and those one asks the place of.
SOMEWHERE = frozenset(
    "manger boire acheter chercher trouver perdre oublier lire écrire étudier apprendre écouter entendre chanter regarder "
    "voir rencontrer attendre dessiner photographier réparer construire dormir travailler marcher courir danser jouer "
    "pleurer reposer promener tomber corriger parler".split()
)
SOMEHOW = frozenset("préparer réparer apprendre trouver ouvrir traduire dessiner construire écrire aller nettoyer".split())
ARRIVALS = frozenset("arriver rentrer entendre voir tomber appeler ouvrir partir sortir".split())

# Adjectives of passing states: they make a reason, and can be foretold.
PASSING = frozenset(
    "fatigué malade content prêt heureux triste curieux calme sérieux prudent riche célèbre facile difficile intéressant "
    "utile ennuyeux froid chaud propre sale vide cassé important délicieux mûr bruyant lent rapide".split()
)
# Adjectives of kind, not of degree: no *très* before them.
KINDS = frozenset(
    "rouge bleu vert jaune noir blanc gris étranger international cassé vide secret scientifique électrique artificiel "
    "humain français anglais espagnol italien hollandais classique magnifique délicieux".split()
)
# English puts opinion before size, size before age, then colour, origin, kind; what is not listed is opinion: 1.
_ORDER = ("bon mauvais beau joli", "", "petit grand long haut", "jeune vieux nouveau",
          "rouge bleu vert jaune noir blanc gris", "français anglais espagnol italien hollandais étranger",
          "international scientifique électrique artificiel humain classique")  # fmt: skip
ENGLISH_RANK = {lemma: rank for rank, lemmas in enumerate(_ORDER) for lemma in lemmas.split()}
