"""Greedy decoding: it ends where it should, and a batch decodes like its sentences."""

from types import SimpleNamespace

import pytest
import torch
from fakes import KINDS, SRC, Copier, lively, single
from torch import nn

from tfmr.config import TransformerConfig
from tfmr.data import BPETokenizer, WordTokenizer
from tfmr.decoding import (
    Rules,
    beam_search,
    evaluating,
    greedy_decode,
    log_probabilities,
    replace_unknown,
    sample,
    translate,
)
from tfmr.errors import InputError
from tfmr.recurrent import RecurrentConfig, RecurrentSeq2Seq
from tfmr.seq2seq import Seq2Seq, State
from tfmr.transformer import Transformer


def recurrent(dropout: float = 0.0, seed: int = 0) -> RecurrentSeq2Seq:
    return lively("recurrent", seed, dropout=dropout)


def test_trap_12_decoding_stops_at_the_end_symbol():
    decoded = greedy_decode(Copier(), torch.tensor([[7, 8, 2, 9, 9], [5, 2, 0, 0, 0]]))
    assert decoded.ids.tolist() == [[7, 8, 2], [5, 2, 0]]
    assert decoded.weights is None


def test_after_its_end_a_sentence_is_padding_whatever_its_id():
    class PadsWith9(Copier):
        config = SimpleNamespace(pad_id=9, bos_id=1, eos_id=2)

    src = torch.tensor([[7, 8, 2], [5, 2, 9]])
    assert torch.equal(greedy_decode(PadsWith9(), src).ids, src)
    src = src[[0] * 16 + [1]]  # so that the second waits in the batch
    assert torch.equal(greedy_decode(PadsWith9(), src).ids, src)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", [0, 2, 4])
def test_trap_12_a_batch_decodes_as_its_sentences_one_by_one(seed, kind):
    """Also in all that is said of them: where they looked, and how probable each word was; nothing at padding."""
    model = lively(kind, seed)
    together = greedy_decode(model, SRC, need_weights=True)
    for row, src in enumerate(single(SRC)):
        alone = greedy_decode(model, src, need_weights=True)
        size = alone.ids.size(1)
        assert together.ids[row, :size].tolist() == alone.ids[0].tolist()
        torch.testing.assert_close(together.log_probs[row, :size], alone.log_probs[0])
        assert not together.ids[row, size:].any() and not together.log_probs[row, size:].any()
        if model.attends:
            weights = together.weights[row]
            torch.testing.assert_close(weights[:size, : src.size(1)], alone.weights[0])
            assert not weights[size:].any() and not weights[:, src.size(1) :].any()


@pytest.mark.parametrize("kind", KINDS)
def test_sentences_that_are_finished_leave_the_batch(kind):
    """A long one does not make all the others go on for nothing; those that stay keep their places."""
    model, sizes = lively(kind, seed={"recurrent": 4, "fixed": 6, "transformer": 2}[kind]), []
    step = model.step

    def spy(token, state, need_weights=False):
        sizes.append(len(token))
        return step(token, state, need_weights)

    model.step = spy
    ids = greedy_decode(model, SRC.repeat(5, 1), 30).ids
    lengths = (ids != 0).sum(dim=1)
    assert len(set(lengths.tolist())) > 1 and len(sizes) == lengths.max()
    for step_number, size in enumerate(sizes):
        writing = int((lengths > step_number).sum())
        assert writing <= size < writing / 0.875 + 1


@pytest.mark.parametrize(
    "kind, seed, long, short", [("recurrent", 4, 0, 1), ("fixed", 6, 2, 0), ("transformer", 2, 0, 1)]
)
def test_a_sentence_that_is_finished_writes_no_more_while_it_waits_for_others(kind, seed, long, short):
    """One short sentence among 16 long ones does not leave the batch: that would cost more than it saves."""
    model, (long, short) = lively(kind, seed), (SRC[long], SRC[short])
    together = greedy_decode(model, torch.stack([*[long] * 16, short]), 30, need_weights=True)
    alone = greedy_decode(model, short[short != 0][None], 30, need_weights=True)
    size = alone.ids.size(1)
    assert size < together.ids.size(1) and together.ids[-1, :size].tolist() == alone.ids[0].tolist()
    assert not together.ids[-1, size:].any() and not together.log_probs[-1, size:].any()
    assert not model.attends or not together.weights[-1, size:].any()


