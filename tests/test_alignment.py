"""Alignments from weights, from the diagonal and from counts."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tfmr.errors import InputError
from tfmr.evaluation import IBMModel1, diagonal_links, links_from_weights, word_weights


def test_trap_11_a_link_is_source_then_target():
    # Target word 0 looks at source word 2; rows are targets.
    weights = torch.tensor([[0.1, 0.2, 0.7], [0.6, 0.3, 0.1]])
    assert links_from_weights(weights, num_src=3, num_tgt=2) == {(2, 0), (0, 1)}


def test_a_look_at_the_end_symbol_is_no_link_and_extra_rows_are_left_out():
    weights = torch.tensor([[0.1, 0.9], [0.8, 0.2], [0.9, 0.1]])
    assert links_from_weights(weights, num_src=1, num_tgt=2) == {(0, 1)}


@pytest.mark.parametrize(("num_src", "num_tgt"), [(2, 4), (3, 3), (3, 4)])
def test_weights_with_fewer_rows_or_columns_than_words_are_refused(num_src, num_tgt):
    said = rf"weights: expected at least {num_tgt} rows \(target\) and {num_src} columns .*, got \(3, 2\)"
    with pytest.raises(InputError, match=said):
        links_from_weights(torch.rand(3, 2), num_src, num_tgt)
    assert len(links_from_weights(torch.rand(3, 2), 2, 3)) == 3


def test_pieces_merge_into_words():
    # Source: word 0 has two pieces, word 1 one; target: word 0 has one piece, word 1 two. Then an end symbol.
    weights = torch.tensor([[0.2, 0.3, 0.4, 0.1], [0.1, 0.1, 0.8, 0.0], [0.5, 0.1, 0.2, 0.2], [0, 0, 0, 1.0]])
    merged = word_weights(weights, [0, 0, 1], [0, 1, 1])
    torch.testing.assert_close(merged, torch.tensor([[0.5, 0.4], [0.4, 0.5]]))


def test_pieces_of_many_maps_merge_as_those_of_one():
    maps = torch.rand(2, 3, 6, 5)
    merged = word_weights(maps, [0, 0, 1, 2], [0, 1, 1, 2, 2])
    assert merged.shape == (2, 3, 3, 3)
    for layer, heads in enumerate(maps):
        for head, weights in enumerate(heads):
            torch.testing.assert_close(
                merged[layer, head], word_weights(weights, [0, 0, 1, 2], [0, 1, 1, 2, 2])
            )


@given(st.integers(1, 12), st.integers(1, 12))
def test_the_diagonal_links_every_target_word_in_order(num_src, num_tgt):
    links = sorted(diagonal_links(num_src, num_tgt), key=lambda link: link[1])
    assert [tgt for _, tgt in links] == list(range(num_tgt))
    sources = [src for src, _ in links]
    assert sources == sorted(sources) and min(sources) >= 0 and max(sources) < num_src
    if num_src == num_tgt:
        assert links == [(i, i) for i in range(num_src)]


@pytest.mark.parametrize(
    ("num_src", "num_tgt", "links"),
    [
        (2, 3, {(0, 0), (1, 1), (1, 2)}),  # the middles 1/6, 1/2 and 5/6 of three words, in a sentence of two
        (3, 2, {(0, 0), (2, 1)}),  # 1/4 and 3/4, in a sentence of three
        (5, 1, {(2, 0)}),
    ],
)
def test_the_diagonal_takes_the_middle_of_a_word(num_src, num_tgt, links):
    assert diagonal_links(num_src, num_tgt) == links


PAIRS = [
    (["la", "maison"], ["the", "house"]),
    (["la", "fleur"], ["the", "flower"]),
    (["une", "maison", "bleue"], ["a", "blue", "house"]),
    (["une", "fleur", "bleue"], ["a", "blue", "flower"]),
]


def test_ibm_model_1_by_hand():
    """One round of counting: each target word is shared out equally among its sentence's words and the empty one."""
    pairs = [(["a"], ["x"]), (["a", "b"], ["x", "y"])]
    once = IBMModel1().fit(pairs, iterations=1).translation
    # a (and the empty word) get 1/2 + 1/3 of an x and 1/3 of a y; b gets 1/3 of each.
    assert once == pytest.approx(
        {
            ("", "x"): 5 / 7,
            ("", "y"): 2 / 7,
            ("a", "x"): 5 / 7,
            ("a", "y"): 2 / 7,
            ("b", "x"): 1 / 2,
            ("b", "y"): 1 / 2,
        }
    )
    twice = IBMModel1().fit(pairs, iterations=2).translation
    # The second x: 5/7, 5/7 and 1/2 of 27/14; the y: 2/7, 2/7 and 1/2 of 15/14.
    a_x, a_y, b_x, b_y = 1 / 2 + 10 / 27, 4 / 15, 7 / 27, 7 / 15
    assert twice["a", "x"] == twice["", "x"] == pytest.approx(a_x / (a_x + a_y))
    assert twice["b", "y"] == pytest.approx(b_y / (b_x + b_y))


def test_ibm_model_1_finds_the_words_that_go_together():
    model = IBMModel1().fit(PAIRS, iterations=20)
    assert model.links(*PAIRS[0]) == {(0, 0), (1, 1)}
    assert {(1, 2)} <= model.links(*PAIRS[2])


def test_ibm_model_1_gives_distributions_and_a_rising_likelihood():
    def log_likelihood(model):
        total = 0.0
        for src, tgt in PAIRS:
            for word in tgt:
                mean = sum(model.translation[s, word] for s in ("", *src)) / (len(src) + 1)
                total += torch.tensor(mean).log().item()
        return total

    values = []
    for iterations in (1, 2, 5, 10):
        model = IBMModel1().fit(PAIRS, iterations)
        sums = {}
        for (src, _), probability in model.translation.items():
            sums[src] = sums.get(src, 0) + probability
        assert all(total == pytest.approx(1) for total in sums.values())
        values.append(log_likelihood(model))
    assert values == sorted(values)


def test_ibm_model_1_on_unknown_words_links_nothing_and_on_no_pairs_says_so():
    assert IBMModel1().fit(PAIRS).links(["chat"], ["cat"]) == set()
    with pytest.raises(InputError, match="pairs: expected at least one"):
        IBMModel1().fit([])
