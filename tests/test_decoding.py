"""Greedy decoding: it ends where it should, and a batch decodes like its sentences."""

from types import SimpleNamespace

import pytest
import torch
from fakes import Fake
from torch import nn

from tfmr.config import TransformerConfig
from tfmr.data import WordTokenizer
from tfmr.decoding import evaluating, greedy_decode, translate
from tfmr.errors import InputError
from tfmr.recurrent import RecurrentConfig, RecurrentSeq2Seq
from tfmr.seq2seq import Seq2Seq, State
from tfmr.transformer import Transformer


class Copier(Fake):
    """Writes its source, word for word; decoding may know no more of a model than the contract."""

    def __init__(self):
        super().__init__()
        self.anchor = nn.Parameter(torch.zeros(()))  # tells where the model is

    def encode(self, src):
        return src

    def start(self, memory):
        return memory, 0

    def step(self, token, state, need_weights=False):
        memory, position = state
        following = memory[:, position] if position < memory.size(1) else torch.full_like(token, 2)
        logits = nn.functional.one_hot(torch.where(following == 0, 2, following), 30).float()
        return logits, None, (memory, position + 1)


def recurrent(dropout: float = 0.0, seed: int = 0) -> RecurrentSeq2Seq:
    torch.manual_seed(seed)
    model = RecurrentSeq2Seq(RecurrentConfig(20, 12, 8, 8, "additive", dropout))
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.8)  # lively enough to write different words, and to stop at times
    return model


SRC = torch.tensor([[5, 6, 7, 8, 9], [4, 3, 0, 0, 0], [11, 12, 13, 0, 0], [15, 0, 0, 0, 0]])


def test_trap_12_decoding_stops_at_the_end_symbol():
    decoded = greedy_decode(Copier(), torch.tensor([[7, 8, 2, 9, 9], [5, 2, 0, 0, 0]]))
    assert decoded.ids.tolist() == [[7, 8, 2], [5, 2, 0]]
    assert decoded.weights is None


def test_after_its_end_a_sentence_is_padding_whatever_its_id():
    class PadsWith9(Copier):
        config = SimpleNamespace(pad_id=9, bos_id=1, eos_id=2)

    src = torch.tensor([[7, 8, 2], [5, 2, 9]])
    assert torch.equal(greedy_decode(PadsWith9(), src).ids, src)


@pytest.mark.parametrize("seed", range(5))
def test_trap_12_a_batch_decodes_as_its_sentences_one_by_one(seed):
    model = recurrent(seed=seed)
    together = greedy_decode(model, SRC, need_weights=True)
    for row, src in enumerate(SRC):
        length = int((src != 0).sum())
        alone = greedy_decode(model, src[None, :length], need_weights=True)
        size = alone.ids.size(1)
        assert together.ids[row, :size].tolist() == alone.ids[0].tolist()
        assert (together.ids[row, size:] == 0).all()
        torch.testing.assert_close(together.weights[row, :size, :length], alone.weights[0])


def test_trap_12_greedy_agrees_with_the_parallel_logits():
    model = recurrent().eval()
    ids = greedy_decode(model, SRC[:1]).ids
    given = torch.cat([torch.ones(1, 1, dtype=torch.long), ids[:, :-1]], dim=1)
    assert torch.equal(model(SRC[:1], given).argmax(-1), ids)


def test_trap_06_dropout_is_off_while_decoding_and_the_mode_comes_back():
    model = recurrent(dropout=0.5)
    for training in (True, False):
        model.train(training)
        assert torch.equal(greedy_decode(model, SRC).ids, greedy_decode(model, SRC).ids)
        assert model.training is training


def test_decoding_keeps_no_gradients():
    model = recurrent()
    with evaluating(model):
        assert not torch.is_grad_enabled() and not model.encode(SRC).vectors.requires_grad
    decoded = greedy_decode(model, SRC, need_weights=True)
    assert torch.is_grad_enabled() and not decoded.weights.requires_grad
    assert greedy_decode(model, SRC, max_length=1, need_weights=True).weights.grad_fn is None


def test_weights_belong_to_the_words_that_were_written():
    model = recurrent().eval()
    ids, weights = greedy_decode(model, SRC[:1], need_weights=True)
    given = torch.cat([torch.ones(1, 1, dtype=torch.long), ids[:, :-1]], dim=1)
    torch.testing.assert_close(weights, model.align(SRC[:1], given))


def test_the_mode_comes_back_after_an_error():
    model = recurrent()
    with pytest.raises(RuntimeError), evaluating(model):
        raise RuntimeError
    assert model.training and torch.is_grad_enabled()


def test_trap_09_no_sentence_is_cut_to_the_length_of_its_reference():
    """The limit comes from the source alone: 50 words more than it, each row its own."""

    class Endless(Copier):
        def step(self, token, state, need_weights=False):
            return nn.functional.one_hot(torch.full_like(token, 7), 30).float(), None, state

    ids = greedy_decode(Endless(), torch.tensor([[5, 6, 2], [5, 0, 0]])).ids
    assert (ids != 0).sum(dim=1).tolist() == [53, 51]
    assert greedy_decode(Endless(), torch.tensor([[5, 6, 2]]), max_length=4).ids.tolist() == [[7] * 4]


def test_bad_arguments_are_refused():
    with pytest.raises(InputError, match="src: expected at least one token"):
        greedy_decode(recurrent(), torch.zeros(1, 4, dtype=torch.long))


