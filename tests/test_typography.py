"""Punctuation in any habit becomes one, and comes out as its language prints it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfmr.data.text import canonical
from tfmr.data.typography import NARROW, tidy, typeset

TYPED = st.one_of(
    st.text(alphabet="ab é'\"«»“.,;:!?…()[]-=5\u0301\u202f\u00a0", max_size=14), st.text(max_size=20)
)
LANGUAGES = st.sampled_from(["fr", "en", "de"])


@pytest.mark.parametrize(
    ("text", "tidied", "french"),
    [
        ("« Quoi ? » dit-il .", '"Quoi?" dit-il.', "«_Quoi_?_» dit-il."),
        ('" Quoi ? " dit-il.', '"Quoi?" dit-il.', "«_Quoi_?_» dit-il."),
        ("“Quoi\u202f?”\u00a0dit-il .", '"Quoi?" dit-il.', "«_Quoi_?_» dit-il."),
        ('Il dit " oui " et " non " .', 'Il dit "oui" et "non".', "Il dit «_oui_» et «_non_»."),
        ("« Oui. ", '"Oui.', "«_Oui."),  # a quotation of several sentences, cut into them
        ("Non. »", 'Non."', "Non._»"),
        ('Non. "', 'Non."', "Non._»"),
        ("« ... suite »", '"... suite"', "«_... suite_»"),
        ("l'« eau »", 'l\'"eau"', "l'«_eau_»"),
        ('5"x7 cm', '5"x7 cm', '5"x7 cm'),
        ("Vraiment ?! Non ... Si ; mais", "Vraiment?! Non... Si; mais", "Vraiment_?! Non... Si_; mais"),
        ("( Rien . ) [ ici ]", "(Rien.) [ici]", "(Rien.) [ici]"),
        ("10:30 h , http://a.b/?c !", "10:30 h, http://a.b/?c!", "10:30 h, http://a.b/?c_!"),
        ("Le .NET , 3 .", "Le .NET, 3.", "Le .NET, 3."),
        ("Salut :) ou:( ou :-( ici", "Salut :) ou:( ou :-( ici", "Salut :) ou:( ou :-( ici"),
        ("les U.S. . . .", "les U.S. . . .", "les U.S. . . ."),  # not four dots in a row
        ("(?) !", "(?)!", "(?)_!"),
        ("", "", ""),
        (" \u00a0", "", ""),
    ],
)
def test_spaces_and_quotation_marks(text, tidied, french):
    assert tidy(text) == tidied
    assert typeset(text, "fr").replace(NARROW, "_") == french
    assert typeset(text, "en") == typeset(text, "de") == tidied


@given(TYPED)
def test_tidy_text_stays_as_it_is(text):
    assert tidy(tidy(text)) == tidy(text) == canonical(tidy(text))


@settings(max_examples=300)
@given(TYPED, LANGUAGES)
def test_typeset_text_stays_as_it_is_and_is_the_same_text(text, language):
    printed = typeset(text, language)
    assert typeset(printed, language) == printed == typeset(tidy(text), language)
    assert tidy(printed) == tidy(text)


@given(TYPED, LANGUAGES)
def test_only_spaces_and_quotation_marks_change(text, language):
    def signs(text):
        return "".join(text.split()).replace("«", '"').replace("»", '"')

    assert signs(tidy(text)) == signs(typeset(text, language)) == signs(canonical(text))
