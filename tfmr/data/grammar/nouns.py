"""The nouns, as tables: one noun a line.

Columns: French, gender, English, then tags. ``ami/amie`` is a pair of masculine and feminine (its gender
column reads ``mf``); an English ``actor/actress`` follows it. An underscore stands for a space.

Tags are what the verbs and adjectives select (``person``, ``food``, ``opens`` …) and a few facts of grammar:

* ``mass``: no plural, partitive article (*du pain*); ``one``: singular only; ``bare``: English drops the
  definite article (*la musique*, music), so singular and definite on both sides;
* ``kin``: somebody's (*ma sœur*), so it likes a possessive; ``job``: may stand after *être* without article.
"""

PEOPLE = """
ami/amie                mf  friend            person adult kin
voisin/voisine          mf  neighbour         person adult kin
cousin/cousine          mf  cousin            person kin
collègue/collègue       mf  colleague         person adult kin
frère                   m   brother           person kin
sœur                    f   sister            person kin
père                    m   father            person adult kin one
mère                    f   mother            person adult kin one
oncle                   m   uncle             person adult kin
tante                   f   aunt              person adult kin
grand-père              m   grandfather       person adult kin one
grand-mère              f   grandmother       person adult kin one
homme                   m   man               person adult
femme                   f   woman             person adult
garçon                  m   boy               person child
fille                   f   girl              person child
enfant                  m   child             person child
élève/élève             mf  pupil             person child learner
étudiant/étudiante      mf  student           person adult job learner
professeur/professeure  mf  teacher           person adult job skilled
médecin                 m   doctor            person adult job skilled
infirmier/infirmière    mf  nurse             person adult job skilled
avocat/avocate          mf  lawyer            person adult job skilled
boulanger/boulangère    mf  baker             person adult job skilled
acteur/actrice          mf  actor/actress     person adult job skilled famous
chanteur/chanteuse      mf  singer            person adult job skilled famous
musicien/musicienne     mf  musician          person adult job skilled famous
journaliste/journaliste mf  journalist        person adult job skilled
cuisinier/cuisinière    mf  cook              person adult job skilled
serveur/serveuse        mf  waiter/waitress   person adult job
touriste/touriste       mf  tourist           person adult
fermier/fermière        mf  farmer            person adult job
jardinier/jardinière    mf  gardener          person adult job skilled
dentiste/dentiste       mf  dentist           person adult job skilled
peintre/peintre         mf  painter           person adult job skilled famous
écrivain/écrivaine      mf  writer            person adult job skilled famous
ingénieur/ingénieure    mf  engineer          person adult job skilled
chercheur/chercheuse    mf  researcher        person adult job skilled
directeur/directrice    mf  director          person adult
roi                     m   king              person adult
reine                   f   queen             person adult
héros                   m   hero              person adult
héroïne                 f   heroine           person adult
"""

ANIMALS = """
chat        m  cat        animal pet furry
chien       m  dog        animal pet furry faithful
cheval      m  horse      animal furry fast farm
oiseau      m  bird       animal small
lapin       m  rabbit     animal pet furry small
souris      f  mouse      animal furry small
vache       f  cow        animal farm
mouton      m  sheep      animal farm
poule       f  hen        animal farm small
loup        m  wolf       animal furry wild
ours        m  bear       animal furry wild
lion        m  lion       animal wild
singe       m  monkey     animal wild
éléphant    m  elephant   animal wild
hibou       m  owl        animal wild
hérisson    m  hedgehog   animal small
tortue      f  turtle     animal pet small slow
grenouille  f  frog       animal small
"""

FOOD = """
pomme       f  apple        food fruit plural
orange      f  orange       food fruit plural
banane      f  banana       food fruit plural
fraise      f  strawberry   food fruit plural
tomate      f  tomato       food fruit plural
carotte     f  carrot       food vegetable plural
oignon      m  onion        food vegetable plural
haricot     m  bean         food vegetable plural
champignon  m  mushroom     food vegetable plural
œuf         m  egg          food fresh plural
gâteau      m  cake         food made sweet
crêpe       f  pancake      food made sweet plural
bonbon      m  sweet        food plural
salade      f  salad        food made fresh
homard      m  lobster      food fresh
pain        m  bread        food mass made fresh
fromage     m  cheese       food mass salty
riz         m  rice         food mass
viande      f  meat         food mass
poisson     m  fish         food mass fresh
chocolat    m  chocolate    food mass
miel        m  honey        food mass
soupe       f  soup         food mass made warm salty
eau         f  water        drink mass warm
lait        m  milk         drink mass warm
café        m  coffee       drink mass warm bitter
thé         m  tea          drink mass warm bitter
vin         m  wine         drink mass
"""

