"""What a model loses when a source word is hidden, against the same done slowly, one hiding at a time."""

import pytest
import torch
from fakes import Fake
from torch import nn

from tfmr.config import TransformerConfig
from tfmr.data import BPETokenizer, Pair, WordTokenizer, encode_pairs, word_tokenize
from tfmr.errors import InputError
from tfmr.evaluation import hiding_effects, links_from_hiding
from tfmr.recurrent import RecurrentConfig, RecurrentSeq2Seq
from tfmr.seq2seq import Memory
from tfmr.transformer import Transformer

PAIRS = [
    Pair("le chat noir dort .", "the black cat sleeps ."),
    Pair("il mange l'intelligence .", "it eats intelligence ."),
    Pair("non", "no"),
]
each_tokenizer = pytest.mark.parametrize("kind", [WordTokenizer, BPETokenizer])
each_pair = pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.tgt)
each_place = pytest.mark.parametrize("hide_from", ["decoder", "both"])


def make_tokenizers(kind=WordTokenizer):
    return kind.train([pair.src for pair in PAIRS]), kind.train([pair.tgt for pair in PAIRS])


def make_transformer(src, tgt, **settings):
    return Transformer(TransformerConfig(len(src), len(tgt), 16, 2, 2, 2, 16, dropout=0.5, **settings))


def one_by_one(model, pair, tokenizers, hide_from):
    """The same as its definition says it: for each source word alone, for each target piece alone.

    Padding in a word's place is what the models know of hiding from the encoder; the Transformer's other words then
    see it no more than a mask would let them.
    """
    [(src, tgt)] = encode_pairs([pair], *tokenizers)
    src, tgt = torch.tensor([src]), torch.tensor([tgt])
    word_of = torch.tensor([*tokenizers[0].word_of(pair.src), -1])
    model.eval()

    def log_probabilities(memory):
        words = torch.zeros(len(word_tokenize(pair.tgt)))
        for place, word in enumerate(tokenizers[1].word_of(pair.tgt), start=1):
            words[word] += model.decode(tgt[:, :place], memory)[0, -1].log_softmax(-1)[tgt[0, place]]
        return words

    columns = []
    with torch.no_grad():
        memory = model.encode(src)
        before = log_probabilities(memory)
        for word in range(len(word_tokenize(pair.src))):
            if hide_from == "both":
                cut = model.encode(src.masked_fill(word_of == word, model.config.pad_id))
            else:
                cut = Memory(memory.vectors, (word_of != word)[None, None])
            columns.append(before - log_probabilities(cut))
    model.train()
    return torch.stack(columns, dim=1)


@each_tokenizer
@each_pair
@each_place
@pytest.mark.parametrize("positions", ["sinusoidal", "rotary"])
def test_all_at_once_is_one_by_one(kind, pair, hide_from, positions):
    tokenizers = make_tokenizers(kind)
    model = make_transformer(*tokenizers, positions=positions)
    effects = hiding_effects(model, pair, *tokenizers, hide_from)
    assert effects.shape == (len(word_tokenize(pair.tgt)), len(word_tokenize(pair.src)))
    torch.testing.assert_close(effects, one_by_one(model, pair, tokenizers, hide_from), atol=1e-4, rtol=1e-3)
    assert effects.abs().max() > 1e-3 and model.training


@each_pair
def test_a_recurrent_model_loses_words_from_its_memory(pair):
    src, tgt = make_tokenizers()
    model = RecurrentSeq2Seq(RecurrentConfig(len(src), len(tgt), 8, 8))
    effects = hiding_effects(model, pair, src, tgt)
    torch.testing.assert_close(effects, one_by_one(model, pair, (src, tgt), "decoder"), atol=1e-4, rtol=1e-3)


def test_from_both_nothing_is_left_of_the_word_and_from_the_decoder_something_is():
    """A word hidden from both can be any word; hidden from the decoder alone, its neighbours still know it."""
    tokenizers = make_tokenizers()
    model = make_transformer(*tokenizers).eval()

    def hidden(src, hide_from):  # the log-probability of each target word with the second source word hidden
        pair = Pair(src, "the black cat .")
        [(ids, tgt)] = encode_pairs([pair], *tokenizers)
        tgt = torch.tensor([tgt])
        with torch.no_grad():
            log_probabilities = model(torch.tensor([ids]), tgt[:, :-2]).log_softmax(-1)
        before = log_probabilities.gather(2, tgt[:, 1:-1, None])[0, :, 0]
        return before - hiding_effects(model, pair, *tokenizers, hide_from)[:, 1]

    torch.testing.assert_close(hidden("le chat noir", "both"), hidden("le mange noir", "both"))
    apart = hidden("le chat noir", "decoder") - hidden("le mange noir", "decoder")
    assert apart.abs().max() > 1e-4


