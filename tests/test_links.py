"""Links read off attention: of the model as a whole, and of each of its heads."""

import pytest
import torch
from fakes import Fake
from torch import nn

from tfmr.config import TransformerConfig
from tfmr.data import BPETokenizer, Pair, WordTokenizer
from tfmr.errors import InputError
from tfmr.evaluation import attention_links, head_links
from tfmr.recurrent import RecurrentConfig, RecurrentSeq2Seq
from tfmr.transformer import AttentionWeights, Transformer

PAIRS = [
    Pair("le chat noir dort .", "the black cat sleeps ."),
    Pair("il mange l'intelligence .", "it eats intelligence ."),
    Pair("non", "no"),
    Pair("le chat mange .", "the cat eats ."),
    Pair("non . le chat dort .", "no . the cat sleeps ."),
]
each_tokenizer = pytest.mark.parametrize("kind", [WordTokenizer, BPETokenizer])


def make_tokenizers(kind=WordTokenizer):
    return kind.train([pair.src for pair in PAIRS]), kind.train([pair.tgt for pair in PAIRS])


def make_transformer(src, tgt, num_heads=2, num_layers=2):
    return Transformer(TransformerConfig(len(src), len(tgt), 8, num_heads, 1, num_layers, 16, dropout=0.5))


class Looking(Fake):
    """Says that it looked where it is told: a row of source columns for each layer, head and target token."""

    def __init__(self, weights):
        super().__init__()
        self.weights = nn.Parameter(weights)  # layers, heads, tgt_len, src_len
        self.config = TransformerConfig(9, 9, 8 * weights.size(1), weights.size(1))

    def align(self, src, tgt):
        assert self.weights.shape[2:] == (tgt.shape[1], src.shape[1])
        return self.weights[:1, 0]

    def attention_weights(self, src, tgt):
        assert self.weights.shape[2:] == (tgt.shape[1], src.shape[1])
        return AttentionWeights([], [], [layer[None] for layer in self.weights])


def looking_at(pair, looked_at, src_tokenizer, tgt_tokenizer, shift=0):
    """Every piece of a target word looks at the last piece of a source word (None: at the end symbol)."""
    src_word_of, tgt_word_of = src_tokenizer.word_of(pair.src), tgt_tokenizer.word_of(pair.tgt)
    weights = torch.zeros(len(tgt_word_of) + 2, len(src_word_of) + 1)
    for row, word in enumerate(tgt_word_of, start=shift):
        pieces = [column for column, number in enumerate(src_word_of) if number == looked_at[word]]
        weights[row, pieces[-1] if pieces else -1] = 1.0
    return weights


CASES = [
    (Pair("le chat noir dort .", "the black sleeps"), [2, 0, 4], {(2, 0), (0, 1), (4, 2)}),
    (Pair("mange le chat", "no cat it eats"), [1, 2, None, 0], {(1, 0), (2, 1), (0, 3)}),
]


@each_tokenizer
@pytest.mark.parametrize(("pair", "looked_at", "links"), CASES)
def test_trap_11_links_are_source_then_target_between_words(kind, pair, looked_at, links):
    tokenizers = make_tokenizers(kind)
    model = Looking(looking_at(pair, looked_at, *tokenizers)[None, None])
    assert attention_links(model, [pair], *tokenizers) == [links]
    assert head_links(model, [pair], *tokenizers) == [[[links]]]


@each_tokenizer
@pytest.mark.parametrize(("pair", "looked_at", "links"), CASES)
def test_trap_11_a_word_is_predicted_one_row_before_it_is_read(kind, pair, looked_at, links):
    tokenizers = make_tokenizers(kind)
    model = Looking(looking_at(pair, looked_at, *tokenizers, shift=1)[None, None])
    assert head_links(model, [pair], *tokenizers, shift=1) == [[[links]]]
    assert head_links(model, [pair], *tokenizers) != [[[links]]]


def test_each_head_of_each_layer_has_its_own_links():
    tokenizers, pair = make_tokenizers(), Pair("le chat noir", "the cat")
    looks = [[[0, 1], [1, 2]], [[2, 2], [0, None]], [[1, 1], [2, 0]]]  # three layers of two heads
    maps = [[looking_at(pair, each, *tokenizers) for each in layer] for layer in looks]
    found = head_links(Looking(torch.stack([torch.stack(layer) for layer in maps])), [pair], *tokenizers)
    assert found == [
        [[{(0, 0), (1, 1)}], [{(1, 0), (2, 1)}]],
        [[{(2, 0), (2, 1)}], [{(0, 0)}]],
        [[{(1, 0), (1, 1)}], [{(2, 0), (0, 1)}]],
    ]


@each_tokenizer
def test_a_transformer_with_one_head_has_its_links_in_its_last_layer(kind):
    tokenizers = make_tokenizers(kind)
    model = make_transformer(*tokenizers, num_heads=1)
    found = head_links(model, PAIRS, *tokenizers)
    assert len(found) == 2 and all(len(layer) == 1 and len(layer[0]) == len(PAIRS) for layer in found)
    assert found[1][0] == attention_links(model, PAIRS, *tokenizers) != found[0][0]


@pytest.mark.parametrize("shift", [0, 1])
def test_pairs_keep_their_order_in_batches_of_any_size(shift):
    tokenizers = make_tokenizers(BPETokenizer)
    model = make_transformer(*tokenizers)
    alone = [head_links(model, [pair], *tokenizers, shift=shift) for pair in PAIRS]
    expected = [[[one[layer][head][0] for one in alone] for head in range(2)] for layer in range(2)]
    for batch_size in (1, 2, 100):
        assert head_links(model, PAIRS, *tokenizers, batch_size, shift) == expected


def test_no_more_than_a_batch_is_held_and_the_mode_is_put_back(monkeypatch):
    tokenizers = make_tokenizers()
    model, sizes = make_transformer(*tokenizers), []
    ask = Transformer.attention_weights

    def spy(self, src, tgt):
        assert not self.training and not torch.is_grad_enabled()
        sizes.append(len(src))
        return ask(self, src, tgt)

    monkeypatch.setattr(Transformer, "attention_weights", spy)
    model.train()
    head_links(model, PAIRS * 10, *tokenizers)
    assert max(sizes) <= 20 and sum(sizes) == 50 and model.training
    sizes.clear()
    head_links(model, PAIRS, *tokenizers, batch_size=2)
    assert sizes == [2, 2, 1]


def test_what_has_no_heads_and_a_shift_by_two_are_refused():
    src, tgt = make_tokenizers()
    recurrent = RecurrentSeq2Seq(RecurrentConfig(len(src), len(tgt), 8, 8))
    with pytest.raises(InputError, match="^model: .* attention_weights.*, got RecurrentSeq2Seq"):
        head_links(recurrent, PAIRS, src, tgt)
    for shift in (-1, 2):
        with pytest.raises(InputError, match=f"^shift: expected 0 .* or 1 .*, got {shift}"):
            head_links(make_transformer(src, tgt), PAIRS, src, tgt, shift=shift)
