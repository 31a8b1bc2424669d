"""Layers: parity with PyTorch's, and that the norm stands where its name says."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from parity import TOLERANCE, decoder_layer, encoder_layer, random_biases
from torch import nn

from tfmr.book.twins import copy_layer
from tfmr.errors import InputError
from tfmr.layers import Cache, FeedForward, Residual, start_layer, step_layer
from tfmr.masks import causal_mask, padding_mask
from tfmr.positions import ALiBi, RotaryPositions

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
        ours = encoder_layer(d_model, heads, 7, norm=norm, activation=activation).to(dtype)
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
        ours = decoder_layer(d_model, heads, 7, norm=norm).to(dtype)
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
    read = []

    def nothing(h):
        read.append(h)
        return torch.zeros_like(h)

    output = around(x, nothing)
    if norm == "post":
        assert read[0] is x
        torch.testing.assert_close(output, around.norm(x))
    else:
        torch.testing.assert_close(read[0], around.norm(x))
        assert torch.equal(output, x)


@NORM
def test_a_residual_is_its_formula(norm):
    around, x, sublayer = Residual(8, norm=norm), torch.randn(2, 4, 8), nn.Linear(8, 8)
    nn.init.normal_(around.norm.weight)
    expected = around.norm(x + sublayer(x)) if norm == "post" else x + sublayer(around.norm(x))
    torch.testing.assert_close(around(x, sublayer), expected)


@NORM
def test_dropout_is_for_training(norm):
    layer, x = encoder_layer(8, 2, 16, dropout=0.5, norm=norm), torch.randn(2, 5, 8)
    assert not torch.equal(layer(x)[0], layer(x)[0])
    layer.eval()
    assert torch.equal(layer(x)[0], layer(x)[0])


@NORM
@pytest.mark.parametrize("positions", [None, RotaryPositions(4), ALiBi(2)])
def test_trap_12_a_layer_step_by_step_equals_all_at_once(norm, positions):
    layer = decoder_layer(8, 2, 16, positions, norm=norm).eval()
    x, memory = torch.randn(3, 5, 8), torch.randn(3, 4, 8)
    hidden = padding_mask(torch.tensor([[5, 6, 7, 8], [5, 6, 0, 0], [5, 0, 0, 0]]))
    expected, _, weights = layer(x, memory, causal_mask(5), hidden, need_weights=True)
    state = start_layer(layer, memory)
    for t, word in enumerate(x.split(1, dim=1)):
        before = [tensor.clone() for pair in (state.past.words, state.source) for tensor in pair]
        output, across, after = step_layer(layer, word, state, hidden, need_weights=True)
        torch.testing.assert_close(output, expected[:, t : t + 1])
        torch.testing.assert_close(across, weights[:, :, t : t + 1])
        now = [tensor for pair in (state.past.words, state.source) for tensor in pair]
        assert all(map(torch.equal, before, now))  # left as it was
        assert after.source is state.source  # computed once a sentence
        state = after
    assert step_layer(layer, word, state, hidden)[1] is None  # weights only when asked for
    rows = torch.tensor([1, 0, 1])
    chosen, reordered = state.select(rows), state.reorder(rows)
    for pair, others in (
        (chosen.past.words, state.past.words),
        (chosen.source, state.source),
        (reordered.past.words, state.past.words),
    ):
        assert all(torch.equal(tensor, other[rows]) for tensor, other in zip(pair, others, strict=True))
    assert reordered.source is state.source


def words(number: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Keys and values of one word of two sentences; in the keys stands its number."""
    return torch.full((2, 3, 1, 4), float(number)), torch.randn(2, 3, 1, 5)


def read(cache: Cache) -> list[int]:
    """The numbers of the words in a cache."""
    return cache.words[0][0, 0, :, 0].int().tolist()


def test_a_new_word_is_written_behind_the_others_and_they_are_not_copied():
    with torch.no_grad():
        cache, buffers = Cache.of(torch.zeros(2, 3, 0, 4), torch.zeros(2, 3, 0, 5)), []
        given = [words(number) for number in range(100)]
        for k, v in given:
            cache = cache.append(k, v)
            buffers.append(cache.keys)  # kept, so that no place in memory is used again
    assert read(cache) == list(range(100)) and cache.length == 100
    assert torch.equal(cache.words[1], torch.cat([v for _, v in given], dim=-2))
    assert len({keys.data_ptr() for keys in buffers}) == 4  # 16, 34, 70, 142 places
    assert cache.keys.size(-2) < 200
    with torch.no_grad():
        chosen = cache.select(torch.tensor([1, 0]))
        for one in (chosen, cache):  # a selected cache has room too, and takes none from the other
            assert one.append(*words(100)).keys is one.keys