def test_trap_12_greedy_agrees_with_the_parallel_logits():
    model = recurrent().eval()
    ids = greedy_decode(model, SRC[:1]).ids
    given = torch.cat([torch.ones(1, 1, dtype=torch.long), ids[:, :-1]], dim=1)
    assert torch.equal(model(SRC[:1], given).argmax(-1), ids)


@pytest.mark.parametrize("kind", KINDS)
def test_trap_06_dropout_is_off_while_decoding_and_the_mode_comes_back(kind):
    model = lively(kind, dropout=0.5)
    tgt = torch.tensor([[1, 5, 6, 2]] * 4)
    decoders = {
        "greedy": lambda: greedy_decode(model, SRC, 20).log_probs,
        "beam": lambda: torch.cat([best.log_probs for best, *_ in beam_search(model, SRC, 3, max_length=20)]),
        "sampling": lambda: sample(model, SRC, max_length=20, seed=0).log_probs,
        "scoring": lambda: log_probabilities(model, SRC, tgt),
    }
    for training in (True, False):
        model.train(training)
        for name, decode in decoders.items():
            assert torch.equal(decode(), decode()), name
            assert model.training is training, name


def test_decoding_keeps_no_gradients():
    model = recurrent()
    with evaluating(model):
        assert not torch.is_grad_enabled() and not model.encode(SRC).vectors.requires_grad
    decoded = greedy_decode(model, SRC, need_weights=True)
    assert torch.is_grad_enabled() and not decoded.weights.requires_grad
    assert greedy_decode(model, SRC, max_length=1, need_weights=True).weights.grad_fn is None


def test_weights_belong_to_the_words_that_were_written():
    model = recurrent().eval()
    ids, weights, _ = greedy_decode(model, SRC[:1], need_weights=True)
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
    assert beam_search(recurrent(), nobody) == []
    assert sample(recurrent(), nobody).log_probs.shape == (0, 0)
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


def test_equally_probable_words_are_told_apart_by_their_ids():
    class Undecided(Copier):
        def step(self, token, state, need_weights=False):
            return torch.zeros(len(token), 30).index_fill(1, torch.tensor([2, 3]), -1.0), None, state

    assert greedy_decode(Undecided(), SRC, 3).ids.tolist() == [[4, 4, 4]] * 4


# --- how probable ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_log_probabilities_are_those_that_decoding_reports(kind):
    """Step by step or at once, of a batch or of one sentence; of what is written or of what is given."""
    model = lively(kind)
    found = {
        "greedy": greedy_decode(model, SRC, 15),
        "sampling": sample(model, SRC, max_length=15, temperature=2.0, top_k=5, top_p=0.9, seed=1),
    }
    for name, decoded in found.items():
        tgt = torch.cat([torch.ones(4, 1, dtype=torch.long), decoded.ids], dim=1)
        given = log_probabilities(model, SRC, tgt)
        torch.testing.assert_close(decoded.log_probs, given, msg=lambda text, name=name: f"{name}: {text}")
        expected = model.eval()(SRC, tgt[:, :-1]).log_softmax(-1).gather(2, tgt[:, 1:, None])[..., 0]
        torch.testing.assert_close(given, expected.masked_fill(decoded.ids == 0, 0.0))
    assert log_probabilities(model, SRC, tgt[:, :1]).shape == (4, 0)


def test_half_precision_models_report_probabilities_in_float32():
    class Half(Copier):
        def step(self, token, state, need_weights=False):
            logits, _, state = super().step(token, state)
            return logits.half(), None, state

    decoded = greedy_decode(Half(), SRC)
    assert decoded.log_probs.dtype == torch.float32
    torch.testing.assert_close(decoded.log_probs, greedy_decode(Copier(), SRC).log_probs)


