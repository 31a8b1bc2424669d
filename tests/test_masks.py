"""Masks: True = may be attended, and they combine by &."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tfmr.errors import InputError
from tfmr.masks import causal_mask, padding_mask, sentence_lengths


def test_padding_mask_marks_words_and_broadcasts_over_queries():
    ids = torch.tensor([[5, 6, 0], [7, 0, 0]])
    mask = padding_mask(ids)
    assert mask.dtype == torch.bool
    assert mask.tolist() == [[[True, True, False]], [[True, False, False]]]


def test_padding_mask_uses_the_given_pad_id():
    assert padding_mask(torch.tensor([[9, 0, 1]]), pad_id=9).tolist() == [[[False, True, True]]]


@given(st.integers(1, 12))
def test_causal_mask_allows_the_past_and_the_present(length):
    mask = causal_mask(length)
    for t in range(length):
        assert mask[t].tolist() == [s <= t for s in range(length)]


def test_causal_mask_agrees_with_pytorch():
    forbidden = torch.nn.Transformer.generate_square_subsequent_mask(5)
    assert torch.equal(causal_mask(5), forbidden == 0)


def test_masks_are_where_they_are_asked_for():
    assert causal_mask(3, "meta").is_meta and causal_mask(3).device.type == "cpu"
    assert padding_mask(torch.ones(1, 2, dtype=torch.long, device="meta")).is_meta


def test_masks_combine():
    both = padding_mask(torch.tensor([[4, 4, 0]])) & causal_mask(3)
    assert both.int().tolist() == [[[1, 0, 0], [1, 1, 0], [1, 1, 0]]]


@pytest.mark.parametrize("length", [0, -3])
def test_causal_mask_refuses_an_empty_sequence(length):
    with pytest.raises(InputError, match="length: expected at least 1"):
        causal_mask(length)


def test_lengths_are_those_of_the_words():
    lengths = sentence_lengths(torch.tensor([[5, 6, 7], [8, 9, 9], [5, 9, 9]]), pad_id=9)
    assert lengths.tolist() == [3, 1, 1] and lengths.device.type == "cpu"


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (torch.zeros(0, 3, dtype=torch.long), "src: expected at least one sentence, got an empty batch"),
        (torch.zeros(2, 0, dtype=torch.long), "src: expected at least one token in every sentence"),
        (torch.tensor([[4, 5], [0, 0]]), r"got one of padding only \(row 1\)"),
        (torch.tensor([[4, 5], [0, 5]]), "src: expected padding at the end of a sentence only, .* row 1"),
        (
            torch.tensor([[4, 0, 5], [4, 5, 0]]),
            "src: expected padding at the end of a sentence only, .* row 0",
        ),
    ],
)
def test_ids_that_are_no_sentences_are_refused(ids, message):
    with pytest.raises(InputError, match=message):
        sentence_lengths(ids)
