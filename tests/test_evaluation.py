"""Scores of a model on pairs, and its links between words whatever the pieces are."""

import math

import pytest
import torch

from tfmr.config import TransformerConfig
from tfmr.data import BPETokenizer, BucketedBatches, Pair, WordTokenizer, encode_pairs, word_tokenize
from tfmr.decoding import request
from tfmr.errors import InputError
from tfmr.evaluation import (
    alignment_error_rate,
    alignment_scores,
    attention_links,
    bleu,
    chrf,
    decoded_words,
    evaluate,
    measure,
)
from tfmr.evaluation.measure import END
from tfmr.recurrent import RecurrentConfig, RecurrentSeq2Seq
from tfmr.training import evaluate_loss
from tfmr.transformer import Transformer

PAIRS = [
    Pair("le chat noir dort .", "the black cat sleeps .", ((0, 0), (1, 2), (2, 1), (3, 3), (4, 4)), ()),
    Pair("il mange l'intelligence .", "it eats intelligence .", ((0, 0), (1, 1), (3, 2), (4, 3)), ((2, 2),)),
    Pair("non", "no", ((0, 0),), ()),
]


def make(kind=WordTokenizer, attention="additive", **settings):
    torch.manual_seed(0)
    src = kind.train([pair.src for pair in PAIRS], **settings)
    tgt = kind.train([pair.tgt for pair in PAIRS], **settings)
    config = RecurrentConfig(len(src), len(tgt), d_embed=8, d_hidden=8, attention=attention, dropout=0.5)
    return RecurrentSeq2Seq(config), src, tgt


@pytest.mark.parametrize("kind", [WordTokenizer, BPETokenizer])
@pytest.mark.parametrize("attention", ["additive", None])
def test_evaluate_measures_what_it_says(kind, attention, monkeypatch):
    model, src, tgt = make(kind, attention)
    spoken = ["the black cat sleeps .", "it eats .", "no"]
    monkeypatch.setattr(measure, "translate", lambda *args, **search: spoken)
    result = evaluate(model, PAIRS, src, tgt, batch_size=2)
    assert result.translations == spoken
    assert 0 < result.bleu.score < 100 and "tok:13a" in result.bleu.signature
    assert 0 < result.chrf.score < 100
    nll = evaluate_loss(model, BucketedBatches(encode_pairs(PAIRS, src, tgt), 1))
    assert result.perplexity == pytest.approx(math.exp(nll), rel=1e-5)
    if attention is None:
        assert result.alignment is None and result.alignment_error_rate is None
    else:
        links = attention_links(model, PAIRS, src, tgt)
        sure, possible = [pair.links for pair in PAIRS], [pair.possible for pair in PAIRS]
        assert result.alignment == alignment_scores(links, sure, possible)
        assert result.alignment_error_rate == alignment_error_rate(links, sure, possible)


def test_trap_09_the_references_are_the_second_argument(monkeypatch):
    """A shorter translation has another score than a longer reference: the scores are of these, in this order."""
    model, src, tgt = make()
    spoken, references = ["the black cat sleeps", "it eats .", "no"], [pair.tgt for pair in PAIRS]
    assert bleu(spoken, references) != bleu(references, spoken)
    assert chrf(spoken, references) != chrf(references, spoken)
    monkeypatch.setattr(measure, "translate", lambda *args, **search: spoken)
    result = evaluate(model, PAIRS, src, tgt)
    assert (result.bleu, result.chrf) == (bleu(spoken, references), chrf(spoken, references))
    monkeypatch.setattr(measure, "translate", lambda *args, **search: references)
    assert evaluate(model, PAIRS, src, tgt).bleu.score == pytest.approx(100)


def test_the_sources_are_translated_in_the_order_of_the_pairs(monkeypatch):
    model, src, tgt = make()
    asked = []

    def translate(*args, **search):
        asked.append((args, search))
        return [pair.tgt for pair in PAIRS]

    monkeypatch.setattr(measure, "translate", translate)
    evaluate(model, PAIRS, src, tgt, 2)
    evaluate(model, PAIRS, src, tgt, 3, beam_size=4, length_penalty=0.9)
    sources = [pair.src for pair in PAIRS]
    assert asked == [
        ((model, sources, src, tgt, 2), {"beam_size": 1, "length_penalty": 0.6}),
        ((model, sources, src, tgt, 3), {"beam_size": 4, "length_penalty": 0.9}),
    ]


def test_possible_links_cost_nothing_and_all_pairs_must_have_gold_ones(monkeypatch):
    model, src, tgt = make()
    monkeypatch.setattr(
        measure, "attention_links", lambda model, pairs, *args: [{(0, 0)}, {(1, 1)}][: len(pairs)]
    )
    one = Pair("non", "no", ((0, 0),), ())
    accepted = Pair("le chat", "the cat", (), ((1, 1),))
    unmarked = Pair("le chat", "the cat", (), None)
    nobodys = Pair("le chat", "the cat")
    assert evaluate(model, [one, accepted], src, tgt).alignment_error_rate == 1 - (1 + 2) / (2 + 1)
    assert evaluate(model, [one, unmarked], src, tgt).alignment_error_rate == 1 - (1 + 1) / (2 + 1)
    for pairs in ([one, nobodys], [nobodys, one]):
        assert evaluate(model, pairs, src, tgt).alignment_error_rate is None


