"""The verbs, as tables: one use of a verb a line.

Columns are separated by ``|``: French, English, tags of the subject, tags of the object. *look_for* is one
verb of two words. In the tables of objects the fourth column says what an object pronoun of the verb becomes
in English: ``it`` or, for verbs about people, ``him`` (that is: him or her).
"""

# French | English | subject | object pronoun | object
WITH_OBJECT = """
manger     | eat        | person        | it  | food
manger     | eat        | cheval vache mouton lapin | it | pomme carotte salade
manger     | eat        | singe éléphant | it | banane orange pomme
manger     | eat        | chien chat loup lion | it | viande
manger     | eat        | ours tortue hérisson | it | pomme fraise champignon
manger     | eat        | souris        | it  | fromage pain
boire      | drink      | person        | it  | drink
boire      | drink      | chat          | it  | lait
boire      | drink      | vache cheval mouton éléphant | it | eau
préparer   | prepare    | person        | it  | made fête examen voyage réunion conférence leçon
acheter    | buy        | person        | it  | food thing clothing driven vélo bought device
vendre     | sell       | adult         | it  | fruit vegetable pain fromage œuf poisson viande miel gâteau fleur clothing driven vélo sold instrument device
choisir    | choose     | person        | it  | clothing gift livre roman film instrument device gâteau
chercher   | look_for   | person        | it  | small clé clothing pet solution réponse exemple champignon couteau livre idée
trouver    | find       | person        | it  | small clé clothing found champignon couteau livre idée !œuf !poule !mouton
perdre     | lose       | person        | it  | lost
oublier    | forget     | person        | it  | forgotten
lire       | read       | person        | it  | text
écrire     | write      | person        | it  | written
corriger   | correct    | adult         | it  | erreur phrase lettre article
traduire   | translate  | adult         | it  | text phrase mot chanson !journal !dictionnaire
finir      | finish     | person        | it  | written projet tableau
commencer  | start      | person        | it  | written projet leçon tableau voyage
étudier    | study      | learner       | it  | field théorie problème méthode
étudier    | study      | chercheur ingénieur professeur | it | science théorie problème méthode
apprendre  | learn      | person        | it  | field leçon règle mot poème chanson !mind
enseigner  | teach      | professeur    | it  | field
comprendre | understand | person        | it  | idea field !secret !projet !mot !exemple
expliquer  | explain    | person        | it  | idea !secret !rêve
découvrir  | discover   | adult         | it  | secret solution théorie ville château île problème
poser      | ask        | person        | it  | question
écouter    | listen_to  | person        | it  | song musique histoire concert conférence
entendre   | hear       | person        | it  | song musique chien cheval loup ours lion oiseau hibou train
chanter    | sing       | person        | it  | song
regarder   | watch      | person        | it  | film concert animal train bateau
porter     | wear       | person        | it  | clothing montre
laver      | wash       | person        | it  | clothing washed driven vélo
nettoyer   | clean      | person        | it  | cuisine chambre bureau appartement maison hangar laboratoire furniture fenêtre driven
ouvrir     | open       | person        | it  | opens lettre valise cadeau
fermer     | close      | person        | it  | opens valise
casser     | break      | person        | it  | breaks jouet
réparer    | repair     | adult         | it  | driven vélo bateau device furniture porte instrument !lit
utiliser   | use        | person        | it  | tool device dictionnaire !montre
conduire   | drive      | adult         | it  | driven
visiter    | visit      | person        | it  | visited
quitter    | leave      | person        | it  | town building visited
traverser  | cross      | person        | it  | crossed
traverser  | cross      | chien cheval loup ours chat lion | it | forêt rue rivière pont parc jardin
construire | build      | ingénieur fermier homme femme oncle | it | maison pont bateau hangar mur
dessiner   | draw       | person        | it  | animal arbre château île lac maison pont fleur bateau
recevoir   | receive    | person        | it  | sent
avoir      | have       | person        | it  | kin pet farm driven vélo instrument device robe sac parapluie had billet !one
attraper   | catch      | person        | it  | ballon souris lapin poule grenouille
attraper   | catch      | chat          | it  | souris oiseau
attraper   | catch      | hibou         | it  | souris grenouille
nourrir    | feed       | person        | it  | pet farm oiseau
voir       | see        | person        | him | person animal
voir       | see        | pet wild      | him | person animal
rencontrer | meet       | person        | him | person
remercier  | thank      | person        | him | adult kin
connaître  | know       | person        | him | person !kin
suivre     | follow     | person        | him | person pet wild farm
suivre     | follow     | chat chien    | him | person
inviter    | invite     | person        | him | kin collègue étudiant musicien chanteur acteur héros héroïne écrivain
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
donner   | give  | person | gift livre billet clé gâteau crêpe exemple fruit
montrer  | show  | person | image gift text device clothing !fleur !dictionnaire
offrir   | offer | person | gift livre billet
envoyer  | send  | person | sent
raconter | tell  | person | told
"""

# French | English | subject
WITHOUT_OBJECT = """
dormir       | sleep         | person animal
travailler   | work          | adult learner
marcher      | walk          | person lion éléphant ours loup cheval
courir       | run           | person chien cheval loup lapin
nager        | swim          | person grenouille chien ours
danser       | dance         | person
voyager      | travel        | person
rire         | laugh         | person
sourire      | smile         | person
pleurer      | cry           | person
jouer        | play          | child pet singe
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
se réveiller | wake_up       | person animal
se reposer   | rest          | person pet
se promener  | go_for_a_walk | person
se dépêcher  | hurry         | person
"""

# French | English | subject | French preposition | English preposition (- for none) | tags after it
WITH_PREPOSITION = """
parler     | talk  | person     | à    | to    | person
parler     | talk  | person     | de   | about | idée problème projet rêve question théorie réponse event text
penser     | think | person     | à    | about | examen problème voyage réunion fête vacances idée
jouer      | play  | child      | avec | with  | child pet ballon jouet
jouer      | play  | pet        | avec | with  | child ballon
jouer      | play  | person     | de   | -     | instrument
répondre   | reply | person     | à    | to    | lettre message question professeur médecin directeur avocat
ressembler | look  | kin child roi reine | à | like | kin
entrer     | go    | person pet | dans | into  | room maison appartement jardin forêt château cuisine hangar restaurant magasin musée
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
