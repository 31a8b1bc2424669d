"""The verbs, as tables: one use of a verb a line.

Columns are separated by ``|``: French, English, tags of the subject, tags of the object. *look_for* is one
verb of two words. In the table of objects the last column says what an object pronoun of the verb becomes in
English: ``it`` or, for verbs about people, ``him`` (that is: him or her).
"""

# French | English | subject | object | object pronoun
WITH_OBJECT = """
manger         | eat         | person animal | food | it
boire          | drink       | person        | drink | it
préparer       | prepare     | person        | made fête examen voyage réunion conférence leçon | it
couper         | cut         | person        | fruit vegetable pain fromage gâteau viande | it
acheter        | buy         | person        | food thing clothing vehicle text sold device | it
vendre         | sell        | person        | thing clothing vehicle sold instrument device | it
choisir        | choose      | person        | clothing gift text instrument device | it
chercher       | look_for    | person        | small thing clothing pet solution réponse exemple !lit | it
trouver        | find        | person        | small thing clothing solution réponse exemple erreur !furniture | it
perdre         | lose        | person        | billet clé montre parapluie sac valise téléphone ballon stylo | it
oublier        | forget      | person        | billet clé parapluie sac montre mot règle leçon livre chapeau manteau | it
lire           | read        | person        | text | it
écrire         | write       | person        | written | it
corriger       | correct     | person        | erreur exercice rapport phrase lettre article | it
traduire       | translate   | person        | text phrase mot chanson !journal !dictionnaire | it
finir          | finish      | person        | written livre projet leçon tableau | it
commencer      | start       | person        | written livre projet leçon tableau voyage | it
étudier        | study       | person        | field théorie problème | it
apprendre      | learn       | person        | field leçon règle mot poème chanson | it
enseigner      | teach       | professeur    | field | it
comprendre     | understand  | person        | idea field !secret !projet | it
expliquer      | explain     | person        | idea !secret | it
découvrir      | discover    | person        | secret solution théorie visited île problème | it
poser          | ask         | person        | question | it
écouter        | listen_to   | person        | song musique histoire concert conférence | it
entendre       | hear        | person        | song musique furry oiseau hibou train | it
chanter        | sing        | person        | song | it
regarder       | watch       | person        | seen animal train bateau | it
porter         | wear        | person        | clothing montre | it
laver          | wash        | person        | clothing washed driven | it
nettoyer       | clean       | person        | room building furniture fenêtre driven | it
ouvrir         | open        | person        | opens lettre valise | it
fermer         | close       | person        | opens valise | it
casser         | break       | person        | breaks jouet | it
réparer        | repair      | person        | vehicle device furniture porte !lit | it
utiliser       | use         | person        | tool device dictionnaire !montre | it
conduire       | drive       | adult         | driven | it
visiter        | visit       | person        | visited | it
quitter        | leave       | person        | town building visited | it
traverser      | cross       | person animal | crossed | it
construire     | build       | adult         | maison pont bateau école hôpital hangar mur | it
dessiner       | draw        | person        | animal plant visited maison pont fleur bateau | it
photographier  | photograph  | person        | animal plant visited water montagne pont | it
recevoir       | receive     | person        | sent | it
avoir          | have        | person        | kin pet farm thing vehicle clothing instrument idée question solution problème rêve réunion examen | it
attraper       | catch       | person animal | ballon souris lapin poule | it
nourrir        | feed        | person        | pet farm oiseau | it
voir           | see         | person        | person animal | him
rencontrer     | meet        | person        | person | him
remercier      | thank       | person        | adult kin | him
connaître      | know        | person        | person | him
suivre         | follow      | person animal | person animal | him
inviter        | invite      | person        | person | him
aider          | help        | person        | person | him
attendre       | wait_for    | person        | person awaited | him
admirer        | admire      | person        | famous work visited water héros héroïne roi reine | him
"""

# What people like; the object is generic (*j'aime le chocolat*, I love chocolate) unless something narrows it.
OF_LIKING = """
aimer    | love   | person | field food drink pet animal work fleur story kin !mind !homard | him
adorer   | adore  | person | field food drink pet animal work fleur story kin !mind !homard | him
détester | hate   | person | field food drink examen souris réunion !mind | it
préférer | prefer | person | field food drink pet work story !mind | it
"""

# French | English | subject | thing | given to
WITH_RECEIVER = """
donner    | give  | person | gift livre billet clé made exemple fruit | it
montrer   | show  | person | image gift text device clothing !fleur | it
offrir    | offer | person | gift livre billet | it
prêter    | lend  | person | page tool clothing instrument parapluie vélo !journal | it
envoyer   | send  | person | sent | it
raconter  | tell  | person | told | it
"""

# French | English | subject
WITHOUT_OBJECT = """
dormir      | sleep      | person animal
travailler  | work       | adult learner
marcher     | walk       | person animal !small
courir      | run        | person animal !tortue
nager       | swim       | person grenouille chien ours
danser      | dance      | person
voyager     | travel     | person
rire        | laugh      | person
sourire     | smile      | person
pleurer     | cry        | person
jouer       | play       | child pet
tomber      | fall       | person
arriver     | arrive     | person awaited
partir      | leave      | person awaited
sortir      | go_out     | person pet
rentrer     | come_home  | person
réfléchir   | think      | person
réussir     | succeed    | person
grandir     | grow_up    | child
commencer   | start      | event
finir       | finish     | event
fonctionner | work       | device
se lever    | get_up     | person
se réveiller| wake_up    | person
se reposer  | rest       | person
se promener | go_for_a_walk | person
se dépêcher | hurry      | person
"""

# French | English | subject | French preposition | English preposition (- for none) | tags after it
WITH_PREPOSITION = """
parler      | talk       | person | à    | to    | person
parler      | talk       | person | de   | about | person idea work event text !règle !mot !phrase
penser      | think      | person | à    | about | kin event problème examen
jouer       | play       | child pet    | avec | with  | child pet ballon jouet
jouer       | play       | person | de   | -     | instrument
répondre    | reply      | person | à    | to    | lettre message adult
ressembler  | look       | person       | à    | like  | kin famous roi reine
entrer      | go         | person pet   | dans | into  | room building !public_building
sourire     | smile      | person       | à    | at    | person
danser      | dance      | person | avec | with  | person
travailler  | work       | adult        | avec | with  | adult
"""

# French | English | subject: the place follows
WITH_PLACE = """
aller      | go      | person | to
arriver    | arrive  | person | at
rester     | stay    | person | at
habiter    | live    | person | in
travailler | work    | adult  | at
attendre   | wait    | person | at
"""

# French | French link word | English | English form of the second verb: to, ing, bare
WITH_INFINITIVE = """
aimer     | -  | love    | ing
adorer    | -  | adore   | ing
détester  | -  | hate    | ing
préférer  | -  | prefer  | to
vouloir   | -  | want    | to
pouvoir   | -  | can     | bare
devoir    | -  | must    | bare
savoir    | -  | know    | how
espérer   | -  | hope    | to
aller     | -  | be_going| to
commencer | à  | start   | to
apprendre | à  | learn   | to
continuer | à  | continue| to
réussir   | à  | manage  | to
essayer   | de | try     | to
décider   | de | decide  | to
oublier   | de | forget  | to
promettre | de | promise | to
refuser   | de | refuse  | to
accepter  | de | agree   | to
finir     | de | finish  | ing
arrêter   | de | stop    | ing
"""

# French | English: a clause with "que", "that" follows
WITH_CLAUSE = """
dire    | say
penser  | think
croire  | believe
savoir  | know
espérer | hope
"""