def test_one_long_pair_widens_no_other(monkeypatch):
    """Of 40 pairs one has 3,000 words: 40 sentences of that width would be 75 times the work and the memory."""
    model, src, tgt = make()
    long = Pair(" ".join(["chat"] * 3000), "the cat")
    pairs = [*PAIRS * 13, long]
    sizes = []
    encode = RecurrentSeq2Seq.encode

    def spy(self, src):
        sizes.append(src.numel())
        return encode(self, src)

    monkeypatch.setattr(RecurrentSeq2Seq, "encode", spy)
    monkeypatch.setattr(request, "EXTRA_LENGTH", -2998)
    result = evaluate(model, pairs, src, tgt, batch_size=20)
    assert max(sizes) == 3001 and len(result.translations) == 40
    sizes.clear()
    attention_links(model, pairs, src, tgt, batch_size=20)
    assert max(sizes) == 3001


def test_without_gold_links_there_is_no_error_rate():
    model, src, tgt = make()
    assert evaluate(model, [Pair("le chat", "the cat")], src, tgt).alignment_error_rate is None


def test_a_transformer_is_measured_by_its_cross_attention():
    _, src, tgt = make()
    model = Transformer(TransformerConfig(len(src), len(tgt), 8, 2, 1, 1, 16))
    found = alignment_error_rate(
        attention_links(model, PAIRS, src, tgt), [p.links for p in PAIRS], [p.possible for p in PAIRS]
    )
    assert evaluate(model, PAIRS, src, tgt).alignment_error_rate == found


def test_no_pairs_are_refused():
    model, src, tgt = make()
    with pytest.raises(InputError):
        evaluate(model, [], src, tgt)


@pytest.mark.parametrize("kind", [WordTokenizer, BPETokenizer])
def test_decoded_words_name_both_sides(kind):
    _, src, tgt = make(kind)
    text = "le chat dort ."
    ids = [*tgt.encode("the cat sleeps ."), tgt.eos_id, tgt.pad_id]
    weights = torch.rand(len(ids), len(src.encode(text)) + 1).softmax(-1)
    merged, src_words, tgt_words = decoded_words(weights, text, ids, src, tgt)
    assert src_words == [*word_tokenize(text), END]
    assert tgt_words == ["the", "cat", "sleeps", "."]
    assert merged.shape == (4, 5)
    assert torch.allclose(merged.sum(-1), torch.ones(4))
    assert torch.allclose(merged[:, -1].sum(), _mean_rows(weights[:, -1], tgt.word_of("the cat sleeps .")))


def _mean_rows(column, word_of):
    words = range(max(word_of) + 1)
    return sum(column[[p for p, w in enumerate(word_of) if w == word]].mean() for word in words)


def test_an_unusual_spelling_is_shown_piece_by_piece():
    _, src, tgt = make(BPETokenizer, min_count=1, vocab_size=400)
    # A letter as a piece of its own, without the space before a word, is what follows another letter.
    ids = [*tgt.encode("t"), tgt.encode("zh")[-1], tgt.encode("ze")[-1], tgt.eos_id]
    assert tgt.decode(ids) == "the"
    assert tgt.encode(tgt.decode(ids)) != ids[:-1]
    weights = torch.rand(len(ids), len(src.encode("non")) + 1)
    merged, _, tgt_words = decoded_words(weights, "non", ids, src, tgt)
    assert len(tgt_words) == len(merged) == len(ids) - 1


def test_what_follows_the_first_end_symbol_is_not_shown():
    _, src, tgt = make()
    ids = [*tgt.encode("the cat"), tgt.eos_id, *tgt.encode("sleeps"), tgt.eos_id, tgt.pad_id]
    weights = torch.rand(len(ids), 3).softmax(-1)
    merged, _, tgt_words = decoded_words(weights, "le chat", ids, src, tgt)
    assert tgt_words == ["the", "cat"]
    torch.testing.assert_close(merged, weights[:2])


def test_an_empty_translation_has_no_rows():
    _, src, tgt = make()
    merged, src_words, tgt_words = decoded_words(torch.rand(1, 2), "non", [tgt.eos_id], src, tgt)
    assert merged.shape == (0, 2) and src_words == ["non", END] and tgt_words == []


def test_a_piece_over_two_words_counts_for_the_first():
    _, src, tgt = make(BPETokenizer, min_count=1, vocab_size=400)
    text = 'chat ."'
    weights = torch.rand(2, len(src.encode(text)) + 1)
    merged, src_words, _ = decoded_words(weights, text, [*tgt.encode("no"), tgt.eos_id][:2], src, tgt)
    assert merged.isfinite().all() and merged.shape[1] == len(src_words)
