"""Which verbs and adjectives sound right where: sets of dictionary entries.

A sentence can be grammatical and still be odd: *elle a fini de tomber*, *il adorera la soupe demain*. These
sets keep such sentences out.
"""

from tfmr.data.grammar.lexicon import all_verbs, lemmas
from tfmr.data.grammar.verb_groups import STATES

ANY = frozenset(verb.lemma for verbs in all_verbs().values() for verb in verbs) | {"être", "avoir"}
# What somebody does or what happens, rather than how things are.
EVENTS = ANY - STATES
# Feelings, possessions and accidents are hardly announced for tomorrow.
FUTURE = ANY - lemmas(
    "aimer adorer détester préférer connaître ressembler espérer savoir penser croire avoir perdre oublier casser tomber"
)
# il n'adore pas …: one says *il n'aime pas*
NEGATED = ANY - {"adorer", "préférer", "connaître"}
FUTURE_EVENTS = FUTURE & EVENTS
# What one thinks or knows of the past: how things were.
SAID_OF_THE_PAST = lemmas("être avoir vouloir pouvoir devoir habiter aimer")
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
    - lemmas("trouver découvrir admirer voir perdre oublier casser tomber échouer pleurer grandir recevoir sourire rire arriver réussir dépêcher")
    - frozenset(verb.lemma for verb in all_verbs()["infinitive"])
) | lemmas("apprendre finir aller")
FINISHED = lemmas("lire écrire corriger traduire nettoyer laver réparer préparer construire dessiner")
# What is done for a purpose, and the purpose.
BEFORE_POUR = lemmas(
    "aller rester voyager partir sortir rentrer lever courir marcher entrer"
)
AFTER_POUR = lemmas(
    "acheter voir rencontrer aider apprendre étudier lire visiter préparer parler écouter regarder "
    "chercher choisir réparer remercier reposer"
)
# What one does -> what one did not do meanwhile: *il est parti sans attendre*.
SANS = {
    verb: lemmas(undone)
    for verbs, undone in (
        ("partir sortir rentrer entrer", "parler attendre"),
        ("travailler étudier marcher", "dormir manger boire parler"), ("attendre voyager", "dormir parler"),
        ("répondre regarder écouter", "rire parler"), ("rester manger lire", "parler"),
    )
    for verb in verbs.split()
}  # fmt: skip
AFTER_AVANT_DE = lemmas(
    "dormir partir sortir manger fermer ouvrir lire laver boire nettoyer répondre rentrer"
)
# What one promises: nobody promises to cross a square.
PROMISED = lemmas(
    "aider attendre inviter acheter préparer lire écrire finir réparer nettoyer laver apprendre étudier travailler "
    "envoyer montrer donner rentrer rester reposer"
)
# Which second verbs go with a first one; the others take what is intended.
SECOND = {
    "aimer": PLEASANT, "adorer": PLEASANT, "détester": LASTING, "préférer": PLEASANT, "commencer": LASTING,
    "continuer": LASTING, "arrêter": LASTING, "finir": FINISHED, "savoir": SKILLS, "apprendre": SKILLS,
    "promettre": PROMISED,
}  # fmt: skip
# What one loves doing is told without *some*: love eating bread.
LOVING = ("aimer", "adorer", "détester", "préférer")
# First verbs that make a reason: because she wants to sleep.
WISHES = ("vouloir", "devoir")
# What people think and say of themselves: that they must leave.
OWN_DUTIES = ("devoir", "pouvoir")

