"""Exact search: nothing is more probable than what it finds, and it says when it gave up."""

import itertools
import math

import pytest
import torch
from fakes import KINDS, SRC, lively, single

from tfmr.decoding import Exact, beam_search, exact_search, log_probabilities
from tfmr.errors import InputError

WORDS = 7  # padding, begin, end and four words


def all_sentences(length: int) -> list[list[int]]:
    """Every sentence of at most so many tokens, its end included."""
    return [
        [*words, 2] for number in range(length) for words in itertools.product(range(3, WORDS), repeat=number)
    ]


def log_probs(model, src, sentences) -> list[float]:
    rows = [torch.tensor([1, *ids]) for ids in sentences]
    tgt = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)
    return log_probabilities(model, src.expand(len(rows), -1), tgt).sum(dim=1).tolist()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(3))
def test_of_all_sentences_it_finds_the_most_probable(kind, seed):
    model = lively(kind, seed, words=WORDS)
    for src in single(SRC[:2]):
        sentences = all_sentences(4)
        totals = log_probs(model, src, sentences)
        found = exact_search(model, src, max_length=4)
        assert found.ids.tolist() == sentences[totals.index(max(totals))] and found.certain
        assert found.log_prob == pytest.approx(max(totals))
        assert all(width <= (WORDS - 3) ** length for length, width in enumerate(found.widths))


def test_a_poor_first_guess_costs_time_and_nothing_else(monkeypatch):
    model = lively("transformer", seed=6, words=WORDS)
    sources = torch.randint(3, 20, (20, 1, 5), generator=torch.Generator().manual_seed(0))
    found = [exact_search(model, src, 5).log_prob for src in sources]

    def worst(model, src, beam_size, length_penalty, max_length):
        return [beam_search(model, src, 8, 0.0, max_length, num_best=8)[0][-1:]]

    monkeypatch.setattr("tfmr.decoding.exact.beam_search", worst)
    again = [exact_search(model, src, 5) for src in sources]
    assert [one.log_prob for one in again] == pytest.approx(found) and all(one.certain for one in again)


def test_beam_search_is_never_better_and_sometimes_worse():
    model, worse = lively("transformer", seed=6, words=WORDS), 0
    for seed in range(20):
        src = torch.randint(3, 20, (1, 5), generator=torch.Generator().manual_seed(seed))
        beam, exact = beam_search(model, src, 1, 0.0, max_length=5)[0][0], exact_search(model, src, 5)
        if beam.ids[-1] == 2:  # else it is no sentence yet
            assert exact.log_prob >= beam.score - 1e-9
            worse += beam.score < exact.log_prob - 1e-6
    assert worse > 0


def test_fewer_beginnings_than_one_over_the_best_probability_are_continued():
    model = lively("transformer", words=WORDS)
    for src in single(SRC):
        found = exact_search(model, src, max_length=6)
        assert max(found.widths[1:], default=1) < math.exp(-beam_search(model, src, 8, 0.0, 6)[0][0].score)


def test_it_says_that_it_gave_up():
    model, src = lively("transformer", seed=6, words=WORDS), SRC[:1]
    whole = exact_search(model, src, max_length=8)
    assert whole.certain and max(whole.widths) > 1
    short = exact_search(model, src, max_length=8, max_rows=max(whole.widths) - 1)
    assert not short.certain and max(short.widths) < max(whole.widths)


def test_within_a_limit_that_no_sentence_meets_there_is_none():
    class Endless(type(lively("transformer"))):
        def step(self, token, state, need_weights=False):
            logits, weights, state = super().step(token, state, need_weights)
            return logits.index_fill(1, torch.tensor([2]), -math.inf), weights, state

    model = lively("transformer", words=WORDS)
    model.__class__ = Endless
    found = exact_search(model, SRC[:1], max_length=2)
    assert found.log_prob == -math.inf and found.certain and len(found.ids) == 2


@pytest.mark.parametrize("max_rows", [0, -1, 1.5, True])
def test_a_wrong_number_of_rows_is_refused(unchecked, max_rows):
    with pytest.raises(InputError, match="max_rows: expected"):
        exact_search(lively("transformer"), SRC[:1], max_rows=max_rows)


def test_it_leaves_the_model_in_its_mode():
    model = lively("transformer", words=WORDS, dropout=0.5).train()
    one, other = (exact_search(model, SRC[:1], 3) for _ in range(2))
    assert one.log_prob == other.log_prob and model.training and isinstance(one, Exact)


def test_it_is_for_one_sentence(unchecked):
    model = lively("transformer", words=WORDS)
    with pytest.raises(InputError, match="src: expected one sentence, got 4"):
        exact_search(model, SRC, 3)
