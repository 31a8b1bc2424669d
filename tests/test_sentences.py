"""Text is cut where sentences end, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfmr.data.sentences import cut_long, split_sentences
from tfmr.data.text import canonical

TYPED = st.text(alphabet="abÉM .!?…,;«»\"'()5\u202f\n", max_size=40)


@pytest.mark.parametrize(
    "sentences",
    [
        ["Il dort.", "Elle lit !", "Quoi ?", "Rien…", "Bon... ", "Oui"],
        ["J'aime apprendre .", "Il dort ."],  # as the grammar writes it
        ["M. Hamel et Mme. Dupont voient J. R. Smith.", "Ils partent."],
        ["Dr. Smith went to the U.S. Army with Mr. Jones.", "He left."],
        ["« Oui ! »", "Elle part."],
        ["« Quoi ? » dit-il.", "« Non. »", "Il part."],
        ['Il dit "Oui."', '"Non."', "Il part."],
        ["(Il dort.)", "[Elle lit.]", "Fin."],
        ["Il pèse 3.5 kg, p. 12.", "Oui."],
        ["Il part !", "2 jours passent."],
        ["www.a.fr et a.b sont là.", "« Bon »"],
        ["Il dort. elle mange"],  # a small letter begins no sentence
        ["des pommes, des poires, etc.", "Il mange."],
        ["Non ?!", "- Si."],
        ["...", "Bon"],
        ["Où es-tu ?", "À Paris.", "Été"],
        ["Il dort.", "😀"],
    ],
)
def test_sentences_end_where_they_should(sentences):
    assert split_sentences(" ".join(sentences)) == [sentence.strip() for sentence in sentences]


def test_text_without_a_sign_has_no_sentence():
    assert split_sentences("") == split_sentences(" \u00a0\u200b") == []


@given(TYPED)
def test_sentences_put_together_are_the_text(text):
    sentences = split_sentences(text)
    assert " ".join(sentences) == canonical(text) and all(sentences)


def fits(text, words=5):
    return len(text.split()) <= words


def test_a_long_sentence_is_cut_at_its_clauses():
    assert cut_long("un deux trois, quatre cinq six", fits) == ["un deux trois,", "quatre cinq six"]
    assert cut_long("un, deux trois", fits) == ["un, deux trois"]  # it fits
    assert cut_long("a, b c d e f ; g h", fits) == ["a,", "b c d", "e f ;", "g h"]


def test_without_clauses_it_is_cut_at_a_space_near_the_middle():
    assert cut_long("aa bb cc dd ee ff", fits) == ["aa bb cc", "dd ee ff"]
    assert cut_long("a" * 50, lambda text: len(text) < 10) == ["a" * 50]


@given(st.text(alphabet="ab,; ", max_size=60), st.integers(1, 6))
def test_parts_fit_and_make_up_the_sentence(text, words):
    text = canonical(text)
    parts = cut_long(text, lambda part: fits(part, words))
    assert " ".join(parts) == text and all(fits(part, words) for part in parts)
