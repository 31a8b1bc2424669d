"""Places and proper names.

A place has the preposition of being there in both languages: *dans le jardin*, in the garden; *à la gare*, at
the station. Going there is *à*, to, whatever the place.
"""

# French, gender, English, French preposition, English preposition, tags
PLACES = """
maison        f  house       dans  in    place building home sold
appartement   m  flat        dans  in    place building home sold
jardin        m  garden      dans  in    place green public
cuisine       f  kitchen     dans  in    place room
chambre       f  bedroom     dans  in    place room
forêt         f  forest      dans  in    place green crossed
parc          m  park        dans  in    place green public crossed
rue           f  street      dans  in    place road crossed
village       m  village     dans  in    place town
ville         f  city        dans  in    place town visited
hangar        m  shed        dans  in    place building
magasin       m  shop        dans  in    place building public_building
hôtel         m  hotel       à     at    place building public_building
restaurant    m  restaurant  à     at    place building public_building
château       m  castle      à     at    place building visited
musée         m  museum      à     at    place building public_building visited
école         f  school      à     at    place building public_building
université    f  university  à     at    place building public_building visited
bibliothèque  f  library     à     at    place building public_building
marché        m  market      à     at    place crossed
gare          f  station     à     at    place building public_building
aéroport      m  airport     à     at    place building
hôpital       m  hospital    à     at    place building public_building
théâtre       m  theatre     à     at    place building public_building
cinéma        m  cinema      à     at    place building
bureau        m  office      à     at    place building
ferme         f  farm        à     at    place visited
zoo           m  zoo         à     at    place public visited
laboratoire   m  laboratory  à     at    place building visited
plage         f  beach       à     at    place shore
lac           m  lake        près_de near   water visited
rivière       f  river       près_de near   water crossed
île           f  island      sur   on    place visited
pont          m  bridge      sur   on    place crossed
place         f  square      sur   in    place crossed square
montagne      f  mountain    sur   on    place tall
"""

# French, gender, English, French "in/to", English "in"
CITIES_AND_COUNTRIES = """
Paris     -  Paris    à   in
Londres   -  London   à   in
Lyon      -  Lyon     à   in
Rome      -  Rome     à   in
Berlin    -  Berlin   à   in
Genève    -  Geneva   à   in
France    f  France   en  in
Italie    f  Italy    en  in
Espagne   f  Spain    en  in
Allemagne f  Germany  en  in
Canada    m  Canada   au  in
Japon     m  Japan    au  in
"""

FIRST_NAMES = """
Marie   f
Paul    m
Julie   f
Pierre  m
Sophie  f
Nicolas m
Anne    f
Antoine m
Claire  f
Thomas  m
Alice   f
Hugo    m
Émile   m
Louise  f
"""