def test_translations_to_be_scored_begin_with_the_begin_symbol(unchecked):
    """What decoding returns does not: its first word would be read as given, and not scored."""
    model = lively("recurrent")
    for tgt in (torch.tensor([[5, 6, 2]] * 4), torch.tensor([[1, 5, 2]]), torch.ones(4, 0, dtype=torch.long)):
        with pytest.raises(
            InputError, match="tgt: expected a row for each of 4 sources, each beginning with"
        ):
            log_probabilities(model, SRC, tgt)


# --- words that the vocabulary lacks --------------------------------------------------------------------

FRENCH, ENGLISH = WordTokenizer(["Zoé", "dort", "."]), WordTokenizer(["sleeps", "."])


def test_an_unknown_word_is_the_source_word_it_looks_at_most():
    sentence = "Zoé Müller dort ."
    weights = torch.tensor(
        [
            [0.6, 0.1, 0.1, 0.1, 0.1],
            [0.0, 0.3, 0.0, 0.0, 0.7],
            [0, 0, 1, 0, 0],
            [0, 0, 0, 1, 0],
            [0, 0, 0, 0, 1],
        ]
    )  # the second looks at the end symbol most, which is no word
    ids = torch.tensor([3, 3, 4, 5, 2])
    assert ENGLISH.decode(ids) == "<unk> <unk> sleeps ."
    assert replace_unknown(ids, weights, sentence, FRENCH, ENGLISH) == "Zoé Müller sleeps ."
    padded = torch.cat([weights, torch.zeros(1, 5)])  # behind the end stands padding
    assert replace_unknown([*ids.tolist(), 0], padded, sentence, FRENCH, ENGLISH) == "Zoé Müller sleeps ."


def test_what_cannot_replace_a_word_is_refused(unchecked):
    with pytest.raises(
        InputError, match="weights: expected cross-attention weights .need_weights=True., got None"
    ):
        replace_unknown([3, 2], None, "Zoé", FRENCH, ENGLISH)
    for sentence, weights in (
        ("Zoé", torch.ones(1, 2)),
        ("Zoé dort .", torch.ones(2, 2)),
        ("", torch.ones(2, 1)),
    ):
        with pytest.raises(InputError, match="weights: expected a row for each of 2 tokens and a column"):
            replace_unknown([3, 2], weights, sentence, FRENCH, ENGLISH)
    pieces = BPETokenizer.train(["Zoé dort ."], 260)
    with pytest.raises(InputError, match="src_tokenizer: expected a WordTokenizer, got a BPETokenizer"):
        replace_unknown([3, 2], torch.ones(2, 2), "Zoé", pieces, ENGLISH)
    with pytest.raises(InputError, match="tgt_tokenizer: expected a WordTokenizer, got a BPETokenizer"):
        replace_unknown([3, 2], torch.ones(2, 2), "Zoé", FRENCH, pieces)


# --- text -----------------------------------------------------------------------------------------------


def test_text_is_translated_by_whichever_search_is_asked_for():
    sentences = ["le chat dort .", "oui", "la maison bleue de la voisine est belle .", "l'eau ."]
    src_tokenizer, tgt_tokenizer = WordTokenizer.train(sentences), WordTokenizer.train(["a b c d e f g h"])
    model, rules, found = lively("transformer", seed=1), Rules(min_length=3, forbidden=(5,)), []
    for sentence in sentences:
        src = torch.tensor([[*src_tokenizer.encode(sentence), 2]])
        [[best]] = beam_search(model, src, 3, 1.5, 12, rules=rules)
        found.append(tgt_tokenizer.decode(best.ids))
    options = {"max_length": 12, "rules": rules}
    searched = {"beam_size": 3, "length_penalty": 1.5, **options}
    assert translate(model, sentences, src_tokenizer, tgt_tokenizer, 2, **searched) == found
    greedy = translate(model, sentences, src_tokenizer, tgt_tokenizer, **options)
    assert greedy != found and translate(model, sentences, src_tokenizer, tgt_tokenizer) != greedy
    assert all("b" not in text.split() and len(text.split()) >= 3 for text in [*found, *greedy])
    with pytest.raises(InputError, match="beam_size: expected a whole number of at least 1, got 0"):
        translate(model, [], src_tokenizer, tgt_tokenizer, beam_size=0)
