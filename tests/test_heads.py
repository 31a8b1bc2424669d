"""Heads taken out and weights replaced: what changes while the block runs, and that nothing has changed after it."""

import copy

import pytest
import torch

from tfmr.book.heads import (
    KINDS,
    Head,
    all_heads,
    attentions,
    changed_weights,
    exchanged,
    permuted,
    uniform,
    without_heads,
)
from tfmr.config import TransformerConfig
from tfmr.decoding import greedy_decode
from tfmr.errors import InputError
from tfmr.transformer import Transformer

SRC = torch.tensor([[5, 6, 7, 8, 2], [9, 5, 2, 0, 0]])
TGT = torch.tensor([[1, 4, 5, 6], [1, 7, 8, 2]])


@pytest.fixture
def model():
    torch.manual_seed(0)
    config = TransformerConfig(
        12, 12, d_model=8, num_heads=2, num_encoder_layers=2, num_decoder_layers=2, d_ff=16
    )
    return Transformer(config).eval().requires_grad_(False)


def zeroed(model, head):
    """A copy whose output projection does not know the head's columns."""
    twin = copy.deepcopy(model)
    attention = attentions(twin)[head[:2]]
    attention.output_projection.weight[:, 4 * head.head : 4 * head.head + 4] = 0
    return twin


def test_heads_are_those_of_three_kinds(model):
    heads = all_heads(model)
    assert len(set(heads)) == 3 * 2 * 2 and {head.kind for head in heads} == set(KINDS)
    assert all_heads(model, ["cross"]) == [Head("cross", layer, head) for layer in (0, 1) for head in (0, 1)]
    assert attentions(model)["cross", 1] is model.decoder.layers[1].cross_attention
    assert attentions(model)["decoder", 0] is model.decoder.layers[0].self_attention
    assert attentions(model)["encoder", 1] is model.encoder.layers[1].self_attention


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("number", [0, 1])
def test_a_head_taken_out_is_one_whose_columns_are_zero(model, kind, number):
    head = Head(kind, 1, number)
    before = model(SRC, TGT)
    with without_heads(model, [head]):
        without = model(SRC, TGT)
        written = greedy_decode(model, SRC, max_length=6).ids
    twin = zeroed(model, head)
    torch.testing.assert_close(without, twin(SRC, TGT))
    assert torch.equal(written, greedy_decode(twin, SRC, max_length=6).ids)  # step by step, too
    assert not torch.allclose(without, before) and torch.equal(model(SRC, TGT), before)


def test_what_the_heads_gave_stays_as_it_was(model):
    gave = torch.ones(1, 3, 8)
    with without_heads(model, [Head("decoder", 1, 0)]):
        attentions(model)["decoder", 1].output_projection(gave)
    assert gave.eq(1).all()


def test_several_heads_are_out_at_once(model):
    heads = [Head("cross", 0, 0), Head("cross", 0, 1), Head("encoder", 1, 0)]
    twin = model
    for head in heads:
        twin = zeroed(twin, head)
    with without_heads(model, heads):
        torch.testing.assert_close(model(SRC, TGT), twin(SRC, TGT))


def test_gradients_do_not_reach_a_head_that_is_out(model):
    model.requires_grad_(True)
    with without_heads(model, [Head("cross", 0, 1)]):
        model(SRC, TGT).sum().backward()
    gradient = attentions(model)["cross", 0].value_projection.weight.grad
    assert gradient[:4].abs().max() > 0 and not gradient[4:].any()


@pytest.mark.parametrize("head", [("cross", 2, 0), ("cross", 0, 2), ("cross", 0, -1), ("self", 0, 0)])
def test_a_head_that_is_not_there_is_refused_and_nothing_stays(model, head):
    before = model(SRC, TGT)
    some = without_heads(model, [Head("cross", 0, 0), Head(*head)])
    with pytest.raises(InputError, match="heads: expected heads of the model, got"), some:
        pytest.fail("it should not get here")
    assert torch.equal(model(SRC, TGT), before)


def test_kinds_that_are_not_there_are_refused(model):
    with pytest.raises(InputError, match="kinds: expected some of encoder, decoder, cross; got 'self'"):
        all_heads(model, ["self"])


@pytest.mark.parametrize("place", [(kind, layer) for kind in KINDS for layer in (0, 1)], ids=str)
def test_the_same_weights_change_nothing(model, place):
    before = model(SRC, TGT), greedy_decode(model, SRC, max_length=6).ids
    with changed_weights(attentions(model)[place], lambda weights, allowed: weights):
        torch.testing.assert_close(model(SRC, TGT), before[0])
        assert torch.equal(greedy_decode(model, SRC, max_length=6).ids, before[1])


def test_other_weights_are_what_the_values_are_averaged_with(model):
    attention = attentions(model)["cross", 0]
    memory, query = torch.randn(2, 3, 8), torch.randn(2, 4, 8)
    with changed_weights(attention, uniform):
        output, weights = attention(query, memory, memory)
    torch.testing.assert_close(weights, torch.full((2, 2, 4, 3), 1 / 3))
    mean = attention.output_projection(attention.value_projection(memory.mean(dim=1)))
    torch.testing.assert_close(output, mean[:, None].expand_as(output))


def test_equal_weights_are_for_what_may_be_seen(model):
    places = attentions(model)
    with changed_weights(places["cross", 1], uniform), changed_weights(places["decoder", 0], uniform):
        weights = model.attention_weights(SRC, TGT)
    torch.testing.assert_close(weights.cross[1][1, 0, 0], torch.tensor([1 / 3, 1 / 3, 1 / 3, 0, 0]))
    torch.testing.assert_close(weights.decoder[0][0, 1, 2], torch.tensor([1 / 3, 1 / 3, 1 / 3, 0]))


def test_a_permutation_has_one_order_for_a_sentence(model):
    before = model.attention_weights(SRC, TGT).cross[0]
    with changed_weights(attentions(model)["cross", 0], permuted(seed=1)):
        after = model.attention_weights(SRC, TGT).cross[0]
    for row, length in ((0, 5), (1, 3)):
        distances = (after[row, 0, 0, :length, None] - before[row, 0, 0, :length]).abs()
        order = distances.argmin(dim=1).tolist()
        assert sorted(order) == list(range(length))
        torch.testing.assert_close(after[row, :, :, :length], before[row][:, :, order])
        assert not after[row, :, :, length:].any()
    orders = [permuted(seed)(torch.eye(9)[None, None], torch.ones(1, 1, 9, 9).bool()) for seed in (0, 0, 1)]
    assert torch.equal(orders[0], orders[1]) and not torch.equal(orders[0], orders[2])


def test_sentences_exchange_their_weights(model):
    src, tgt = SRC[:1].repeat(2, 1), TGT
    src[1, 0] = 9
    before = model.attention_weights(src, tgt).cross[0]
    with changed_weights(attentions(model)["cross", 0], exchanged):
        after = model.attention_weights(src, tgt).cross[0]
    torch.testing.assert_close(after, before.flip(0))


def test_an_error_inside_the_block_leaves_nothing(model):
    attention, before = attentions(model)["cross", 0], model(SRC, TGT)
    changes = changed_weights(attention, uniform), without_heads(model, all_heads(model))
    with pytest.raises(ZeroDivisionError), changes[0], changes[1]:
        raise ZeroDivisionError
    assert torch.equal(model(SRC, TGT), before) and "attend" not in vars(attention)