@pytest.mark.parametrize("number", [0, -1, True, 1.5])
def test_what_counts_nothing_is_refused(unchecked, number):
    """A batch never has 1.5 sentences: such a limit would be none, and all sentences would be one batch."""
    tokenizer = WordTokenizer.train(["a b"])
    problem = f"expected a whole number of at least 1, got {number}$"
    with pytest.raises(InputError, match=f"^batch_size: {problem}"):
        translate(Copier(), ["a b"], tokenizer, tokenizer, batch_size=number)
    with pytest.raises(InputError, match=f"^max_length: {problem}"):
        greedy_decode(Copier(), SRC, max_length=number)


def test_translations_keep_the_order_and_do_not_depend_on_the_batch():
    sentences = ["le chat dort .", "oui", "la maison bleue de la voisine est belle .", "l'eau ."]
    tokenizer = WordTokenizer.train(sentences)
    assert translate(Copier(), sentences, tokenizer, tokenizer, batch_size=2) == sentences
    model = recurrent()
    one_by_one = [
        translate(model, [s], tokenizer, WordTokenizer.train(["a b c d e f g h"]))[0] for s in sentences
    ]
    assert translate(model, sentences, tokenizer, WordTokenizer.train(["a b c d e f g h"])) == one_by_one


def test_the_model_reads_the_sentence_and_its_end_symbol():
    sentences, read = ["le chat dort .", "oui"], []

    class Reading(Copier):
        def encode(self, src):
            read.extend(src.tolist())
            return src

    tokenizer = WordTokenizer.train(sentences)
    translate(Reading(), sentences, tokenizer, tokenizer)
    short, long = tokenizer.encode("oui"), tokenizer.encode("le chat dort .")
    assert sorted(read, key=lambda ids: ids.count(0), reverse=True) == [[*short, 2, 0, 0, 0], [*long, 2]]


def test_a_sentence_without_words_is_refused():
    tokenizer = WordTokenizer.train(["a b"])
    with pytest.raises(InputError, match="number 1 has no token"):
        translate(Copier(), ["a b", "  "], tokenizer, tokenizer)


def test_frozen_parts_stay_frozen():
    """A module that its user put into eval mode is still there after decoding, and after training's validation."""
    model = recurrent(dropout=0.5).train()
    model.encoder.eval()
    greedy_decode(model, SRC)
    assert model.training and model.decoder.training and model.decoder.dropout.training
    assert not model.encoder.training and not model.encoder.dropout.training


@pytest.mark.parametrize("pad_id, bos_id", [(0, 1), (4, 7)])
def test_padding_and_the_begin_symbol_are_never_written(pad_id, bos_id):
    class Stubborn(Copier):
        """Would like best to write padding, then the begin symbol, then 9."""

        config = SimpleNamespace(pad_id=pad_id, bos_id=bos_id, eos_id=2)

        def step(self, token, state, need_weights=False):
            logits = torch.zeros(len(token), 30)
            for number, wish in enumerate((9, bos_id, pad_id)):
                logits[:, wish] = 1.0 + number
            return logits, None, state

    ids = greedy_decode(Stubborn(), torch.tensor([[5, 6, 2], [5, pad_id, pad_id]]), max_length=3).ids
    assert ids.tolist() == [[9, 9, 9], [9, 9, 9]]


def test_untrained_models_write_words_and_one_end():
    for seed in range(20):
        for row in greedy_decode(recurrent(seed=seed), SRC, max_length=10).ids.tolist():
            words = row[: row.index(2)] if 2 in row else row
            assert not {0, 1} & set(words) and set(row[len(words) + 1 :]) <= {0}


def test_an_empty_batch_gives_an_empty_result():
    nobody = torch.zeros(0, 4, dtype=torch.long)
    assert greedy_decode(recurrent(), nobody).ids.shape == (0, 0)
    assert greedy_decode(recurrent(), nobody, need_weights=True).weights.shape == (0, 0, 4)
    assert greedy_decode(Copier(), nobody, need_weights=True).weights is None


def test_weights_are_kept_when_asked_for():
    model = recurrent()
    plain, looked = greedy_decode(model, SRC), greedy_decode(model, SRC, need_weights=True)
    assert plain.weights is None and torch.equal(plain.ids, looked.ids)
    assert looked.weights.shape == (*looked.ids.shape, SRC.size(1))
    assert greedy_decode(Copier(), SRC, need_weights=True).weights is None


def test_both_models_keep_the_contract():
    transformer = Transformer(TransformerConfig(20, 12, 8, 2, 1, 1, 16))
    for model in (recurrent(), RecurrentSeq2Seq(RecurrentConfig(20, 12, 8, 8, None)), transformer, Copier()):
        assert isinstance(model, Seq2Seq)
        if not isinstance(model, Copier):
            assert isinstance(model.start(model.encode(SRC)), State)
    assert not isinstance(nn.Linear(2, 2), Seq2Seq)


@pytest.mark.parametrize("src", [[[0, 5, 6]], [[5, 0, 6]]])
def test_padding_before_a_word_is_refused_for_every_model(src):
    """The Transformer would mask it, and give the words other positions."""
    with pytest.raises(InputError, match="src: expected padding at the end of a sentence only"):
        greedy_decode(Copier(), torch.tensor(src))
