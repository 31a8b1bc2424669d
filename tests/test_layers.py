"""Layers: parity with PyTorch's, and that the norm stands where its name says."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from parity import TOLERANCE, copy_layer, random_biases
from torch import nn

from tfmr.errors import InputError
from tfmr.layers import DecoderCache, DecoderLayer, EncoderLayer, FeedForward, Residual
from tfmr.masks import causal_mask, padding_mask
from tfmr.positions import RotaryPositions

SIZES = st.integers(1, 4)
NORM = pytest.mark.parametrize("norm", ["post", "pre"])


def assert_same_gradients(mine: list, output, others: list, expected, atol: float) -> None:
    direction = torch.randn_like(output)
    got = torch.autograd.grad((output * direction).sum(), mine)
    wanted = torch.autograd.grad((expected * direction).sum(), others)
    for a, b in zip(got, wanted, strict=True):
        torch.testing.assert_close(a, b, atol=20 * atol, rtol=20 * atol)


@NORM
@pytest.mark.parametrize("activation", ["relu", "gelu"])
@settings(max_examples=10)
@given(SIZES, SIZES, SIZES, SIZES, st.booleans(), st.integers(0, 10**6))
def test_encoder_layer_equals_pytorch(norm, activation, batch, length, heads, d_head, masked, seed):
    torch.manual_seed(seed)
    for dtype, atol in TOLERANCE.items():
        d_model = 2 * heads * d_head
        ours = EncoderLayer(d_model, heads, 7, norm=norm, activation=activation).to(dtype)
        random_biases(ours)
        theirs = nn.TransformerEncoderLayer(
            d_model, heads, 7, 0.0, activation, batch_first=True, norm_first=norm == "pre", dtype=dtype
        )
        copy_layer(ours, theirs)
        x = torch.randn(batch, length, d_model, dtype=dtype, requires_grad=True)
        ids = torch.randint(0, 2, (batch, length)) if masked else torch.ones(batch, length, dtype=torch.long)
        ids[:, 0] = 1
        output, weights = ours(x, padding_mask(ids))
        expected = theirs(x, src_key_padding_mask=ids == 0)
        torch.testing.assert_close(output, expected, atol=atol, rtol=atol)
        assert weights is None
        names = [ours.feed_forward.hidden.weight, ours.around_attention.norm.weight]
        others = [theirs.linear1.weight, theirs.norm1.weight]
        assert_same_gradients([x, *names], output, [x, *others], expected, atol)


@NORM
@settings(max_examples=10)
@given(SIZES, SIZES, SIZES, SIZES, SIZES, st.integers(0, 10**6))
def test_decoder_layer_equals_pytorch(norm, batch, queries, keys, heads, d_head, seed):
    torch.manual_seed(seed)
    for dtype, atol in TOLERANCE.items():
        d_model = 2 * heads * d_head
        ours = DecoderLayer(d_model, heads, 7, norm=norm).to(dtype)
        random_biases(ours)
        theirs = nn.TransformerDecoderLayer(
            d_model, heads, 7, 0.0, batch_first=True, norm_first=norm == "pre", dtype=dtype
        )
        copy_layer(ours, theirs)
        x = torch.randn(batch, queries, d_model, dtype=dtype, requires_grad=True)
        memory = torch.randn(batch, keys, d_model, dtype=dtype, requires_grad=True)
        ids = torch.randint(0, 2, (batch, keys))
        ids[:, 0] = 1
        causal = causal_mask(queries)
        output, self_weights, cross_weights = ours(x, memory, causal, padding_mask(ids), need_weights=True)
        expected = theirs(x, memory, tgt_mask=~causal, memory_key_padding_mask=ids == 0)
        torch.testing.assert_close(output, expected, atol=atol, rtol=atol)
        torch.testing.assert_close(self_weights.sum(-1), torch.ones_like(self_weights[..., 0]))
        assert (cross_weights.masked_select((ids == 0)[:, None, None]) == 0).all()
        mine, others = (
            [ours.cross_attention.output_projection.weight],
            [theirs.multihead_attn.out_proj.weight],
        )
        assert_same_gradients([x, memory, *mine], output, [x, memory, *others], expected, atol)


def test_feed_forward_treats_every_position_alike():
    network, x = FeedForward(6, 9), torch.randn(2, 5, 6)
    one_by_one = torch.stack([network(x[:, i : i + 1])[:, 0] for i in range(5)], dim=1)
    torch.testing.assert_close(network(x), one_by_one)


@NORM
def test_trap_05_the_norm_stands_where_its_name_says(norm):
    """A sublayer that says nothing: post-norm normalises all the same, pre-norm lets x through unchanged."""
    around, x = Residual(8, norm=norm), 3 + 5 * torch.randn(2, 4, 8)
    nothing = torch.zeros_like(x)
    if norm == "post":
        assert around.enter(x) is x
        torch.testing.assert_close(around.leave(x, nothing), around.norm(x))
    else:
        torch.testing.assert_close(around.enter(x), around.norm(x))
        assert torch.equal(around.leave(x, nothing), x)


@NORM
def test_dropout_is_for_training(norm):
    layer, x = EncoderLayer(8, 2, 16, dropout=0.5, norm=norm), torch.randn(2, 5, 8)
    assert not torch.equal(layer(x)[0], layer(x)[0])
    layer.eval()
    assert torch.equal(layer(x)[0], layer(x)[0])


@NORM
def test_a_decoder_layer_with_a_cache_equals_all_at_once(norm):
    layer, x, memory = DecoderLayer(8, 2, 16, norm=norm).eval(), torch.randn(3, 5, 8), torch.randn(3, 4, 8)
    expected, _, _ = layer(x, memory, causal_mask(5))
    cache = DecoderCache()
    steps = [layer(t, memory, cache=cache)[0] for t in x.split(1, dim=1)]
    torch.testing.assert_close(torch.cat(steps, dim=1), expected)
    chosen = cache.select(torch.tensor([1]))
    assert chosen.self_attention.key.shape[:3] == (1, 2, 5)
    assert chosen.cross_attention.key.shape[:3] == (1, 2, 4) and chosen.cross_attention.fixed


@NORM
def test_the_norms_have_the_given_eps(norm):
    options = {"norm": norm, "eps": 0.25}
    for layer in (EncoderLayer(8, 2, 16, **options), DecoderLayer(8, 2, 16, **options)):
        assert {module.eps for module in layer.modules() if isinstance(module, nn.LayerNorm)} == {0.25}
    for layer in (EncoderLayer(8, 2, 16, norm=norm), DecoderLayer(8, 2, 16, norm=norm), Residual(8)):
        assert {module.eps for module in layer.modules() if isinstance(module, nn.LayerNorm)} == {1e-5}


def test_a_feed_forward_network_is_its_formula():
    x = torch.randn(2, 3, 6)
    for name, act in (("relu", torch.relu), ("gelu", nn.functional.gelu)):
        network = FeedForward(6, 9, activation=name)
        inner = act(x @ network.hidden.weight.T + network.hidden.bias)
        torch.testing.assert_close(network(x), inner @ network.output.weight.T + network.output.bias)


def test_layers_hand_all_sizes_and_positions_on():
    relative = RotaryPositions(6)
    options = {"d_key": 6, "d_value": 3, "relative": relative, "activation": "gelu"}
    encoder, decoder = EncoderLayer(8, 2, 16, **options), DecoderLayer(8, 2, 16, **options)
    for attention in (encoder.self_attention, decoder.self_attention, decoder.cross_attention):
        assert attention.key_projection.out_features == 12 and attention.value_projection.out_features == 6
    assert encoder.self_attention.relative is relative is decoder.self_attention.relative
    assert decoder.cross_attention.relative is None  # two languages have no common distances
    assert encoder.feed_forward.activation(torch.tensor(-1.0)) != 0  # gelu


@NORM
def test_weights_are_those_of_this_layer_and_only_when_asked_for(norm):
    x, memory, causal = torch.randn(2, 4, 8), torch.randn(2, 3, 8), causal_mask(4)
    encoder, decoder = EncoderLayer(8, 2, 16, norm=norm), DecoderLayer(8, 2, 16, norm=norm)
    assert encoder(x)[1] is None and decoder(x, memory)[1:] == (None, None)
    h = encoder.around_attention.enter(x)
    output, weights = encoder(x, causal, need_weights=True)
    torch.testing.assert_close(weights, encoder.self_attention(h, h, h, causal)[1])
    torch.testing.assert_close(output, encoder(x, causal)[0])
    h = decoder.around_self_attention.enter(x)
    output, own, cross = decoder(x, memory, causal, need_weights=True)
    torch.testing.assert_close(own, decoder.self_attention(h, h, h, causal)[1])
    assert cross.shape == (2, 2, 4, 3)
    torch.testing.assert_close(output, decoder(x, memory, causal)[0])


def test_unknown_choices_are_refused():
    with pytest.raises(InputError, match="norm: expected one of post, pre; got 'both'"):
        EncoderLayer(8, 2, 16, norm="both")
    with pytest.raises(InputError, match="activation: expected one of relu, gelu; got 'tanh'"):
        DecoderLayer(8, 2, 16, activation="tanh")