# Deeds that one tells of weeks later.
LONG_DEEDS = lemmas(
    "visiter voyager rencontrer construire apprendre étudier écrire travailler habiter acheter vendre aller "
    "finir commencer découvrir traduire quitter"
)
# What happens once, and not every evening.
ACCIDENTS = lemmas("trouver perdre oublier casser tomber découvrir recevoir choisir acheter vendre construire rencontrer")
# What one does at a place that a relative clause tells of: où elle travaille.
AT_PLACES = lemmas("habiter travailler dormir attendre")
# How far things have gone with a thing after a verb. A later clause takes a thing up with a verb of a later
# stage, or with another of stage 2. After stage 4 the thing is gone.
STAGES = {
    verb: stage
    for stage, verbs in (
        (-1, "perdre oublier"), (0, "chercher choisir voir entendre"),
        (1, "trouver acheter recevoir préparer apprendre écrire dessiner construire commencer découvrir attraper ouvrir"),
        (2, "laver lire étudier comprendre porter utiliser conduire réparer corriger traduire finir montrer "
            "visiter écouter regarder chanter suivre nettoyer nourrir"),
        (3, "fermer raconter expliquer"), (4, "manger boire vendre casser donner offrir envoyer quitter traverser"),
    )
    for verb in verbs.split()
}  # fmt: skip

# What must happen first to a thing that is lost, looked for or begun; a house that is drawn is not sold.
NEXT = {"perdre": lemmas("chercher trouver"), "oublier": lemmas("chercher trouver"), "chercher": lemmas("trouver acheter"),
        "commencer": lemmas("finir"), "dessiner": lemmas("montrer")}  # fmt: skip
# What was done to a thing -> what one expects next, so that *mais* can say that it did not happen.
EXPECTED = {
    verb: lemmas(expected)
    for verbs, expected in (
        ("perdre oublier", "trouver"), ("chercher", "trouver"), ("choisir voir", "acheter"),
        ("trouver acheter recevoir", "ouvrir lire porter utiliser manger boire"), ("préparer", "manger boire"),
        ("écrire dessiner", "finir envoyer montrer"), ("commencer", "finir"), ("découvrir", "visiter comprendre"),
        ("ouvrir", "lire fermer"), ("lire étudier écouter", "comprendre"), ("laver", "porter"),
        ("réparer nettoyer", "utiliser conduire vendre"), ("apprendre", "comprendre chanter"),
        ("construire", "finir vendre"),
    )
    for verb in verbs.split()
}  # fmt: skip

