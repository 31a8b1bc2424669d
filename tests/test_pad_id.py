"""Padding is what the config says: exchange the ids 0 and 9 everywhere, and nothing changes."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from tfmr.config import TransformerConfig
from tfmr.data import BPETokenizer, BucketedBatches, WordTokenizer
from tfmr.data.batches import Batch
from tfmr.decoding import greedy_decode
from tfmr.recurrent import RecurrentConfig, RecurrentSeq2Seq
from tfmr.training import evaluate_loss, negative_log_likelihood
from tfmr.transformer import Transformer

VOCAB, PAD = 12, 9
SWAP = torch.arange(VOCAB)
SWAP[[0, PAD]] = SWAP[[PAD, 0]]
# The id 9 is a word here, and padding after the exchange; 0 the other way round.
SRC = torch.tensor([[5, 9, 7, 9, 2], [4, 9, 2, 0, 0], [9, 2, 0, 0, 0]])
TGT = torch.tensor([[1, 9, 6, 2], [1, 8, 2, 0], [1, 9, 2, 0]])
RECURRENT = RecurrentConfig(VOCAB, VOCAB, 8, 8)
TRANSFORMER = TransformerConfig(VOCAB, VOCAB, 16, 4, 1, 1, 24, dropout=0.0)
MODELS = {
    "transformer": (Transformer, TRANSFORMER),
    "additive": (RecurrentSeq2Seq, RECURRENT),
    "dot": (RecurrentSeq2Seq, replace(RECURRENT, attention="dot")),
    "fixed": (RecurrentSeq2Seq, replace(RECURRENT, attention=None)),
}
each_model = pytest.mark.parametrize(("kind", "config"), MODELS.values(), ids=MODELS)


def twins(kind, config) -> tuple[nn.Module, nn.Module]:
    """A model that pads with 0, and the same with the ids 0 and 9 exchanged."""
    plain, swapped = kind(config), kind(replace(config, pad_id=PAD))
    weights = plain.state_dict()
    by_token = [name for name, tensor in weights.items() if tensor.size(0) == VOCAB and "gru" not in name]
    assert len(by_token) >= 3  # two embeddings and the output layer
    swapped.load_state_dict({n: t[SWAP] if n in by_token else t for n, t in weights.items()})
    return plain, swapped


@each_model
def test_the_same_logits_loss_and_gradients(kind, config):
    plain, swapped = twins(kind, config)
    torch.testing.assert_close(swapped(SWAP[SRC], SWAP[TGT])[..., SWAP], plain(SRC, TGT))
    losses = [
        negative_log_likelihood(plain, Batch(SRC, TGT)),
        negative_log_likelihood(swapped, Batch(SWAP[SRC], SWAP[TGT], PAD)),
    ]
    torch.testing.assert_close(losses[0], losses[1])
    for loss in losses:
        loss.backward()
    for (name, one), other in zip(plain.named_parameters(), swapped.parameters(), strict=True):
        expected = one.grad[SWAP] if one.size(0) == VOCAB and "gru" not in name else one.grad
        torch.testing.assert_close(other.grad, expected, msg=lambda text, name=name: f"{name}: {text}")


@each_model
def test_the_same_mean_loss_over_batches(kind, config):
    plain, swapped = twins(kind, config)
    examples = [([5, 9, 7, 9, 2], [1, 9, 9, 6, 2]), ([4, 9, 2], [1, 8, 2]), ([9, 2], [1, 9, 2])]
    # There are fewer words 9 than places of padding: counting one for the other would show.
    exchanged = [(SWAP[src].tolist(), SWAP[tgt].tolist()) for src, tgt in examples]
    expected = evaluate_loss(plain, BucketedBatches(examples, 3))
    assert evaluate_loss(swapped, BucketedBatches(exchanged, 3, pad_id=PAD)) == pytest.approx(expected)


@each_model
def test_the_same_translations(kind, config):
    plain, swapped = twins(kind, config)
    expected, found = greedy_decode(plain, SRC, 12), greedy_decode(swapped, SWAP[SRC], 12)
    assert torch.equal(SWAP[found.ids], expected.ids)
    if expected.weights is not None:
        torch.testing.assert_close(found.weights, expected.weights)


@pytest.mark.parametrize("tokenizer", [WordTokenizer, BPETokenizer])
@pytest.mark.parametrize("config", [RECURRENT, TRANSFORMER, TransformerConfig.base()])
def test_models_and_tokenizers_agree_on_the_special_ids(config, tokenizer):
    ids = ("pad_id", "bos_id", "eos_id")
    assert [getattr(config, name) for name in ids] == [getattr(tokenizer, name) for name in ids]


@pytest.mark.parametrize(("kind", "config"), [MODELS["transformer"], MODELS["additive"]])
def test_the_same_alignment(kind, config):
    plain, swapped = twins(kind, config)
    torch.testing.assert_close(swapped.align(SWAP[SRC], SWAP[TGT]), plain.align(SRC, TGT))


def test_padding_has_no_vector_in_a_recurrent_model():
    model = RecurrentSeq2Seq(replace(RECURRENT, pad_id=PAD))
    for embedding in (model.encoder.embedding, model.decoder.embedding):
        assert (embedding.weight[PAD] == 0).all() and (embedding.weight[0] != 0).all()
