"""Beam search: it finds what is best under its own score, alone or in a batch, and with a beam of one is greedy."""

import itertools
import math

import pytest
import torch
from fakes import KINDS, SRC, Copier, lively, single

from tfmr.decoding import beam_search, greedy_decode, log_probabilities
from tfmr.decoding.request import best
from tfmr.errors import InputError
from tfmr.recurrent import RecurrentState
from tfmr.transformer import DecoderState

each_kind = pytest.mark.parametrize("kind", KINDS)


class Told(Copier):
    """Gives the probabilities of a table, from what was written to those of the words 2 (the end), 3, 4, …"""

    def __init__(self, table: dict[tuple[int, ...], list[float]], words: int = 5):
        super().__init__()
        self.table, self.words = table, words

    def start(self, memory):
        return Written([()] * len(memory))

    def step(self, token, state, need_weights=False):
        written = Written([(*one, int(word)) for one, word in zip(state, token, strict=True)])
        rows = [self.table.get(one[1:], [1.0]) for one in written]
        padded = [[0.0, 0.0, *row, *[0.0] * (self.words - 2 - len(row))] for row in rows]
        logits = torch.tensor(padded, dtype=torch.float64).log()
        return logits, None, written


class Written(list):
    def select(self, rows):
        return Written(self[row] for row in rows.tolist())

    reorder = select


ONE = torch.tensor([[5]])


def found(model, **options) -> list[tuple[list[int], float]]:
    """Ids and score of the hypotheses of one sentence."""
    return [(one.ids.tolist(), one.score) for one in beam_search(model, ONE, **options)[0]]


def score(probability: float, length: int, alpha: float) -> float:
    """Wu et al. 2016, equation 14, with the whole coverage penalty left out."""
    return math.log(probability) * 6**alpha / (5 + length) ** alpha


# --- the same as others ---------------------------------------------------------------------------------


@each_kind
@pytest.mark.parametrize("seed", [0, 2, 4])
def test_trap_12_a_beam_of_one_is_greedy(kind, seed):
    model = lively(kind, seed)
    greedy = greedy_decode(model, SRC, 12, need_weights=True)
    for row, [one] in enumerate(beam_search(model, SRC, 1, max_length=12, need_weights=True)):
        length = len(one.ids)
        assert one.ids.tolist() == greedy.ids[row, :length].tolist() and not greedy.ids[row, length:].any()
        torch.testing.assert_close(one.log_probs, greedy.log_probs[row, :length].float())
        if model.attends:
            torch.testing.assert_close(one.weights, greedy.weights[row, :length])
        else:
            assert one.weights is None


@each_kind
@pytest.mark.parametrize("seed", [0, 2, 4])
def test_trap_12_a_batch_is_searched_as_its_sentences_one_by_one(kind, seed):
    model = lively(kind, seed)
    options = {"beam_size": 3, "num_best": 3, "max_length": 10, "need_weights": True}
    together = beam_search(model, SRC, **options)
    for several, src in zip(together, single(SRC), strict=True):
        [others] = beam_search(model, src, **options)
        assert [one.ids.tolist() for one in several] == [one.ids.tolist() for one in others]
        for one, other in zip(several, others, strict=True):
            assert one.score == pytest.approx(other.score, rel=1e-9)
            torch.testing.assert_close(one.log_probs, other.log_probs)
            if model.attends:
                torch.testing.assert_close(one.weights[:, : src.size(1)], other.weights)


@each_kind
def test_trap_12_cached_search_equals_a_search_that_reads_everything_again(kind):
    """A reference in a dozen lines, without states: all beginnings through the whole model at every step."""
    model = lively(kind, seed=5).eval()
    for src in single(SRC):
        beginnings, finished = [([1], 0.0)], []
        while len(beginnings[0][0]) <= 8 and len(finished) < 3:
            ids = torch.tensor([one for one, _ in beginnings])
            log_p = model(src.expand(len(ids), -1), ids)[:, -1].log_softmax(-1)
            candidates = [
                ([*one, word], total + log_p[row, word].item())
                for row, (one, total) in enumerate(beginnings)
                for word in range(2, 12)
            ]
            candidates.sort(key=lambda candidate: -candidate[1])
            ends = [one for rank, one in enumerate(candidates[:6]) if one[0][-1] == 2 and rank < 3]
            finished += [(total / ((5 + len(one) - 1) / 6) ** 0.6, one[1:]) for one, total in ends]
            beginnings = [one for one in candidates[:6] if one[0][-1] != 2][:3]
        finished.sort(reverse=True)
        if finished:
            [[one]] = beam_search(model, src, 3, max_length=8)
            assert one.ids.tolist() == finished[0][1] and one.score == pytest.approx(finished[0][0], rel=1e-9)