@pytest.mark.parametrize("gradients", [False, True])
def test_caches_that_share_a_beginning_do_not_disturb_each_other(gradients):
    """As a tree: from each state two others, in any order, and one that is selected from an old one."""
    with torch.set_grad_enabled(gradients):
        root = Cache.of(torch.zeros(2, 3, 0, 4), torch.zeros(2, 3, 0, 5)).append(*words(1))
        left, right = root.append(*words(2)), root.append(*words(3))
        again = left.append(*words(4))
        other, late = left.append(*words(5)), root.append(*words(6))
        chosen = left.select(torch.tensor([1, 1])).append(*words(7))
        further = again.append(*words(8))
    caches = (root, left, right, again, other, late, chosen, further)
    expected = [1], [1, 2], [1, 3], [1, 2, 4], [1, 2, 5], [1, 6], [1, 2, 7], [1, 2, 4, 8]
    assert tuple(map(read, caches)) == expected


def test_gradients_flow_through_every_step():
    """What an earlier step read is not overwritten: training may go word by word as well."""
    layer = decoder_layer(8, 2, 16)
    x, memory, masks = torch.randn(2, 5, 8), torch.randn(2, 4, 8), causal_mask(5)
    state, outputs = start_layer(layer, memory), []
    for word in x.split(1, dim=1):
        output, _, state = step_layer(layer, word, state)
        outputs.append(output)
    weight = layer.self_attention.key_projection.weight
    direction = torch.randn(2, 5, 8)
    found, expected = (
        torch.autograd.grad((y * direction).sum(), weight)[0]
        for y in (torch.cat(outputs, dim=1), layer(x, memory, masks)[0])
    )
    torch.testing.assert_close(found, expected)


@NORM
def test_the_norms_have_the_given_eps(norm):
    options = {"norm": norm, "eps": 0.25}
    for layer in (encoder_layer(8, 2, 16, **options), decoder_layer(8, 2, 16, **options)):
        assert {module.eps for module in layer.modules() if isinstance(module, nn.LayerNorm)} == {0.25}
    for layer in (encoder_layer(8, 2, 16, norm=norm), decoder_layer(8, 2, 16, norm=norm), Residual(8)):
        assert {module.eps for module in layer.modules() if isinstance(module, nn.LayerNorm)} == {1e-5}


def test_a_feed_forward_network_is_its_formula():
    x = torch.randn(2, 3, 6)
    for name, act in (("relu", torch.relu), ("gelu", nn.functional.gelu)):
        network = FeedForward(6, 9, activation=name)
        inner = act(x @ network.hidden.weight.T + network.hidden.bias)
        torch.testing.assert_close(network(x), inner @ network.output.weight.T + network.output.bias)


@NORM
def test_weights_are_those_of_this_layer_and_only_when_asked_for(norm):
    x, memory, causal = torch.randn(2, 4, 8), torch.randn(2, 3, 8), causal_mask(4)
    encoder, decoder = encoder_layer(8, 2, 16, norm=norm), decoder_layer(8, 2, 16, norm=norm)
    assert encoder(x)[1] is None and decoder(x, memory)[1:] == (None, None)
    h = x if norm == "post" else encoder.around_attention.norm(x)
    output, weights = encoder(x, causal, need_weights=True)
    torch.testing.assert_close(weights, encoder.self_attention(h, h, h, causal)[1])
    torch.testing.assert_close(output, encoder(x, causal)[0])
    h = x if norm == "post" else decoder.around_self_attention.norm(x)
    output, own, cross = decoder(x, memory, causal, need_weights=True)
    torch.testing.assert_close(own, decoder.self_attention(h, h, h, causal)[1])
    assert cross.shape == (2, 2, 4, 3)
    torch.testing.assert_close(output, decoder(x, memory, causal)[0])


def test_unknown_choices_are_refused():
    with pytest.raises(InputError, match="norm: expected one of post, pre; got 'both'"):
        Residual(8, norm="both")
    with pytest.raises(InputError, match="activation: expected one of relu, gelu; got 'tanh'"):
        FeedForward(8, 16, activation="tanh")
