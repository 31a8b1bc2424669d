"""Several corpora as one: nothing that is learnt from is tested on."""

import pytest

from tfmr.data import Corpus, Pair, load, load_corpus
from tfmr.data.joined import join_corpora
from tfmr.errors import InputError


def pairs(*texts):
    """«a» is translated «A»."""
    return [Pair(f"fr {text}", f"en {text}") for text in texts]


def corpus(name, train, valid, test, languages=("fr", "en"), **rest):
    return Corpus(name, *languages, pairs(*train), pairs(*valid), pairs(*test), **rest)


ONE = corpus("tatoeba", "abc", "d", "ef", attribution="thanks to one")
TWO = corpus("alibi", "ghi", "j", "k", extra={"long": pairs("l")}, attribution="thanks to two")


def test_what_is_learnt_from_is_joined_and_the_test_is_the_first_ones():
    joined = join_corpora([ONE, TWO])
    assert (joined.name, joined.src_lang, joined.tgt_lang) == ("tatoeba+alibi", "fr", "en")
    assert joined.train == pairs(*"abcghi") and joined.valid == pairs(*"dj") and joined.test == pairs(*"ef")
    assert joined.extra == {"alibi": pairs("k"), "long": pairs("l")}
    assert joined.attribution == "thanks to one; thanks to two"
    assert join_corpora([TWO, ONE]).test == pairs("k")


@pytest.mark.parametrize("side", ["src", "tgt"])
@pytest.mark.parametrize("held_out", ["d", "j", "e", "k", "l"])  # validation, the tests, a further test set
def test_trap_08_no_held_out_sentence_of_one_is_in_the_training_of_the_other(side, held_out):
    """On either side, whatever its case and punctuation; the test sets stay whole."""
    other = "tgt" if side == "src" else "src"
    leak = Pair(**{side: f"{'fr' if side == 'src' else 'en'} {held_out.upper()} !", other: "anything else"})
    for number in (0, 1):
        corpora = [ONE, TWO]
        leaking = corpora[number]
        corpora[number] = Corpus(
            leaking.name, "fr", "en", [*leaking.train, leak], leaking.valid, leaking.test, leaking.extra
        )
        joined = join_corpora(corpora)
        assert leak not in joined.train and len(joined.train) == 6
        assert joined.test == pairs(*"ef") and joined.extra["alibi"] == pairs("k")


def test_trap_08_no_test_sentence_is_in_the_joined_validation():
    joined = join_corpora([ONE, corpus("alibi", "g", "ej", "k")])
    assert joined.valid == pairs(*"dj")


def test_what_does_not_go_together_is_refused():
    with pytest.raises(InputError, match="expected fr and en in 'alibi', as in 'tatoeba', got en and fr"):
        join_corpora([ONE, TWO.swapped()])
    with pytest.raises(InputError, match="corpus: expected different names, got 'alibi\\+alibi'"):
        join_corpora([TWO, TWO])


def test_names_are_joined_by_a_plus(monkeypatch):
    monkeypatch.setattr(load, "load_tatoeba", lambda: ONE)
    monkeypatch.setattr(load, "load_alibi", lambda: TWO)
    joined = load_corpus("tatoeba+alibi")
    assert joined == join_corpora([ONE, TWO])
    assert load_corpus("tatoeba+alibi", src="en", tgt="fr") == joined.swapped()
    assert len(load_corpus("tatoeba+alibi", size=4).train) == 4
    with pytest.raises(InputError, match="size: expected at most the 6 training pairs of 'tatoeba\\+alibi'"):
        load_corpus("tatoeba+alibi", size=7)
    for name in ("tatoeba+nothing", "tatoeba+", "+"):
        with pytest.raises(InputError, match="corpus: expected 'grammar'"):
            load_corpus(name)