@each_kind
@pytest.mark.parametrize("alpha", [0.0, 0.6, 2.0])
def test_a_beam_as_wide_as_the_space_finds_the_true_best(kind, alpha):
    """Three words, at most four tokens: 40 sentences with an end, each scored with forced decoding."""
    model = lively(kind, seed=1, words=6)
    all_ids = [[*words, 2] for n in range(4) for words in itertools.product((3, 4, 5), repeat=n)]
    tgt = torch.tensor([[1, *ids, *[0] * (4 - len(ids))] for ids in all_ids])
    for src in single(SRC):
        totals = log_probabilities(model, src.expand(len(tgt), -1), tgt).sum(dim=1).tolist()
        scores = [t / ((5 + len(ids)) / 6) ** alpha for t, ids in zip(totals, all_ids, strict=True)]
        expected = sorted(zip(scores, all_ids, strict=True), reverse=True)[:5]
        [several] = beam_search(model, src, 81, alpha, 4, num_best=5)
        assert [one.ids.tolist() for one in several] == [ids for _, ids in expected]
        assert [one.score for one in several] == pytest.approx([number for number, _ in expected], rel=1e-9)


def test_hypotheses_say_how_probable_their_words_are_and_where_they_looked():
    model = lively("transformer", seed=2)
    for src, several in zip(
        single(SRC), beam_search(model, SRC, 4, 0.7, 9, num_best=4, need_weights=True), strict=True
    ):
        assert len({tuple(one.ids.tolist()) for one in several}) == 4
        for one in several:
            tgt = torch.cat([torch.tensor([1]), one.ids])[None]
            torch.testing.assert_close(one.log_probs, log_probabilities(model, src, tgt)[0].float())
            torch.testing.assert_close(one.weights[:, : src.size(1)], model.eval().align(src, tgt[:, :-1])[0])
            total = one.log_probs.double().sum().item()
            assert one.score == pytest.approx(total / ((5 + len(one.ids)) / 6) ** 0.7)


# --- the search -----------------------------------------------------------------------------------------

# Greedily 3 2 (0.6 · 0.4 = 0.24); better is 4 2 (0.4 · 0.9 = 0.36).
GARDEN_PATH = {(): [0.0, 0.6, 0.4], (3,): [0.4, 0.3, 0.3], (4,): [0.9, 0.1]}


def test_it_finds_what_greedy_decoding_walks_past():
    model = Told(GARDEN_PATH)
    assert greedy_decode(model, ONE, 4).ids.tolist() == [[3, 2]]
    [(ids, value)] = found(model, beam_size=2)
    assert ids == [4, 2] and value == pytest.approx(score(0.36, 2, 0.6))


def test_the_length_penalty_decides_between_short_and_long():
    table = {(): [0.5, 0.5], (3,): [0.0, 0.9, 0.1], (3, 3): [1.0]}  # 2 with 0.5, or 3 3 2 with 0.45
    for alpha, expected, value in ((0.0, [2], 0.5), (0.6, [3, 3, 2], 0.45)):
        assert found(Told(table), beam_size=2, length_penalty=alpha) == [
            (expected, pytest.approx(score(value, len(expected), alpha)))
        ]


def test_the_search_goes_on_while_a_beginning_may_still_win():
    """One sentence is finished at once; with its limit far away, a longer one may become better, and does."""
    table = {(): [0.5, 0.5], **{(3,) * n: [0.0, 1.0] for n in range(1, 9)}, (3,) * 9: [1.0]}
    model = Told(table)
    assert found(model, beam_size=2, length_penalty=0.2, max_length=20)[0][0] == [*[3] * 9, 2]
    steps = []
    step = model.step
    model.step = lambda *args: steps.append(1) or step(*args)
    assert found(model, beam_size=2, length_penalty=0.0, max_length=20)[0][0] == [2]
    assert len(steps) == 1  # without a penalty a longer one cannot become more probable than it is
    steps.clear()
    assert len(found(model, beam_size=2, length_penalty=0.0, max_length=20, num_best=2)) == 2
    assert len(steps) == 10  # a second one was asked for