class Needing(Fake):
    """Each target token is helped by the sight of some source tokens: a logit more for each of them."""

    attends = True

    def __init__(self, helps):
        super().__init__()
        self.helps = nn.Parameter(torch.tensor(helps))  # target token × source token
        self.batches = []

    def encode(self, src):
        return Memory(torch.zeros(*src.shape, 1), torch.ones(len(src), 1, src.size(1), dtype=torch.bool))

    def decode(self, tgt, memory):
        self.batches.append(len(tgt))
        logits = torch.zeros(len(tgt), tgt.size(1), 40)
        for place in range(tgt.size(1)):
            logits[:, place, self.right[place]] = (memory.mask[:, 0] * self.helps[place]).sum(-1)
        return logits


def test_a_word_is_linked_to_the_word_that_it_needs():
    tokenizers = make_tokenizers()
    pair = Pair("le chat noir dort", "the black sleeps cat")
    model = Needing(
        [
            [2.0, 0.5, 0.0, 0.0, 9.0],  # the end symbol helps most, but nobody hides it
            [0.0, 1.0, 3.0, 0.0, 0.0],
            [-2.0, 0.0, 0.0, 0.0, 0.0],  # better without
            [0.0, 0.5, 0.0, 0.0, 0.0],
        ]
    )
    model.right = tokenizers[1].encode(pair.tgt)
    effects = hiding_effects(model, pair, *tokenizers)
    assert model.batches == [5]  # as it is, and without each of four words

    def log_probability(logit):  # among 39 others with a logit of 0
        return logit - torch.logsumexp(torch.tensor([logit, *[0.0] * 39]), dim=0).item()

    expected = log_probability(4.0) - log_probability(1.0)
    assert effects[1, 2].item() == pytest.approx(expected, rel=1e-5)
    assert links_from_hiding(effects) == {(0, 0), (2, 1), (1, 3)}
    assert links_from_hiding(effects, threshold=1.0) == {(2, 1)}
    assert links_from_hiding(effects, threshold=100.0) == set()


def test_trap_11_links_are_source_then_target_and_need_more_than_the_threshold():
    effects = torch.tensor([[0.0, 0.0, 2.0], [1.5, 0.5, -1.0], [-1.0, -2.0, 0.0], [0.5, 0.0, 0.0]])
    assert links_from_hiding(effects) == {(2, 0), (0, 1), (0, 3)}
    assert links_from_hiding(effects, threshold=0.5) == {(2, 0), (0, 1)}
    assert links_from_hiding(effects, threshold=-1.0) == {(2, 0), (0, 1), (2, 2), (0, 3)}


def test_a_word_without_a_piece_of_its_own_has_zeros():
    tokenizers = make_tokenizers(BPETokenizer)
    pair = Pair('chat ."', 'cat ."')
    effects = hiding_effects(make_transformer(*tokenizers), pair, *tokenizers)
    assert effects.shape == (3, 3) and effects.isfinite().all()
    for side in (0, 1):
        own = set(tokenizers[side].word_of([pair.src, pair.tgt][side]))
        for word in {0, 1, 2} - own:
            assert effects.select(1 - side, word).abs().max() < 1e-5


def test_what_cannot_be_hidden_is_refused():
    src, tgt = make_tokenizers()
    fixed = RecurrentSeq2Seq(RecurrentConfig(len(src), len(tgt), 8, 8, attention=None))
    additive = RecurrentSeq2Seq(RecurrentConfig(len(src), len(tgt), 8, 8))
    with pytest.raises(InputError, match="^model: expected one with attention"):
        hiding_effects(fixed, PAIRS[0], src, tgt)
    with pytest.raises(
        InputError, match="^hide_from: expected 'decoder' for a RecurrentSeq2Seq.*, got 'both'"
    ):
        hiding_effects(additive, PAIRS[0], src, tgt, "both")
    with pytest.raises(InputError, match="^hide_from: expected one of decoder, both; got 'encoder'"):
        hiding_effects(additive, PAIRS[0], src, tgt, "encoder")
    with pytest.raises(InputError, match="^pairs: expected text on both sides"):
        hiding_effects(additive, Pair("", "no"), src, tgt)
