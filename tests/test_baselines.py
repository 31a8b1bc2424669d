"""Word by word, and the alignments that no aligner can better."""

from itertools import product

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tfmr.data import Pair, load_corpus
from tfmr.errors import InputError
from tfmr.evaluation import (
    IBMModel1,
    alignment_error_rate,
    links_from_weights,
    lowest_error_rate,
    word_by_word,
    word_dictionary,
)

# --- word by word ---------------------------------------------------------------------------------------

PAIRS = [
    Pair("la maison", "the house"),
    Pair("la fleur", "the flower"),
    Pair("maison bleue", "blue house"),
    Pair("l'eau bleue", "blue water"),
    Pair("l'eau", "water"),
    Pair("eau", "water"),
    Pair("l'art", "art"),
    Pair("art", "art"),
]


def test_each_word_is_replaced_where_it_stands():
    dictionary = word_dictionary(PAIRS)
    assert dictionary == {
        "la": "the", "maison": "house", "fleur": "flower", "bleue": "blue", "l'": "", "eau": "water", "art": "art"
    }  # fmt: skip
    assert word_by_word(["la fleur bleue", "l'eau"], dictionary) == ["the flower blue", "water"]


def test_unknown_words_stay_and_words_without_a_translation_go():
    dictionary = {"ne": "", "pas": "not", "chat": "cat", "de": "'s"}
    assert word_by_word(["le chat ne dort pas .", "chat de Marie", "ne"], dictionary) == [
        "le cat dort not .",
        "cat's Marie",
        "",
    ]
    assert word_by_word([], dictionary) == []


def test_a_translation_is_what_a_word_is_linked_to_most_often():
    others = [Pair("b", "z")] * 9  # else the empty word explains as much as "a" does
    pairs = [Pair("a", "x")] * 2 + [Pair("a", "y")] * 3
    assert word_dictionary(pairs + others) == {"a": "y", "b": "z"}
    assert (
        word_dictionary([*pairs, Pair("a", "x"), *others])["a"] == "x"
    )  # three of each: the first that was met


def test_a_word_that_mostly_stands_without_a_link_has_no_translation():
    """Both French words go with *not*, and each link goes to *pas*, which goes with it more often."""
    pairs = [Pair("ne pas", "not"), Pair("ne pas", "not"), Pair("pas", "not"), Pair("ne loup", "wolf")]
    others = [Pair("b", "z")] * 9
    dictionary = word_dictionary(pairs + others)
    assert (dictionary["ne"], dictionary["pas"], dictionary["loup"]) == ("", "not", "wolf")


def test_the_rounds_of_counting_are_those_asked_for(monkeypatch):
    seen, fit = [], IBMModel1.fit
    monkeypatch.setattr(
        IBMModel1,
        "fit",
        lambda model, pairs, iterations: seen.append(iterations) or fit(model, pairs, iterations),
    )
    word_dictionary(PAIRS, iterations=3)
    word_dictionary(PAIRS)
    assert seen == [3, 5]


def test_a_dictionary_of_nothing_is_refused():
    with pytest.raises(InputError, match="pairs: expected at least one"):
        word_dictionary([])


# --- the lowest error rate ------------------------------------------------------------------------------

LENGTHS = st.tuples(st.integers(1, 3), st.integers(1, 2))


@st.composite
def aligned(draw) -> tuple[tuple[int, int], Pair]:
    """How many words both sides of a small pair have, and the pair."""
    num_src, num_tgt = draw(LENGTHS)
    cells = list(product(range(num_src), range(num_tgt)))
    kinds = draw(
        st.lists(st.sampled_from(["", "sure", "possible"]), min_size=len(cells), max_size=len(cells))
    )
    links = {
        kind: tuple(c for c, k in zip(cells, kinds, strict=True) if k == kind)
        for kind in ("sure", "possible")
    }
    return (num_src, num_tgt), Pair("…", "…", links["sure"], links["possible"])


def all_alignments(num_src: int, num_tgt: int) -> list[set]:
    """Whatever can be said with one source word, or none, for each target word."""
    choices = product([None, *range(num_src)], repeat=num_tgt)
    return [{(src, tgt) for tgt, src in enumerate(choice) if src is not None} for choice in choices]


@given(st.lists(aligned(), min_size=1, max_size=2))
def test_no_aligner_is_better_and_one_is_as_good(made):
    pairs = [pair for _, pair in made]
    if not any(pair.links or pair.possible for pair in pairs):
        return
    gold = [pair.links for pair in pairs], [pair.possible for pair in pairs]
    rates = [
        alignment_error_rate(predicted, *gold)
        for predicted in product(*(all_alignments(*lengths) for lengths, _ in made))
        if any(predicted) or any(gold[0])
    ]
    assert lowest_error_rate(pairs) == pytest.approx(min(rates))


def test_the_lowest_rate_by_hand():
    # "not" has two sure links, "does" a possible one, "eat" one of each: 2 · 2 + 1 hits of 3 + 3.
    pair = Pair("ne mange pas", "does not eat", ((0, 1), (2, 1), (1, 2)), ((1, 0), (0, 2)))
    assert lowest_error_rate([pair]) == pytest.approx(1 / 6)
    # Of one sentence the missed link, of the other none: hits and totals are added up, not rates.
    whole = Pair("oui", "yes", ((0, 0),))
    assert lowest_error_rate([pair, whole]) == pytest.approx(1 - (5 + 2) / (6 + 2))
    assert lowest_error_rate([whole]) == 0
    assert lowest_error_rate([pair.swapped()]) == pytest.approx(1 - 6 / 6)


def test_weights_on_the_best_links_reach_the_lowest_rate_of_the_grammar_corpus():
    """The convention is that of the attention weights: one source word a row, or none."""
    pairs = load_corpus("grammar", size=1).test[:200]
    found = []
    for pair in pairs:
        links = {*pair.links, *(pair.possible or ())}
        num_src, num_tgt = (1 + max(link[side] for link in links) for side in (0, 1))
        weights = torch.zeros(num_tgt, num_src + 1)
        weights[:, -1] = 0.1  # the end symbol, for words without a link
        for src, tgt in pair.possible or ():
            weights[tgt, src] = 0.2
        for src, tgt in pair.links:
            weights[tgt, src] = 0.3
        found.append(links_from_weights(weights, num_src, num_tgt))
    gold = [pair.links for pair in pairs], [pair.possible or () for pair in pairs]
    lowest = lowest_error_rate(pairs)
    assert alignment_error_rate(found, *gold) == pytest.approx(lowest) and 0 < lowest < 0.1


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([], "got 0, 0 of them unaligned"),
        ([Pair("un", "one", ((0, 0),)), Pair("deux", "two")], "got 2, 1 of them unaligned"),
        ([Pair("un", "one", (), ())], "got 1, 0 of them unaligned"),
    ],
)
def test_pairs_without_gold_links_are_refused(pairs, said):
    with pytest.raises(InputError, match=f"^pairs: expected some with gold links, {said}$"):
        lowest_error_rate(pairs)
