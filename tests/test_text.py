"""One code for each sign: whatever keyboard, editor or web page a sentence comes from."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfmr.data import BPETokenizer, WordTokenizer
from tfmr.data.splits import normalised
from tfmr.data.text import canonical

APOSTROPHES = "'’‘‚‛ʹʻʼʽ′´`＇\u1fef\u1ffd\u0374"  # the last three are further codes of ` ´ ʹ
TYPED = st.text(
    alphabet="aeés'’‘´`“”„«»-\u2010\u2011 \t\u00a0\u202f\u2009\u00ad\u200b\ufeff\u0301\u1ffd", max_size=20
)


@pytest.mark.parametrize("sign", APOSTROPHES)
@pytest.mark.parametrize("kind", [WordTokenizer, BPETokenizer])
def test_every_apostrophe_is_the_same_letter_to_a_model(kind, sign):
    tok = kind.train(["J'aime l'eau .", "the cat's milk"])
    for text in ("J'aime l'eau .", "the cat's milk"):
        typed = text.replace("'", sign)
        assert tok.encode(typed) == tok.encode(text) and tok.tokens(typed) == tok.tokens(text)
        assert tok.word_of(typed) == tok.word_of(text)
        assert kind.train([typed]).to_json() == kind.train([text]).to_json()


@pytest.mark.parametrize(
    "typed, text",
    [
        ("“Oui” „Ja‟ ＂No＂ 5″", '"Oui" "Ja" "No" 5"'),
        ("«\u202fOui\u202f» — … dit‐elle ; mange\u2011t\u2011il", "« Oui » — … dit-elle ; mange-t-il"),
        ("Pourquoi\u00a0?\u2009Non\u3000!\n", "Pourquoi ? Non !"),
        ("\ufeffintelli\u00adgence artifi\u200bcielle\u2060", "intelligence artificielle"),
        ("e\u0301te\u0301 e\u00ad\u0301", "été é"),
        ("½ ﬁn Ⅳ x²", "½ ﬁn Ⅳ x²"),  # other signs, not other shapes
        ("", ""),
        ("\u00a0\u200b", ""),
    ],
)
def test_signs_in_one_shape(typed, text):
    assert canonical(typed) == text


@given(st.one_of(TYPED, st.text(max_size=30)))
def test_canonical_text_stays_as_it_is(text):
    again = canonical(text)
    assert canonical(again) == again
    assert unicodedata.is_normalized("NFC", again) and again == " ".join(again.split())


def test_trap_08_no_shape_of_a_sign_hides_that_two_sentences_are_one():
    for sign in APOSTROPHES:
        assert normalised(f"J{sign}aime") == normalised("J'aime")
    assert normalised("Ｆｉｎ intelli\u00adgence 2²") == normalised("fin intelligence 22")
    assert normalised("?") != normalised("!") and normalised("?") == normalised(" ?\u00a0")
