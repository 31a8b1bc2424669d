"""Dropout: in every place that the papers name, with the probability that the config names, in training only."""

import pytest
import torch
from torch import nn

from tfmr.attention import scaled_dot_product_attention
from tfmr.config import POSITIONS, TransformerConfig
from tfmr.fused import fused_attention
from tfmr.layers import FeedForward, Residual
from tfmr.multi_head import MultiHeadAttention
from tfmr.recurrent import RecurrentConfig, RecurrentSeq2Seq
from tfmr.transformer import Transformer

P = 0.3
SRC, TGT = torch.tensor([[5, 6, 7, 8, 3]]), torch.tensor([[1, 4, 9, 5]])


EVERYWHERE = {"attention_dropout": P, "hidden_dropout": P}


def transformer(**changes) -> Transformer:
    return Transformer(TransformerConfig(11, 13, 16, 4, 1, 1, 24, dropout=P, **EVERYWHERE | changes))


def recurrent(attention: str | None) -> RecurrentSeq2Seq:
    return RecurrentSeq2Seq(RecurrentConfig(11, 13, 8, 8, attention, dropout=P))


MODELS = {
    # Two embeddings; weights, hidden units and two updates in the encoder's layer; one attention more, and its
    # update, in the decoder's.
    "post": (transformer, 2 + 4 + 6),
    "pre": (lambda: transformer(norm="pre"), 2 + 4 + 6),
    "alibi": (lambda: transformer(positions="alibi"), 2 + 4 + 6),
    "without added positions": (lambda: transformer(positions="none"), 2 + 4 + 6),
    # The source's embeddings, and one module for the target's and for the readout.
    "additive": (lambda: recurrent("additive"), 2),
    "fixed": (lambda: recurrent(None), 2),
}
each_model = pytest.mark.parametrize(("make", "number"), MODELS.values(), ids=MODELS)


def places(model: nn.Module) -> dict[str, nn.Module]:
    """All modules that drop something, by name."""
    kinds = nn.Dropout, MultiHeadAttention
    return {name: module for name, module in model.named_modules() if isinstance(module, kinds)}


def set_probability(module: nn.Module, p: float) -> None:
    if isinstance(module, MultiHeadAttention):
        module.dropout = p
    else:
        module.p = p


@each_model
def test_every_place_has_the_configs_probability(make, number):
    found = [m.dropout if isinstance(m, MultiHeadAttention) else m.p for m in places(make()).values()]
    assert found == [P] * number


def test_the_paper_drops_embeddings_and_what_sublayers_add_and_nothing_else():
    """Section 5.4: the output of each sublayer, before it is added, and the sums of embeddings and positions."""
    model = Transformer(TransformerConfig(11, 13, 16, 4, 1, 1, 24, dropout=P))
    for name, module in places(model).items():
        found = module.dropout if isinstance(module, MultiHeadAttention) else module.p
        inside = isinstance(module, MultiHeadAttention) or name.endswith(".feed_forward.dropout")
        assert found == (0.0 if inside else P), name


@each_model
def test_each_place_alone_drops_something_in_training_and_nothing_else(make, number):
    model = make()
    for module in places(model).values():
        set_probability(module, 0.0)
    assert torch.equal(model.train()(SRC, TGT), model(SRC, TGT)), "dropout that no module is responsible for"
    for name, module in places(model).items():
        set_probability(module, 0.5)
        model.train()
        assert len({tuple(model(SRC, TGT).flatten().tolist()) for _ in range(4)}) > 1, f"{name} drops nothing"
        model.eval()
        assert torch.equal(model(SRC, TGT), model(SRC, TGT)), f"{name} drops while it should not"
        set_probability(module, 0.0)


class OnlyCall(nn.Module):
    """Drops at one of its calls, counted from 0, and counts them."""

    def __init__(self, number: int):
        super().__init__()
        self.number, self.calls = number, 0

    def forward(self, x):
        self.calls += 1
        return nn.functional.dropout(x, 0.5) if self.calls - 1 == self.number else x


