"""A synchronous grammar of French and English: sentence pairs with gold word alignments.

Every constituent is built on both sides at once, and each French word is made together with the English words
it translates. The links are therefore not found afterwards; they are there before the words have an order.

A link is **sure** (``pair.links``) where a careful annotator would draw it, and **possible**
(``pair.possible``) where one would accept it without asking for it, as in Och and Ney (2003), "A Systematic
Comparison of Various Statistical Alignment Models", section 5. The convention, with an example of each rule:

=====================================  ==========================  ===========================================
what                                   example                     links
=====================================  ==========================  ===========================================
words that translate each other        chat / cat                  sure, whatever their order
one word for several                   mangera / will eat          sure to each of them
a mangé / ate                          auxiliary, participle       both sure to the one verb
n'a pas mangé / did not eat            auxiliary                   a – did sure, mangé – eat sure
ne mange pas / does not eat            negation                    ne – not, pas – not sure
..                                     *do*                        mange – does possible, mange – eat sure
ne … jamais / never                    negation                    both sure
ne … plus / no longer                  negation                    each sure to both words
ne peut pas / cannot                   negation                    all three sure
est-ce que tu manges / do you eat      *do*                        est-ce, que – do sure; manges – do possible
est-ce qu'il a mangé / did he eat      another word for it         est-ce, que – did possible, a – did sure
est-ce qu'il mangera / will he eat     the verb's own auxiliary    est-ce, que – will possible
du pain / some bread                   partitive                   du – some sure
le jardin du musée                     contraction                 du – of, du – the sure
l'intelligence / intelligence          article English drops       l' without a link
il est médecin / he is a doctor        article French drops        médecin – a possible
le chat de Marie / Mary's cat          possession                  de – 's sure, le – 's possible
le professeur de physique              compound                    de – physics possible
jouer de la guitare                    *de* English drops          de – guitar possible
aimer manger du pain / love eating …   partitive English drops     du – bread possible
vouloir manger / want to eat           infinitive                  manger – to, eat sure
commencer à manger / start to eat      infinitive with à, de       à – to sure, manger – eat sure
finir de lire / finish reading         -ing                        de – reading possible
savoir nager / know how to swim        *how*                       nager – how possible
se lever / get up                      reflexive                   lever – get, up sure; se – get, up possible
chercher / look for                    verb of two words           sure to both
devant / in front of                   preposition                 each word of one sure to each of the other
il y a / there is                      existence                   il – there, a – is sure; y – there possible
plus grande que / taller than          comparison                  plus, grande – taller; que – than sure
=====================================  ==========================  ===========================================

Every sentence has one topic (a kitchen, a farm, a school), and a long one tells a small story: a few people who come
back as pronouns that can mean nobody else, a place, things that are got and then used (see ``scene`` and ``beats``).
It is told in one tense and with one form of address, *tu* or *vous*.

Some simplifications, so that every French sentence has one translation: the *présent* is always the English simple
present (*il lit*: he reads, never he is reading), the *passé composé* the simple past, also of what happened before
(*le chien qu'elle a vu dormait*: the dog that she saw was sleeping, no *plus-que-parfait*); *des*, *du* and *de la* are always
"some" (or "any" after a negation), but for what one loves doing; *à l'école* is "at the school", with its article;
*aimer* is "love", but "like" where it is negated or asked about. The length of a sentence comes from chaining clauses:
a longer sentence has more of them, not deeper grammar.

Sentences have 3 to 40 French words, the final mark included, and no comma. What *vous* and *tu*, *imparfait*
and *passé composé* keep apart in French may fall together in English; the translation of a French sentence is
always one and the same.
"""

from tfmr.data.grammar.generate import generate, load_grammar

__all__ = ["generate", "load_grammar"]