# Actions that happen at a place worth telling, and those one asks the place of.
SOMEWHERE = lemmas(
    "manger boire acheter chercher trouver perdre oublier lire écrire étudier apprendre écouter entendre "
    "chanter regarder voir rencontrer attendre dessiner réparer travailler marcher "
    "courir danser jouer pleurer reposer promener corriger"
)
# Places of the topics in which one tells where somebody bought something.
SHOPS = "marché magasin"
SOMEHOW = lemmas(
    "préparer réparer apprendre trouver ouvrir traduire dessiner construire écrire aller nettoyer"
)
ARRIVALS = lemmas("arriver rentrer partir sortir")
# What nobody's coming or going makes one do, nor interrupts: it happens by itself, or takes weeks.
UNTIMED = ACCIDENTS | LONG_DEEDS | {"comprendre"}
# What lasts until somebody comes: *il attendait quand elle est arrivée*, and not *il a attendu*.
STAYING = lemmas("attendre rester dormir reposer")
# What one does -> how one feels who does it: reasons (parce que) and occasions (quand, si).
REASONS = {
    verb: feelings.split()
    for verbs, feelings in (
        ("manger", "faim"), ("boire", "soif"),
        ("dormir reposer rester rentrer lever", "fatigué malade sommeil"),
        ("pleurer", "triste malade peur fatigué"), ("rire sourire danser chanter jouer", "heureux content"),
        ("étudier lire apprendre visiter voyager regarder écouter poser découvrir ouvrir", "curieux"),
        ("aider donner offrir inviter nourrir", "gentil"), ("travailler corriger", "sérieux"),
        ("courir", "peur"), ("nager", "chaud"),
        ("partir tomber", "fatigué malade"),
    )
    for verb in verbs.split()
}  # fmt: skip
# Feelings that come and go, so that one can do something whenever one has them.
PASSING_FEELINGS = "faim soif fatigué malade sommeil peur froid chaud triste heureux".split()
OCCASIONS = {
    verb: found for verb, feelings in REASONS.items()
    if (found := [feeling for feeling in feelings if feeling in PASSING_FEELINGS])
}  # fmt: skip
# Virtues that one sees in others: nobody says that he does something because he is kind.
VIRTUES = ("gentil", "sérieux")
# After *mais*: what one did, and what one did not want to do then …
UNWILLING = ("vouloir", "pouvoir")
UNWANTED = {
    verb: lemmas(unwanted)
    for verbs, unwanted in (
        ("aller arriver entrer", "rester attendre travailler"), ("voyager visiter attendre", "rester"),
        ("voir rencontrer suivre remercier inviter aider", "parler rester"),
        ("rire danser chanter jouer marcher promener courir", "rester rentrer"),
        ("lire écrire étudier travailler corriger traduire réparer", "parler"), ("rentrer reposer", "dormir"),
    )
    for verb in verbs.split()
}  # fmt: skip
# Nobody says that he will be sick tomorrow.
UNFORESEEN = ("malade", "triste")
GLAD = ("content", "heureux")
# … or how one felt all the same: what makes it harder, or what it does not cure. Not: she wore a hat but she
# was hungry.
DESPITE = {
    verb: feelings.split()
    for verbs, feelings in (
        ("rire sourire danser chanter jouer", "triste fatigué malade"),
        ("travailler étudier apprendre lire écrire corriger traduire réparer nettoyer laver construire dessiner "
         "préparer écouter regarder", "fatigué malade sommeil"),
        ("marcher courir nager visiter voyager promener aller arriver aider lever", "fatigué malade"),
        ("attendre rester", "fatigué malade froid faim soif sommeil"),
        ("inviter remercier répondre parler manger boire", "triste malade"),
        ("dormir reposer", "faim soif froid"),
    )
    for verb in verbs.split()
}  # fmt: skip
# What a relative clause tells of somebody or something: que Marie a achetée.
TOLD_OF = {
    "past": lemmas("chercher choisir trouver acheter recevoir préparer écrire dessiner construire découvrir attraper "
                   "réparer laver lire nettoyer visiter traverser écouter entendre nourrir apprendre étudier "
                   "voir rencontrer aider remercier inviter connaître attendre suivre"),
    "present": lemmas("chercher utiliser porter lire préparer conduire nettoyer réparer étudier apprendre nourrir "
                      "regarder connaître aider attendre écouter"),
}  # fmt: skip
# Nobody receives or looks for what he made himself.
MAKING = lemmas("écrire dessiner construire préparer")
# Clothes of women.
WOMENS = frozenset(("robe", "jupe"))
# The beats of a story.
GOING = lemmas("aller arriver entrer marcher promener")
GETTING = lemmas(
    "chercher trouver acheter choisir recevoir préparer attraper dessiner écrire commencer découvrir regarder "
    "écouter lire nettoyer réparer laver étudier apprendre nourrir porter ouvrir utiliser visiter manger boire "
    "corriger traduire conduire jouer travailler"
)
MEETING = lemmas("rencontrer aider remercier inviter attendre voir suivre parler sourire travailler danser montrer "
                 "donner offrir répondre")  # fmt: skip
JOINING = lemmas("aider remercier inviter attendre voir suivre")
COMPANY = lemmas("danser rire parler marcher travailler jouer voyager promener reposer manger boire chanter regarder "
                 "visiter partir rentrer")  # fmt: skip
LEAVING = lemmas("partir rentrer dormir reposer sortir")
MOODS = ("content", "heureux", "fatigué", "faim", "soif", "sommeil")
# What one does because it rains.
IN_THE_RAIN = lemmas("rester rentrer dépêcher courir dormir lire fermer travailler reposer")

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
# What everybody sees or hears, so that nobody believes it or says it: that the tables are big.
VISIBLE = lemmas(
    "petit grand haut rouge bleu vert jaune noir blanc gris bruyant tranquille calme propre sale cassé vide vieux "
    "lent rapide français anglais espagnol italien hollandais électrique moderne classique"
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
    "modern electric artificial human classical secret",
)
_RANKS = {english: rank for rank, words in enumerate(_ORDER) for english in words.split()}


def english_rank(adjective):
    """Where an English adjective stands among those before a noun: the lower, the earlier."""
    return _RANKS.get(adjective, 2)
