"""The adjectives, as a table: one adjective a line.

Columns: French masculine singular, English, position, then the tags of the nouns it may describe:
``!tag`` takes nouns out again, ``=tag`` lets them in after *être* only, and a French noun is its own tag.
Position ``<`` stands before the French noun, ``<<`` only there, ``>`` after it, ``=`` only after *être*, ``>>`` never there. An English
``big|person:tall`` means *tall* of a person, *big* of anything else.
"""

ADJECTIVES = """
bon          good           <  skilled food drink work text idea !wrong
mauvais      bad            <  work story thought !wrong
petit        small|child:little <  animal thing clothing child place vehicle device !road !tall !billet
grand        big|person:tall      <  animal thing place vehicle plant part =person !billet
jeune        young          <  adult animal !kin
vieux        old            <  adult pet clothing vehicle place page furniture work device story home
nouveau      new            << skilled thing clothing vehicle text work building newer
beau         beautiful      <  animal place clothing work plant water gift instrument lampe !billet
joli         pretty         <  clothing gift home green town plant image song
long         long           <  text event water rue work
haut         high           <  tall
rouge        red            >  coloured clothing fruit
bleu         blue           >  coloured
vert         green          >  coloured
jaune        yellow         >  coloured
noir         black          >  coloured furry
blanc        white          >  coloured furry
gris         grey           >  coloured furry
intelligent  intelligent    >  person pet
gentil       kind           >  person
heureux      happy          >  person
triste       sad            >  person story song
fatigué      tired          >  person pet farm
malade       sick           >  person pet farm
content      pleased        =  person
prêt         ready          =  person
curieux      curious        >  person pet
prudent      careful        >  person
courageux    brave          >  person
honnête      honest         >  person
paresseux    lazy           >  person pet
célèbre      famous         >  famous work visited
riche        rich           >  adult
pauvre       poor           >  adult
timide       shy            >  person
drôle        funny          >  person story song
sérieux      serious        >  adult learner
fort         strong         >  adult farm wild
calme        calm           >  person pet
tranquille   quiet          >  place !crossed
bruyant      noisy          >  child road device
étranger     foreign        >> étudiant touriste language_unit paper
moderne      modern         >  building device art
classique    classical      >  art
important    important      >  idea event lettre article message livre !wrong
difficile    difficult      >  asked taught language_unit =field
facile       easy           >  asked taught language_unit
intéressant  interesting    >  text work thought taught =field
utile        useful         >  tool device page thought taught =field
simple       simple         >  idea !wrong
dangereux    dangerous      >  wild rue couteau hache marteau water
rapide       fast           >  vehicle fast electric
lent         slow           >  vehicle slow electric
magnifique   magnificent    >  visited water image plant
élégant      elegant        >  clothing
lourd        heavy          >  heavy
léger        light          >  heavy clothing !tool
propre       clean          >  clothing washed room
sale         dirty          >  clothing washed room driven
cher         expensive      >  gift clothing vehicle instrument device
cassé        broken         >  breaks device furniture
vide         empty          >  holds room
chaud        hot|clothing:warm   >  warm clothing
froid        cold           >  warm
frais        fresh          >  fresh fruit vegetable
délicieux    delicious      >  food drink
mûr          ripe           >  fruit
sucré        sweet          >  drink fruit
secret       secret         >  porte boîte projet message
fidèle       faithful       >  faithful
électrique   electric       >  driven vélo guitare
artificiel   artificial     >  mind
humain       human          >  mind
français     French         >  job text work vehicle art food !plural
anglais      English        >  job text work art
espagnol     Spanish        >  job text work art
italien      Italian        >  job text work art made
hollandais   Dutch          >  job text work art
"""

# Verbs, and what cannot be said of a thing before or after them: clean glasses are not washed, what one writes is not old.
UNSAID = (
    ("laver nettoyer", "propre"),
    ("écrire dessiner construire préparer commencer", "vieux nouveau célèbre"),
    ("acheter choisir utiliser porter offrir donner", "cassé vide"),
    # *il a trouvé cette idée intéressante*: he found this idea interesting
    ("trouver", "intéressant important utile simple facile difficile drôle triste délicieux magnifique élégant cher lourd léger"),
)

# What is not said of one thing together, nor twice in a sentence.
GROUPS = (
    "rouge bleu vert jaune noir blanc gris",
    "bon mauvais délicieux beau joli magnifique élégant",
    "petit grand haut long",
    "jeune vieux nouveau moderne classique",
    "heureux triste content",
    "fatigué malade fort prêt",
    "gentil sérieux paresseux drôle",
    "prudent courageux timide",
    "riche pauvre cher célèbre",
    "calme tranquille bruyant dangereux",
    "difficile facile simple",
    "rapide lent",
    "lourd léger",
    "propre sale",
    "chaud froid frais",
    "français anglais espagnol italien hollandais étranger",
    "vide cassé",
    "important intéressant utile",
)
