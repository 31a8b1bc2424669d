"""The verbs, as tables: one use of a verb a line.

Columns are separated by ``|``: French, English, tags of the subject, tags of the object. *look_for* is one
verb of two words. In the tables of objects the fourth column says what an object pronoun of the verb becomes
in English: ``it`` or, for verbs about people, ``him`` (that is: him or her).
"""

# French | English | subject | object pronoun | object
WITH_OBJECT = """
manger     | eat        | person animal | it  | food
boire      | drink      | person        | it  | drink
préparer   | prepare    | person        | it  | made fête examen voyage réunion conférence leçon
acheter    | buy        | person        | it  | food thing clothing vehicle bought sold device
vendre     | sell       | person        | it  | thing clothing vehicle sold instrument device
choisir    | choose     | person        | it  | clothing gift text instrument device
chercher   | look_for   | person        | it  | small thing clothing pet solution réponse exemple !lit
trouver    | find       | person        | it  | small thing clothing found !furniture
perdre     | lose       | person        | it  | lost
oublier    | forget     | person        | it  | forgotten
lire       | read       | person        | it  | text
écrire     | write      | person        | it  | written
corriger   | correct    | person        | it  | erreur phrase lettre article
traduire   | translate  | person        | it  | text phrase mot chanson !journal !dictionnaire
finir      | finish     | person        | it  | written livre projet leçon tableau
commencer  | start      | person        | it  | written livre projet leçon tableau voyage
étudier    | study      | person        | it  | field théorie problème
apprendre  | learn      | person        | it  | field leçon règle mot poème chanson
enseigner  | teach      | professeur    | it  | field
comprendre | understand | person        | it  | idea field !secret !projet
expliquer  | explain    | person        | it  | idea !secret
découvrir  | discover   | person        | it  | secret solution théorie visited île problème
poser      | ask        | person        | it  | question
écouter    | listen_to  | person        | it  | song musique histoire concert conférence
entendre   | hear       | person        | it  | song musique furry oiseau hibou train
chanter    | sing       | person        | it  | song
regarder   | watch      | person        | it  | seen animal train bateau
porter     | wear       | person        | it  | clothing montre
laver      | wash       | person        | it  | clothing washed driven
nettoyer   | clean      | person        | it  | room building furniture fenêtre driven
ouvrir     | open       | person        | it  | opens lettre valise
fermer     | close      | person        | it  | opens valise
casser     | break      | person        | it  | breaks jouet
réparer    | repair     | person        | it  | vehicle device furniture porte !lit
utiliser   | use        | person        | it  | tool device dictionnaire !montre
conduire   | drive      | adult         | it  | driven
visiter    | visit      | person        | it  | visited
quitter    | leave      | person        | it  | town building visited
traverser  | cross      | person animal | it  | crossed
construire | build      | adult         | it  | maison pont bateau école hôpital hangar mur
dessiner   | draw       | person        | it  | animal plant visited maison pont fleur bateau
recevoir   | receive    | person        | it  | sent
avoir      | have       | person        | it  | kin pet farm thing vehicle clothing instrument had
attraper   | catch      | person animal | it  | ballon souris lapin poule
nourrir    | feed       | person        | it  | pet farm oiseau
voir       | see        | person        | him | person animal
rencontrer | meet       | person        | him | person
remercier  | thank      | person        | him | adult kin
connaître  | know       | person        | him | person
suivre     | follow     | person animal | him | person animal
inviter    | invite     | person        | him | person
aider      | help       | person        | him | person
attendre   | wait_for   | person        | him | person awaited
admirer    | admire     | person        | him | famous work visited water héros héroïne roi reine
"""

# What people like; the object is generic (*j'aime le chocolat*, I love chocolate).
OF_LIKING = """
aimer    | love   | person | him | field food drink pet animal work fleur story kin !mind !homard
adorer   | adore  | person | him | field food drink pet animal work fleur story kin !mind !homard
détester | hate   | person | it  | field food drink examen souris réunion !mind
préférer | prefer | person | it  | field food drink pet work story !mind
"""

# French | English | subject | thing given
WITH_RECEIVER = """
donner   | give  | person | gift livre billet clé made exemple fruit
montrer  | show  | person | image gift text device clothing !fleur
offrir   | offer | person | gift livre billet
envoyer  | send  | person | sent
raconter | tell  | person | told
"""

# French | English | subject
WITHOUT_OBJECT = """
dormir       | sleep         | person animal
travailler   | work          | adult learner
marcher      | walk          | person animal !small
courir       | run           | person animal !tortue
nager        | swim          | person grenouille chien ours
danser       | dance         | person
voyager      | travel        | person
rire         | laugh         | person
sourire      | smile         | person
pleurer      | cry           | person
jouer        | play          | child pet
tomber       | fall          | person
arriver      | arrive        | person awaited
partir       | leave         | person awaited
sortir       | go_out        | person pet
rentrer      | come_home     | person
réussir      | succeed       | person
grandir      | grow_up       | child
commencer    | start         | event
fonctionner  | work          | device
se lever     | get_up        | person
se réveiller | wake_up       | person
se reposer   | rest          | person
se promener  | go_for_a_walk | person
se dépêcher  | hurry         | person
"""

# French | English | subject | French preposition | English preposition (- for none) | tags after it
WITH_PREPOSITION = """
parler     | talk  | person     | à    | to    | person
parler     | talk  | person     | de   | about | person idea work event text !règle !mot !phrase
penser     | think | person     | à    | about | kin event problème examen
jouer      | play  | child pet  | avec | with  | child pet ballon jouet
jouer      | play  | person     | de   | -     | instrument
répondre   | reply | person     | à    | to    | lettre message adult
ressembler | look  | person     | à    | like  | kin famous roi reine
entrer     | go    | person pet | dans | into  | room building !public_building
sourire    | smile | person     | à    | at    | person
danser     | dance | person     | avec | with  | person
travailler | work  | adult      | avec | with  | adult
"""

# French | English | subject: the place follows
WITH_PLACE = """
aller      | go     | person | to
arriver    | arrive | person | at
rester     | stay   | person | at
habiter    | live   | person | in
travailler | work   | adult  | at
attendre   | wait   | person | at
"""

# French | French link word | English | English form of the second verb: to, ing, bare
WITH_INFINITIVE = """
aimer     | -  | love     | ing
adorer    | -  | adore    | ing
détester  | -  | hate     | ing
préférer  | -  | prefer   | to
vouloir   | -  | want     | to
pouvoir   | -  | can      | bare
devoir    | -  | must     | bare
savoir    | -  | know     | how
espérer   | -  | hope     | to
aller     | -  | be_going | to
commencer | à  | start    | to
apprendre | à  | learn    | to
continuer | à  | continue | to
réussir   | à  | manage   | to
essayer   | de | try      | to
décider   | de | decide   | to
oublier   | de | forget   | to
promettre | de | promise  | to
refuser   | de | refuse   | to
finir     | de | finish   | ing
arrêter   | de | stop     | ing
"""

# French | English: a clause with "que", "that" follows
WITH_CLAUSE = """
dire    | say
penser  | think
croire  | believe
savoir  | know
espérer | hope
"""