def test_only_ends_among_the_best_count():
    """At the second step 4 2 ends with 0.22, third behind 3 2 with 0.36 and 3 3 with 0.24: too far down for two."""
    always = {(3, 3): [0.0, 1.0], (4, 3): [0.0, 1.0]}
    table = {(): [0.0, 0.6, 0.4], (3,): [0.6, 0.4], (4,): [0.55, 0.45], **always}
    options = {"length_penalty": 0.0, "max_length": 3, "num_best": 2}
    assert [ids for ids, _ in found(Told(table), beam_size=2, **options)] == [[3, 2], [3, 3, 3]]
    assert [ids for ids, _ in found(Told(table), beam_size=3, **options)] == [[3, 2], [4, 2]]


def test_unfinished_sentences_fill_up_behind_the_finished():
    """At the limit 3 3 3 is much more probable than 2, but has no end."""
    table = {(): [0.01, 0.99], (3,): [0.0, 1.0], (3, 3): [0.0, 1.0]}
    assert found(Told(table), beam_size=2, max_length=3, num_best=2) == [
        ([2], pytest.approx(score(0.01, 1, 0.6))),
        ([3, 3, 3], pytest.approx(score(0.99, 3, 0.6))),
    ]
    assert [ids for ids, _ in found(Told(table), beam_size=2, max_length=3)] == [[2]]
    assert [ids for ids, _ in found(Told({(): [0.0, 1.0]}), beam_size=3, max_length=1, num_best=3)] == [[3]]


def test_of_equal_scores_the_earlier_hypothesis_wins_and_then_the_smaller_id():
    even = [0.0] + [1 / 16] * 16
    table = {(): even, **{(word,): even for word in range(3, 19)}}
    model = Told(table, words=19)
    ids = [ids for ids, _ in found(model, beam_size=3, max_length=2, num_best=3)]
    assert ids == [[3, 3], [3, 4], [3, 5]]


@pytest.mark.parametrize("count", [1, 3, 8])
def test_the_best_are_in_order_whatever_is_equal(count):
    logits = torch.randint(0, 3, (50, 8)).float()
    logits[3, 2:] = -math.inf
    exact, order = logits.sort(dim=1, descending=True, stable=True)
    values, ids = best(logits, count)
    assert torch.equal(values, exact[:, :count])
    finite = values > -math.inf
    assert torch.equal(ids[finite], order[:, :count][finite])
    assert best(logits, 9)[0].shape == (50, 8)


@pytest.mark.parametrize(("kind", "state"), [("recurrent", RecurrentState), ("transformer", DecoderState)])
def test_what_comes_from_the_source_is_kept_while_no_sentence_is_done(kind, state, monkeypatch):
    model, calls = lively(kind, seed=2), []
    for name in ("select", "reorder"):
        real = getattr(state, name)
        monkeypatch.setattr(
            state, name, lambda self, rows, real=real, name=name: calls.append(name) or real(self, rows)
        )
    with_ends = beam_search(model, SRC, 3, max_length=8)
    assert {"select", "reorder"} == set(calls)
    monkeypatch.setattr(state, "reorder", state.select)
    again = beam_search(model, SRC, 3, max_length=8)
    assert [one.ids.tolist() for [one] in with_ends] == [one.ids.tolist() for [one] in again]


# --- errors ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"beam_size": 0}, "beam_size: expected a whole number of at least 1, got 0"),
        ({"beam_size": 2.0}, "beam_size: expected a whole number of at least 1, got 2.0"),
        ({"num_best": 0}, "num_best: expected a whole number of at least 1, got 0"),
        ({"num_best": 5}, "num_best: expected at most beam_size = 4, got 5"),
        ({"length_penalty": -0.1}, "length_penalty: expected a number of at least 0, got -0.1"),
        ({"length_penalty": math.nan}, "length_penalty: expected a number of at least 0, got nan"),
        ({"max_length": 0}, "max_length: expected a whole number of at least 1, got 0"),
    ],
)
def test_bad_arguments_are_refused(unchecked, options, message):
    with pytest.raises(InputError, match=f"^{message}$"):
        beam_search(Copier(), SRC, **options)
