"""What a sentence may be about: one topic a line, so that its people, things, places and deeds belong together.

Columns, separated by ``|``: name; places; people and animals; things; verbs without a direct object (those with
one follow from the things). Nouns are chosen by tag or by lemma (a square, *une place*, by the tag ``square``: every ``place`` is a tag); ``cities`` lets cities and countries in.
"""

TOPICS = """
home    | maison appartement chambre cuisine | kin enfant garçon fille homme femme chat chien lapin tortue | furniture lampe clé porte fenêtre mur téléphone ordinateur montre jouet roman journal histoire lettre photo rêve secret café thé lait soupe | dormir jouer tomber grandir se_lever se_réveiller se_reposer rentrer sortir habiter rester pleurer rire entrer travailler fonctionner
meal    | cuisine restaurant maison | kin cuisinier serveur enfant chien chat | food drink assiette verre tasse bouteille couteau table chaise | rester arriver rire travailler se_dépêcher
market  | marché village ville square rue | kin boulanger fermier cuisinier touriste homme femme garçon fille chien | fruit vegetable pain fromage œuf poisson homard viande miel gâteau fleur sac bouteille | marcher se_promener aller arriver se_dépêcher rentrer travailler danser
farm    | ferme hangar jardin | fermier garçon fille enfant kin cheval vache mouton poule chien chat souris | œuf lait fromage pomme carotte salade hache arbre porte | dormir travailler marcher courir tomber se_lever se_réveiller se_reposer aller arriver rester habiter jouer sortir
wild    | forêt lac rivière montagne pont île | touriste chercheur peintre ami enfant garçon fille homme femme loup ours hibou oiseau hérisson grenouille chien | champignon fraise fleur arbre photo sac écharpe chaussures bateau | marcher courir nager tomber se_promener se_reposer dormir rester habiter voyager se_dépêcher
zoo     | zoo parc | enfant garçon fille élève touriste kin chercheur lion singe éléphant ours tortue oiseau | photo billet banane orange bonbon ballon | rire dormir courir marcher se_promener aller arriver travailler sourire jouer tomber
school  | école université bibliothèque | professeur élève étudiant directeur | livre poème article dictionnaire histoire roman field question réponse problème solution règle leçon mot phrase erreur théorie méthode exemple examen conférence crayon stylo sac ordinateur | travailler réussir aller arriver rester se_dépêcher rire sortir commencer
music   | théâtre maison | chanteur musicien ami étudiant touriste collègue cousin frère sœur | song instrument musique concert fête billet robe chapeau | danser rire sourire pleurer aller arriver travailler se_dépêcher commencer
cinema  | cinéma théâtre | acteur journaliste écrivain kin étudiant touriste | film roman billet histoire conférence bonbon manteau | rire pleurer aller arriver se_dépêcher sortir rentrer commencer
art     | musée château square cities | peintre écrivain touriste étudiant professeur directeur ami | tableau photo bijou billet article livre robe chapeau | travailler voyager aller arriver rester se_promener sourire
travel  | gare aéroport hôtel plage île cities | touriste kin serveur homme femme étudiant | valise sac billet parapluie manteau chapeau train bus voiture bateau téléphone photo journal roman voyage vacances | voyager aller arriver partir dormir se_reposer marcher nager se_dépêcher rester habiter rentrer
office  | bureau laboratoire université | collègue directeur ingénieur chercheur avocat journaliste | lettre message article journal téléphone ordinateur projet réunion idée problème solution question réponse erreur théorie méthode conférence café thé science language | travailler aller arriver se_dépêcher rester réussir rentrer commencer fonctionner
clinic  | hôpital | médecin infirmier dentiste kin enfant garçon fille homme femme | fleur cadeau roman journal lettre message téléphone question réponse médecine biologie chimie | dormir travailler pleurer sourire se_reposer aller arriver rester se_réveiller
shops   | ville magasin rue square | kin touriste homme femme acteur chanteur | clothing montre bijou cadeau jouet parapluie sac instrument lampe | se_promener marcher aller arriver rester se_dépêcher rentrer travailler
garden  | jardin parc | jardinier kin enfant garçon fille chien chat oiseau lapin hérisson tortue grenouille souris | fleur arbre pomme fraise tomate carotte haricot oignon salade ballon chaise table hache | jouer courir marcher se_promener se_reposer dormir rire tomber travailler danser pleurer aller
party   | maison restaurant hôtel | kin musicien chanteur femme homme enfant garçon fille | gâteau crêpe chocolat bonbon vin salade homard cadeau fleur jouet bijou chanson guitare piano fête robe chemise jupe idée message | danser rire sourire arriver partir rester se_dépêcher rentrer commencer
castle  | château forêt village île montagne | roi reine héros héroïne cheval loup lion ours | bijou secret clé lettre couteau hache porte message | dormir courir pleurer rire voyager partir habiter se_reposer rester se_réveiller
garage  | hangar rue ville pont | ingénieur voisin ami frère sœur homme femme étudiant cousin oncle tante | driven vélo train clé porte problème erreur | travailler marcher arriver se_dépêcher rentrer tomber
books   | bibliothèque appartement université cities | écrivain étudiant journaliste ami professeur voisin chercheur | text chanson phrase mot idée rêve erreur science language littérature poésie philosophie | travailler aller rester voyager habiter rire sourire
"""
# What people do whatever the topic.
EVERYWHERE = "parler penser répondre attendre ressembler sourire arriver partir"