@pytest.mark.parametrize("number", [0, 1], ids=["embedding", "readout"])
def test_the_recurrent_decoder_drops_in_two_places(number):
    model = recurrent("additive").eval()
    expected = model(SRC, TGT)
    model.decoder.dropout = OnlyCall(number)
    assert not torch.allclose(model(SRC, TGT), expected)
    assert model.decoder.dropout.calls == 2
    # A step drops what the whole drops, and forced decoding for alignments reads the same embeddings.
    model.decoder.dropout = OnlyCall(number)
    state = model.eval().start(model.encode(SRC))
    model.step(TGT[:, 0], state)
    assert model.decoder.dropout.calls == 2


# --- how much, and what ---------------------------------------------------------------------------------


@pytest.mark.parametrize("p", [0.2, 0.7])
@pytest.mark.parametrize("fused", [False, True], ids=["explicit", "fused"])
def test_of_the_weights_a_share_p_is_dropped_and_the_rest_grows(p, fused):
    keys = 64
    q, k, v = torch.zeros(1, 1, 64, 8), torch.zeros(1, 1, keys, 8), torch.eye(keys)[None, None]
    if fused:
        output = fused_attention(q, k, v, dropout_p=p)
    else:
        output, weights = scaled_dot_product_attention(q, k, v, dropout_p=p)
        torch.testing.assert_close(weights, torch.full_like(weights, 1 / keys))
    # The values are the unit vectors: the output is what is left of the weights, each 1/64 before.
    assert (output == 0).float().mean().item() == pytest.approx(p, abs=0.03)
    left = output[output != 0]
    torch.testing.assert_close(left, torch.full_like(left, 1 / keys / (1 - p)))


@pytest.mark.parametrize("need_weights", [True, False], ids=["explicit", "fused"])
def test_both_paths_of_multi_head_attention_drop_the_given_share(need_weights):
    attention = MultiHeadAttention(32, 1, dropout=0.25)
    for part in (attention.query_projection, attention.key_projection):
        nn.init.zeros_(part.weight)
    for part in (attention.value_projection, attention.output_projection):
        nn.init.eye_(part.weight)
        nn.init.zeros_(part.bias)
    x = torch.eye(32)[None]
    output, _ = attention(x, x, x, need_weights=need_weights)
    assert (output == 0).float().mean().item() == pytest.approx(0.25, abs=0.06)
    output, _ = attention.eval()(x, x, x, need_weights=need_weights)
    torch.testing.assert_close(output, torch.full_like(output, 1 / 32))


@pytest.mark.parametrize("positions", POSITIONS)
def test_embeddings_are_dropped_with_their_positions(positions):
    """Section 5.4 of the paper: dropout is applied to the sums of the embeddings and the positions."""
    embedding = transformer(positions=positions).src_embedding
    whole, dropped = embedding.eval()(SRC, offset=3), embedding.train()(SRC, offset=3)
    assert (dropped == 0).any()
    torch.testing.assert_close(dropped, torch.where(dropped == 0, 0.0, whole / (1 - P)))


def test_a_feed_forward_network_drops_hidden_units_not_its_output():
    network, x = FeedForward(16, 64, dropout=0.5), torch.randn(1, 8, 16)
    seen = []
    network.output.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    assert (network(x) != 0).all()
    active = network.activation(network.hidden(x)) > 0
    assert (seen[0][active] == 0).float().mean().item() == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("norm", ["post", "pre"])
def test_the_way_around_a_sublayer_is_never_dropped(norm):
    around, x = Residual(16, dropout=0.5, norm=norm), torch.randn(2, 5, 16)
    read = []

    def nothing(h):
        read.append(h)
        return torch.zeros_like(h)

    assert torch.equal(around(x, nothing), around.norm(x) if norm == "post" else x)
    assert torch.equal(read[0], x if norm == "post" else around.norm(x))