TEXTS_AND_WORKS = """
livre         m  book        text page written forgotten bought
roman         m  novel       text page written story bought
poème         m  poem        text written
article       m  article     text written
lettre        f  letter      text written sent
message       m  message     text written sent
journal       m  newspaper   text page paper bought
dictionnaire  m  dictionary  text page useful bought
histoire      f  story       text written story told
chanson       f  song        work song
film          m  film        work seen story
photo         f  photo       work image sent
tableau       m  painting    work image
"""

THINGS = """
table       f  table        thing furniture
chaise      f  chair        thing furniture
lit         m  bed          thing furniture
lampe       f  lamp         thing breaks
verre       m  glass        thing breaks holds washed
assiette    f  plate        thing breaks washed
tasse       f  cup          thing breaks holds washed
bouteille   f  bottle       thing breaks holds
couteau     m  knife        thing tool washed
stylo       m  pen          thing tool small lost
crayon      m  pencil       thing tool small
clé         f  key          thing small lost forgotten
bijou       m  jewel        thing small gift
cadeau      m  present      thing gift sent
fleur       f  flower       thing gift coloured plant
arbre       m  tree         plant tall
jouet       m  toy          thing gift
ballon      m  ball         thing gift lost
parapluie   m  umbrella     thing coloured lost forgotten
sac         m  bag          thing holds heavy coloured lost forgotten
valise      f  suitcase     thing holds heavy coloured lost
boîte       f  box          thing holds heavy opens
billet      m  ticket       thing small lost forgotten
montre      f  watch        thing gift device lost forgotten
téléphone   m  phone        thing device electric lost
ordinateur  m  computer     thing device electric
hache       f  axe          thing tool heavy
guitare     f  guitar       thing instrument
piano       m  piano        thing instrument
harpe       f  harp         thing instrument
porte       f  door         opens part
fenêtre     f  window       opens part
mur         m  wall         part tall
"""

CLOTHES_AND_VEHICLES = """
robe        f  dress       clothing coloured
chemise     f  shirt       clothing coloured
manteau     m  coat        clothing coloured forgotten
chapeau     m  hat         clothing coloured forgotten
jupe        f  skirt       clothing coloured
écharpe     f  scarf       clothing coloured
chaussures  f  shoes       pair clothing coloured
voiture     f  car         vehicle road driven coloured
bus         m  bus         vehicle road driven awaited coloured
vélo        m  bicycle     vehicle road coloured
train       m  train       vehicle awaited
bateau      m  boat        vehicle
"""

FIELDS = """
musique         f  music        field bare one art
littérature     f  literature   field bare one art
poésie          f  poetry       field bare one art
mathématiques   f  mathematics  field bare pair
physique        f  physics      field bare one science
chimie          f  chemistry    field bare one science
biologie        f  biology      field bare one science
géographie      f  geography    field bare one
philosophie     f  philosophy   field bare one art
médecine        f  medicine     field bare one
grammaire       f  grammar      field bare one
linguistique    f  linguistics  field bare one science
astronomie      f  astronomy    field bare one science
informatique    f  computing    field bare one
intelligence    f  intelligence field bare one mind
français        m  French       field bare one language
anglais         m  English      field bare one language
espagnol        m  Spanish      field bare one language
allemand        m  German       field bare one language
italien         m  Italian      field bare one language
"""

IDEAS_AND_EVENTS = """
idée         f  idea         idea thought had newer
question     f  question     idea asked had
réponse      f  answer       idea thought found
problème     m  problem      idea asked had
solution     f  solution     idea thought had found newer
rêve         m  dream        idea had
secret       m  secret       idea told
projet       m  project      idea thought
règle        f  rule         idea taught forgotten newer
leçon        f  lesson       idea taught forgotten
mot          m  word         idea language_unit forgotten
phrase       f  sentence     idea language_unit written
erreur       f  mistake      idea wrong found
théorie      f  theory       idea thought taught science newer
méthode      f  method       idea thought taught science newer
exemple      m  example      idea taught found
fête         f  party        event
concert      m  concert      event seen
réunion      f  meeting      event had
voyage       m  journey      event
examen       m  exam         event asked had
conférence   f  lecture      event
vacances     f  holidays     time pair
"""
